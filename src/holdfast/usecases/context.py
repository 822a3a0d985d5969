"""What every use case is handed: the record, a clock, fresh ids and the knowledge release."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.limits import TEXT_MAX
from holdfast.knowledge.model import Knowledge
from holdfast.record.events import AnyEvent
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.ports import Change, Clock, Ids, NewEvent, Receipt, Store


@dataclass(frozen=True)
class Context:
    """The composition root builds one; use cases never reach past it."""

    store: Store
    book: CaseBook
    clock: Clock
    ids: Ids
    knowledge: Knowledge


def record(ctx: Context, *, actor: str, stream: str, events: Sequence[AnyEvent], command_id: str = "") -> Receipt:
    """Write events and wait until they are on disk. A repeated ``command_id`` writes nothing twice."""
    change = Change(
        command_id=command_id or ctx.ids.new_id(),
        actor=actor,
        recorded_us=ctx.clock.now_us(),
        events=tuple(NewEvent(stream=stream, event=event) for event in events),
    )
    receipt = ctx.store.submit(change).result()
    ctx.book.catch_up()
    return receipt


def repeated(ctx: Context, command_id: str) -> bool:
    """Whether this command was carried out before: its answer was lost, and it was sent again.

    For commands whose own effect would make them refused the second time (the bed is taken: by this very dog).
    """
    return bool(command_id) and bool(ctx.store.recorded_by(command_id))


def clean_text(text: str, what: str) -> str:
    """A trimmed free-text field within bounds; refuses control characters and novels."""
    text = text.strip().replace("\r\n", "\n")
    if len(text) > TEXT_MAX:
        raise OperatorError(f"{what} is {len(text)} characters long.", f"Keep it under {TEXT_MAX}.")
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        raise OperatorError(f"{what} holds a control character.", "Type it again as plain text.")
    return text
