"""A case out of this record as a Bundle, and a Bundle of another Holdfast into this one, with the same projections."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from holdfast.gateways.fhir.basics import Resource
from holdfast.gateways.fhir.building import Building, Surroundings
from holdfast.gateways.fhir.bundles import Carried, as_written, bundle, carried, differing
from holdfast.gateways.fhir.desk import FhirDesk
from holdfast.kernel.canonical import encode
from holdfast.kernel.errors import IntegrityError, NotFoundError, OperatorError, SenderError
from holdfast.record.blocks import decode_block
from holdfast.record.case_state import fold
from holdfast.record.events import (
    CLINIC_STREAM,
    MonitorBlockStored,
    Recorded,
    case_stream,
)
from holdfast.record.exam_events import PhotographTaken
from holdfast.record.exchange_events import CaseTakenOver
from holdfast.record.imaging_events import IMAGING_STREAM, ImageReceived, MetalSearched
from holdfast.record.inquiry_events import ServiceDogLinked
from holdfast.record.service_events import service_stream
from holdfast.usecases.context import Context, record
from holdfast.usecases.monitor_blocks import summarise
from holdfast.usecases.ports import OWN_ACTOR, Block, Change, Films, NewBlock, NewEvent, NewQuarantined


@dataclass(frozen=True)
class TakenOver:
    """What became of a Bundle."""

    case_id: str
    events: int
    blocks: int
    films: int
    differing: tuple[str, ...]
    """Standard resources of the Bundle that said something else than its events; they lie in the quarantine."""


def export_case(ctx: Context, desk: FhirDesk, films: Films, case_id: str) -> Resource:
    """The whole case. Monitor messages that no block holds yet (the last seconds) are not on record, and not in it."""
    case = ctx.book.case(case_id)
    events = ctx.store.read_stream(case_stream(case_id))
    blocks = list(_blocks(ctx, events))
    beside = _beside(ctx, case_id, events)
    building = Building(case_id, Surroundings(ctx.knowledge, _names(ctx)))
    names = _names(ctx)
    people = {item.actor: names[item.actor] for item in (*events, *beside) if item.actor in names}
    pictures = {one.event.image_id for one in beside if isinstance(one.event, ImageReceived)}
    pictures |= {one.event.photo_id for one in events if isinstance(one.event, PhotographTaken)}
    return bundle(
        case_id,
        [*desk.of_case(case), *desk.numerics_of(case)],
        events,
        beside,
        blocks,
        [films.read(one) for one in sorted(pictures)],
        people,
        ctx.clock.now_us(),
        building,
    )


def _names(ctx: Context) -> dict[str, str]:
    clinic = ctx.book.clinic
    return clinic.elsewhere | {key: person.name for key, person in clinic.people.items()}


def _blocks(ctx: Context, events: list[Recorded]) -> Iterator[Block]:
    for item in events:
        if isinstance(event := item.event, MonitorBlockStored):
            block = ctx.store.block(event.block_id)
            if block is None:
                raise IntegrityError(f"Block {event.block_id} is not there.", "Run 'holdfast verify'.")
            yield block


def _beside(ctx: Context, case_id: str, events: list[Recorded]) -> list[Recorded]:
    """What other streams say of this case: its pictures, what was found on them, its working dog's history."""
    with ctx.book.studies() as studies:
        mine = {study.study_id for study in studies.of_case(case_id)}
    found = [
        one
        for one in ctx.store.read_stream(IMAGING_STREAM)
        if isinstance(one.event, ImageReceived | MetalSearched) and one.event.study_id in mine
    ]
    linked = dict.fromkeys(one.event.service_id for one in events if isinstance(one.event, ServiceDogLinked))
    return [*found, *(one for service in linked for one in ctx.store.read_stream(service_stream(service)))]


def import_case(ctx: Context, desk: FhirDesk, films: Films, content: Resource, sha256: str) -> TakenOver:
    """Take a Bundle over: everything is checked before anything is written, and compared afterwards.

    A Bundle that was broken off half-way is finished when it is read again. Raises ``SenderError`` for one that is not
    whole, ``OperatorError`` for one that cannot be had here.
    """
    came = carried(content)
    _check_before(ctx, came)
    for name in {item.event.image_id for item in came.beside if isinstance(item.event, ImageReceived)}:
        films.keep(_binary(came, name, "film"))
    for item in came.events:
        if isinstance(event := item.event, PhotographTaken):
            films.keep(_binary(came, event.photo_id, "photograph"))
    wanted = _not_here_yet(ctx, came)
    for group in _commands(wanted):
        ctx.store.submit(_change(came, group)).result()
    ctx.book.catch_up()
    _check_after(ctx, came)
    event = CaseTakenOver(
        at_us=ctx.clock.now_us(),
        case_id=came.case_id,
        sha256=sha256,
        events=len(came.events),
        head=came.events[-1].hash.hex(),
        people=dict(came.people),
    )
    record(ctx, actor=OWN_ACTOR, stream=CLINIC_STREAM, events=[event], command_id=f"fhir-bundle/{sha256}")
    meant = [one.resource for one in desk.of_case(ctx.book.case(came.case_id))]
    meant += [one.resource for one in desk.numerics_of(ctx.book.case(came.case_id))]
    other = differing(came.standard, meant)
    if other:
        _keep_differing(ctx, came, other, sha256)
    blocks = sum(isinstance(item.event, MonitorBlockStored) for item in came.events)
    return TakenOver(came.case_id, len(came.events), blocks, len(came.binaries) - blocks, tuple(other))


def _check_before(ctx: Context, came: Carried) -> None:
    here = ctx.store.read_stream(case_stream(came.case_id))
    if any(mine.hash != theirs.hash for mine, theirs in zip(here, came.events, strict=False)):
        raise OperatorError(
            f"There is another case {came.case_id} in this record.", "It stays as it is; nothing was taken over."
        )
    if len(here) >= len(came.events):
        raise OperatorError(f"Case {came.case_id} is here already.", "Nothing was taken over.")
    for item in (*came.events, *came.beside):
        event = item.event
        if encode(as_written(item)) != item.body:
            raise SenderError(
                f"Event {item.version} of {item.stream} is written otherwise by this release.", "Update this Holdfast."
            )
        if isinstance(event, MonitorBlockStored):
            decode_block(_binary(came, event.sha256, "monitor block"))
    state = fold(came.case_id, came.events)
    if state is None:
        raise SenderError("The case of the Bundle was never admitted.", "Export it again.")
    other = ctx.book.case_on_bed(state.bed) if state.bed else None
    if not state.closed and other is not None and other.case_id != came.case_id:
        raise OperatorError(
            f"{other.name} lies on {state.bed} here, and so does {state.name} in the Bundle.",
            "Move one of them first, so that no monitor feeds two dogs.",
        )


def _binary(came: Carried, digest: str, what: str) -> bytes:
    data = came.binaries.get(digest)
    if data is None:
        raise SenderError(
            f"The {what} {digest[:16]} is missing from the Bundle, or was changed.",
            "Nothing was taken over. Ask for the Bundle again.",
        )
    return data


def _not_here_yet(ctx: Context, came: Carried) -> list[Recorded]:
    """All events of the case that are not here, and those beside it. A history that this record has itself stays."""
    here = len(ctx.store.read_stream(case_stream(came.case_id)))
    with ctx.book.studies() as studies:
        pictures = set(studies.images)
        searched = set(studies.metal.searches)
    known = {
        stream for stream in {one.stream for one in came.beside} - {IMAGING_STREAM} if ctx.store.read_stream(stream)
    }
    beside = []
    for one in came.beside:
        event = one.event
        there = (
            one.stream in known
            or (isinstance(event, ImageReceived) and event.image_id in pictures)
            or (isinstance(event, MetalSearched) and event.image_id in searched)
        )
        if not there:
            beside.append(one)
    return [*came.events[here:], *beside]


def _commands(items: list[Recorded]) -> list[list[Recorded]]:
    """The events of each command together, in the other record's order: a command is applied once, and whole."""
    groups: dict[str, list[Recorded]] = {}
    for item in sorted(items, key=lambda one: one.seq):
        groups.setdefault(item.command_id, []).append(item)
    return list(groups.values())


def _change(came: Carried, group: list[Recorded]) -> Change:
    blocks = []
    for item in group:
        if isinstance(event := item.event, MonitorBlockStored):
            data = came.binaries[event.sha256]
            content = decode_block(data)
            blocks.append(
                NewBlock(
                    block_id=event.block_id,
                    case_id=came.case_id,
                    start_us=event.start_us,
                    end_us=event.end_us,
                    data=data,
                    trend=summarise(content.messages, content.derived),
                )
            )
    first = group[0]
    return Change(
        command_id=first.command_id,
        actor=first.actor,
        recorded_us=first.recorded_us,
        events=tuple(NewEvent(stream=item.stream, event=as_written(item)) for item in group),
        blocks=tuple(blocks),
    )


def _check_after(ctx: Context, came: Carried) -> None:
    """The case as it stands here, link by link against the Bundle."""
    here = ctx.store.read_stream(case_stream(came.case_id))
    if [item.hash for item in here] != [item.hash for item in came.events]:
        raise IntegrityError(
            f"Case {came.case_id} did not come over whole: {len(here)} of {len(came.events)} events are as they were.",
            "Read the Bundle again to finish it, and run 'holdfast verify'.",
        )


def _keep_differing(ctx: Context, came: Carried, other: list[str], sha256: str) -> None:
    resources = [one for one in came.standard if f"{one.get('resourceType')}/{one.get('id')}" in other]
    now_us = ctx.clock.now_us()
    kept = NewQuarantined(
        received_us=now_us,
        peer=f"FHIR Bundle {sha256[:16]}",
        device="",
        reason=f"{len(other)} resources of case {came.case_id} differ from its events. The events were taken.",
        raw=msgspec.json.encode(resources),
    )
    change = Change(
        command_id=f"fhir-bundle-differing/{sha256}", actor=OWN_ACTOR, recorded_us=now_us, quarantined=(kept,)
    )
    ctx.store.submit(change).result()


def require_case(ctx: Context, named: str) -> str:
    """The id of a case named by its id, or by an animal's name that one case alone has."""
    found = [one.case_id for one in ctx.book.cases() if named in (one.case_id, one.name)]
    if len(found) != 1:
        raise NotFoundError(f"{len(found)} cases go by {named!r}.", "Name it by its id, as in its address.")
    return found[0]
