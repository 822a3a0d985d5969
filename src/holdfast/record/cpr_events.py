"""Events of a resuscitation: logged with one touch each, often offline; they arrive late, twice, or out of order.

Each entry carries its own id, made where it was touched: the same entry delivered again is the same entry.
"""

from enum import StrEnum

from holdfast.record.event_base import CaseEvent


class CprStep(StrEnum):
    """What was done or seen. The first four move the clock (``resuscitation.course``)."""

    COMPRESSIONS = "compressions"
    """Compressions begin, or begin again, with whoever is named."""
    RHYTHM_CHECK = "rhythm_check"
    """Compressions pause to look."""
    CIRCULATION = "circulation"
    """A person confirms that circulation has returned."""
    STOPPED = "stopped"
    """Efforts end; ``what`` says why."""
    RHYTHM = "rhythm"
    """``what``: asystole, pea, vf, pvt, bradycardia or other."""
    SHOCK = "shock"
    DRUG = "drug"
    """``what``: the key of a dose, or the name of a drug that has none here."""
    COMPRESSOR = "compressor"
    AIRWAY = "airway"
    ACCESS = "access"
    ETCO2 = "etco2"
    NOTE = "note"


class CprWish(StrEnum):
    """What the owner wants done if the heart stops, by the colours that clinics use."""

    RED = "red"
    """Do not resuscitate."""
    YELLOW = "yellow"
    """Resuscitate with the chest closed."""
    GREEN = "green"
    """Resuscitate, opening the chest where it helps."""


class CprWishRecorded(CaseEvent, frozen=True, kw_only=True, tag="cpr_wish_recorded.1"):
    """Somebody who may say so said what is wanted; the newest word holds."""

    wish: CprWish
    said_by: str
    """Who said it: the owner, the handler, the agency."""
    how: str = ""
    """In person, by telephone, in writing."""


class CprStarted(CaseEvent, frozen=True, kw_only=True, tag="cpr_started.1"):
    """Resuscitation began: compressions run from here."""

    cpr_id: str
    weight_kg: float | None
    """The weight that doses are worked out from; None: not known."""
    weight_at_us: int | None
    """When it was measured: an old one is used and said to be old."""
    location: str = ""


class CprStepLogged(CaseEvent, frozen=True, kw_only=True, tag="cpr_step_logged.1"):
    """One touch on the log."""

    cpr_id: str
    entry_id: str
    """Made where it was touched."""
    step: CprStep
    what: str = ""
    amount: float | None = None
    unit: str = ""
    route: str = ""
    note: str = ""


class CprStepWithdrawn(CaseEvent, frozen=True, kw_only=True, tag="cpr_step_withdrawn.1"):
    """A touch was a mistake; both entries stay readable."""

    cpr_id: str
    entry_id: str
    reason: str


class CprFactRecorded(CaseEvent, frozen=True, kw_only=True, tag="cpr_fact_recorded.1"):
    """Something the report needs that no touch says: witnessed, suspected cause, outcome."""

    cpr_id: str
    key: str
    """A key of ``resuscitation.utstein``."""
    value: str


ANY_CPR_EVENT = CprStarted | CprStepLogged | CprStepWithdrawn | CprFactRecorded
