"""Trend series for plotting and for what happened in the last minutes."""

from holdfast.monitoring.shown import BY_KEY
from holdfast.usecases import monitor_blocks
from holdfast.usecases.context import Context


def trend_series(
    ctx: Context, case_id: str, *, from_us: int, to_us: int, keys: tuple[str, ...] = ()
) -> dict[str, dict[str, object]]:
    """Trend series for plotting: per key its label, unit and parallel lists at_us, last, low, high."""
    ctx.book.case(case_id)
    series: dict[str, dict[str, object]] = {}
    points = monitor_blocks.trend_with_tail(ctx.store, case_id, from_us=from_us, to_us=to_us, keys=keys)
    by_key: dict[str, list[tuple[int, float, float, float]]] = {}
    units: dict[str, str] = {}
    for point in points:
        by_key.setdefault(point.key, []).append((point.at_us, point.last, point.low, point.high))
        units[point.key] = point.unit
    for key, rows in by_key.items():
        at_us, last, low, high = (list(column) for column in zip(*rows, strict=True))
        label = BY_KEY[key].label if key in BY_KEY else key
        series[key] = {"label": label, "unit": units[key], "at_us": at_us, "last": last, "low": low, "high": high}
    return series
