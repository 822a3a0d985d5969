"""Whether a wave repeats itself, and how often a minute: told without looking for beats."""

import numpy as np

from holdfast.kernel.compiled import compiled
from holdfast.signals.chunk import Floats

FASTEST_PER_MIN = 360.0
SLOWEST_PER_MIN = 75.0
NEARLY = 0.9
"""Where a period is looked for, and how high a peak of the autocorrelation must be to be taken for it before a higher
one that comes later: two periods are as alike as one (estimates)."""


@compiled
def of_wave(wave: Floats, kept_hz: float) -> tuple[float, float]:
    """Height of the first peak of the autocorrelation that is nearly as high as the highest, and its rate a minute;
    zeros without one."""
    first, last = int(kept_hz * 60 / FASTEST_PER_MIN), int(kept_hz * 60 / SLOWEST_PER_MIN) + 1
    like = _alike(wave, first - 1, last + 2)
    highest = 0.0
    for lag in range(first, last + 1):
        if like[lag] >= like[lag - 1] and like[lag] > like[lag + 1]:
            highest = max(highest, like[lag])
    for lag in range(first, last + 1):
        if like[lag] >= like[lag - 1] and like[lag] > like[lag + 1] and like[lag] >= NEARLY * highest > 0:
            bend = like[lag - 1] - 2 * like[lag] + like[lag + 1]
            place = lag + (0.5 * (like[lag - 1] - like[lag + 1]) / bend if bend < 0 else 0.0)
            return float(like[lag]), 60 * kept_hz / place
    return 0.0, 0.0


@compiled
def _alike(wave: Floats, first: int, end: int) -> Floats:
    """Correlation of the wave with itself ``first`` to ``end`` - 1 values later, at those places; zeros before.

    All lags side by side, value by value: each sum grows in the order of the wave, and machine code adds several at
    once.
    """
    n, lags = wave.shape[0], end - first
    like, both, late, early = np.zeros(end), np.zeros(lags), np.zeros(lags), np.zeros(lags)
    turned = wave[::-1].copy()
    for i in range(first, n):
        here = wave[i]
        before = turned[n - 1 - i + first : n - 1 - i + min(end, i + 1)]
        square = here * here
        for k in range(before.shape[0]):
            both[k] += here * before[k]
            late[k] += square
    total = 0.0
    for i in range(n - first):
        total += wave[i] * wave[i]
        if n - 1 - i < end:
            early[n - 1 - i - first] = total
    for k in range(lags):
        like[first + k] = both[k] / (np.sqrt(late[k] * early[k]) + 1e-12)
    return like
