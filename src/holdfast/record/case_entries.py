"""What was entered in a case, one value for each entry, with who and when."""

from dataclasses import dataclass, field

from holdfast.record import events as ev
from holdfast.record.end_of_life_state import EndOfLifeLog
from holdfast.record.monitor import Origin


@dataclass(frozen=True)
class FindingEntry:
    """A recorded finding with who, when and whether it was taken back."""

    finding_id: str
    key: str
    presence: ev.Presence
    stage: ev.Stage
    value: float | None
    unit: str
    region: str
    note: str
    at_us: int
    recorded_us: int
    actor: str
    retracted: str = ""


@dataclass(frozen=True)
class TouchEntry:
    touch_id: str
    side: str
    region: str
    strength: ev.Strength
    response: ev.TouchResponse
    note: str
    at_us: int
    actor: str
    withdrawn: str = ""
    """Why it was taken back; empty while it stands."""


@dataclass(frozen=True)
class TreatmentEntry:
    treatment_id: str
    category: str
    what: str
    amount: str
    note: str
    at_us: int
    actor: str


@dataclass(frozen=True)
class DiagnosisEntry:
    disease: str
    text: str
    supported_by: tuple[str, ...]
    at_us: int
    actor: str


@dataclass(frozen=True)
class ConditionEntry:
    """A monitor condition; ``ended_us`` is None while it lasts."""

    condition: str
    text: str
    signal: str
    origin: Origin
    began_us: int
    ended_us: int | None = None


@dataclass(frozen=True)
class OrderEntry:
    """An end-of-life order and what followed it."""

    order_id: str
    indication: str
    consent_by: str
    consent_how: str
    witness: str
    at_us: int
    actor: str
    comfort: ev.ComfortAnswered | None = None
    look_ids: tuple[str, ...] = ()
    decisions: tuple[tuple[ev.EndOfLifeDecided, str], ...] = ()
    """Each decision with the account that made it, oldest first."""
    log: EndOfLifeLog = field(default_factory=EndOfLifeLog)


@dataclass(frozen=True)
class LookEntry:
    """A second look that was shown. Its page is long and stays in the log, at ``version`` of the stream."""

    at_us: int
    version: int
    order_id: str
    actor: str


@dataclass(frozen=True)
class TestEntry:
    __test__ = False
    test: str
    note: str
    at_us: int
    actor: str
