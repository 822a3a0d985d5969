"""What an ECG is worth, second by second.

The words matter more than the numbers: a lead that fell off is never called a flat line, a flat line with its
electrodes on is never called a lead off, and a signal that does not change at all is called neither.
"""

import math
from enum import StrEnum

import msgspec

from holdfast.signals import trace
from holdfast.signals.chunk import Chunk
from holdfast.signals.fibrillation import HEIGHT_MIN_MV, likelihood
from holdfast.signals.trace import Shape, TraceSecond

RAIL_MV = 10.0
"""An ECG that rests this far from zero has no electrode (estimate: the largest QRS are 5 mV; the rail of the dog
recordings is 20 mV, of 12-bit converters mostly 5 to 10 mV but then with a message of the sender)."""

SWING_MV = 8.0
"""Nothing of the heart swings so far within a second: recovering from saturation, or movement (estimate)."""

CLIPPED_SHARE = 0.08
CLIPPED_MV = 2.0
"""So much of a second cut off at its own extreme value, on a swing of at least so many mV: saturated (estimate)."""

MISSING_SHARE = 0.5
"""With so much of a second missing there is no lead, whatever the rest looks like (estimate)."""

FLAT_MV = 0.15
"""Peak to peak in the QRS band (10 to 35 Hz) below which a second holds nothing that may be counted as a beat (AJCC
24/6:545; Edan X8 manual p. 87)."""

DRIFT_MV = 2.4
"""A flat line whose level moves this far in one direction within four seconds runs to its rail (estimate: after a shock
the level of vfdb records comes back more slowly)."""

FAR_MV = 5.0
FAR_DRIFT_MV = 0.4
"""Beyond the first it is enough that it moves by the second (estimate)."""

STILL_ON_RAIL_MV = 0.5
"""A railed input may carry a little noise: less than this, peak to peak (estimate)."""

MAINS_STEP_MV = 0.2
"""A flat second whose samples differ by more than this from one to the next is an open lead in mains, not a body
(estimate: mains of 0.6 mV at up to 500 samples a second; above that the QRS band is not flat)."""

HISS_SHARE = 0.4
"""A second that changes more than this share of its QRS band from sample to sample hisses: nothing can be told from it,
and it is not quiet, whatever its last four seconds were (estimate: an open lead behind tall beats)."""

LONE_MV = 0.05
"""When the second largest peak of the QRS envelope lies below this, all but one deflection of four seconds is flat: a
lone beat on a quiet line, not noise (a beat of FLAT_MV peak to peak has an envelope of 0.055 mV: measured)."""

PEAKS_MAX_HZ = 5.5
"""More peaks of the QRS envelope per second than this are noise: 330 beats a minute (estimate)."""

REST_MAX = 0.25
REST_PER_PEAK = 0.03
"""Between beats the QRS envelope rests below this share of its peaks, a little more for every peak per second (chosen
with all 24 dogs in view, and on dog beats moved together to 150 to 300 a minute)."""

EVEN = 0.1
"""Peaks that vary by less than this, of a wave that repeats itself, are no noise, however close they stand: a fast
rhythm (estimate)."""

REGULAR = 0.75
"""Correlation of the wave with itself one period later from which it repeats itself (chosen on vfdb)."""

UNEVEN = 0.3
"""The peaks vary by more than this share of their mean: movement (same)."""

UNEVEN_REST = (0.2, 0.15)
"""Both vary by more than the first and rest above the second (same)."""


class Quality(StrEnum):
    """One word for one second of ECG."""

    USABLE = "usable"
    NOISY = "noisy"
    SATURATED = "saturated"
    SETTLING = "settling"
    """No beat, and the level runs away: electrodes that come off or were just put on."""
    LEAD_OFF = "lead_off"
    FLAT = "flat"
    FROZEN = "frozen"
    """Not one step of the converter: the lead or the device, not the animal, unless another signal agrees."""


FIT = frozenset({Quality.USABLE, Quality.FLAT})
"""Seconds from which "there was no beat" may be concluded."""


class QualitySecond(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the second beginning at ``start_us`` is worth."""

    start_us: int
    quality: Quality
    qrs_mv: float
    """Peak to peak in the QRS band."""
    fibrillation: float | None
    """How likely the last four seconds are fibrillation, 0 to 1; None where nothing can be said."""
    level_mv: float = 0.0
    """Median of the second."""
    regular_per_min: float = 0.0
    """Rate of a wave that repeats itself over the last seconds; 0 when it does not."""
    slow_share: float = 0.0
    """Natural logarithm of what lies below the QRS band to what lies in it: larger for wide complexes."""


QualityState = trace.TraceState


def initial() -> QualityState:
    """A judge that has seen nothing."""
    return trace.initial()


def dump(state: QualityState) -> bytes:
    """The state as bytes (MessagePack)."""
    return trace.dump(state)


def load(data: bytes) -> QualityState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return trace.load(data)


def step(state: QualityState, chunk: Chunk) -> tuple[QualityState, tuple[QualitySecond, ...]]:
    """Take the next samples (mV, NaN where missing or where the sender calls the lead inoperative)."""
    state, seconds = trace.step(state, chunk)
    return state, tuple(_say(second) for second in seconds)


def _say(second: TraceSecond) -> QualitySecond:
    word = judge(second)
    level_mv = 0.0 if math.isnan(second.middle) else second.middle
    shape = second.shape
    if shape is None or word not in _READABLE:
        return QualitySecond(second.start_us, word, second.qrs_mv, None, level_mv)
    regular = shape.per_min if shape.regular >= REGULAR and shape.height_mv >= HEIGHT_MIN_MV else 0.0
    return QualitySecond(second.start_us, word, second.qrs_mv, likelihood(shape), level_mv, regular, shape.log_slow)


_READABLE = frozenset({Quality.USABLE, Quality.FLAT, Quality.NOISY})


def judge(second: TraceSecond) -> Quality:
    """The word for one second."""
    if second.missing > MISSING_SHARE:
        return Quality.LEAD_OFF
    span = second.high - second.low
    if abs(second.middle) >= RAIL_MV and span < STILL_ON_RAIL_MV:
        return Quality.LEAD_OFF
    if span == 0:
        return Quality.FROZEN
    if span > SWING_MV or (span > CLIPPED_MV and second.clipped > CLIPPED_SHARE):
        return Quality.SATURATED
    if second.qrs_mv < FLAT_MV and second.step_mv > MAINS_STEP_MV:
        return Quality.NOISY
    if second.qrs_mv < FLAT_MV:
        far = abs(second.middle) > FAR_MV and second.drift_mv > FAR_DRIFT_MV
        return Quality.SETTLING if far or second.drift_mv > DRIFT_MV else Quality.FLAT
    if second.step_mv > HISS_SHARE * second.qrs_mv:
        return Quality.NOISY
    if second.shape is not None and _noisy(second.shape):
        return Quality.NOISY
    return Quality.USABLE


def _noisy(shape: Shape) -> bool:
    rest, spread = UNEVEN_REST[1], UNEVEN_REST[0]
    if shape.log_qrs_mv < math.log(LONE_MV) or (shape.spread < EVEN and shape.regular >= REGULAR):
        return False
    return (
        shape.peaks > PEAKS_MAX_HZ
        or shape.rest > REST_MAX + REST_PER_PEAK * shape.peaks
        or shape.spread > UNEVEN
        or (shape.spread > spread and shape.rest > rest)
    )
