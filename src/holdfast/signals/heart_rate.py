"""A rate per minute from beat times, the way a monitor shows it, or a plain "cannot say".

The rate is that of the mean interval over the last seconds, so it counts what was there. A resting dog's successive
intervals differ by more than a factor of two in every fifth beat; nothing is "corrected" for that.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S


class Pace(msgspec.Struct, frozen=True):
    """How far back intervals count, and beyond what length one is a gap in our knowledge instead."""

    window_s: int
    interval_max_s: float
    noun: str


BEATS = Pace(10, 6.0, "beat")
"""Common monitors average 8 to 12 beats (Mindray BeneHeart D60 manual p. 97); 6 s is 10 per minute (estimate)."""

BREATHS = Pace(40, 20.0, "breath")
"""Four breaths of a dog that breathes 6 times a minute (estimate)."""

INTERVALS_MIN = 3
"""Fewer intervals are no rate (estimate). A heart so slow that fewer end within the window is given its last ones."""

GOOD_INTERVALS = 6
GOOD_SHARE = 0.8
"""From so many intervals on, or when they fill so much of the window, the rate is called good, else fair (estimate)."""


class RateState(msgspec.Struct, frozen=True, tag="heart_rate.1", forbid_unknown_fields=True):
    """Ends and lengths (us) of the last usable intervals."""

    last_us: int | None = None
    intervals: tuple[tuple[int, int], ...] = ()
    unfit_us: int = -1
    """End of the last second of which nothing can be said."""


class Rate(msgspec.Struct, frozen=True, gc=False):
    """A rate at one moment. ``per_min`` is None when nothing can be said; ``why`` says why in one sentence."""

    per_min: float | None
    quality: str
    """good, fair or none."""
    why: str
    at_us: int
    """The last beat it rests on (the moment asked for, when there is none)."""
    age_us: int


def initial() -> RateState:
    """Nothing seen yet."""
    return RateState()


def dump(state: RateState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> RateState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, RateState)


def step(
    state: RateState, beats_us: Sequence[int], now_us: int, unfit: bool = False, pace: Pace = BEATS
) -> tuple[RateState, Rate]:
    """Take the beats (ordered instants) of the second that ends at ``now_us``; ``unfit``: its signal says nothing.

    An interval across an unfit second is not used: beats may be missing from it.
    """
    unfit_us = now_us if unfit else state.unfit_us
    last, intervals = state.last_us, state.intervals
    for beat in beats_us:
        if last is not None and beat > last:
            if beat - last > pace.interval_max_s * US_PER_S:
                intervals = ()
            elif last >= unfit_us:
                intervals = (*intervals, (beat, beat - last))
            last = beat
        elif last is None:
            last = beat
    kept = _kept(intervals, last, now_us - pace.window_s * US_PER_S)
    return RateState(last, kept, unfit_us), _say(last, kept, now_us, unfit, pace)


def _kept(intervals: tuple[tuple[int, int], ...], last_us: int | None, from_us: int) -> tuple[tuple[int, int], ...]:
    """Those that end in the window; when they are few, also older ones that lead up to the last beat without a break.

    After a break one beat must not bring back the rate of before it.
    """
    first = 0
    while first < len(intervals) and intervals[first][0] <= from_us:
        first += 1
    if len(intervals) - first >= INTERVALS_MIN or not first:
        return intervals[first:]
    last = intervals[-INTERVALS_MIN:]
    leads_up = last[-1][0] == last_us
    if leads_up and all(after[0] - after[1] == before[0] for before, after in pairwise(last)):
        return last
    return intervals[first:]


def _say(last: int | None, kept: tuple[tuple[int, int], ...], now_us: int, unfit: bool, pace: Pace) -> Rate:
    at_us = now_us if last is None else last
    age_us = max(0, now_us - at_us)
    if unfit:
        return Rate(None, "none", "the signal is not good enough to count on", at_us, age_us)
    if len(kept) < INTERVALS_MIN:
        return Rate(None, "none", f"fewer than {INTERVALS_MIN} {pace.noun} intervals in a row", at_us, age_us)
    lengths = [length for _, length in kept]
    total_us = sum(lengths)
    if age_us > 2 * US_PER_S and age_us > 2 * max(lengths):
        return Rate(None, "none", f"no {pace.noun} for {age_us / US_PER_S:.0f} s", at_us, age_us)
    good = len(kept) >= GOOD_INTERVALS or total_us >= GOOD_SHARE * pace.window_s * US_PER_S
    quality = "good" if good else "fair"
    return Rate(60 * US_PER_S * len(kept) / total_us, quality, "", at_us, age_us)
