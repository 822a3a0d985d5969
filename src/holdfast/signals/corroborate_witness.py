"""What one signal testifies: its beats in the last seconds, and whether it can be believed.

In true arrest, detectors that adapt find beats in noise. Real beats look like each other: so a signal is believed only
if its beats have one shape and one height and rest lies between them. It is a witness of the heart, whatever the
sensor: an ECG lead, an arterial line or a pleth.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from holdfast.signals.chunk import Floats
from holdfast.signals.corroborate_trace import RATE_HZ, Trace, band, peaks, smooth

TESTIFY_S = 14.0
"""Seconds before the alarm that are asked: an event begins at most 10 s before its alarm (CinC 2015), plus its length
of 4 s."""

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats of one trace: ``at`` (n,) sample indices, the wave they were seen on and its envelope."""

    at: Indices
    wave: Floats
    envelope: Floats
    trace: Trace


@dataclass(frozen=True)
class Witness:
    """Testimony of one signal over the last TESTIFY_S."""

    key: str
    electrical: bool
    """An ECG lead; otherwise the signal shows pulses."""
    count: int
    gap_s: float
    """Longest time without a beat, the ends of the window counted as beats."""
    likeness: float
    """Mean correlation of each beat with the median beat: 1 when all are alike."""
    height_spread: float
    """Standard deviation of the heights over their mean."""
    interval_spread: float
    """The same of the intervals."""
    rest: float
    """Median of the envelope over the median beat: near 0 when there is rest between beats."""
    still: float
    """Share of samples equal to the one before."""
    missing: float
    height: float
    """Median swing of a beat in the signal's unit."""
    intervals_s: tuple[float, ...]

    def slowest_per_min(self, beats: int) -> float | None:
        """Lowest rate over so many beats in a row; None when there were not so many."""
        return min(self._rates(beats), default=None)

    def fastest_per_min(self, beats: int) -> float | None:
        """Highest rate over so many beats in a row; None when there were not so many."""
        return max(self._rates(beats), default=None)

    def _rates(self, beats: int) -> list[float]:
        steps = beats - 1
        ends = np.cumsum((0.0, *self.intervals_s))
        return [60 * steps / (b - a) for a, b in zip(ends[:-steps], ends[steps:], strict=False)]


def electrical_beats(trace: Trace) -> Beats:
    """QRS complexes of an ECG lead (mV)."""
    qrs = band(trace.samples, 8, 25)
    envelope = np.sqrt(smooth(qrs * qrs, 0.10))
    return Beats(peaks(envelope, 0.24, 0.35), band(trace.samples, 0.7, 40), envelope, trace)


def pulse_beats(trace: Trace) -> Beats:
    """Upstrokes of a pressure or pleth wave."""
    wave = band(trace.samples, 0.5, 8)
    rise = np.maximum(np.diff(wave, prepend=wave[0]), 0.0)
    envelope = smooth(rise, 0.12)
    return Beats(peaks(envelope, 0.3, 0.35), wave, envelope, trace)


def bear_witness(key: str, beats: Beats, electrical: bool, seconds: float = TESTIFY_S) -> Witness:
    """What the last ``seconds`` of a signal say."""
    length = len(beats.envelope)
    first = max(0, length - round(seconds * RATE_HZ))
    at = beats.at[beats.at >= first]
    times = at / RATE_HZ
    intervals = np.diff(times)
    edges = (first / RATE_HZ, *times.tolist(), length / RATE_HZ)
    heights = beats.envelope[at]
    recent = beats.envelope[first:]
    usual = float(np.median(heights)) if len(at) else float(recent.max())
    likeness, height = _likeness(beats.wave, at, electrical)
    samples = beats.trace.samples[first:]
    return Witness(
        key=key,
        electrical=electrical,
        count=len(at),
        gap_s=max(b - a for a, b in pairwise(edges)),
        likeness=likeness,
        height_spread=_spread(heights),
        interval_spread=_spread(intervals),
        rest=float(np.median(recent)) / usual if usual > 0 else 1.0,
        still=float(np.mean(np.diff(samples) == 0)),
        missing=float(np.mean(beats.trace.missing[first:])),
        height=height,
        intervals_s=tuple(intervals.tolist()),
    )


UNLIKE = 2.0
"""Spread said of fewer than three values: more than any believed witness has."""


def _spread(values: Floats) -> float:
    if len(values) < 3:
        return UNLIKE
    return float(np.std(values) / np.mean(values))


def _likeness(wave: Floats, at: Indices, electrical: bool) -> tuple[float, float]:
    """Mean correlation of the beats with their median, and their median swing; (0, 0) for fewer than three."""
    half = round((0.15 if electrical else 0.3) * RATE_HZ)
    where = aligned(wave, at) if electrical else at
    shapes = cut(wave, where, half)
    if len(shapes) < 3:
        return 0.0, 0.0
    units = normalised(shapes)
    middle = np.median(units, axis=0)
    middle /= np.linalg.norm(middle) + 1e-12
    return float(np.mean(units @ middle)), float(np.median(np.ptp(shapes, axis=1)))


def aligned(wave: Floats, at: Indices) -> Indices:
    """Each beat moved to the largest deflection within 80 ms, of the sign that most beats have."""
    side = round(0.08 * RATE_HZ)
    near = [wave[max(0, i - side) : i + side + 1] for i in at.tolist()]
    if not near:
        return at
    sign = np.sign(np.median([one[np.argmax(np.abs(one))] for one in near])) or 1.0
    starts = np.maximum(0, at - side)
    return starts + np.array([int(np.argmax(sign * one)) for one in near], dtype=np.int64)


def cut(wave: Floats, at: Indices, half: int) -> Floats:
    """(beats, 2 half + 1) pieces around those indices that lie whole inside the wave."""
    whole = at[(at >= half) & (at + half < len(wave))]
    pieces: Floats = wave[whole[:, None] + _offsets(half)[None, :]]
    return pieces


@lru_cache(maxsize=8)
def _offsets(half: int) -> Indices:
    return np.arange(-half, half + 1)


def normalised(shapes: Floats) -> Floats:
    """Rows without their mean, of length 1."""
    level = shapes - shapes.mean(axis=1, keepdims=True)
    units: Floats = level / (np.linalg.norm(level, axis=1, keepdims=True) + 1e-12)
    return units
