"""Seeded trouble on the line, for tests and load: what networks and monitors really do to messages."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import numpy as np

from holdfast.kernel.time import US_PER_S
from holdfast.record.monitor import MonitorMessage

T = TypeVar("T")

SENTINELS = (-999.0, -99.9, -1.0, 32767.0, 8388607.0)
"""What real senders write where they have no value (each was seen in a collected message)."""


@dataclass(frozen=True)
class FaultPlan:
    """How often each fault strikes one message, each from 0 to 1."""

    drop: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    """Held back behind up to ``delay_max`` later messages: it arrives out of order."""
    delay_max: int = 5
    clock_back: float = 0.0
    """The sender's clock jumps back by ``clock_back_s`` for this message."""
    clock_back_s: float = 3600.0
    sentinel: float = 0.0
    """One of the numerics carries a sentinel instead of a value."""
    truncate: float = 0.0
    """Encoded bytes end early (only for bytes)."""


def faulty_messages(messages: Iterable[MonitorMessage], plan: FaultPlan, seed: int) -> Iterator[MonitorMessage]:
    """The same stream with the plan's faults; same plan and seed give the same faults. ``truncate`` is not used."""
    rng = np.random.default_rng(seed)

    def spoil(message: MonitorMessage) -> MonitorMessage:
        if rng.random() < plan.clock_back:
            message = _set_back(message, round(plan.clock_back_s * US_PER_S))
        if rng.random() < plan.sentinel and message.numerics:
            message = _with_sentinel(message, rng)
        return message

    return _on_the_line(messages, plan, rng, spoil)


def faulty_bytes(encoded: Iterable[bytes], plan: FaultPlan, seed: int) -> Iterator[bytes]:
    """Already encoded messages, dropped, doubled, delayed or cut short. Clock and sentinel are not used."""
    rng = np.random.default_rng(seed)

    def spoil(data: bytes) -> bytes:
        if rng.random() < plan.truncate and len(data) > 1:
            return data[: int(rng.integers(1, len(data)))]
        return data

    return _on_the_line(encoded, plan, rng, spoil)


def _on_the_line(items: Iterable[T], plan: FaultPlan, rng: np.random.Generator, spoil: Callable[[T], T]) -> Iterator[T]:
    held: list[tuple[int, T]] = []
    for place, item in enumerate(items):
        if rng.random() >= plan.drop:
            spoiled = spoil(item)
            if rng.random() < plan.delay:
                held.append((place + int(rng.integers(1, plan.delay_max + 1)), spoiled))
            else:
                yield spoiled
                if rng.random() < plan.duplicate:
                    yield spoiled
        yield from (late for due, late in held if due <= place)
        held = [(due, late) for due, late in held if due > place]
    yield from (late for _, late in held)


def _set_back(message: MonitorMessage, back_us: int) -> MonitorMessage:
    return msgspec.structs.replace(
        message,
        sent_us=message.sent_us - back_us,
        numerics=tuple(msgspec.structs.replace(n, at_us=n.at_us - back_us) for n in message.numerics),
        waves=tuple(msgspec.structs.replace(w, start_us=w.start_us - back_us) for w in message.waves),
        alerts=tuple(msgspec.structs.replace(a, at_us=a.at_us - back_us) for a in message.alerts),
    )


def _with_sentinel(message: MonitorMessage, rng: np.random.Generator) -> MonitorMessage:
    numerics = list(message.numerics)
    place = int(rng.integers(len(numerics)))
    numerics[place] = msgspec.structs.replace(numerics[place], value=float(rng.choice(SENTINELS)))
    return msgspec.structs.replace(message, numerics=tuple(numerics))
