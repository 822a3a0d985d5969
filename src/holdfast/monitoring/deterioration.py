"""Is the animal getting worse over hours? Never from one value, and seldom from one number.

Every five minutes the level of the last quarter of an hour is put beside the level one, two, four and eight hours
before. A number has worsened when it moved by more than is worth a word and more than it swayed before, towards a
level that is worse than ordinary, and stays there. The state begins when two independent numbers agree, or one has
moved far; numbers that rise with mood or with panting must agree for longer. It ends when they are back, when nothing
moves any more at the new level, or when nothing is known any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

from holdfast.kernel.time import US_PER_MIN, age_words
from holdfast.knowledge.courses import Sign, Step
from holdfast.monitoring.cells import CELL_MIN, CELL_US, Cell, between, is_sparse
from holdfast.monitoring.given import Given
from holdfast.monitoring.levels import Difference, Level, difference, level

LAGS_MIN = (60, 120, 240, 480)
"""How far back the level now is compared (estimate)."""

WINDOW_SHARE = 0.5
WINDOW_LEAST_MIN = 30
"""Length of the stretch compared with: this share of the lag, at least so many minutes (estimate)."""

NOW_CELLS = 3
"""Stretches that are now; one of them may be missing (estimate)."""

SPARSE_NOW_MIN = 60
"""Of a cuff or a thermometer the last two readings of so many minutes are now (estimate)."""

SPREADS = 3.0
"""A move counts beyond so many robust standard deviations of the stretch compared with (estimate)."""

SUPPORTED_MIN = 10
"""Two numbers of which one supports (pressure, oxygen) must agree for so many minutes (estimate)."""

UNSUPPORTED_MIN = 30
"""Two others (heart rate, breathing, temperature) must agree for so long: a dog may be awake or hot (estimate)."""

FAST_MIN = 75
"""A state that arose within so many minutes, with a supporting number that moved far or with three numbers, is high
priority (estimate)."""

OVER_MIN = 30
"""The state ends when it was not called for, or nothing was known, for so many minutes (estimate)."""


@dataclass(frozen=True)
class Moved:
    """One sign that worsened."""

    sign: str
    label: str
    unit: str
    before: float
    after: float
    change: Difference
    since_us: int
    large: bool
    supports: bool
    explained: str = ""
    """A treatment that is known to do this, in words."""


@dataclass(frozen=True)
class Worsening:
    """The state began, or began anew with higher priority."""

    text: str
    at_us: int
    priority: str
    """medium or high."""
    since_us: int
    moved: tuple[Moved, ...] = ()
    kind: str = "deterioration"


@dataclass(frozen=True)
class WorseningEnded:
    """The state is over."""

    at_us: int
    reason: str
    kind: str = "deterioration"


class DeteriorationState(msgspec.Struct, frozen=True, tag="deterioration.1", forbid_unknown_fields=True):
    """For how many judgements in a row each sign has been worse, and what holds."""

    runs: dict[str, int] = {}
    """By sign and direction, as ``hr rise``."""
    priority: str = ""
    """Of the state that holds; empty while none does."""
    quiet: int = 0
    """Judgements in a row that did not call for the state that holds."""


def step(
    state: DeteriorationState,
    signs: Sequence[Sign],
    history: Mapping[str, Sequence[Cell]],
    end_us: int,
    given: Sequence[Given] = (),
) -> tuple[DeteriorationState, tuple[Worsening | WorseningEnded, ...]]:
    """Judge the stretch that ended at ``end_us``; ``history`` holds it and those before."""
    moves = {
        f"{sign.key} {way}": moved
        for sign in signs
        for way, step_ in (("rise", sign.rise), ("fall", sign.fall))
        if step_ and (moved := _moved(sign, step_, way, history.get(sign.key, ()), end_us, given)) is not None
    }
    runs = {key: state.runs.get(key, 0) + 1 for key in moves}
    called = _called(signs, moves, runs)
    if called:
        priority = _priority(called, end_us)
        if state.priority == "high" or priority == state.priority:
            return DeteriorationState(runs, state.priority, 0), ()
        since_us = min(one.since_us for one in called)
        began = Worsening(_words(called, end_us - since_us), end_us, priority, since_us, tuple(called))
        over = (WorseningEnded(end_us, "worse"),) if state.priority else ()
        return DeteriorationState(runs, priority, 0), (*over, began)
    if not state.priority:
        return DeteriorationState(runs), ()
    quiet = state.quiet + 1
    if quiet * CELL_MIN < OVER_MIN:
        return DeteriorationState(runs, state.priority, quiet), ()
    known = any(cells and cells[-1].start_us >= end_us - OVER_MIN * US_PER_MIN for cells in history.values())
    reason = "it does not go on, or is back" if known else "no longer known: too few values"
    return DeteriorationState(runs), (WorseningEnded(end_us, reason),)


def _called(signs: Sequence[Sign], moves: Mapping[str, Moved], runs: Mapping[str, int]) -> list[Moved]:
    """The moves that together call for the state; empty when they do not."""
    ratios = {sign.key: {sign.over, sign.under, "map"} for sign in signs if sign.over}
    counted = {key: one for key, one in moves.items() if one.supports or not one.explained}
    single = {one.sign for one in counted.values() if one.sign not in ratios}
    # A ratio says nothing new beside the numbers it is made of.
    counted = {k: one for k, one in counted.items() if not ratios.get(one.sign, set()) & single}
    lasted = {key: runs[key] * CELL_MIN for key in counted}
    together = [key for key in counted if lasted[key] >= SUPPORTED_MIN]
    supported = any(counted[key].supports for key in together)
    if len(together) >= 2 and (supported or sum(lasted[key] >= UNSUPPORTED_MIN for key in together) >= 2):
        return _ranked(moves)
    alone = {sign.key: sign.alone_min for sign in signs}
    for key, one in counted.items():
        needed = alone[one.sign]
        if one.large and needed is not None and lasted[key] >= needed:
            return _ranked(moves)
    return []


def _ranked(moves: Mapping[str, Moved]) -> list[Moved]:
    return sorted(moves.values(), key=lambda one: (not one.supports, not one.large, one.sign))


def _priority(called: Sequence[Moved], end_us: int) -> str:
    fast = [one for one in called if end_us - one.since_us <= FAST_MIN * US_PER_MIN and not one.explained]
    grave = any(one.supports and one.large for one in fast) or len(fast) >= 3
    return "high" if grave else "medium"


def _moved(
    sign: Sign, step_: Step, way: str, cells: Sequence[Cell], end_us: int, given: Sequence[Given]
) -> Moved | None:
    """How the sign moved this way against the lag at which it moved most; None when it did not."""
    now = _now(cells, end_us)
    if not now:
        return None
    toward = 1.0 if way == "rise" else -1.0
    after = level([cell.value for cell in now])
    if toward * (after.value - step_.beyond) < 0:
        return None
    if step_.not_past is not None and toward * (after.value - step_.not_past) > 0:
        return None
    found: tuple[float, Level, list[Cell]] | None = None
    for lag_min in LAGS_MIN:
        reference = _reference(cells, now[-1].source, end_us, lag_min)
        if not reference:
            continue
        before = level([cell.value for cell in reference])
        change, least = toward * (after.value - before.value), max(step_.floor, SPREADS * before.spread)
        steady = all(toward * (cell.value - before.value) >= least / 2 for cell in now)
        if change >= least and steady and (found is None or change > found[0]):
            found = change, before, reference
    if found is None:
        return None
    change, before, reference = found
    since_us = _since(cells, now[-1].source, before.value, toward * change / 4, reference[0].start_us)
    return Moved(
        sign=sign.key,
        label=sign.label,
        unit=sign.unit,
        before=before.value,
        after=after.value,
        change=difference(before, after, step_.floor / 4),
        since_us=since_us,
        large=change >= step_.large,
        supports=sign.supports,
        explained=_explained(sign.key, "up" if way == "rise" else "down", since_us, given),
    )


def _now(cells: Sequence[Cell], end_us: int) -> list[Cell]:
    """The stretches that are now, of one source; empty when there are too few of them."""
    if not cells:
        return []
    source = cells[-1].source
    if is_sparse(source):
        recent = between(cells[-(SPARSE_NOW_MIN // CELL_MIN) :], end_us - SPARSE_NOW_MIN * US_PER_MIN, end_us, source)
        return recent[-2:] if len(recent) >= 2 else []
    recent = between(cells[-NOW_CELLS:], end_us - NOW_CELLS * CELL_US, end_us, source)
    return recent if len(recent) >= NOW_CELLS - 1 else []


def _reference(cells: Sequence[Cell], source: str, end_us: int, lag_min: int) -> list[Cell]:
    """The stretches that the level is compared with; empty when there are too few of them."""
    window_min = max(WINDOW_LEAST_MIN, lag_min * WINDOW_SHARE)
    middle_us = end_us - lag_min * US_PER_MIN
    half_us = int(window_min * US_PER_MIN / 2)
    found = between(cells, middle_us - half_us, middle_us + half_us, source)
    needed = 2 if is_sparse(source) else window_min / CELL_MIN / 2
    return found if len(found) >= needed else []


def _since(cells: Sequence[Cell], source: str, before: float, quarter: float, earliest_us: int) -> int:
    """When the sign was last within a quarter of the change of where it had been."""
    since_us = earliest_us
    smooth = [cell for cell in cells if cell.source == source and cell.start_us >= earliest_us]
    for place in range(1, len(smooth)):
        middle = median(cell.value for cell in smooth[max(0, place - 1) : place + 2])
        if (middle - before) * (1 if quarter > 0 else -1) <= abs(quarter):
            since_us = smooth[place].start_us + CELL_US
    return since_us


def _explained(sign: str, direction: str, since_us: int, given: Sequence[Given]) -> str:
    """What was given and is known to do this, not long before the change began."""
    for one in reversed(given):
        begins_us = since_us - CELL_US * NOW_CELLS
        if one.does(sign, direction) and begins_us - one.explains_us <= one.at_us <= since_us + CELL_US:
            return one.what
    return ""


def _words(called: Sequence[Moved], lasted_us: int) -> str:
    """One sentence: since when, which numbers, from where to where, how surely."""
    parts = [told(one) for one in called]
    explained = [f"{one.label.lower()} may be {one.explained}" for one in called if one.explained]
    end = f" ({'; '.join(explained)})" if explained else ""
    return f"Getting worse for about {age_words(lasted_us)}: {', '.join(parts)}{end}"


def told(one: Moved) -> str:
    """``heart rate 96 to 142 /min (+46, range 38 to 54)``."""
    digits = 0 if abs(one.after) >= 10 and abs(one.change.change) >= 3 else 1
    unit = "" if one.unit == "1" else f" {one.unit}"
    low, high = sorted((abs(one.change.low), abs(one.change.high)))
    if one.change.low * one.change.high < 0:
        low = 0.0
    label = one.label if one.label[:2].isupper() or "O2" in one.label else one.label.lower()
    return (
        f"{label} {one.before:.{digits}f} to {one.after:.{digits}f}{unit} "
        f"({one.change.change:+.{digits}f}, range {low:.{digits}f} to {high:.{digits}f})"
    )
