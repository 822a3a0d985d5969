"""Events of an operation: what was planned, what was checked, the anaesthetic and what was given in it."""

from holdfast.record.event_base import CaseEvent


class SurgeryPlanned(CaseEvent, frozen=True, kw_only=True, tag="surgery_planned.1"):
    """An operation is to be done. The same ``surgery_id`` again: the plan was changed."""

    surgery_id: str
    procedure: str
    site: str
    surgeon: str
    risk: str
    """What may happen, in plain words, as it is said to the owner."""


class AsaStatusSet(CaseEvent, frozen=True, kw_only=True, tag="asa_status_set.1"):
    """The physical status of the animal before the anaesthetic."""

    surgery_id: str
    status: int
    """1 to 5."""
    emergency: bool


class SurgeryItemAnswered(CaseEvent, frozen=True, kw_only=True, tag="surgery_item_answered.1"):
    """One line of a list was answered; the last answer holds."""

    surgery_id: str
    item: str
    answer: str
    """``done``, ``skipped`` (with a reason) or ``open``."""
    reason: str = ""


class SurgeryStepped(CaseEvent, frozen=True, kw_only=True, tag="surgery_stepped.1"):
    """Sign in, time out or sign out was said aloud and closed."""

    surgery_id: str
    step: str
    reason: str
    """Why, when something was left open or a step was passed over."""


class AnaesthesiaBegan(CaseEvent, frozen=True, kw_only=True, tag="anaesthesia_began.1"):
    """From here the record draws itself from the monitor."""

    surgery_id: str
    anaesthetist: str


class AnaesthesiaNoted(CaseEvent, frozen=True, kw_only=True, tag="anaesthesia_noted.1"):
    """Something that happened, in the words of the one who writes. What was given is a ``TreatmentGiven``."""

    surgery_id: str
    note_id: str
    what: str


class AnaesthesiaEnded(CaseEvent, frozen=True, kw_only=True, tag="anaesthesia_ended.1"):
    """A person closed the record."""

    surgery_id: str


ANY_SURGERY_EVENT = (
    SurgeryPlanned
    | AsaStatusSet
    | SurgeryItemAnswered
    | SurgeryStepped
    | AnaesthesiaBegan
    | AnaesthesiaNoted
    | AnaesthesiaEnded
)
