"""Heart beats of an ECG, live: causal, any rate from 100 to 1000 Hz, either polarity, any gain.

A candidate is a peak of the QRS-band envelope; a small learned network that compares it with the beats before, with the
wave after them and with its surroundings says whether it is a beat (``qrs_kernel``, ``qrs_features``; method, data and
figures in ``docs/reference/beats.md``). Nothing in it knows what a millivolt is: whether a signal is large enough to
believe in is for ``quality`` to say.
"""

import msgspec
import numpy as np

from holdfast.kernel import typed
from holdfast.signals import qrs_kernel
from holdfast.signals.chunk import Chunk, Timeline, lay, pack, unpack
from holdfast.signals.qrs_front import Preset, design, split
from holdfast.signals.qrs_weights import layers

DELAY_S = 0.3
"""R peak to report at most, the first beat included."""


class Beat(msgspec.Struct, frozen=True):
    """One heart beat: instant of its R peak, the largest deflection."""

    at_us: int
    height_mv: float
    """Signed height of that deflection in the band of the preset (dog: 3 to 40 Hz)."""
    width_s: float = 0.0
    """Length of the QRS-band envelope at half its height: grows with the QRS, 0.03 s more or less for a narrow one."""
    likeness: float = 0.0
    """Correlation of its shape with the running mean of the beats before, -1 to 1; 0 for the first."""
    confidence: float = 1.0
    """What the network gave it, 0.5 to 1."""


class BeatState(msgspec.Struct, frozen=True, tag="ecg_beats.2", forbid_unknown_fields=True):
    """Everything the detector remembers: some 20 kB, at no sampling rate more than 40 kB."""

    preset: Preset = Preset.DOG
    timeline: Timeline = Timeline()
    memory: bytes = b""
    """Packed, ``qrs_front.split``."""


def initial(preset: Preset = Preset.DOG) -> BeatState:
    """A detector that has seen nothing."""
    return BeatState(preset)


def dump(state: BeatState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> BeatState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, BeatState)


def step(state: BeatState, chunk: Chunk) -> tuple[BeatState, tuple[Beat, ...]]:
    """Take the next samples (any electrical unit; heights come back in it); the beats that became certain with them.

    ValueError for a rate below 100 or above 2000 Hz.
    """
    timeline, laid = lay(state.timeline, chunk)
    plan = design(state.preset, timeline.rate_hz)
    memory = np.zeros(plan.size) if laid.restarted else unpack(state.memory).copy()
    said = qrs_kernel.room(len(laid.samples), plan)
    count = qrs_kernel.run(
        np.ascontiguousarray(laid.samples), split(memory, plan.capacity), plan.sos, plan.rest, plan.numbers,
        layers(state.preset), said,
    )  # fmt: skip
    beats = tuple(
        Beat(timeline.time_us(at), height, width, likeness, probability)
        for at, accepted, probability, height, width, likeness in said[:count, : qrs_kernel.OUT].tolist()
        if accepted
    )
    return BeatState(state.preset, timeline, pack(memory)), beats
