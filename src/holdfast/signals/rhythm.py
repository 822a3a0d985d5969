"""Rules for the rate and the order of beats: too slow, too fast, runs of ventricular beats, pauses, dropped beats.

A rhythm is named from one lead, over seconds that were all fit; every other lead that is fit must not contradict. A
dog's intervals vary by a factor of two with each breath, so rules made for people ("1.66 times the mean", "irregular
is fibrillation") are not used.
"""

import statistics
from itertools import pairwise

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals.ecg_beats import Beat
from holdfast.signals.leads import Leads
from holdfast.signals.observed import RateLimits

SLOW_BEATS = 5
"""Extreme bradycardia: mean over so many beats (five in the definition of the PhysioNet/CinC Challenge 2015)."""

FAST_BEATS = 17
"""Extreme tachycardia: mean over so many beats (same source)."""

MARGIN = 1.1
"""A rate that is extreme ends when it is this factor back inside its limit (estimate)."""

WIDE_S = 0.045
"""Length of the QRS-band envelope at half its height, which the detector gives as about 0.03 s for a narrow QRS
(estimate)."""

WIDER = 1.4
UNLIKE_MAX = 0.6
"""A ventricular beat is that much wider than the usual beat of this lead and no more like it than this (estimate)."""

RACING_S = 5
"""Seconds in a row with a wave that repeats itself beyond the limit, and no slower beats among them (estimate): the
detector may find no beats at such rates."""

RUN_BEATS = 4
TACHYCARDIA_BEATS = 16
"""Ventricular beats in a row that make a run, and a tachycardia (estimates; at 200 a minute the second last 5 s)."""

PAUSE_S = 4.0
"""Healthy sleeping dogs pause for 2 to 3 s every night; longer than this 4 times in 44 h (Dog Health Vitals, read by
eye)."""

HOLD_S = 20
"""A pause or dropped beats are shown for so long after the last one (estimate)."""

REGULAR = 0.04
DROPPED_COUNT = 3
DROPPED_WITHIN_S = 60
"""Intervals that are twice their neighbours, when those differ from each other by less than this share, so many times
within so long: dropped beats are suspected. Sinus arrhythmia is not so regular (estimate)."""

HELD_S = 20
"""An extreme rate that held when the ECG became unfit, or too few beats were left to tell a rate, holds for so long
(estimate: five beats at 15 a minute last 16 s); then it is not known any more."""

KEPT = 20


class LeadRhythm(msgspec.Struct, frozen=True):
    """The beats of one lead since it was last unfit, at most KEPT."""

    beats: tuple[Beat, ...] = ()
    usual_width_s: float = 0.0
    """Median width of beats that were like those before them."""
    racing: int = 0
    """Seconds in a row with a wave that repeats itself beyond the limit."""


class RhythmState(msgspec.Struct, frozen=True):
    """Beats per lead, and when the last pause and the last dropped beats were (us)."""

    leads: tuple[tuple[str, LeadRhythm], ...] = ()
    paused_us: int | None = None
    dropped_us: tuple[int, ...] = ()
    slow: bool = False
    fast: bool = False
    run: int = 0
    """Ventricular beats in a row up to now."""
    untold: int = 0
    """Seconds in a row in which no lead told a rate."""


def step(
    state: RhythmState,
    start_us: int,
    leads: Leads,
    regular_per_min: dict[str, float],
    pulses_per_min: float | None,
    limits: RateLimits,
) -> RhythmState:
    """Take one second of every lead. ``regular_per_min``: by lead, of a wave that repeats itself. ``pulses_per_min``:
    of a pulse wave that is good, None without one."""
    end_us = start_us + US_PER_S
    known = dict(state.leads)
    after: list[tuple[str, LeadRhythm]] = []
    rhythms: list[LeadRhythm] = []
    for key, memory in leads:
        before = known.get(key, LeadRhythm())
        told = memory.fit and (memory.quiet or bool(memory.beats))
        if not told:
            before = LeadRhythm(usual_width_s=before.usual_width_s, racing=before.racing)
        after.append((key, _followed(before, memory.beats)))
        beyond = memory.fit and regular_per_min.get(key, 0.0) > limits.tachycardia_per_min
        racing = before.racing + 1 if beyond and not memory.beats else 0
        after[-1] = key, msgspec.structs.replace(after[-1][1], racing=racing)
        if told and after[-1][1].beats:
            rhythms.append(after[-1][1])
    fresh = any(memory.beats for _, memory in leads)
    paused = state.paused_us
    if fresh and rhythms and all(_long_interval(rhythm, end_us) for rhythm in rhythms):
        paused = end_us
    dropped = tuple(at for at in state.dropped_us if at > end_us - DROPPED_WITHIN_S * US_PER_S)
    if fresh and rhythms and all(_dropped(rhythm, end_us) for rhythm in rhythms):
        dropped = (*dropped, end_us)
    untold = 0 if any(len(rhythm.beats) >= SLOW_BEATS for rhythm in rhythms) else state.untold + 1
    held = untold <= HELD_S
    return RhythmState(
        leads=tuple(after),
        paused_us=paused,
        dropped_us=dropped,
        slow=_slow(state.slow and held, rhythms, pulses_per_min, limits),
        fast=_fast(state.fast and held, rhythms, end_us, limits, untold > 0)
        or any(rhythm.racing >= RACING_S for _, rhythm in after),
        run=_longest_run(state.run if held else 0, rhythms, end_us, limits),
        untold=untold,
    )


def _followed(before: LeadRhythm, fresh: tuple[Beat, ...]) -> LeadRhythm:
    if not fresh:
        return before
    beats = (*before.beats, *fresh)[-KEPT:]
    like = [beat.width_s for beat in beats if beat.likeness > UNLIKE_MAX]
    return LeadRhythm(beats, statistics.median(like) if len(like) >= RUN_BEATS else before.usual_width_s)


def _per_min(beats: tuple[Beat, ...], count: int) -> float | None:
    """Mean rate over the last ``count`` beats; None while there are fewer."""
    if len(beats) < count:
        return None
    return 60 * US_PER_S * (count - 1) / max(1, beats[-1].at_us - beats[-count].at_us)


def _recent(rhythms: list[LeadRhythm], end_us: int) -> list[LeadRhythm]:
    """Those whose last beat is not older than two seconds."""
    return [rhythm for rhythm in rhythms if rhythm.beats[-1].at_us > end_us - 2 * US_PER_S]


def _slow(was: bool, rhythms: list[LeadRhythm], pulses_per_min: float | None, limits: RateLimits) -> bool:
    limit = limits.bradycardia_per_min * (MARGIN if was else 1.0)
    rates = [_per_min(rhythm.beats, SLOW_BEATS) for rhythm in rhythms]
    known = [rate for rate in rates if rate is not None]
    if pulses_per_min is not None and pulses_per_min > limit * MARGIN:
        return False
    return max(known) < limit if known else was


def _fast(was: bool, rhythms: list[LeadRhythm], end_us: int, limits: RateLimits, untold: bool) -> bool:
    limit = limits.tachycardia_per_min / (MARGIN if was else 1.0)
    for count in (FAST_BEATS, SLOW_BEATS) if was else (FAST_BEATS,):
        rates = [_per_min(rhythm.beats, count) for rhythm in _recent(rhythms, end_us)]
        if known := [rate for rate in rates if rate is not None]:
            return min(known) > limit
    return was and untold


def _long_interval(rhythm: LeadRhythm, end_us: int) -> bool:
    """An interval above PAUSE_S ended in the last second."""
    return any(
        b.at_us - a.at_us > PAUSE_S * US_PER_S and b.at_us >= end_us - US_PER_S for a, b in pairwise(rhythm.beats)
    )


def _dropped(rhythm: LeadRhythm, end_us: int) -> bool:
    """In the last second ended an interval of regular length that follows one of twice that after two of one."""
    beats = rhythm.beats[-10:]
    for a, b, c, d, e in zip(*(beats[i:] for i in range(5)), strict=False):
        if e.at_us < end_us - US_PER_S:
            continue
        one, two, long, next_ = b.at_us - a.at_us, c.at_us - b.at_us, d.at_us - c.at_us, e.at_us - d.at_us
        mean = (one + two + next_) / 3
        if all(abs(x - mean) < REGULAR * mean for x in (one, two, next_, long / 2)):
            return True
    return False


def _longest_run(was: int, rhythms: list[LeadRhythm], end_us: int, limits: RateLimits) -> int:
    """Ventricular beats in a row that no lead contradicts; a tachycardia that noise hid goes on with beats like it."""
    recent = _recent(rhythms, end_us)
    run = min((_run(rhythm, limits) for rhythm in recent), default=0)
    hidden = all(_run(rhythm, limits) == len(rhythm.beats) for rhythm in recent) and bool(recent) == bool(rhythms)
    return max(run, was) if hidden and was >= TACHYCARDIA_BEATS else run


def _run(rhythm: LeadRhythm, limits: RateLimits) -> int:
    """Ventricular beats in a row at the end."""
    count = 0
    longest_us = 60 * US_PER_S / limits.ventricular_per_min
    after: Beat | None = None
    for beat in reversed(rhythm.beats):
        wide = beat.width_s >= max(WIDE_S, WIDER * rhythm.usual_width_s)
        if not wide or beat.likeness > UNLIKE_MAX or (after is not None and after.at_us - beat.at_us > longest_us):
            break
        count += 1
        after = beat
    return count
