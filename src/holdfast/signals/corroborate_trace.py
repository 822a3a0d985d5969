"""The last seconds before an alarm, made alike: one sampling rate, no holes, bands without delay.

The check looks back over a window that is already there, so its filters run both ways and move nothing in time. Only
differences of shape and timing are used later: multiplying a signal by any number changes no answer, except where a
rule names millivolts.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.signals.chunk import Floats
from holdfast.signals.filters import butter, fetch

RATE_HZ = 125
"""All signals are brought to this rate: enough for the width of a QRS, half the work of 250 Hz (estimate)."""

LOOK_BACK_S = 40.0
"""Signal used at most. What is usual (the height of a beat) is learned from all of it."""

LEAST_S = 5.0
"""A shorter signal says nothing about a gap of 4 s (estimate)."""


@dataclass(frozen=True, eq=False)
class Signal:
    """One signal of the bed up to the alarm: ``key`` as in ``channels`` (ecg_ii, art, pleth, ...), samples newest last,
    NaN where missing. All signals of a window end at the same moment."""

    key: str
    rate_hz: float
    samples: Floats


@dataclass(frozen=True, eq=False)
class Trace:
    """(n,) samples at RATE_HZ without holes, and which of them were missing."""

    samples: Floats
    missing: NDArray[np.bool_]

    @property
    def seconds(self) -> float:
        """Length of the trace."""
        return len(self.samples) / RATE_HZ


def prepare(signal: Signal, seconds: float = LOOK_BACK_S) -> Trace | None:
    """The last ``seconds`` of a signal as a trace; None when too little of it is there. ValueError for a bad rate.

    Missing samples hold the value before. Each sample is the mean of the signal over its 8 ms, at any rate.
    """
    if not (np.isfinite(signal.rate_hz) and signal.rate_hz > 0):
        raise ValueError(f"a sampling rate of {signal.rate_hz} Hz is not one")
    recent = np.asarray(signal.samples, dtype=np.float64)[-round(seconds * signal.rate_hz) :]
    absent = ~np.isfinite(recent)
    count = int(len(recent) / signal.rate_hz * RATE_HZ + 1e-6)
    if count < LEAST_S * RATE_HZ or absent.all():
        return None
    index = np.maximum.accumulate(np.where(absent, -1, np.arange(len(recent))))
    held = np.where(index >= 0, recent[index], recent[int(np.argmin(absent))])
    edges = len(recent) - (np.arange(count, -1, -1) * signal.rate_hz / RATE_HZ)
    step = signal.rate_hz / RATE_HZ
    return Trace(_integral(held, edges) / step, _integral(absent.astype(np.float64), edges) / step > 0.01)


def _integral(samples: Floats, edges: Floats) -> Floats:
    """Sum of a step function between successive edges (in samples)."""
    level = float(samples[0])
    total = np.concatenate(([0.0], np.cumsum(samples - level)))
    return np.diff(np.interp(edges, np.arange(len(total)), total)) + level * np.diff(edges)


@lru_cache(maxsize=16)
def _design(low: float, high: float) -> Any:
    return butter(2, (low, high), btype="bandpass", fs=RATE_HZ, output="sos")


def band(samples: Floats, low_hz: float, high_hz: float) -> Floats:
    """Band-passed both ways: nothing is moved in time."""
    sos = _design(low_hz, high_hz)
    passed: Floats = fetch().sosfiltfilt(sos, samples, padlen=min(len(samples) - 1, 3 * RATE_HZ))
    return passed


def smooth(samples: Floats, seconds: float) -> Floats:
    """Mean over ``seconds`` centred on each sample; the ends repeat."""
    width = max(1, round(seconds * RATE_HZ))
    padded = np.pad(samples, (width // 2, width - 1 - width // 2), mode="edge")
    total = np.concatenate(([0.0], np.cumsum(padded)))
    mean: Floats = np.maximum(0.0, total[width:] - total[:-width]) / width
    return mean


def peaks(envelope: Floats, spacing_s: float, share: float) -> NDArray[np.int64]:
    """Peaks at least so far apart that reach a share of the usual largest one (median over stretches of 1.5 s)."""
    length = int(1.5 * RATE_HZ)
    stretches = len(envelope) // length
    usual = float(np.median(envelope[-stretches * length :].reshape(stretches, length).max(axis=1)))
    if usual <= 0:
        return np.empty(0, dtype=np.int64)
    found, _ = fetch().find_peaks(envelope, height=share * usual, distance=max(1, round(spacing_s * RATE_HZ)))
    return np.asarray(found, dtype=np.int64)
