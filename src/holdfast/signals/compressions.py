"""Chest compressions: hands make waves on every signal, and those must not be read as a heart that beats again."""

import statistics
from itertools import pairwise

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals.leads import Leads
from holdfast.signals.observed import EcgSecond, PulseSecond

PER_MIN = (80.0, 130.0)
"""Rate of compressions (100 to 120 a minute are taught; the margins are ours)."""

COUNT = 5
"""Movements in a row before they are called compressions (estimate)."""

SPREAD = 0.15
"""Their spacing varies no more than this (coefficient of variation; estimate)."""

WITHIN_S = 6
"""How far back movements count (estimate)."""

SWAYED_S = 3
"""An ECG that repeats itself at that rate in all but one of so many seconds is compressed (estimate; each second
looks four back)."""

LIKE_MIN = 0.6
WIDE_S = 0.09
"""A beat that is as like the beats before the arrest as the first, or shorter than the second, is the heart's own
(estimate)."""


class CompressionState(msgspec.Struct, frozen=True):
    """Movements on the ECG that are not like beats (us), and pulses per second on any wave, of the last seconds."""

    movements_us: tuple[int, ...] = ()
    pulses: tuple[int, ...] = ()
    swayed: tuple[bool, ...] = ()
    """Per second, whether the ECG was a wave that repeats itself at the rate of compressions."""
    own: tuple[int, ...] = ()
    """Per second, how many beats were the heart's own."""


def step(
    state: CompressionState, start_us: int, ecgs: tuple[EcgSecond, ...], leads: Leads, pulses: tuple[PulseSecond, ...]
) -> CompressionState:
    """Take one second of every signal."""
    old_us = start_us + US_PER_S - WITHIN_S * US_PER_S
    counted = {beat.at_us for _, memory in leads for beat in memory.beats}
    lead = max(ecgs, key=lambda ecg: len(ecg.beats), default=None)
    beats = lead.beats if lead else ()
    own = sum(beat.at_us in counted and (beat.likeness >= LIKE_MIN or beat.width_s < WIDE_S) for beat in beats)
    strange = tuple(beat.at_us for beat in beats if beat.likeness < LIKE_MIN and beat.width_s >= WIDE_S)
    return CompressionState(
        tuple(at for at in (*state.movements_us, *strange) if at > old_us),
        (*state.pulses, max((wave.pulses for wave in pulses), default=0))[-WITHIN_S:],
        (*state.swayed, any(PER_MIN[0] <= ecg.regular_per_min <= PER_MIN[1] for ecg in ecgs))[-SWAYED_S:],
        (*state.own, own)[-WITHIN_S:],
    )


def rhythmic(state: CompressionState) -> bool:
    """Movements or pulses at the rate of compressions, without own beats. Means something in an arrest."""
    if sum(state.own[-3:]) > 1:
        return False
    low, high = (WITHIN_S * per_min / 60 for per_min in PER_MIN)
    if len(state.pulses) == WITHIN_S and low - 1 <= sum(state.pulses) <= high + 1 and min(state.pulses) > 0:
        return True
    if sum(state.swayed) >= SWAYED_S - 1:
        return True
    spaces = [(b - a) / US_PER_S for a, b in pairwise(state.movements_us)]
    if len(spaces) < COUNT - 1:
        return False
    mean = statistics.fmean(spaces)
    return PER_MIN[0] <= 60 / mean <= PER_MIN[1] and statistics.pstdev(spaces) <= SPREAD * mean
