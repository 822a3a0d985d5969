"""How an event is sealed into its stream, and how an anchor binds streams together.

Pure: no store, no clock. Every store seals through here, and verification recomputes through
here, so there is one definition of what a link is.
"""

from collections.abc import Callable, Iterable

import msgspec

from holdfast.kernel.canonical import encode
from holdfast.kernel.chain import GENESIS, link_hash
from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.time import iso
from holdfast.record.events import AnyEvent, Recorded, decode_event, kind_of

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)
"""What decoding damaged bytes raises: msgspec's own errors, and Python's for text that is not UTF-8."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The last event of a stream, as much of it as the next one needs."""

    version: int
    recorded_us: int
    hash: bytes


def head_of(recorded: Recorded) -> Head:
    """The head that ``recorded`` leaves behind."""
    return Head(version=recorded.version, recorded_us=recorded.recorded_us, hash=recorded.hash)


def seal(
    event: AnyEvent, head: Head | None, *, seq: int, stream: str, recorded_us: int, actor: str, command_id: str
) -> Recorded:
    """Turn an event into the next link of its stream; ``head`` is None for the first one.

    Raises ``IntegrityError`` for an event whose bytes could not be read back: what cannot be read
    must be refused now, because it can never be taken out again.
    """
    body = encode(event)
    try:
        decode_event(body)
    except UNREADABLE as error:
        raise IntegrityError(
            f"A {kind_of(event)} event for {stream} cannot be read back: {error}.",
            "Nothing was written. This is a fault of the program that made the event.",
        ) from error
    version, prev = (head.version + 1, head.hash) if head else (1, GENESIS)
    # When the machine's clock is set back, the record must not seem to run backwards: "as of"
    # cuts a stream at a time, and that cut is only right while times never fall along the stream.
    # The event then carries the time of the one before it; its own ``at_us`` is left alone.
    if head:
        recorded_us = max(recorded_us, head.recorded_us)
    return Recorded(
        seq=seq,
        stream=stream,
        version=version,
        recorded_us=recorded_us,
        actor=actor,
        command_id=command_id,
        body=body,
        prev=prev,
        hash=link_hash((prev, stream, version, recorded_us, actor, command_id, body)),
    )


def seal_all(
    events: Iterable[tuple[str, AnyEvent]],
    head: Callable[[str], Head | None],
    *,
    after_seq: int,
    recorded_us: int,
    actor: str,
    command_id: str,
) -> list[Recorded]:
    """Seal the (stream, event) pairs of one command; ``head`` tells where each stream stood before it."""
    sealed: list[Recorded] = []
    heads: dict[str, Head] = {}
    for seq, (stream, event) in enumerate(events, start=after_seq + 1):
        one = seal(
            event,
            heads.get(stream) or head(stream),
            seq=seq,
            stream=stream,
            recorded_us=recorded_us,
            actor=actor,
            command_id=command_id,
        )
        heads[stream] = head_of(one)
        sealed.append(one)
    return sealed


def event_hash(recorded: Recorded) -> bytes:
    """What the hash of this event must be, from its other fields."""
    return link_hash(
        (
            recorded.prev,
            recorded.stream,
            recorded.version,
            recorded.recorded_us,
            recorded.actor,
            recorded.command_id,
            recorded.body,
        )
    )


def anchor_hash(prev: bytes, number: int, first_seq: int, last_seq: int, members: Iterable[Recorded]) -> bytes:
    """Hash of the anchor over ``members``, the events ``first_seq..last_seq`` in that order.

    Streams have chains of their own; the anchor is what shows that an event at the end of a
    stream was removed, or that two streams were put in another order.
    """
    fields: list[bytes | str | int] = [prev, number, first_seq, last_seq]
    for member in members:
        fields += (member.stream, member.version, member.hash)
    return link_hash(fields)


def describe(recorded: Recorded) -> str:
    """An event as one points to it in a sentence, also when it is damaged."""
    return (
        f"{recorded.stream} event {recorded.version} ({_kind(recorded.body)}), recorded {_when(recorded.recorded_us)}"
    )


def _kind(body: bytes) -> str:
    try:
        read = msgspec.json.decode(body)
    except UNREADABLE:
        return "unreadable"
    return str(read.get("kind", "of no kind")) if isinstance(read, dict) else "of no kind"


def _when(recorded_us: int) -> str:
    try:
        return iso(recorded_us)
    except (OverflowError, ValueError):
        return f"at an impossible time ({recorded_us} µs)"
