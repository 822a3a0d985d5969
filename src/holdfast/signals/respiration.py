"""Breaths from chest impedance or from the carbon dioxide wave.

Panting (above about 90 per minute) is not counted: on these waves it cannot be told from the heart's ripple.
"""

from enum import StrEnum

import msgspec

from holdfast.signals import swings
from holdfast.signals.chunk import Chunk

CO2_RISE_MIN_MMHG = 4.0
"""A breath must bring at least so much carbon dioxide (estimate; rebreathing ripple stays below)."""


class Source(StrEnum):
    """What the wave is."""

    IMPEDANCE = "impedance"
    CO2 = "co2"


_KINDS = {
    Source.IMPEDANCE: swings.Kind((0.05, 1.5), 0.6, 1e-6, 15.0),
    Source.CO2: swings.Kind((0.0, 3.0), 0.6, CO2_RISE_MIN_MMHG, 15.0),
}


class RespirationState(msgspec.Struct, frozen=True, tag="respiration.1", forbid_unknown_fields=True):
    """Which wave it is, and the engine's memory."""

    source: Source
    swing: swings.SwingState = swings.SwingState()


def initial(source: Source) -> RespirationState:
    """Nothing seen yet."""
    return RespirationState(source)


def dump(state: RespirationState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> RespirationState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return msgspec.msgpack.decode(data, type=RespirationState)


def step(state: RespirationState, chunk: Chunk) -> tuple[RespirationState, tuple[int, ...]]:
    """Take the next samples; return the instants (us) of breaths that became certain, oldest first."""
    after, found = swings.step(_KINDS[state.source], state.swing, chunk)
    return RespirationState(state.source, after), tuple(after.timeline.time_us(s.peak) for s in found)
