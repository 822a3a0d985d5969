"""From held monitor messages to blocks, and back: what the monitor said between two moments."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from holdfast.kernel.limits import BLOCK_BYTES_MAX, LATEST_US, MONITOR_BLOCK_S
from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.record.blocks import decode_block, encode_block
from holdfast.record.derived import DerivedValue
from holdfast.record.events import MonitorBlockStored, case_stream
from holdfast.record.monitor import MonitorMessage, Origin, Wave
from holdfast.usecases.derived_values import Made, Source, source_of
from holdfast.usecases.ports import (
    OWN_ACTOR,
    Change,
    Held,
    NewBlock,
    NewEvent,
    NewQuarantined,
    Store,
    TrendPoint,
)

_BLOCK_US = MONITOR_BLOCK_S * US_PER_S

# A value measured longer before its message than this does not stretch the block that repeats it:
# a cuff pressure is sent again for an hour, and every block would seem to begin an hour ago.
_LATE_US = US_PER_MIN


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it was received, from a block or still held."""

    received_us: int
    message: MonitorMessage


def due_cases(held: Iterable[Held], now_us: int) -> dict[str, list[Held]]:
    """The held messages of each case whose oldest one has waited ``MONITOR_BLOCK_S``."""
    of_case: dict[str, list[Held]] = {}
    for one in held:
        of_case.setdefault(one.case_id, []).append(one)
    return {
        case_id: waiting
        for case_id, waiting in of_case.items()
        if now_us - min(one.received_us for one in waiting) >= _BLOCK_US
    }


def build_flush(
    case_id: str,
    held: Sequence[Held],
    *,
    new_id: Callable[[], str],
    now_us: int,
    derived: Mapping[Source, Sequence[Made]] | None = None,
) -> Change:
    """The change that moves these held messages of one case (at least one) into blocks, with what was ``derived``.

    A block never mixes beds, devices or origins, and spans at most ``MONITOR_BLOCK_S`` of receiving.
    The command id follows from the messages, so a flush that is tried again is applied once.
    A message that no block can hold goes to the quarantine with the reason, or it would hold up its case for ever.
    """
    events, blocks = [], []
    sorted_out = _Sorted({source: list(made) for source, made in (derived or {}).items()})
    for piece in _pieces(held):
        _sort_out(piece, sorted_out)
    for rows, data, own in sorted_out.coded:
        messages = [one.message for one in rows]
        start_us, end_us = span(messages, own)
        block_id = new_id()
        stored = MonitorBlockStored(
            at_us=end_us,
            block_id=block_id,
            bed=rows[0].bed,
            device=messages[0].device,
            origin=messages[0].origin,
            start_us=start_us,
            end_us=end_us,
            sha256=hashlib.sha256(data).hexdigest(),
            numerics=sum(len(message.numerics) for message in messages),
            waves=tuple(sorted({wave.key for message in messages for wave in message.waves})),
            refused=sum(len(message.refused) for message in messages),
        )
        events.append(NewEvent(stream=case_stream(case_id), event=stored))
        blocks.append(
            NewBlock(
                block_id=block_id,
                case_id=case_id,
                start_us=start_us,
                end_us=end_us,
                data=data,
                trend=summarise(messages, own),
            )
        )
    held_ids = tuple(one.held_id for one in held)
    named = hashlib.sha256(repr(held_ids).encode()).hexdigest()[:16]
    return Change(
        command_id=f"flush/{case_id}/{held_ids[0]}/{named}",
        actor=OWN_ACTOR,
        recorded_us=now_us,
        events=tuple(events),
        blocks=tuple(blocks),
        release_held=held_ids,
        quarantined=tuple(_set_aside(one, why) for one, why in sorted_out.unfit),
    )


@dataclass
class _Sorted:
    """Pieces with the bytes of their block and its derived values, and messages that fit into none, with the reason."""

    derived: dict[Source, list[Made]]
    """What no piece has taken yet."""
    coded: list[tuple[Sequence[Held], bytes, Sequence[DerivedValue]]] = field(default_factory=list)
    unfit: list[tuple[Held, str]] = field(default_factory=list)


def _sort_out(piece: Sequence[Held], into: _Sorted) -> None:
    """Encode the piece; where that fails, halve it until the culprit is alone."""
    try:
        for one in piece:
            _check_times(one.message)
        waiting, until_us = into.derived.get(source_of(piece[0]), []), max(one.received_us for one in piece)
        own = [made.value for made in waiting if made.received_us <= until_us]
        data = encode_block([one.message for one in piece], [one.received_us for one in piece], own)
        waiting[:] = [made for made in waiting if made.received_us > until_us]
        into.coded.append((piece, data, own))
    except (ValueError, ArithmeticError, msgspec.MsgspecError) as error:
        if len(piece) == 1:
            into.unfit.append((piece[0], str(error)))
            return
        middle = len(piece) // 2
        _sort_out(piece[:middle], into)
        _sort_out(piece[middle:], into)


def _check_times(message: MonitorMessage) -> None:
    """Raise ``ValueError`` for a time that no reader lets through today and no database could hold."""
    moments = [message.sent_us, *(one.at_us for one in message.numerics), *(one.at_us for one in message.alerts)]
    for wave in message.waves:
        moments += (wave.start_us, _wave_end_us(wave))
    # Behind 1970 is possible: times of a device whose clock runs ahead are moved back.
    if not all(-LATEST_US <= moment <= LATEST_US for moment in moments):
        raise ValueError("it speaks of a time that cannot be")


def _set_aside(one: Held, why: str) -> NewQuarantined:
    return NewQuarantined(
        received_us=one.received_us,
        peer=f"held for case {one.case_id}",
        device=one.message.device,
        reason=f"No monitor block can hold it: {why}. It is kept as it was read (MessagePack). Please report it.",
        raw=msgspec.msgpack.encode(one.message),
    )


def span(messages: Sequence[MonitorMessage], derived: Iterable[DerivedValue] = ()) -> tuple[int, int]:
    """Half-open time range (µs) of what the messages say; of when they were sent where they say nothing timed."""
    earliest_us = min(message.sent_us for message in messages) - _LATE_US
    own = [one.at_us for one in derived if one.at_us >= earliest_us]
    starts, ends = list(own), [at_us + 1 for at_us in own]
    for message in messages:
        earliest = message.sent_us - _LATE_US
        timed = [one.at_us for one in message.numerics] + [one.at_us for one in message.alerts]
        moments = [at_us for at_us in timed if at_us >= earliest]
        starts += [*moments, *(wave.start_us for wave in message.waves)] or [message.sent_us]
        ends += [*(at_us + 1 for at_us in moments), *(_wave_end_us(wave) for wave in message.waves)]
        ends.append(starts[-1] + 1)
    return min(starts), max(ends)


def summarise(messages: Iterable[MonitorMessage], derived: Iterable[DerivedValue] = ()) -> tuple[TrendPoint, ...]:
    """One point for each numeric key, unit and origin in each ten seconds of measuring, ordered by key and time.

    Counted from the first value of each, so a block of a live monitor gives one point; an hour that a monitor sends in
    one go after a network fault gives the whole course. A value that is repeated with the same time (a spot value)
    counts once. Values that are not finite numbers, which no reader lets through, are left out: a trend is drawn, not
    judged.
    """
    found: dict[tuple[str, str, Origin], set[tuple[int, float]]] = {}
    origin = Origin.LIVE
    for message in messages:
        origin = message.origin
        for one in message.numerics:
            if math.isfinite(one.value):
                found.setdefault((one.key, one.unit, origin), set()).add((one.at_us, one.value))
    for own in derived:  # only with the messages of a block, which share their origin
        if math.isfinite(own.value):
            found.setdefault((own.key, own.unit, origin), set()).add((own.at_us, own.value))
    points = []
    for (key, unit, whence), values in sorted(found.items()):
        first_us = min(values)[0]
        stretches: dict[int, list[tuple[int, float]]] = {}
        for at_us, value in sorted(values):
            stretches.setdefault((at_us - first_us) // _BLOCK_US, []).append((at_us, value))
        for stretch in stretches.values():
            at_us, last = stretch[-1]
            heights = [value for _, value in stretch]
            points.append(
                TrendPoint(
                    key=key,
                    unit=unit,
                    at_us=at_us,
                    last=last,
                    low=min(heights),
                    high=max(heights),
                    count=len(stretch),
                    origin=whence,
                )
            )
    return tuple(points)


def read_messages(store: Store, case_id: str, from_us: int, to_us: int) -> list[Heard]:
    """Every message with something in the half-open range (µs), in the order received; each message whole."""
    # Held first: a message that moves into a block between the two reads is then seen twice, which
    # can be told, and never not at all, which could not.
    waiting = [Heard(received_us=one.received_us, message=one.message) for one in store.held(case_id)]
    heard: list[Heard] = []
    for block in store.blocks(case_id, from_us=from_us, to_us=to_us):
        content = decode_block(block.data)
        heard += [
            Heard(received_us=received_us, message=message)
            for received_us, message in zip(content.received_us, content.messages, strict=True)
        ]
    in_blocks = {_identity(one) for one in heard}
    heard += [one for one in waiting if _identity(one) not in in_blocks]
    heard.sort(key=lambda one: one.received_us)
    return [one for one in heard if _touches(one.message, from_us, to_us)]


def trend_with_tail(
    store: Store, case_id: str, from_us: int, to_us: int, keys: Sequence[str] = (), stretch_us: int = 0
) -> list[TrendPoint]:
    """Trend points of blocks, then one for each held message and key that is newer; in time order.

    ``stretch_us`` as in ``Store.trend``."""
    held = store.held(case_id)
    points = store.trend(case_id, from_us=from_us, to_us=to_us, keys=keys, stretch_us=stretch_us)
    newest: dict[tuple[str, Origin], int] = {}
    for point in points:
        newest[point.key, point.origin] = max(point.at_us, newest.get((point.key, point.origin), point.at_us))
    for one in held:
        for point in summarise([one.message]):
            wanted = from_us <= point.at_us < to_us and (not keys or point.key in keys)
            if wanted and point.at_us > newest.get((point.key, point.origin), from_us - 1):
                newest[point.key, point.origin] = point.at_us
                points.append(point)
    return sorted(points, key=lambda point: point.at_us)


def _pieces(held: Sequence[Held]) -> list[list[Held]]:
    """The held messages cut into what may share a block, in order of arrival."""
    open_pieces: dict[tuple[str, str, Origin], list[Held]] = {}
    weights: dict[tuple[str, str, Origin], int] = {}
    pieces: list[list[Held]] = []
    for one in held:
        kind = (one.bed, one.message.device, one.message.origin)
        weight = len(msgspec.msgpack.encode(one.message))
        piece = open_pieces.get(kind)
        full = piece is not None and (
            abs(one.received_us - piece[0].received_us) >= _BLOCK_US or weights[kind] + weight > BLOCK_BYTES_MAX // 2
        )
        if piece is None or full:
            piece = open_pieces[kind] = []
            weights[kind] = 0
            pieces.append(piece)
        piece.append(one)
        weights[kind] += weight
    return pieces


def _identity(one: Heard) -> tuple[int, str, str, int]:
    return one.received_us, one.message.device, one.message.control_id, one.message.sent_us


def _touches(message: MonitorMessage, from_us: int, to_us: int) -> bool:
    """Whether it was sent in the range, or anything it says is of the range."""
    moments = [message.sent_us, *(one.at_us for one in message.numerics), *(one.at_us for one in message.alerts)]
    return any(from_us <= moment < to_us for moment in moments) or any(
        wave.start_us < to_us and _wave_end_us(wave) > from_us for wave in message.waves
    )


def _samples(wave: Wave) -> int:
    return len(wave.samples) // 4


def _wave_end_us(wave: Wave) -> int:
    return wave.start_us + math.ceil(_samples(wave) * US_PER_S / wave.rate_hz)
