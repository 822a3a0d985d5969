"""What the monitor did in the last minutes, in sentences.

It says what moved and when, without judging why. What happens over hours is told by ``deterioration`` and ``rally``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from holdfast.kernel.time import US_PER_S, age_words
from holdfast.monitoring.change_points import LevelChanged, changes
from holdfast.record.case_entries import ConditionEntry
from holdfast.signals.conditions import TECHNICAL


@dataclass(frozen=True)
class Point:
    """One summarised stretch of a numeric: values at ``at_us``, in the unit of the numeric."""

    at_us: int
    last: float
    low: float
    high: float


@dataclass(frozen=True)
class Watched:
    """A numeric worth a sentence, and how much of a move is worth it."""

    key: str
    label: str
    unit: str
    notable_change: float
    """Smallest change between first and last third, or excursion from the median, that is said (our estimate)."""


@dataclass(frozen=True)
class Line:
    """One sentence about the last minutes; ``at_us`` is when it happened."""

    text: str
    at_us: int
    notable: bool


EQUIPMENT = frozenset({*TECHNICAL, "no_data", "device_silent", "analysis_behind"})
"""Conditions that are about the equipment and not about the animal."""

STOPPED_S = 60
"""Without a new value for so long, the last minutes are told as of before (our estimate)."""

_MIN_POINTS = 6
"""Fewer points than this cannot tell a course from a blip."""


def describe(
    points: Mapping[str, Sequence[Point]], watched: Sequence[Watched], *, from_us: int, to_us: int
) -> list[Line]:
    """Sentences about each watched numeric over [from_us, to_us], notable ones first."""
    lines = [
        _describe_one(what, [p for p in points.get(what.key, ()) if from_us <= p.at_us <= to_us])
        for what in watched
        if points.get(what.key)
    ]
    return sorted((line for line in lines if line is not None), key=lambda line: not line.notable)


def _describe_one(what: Watched, points: Sequence[Point]) -> Line | None:
    if not points:
        return None
    last = points[-1]
    if len(points) < _MIN_POINTS:
        text = f"{what.label}: {_number(last.last)} {what.unit} (too few values for a course)"
        return Line(text, last.at_us, notable=False)
    third = len(points) // 3
    before = median(p.last for p in points[:third])
    after = median(p.last for p in points[-third:])
    middle = median(p.last for p in points)
    peak = max(points, key=lambda p: p.high)
    trough = min(points, key=lambda p: p.low)
    rose, fell = peak.high - middle, middle - trough.low
    moved = changes(((p.at_us, p.last) for p in points), what.notable_change)
    if moved:
        return _told(what, moved)
    if max(rose, fell) >= 1.5 * what.notable_change and max(rose, fell) > abs(after - before):
        extreme, value, word = (peak, peak.high, "rose") if rose >= fell else (trough, trough.low, "fell")
        text = (
            f"{what.label} {word} to {_number(value)} {what.unit} for a moment "
            f"(around {_number(middle)} otherwise, now {_number(last.last)})"
        )
        return Line(text, extreme.at_us, notable=True)
    if abs(after - before) >= what.notable_change:
        text = f"{what.label} {_moved(before, after)} {what.unit}"
        return Line(text, last.at_us, notable=True)
    text = f"{what.label} steady around {_number(middle)} {what.unit}"
    return Line(text, last.at_us, notable=False)


def _told(what: Watched, moved: Sequence[LevelChanged]) -> Line:
    """The changes of level as one sentence, at the time of the last one."""
    first, last = moved[0], moved[-1]
    text = f"{what.label} {_moved(first.before, first.after)} {what.unit}"
    if len(moved) > 1:
        back = abs(last.after - first.before) < what.notable_change
        text += f", then {'came back to' if back else _word(last.before, last.after) + ' to'} {_number(last.after)}"
    return Line(text, last.onset_us, notable=True)


def _moved(before: float, after: float) -> str:
    return f"{_word(before, after)} from {_number(before)} to {_number(after)}"


def _word(before: float, after: float) -> str:
    return "rose" if after > before else "fell"


def condition_lines(conditions: Sequence[ConditionEntry], *, from_us: int, to_us: int) -> list[Line]:
    """Monitor conditions that touched the range: the animal before the equipment, what lasts before what is over,
    the newest first."""
    within = [
        entry
        for entry in conditions
        if entry.began_us <= to_us and (entry.ended_us is None or entry.ended_us >= from_us)
    ]
    ranked = sorted(within, key=lambda e: (e.condition in EQUIPMENT, e.ended_us is not None, -e.began_us))
    return [Line(f"{entry.text} ({_lasted(entry)})", entry.began_us, notable=True) for entry in ranked]


def data_line(last_us: int | None, *, now_us: int) -> Line | None:
    """A sentence when there is nothing new to describe: silence must never read as calm."""
    if last_us is None:
        return Line("No monitor values in these minutes", now_us, notable=True)
    age_us = now_us - last_us
    if age_us <= STOPPED_S * US_PER_S:
        return None
    return Line(f"No monitor values for {age_words(age_us)}: what follows is from before", last_us, notable=True)


def _lasted(entry: ConditionEntry) -> str:
    if entry.ended_us is None:
        return "still so"
    return f"for {max(1, (entry.ended_us - entry.began_us) // US_PER_S)} s"


def _number(value: float) -> str:
    return f"{value:.1f}" if abs(value) < 10 else f"{value:.0f}"
