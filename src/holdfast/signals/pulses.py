"""Pulses of a pleth or an arterial pressure wave: when each came, and the pressures of each beat."""

from enum import StrEnum

import msgspec

from holdfast.signals import swings
from holdfast.signals.chunk import Chunk

PULSE_PRESSURE_MIN_MMHG = 6.0
"""A smaller swing of arterial pressure is not a pulse (estimate; ripple of a flushed line is 1 to 3 mmHg)."""


class Source(StrEnum):
    """What the wave is: its unit says whether there is an absolute floor."""

    PLETH = "pleth"
    ARTERIAL = "arterial"


_KINDS = {
    Source.PLETH: swings.Kind((0.4, 8.0), 0.2, 1e-6, 3.0),
    Source.ARTERIAL: swings.Kind((0.0, 16.0), 0.2, PULSE_PRESSURE_MIN_MMHG, 3.0),
}


class Pulse(msgspec.Struct, frozen=True):
    """One pulse. Pressures in mmHg for an arterial wave; for a pleth only their difference means something."""

    at_us: int
    """Of the systolic peak."""
    onset_us: int
    systolic: float
    diastolic: float
    mean: float | None
    """Mean over the beat before (onset to onset); None for the first."""


class PulseState(msgspec.Struct, frozen=True, tag="pulses.1", forbid_unknown_fields=True):
    """Which wave it is, and the engine's memory."""

    source: Source
    swing: swings.SwingState = swings.SwingState()


def initial(source: Source) -> PulseState:
    """Nothing seen yet."""
    return PulseState(source)


def dump(state: PulseState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> PulseState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return msgspec.msgpack.decode(data, type=PulseState)


def step(state: PulseState, chunk: Chunk) -> tuple[PulseState, tuple[Pulse, ...]]:
    """Take the next samples; return the pulses that became certain, at most 0.2 s after their peak once learned."""
    kind = _KINDS[state.source]
    after, found = swings.step(kind, state.swing, chunk)
    lag = swings.lag_samples(kind, chunk.rate_hz)
    time = after.timeline.time_us
    pulses = tuple(Pulse(time(s.peak - lag), time(s.trough - lag), s.high, s.low, s.mean) for s in found)
    return PulseState(state.source, after), pulses
