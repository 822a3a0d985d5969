"""The front of the beat detector: the bands in which a heart beat is looked for, and how its memory is laid out.

Every filter is recursive and carries its memory, so the result of a sample does not depend on how the signal was cut
into chunks, to the last bit. Signals faster than 250 Hz are filtered as they come and then thinned by a whole factor:
behind the filters there is nothing left above 45 Hz.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from holdfast.signals.chunk import Floats
from holdfast.signals.filters import butter, sosfilt, sosfilt_zi


class Preset(StrEnum):
    """Whose heart it is: the bands and the learned weights differ, the engine is the same."""

    DOG = "dog"
    HUMAN = "human"


@dataclass(frozen=True)
class Bands:
    """Edges in Hz: where the QRS stands out, the slower band that T and P waves share with it, and its shape."""

    qrs: tuple[float, float]
    slow: tuple[float, float]
    shape: tuple[float, float]
    mains_hz: tuple[float, float] | None
    """What is taken out before everything else; people's QRS band lies far enough below."""
    smooth_s: float
    """Time constant of each of the three smoothing stages of the energy: together about the length of a QRS."""


BANDS = {
    Preset.DOG: Bands((15.0, 45.0), (4.0, 15.0), (3.0, 40.0), (50.0, 60.0), 0.012),
    Preset.HUMAN: Bands((8.0, 25.0), (2.0, 8.0), (2.0, 40.0), None, 0.018),
}
"""Dog: chosen on the dogs of ``docs/reference/beats.md``; human: the QRS band of the prototype measured before."""

MAINS_Q = 5.0
"""Sharpness of the notches for the mains, 10 Hz wide: hum twice as tall as the QRS is met in real recordings, and the
dog's QRS band does not refuse it. So wide a notch rings for 30 ms only (estimate)."""

SECTIONS = 7
"""Second-order sections: two notches, two of the QRS band, two of the slow band, one of the shape."""

KEPT_S = 1.7
"""So much of the thinned streams is always at hand; a decision looks back 1 s and on 0.3 s."""

HEAD, ROWS, ROW, HISTORY, WINDOW = 32, 48, 12, 8, 47
"""Sizes: scalars, candidates kept, numbers per candidate, beats remembered, points of a template (10 ms apart)."""


@dataclass(frozen=True, eq=False)
class Design:
    """All that depends on preset and sampling rate."""

    sos: Floats
    """(SECTIONS, 6) coefficients."""
    rest: Floats
    """(SECTIONS, 2) memory of the filters at rest on an input of 1."""
    keep: float
    """Share of the energy kept by a smoothing stage from sample to sample."""
    thin: int
    """Each so many samples one is kept."""
    rate_hz: float
    """Kept samples per second."""
    envelope_lag: float
    """By how many kept samples the envelope comes after the R peak that made it."""
    shape_lag: float
    """And the shape."""
    numbers: Floats
    """What the kernel needs of it: keep, thin, rate_hz, envelope_lag, shape_lag."""
    capacity: int
    """Samples that a stream has room for: twice what is kept, so that it is moved only now and then."""

    @property
    def size(self) -> int:
        """Numbers in the detector's memory."""
        return HEAD + 2 * SECTIONS + 6 + ROWS * ROW + 5 * HISTORY + 2 * WINDOW + 3 * self.capacity


@lru_cache(maxsize=32)
def design(preset: Preset, rate_hz: float) -> Design:
    """Filters for a rate; ValueError below 100 or above 2000 Hz."""
    if not 100 <= rate_hz <= 2000:
        raise ValueError(f"beats can be found at 100 to 2000 samples per second, not at {rate_hz:g}")
    bands = BANDS[preset]
    mains = np.array([_notch(hz, rate_hz) for hz in bands.mains_hz or (math.inf, math.inf)])
    qrs, slow, shape = _band(bands.qrs, rate_hz, 2), _band(bands.slow, rate_hz, 2), _band(bands.shape, rate_hz, 1)
    parts = (mains, qrs, slow, shape)
    rest = np.concatenate([sosfilt_zi(part) for part in parts])
    keep = float(np.exp(-1.0 / (bands.smooth_s * rate_hz)))
    thin = max(1, int(rate_hz // 125))
    middle = int(rate_hz)
    at = np.arange(2 * middle) - middle
    pulse = np.exp(-0.5 * (at / (0.008 * rate_hz)) ** 2)
    smooth = np.array([[1 - keep, 0.0, 0.0, 1.0, -keep, 0.0]] * 3)
    pulse = sosfilt(mains, pulse)
    envelope = sosfilt(smooth, sosfilt(qrs, pulse) ** 2)
    kept_hz = rate_hz / thin
    lags = (_top(envelope) - middle) / thin, (_top(np.abs(sosfilt(shape, pulse))) - middle) / thin
    numbers = np.array([keep, thin, kept_hz, *lags])
    return Design(np.concatenate(parts), rest, keep, thin, kept_hz, *lags, numbers, 2 * int(np.ceil(KEPT_S * kept_hz)))


def _band(band_hz: tuple[float, float], rate_hz: float, order: int) -> Any:
    high = min(band_hz[1], 0.45 * rate_hz)
    return butter(order, (band_hz[0], high), btype="bandpass", fs=rate_hz, output="sos")


def _notch(mains_hz: float, rate_hz: float) -> list[float]:
    """One section that refuses a frequency; that lets all pass where the rate is too low to hold it."""
    if mains_hz > 0.48 * rate_hz:
        return [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    turn = 2 * math.pi * mains_hz / rate_hz
    wide, middle = math.sin(turn) / (2 * MAINS_Q), -2 * math.cos(turn)
    whole = 1 + wide
    return [1 / whole, middle / whole, 1 / whole, 1.0, middle / whole, (1 - wide) / whole]


def _top(values: Floats) -> float:
    """Where a smooth curve is highest, between its samples."""
    i = int(np.argmax(values))
    before, here, after = values[i - 1 : i + 2]
    return i + 0.5 * float(before - after) / float(before - 2 * here + after)


def split(memory: Floats, capacity: int) -> tuple[Floats, ...]:
    """The parts of the memory as views: head, filters, energies, candidates, history, templates, streams."""
    parts, at = [], 0
    for rows, columns in (*_SHAPES, (3, capacity)):
        part = memory[at : at + rows * columns]
        parts.append(part.reshape(rows, columns) if rows > 1 else part)
        at += rows * columns
    return tuple(parts)


_SHAPES = ((1, HEAD), (SECTIONS, 2), (1, 6), (ROWS, ROW), (5, HISTORY), (2, WINDOW))
