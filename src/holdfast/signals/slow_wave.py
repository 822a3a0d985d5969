"""One slow wave of a bed: which it is, what a swing of it must look like, and the swings as they become certain.

Pulses and breaths are both read from here; they differ only in what a swing means.
"""

from enum import StrEnum

import msgspec

from holdfast.kernel import typed
from holdfast.signals import swings
from holdfast.signals.chunk import Chunk

PULSE_PRESSURE_MIN_MMHG = 6.0
"""A smaller swing of arterial pressure is not a pulse (estimate; ripple of a flushed line is 1 to 3 mmHg)."""

CO2_RISE_MIN_MMHG = 4.0
"""A breath must bring at least so much carbon dioxide (estimate; rebreathing ripple stays below)."""

ANY = 1e-6
"""Pleth and impedance come in units of the sender's own: there is no absolute floor."""


class Source(StrEnum):
    """What the wave is."""

    PLETH = "pleth"
    ARTERIAL = "arterial"
    IMPEDANCE = "impedance"
    CO2 = "co2"


KINDS = {
    Source.PLETH: swings.Kind((0.4, 8.0), 0.2, ANY, 3.0),
    Source.ARTERIAL: swings.Kind((0.0, 16.0), 0.2, PULSE_PRESSURE_MIN_MMHG, 3.0),
    Source.IMPEDANCE: swings.Kind((0.05, 1.5), 0.6, ANY, 15.0),
    Source.CO2: swings.Kind((0.0, 3.0), 0.6, CO2_RISE_MIN_MMHG, 15.0, flat_tops=True),
}


class SlowWaveState(msgspec.Struct, frozen=True, tag="slow_wave.3", forbid_unknown_fields=True):
    """Which wave it is, and the engine's memory."""

    source: Source
    swing: swings.SwingState = swings.SwingState()


class TimedSwing(msgspec.Struct, frozen=True, gc=False):
    """One swing on the clock: instants of its trough and peak, freed of the filter's lag, and the levels there."""

    onset_us: int
    at_us: int
    low: float
    high: float
    mean: float | None
    """Mean level since the trough before; None for the first."""


def initial(source: Source) -> SlowWaveState:
    """Nothing seen yet."""
    return SlowWaveState(source)


def dump(state: SlowWaveState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> SlowWaveState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, SlowWaveState)


def step(state: SlowWaveState, chunk: Chunk) -> tuple[SlowWaveState, tuple[TimedSwing, ...]]:
    """Take the next samples; return the swings that became certain, oldest first.

    A swing is certain half its kind's shortest spacing after its peak, once the first ones have shown what is usual.
    """
    kind = KINDS[state.source]
    after, found = swings.step(kind, state.swing, chunk)
    if not found:
        return SlowWaveState(state.source, after), ()
    lag = swings.lag_samples(kind, chunk.rate_hz)
    time = after.timeline.time_us
    timed = tuple([TimedSwing(time(s.trough - lag), time(s.peak - lag), s.low, s.high, s.mean) for s in found])
    return SlowWaveState(state.source, after), timed
