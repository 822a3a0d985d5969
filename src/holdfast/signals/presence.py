"""Whether a slow wave (pleth, pressure, respiration) was there at all, second by second."""

import msgspec
import numpy as np

from holdfast.kernel.time import US_PER_S
from holdfast.signals.chunk import Chunk, Timeline, lay, pack, unpack
from holdfast.signals.seconds import complete

MISSING_SHARE = 0.5
"""With so much of a second missing there is no sensor (estimate, as for an ECG lead)."""


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
    return msgspec.msgpack.decode(data, type=PresenceState)


def step(state: PresenceState, chunk: Chunk) -> tuple[PresenceState, tuple[tuple[int, bool], ...]]:
    """Take the next samples; per whole second: its start (us), and whether there was a signal that moved."""
    timeline, laid = lay(state.timeline, chunk)
    pending = laid.samples if laid.restarted else np.concatenate((unpack(state.pending), laid.samples))
    first = timeline.count - len(pending)
    seconds = complete(timeline, first)
    said = []
    for second, start, end in seconds:
        window = pending[start - first : end - first]
        seen = window[~np.isnan(window)]
        there = len(seen) > (1 - MISSING_SHARE) * len(window) and bool(seen.min() < seen.max())
        said.append((second * US_PER_S, there))
    done = seconds[-1][2] if seconds else first
    return PresenceState(timeline, pack(pending[done - first :])), tuple(said)
