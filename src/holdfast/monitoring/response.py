"""What a number did in the minutes after something was given: effect, range, or why nothing can be said.

The median of some minutes after is put beside the median of the time before. Neighbouring minutes resemble each other,
and the range allows for that. What was given at nearly the same time cannot be told apart and is said; so is a monitor
that was silent. Seconds after a touch are judged elsewhere (``signals.touch_response``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from holdfast.kernel.time import US_PER_MIN
from holdfast.monitoring.levels import Difference, difference, level

BEFORE_MIN = 15
"""Minutes before that are the baseline (estimate)."""

WINDOWS_MIN = ((1, 5), (5, 15), (15, 30), (30, 60))
"""Minutes after that are judged, each on its own (estimate: at once, soon, settled, and what takes longer)."""

COVERED = 0.5
"""A window needs values in this share of its minutes (estimate)."""

SPARSE_VALUES_MIN = 2
"""Of a cuff or a thermometer so many readings are needed on either side (estimate)."""

OTHER_BEFORE_MIN = 30
"""Something given so shortly before may still be acting (estimate)."""

CHANGED, STEADY, UNSURE, UNKNOWN = "changed", "no change seen", "cannot say", "not known"
"""Verdicts. Unsure: the values sway too much. Unknown: too few values, something else was given, or not over yet."""


@dataclass(frozen=True)
class Window:
    """One window of one number after one treatment."""

    from_min: int
    to_min: int
    verdict: str
    text: str
    before: float | None = None
    after: float | None = None
    change: Difference | None = None


def respond(
    points: Sequence[tuple[int, float]],
    given_us: int,
    now_us: int,
    *,
    floor: float,
    sparse: bool = False,
    others: Sequence[tuple[int, str]] = (),
) -> tuple[Window, ...]:
    """What one number did around ``given_us``.

    ``points``: (at_us, value), any order. ``floor``: smallest change worth a word, in the unit of the values.
    ``sparse``: measured now and then. ``others``: when something else was given, and what.
    """
    windows = []
    for from_min, to_min in WINDOWS_MIN:
        blank = Window(from_min, to_min, UNKNOWN, "")
        if why := _rival(given_us, to_min, others):
            windows.append(_with(blank, UNKNOWN, why))
        elif now_us < given_us + to_min * US_PER_MIN:
            windows.append(_with(blank, UNKNOWN, "not over yet"))
        else:
            windows.append(_judge(points, given_us, blank, floor, sparse))
    return tuple(windows)


def _rival(given_us: int, to_min: int, others: Sequence[tuple[int, str]]) -> str:
    """Something else that may be what acted in the window."""
    for at_us, what in others:
        after_min = (at_us - given_us) / US_PER_MIN
        if -OTHER_BEFORE_MIN <= after_min < to_min:
            when = "at the same time" if abs(after_min) < 1 else f"{abs(after_min):.0f} min {_side(after_min)}"
            return f"cannot be told apart from {what}, given {when}"
    return ""


def _side(after_min: float) -> str:
    return "later" if after_min > 0 else "before"


def _judge(points: Sequence[tuple[int, float]], given_us: int, blank: Window, floor: float, sparse: bool) -> Window:
    before = _minutes(points, given_us - BEFORE_MIN * US_PER_MIN, given_us, sparse)
    after = _minutes(points, given_us + blank.from_min * US_PER_MIN, given_us + blank.to_min * US_PER_MIN, sparse)
    needed = (
        (SPARSE_VALUES_MIN, SPARSE_VALUES_MIN)
        if sparse
        else (COVERED * BEFORE_MIN, COVERED * (blank.to_min - blank.from_min))
    )
    for side, values, least in (("before", before, needed[0]), ("after", after, needed[1])):
        if len(values) < least:
            had = f"{len(values)} reading" if sparse else f"values in {len(values)} min"
            return _with(
                blank, UNKNOWN, f"too few values {side} it ({had}{'s' if sparse and len(values) != 1 else ''})"
            )
    was, now = level(before), level(after)
    moved = difference(was, now, floor / 4)
    word = "rose" if moved.change > 0 else "fell"
    span = f"{moved.change:+.1f}, range {moved.low:+.1f} to {moved.high:+.1f}"
    if abs(moved.change) >= floor and moved.low * moved.high > 0:
        verdict, text = CHANGED, f"{word} from {was.value:.1f} to {now.value:.1f} ({span})"
    elif max(abs(moved.low), abs(moved.high)) < 2 * floor:
        verdict, text = STEADY, f"{STEADY} ({span})"
    else:
        verdict, text = UNSURE, f"{UNSURE}: it sways too much ({span})"
    return Window(blank.from_min, blank.to_min, verdict, text, was.value, now.value, moved)


def _minutes(points: Sequence[tuple[int, float]], from_us: int, to_us: int, sparse: bool) -> list[float]:
    """The median of each minute with values, in order; of a sparse number every reading."""
    within = sorted((at_us, value) for at_us, value in points if from_us <= at_us < to_us and value == value)
    if sparse:
        return [value for _, value in within]
    found: dict[int, list[float]] = {}
    for at_us, value in within:
        found.setdefault((at_us - from_us) // US_PER_MIN, []).append(value)
    return [median(values) for values in found.values()]


def _with(window: Window, verdict: str, text: str) -> Window:
    return Window(window.from_min, window.to_min, verdict, text)
