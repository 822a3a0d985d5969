"""Is something getting better that nobody did? A reason to look again, and a promise of nothing.

Every five minutes the last half hour is put beside the time before the change, for several times of change. A number
has improved when it was outside its ordinary range, came nearer by more than is worth a word and stayed there. Two
numbers that improved together (one of them pressure or oxygen; otherwise three) while none got worse make the state.
It is told apart from a drug (a treatment on record whose time covers the change), and from the equipment (another
source, a hole or a fault of the sensor where the number changed).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import msgspec

from holdfast.kernel.time import US_PER_MIN, age_words
from holdfast.knowledge.courses import Sign
from holdfast.monitoring.cells import CELL_MIN, CELL_US, Cell, between, is_sparse
from holdfast.monitoring.deterioration import Moved, told
from holdfast.monitoring.given import Given
from holdfast.monitoring.levels import MAD_TO_SD, difference, level

HELD_MIN = 30
"""An improvement has stayed for so long before it is said (estimate)."""

BEFORE_MIN = 45
"""Length of the time before the change that it is compared with (estimate)."""

TURNS_MIN = (35, 50, 75, 120)
"""The change is looked for so long ago (estimate): a rally that takes hours is a slow recovery, told by the trend."""

NUMBERS_MIN = 2
"""So many independent numbers must improve together (estimate)."""

WANDERS_SD = 2.0
"""A change smaller than so many standard deviations of what the number moves by itself from one half hour to the next
is no news (estimate: about 95 of 100)."""

WANDER_STEPS_MIN = 4
"""So many steps from half hour to half hour tell how a number wanders (estimate)."""

FAULT_MIN = 10
"""A hole or a fault of the sensor this near to the change makes it doubtful (estimate)."""

FORGOTTEN_MIN = 360
"""What has stayed for so long is how the animal is, and is no news any more (estimate)."""

OVER_MIN = 15
"""The state ends when the numbers were not better than before for so long (estimate)."""


LOOK_AGAIN = "Look again: "
"""How an improvement begins in words that no treatment on record explains."""


class Fault(NamedTuple):
    """A stretch in which a sensor was not to be believed; ``sources``: numerics it speaks of, empty for all."""

    from_us: int
    to_us: int
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Improvement:
    """The state began."""

    text: str
    at_us: int
    since_us: int
    moved: tuple[Moved, ...]
    after: str = ""
    """The treatment that may explain it, in the words it was recorded in; empty when there is none on record."""
    kind: str = "sustained_improvement"


@dataclass(frozen=True)
class ImprovementEnded:
    """The state is over."""

    at_us: int
    reason: str
    kind: str = "sustained_improvement"


class Was(msgspec.Struct, frozen=True, array_like=True):
    """How far from the middle of its range a sign was before it improved, and how far when that was said."""

    sign: str
    before: float
    then: float


class RallyState(msgspec.Struct, frozen=True, tag="rally.1", forbid_unknown_fields=True):
    """The state that holds, if any."""

    since_us: int | None = None
    improved: tuple[Was, ...] = ()
    quiet: int = 0


def step(
    state: RallyState,
    signs: Sequence[Sign],
    history: Mapping[str, Sequence[Cell]],
    end_us: int,
    given: Sequence[Given] = (),
    faults: Sequence[Fault] = (),
) -> tuple[RallyState, Improvement | ImprovementEnded | None]:
    """Judge the stretch that ended at ``end_us``; ``history`` holds it and those before."""
    if state.since_us is not None:
        return _held(state, signs, history, end_us)
    single = [sign for sign in signs if not sign.over and (sign.rise or sign.fall)]
    for turn_min in TURNS_MIN:
        turn_us = end_us - turn_min * US_PER_MIN
        moved = [m for sign in single if (m := _improved(sign, history.get(sign.key, ()), turn_us, end_us, faults))]
        if not _enough(moved) or any(_may_be_worse(s, history.get(s.key, ()), turn_us, end_us) for s in single):
            continue
        since_us = min(one.since_us for one in moved)
        was = tuple(
            Was(m.sign, _far(_sign(signs, m.sign), m.before), _far(_sign(signs, m.sign), m.after)) for m in moved
        )
        cause = _cause(since_us, end_us, given)
        said = Improvement(_words(moved, end_us - since_us, cause), end_us, since_us, tuple(moved), cause)
        return RallyState(since_us, was), said
    return state, None


def _enough(moved: Sequence[Moved]) -> bool:
    """Heart rate and breathing come down together whenever a dog stops panting: one number must be of another kind."""
    return len(moved) >= NUMBERS_MIN and (any(one.supports for one in moved) or len(moved) > NUMBERS_MIN)


def _held(
    state: RallyState, signs: Sequence[Sign], history: Mapping[str, Sequence[Cell]], end_us: int
) -> tuple[RallyState, ImprovementEnded | None]:
    assert state.since_us is not None
    if end_us - state.since_us >= FORGOTTEN_MIN * US_PER_MIN:
        return RallyState(), ImprovementEnded(end_us, "it has stayed for hours")
    standing = 0
    for one in state.improved:
        cells = history.get(one.sign, ())
        recent = [c for c in cells[-6:] if c.start_us >= end_us - HELD_MIN * US_PER_MIN]
        if recent and _far(_sign(signs, one.sign), recent[-1].value) <= (one.before + one.then) / 2:
            standing += 1
    if standing >= NUMBERS_MIN:
        return msgspec.structs.replace(state, quiet=0), None
    if (state.quiet + 1) * CELL_MIN < OVER_MIN:
        return msgspec.structs.replace(state, quiet=state.quiet + 1), None
    return RallyState(), ImprovementEnded(end_us, "the numbers are not better than before any more, or not known")


def _sign(signs: Sequence[Sign], key: str) -> Sign:
    return next(one for one in signs if one.key == key)


def _off(sign: Sign, value: float) -> float:
    """How far a value lies outside the range of its sign."""
    return max(0.0, sign.low - value, value - sign.high)


def _far(sign: Sign, value: float) -> float:
    """How far a value is from the middle of the range: nearer by the edge is not yet well, nearer within it still
    counts for a sign that was outside."""
    return abs(value - (sign.low + sign.high) / 2)


def _floor(sign: Sign) -> float:
    return min(one.floor for one in (sign.rise, sign.fall) if one)


def _windows(cells: Sequence[Cell], turn_us: int, end_us: int) -> tuple[list[Cell], list[Cell]]:
    """The stretches before the change and those of the last half hour, of one source; empty when there are too few."""
    if not cells:
        return [], []
    source = cells[-1].source
    before = between(cells, turn_us - BEFORE_MIN * US_PER_MIN, turn_us, source)
    after = between(cells, end_us - HELD_MIN * US_PER_MIN, end_us, source)
    if is_sparse(source):
        return (before, after) if len(before) >= 2 and len(after) >= 2 else ([], [])
    enough = len(before) * CELL_MIN * 2 >= BEFORE_MIN and (len(after) + 1) * CELL_MIN >= HELD_MIN
    return (before, after) if enough else ([], [])


def _improved(sign: Sign, cells: Sequence[Cell], turn_us: int, end_us: int, faults: Sequence[Fault]) -> Moved | None:
    before, after = _windows(cells, turn_us, end_us)
    if not before:
        return None
    was, now = level([cell.value for cell in before]), level([cell.value for cell in after])
    gain = _far(sign, was.value) - _far(sign, now.value)
    halfway = _far(sign, was.value) - gain / 2
    if not _off(sign, was.value) or gain < _floor(sign) or any(_far(sign, cell.value) > halfway for cell in after):
        return None
    moved = difference(was, now, _floor(sign) / 4)
    if moved.low * moved.high <= 0:
        return None
    if gain < WANDERS_SD * _wander([c.value for c in cells if c.start_us < turn_us and c.source == cells[-1].source]):
        return None
    changed_us = _changed_us(sign, [c for c in cells if c.start_us >= before[0].start_us], halfway)
    if _doubtful(cells, changed_us, faults):
        return None
    return Moved(sign.key, sign.label, sign.unit, was.value, now.value, moved, changed_us, False, sign.supports)


def _wander(values: Sequence[float]) -> float:
    """Robust standard deviation of what a number moves by itself from one half hour to the next; 0 when too few of
    them are on record to tell."""
    size = HELD_MIN // CELL_MIN
    levels = [median(values[end - size : end]) for end in range(len(values), size - 1, -size)]
    steps = [abs(later - earlier) for later, earlier in pairwise(levels)]
    return MAD_TO_SD * median(steps) if len(steps) >= WANDER_STEPS_MIN else 0.0


def _may_be_worse(sign: Sign, cells: Sequence[Cell], turn_us: int, end_us: int) -> bool:
    """It got worse, as far as little of it tells; or it was known before the change and is not known since."""
    if not cells:
        return False
    before = between(cells, turn_us - BEFORE_MIN * US_PER_MIN, turn_us, cells[-1].source)
    after = between(cells, end_us - HELD_MIN * US_PER_MIN, end_us, cells[-1].source)
    if len(before) < 2 or not after:
        return bool(before)
    was, now = level([cell.value for cell in before]), level([cell.value for cell in after])
    return _off(sign, now.value) - _off(sign, was.value) >= _floor(sign)


def _changed_us(sign: Sign, cells: Sequence[Cell], halfway: float) -> int:
    """Start of the stretches that are all better than halfway."""
    changed_us = cells[-1].start_us
    for cell in reversed(cells):
        if _far(sign, cell.value) > halfway:
            break
        changed_us = cell.start_us
    return changed_us


def _doubtful(cells: Sequence[Cell], changed_us: int, faults: Sequence[Fault]) -> bool:
    """A hole, another source or a fault of the sensor where the number changed."""
    source, near_us = cells[-1].source, FAULT_MIN * US_PER_MIN
    if not is_sparse(source):
        around = between(cells, changed_us - near_us, changed_us + near_us, source)
        if len(around) * CELL_US < 2 * near_us:
            return True
    return any(
        one.from_us < changed_us + near_us
        and one.to_us > changed_us - near_us
        and (not one.sources or source in one.sources)
        for one in faults
    )


def _cause(since_us: int, end_us: int, given: Sequence[Given]) -> str:
    """The newest treatment whose time covers the change."""
    for one in reversed(given):
        if since_us - one.explains_us <= one.at_us <= min(since_us + CELL_US, end_us):
            return one.what
    return ""


def _words(moved: Sequence[Moved], lasted_us: int, cause: str) -> str:
    parts = ", ".join(told(one) for one in sorted(moved, key=lambda one: (not one.supports, one.sign)))
    if cause:
        return f"Better for {age_words(lasted_us)}, after {cause}: {parts}"
    lasted = f"better for {age_words(lasted_us)} with no treatment on record before it"
    return f"{LOOK_AGAIN}{lasted}: {parts}. This promises nothing"
