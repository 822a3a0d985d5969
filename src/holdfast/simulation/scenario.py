"""A scenario: who the dog is, what the night team wrote down, how the hours go, and where it hurts.

All times are relative to the *live* moment: negative is history that a driver fills in quickly,
zero is now. Entries are plain values; the composition root turns them into commands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from holdfast.simulation.changes import Response, Timed
from holdfast.simulation.service_past import ServicePast
from holdfast.simulation.states import Sensor, Vitals


@dataclass(frozen=True)
class FindingEntry:
    """A finding that somebody recorded ``minute`` minutes from the live moment."""

    minute: float
    key: str
    present: bool = True
    value: float | None = None
    unit: str = ""
    region: str = ""
    note: str = ""


@dataclass(frozen=True)
class TreatmentEntry:
    minute: float
    category: str
    what: str
    amount: str = ""
    note: str = ""


@dataclass(frozen=True)
class DiagnosisEntry:
    minute: float
    disease: str
    text: str
    supported_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoteEntry:
    minute: float
    text: str


Entry = FindingEntry | TreatmentEntry | DiagnosisEntry | NoteEntry


@dataclass(frozen=True)
class Signalment:
    """The admission form; field names are those of ``PatientAdmitted``."""

    name: str
    breed: str
    sex: str
    age_months: int
    weight_kg: float
    owner: str
    complaint: str
    handler: str = ""
    working_dog: bool = False
    microchip: str = ""
    species: str = "dog"

    def form(self) -> dict[str, str | float | int | bool]:
        """Field name -> value for the admission form. Always a training case: the monitor data is simulated."""
        return {**vars(self), "training": True}


@dataclass(frozen=True)
class EcgShape:
    """How this dog's lead II looks. Millivolts, and the T wave as a signed share of R."""

    r_mv: float = 1.6
    p_mv: float = 0.22
    q_mv: float = -0.28
    s_mv: float = -0.22
    t_of_r: float = 0.25
    qrs_width: float = 1.0
    """1 is a QRS of 50 to 60 ms."""
    noise_mv: float = 0.009
    """Muscle and amplifier at rest, as standard deviations; that of the slow wander; amplitude of the mains."""
    wander_mv: float = 0.05
    mains_mv: float = 0.006

    def turned(self) -> "EcgShape":
        """The same dog with the lead the other way round."""
        return replace(self, r_mv=-self.r_mv, p_mv=-self.p_mv, q_mv=-self.q_mv, s_mv=-self.s_mv)


USUAL_SHAPE = EcgShape()


@dataclass(frozen=True)
class Scenario:
    """One dog and its course."""

    name: str
    """Short and stable: used in device keys and control ids."""
    title: str
    seed: int
    signalment: Signalment
    begin: Vitals
    """Levels at the start of the history."""
    course: tuple[Timed, ...]
    sensors: frozenset[Sensor]
    history_min: int = 60
    admitted_min: float = -480.0
    entries: tuple[Entry, ...] = ()
    painful: frozenset[tuple[str, str]] = frozenset()
    """(side, region) where a touch hurts."""
    responses: Mapping[str, Response] = field(default_factory=dict)
    """Treatment category -> what it does to this dog, instead of the default."""
    cues: Mapping[str, tuple[Timed, ...]] = field(default_factory=dict)
    """Named parts that a script or a driver plays; their times count from the cue."""
    ecg: EcgShape = USUAL_SHAPE
    past: ServicePast | None = None
    """Of a working dog."""
