"""Trend series for plotting and for what happened in the last minutes."""

from collections.abc import Sequence
from typing import NamedTuple

from holdfast.kernel.limits import MONITOR_BLOCK_S, TREND_POINTS_MAX
from holdfast.kernel.time import US_PER_S
from holdfast.monitoring.shown import BY_KEY
from holdfast.usecases import monitor_blocks
from holdfast.usecases.context import Context


class Point(NamedTuple):
    """What a value did around one moment."""

    at_us: int
    """Time of ``last``."""
    last: float
    low: float
    high: float


def trend_series(
    ctx: Context, case_id: str, *, from_us: int, to_us: int, keys: tuple[str, ...] = ()
) -> dict[str, dict[str, object]]:
    """Trend series for plotting: per key its label, unit and parallel lists at_us, last, low, high.

    A key has at most ``TREND_POINTS_MAX`` points; see ``thinned``.
    """
    ctx.book.case(case_id)
    series: dict[str, dict[str, object]] = {}
    # Over hours the store puts the rows together; what it leaves too many of (a change of unit) is thinned here.
    stretch_us = (to_us - from_us) // TREND_POINTS_MAX
    points = monitor_blocks.trend_with_tail(
        ctx.store,
        case_id,
        from_us=from_us,
        to_us=to_us,
        keys=keys,
        stretch_us=stretch_us if stretch_us > MONITOR_BLOCK_S * US_PER_S else 0,
    )
    by_key: dict[str, list[Point]] = {}
    units: dict[str, str] = {}
    for point in points:
        by_key.setdefault(point.key, []).append(Point(point.at_us, point.last, point.low, point.high))
        units[point.key] = point.unit
    for key, rows in by_key.items():
        at_us, last, low, high = (list(column) for column in zip(*thinned(rows, from_us, to_us), strict=True))
        label = BY_KEY[key].label if key in BY_KEY else key
        series[key] = {"label": label, "unit": units[key], "at_us": at_us, "last": last, "low": low, "high": high}
    return series


def thinned(points: Sequence[Point], from_us: int, to_us: int, most: int = TREND_POINTS_MAX) -> list[Point]:
    """At most ``most`` of these points, which lie in the half-open range in time order; few stay as they are.

    The range is cut into equal stretches. A stretch becomes one point with its lowest low, its highest high and
    its last value, so that a fall of ten seconds is still seen among two weeks.
    """
    if len(points) <= most:
        return list(points)
    kept: dict[int, Point] = {}
    for point in points:
        stretch = (point.at_us - from_us) * most // (to_us - from_us)
        before = kept.get(stretch, point)
        kept[stretch] = point._replace(low=min(before.low, point.low), high=max(before.high, point.high))
    return list(kept.values())
