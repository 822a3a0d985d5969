"""What befell a working dog before its case, as lines of the timeline of that case."""

from holdfast.kernel.errors import NotFoundError
from holdfast.record import service_events as se
from holdfast.record import service_state
from holdfast.record.events import kind_of
from holdfast.record.service_state import ServiceDog, ServiceEntry
from holdfast.usecases.context import Context
from holdfast.usecases.timeline import Line

CATEGORY = "service"


def service_lines(ctx: Context, case_id: str, until_us: int | None = None) -> list[Line]:
    """The entries of the history that is linked to the case; with ``until_us`` as they had been recorded by then."""
    try:
        case = ctx.book.case(case_id) if until_us is None else ctx.book.case_at(case_id, until_us)
    except NotFoundError:  # there was no case yet
        return []
    linked = case.inquiry.linked
    if linked is None:
        return []
    dog: ServiceDog | None = None
    for one in ctx.store.read_stream(se.service_stream(linked.service_id), recorded_until_us=until_us):
        dog = service_state.apply(linked.service_id, dog, one)
    return [_line(ctx, entry) for entry in dog.standing] if dog else []


def _line(ctx: Context, entry: ServiceEntry) -> Line:
    event = entry.event
    text, details = _words(ctx, event.what)
    return Line(
        seq=0,
        at_us=event.at_us,
        recorded_us=entry.recorded_us,
        actor=entry.actor,
        kind=kind_of(event),
        category=CATEGORY,
        text=text,
        detail="; ".join(one for one in (event.place, *details, event.note) if one),
        end_us=event.end_us,
    )


def _words(ctx: Context, what: se.Happening) -> tuple[str, tuple[str, ...]]:
    match what:
        case se.Incident():
            region = ctx.knowledge.regions.get(what.region)
            where = f"{what.side} {region.name}" if region and what.side not in ("", "midline") else what.region
            seen = "" if what.seen is se.Seen.NOT_RECORDED else f"seen: {_plain(what.seen)} {what.seen_words}".strip()
            imaged = "" if what.imaged is se.Imaged.NOT_RECORDED else _plain(what.imaged)
            return f"Incident: {what.what}", (_plain(what.mechanism), where, seen, imaged)
        case se.Deployment() | se.Training():
            shots = "" if what.gunfire is se.Answer.NOT_RECORDED else f"shots near the dog: {_plain(what.gunfire)}"
            return f"{_plain(what.__struct_config__.tag).capitalize()}: {what.task or 'no task named'}", (shots,)
        case se.Exposure():
            return f"Exposure: {what.agent}", (what.signs,)
        case se.VetCheck():
            return f"Vet check: {what.result}", ()
        case se.Fitness():
            return f"Fitness for duty: {_plain(what.state)}", (what.reason,)


def _plain(code: object) -> str:
    return str(code).replace("_", " ")
