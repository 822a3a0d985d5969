"""Whether a slow wave (pleth, pressure, respiration) was there at all, second by second."""

from enum import IntEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from holdfast.kernel import typed
from holdfast.kernel.compiled import compiled
from holdfast.kernel.time import US_PER_S
from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
from holdfast.signals.seconds import complete

MISSING_SHARE = 0.5
"""With so much of a second missing there is no sensor (estimate, as for an ECG lead)."""


class Presence(IntEnum):
    """What a second of a wave was."""

    MISSING = 0
    STILL = 1
    """Sent, every sample alike."""
    MOVING = 2


class PresenceState(msgspec.Struct, frozen=True, tag="presence.1", forbid_unknown_fields=True):
    """At most one second of signal."""

    timeline: Timeline = Timeline()
    pending: bytes = b""


def initial() -> PresenceState:
    """Nothing seen yet."""
    return PresenceState()


def dump(state: PresenceState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> PresenceState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, PresenceState)


def step(state: PresenceState, chunk: Chunk) -> tuple[PresenceState, tuple[tuple[int, Presence], ...]]:
    """Take the next samples; per whole second: its start (us), and what it was."""
    timeline, laid = lay(state.timeline, chunk)
    pending = _NOTHING if laid.restarted else unpack(state.pending)
    said, pending = _run(laid.samples, pending, timeline.base_us, timeline.rate_hz, timeline.count)
    return PresenceState(timeline, pack(pending)), tuple((start_us, Presence(what)) for start_us, what in said.tolist())


_NOTHING = unpack(b"")


@compiled
def _run(fresh: Floats, pending: Floats, base_us: int, rate_hz: float, count: int) -> tuple[NDArray[np.int64], Floats]:
    """Rows of start (us) and what it was, for the seconds that are over; the samples after them."""
    samples = np.concatenate((pending, fresh))
    first = count - samples.shape[0]
    seconds = complete(base_us, rate_hz, count, first)
    said = np.empty((seconds.shape[0], 2), dtype=np.int64)
    done = first
    for k in range(seconds.shape[0]):
        done = seconds[k, 2]
        said[k, 0] = seconds[k, 0] * US_PER_S
        said[k, 1] = _presence(samples[seconds[k, 1] - first : done - first])
    return said, samples[done - first :]


@compiled
def _presence(window: Floats) -> int:
    """0 when too few samples are there, 1 when all of them are alike, else 2."""
    seen, least, largest = 0, np.inf, -np.inf
    for value in window:
        if not np.isnan(value):
            seen += 1
            least, largest = min(least, value), max(largest, value)
    if seen <= (1 - MISSING_SHARE) * window.shape[0]:
        return 0
    return 2 if least < largest else 1
