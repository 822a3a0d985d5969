"""Pulses of a pleth or an arterial pressure wave: when each came, and the pressures of each beat."""

import msgspec

from holdfast.signals import slow_wave
from holdfast.signals.chunk import Chunk
from holdfast.signals.slow_wave import SlowWaveState


class Pulse(msgspec.Struct, frozen=True, gc=False):
    """One pulse. Pressures in mmHg for an arterial wave; for a pleth only their difference means something."""

    at_us: int
    """Of the systolic peak."""
    onset_us: int
    systolic: float
    diastolic: float
    mean: float | None
    """Mean over the beat before (onset to onset); None for the first."""


def step(state: SlowWaveState, chunk: Chunk) -> tuple[SlowWaveState, tuple[Pulse, ...]]:
    """Take the next samples; return the pulses that became certain, at most 0.2 s after their peak once learned."""
    after, found = slow_wave.step(state, chunk)
    return after, tuple([Pulse(s.at_us, s.onset_us, s.high, s.low, s.mean) for s in found])
