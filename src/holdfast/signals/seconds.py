"""Cutting a laid signal into whole seconds of the clock, so that what is said of a second never depends on chunking."""

import math

import numpy as np
from numpy.typing import NDArray

from holdfast.kernel.compiled import compiled
from holdfast.kernel.time import US_PER_S


@compiled
def index_at(base_us: int, rate_hz: float, second: int) -> int:
    """Index of the first sample at or after the start of a second (seconds since the epoch)."""
    exact = (second * US_PER_S - base_us) * rate_hz / US_PER_S
    return max(0, math.ceil(exact - 1e-3))


@compiled
def complete(base_us: int, rate_hz: float, count: int, from_index: int) -> NDArray[np.int64]:
    """Seconds that begin at or after ``from_index`` and have all their samples of the ``count`` that lie on the axis.

    (n, 3): second, first index, end index. A first second of which less than half was received is left out.
    """
    second = (base_us + round(from_index * 1e6 / rate_hz) + 500) // US_PER_S
    out = np.empty((int((count - from_index) / rate_hz) + 2, 3), dtype=np.int64)
    found = 0
    while True:
        start = max(from_index, index_at(base_us, rate_hz, second))
        end = index_at(base_us, rate_hz, second + 1)
        if end > count:
            return out[:found]
        if end - start >= rate_hz / 2:
            out[found, 0], out[found, 1], out[found, 2] = second, start, end
            found += 1
        second += 1
