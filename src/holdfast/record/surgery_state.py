"""Operations of a case, folded from their events."""

from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record import surgery_events as su


@dataclass(frozen=True)
class Answered:
    """The last answer to one line of a list."""

    answer: str
    reason: str
    at_us: int
    by: str


@dataclass(frozen=True)
class Surgery:
    """One operation."""

    surgery_id: str
    procedure: str
    site: str
    surgeon: str
    risk: str
    planned_us: int
    planned_by: str
    asa: su.AsaStatusSet | None = None
    answers: dict[str, Answered] = field(default_factory=dict)
    """By item."""
    steps: tuple[tuple[su.SurgeryStepped, str], ...] = ()
    """Each with the account, in the order they were recorded."""
    anaesthetist: str = ""
    began_us: int | None = None
    ended_us: int | None = None
    notes: tuple[tuple[su.AnaesthesiaNoted, str], ...] = ()


def apply(surgeries: dict[str, Surgery], event: su.ANY_SURGERY_EVENT, actor: str) -> dict[str, Surgery]:
    """The operations after one more event. What names none changes nothing."""
    known = surgeries.get(event.surgery_id)
    if isinstance(event, su.SurgeryPlanned):
        plan = Surgery(
            surgery_id=event.surgery_id,
            procedure=event.procedure,
            site=event.site,
            surgeon=event.surgeon,
            risk=event.risk,
            planned_us=event.at_us,
            planned_by=actor,
        )
        if known is not None:
            plan = replace(known, procedure=event.procedure, site=event.site, surgeon=event.surgeon, risk=event.risk)
        return {**surgeries, event.surgery_id: plan}
    return surgeries if known is None else {**surgeries, event.surgery_id: _after(known, event, actor)}


def _after(surgery: Surgery, event: su.ANY_SURGERY_EVENT, actor: str) -> Surgery:
    match event:
        case su.AsaStatusSet():
            return replace(surgery, asa=event)
        case su.SurgeryItemAnswered():
            said = Answered(event.answer, event.reason, event.at_us, actor)
            return replace(surgery, answers={**surgery.answers, event.item: said})
        case su.SurgeryStepped():
            return replace(surgery, steps=(*surgery.steps, (event, actor)))
        case su.AnaesthesiaBegan() if surgery.began_us is None:
            return replace(surgery, began_us=event.at_us, anaesthetist=event.anaesthetist)
        case su.AnaesthesiaNoted():
            return replace(surgery, notes=(*surgery.notes, (event, actor)))
        case su.AnaesthesiaEnded():
            return replace(surgery, ended_us=event.at_us)
    return surgery
