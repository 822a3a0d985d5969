"""Cutting a laid signal into whole seconds of the clock, so that what is said of a second never depends on chunking."""

import math

from holdfast.kernel.time import US_PER_S
from holdfast.signals.chunk import Timeline


def index_at(timeline: Timeline, second: int) -> int:
    """Index of the first sample at or after the start of a second (seconds since the epoch)."""
    exact = (second * US_PER_S - timeline.base_us) * timeline.rate_hz / US_PER_S
    return max(0, math.ceil(exact - 1e-3))


def complete(timeline: Timeline, from_index: int) -> list[tuple[int, int, int]]:
    """Seconds that begin at or after ``from_index`` and have all their samples: (second, first index, end index).

    A first second of which less than half was received is left out.
    """
    second = int((timeline.time_us(from_index) + 500) // US_PER_S)
    out: list[tuple[int, int, int]] = []
    while True:
        start, end = max(from_index, index_at(timeline, second)), index_at(timeline, second + 1)
        if end > timeline.count:
            return out
        if end - start >= timeline.rate_hz / 2:
            out.append((second, start, end))
        second += 1
