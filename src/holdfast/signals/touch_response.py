"""Did a number on the monitor change when the animal was touched?"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S

BEFORE_S = 30
AFTER_S = 30
"""Seconds compared before and after the touch (estimate: the response to a stimulus peaks within half a minute)."""

POINTS_MIN = 5
"""Fewer values on either side say nothing (estimate)."""

SPREADS = 3.0
"""A change counts beyond so many robust standard deviations of the baseline (estimate)."""

MAD_TO_SD = 1.4826
"""Median absolute deviation to standard deviation for a normal distribution."""

RANGE_SPREADS = 2.0
"""Half the width of the range of a change, in robust standard deviations of the baseline (estimate): by so much the
number sways anyway."""

SPREAD_PER_FLOOR = 0.1
"""For the range the spread is at least this share of the smallest change that counts (estimate): a number that stood
still for half a minute is not known that well."""

FLOORS = {
    "hr": 10.0,
    "pulse": 10.0,
    "hr_ecg": 10.0,
    "pulse_pleth": 10.0,
    "pulse_art": 10.0,
    "art_mean": 8.0,
    "art_sys": 10.0,
    "art_dia": 8.0,
    "art_mean_wave": 8.0,
    "art_sys_wave": 10.0,
    "art_dia_wave": 8.0,
    "rr": 5.0,
    "rr_resp": 5.0,
    "rr_co2": 5.0,
}
"""Smallest change that counts, in the unit of the key (/min, mmHg). Ours (thresholds.yaml beside this file)."""


@dataclass(frozen=True)
class Response:
    """What one number did around a touch. ``significant`` None: cannot say, and ``text`` says why."""

    key: str
    significant: bool | None
    text: str
    """What happened, or why nothing can be said, in one sentence."""
    baseline: float | None = None
    """Median before."""
    response: float | None = None
    """Median after."""
    peak: float | None = None
    """Value after that is furthest from the baseline."""
    peak_after_s: float | None = None
    change: float | None = None
    """Peak of the response, smoothed over three values, less the baseline."""
    low: float | None = None
    high: float | None = None
    """Range of the change, about 95 %."""
    spread: float | None = None
    """Robust standard deviation of the baseline."""
    needed: float | None = None
    """Change that would have counted."""
    points_before: int = 0
    points_after: int = 0


def respond(key: str, points: Sequence[tuple[int, float]], touch_us: int) -> Response:
    """Compare ``[-30 s, 0)`` with ``(0, +30 s]`` around a touch. ``points``: (at_us, value) of one numeric, any order.

    The change is taken from medians of three neighbouring values, so that one stray value never counts as a response.
    """
    ordered = sorted(p for p in points if p[1] == p[1])
    before = [v for at, v in ordered if touch_us - BEFORE_S * US_PER_S <= at < touch_us]
    after = [(at, v) for at, v in ordered if touch_us < at <= touch_us + AFTER_S * US_PER_S]
    counts = {"points_before": len(before), "points_after": len(after)}
    if key not in FLOORS:
        return Response(key, None, f"no smallest meaningful change is set for {key}", **counts)
    if len(before) < POINTS_MIN or len(after) < POINTS_MIN:
        return Response(
            key, None, f"needs {POINTS_MIN} values on either side, has {len(before)} and {len(after)}", **counts
        )
    baseline = statistics.median(before)
    spread = MAD_TO_SD * statistics.median(abs(v - baseline) for v in before)
    values = [v for _, v in after]
    smooth = [statistics.median(values[max(0, i - 1) : i + 2]) for i in range(1, len(values) - 1)]
    change = max((v - baseline for v in smooth), key=abs)
    peak_us, peak = max(after, key=lambda p: abs(p[1] - baseline))
    needed = max(SPREADS * spread, FLOORS[key])
    significant = abs(change) >= needed
    sway = RANGE_SPREADS * max(spread, SPREAD_PER_FLOOR * FLOORS[key])
    verdict = "beyond" if significant else "within"
    text = f"{key} {baseline:.0f} before, {peak:.0f} within {AFTER_S} s: {verdict} its usual spread"
    return Response(
        key, significant, text, baseline, statistics.median(values), peak, (peak_us - touch_us) / US_PER_S,
        change, change - sway, change + sway, spread, needed, len(before), len(after),
    )  # fmt: skip
