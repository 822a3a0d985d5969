"""Breathing from the ECG alone: the sway of the heart's rhythm (respiratory sinus arrhythmia) and of the QRS.

Most dogs at rest breathe and beat in step, so the distance of beats tells most. A dog in shock loses that sway; the
chest still moves the heart under the electrodes, which the area of the QRS shows.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from holdfast.kernel import typed
from holdfast.kernel.compiled import compiled
from holdfast.signals import breath_modulation
from holdfast.signals.breath_modulation import ModulationState
from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
from holdfast.signals.heart_rate import Rate

LEVEL_S = (0.085, 0.045)
"""The level before the QRS is the mean over this stretch before the R peak: behind the P wave, before the Q wave."""

AREA_S = 0.06
"""The area is taken so far to either side of the R peak: a dog's QRS, with what an R peak may be off."""

KEPT_S = 1.0
"""Signal kept from before a chunk: a beat is told at most 0.3 s after its R peak."""


class EcgBreathState(msgspec.Struct, frozen=True, tag="ecg_respiration.1", forbid_unknown_fields=True):
    """The last seconds of ECG, and the beats of the last window."""

    timeline: Timeline = Timeline()
    tail: bytes = b""
    marks: ModulationState = breath_modulation.initial(1, chest=True)


def initial() -> EcgBreathState:
    """Nothing seen yet."""
    return EcgBreathState()


def dump(state: EcgBreathState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> EcgBreathState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, EcgBreathState)


def feed(state: EcgBreathState, chunk: Chunk, beats_us: Sequence[int]) -> EcgBreathState:
    """Take the next samples (mV) and the beats that became certain with them."""
    timeline, laid = lay(state.timeline, chunk)
    if laid.restarted:
        state = EcgBreathState(marks=breath_modulation.restarted(state.marks))
    packed = state.tail + pack(laid.samples)
    marks = []
    if beats_us:
        tail = unpack(packed)
        first = timeline.count - len(tail)
        for at_us in beats_us:
            centre = round((at_us - timeline.base_us) * timeline.rate_hz / 1e6) - first
            marks.append((at_us, (_area(tail, centre, timeline.rate_hz),)))
    kept = packed[-8 * int(KEPT_S * timeline.rate_hz) :]
    return EcgBreathState(timeline, kept, breath_modulation.add(state.marks, marks))


def step(state: EcgBreathState, end_us: int, unfit: bool) -> tuple[EcgBreathState, Rate]:
    """The rate at the end of a second, all of whose beats were fed. ``unfit``: its ECG says nothing."""
    marks, rate = breath_modulation.step(state.marks, end_us, unfit)
    return EcgBreathState(state.timeline, state.tail, marks), rate


@compiled
def _area(samples: Floats, centre: int, rate_hz: float) -> float:
    """Logarithm of the area between the ECG and its level before the QRS; NaN when samples are missing."""
    start, stop = centre - round(LEVEL_S[0] * rate_hz), centre - round(LEVEL_S[1] * rate_hz) + 1
    side = round(AREA_S * rate_hz)
    if start < 0 or centre + side >= len(samples):
        return np.nan
    level = samples[start:stop].mean()
    area = 0.0
    for i in range(centre - side, centre + side + 1):
        area += abs(samples[i] - level)
    return np.log(area) if area > 0 else np.nan
