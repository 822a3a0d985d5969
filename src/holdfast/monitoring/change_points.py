"""When did the level of a number change? Point by point, without looking back over what was seen.

Method: FOCuS (Romano, Eckley, Fearnhead and Rigaill, J Mach Learn Res 24, 2023) for a change of the mean of unknown
size from an unknown level. Every earlier moment is a candidate for the change; only those on the convex hull of the
running sum can ever win, so the memory grows with the logarithm of the time. Departures:

- values are put on a scale learnt from the first ``LEARN`` of them and cut off at ``CUT`` of its steps, so that an
  artefact is one vote and no more (the paper's robust variant changes the loss instead);
- neighbouring values resemble each other, for which the scale is widened;
- a change is said only when it is as large as is worth a sentence and has lasted ``LAST`` values;
- after a change it begins anew with the values since.
"""

import math
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_MIN
from holdfast.monitoring.levels import MAD_TO_SD, difference, level

LEARN = 12
"""Values that a level and its spread are learnt from (estimate)."""

CUT = 4.0
"""Values further from the level than this many scale steps count as this far (estimate)."""

LAST = 5
"""A change has lasted at least so many values before it is said (estimate)."""

THRESHOLD = 25.0
"""Twice the logarithm of the likelihood ratio that is called a change (estimate)."""

SCALE_PER_NOTABLE = 4.0
"""The scale is at least the notable change over this: what is far below a sentence is noise (estimate)."""

CALM_SCALES = 2.0
"""After a change the scale is at most this many times the one before (estimate): while a level is still on its way its
spread tells nothing of the noise."""

JOIN_US = 30 * US_PER_MIN
"""Changes the same way that follow on each other within this are steps of one change (estimate)."""

KEPT = 60
"""Latest values kept to tell the level after a change."""

CANDIDATES_MAX = 64
"""Candidates kept on each side; the oldest go first. Their number is about the logarithm of the values seen."""


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """A moment after which the level may have changed: values seen by then, their sum, and the next value's time."""

    count: int
    total: float
    at_us: int


class FocusState(msgspec.Struct, frozen=True, tag="focus.1", forbid_unknown_fields=True):
    """Everything that is remembered; bounded. Values are in their own unit, sums in scale steps."""

    notable: float
    calm: float = 0.0
    """The scale before the last change; 0: there was none."""
    learning: tuple[tuple[int, float], ...] = ()
    anchor: float = 0.0
    scale: float = 0.0
    """0: still learning."""
    count: int = 0
    total: float = 0.0
    fresh: tuple[Candidate, ...] = ()
    """The latest moments, too young to be told; they enter the hulls in their turn."""
    rising: tuple[Candidate, ...] = ()
    falling: tuple[Candidate, ...] = ()
    recent: tuple[tuple[int, float], ...] = ()


class LevelChanged(msgspec.Struct, frozen=True):
    """The level moved from ``before`` to ``after`` at about ``onset_us``; it was certain at ``found_us``."""

    onset_us: int
    found_us: int
    before: float
    after: float
    low: float
    high: float
    """Range of about 95 % of the change."""
    gap_us: int
    """Time without values just before the onset: the change may have happened in it."""


def initial(notable: float) -> FocusState:
    """Nothing seen. ``notable``: smallest change that is worth a sentence, in the unit of the values."""
    if not notable > 0:
        raise ValueError("a change that is worth a sentence is larger than nothing")
    return FocusState(notable=notable)


def dump(state: FocusState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> FocusState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, FocusState)


def step(state: FocusState, at_us: int, value: float) -> tuple[FocusState, LevelChanged | None]:
    """Take the next value in time order; values that are no numbers are passed over."""
    if not math.isfinite(value):
        return state, None
    if not state.scale:
        learning = (*state.learning, (at_us, value))
        if len(learning) < LEARN:
            return msgspec.structs.replace(state, learning=learning), None
        return _learnt(state.notable, learning, state.calm), None
    state = _with(state, at_us, value)
    found = _best(state)
    if found is None or found[0] < THRESHOLD:
        return state, None
    changed = _told(state, found[1], at_us)
    if changed is None:
        return state, None
    since = tuple(point for point in state.recent if point[0] >= changed.onset_us)
    if len(since) < LEARN:
        return FocusState(notable=state.notable, calm=state.scale, learning=since), changed
    return _learnt(state.notable, since, state.scale), changed


def changes(points: Iterable[tuple[int, float]], notable: float) -> list[LevelChanged]:
    """Every change in a series of (at_us, value) in time order; steps the same way are one change."""
    state = initial(notable)
    found: list[LevelChanged] = []
    series = list(points)
    for at_us, value in series:
        state, changed = step(state, at_us, value)
        if changed is None:
            continue
        if found and _goes_on(found[-1], changed):
            changed = _joined(found.pop(), changed)
        found.append(changed)
    settled = [
        _settled(one, series, last.found_us if last else None, following.onset_us if following else None, notable)
        for last, one, following in zip([None, *found], found, [*found[1:], None], strict=False)
    ]
    return [one for one in settled if abs(one.after - one.before) >= notable]


def _settled(
    one: LevelChanged, series: Sequence[tuple[int, float]], from_us: int | None, to_us: int | None, notable: float
) -> LevelChanged:
    """The change between the levels before it began and after it was certain, where there are values enough."""
    known = [(at_us, value) for at_us, value in series if math.isfinite(value)]
    before = [value for at_us, value in known if at_us < one.onset_us and (from_us is None or at_us >= from_us)]
    after = [value for at_us, value in known if at_us > one.found_us and (to_us is None or at_us < to_us)]
    if min(len(before), len(after)) < LAST:
        return one
    was, now = level(before[-KEPT:]), level(after[-KEPT:])
    moved = difference(was, now, notable / SCALE_PER_NOTABLE)
    same_way = (one.after > one.before) == (moved.change > 0)
    if not same_way:
        return one
    return LevelChanged(one.onset_us, one.found_us, was.value, now.value, moved.low, moved.high, one.gap_us)


def _goes_on(first: LevelChanged, then: LevelChanged) -> bool:
    same_way = (first.after > first.before) == (then.after > then.before)
    return same_way and then.onset_us - first.found_us <= JOIN_US


def _joined(first: LevelChanged, then: LevelChanged) -> LevelChanged:
    change = then.after - first.before
    half = math.hypot(first.high - first.low, then.high - then.low) / 2
    return LevelChanged(
        onset_us=first.onset_us,
        found_us=then.found_us,
        before=first.before,
        after=then.after,
        low=change - half,
        high=change + half,
        gap_us=first.gap_us,
    )


def _learnt(notable: float, points: tuple[tuple[int, float], ...], calm: float) -> FocusState:
    values = [value for _, value in points]
    anchor = median(values)
    spread = MAD_TO_SD * median(abs(value - anchor) for value in values)
    now = level(values)
    scale = spread * math.sqrt(now.size / now.independent)
    if calm:
        scale = min(scale, CALM_SCALES * calm)
    state = FocusState(notable=notable, calm=calm, anchor=anchor, scale=max(scale, notable / SCALE_PER_NOTABLE))
    for at_us, value in points:
        state = _with(state, at_us, value)
    return state


def _with(state: FocusState, at_us: int, value: float) -> FocusState:
    """The state after one more value; the moment that has now lasted becomes a candidate, and the hulls are mended."""
    fresh = (*state.fresh, Candidate(state.count, state.total, at_us))
    rising, falling = state.rising, state.falling
    if len(fresh) >= LAST:
        ripe, fresh = fresh[0], fresh[1:]
        rising, falling = _hull(rising, ripe, 1.0), _hull(falling, ripe, -1.0)
    steps = min(max((value - state.anchor) / state.scale, -CUT), CUT)
    return msgspec.structs.replace(
        state,
        count=state.count + 1,
        total=state.total + steps,
        fresh=fresh,
        rising=rising,
        falling=falling,
        recent=(*state.recent, (at_us, value))[-KEPT:],
    )


def _hull(candidates: tuple[Candidate, ...], new: Candidate, sign: float) -> tuple[Candidate, ...]:
    """Candidates on the lower (``sign`` 1) or upper hull of the running sum, with one more at its right end."""
    kept = list(candidates)
    while len(kept) > 1 and sign * _bend(kept[-2], kept[-1], new) <= 0:
        kept.pop()
    kept.append(new)
    return tuple(kept[-CANDIDATES_MAX:])


def _bend(first: Candidate, middle: Candidate, last: Candidate) -> float:
    """Positive where the running sum bends upwards at ``middle``."""
    before = (middle.total - first.total) * (last.count - middle.count)
    after = (last.total - middle.total) * (middle.count - first.count)
    return after - before


def _best(state: FocusState) -> tuple[float, Candidate] | None:
    """The candidate that best explains the values as two levels, and twice its log likelihood ratio against one."""
    found: tuple[float, Candidate] | None = None
    whole = state.total**2 / state.count
    for one in (*state.rising, *state.falling):
        since = state.count - one.count
        if not one.count:
            continue
        ratio = one.total**2 / one.count + (state.total - one.total) ** 2 / since - whole
        if found is None or ratio > found[0]:
            found = ratio, one
    return found


def _told(state: FocusState, onset: Candidate, now_us: int) -> LevelChanged | None:
    """The change in the unit of the values; None while it is not worth a sentence."""
    before = [value for at_us, value in state.recent if at_us < onset.at_us]
    after = [value for at_us, value in state.recent if at_us >= onset.at_us]
    if not after:
        return None
    level_before = state.anchor + state.scale * onset.total / onset.count if len(before) < LAST else median(before)
    moved = difference(level(before or [level_before]), level(after), state.notable / SCALE_PER_NOTABLE)
    change = median(after) - level_before
    toward = math.copysign(1.0, change)
    moved_on = [toward * (value - level_before) >= abs(change) / 2 for value in after]
    # Four wild values in a row are an artefact, whatever they weigh: the level must be moved now, and for a while.
    if abs(change) < state.notable or sum(moved_on) < LAST or not moved_on[-1]:
        return None
    times = [at_us for at_us, _ in state.recent if at_us < onset.at_us]
    return LevelChanged(
        onset_us=onset.at_us,
        found_us=now_us,
        before=level_before,
        after=median(after),
        low=change + (moved.low - moved.change),
        high=change + (moved.high - moved.change),
        gap_us=onset.at_us - times[-1] if times else 0,
    )
