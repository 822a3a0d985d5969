"""The front of the beat detector: from raw ECG to the QRS envelope, sample by sample and exactly resumable.

Only recursive filters with carried state are used, so the result of a sample does not depend on how the signal
was cut into chunks, to the last bit.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from holdfast.signals.chunk import Floats, pack, unpack
from holdfast.signals.filters import butter, sosfilt, sosfilt_zi

QRS_BAND_HZ = (15.0, 45.0)
"""Where a dog's QRS stands out from its T wave (the band of the prototype in our measurements was 20 to 50 Hz)."""

PEAK_BAND_HZ = (5.0, 40.0)
"""Band in which the R peak itself is looked for: wide enough that the largest deflection stays where it is."""

ENVELOPE_TAU_S = 0.012
"""Time constant of each of the three smoothing stages of the energy: together about the length of a dog's QRS."""

STILL_S = 0.15
"""A signal that has not moved at all for this long was held or railed; filters start afresh when it moves again."""


@dataclass(frozen=True, eq=False)
class Design:
    """Filter coefficients for one rate, and by how many samples each output lags the signal."""

    qrs: Floats
    qrs_rest: Floats
    peak: Floats
    peak_rest: Floats
    smooth: Floats
    envelope_lag: int
    peak_lag: int


@lru_cache(maxsize=16)
def design(rate_hz: float) -> Design:
    """Filters for a rate; ValueError below 100 or above 2000 Hz."""
    if not 100 <= rate_hz <= 2000:
        raise ValueError(f"beats can be found at 100 to 2000 samples per second, not at {rate_hz:g}")
    qrs = _band(QRS_BAND_HZ, rate_hz, 2)
    peak = _band(PEAK_BAND_HZ, rate_hz, 1)
    keep = float(np.exp(-1.0 / (ENVELOPE_TAU_S * rate_hz)))
    smooth = np.array([[1 - keep, 0.0, 0.0, 1.0, -keep, 0.0]] * 3)
    pulse = np.zeros(int(rate_hz))
    middle = len(pulse) // 2
    pulse += np.exp(-0.5 * ((np.arange(len(pulse)) - middle) / (0.008 * rate_hz)) ** 2)
    energy = sosfilt(smooth, sosfilt(qrs, pulse) ** 2)
    shape = np.abs(sosfilt(peak, pulse))
    return Design(
        qrs, sosfilt_zi(qrs), peak, sosfilt_zi(peak), smooth,
        int(np.argmax(energy)) - middle, int(np.argmax(shape)) - middle,
    )  # fmt: skip


def _band(band_hz: tuple[float, float], rate_hz: float, order: int) -> Any:
    high = min(band_hz[1], 0.45 * rate_hz)
    return butter(order, (band_hz[0], high), btype="bandpass", fs=rate_hz, output="sos")


class FilterState(msgspec.Struct, frozen=True):
    """Carried filter memory (packed arrays), the value held over missing samples, and how long it has stood still."""

    qrs: bytes = b""
    peak: bytes = b""
    smooth: bytes = pack(np.zeros(6))
    held: float = 0.0
    still: int = 0


@dataclass(frozen=True, eq=False)
class Filtered:
    """(n,) each, in the signal's unit: QRS band, peak band, and envelope (root of the smoothed QRS-band energy)."""

    qrs: Floats
    peak: Floats
    envelope: Floats


def run(state: FilterState, samples: Floats, rate_hz: float) -> tuple[FilterState, Filtered]:
    """Filter the next samples. Missing ones hold the value before; a step out of a hold starts the filters afresh."""
    plan = design(rate_hz)
    held, still = _hold(state, samples)
    moved_after_rest = (np.concatenate(([state.still], still[:-1])) >= STILL_S * rate_hz) & (still == 0)
    starts = np.flatnonzero(moved_after_rest)
    cuts = [0, *starts[starts > 0].tolist(), len(samples)]
    zq = unpack(state.qrs).reshape(-1, 2) if state.qrs else plan.qrs_rest * held[0]
    zp = unpack(state.peak).reshape(-1, 2) if state.peak else plan.peak_rest * held[0]
    qrs, peak = np.empty(len(samples)), np.empty(len(samples))
    for a, b in pairwise(cuts):
        if moved_after_rest[a]:
            zq, zp = plan.qrs_rest * held[a], plan.peak_rest * held[a]
        qrs[a:b], zq = sosfilt(plan.qrs, held[a:b], zi=zq)
        peak[a:b], zp = sosfilt(plan.peak, held[a:b], zi=zp)
    energy, zs = sosfilt(plan.smooth, qrs * qrs, zi=unpack(state.smooth).reshape(3, 2))
    after = FilterState(pack(zq), pack(zp), pack(zs), float(held[-1]), int(still[-1]))
    return after, Filtered(qrs, peak, np.sqrt(energy))


def _hold(state: FilterState, samples: Floats) -> tuple[Floats, Any]:
    """Fill missing samples with the last one seen; say for each sample how many before it were equal to it."""
    n = len(samples)
    index = np.arange(n)
    last_seen = np.maximum.accumulate(np.where(np.isnan(samples), -1, index))
    held = np.where(last_seen >= 0, samples[last_seen], state.held)
    moved = held != np.concatenate(([state.held], held[:-1]))
    last_move = np.maximum.accumulate(np.where(moved, index, -1))
    still = np.where(last_move >= 0, index - last_move, state.still + index + 1)
    return held, still
