"""Photographs of an animal: kept byte for byte under their hash, told by their first bytes, never by a name."""

from collections.abc import Sequence

from holdfast.imaging.plain_pictures import form_of, size_of
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.limits import PHOTO_BYTES_MAX
from holdfast.record import events as ev
from holdfast.record.exam_events import PhotographTaken
from holdfast.record.exam_state import PhotoEntry
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.ports import Films, Receipt

FORMS = ("jpeg", "png")


def keep(
    ctx: Context,
    films: Films,
    *,
    actor: str,
    case_id: str,
    data: bytes,
    what: str = "",
    place: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Keep a photograph and say so on the case.

    The file is written first: an event that names a file which is not there would be worse than a file that no event
    names. Raises ``OperatorError`` for what is no JPEG or PNG, ``SenderError`` for one that cannot be read.
    """
    if len(data) > PHOTO_BYTES_MAX:
        raise OperatorError("The photograph is too large.", f"Send at most {PHOTO_BYTES_MAX // 1024**2} MB.")
    form = form_of(data)
    if form not in FORMS:
        raise OperatorError("This is no photograph that can be kept.", "Send a JPEG or PNG.")
    width, height = size_of(data)
    side, _, region = place.partition(":")
    known = ctx.knowledge.regions.get(region)
    if place and (known is None or side not in known.sides):
        raise OperatorError(f"The body chart has no place {place!r}.", "Choose one of the list, or leave it empty.")
    said = clean_text(what, "What it shows")
    photo_id = films.keep(data)

    def build() -> Sequence[ev.AnyEvent]:
        case = ctx.book.case(case_id)
        if case.closed:
            raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
        now_us = ctx.clock.now_us()
        return [
            PhotographTaken(
                at_us=now_us if at_us is None else min(at_us, now_us),
                photo_id=photo_id,
                size_bytes=len(data),
                form=form,
                width_px=width,
                height_px=height,
                what=said,
                place=place,
            )
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def read(ctx: Context, films: Films, case_id: str, photo_id: str) -> tuple[PhotoEntry, bytes]:
    """A photograph of this case; raises ``NotFoundError`` when it has none of that name."""
    case = ctx.book.case(case_id)
    entry = next((one for one in case.exam.photographs if one.photo_id == photo_id), None)
    if entry is None:
        raise NotFoundError("This case has no such photograph.", "Open it from the examination.")
    return entry, films.read(photo_id)
