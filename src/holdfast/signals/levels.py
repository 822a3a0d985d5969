"""A level read from the last swings of a wave (pressure, carbon dioxide), with what it is worth."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """A level at one moment. ``value`` is None when nothing can be said; ``why`` says why in one sentence."""

    value: float | None
    quality: str
    """good, fair or none."""
    why: str
    at_us: int
    """The last swing it rests on (the moment asked for, when there is none)."""
    age_us: int


def withheld(why: str, at_us: int, now_us: int) -> Level:
    """No level, and why."""
    return Level(None, "none", why, at_us, max(0, now_us - at_us))


def spread(values: Sequence[float]) -> float:
    """Median distance from the median: one swing that is off does not matter."""
    middle = statistics.median(values)
    return statistics.median(abs(value - middle) for value in values)
