"""Whether a wave repeats itself, and how often a minute: told without looking for beats."""

import numpy as np

from holdfast.signals.chunk import Floats
from holdfast.signals.compiled import compiled

FASTEST_PER_MIN = 360.0
SLOWEST_PER_MIN = 75.0
NEARLY = 0.9
"""Where a period is looked for, and how high a peak of the autocorrelation must be to be taken for it before a higher
one that comes later: two periods are as alike as one (estimates)."""


@compiled
def of_wave(wave: Floats, kept_hz: float) -> tuple[float, float]:
    """Height of the first peak of the autocorrelation that is nearly as high as the highest, and its rate a minute;
    zeros without one."""
    n = wave.shape[0]
    first, last = int(kept_hz * 60 / FASTEST_PER_MIN), int(kept_hz * 60 / SLOWEST_PER_MIN) + 1
    like = np.zeros(last + 2)
    for lag in range(first - 1, last + 2):
        a, b = wave[lag:], wave[: n - lag]
        like[lag] = np.sum(a * b) / (np.sqrt(np.sum(a * a) * np.sum(b * b)) + 1e-12)
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
