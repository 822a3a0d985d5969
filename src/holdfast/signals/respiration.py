"""Breaths from chest impedance or from the carbon dioxide wave.

Panting (above about 90 per minute) is not counted: on these waves it cannot be told from the heart's ripple.
"""

import msgspec

from holdfast.signals import slow_wave
from holdfast.signals.chunk import Chunk
from holdfast.signals.slow_wave import SlowWaveState


class Breath(msgspec.Struct, frozen=True, gc=False):
    """One breath: instant of the wave's peak, and the levels of its trough and peak (mmHg for carbon dioxide)."""

    at_us: int
    low: float
    high: float


def step(state: SlowWaveState, chunk: Chunk) -> tuple[SlowWaveState, tuple[Breath, ...]]:
    """Take the next samples; return the breaths that became certain, oldest first."""
    after, found = slow_wave.step(state, chunk)
    return after, tuple([Breath(s.at_us, s.low, s.high) for s in found])
