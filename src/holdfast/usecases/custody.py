"""What a person does with an item of evidence. What happened is always recorded; a break has to be explained."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from holdfast.custody.item import Item, after, items
from holdfast.imaging.plain_pictures import form_of, size_of
from holdfast.kernel.errors import NotFoundError, OperatorError, SenderError
from holdfast.record import custody_events as cu
from holdfast.record.events import AnyEvent, case_stream
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.ports import Films, Receipt

_SHA256_LETTERS = 64
_SIDES = ("", "left", "right", "midline")
_CONFIRMED = ("account", "signature", "spoken")
_NEEDED: dict[type[cu.CustodyFact | cu.CustodyOpinion], tuple[str, ...]] = {
    cu.ItemSealed: ("seal",),
    cu.SealOpened: ("reason",),
    cu.ItemStored: ("place",),
    cu.HandOverOffered: ("to",),
    cu.HandOverRefused: ("reason",),
    cu.LaboratoryRequested: ("laboratory", "question"),
    cu.LaboratoryMeasured: ("result",),
    cu.BreakNoted: ("what",),
    cu.EntryCorrected: ("field", "reason"),
    cu.ItemDisposed: ("how", "authority"),
    cu.OpinionStated: ("text",),
    cu.OpinionWithdrawn: ("reason",),
}
"""Without these an entry says nothing."""


@dataclass(frozen=True)
class Removal:
    """What is entered when an item is taken out; see ``record.custody_events.ItemCreated``."""

    by: str
    description: str
    at_us: int | None = None
    """None: now."""
    side: str = ""
    region: str = ""
    site: str = ""
    orientation: str = ""
    method: str = ""
    witness: str = ""
    size_mm: tuple[float, ...] = ()
    weight_g: float | None = None
    photographs: Sequence[cu.Photograph] = ()
    time_source: str = "clock of this computer"


def items_of(ctx: Context, case_id: str, until_us: int | None = None) -> dict[str, Item]:
    """All items of a case by id; with ``until_us`` as they were known at that moment."""
    ctx.book.case(case_id)
    return items(ctx.store.read_stream(case_stream(case_id), recorded_until_us=until_us, without_blocks=True))


def item_of(ctx: Context, case_id: str, item_id: str) -> Item:
    """One item; raises ``NotFoundError``."""
    item = items_of(ctx, case_id).get(item_id)
    if item is None:
        raise NotFoundError(f"The case has no item {item_id!r}.", "Open it from the list of items.")
    return item


def keep_picture(films: Films, data: bytes) -> str:
    """Keep a photograph or a drawn signature under the SHA-256 of its bytes; raises ``SenderError`` for what is none.

    Nothing refers to it until an entry names it.
    """
    if form_of(data) not in ("png", "jpeg"):
        raise SenderError("This is no photograph.", "Send a JPEG or PNG.")
    size_of(data)
    return films.keep(data)


def picture(films: Films, digest: str) -> bytes:
    """The bytes of a kept picture; raises ``OperatorError`` when it was never sent."""
    try:
        return films.read(digest)
    except NotFoundError:
        raise OperatorError("That picture is not here.", "Send it first, then the entry that names it.") from None


def pictures_of(item: Item) -> dict[str, str]:
    """SHA-256 of each picture that an entry about the item names, with what it shows."""
    named: dict[str, str] = {}
    for step in item.steps:
        for photo in getattr(step.event, "photographs", ()):
            named[photo.sha256] = f"{photo.shows}; {photo.scale or 'no scale in it'}"
        confirmed = getattr(step.event, "confirmed", None)
        if confirmed is not None and confirmed.sha256:
            named[confirmed.sha256] = f"signature of {step.event.by}"
    return named


def create(ctx: Context, *, actor: str, case_id: str, removal: Removal, command_id: str = "") -> Receipt:
    """Enter an item at the moment of its removal. It gets the next number of the case."""
    if removal.side not in _SIDES:
        raise OperatorError(f"{removal.side!r} is no side.", "Choose left, right or midline, or leave it empty.")
    if removal.region and removal.region not in ctx.knowledge.regions:
        raise OperatorError(f"There is no region {removal.region!r}.", "Choose one on the body chart.")
    if not removal.description.strip():
        raise OperatorError("The item has no description.", "Say what is seen, not what it may be.")
    if any(not 0 < side < 1_000 for side in removal.size_mm):
        raise OperatorError("A size outside 0 to 1000 mm cannot be right.", "Measure it again.")
    item_id = ctx.ids.new_id()

    def build() -> list[AnyEvent]:
        there = items_of(ctx, case_id)
        event = cu.ItemCreated(
            at_us=ctx.clock.now_us() if removal.at_us is None else removal.at_us,
            item_id=item_id,
            number=1 + max((one.created.number for one in there.values() if one.created), default=0),
            by=removal.by,
            description=removal.description,
            side=removal.side,
            region=removal.region,
            site=removal.site,
            orientation=removal.orientation,
            method=removal.method,
            witness=removal.witness,
            size_mm=tuple(removal.size_mm),
            weight_g=removal.weight_g,
            photographs=tuple(removal.photographs),
            time_source=removal.time_source,
        )
        return [_checked(ctx, event)]

    return record_checked(ctx, actor=actor, stream=case_stream(case_id), build=build, command_id=command_id)


def add(ctx: Context, *, actor: str, case_id: str, event: cu.ANY_CUSTODY_EVENT, command_id: str = "") -> Receipt:
    """Record any later step or opinion about an item.

    A step that breaks the chain is refused only until it comes with an explanation: what happened is never kept out
    of the record, and nobody breaks a chain without being told.
    """
    event = _checked(ctx, event)

    def build() -> list[AnyEvent]:
        item = item_of(ctx, case_id, event.item_id)
        _check_reference(item, event)
        last = after(item, event, 0, ctx.clock.now_us(), actor).steps[-1]
        if last.breaks and isinstance(event, cu.CustodyFact) and not event.explanation:
            raise OperatorError(
                f"This leaves a break in the chain of hands: {' '.join(last.breaks)}",
                "Enter the step that is missing first, or say in the explanation what happened.",
            )
        return [event]

    return record_checked(ctx, actor=actor, stream=case_stream(case_id), build=build, command_id=command_id)


def _check_reference(item: Item, event: cu.ANY_CUSTODY_EVENT) -> None:
    """A correction or withdrawal names an entry that there is."""
    if isinstance(event, cu.EntryCorrected):
        meant = next((step.event for step in item.steps if step.version == event.version), None)
        if meant is None or event.field not in meant.__struct_fields__:
            raise OperatorError(
                f"Entry {event.version} of this item has no {event.field!r}.",
                "Choose an entry of the item and its field.",
            )
    if isinstance(event, cu.OpinionWithdrawn):
        stated = [step.event for step in item.opinions if isinstance(step.event, cu.OpinionStated)]
        if event.opinion_id not in {one.opinion_id for one in stated}:
            raise OperatorError(f"There is no opinion {event.opinion_id!r} about this item.", "Choose one of its list.")


def _checked(ctx: Context, event: cu.ANY_CUSTODY_EVENT) -> cu.ANY_CUSTODY_EVENT:
    """The event with its texts trimmed; refuses one that could be read by nobody."""
    texts = {name: value for name in event.__struct_fields__ if isinstance(value := getattr(event, name), str)}
    event = msgspec.structs.replace(event, **{name: clean_text(text, _label(name)) for name, text in texts.items()})
    if not event.by:
        raise OperatorError("Nobody is named.", "Enter the name of the person as on paper.")
    for name in _NEEDED.get(type(event), ()):
        if not getattr(event, name):
            raise OperatorError(f"{_label(name)} is missing.", "Enter it; without it the entry says nothing.")
    if event.at_us > ctx.clock.now_us():
        raise OperatorError("That lies in the future.", "Enter when it happened.")
    hashes = [photo.sha256 for photo in getattr(event, "photographs", ())]
    if (confirmed := getattr(event, "confirmed", None)) is not None:
        if confirmed.how not in _CONFIRMED:
            raise OperatorError(f"{confirmed.how!r} is no confirmation.", f"Choose one of: {', '.join(_CONFIRMED)}.")
        hashes += [confirmed.sha256] if confirmed.how == "signature" else []
    for digest in hashes:
        if len(digest) != _SHA256_LETTERS or any(letter not in "0123456789abcdef" for letter in digest):
            raise OperatorError(f"{digest[:80]!r} is no SHA-256.", "It is 64 hex digits, of the picture's bytes.")
    return event


def _label(name: str) -> str:
    return f"The {name.replace('_', ' ')}"
