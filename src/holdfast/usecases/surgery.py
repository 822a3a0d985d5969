"""An operation: planned, checked, drawn. Nothing is locked; what is left open asks for a reason."""

from dataclasses import dataclass

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.limits import CLOCK_AHEAD_TOLERANCE_S
from holdfast.kernel.time import US_PER_H, US_PER_S, age_words
from holdfast.knowledge.surgery_lists import load
from holdfast.record import events as ev
from holdfast.record import surgery_events as su
from holdfast.record.case_entries import TreatmentEntry
from holdfast.record.case_state import CaseState
from holdfast.record.surgery_state import Surgery
from holdfast.surgery.anaesthetic import KEYS, Column, Mark, marks, shown
from holdfast.surgery.course import TRANSITIONS, Step, phase_of, reason_needed
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.evidence import is_evidence
from holdfast.usecases.monitor_blocks import trend_with_tail
from holdfast.usecases.ports import Receipt

LONGEST_US = 24 * US_PER_H
"""An anaesthetic record that nobody closed ends here: it was forgotten."""
ANSWERS = ("done", "skipped", "open")


def find(ctx: Context, case_id: str, surgery_id: str) -> Surgery:
    """Raises ``NotFoundError``."""
    surgery = ctx.book.case(case_id).surgeries.get(surgery_id)
    if surgery is None:
        raise NotFoundError("There is no such operation on this case.", "Reload the page.")
    return surgery


def plan(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    procedure: str,
    site: str = "",
    surgeon: str = "",
    risk: str = "",
    surgery_id: str = "",
    command_id: str = "",
) -> Receipt:
    """Plan an operation, or change the plan of one (``surgery_id``)."""
    ctx.book.case(case_id)
    if surgery_id:
        find(ctx, case_id, surgery_id)
    if not (procedure := clean_text(procedure, "The operation")):
        raise OperatorError("The operation has no name.", "Write what is to be done.")
    event = su.SurgeryPlanned(
        at_us=ctx.clock.now_us(),
        surgery_id=surgery_id or ctx.ids.new_id(),
        procedure=procedure,
        site=clean_text(site, "The site"),
        surgeon=clean_text(surgeon, "The surgeon"),
        risk=clean_text(risk, "The risk"),
    )
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def set_asa(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    surgery_id: str,
    status: int,
    emergency: bool = False,
    command_id: str = "",
) -> Receipt:
    find(ctx, case_id, surgery_id)
    if not 1 <= status <= 5:
        raise OperatorError(f"{status} is no ASA status.", "Choose 1 to 5.")
    event = su.AsaStatusSet(at_us=ctx.clock.now_us(), surgery_id=surgery_id, status=status, emergency=emergency)
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def answer_item(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    surgery_id: str,
    item: str,
    answer: str,
    reason: str = "",
    command_id: str = "",
) -> Receipt:
    """Answer one line of a list; skipping it asks for a reason."""
    find(ctx, case_id, surgery_id)
    known = load().items.get(item)
    if known is None or answer not in ANSWERS:
        raise OperatorError("There is no such line.", "Reload the page.")
    reason = clean_text(reason, "The reason")
    if answer == "skipped" and not reason:
        raise OperatorError(f"Skipping '{known.text}' needs a reason.", "Say in a few words why.")
    event = su.SurgeryItemAnswered(
        at_us=ctx.clock.now_us(), surgery_id=surgery_id, item=item, answer=answer, reason=reason
    )
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def take_step(
    ctx: Context, *, actor: str, case_id: str, surgery_id: str, step: str, reason: str = "", command_id: str = ""
) -> Receipt:
    """Close sign in, time out or sign out. Always possible in its order; with a reason where something is open."""
    reason = clean_text(reason, "The reason")
    if step not in {one.value for one in Step}:
        raise OperatorError(f"There is no step {step!r}.", "Reload the page.")

    def build() -> list[ev.AnyEvent]:
        surgery, chosen, lists = find(ctx, case_id, surgery_id), Step(step), load()
        if (phase_of(surgery), chosen) not in TRANSITIONS:
            raise OperatorError(f"{lists.list_of(step).label} was closed already.", "Nothing was changed.")
        needed = reason_needed(surgery, chosen, lists)
        if needed and not reason:
            raise OperatorError(f"{needed.capitalize()}.", "Say why in a few words, then press again.")
        return [su.SurgeryStepped(at_us=ctx.clock.now_us(), surgery_id=surgery_id, step=step, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def begin_anaesthesia(
    ctx: Context, *, actor: str, case_id: str, surgery_id: str, anaesthetist: str = "", command_id: str = ""
) -> Receipt:
    """Open the anaesthetic record: from here it draws itself."""

    def build() -> list[ev.AnyEvent]:
        if find(ctx, case_id, surgery_id).began_us is not None:
            raise OperatorError("The anaesthetic record is open already.", "Nothing was changed.")
        name = clean_text(anaesthetist, "The name") or ctx.book.clinic.name_of(actor)
        return [su.AnaesthesiaBegan(at_us=ctx.clock.now_us(), surgery_id=surgery_id, anaesthetist=name)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def note(ctx: Context, *, actor: str, case_id: str, surgery_id: str, what: str, command_id: str = "") -> Receipt:
    """Something that happened. A fact: also when the record was closed a moment ago."""
    find(ctx, case_id, surgery_id)
    if not (what := clean_text(what, "The event")):
        raise OperatorError("Nothing was written.", "Write what happened.")
    event = su.AnaesthesiaNoted(at_us=ctx.clock.now_us(), surgery_id=surgery_id, note_id=ctx.ids.new_id(), what=what)
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def end_anaesthesia(ctx: Context, *, actor: str, case_id: str, surgery_id: str, command_id: str = "") -> Receipt:
    """Close the anaesthetic record."""

    def build() -> list[ev.AnyEvent]:
        surgery = find(ctx, case_id, surgery_id)
        if surgery.began_us is None or surgery.ended_us is not None:
            raise OperatorError("No anaesthetic record is open.", "Nothing was changed.")
        return [su.AnaesthesiaEnded(at_us=ctx.clock.now_us(), surgery_id=surgery_id)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


@dataclass(frozen=True)
class Happened:
    """A drug that was given or an event, on the record of an anaesthetic."""

    at_us: int
    what: str
    drug: bool
    by: str


@dataclass(frozen=True)
class AnaestheticRecord:
    """The record as it can be drawn now."""

    surgery: Surgery
    began_us: int
    until_us: int
    open: bool
    columns: tuple[Column, ...]
    marks: tuple[Mark, ...]
    happened: tuple[Happened, ...]


def anaesthetic_record(ctx: Context, case_id: str, surgery_id: str, now_us: int) -> AnaestheticRecord:
    """Drawn anew from what is on record; raises ``NotFoundError`` before it was opened."""
    case, surgery, lists = ctx.book.case(case_id), find(ctx, case_id, surgery_id), load()
    if surgery.began_us is None:
        raise NotFoundError("The anaesthetic record was not opened.", "Open it on the page of the operation.")
    until_us = min(surgery.ended_us or now_us, surgery.began_us + LONGEST_US)
    spot_s = lists.value("spot_back")
    points: dict[str, list[tuple[int, float]]] = {}
    for point in trend_with_tail(
        ctx.store,
        case_id,
        from_us=surgery.began_us - int(spot_s * US_PER_S),
        to_us=until_us + int(CLOCK_AHEAD_TOLERANCE_S * US_PER_S),
        keys=KEYS,
    ):
        if is_evidence(case, point.origin):
            points.setdefault(point.key, []).append((point.at_us, point.last))
    lines = marks(
        {key: sorted(rows) for key, rows in points.items()},
        surgery.began_us,
        until_us,
        every_min=lists.value("mark_every"),
        continuous_s=lists.value("continuous_back"),
        spot_s=spot_s,
    )
    given = [
        Happened(one.at_us, _given(one), True, one.actor)
        for one in case.treatments
        if surgery.began_us <= one.at_us <= until_us
    ]
    noted = [Happened(one.at_us, one.what, False, by) for one, by in surgery.notes]
    stepped = [
        Happened(one.at_us, load().list_of(one.step).label, False, by)
        for one, by in surgery.steps
        if surgery.began_us <= one.at_us <= until_us
    ]
    return AnaestheticRecord(
        surgery=surgery,
        began_us=surgery.began_us,
        until_us=until_us,
        open=surgery.ended_us is None,
        columns=shown(lines),
        marks=lines,
        happened=tuple(sorted((*given, *noted, *stepped), key=lambda one: one.at_us)),
    )


def _given(one: TreatmentEntry) -> str:
    return f"{one.what} {one.amount}".strip()


def hints(ctx: Context, case: CaseState, surgery: Surgery, now_us: int) -> dict[str, str]:
    """What the record says beside lines of a list."""
    with ctx.book.studies() as studies:
        pictures = sum(study.case_id == case.case_id for study in studies.by_id.values())
    weighed = age_words(now_us - case.weight_at_us) if case.weight_at_us is not None else ""
    asa = surgery.asa
    return {
        "weight": f"{case.weight_kg:g} kg, weighed {weighed} ago" if case.weight_kg is not None else "not weighed",
        "pictures": f"{pictures} studies on this case" if pictures else "no pictures on this case",
        "risk": f"written: {surgery.risk}" if surgery.risk else "no risk was written down",
        "asa": f"ASA {asa.status}{' E' if asa.emergency else ''}" if asa else "no ASA status was set",
        "bed": f"on {case.bed}" if case.bed else "on no bed: no monitor is heard",
        "custody": "label and seal: page of custody",
    }
