"""The level of a number over a stretch of time, and how surely two levels differ.

Vital signs are not independent from one minute to the next, so a stretch holds less than its count of values says:
the count is reduced by how much neighbours resemble each other.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

MAD_TO_SD = 1.4826
"""Median absolute deviation to standard deviation for a normal distribution."""

SE_OF_MEDIAN = 1.2533
"""Standard error of a median, in standard errors of a mean, for a normal distribution."""

RANGE_SE = 2.0
"""Half the width of a range in standard errors: about 95 of 100 (estimate: robust, and the values are not normal)."""

LIKENESS_MAX = 0.9
"""Neighbours are never taken to be more alike than this (estimate): a level that does not move at all is still one."""


class Level(NamedTuple):
    """Median of some values in time order, their robust standard deviation, and what they are worth."""

    value: float
    spread: float
    size: int
    """Values it was taken from."""
    independent: float
    """How many independent values would say as much; at least 1."""


class Difference(NamedTuple):
    """After less before, with a range of about 95 %."""

    change: float
    low: float
    high: float


def level(values: Sequence[float]) -> Level:
    """The level of values in time order; raises ``ValueError`` for none."""
    if not values:
        raise ValueError("no values have no level")
    middle = median(values)
    spread = MAD_TO_SD * median(abs(value - middle) for value in values)
    likeness = 0.0
    if len(values) > 2 and spread > 0:
        steps = [after - before for before, after in pairwise(values)]
        step_spread = MAD_TO_SD * median(abs(step) for step in steps)
        likeness = min(max(1.0 - (step_spread / spread) ** 2 / 2.0, 0.0), LIKENESS_MAX)
    independent = max(1.0, len(values) * (1.0 - likeness) / (1.0 + likeness))
    return Level(middle, spread, len(values), independent)


def difference(before: Level, after: Level, resolution: float = 0.0) -> Difference:
    """How far the level moved. ``resolution``: standard deviation that no stretch is believed to fall below."""
    error = SE_OF_MEDIAN * math.hypot(
        max(before.spread, resolution) / math.sqrt(before.independent),
        max(after.spread, resolution) / math.sqrt(after.independent),
    )
    change = after.value - before.value
    return Difference(change, change - RANGE_SE * error, change + RANGE_SE * error)
