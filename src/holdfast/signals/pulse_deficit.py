"""Beats of the heart that no pulse follows: how many a minute, and what share of all.

It is said only of seconds in which both signals are good. How long a pulse takes from the R peak to the paw is
learned from the two signals themselves, as monitors delay their waves by different amounts. The peak of the pulse is
taken, not its foot: on six pleths of BIDMC the quartiles of its time after the R peak lie at most 32 ms apart, those of
the foot up to 230 ms.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from holdfast.kernel import typed
from holdfast.kernel.compiled import compiled
from holdfast.kernel.time import US_PER_S

Instants = NDArray[np.int64]

WINDOW_S = 60
"""Beats of the last minute are looked at."""

DELAY_MAX_S = 1.5
"""The longest time from R peak to the peak of its pulse that is looked for: body and monitor together (estimate)."""

BIN_S = 0.02
NEAR_S = 0.06
SAME_SHARE = 0.9
"""Delays are counted in bins of this width, with what lies near; a shorter delay that is found nearly as often as the
most frequent one is taken instead (estimates)."""

EARLIER_S, LATER_S = 0.12, 0.2
"""A pulse belongs to a beat when it comes this much before or after the usual delay. Early beats fill the heart less
and open the valve later (estimate)."""

BEATS_MIN = 12
"""Fewer judged beats say nothing (estimate)."""

KNOWN_SHARE_GOOD, KNOWN_SHARE_MIN = 0.9, 0.7
"""Share of the pulses that follow a beat by the usual delay: below the lower one the two signals do not fit together,
from the upper one on the deficit is good, between them fair (estimates)."""

UNHEARD_US = 300_000
"""A pulse is certain this long after its peak."""


class DeficitState(msgspec.Struct, frozen=True, tag="pulse_deficit.1", forbid_unknown_fields=True):
    """Beats, peaks of pulses, and ends of fit seconds, of the last minute (all us)."""

    beats: tuple[int, ...] = ()
    pulses: tuple[int, ...] = ()
    fit: tuple[int, ...] = ()


@dataclass(frozen=True)
class Deficit:
    """Beats without pulse up to one moment; the figures are None when nothing can be said, and ``why`` says why."""

    quality: str
    """good, fair or none."""
    why: str
    at_us: int
    beats: int
    """Beats that were judged."""
    without: int | None = None
    per_min: float | None = None
    share: float | None = None
    delay_ms: float | None = None
    """Usual time from R peak to the peak of the pulse, with what the monitor adds."""


def initial() -> DeficitState:
    """Nothing seen yet."""
    return DeficitState()


def dump(state: DeficitState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> DeficitState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, DeficitState)


def step(
    state: DeficitState, beats_us: Sequence[int], pulses_us: Sequence[int], end_us: int, fit: bool
) -> DeficitState:
    """Take the ordered beats and peaks of pulses of the second that ends at ``end_us``; ``fit``: both are good."""
    oldest = end_us - WINDOW_S * US_PER_S
    beats, pulses = (*state.beats, *beats_us), (*state.pulses, *pulses_us)
    seconds = (*state.fit, end_us) if fit else state.fit
    return DeficitState(*(at[bisect_right(at, oldest) :] for at in (beats, pulses, seconds)))


def measure(state: DeficitState, end_us: int) -> Deficit:
    """What stands at the end of the last second."""
    beats, pulses = np.array(state.beats, dtype=np.int64), np.array(state.pulses, dtype=np.int64)
    fit = frozenset(state.fit)
    clear = np.array([_second(at) in fit for at in state.pulses], dtype=bool)
    if len(beats) < BEATS_MIN or int(clear.sum()) < BEATS_MIN // 2:
        return Deficit("none", "too little of both signals is good at the same time", end_us, 0)
    delay_us, known = _usual_delay(beats, pulses[clear])
    if known < KNOWN_SHARE_MIN:
        why = "pulses do not follow beats by a steady delay: one of the two signals is counted wrongly"
        return Deficit("none", why, end_us, 0)
    early, late = round(EARLIER_S * US_PER_S), round(LATER_S * US_PER_S)
    judged = without = 0
    following = 0
    for at in state.beats:
        while following < len(pulses) and state.pulses[following] < at + delay_us - early:
            following += 1
        pulsed = following < len(pulses) and state.pulses[following] <= at + delay_us + late
        following += pulsed
        if at + delay_us + late + UNHEARD_US <= end_us and _second(at) in fit and _second(at + delay_us) in fit:
            judged += 1
            without += not pulsed
    if judged < BEATS_MIN:
        return Deficit("none", "too little of both signals is good at the same time", end_us, judged)
    return Deficit(
        quality="good" if known >= KNOWN_SHARE_GOOD else "fair",
        why="",
        at_us=end_us,
        beats=judged,
        without=without,
        per_min=60 * without / len(state.fit),
        share=without / judged,
        delay_ms=delay_us / 1000,
    )


def _second(at_us: int) -> int:
    """End of the second that an instant lies in."""
    return (at_us // US_PER_S + 1) * US_PER_S


@compiled
def _usual_delay(beats: Instants, pulses: Instants) -> tuple[int, float]:
    """The delay (us) at which most pulses follow a beat (the shortest, when a regular rhythm offers several), and the
    share of the pulses that do."""
    bins, width = round(DELAY_MAX_S / BIN_S), BIN_S * US_PER_S
    apart = np.empty(len(beats) * len(pulses))
    found = 0
    counts = np.zeros(bins, dtype=np.int64)
    for pulse in pulses:
        for beat in beats:
            if 0 <= pulse - beat < bins * width:
                apart[found] = pulse - beat
                counts[int(apart[found] / width)] += 1
                found += 1
    if not found:
        return 0, 0.0
    side = round(NEAR_S / BIN_S)
    near = np.zeros(bins, dtype=np.int64)
    for i in range(bins):
        near[i] = counts[max(0, i - side) : i + side + 1].sum()
    first = 0
    while near[first] < SAME_SHARE * near.max():
        first += 1
    best = first + int(np.argmax(near[first : first + 2 * side]))
    apart = apart[:found]
    delay_us = int(np.median(apart[np.abs(apart - (best + 0.5) * width) <= NEAR_S * US_PER_S + width]))
    known = 0
    for pulse in pulses:
        for beat in beats:
            if -EARLIER_S * US_PER_S <= pulse - delay_us - beat <= LATER_S * US_PER_S:
                known += 1
                break
    return delay_us, known / len(pulses)
