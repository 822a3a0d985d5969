"""What every use case is handed: the record, a clock, fresh ids and the knowledge release."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from holdfast.kernel.errors import ConflictError, OperatorError
from holdfast.kernel.limits import CONFLICT_TRIES_MAX, TEXT_MAX
from holdfast.knowledge.model import Knowledge
from holdfast.record.events import AnyEvent
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.derived_values import DerivedValues
from holdfast.usecases.ports import Change, Clock, Ids, NewEvent, Receipt, Store


@dataclass(frozen=True)
class Context:
    """The composition root builds one; use cases never reach past it."""

    store: Store
    book: CaseBook
    clock: Clock
    ids: Ids
    knowledge: Knowledge
    derived: DerivedValues = field(default_factory=DerivedValues)
    """What the live analysis has made and no block holds yet."""


def record(
    ctx: Context,
    *,
    actor: str,
    stream: str,
    events: Sequence[AnyEvent],
    command_id: str = "",
    unless_acted_since: int | None = None,
) -> Receipt:
    """Write events and wait until they are on disk. A repeated ``command_id`` writes nothing twice.

    For facts, which are true whatever else happens. What is only right in a certain state goes
    through ``record_checked``.
    """
    change = Change(
        command_id=command_id or ctx.ids.new_id(),
        actor=actor,
        recorded_us=ctx.clock.now_us(),
        events=tuple(NewEvent(stream=stream, event=event) for event in events),
        unless_acted_since=unless_acted_since,
    )
    receipt = ctx.store.submit(change).result()
    ctx.book.catch_up()
    return receipt


def record_checked(
    ctx: Context, *, actor: str, stream: str, build: Callable[[], Sequence[AnyEvent]], command_id: str = ""
) -> Receipt:
    """Write what ``build`` returns only if nobody acted since it looked; otherwise let it look again.

    ``build`` checks the state as ``ctx.book`` has it and raises ``OperatorError`` when the entry is
    not right in it. Nothing is locked while a person decides; the writer compares (another process
    may write to the same record, so a lock here would hold nobody). Raises ``ConflictError`` only
    after ``CONFLICT_TRIES_MAX`` tries.
    """
    command_id = command_id or ctx.ids.new_id()
    for tries_left in reversed(range(CONFLICT_TRIES_MAX)):
        ctx.book.catch_up()
        # Taken before ``build`` looks: what another thread reads meanwhile is then only checked once too often.
        seq = ctx.book.seq
        try:
            events = build()
        except OperatorError:
            # It may be refused for its own effect: carried out before, its answer lost, and sent again
            # (the bed is taken: by this very dog).
            if earlier := ctx.store.recorded_by(command_id):
                return Receipt(duplicate=True, recorded=tuple(earlier))
            raise
        try:
            return record(ctx, actor=actor, stream=stream, events=events, command_id=command_id, unless_acted_since=seq)
        except ConflictError:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def repeated(ctx: Context, command_id: str) -> bool:
    """Whether this command was carried out before: its answer was lost, and it was sent again."""
    return bool(command_id) and bool(ctx.store.recorded_by(command_id))


def not_after_now(ctx: Context, at_us: int | None) -> int:
    """A moment that a person claims, or a browser that was offline, cannot lie in the future; None is now."""
    now_us = ctx.clock.now_us()
    return now_us if at_us is None else min(at_us, now_us)


def clean_text(text: str, what: str) -> str:
    """A trimmed free-text field within bounds; refuses control characters and novels."""
    text = text.strip().replace("\r\n", "\n")
    if len(text) > TEXT_MAX:
        raise OperatorError(f"{what} is {len(text)} characters long.", f"Keep it under {TEXT_MAX}.")
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        raise OperatorError(f"{what} holds a control character.", "Type it again as plain text.")
    return text
