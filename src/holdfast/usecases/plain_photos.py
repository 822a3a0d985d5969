"""Photographs that are no part of imaging: of the animal for its handler, of a wound from home."""

from holdfast.imaging.plain_pictures import form_of, size_of
from holdfast.kernel.errors import OperatorError
from holdfast.record import events as ev
from holdfast.record import home_events as ho
from holdfast.usecases.call_ports import Signer
from holdfast.usecases.context import Context, record
from holdfast.usecases.ports import Films, Receipt

PHOTO_BYTES_MAX = 3 * 1024 * 1024
"""The page makes a photograph small before it is sent; this is ten times that."""


def keep_photo(films: Films, data: bytes) -> str:
    """Keep a photograph and return its id; raises ``OperatorError`` or ``SenderError`` for what is none."""
    if form_of(data) not in ("jpeg", "png"):
        raise OperatorError("That is no photograph that can be shown.", "Send a JPEG or PNG.")
    size_of(data)
    return films.keep(data)


def show_photo(ctx: Context, films: Films, *, actor: str, case_id: str, data: bytes) -> Receipt:
    """Put a photograph on the handler's page."""
    ctx.book.case(case_id)
    event = ho.HandlerPhotoShown(at_us=ctx.clock.now_us(), image_id=keep_photo(films, data))
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event])


def photo_ticket(signer: Signer, case_id: str, image_id: str) -> str:
    """What a page outside names its own photograph by: it can name no other picture of the house."""
    return f"{image_id}.{signer.sign(f'photo:{case_id}.{image_id}')}"


def photo_of(signer: Signer, case_id: str, ticket: str) -> str:
    """The image of a ticket, or empty; raises ``OperatorError`` for one that we did not give."""
    image_id, _, signature = ticket.partition(".")
    if ticket and signer.sign(f"photo:{case_id}.{image_id}") != signature:
        raise OperatorError("The photograph did not arrive.", "Choose it again.")
    return image_id
