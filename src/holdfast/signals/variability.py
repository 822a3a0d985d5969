"""How a heart's intervals vary: kept as they are, never "corrected", because in a dog their variation is health.

A resting dog's interval is more than twice the one before it in every fifth beat; a monitor made for people calls that
missed beats or fibrillation. What is worth seeing is the opposite: a rhythm that has become rigid.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec
import numpy as np

from holdfast.kernel import typed
from holdfast.kernel.compiled import compiled
from holdfast.kernel.time import US_PER_S
from holdfast.signals.chunk import Floats, pack_few, unpack

WINDOW_S = 300
"""Five minutes, the usual stretch for SDNN."""

COVERED_MIN_S = 60
INTERVALS_MIN = 20
"""Less than this, uninterrupted intervals put together, says nothing (estimate)."""

GOOD_SHARE = 0.8
"""Good when intervals fill so much of what was asked about, else fair (estimate)."""

INTERVAL_MAX_S = 6.0
"""A longer one is a gap in our knowledge, as for the heart rate."""

DOUBLE = 2.0
"""Two intervals in a row of which one is more than so many times the other."""

SWAY_WINDOW_S = 60
SWAY_INTERVALS_MIN = 20
"""Breathing changes within minutes: its sway is sought in the last minute (estimate)."""

SWAY_BAND = 0.1
"""The breathing rate may be wrong by this share (estimate)."""

SWAY_PRESENT_SHARE = 0.3
SWAY_PRESENT_DEPTH = 0.1
"""Present: breath explains so much of the variance, and swings the interval by this share of its mean (estimates)."""

SWAY_ABSENT_DEPTH = 0.04
"""Absent: what breath swings is less than this share of the mean interval (estimate)."""


class Sway(StrEnum):
    """Respiratory sinus arrhythmia."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCLEAR = "unclear"
    """The rhythm varies, but not mainly with the breath."""
    UNKNOWN = "unknown"


class VariabilityState(msgspec.Struct, frozen=True, tag="variability.1", forbid_unknown_fields=True):
    """Intervals of the last five minutes (at most 24 kB at 300 beats a minute)."""

    intervals: bytes = b""
    """(n, 2) packed: end and length (us)."""
    last_us: int = -1
    unfit_us: int = -1
    """End of the last second of which nothing can be said."""
    from_us: int = -1
    """Start of the first second."""


@dataclass(frozen=True)
class Variability:
    """What the intervals up to one moment show. The figures are None when nothing can be said; ``why`` says why."""

    quality: str
    """good, fair or none."""
    why: str
    at_us: int
    intervals: int
    mean_ms: float | None = None
    sdnn_ms: float | None = None
    """Standard deviation of the intervals."""
    rmssd_ms: float | None = None
    """Root mean square of the differences of intervals in a row."""
    double_share: float | None = None
    """Share of intervals in a row of which one is more than twice the other."""
    sway: Sway = Sway.UNKNOWN
    sway_ms: float | None = None
    """Shortest to longest interval, as far as breath makes it."""
    sway_share: float | None = None
    """Share of the variance of the last minute that goes with the breath."""


def initial() -> VariabilityState:
    """Nothing seen yet."""
    return VariabilityState()


def dump(state: VariabilityState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> VariabilityState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, VariabilityState)


def step(state: VariabilityState, beats_us: Sequence[int], now_us: int, unfit: bool) -> VariabilityState:
    """Take the beats (ordered instants) of the second that ends at ``now_us``; ``unfit``: its signal says nothing.

    An interval across an unfit second is not used: beats may be missing from it.
    """
    unfit_us = now_us if unfit else state.unfit_us
    last_us, found = state.last_us, []
    for beat in beats_us:
        if beat > last_us:
            if last_us >= unfit_us and 0 <= last_us >= beat - INTERVAL_MAX_S * US_PER_S:
                found += [float(beat), float(beat - last_us)]
            last_us = beat
    from_us = now_us - US_PER_S if state.from_us < 0 else state.from_us
    if not found:
        return VariabilityState(state.intervals, last_us, unfit_us, from_us)
    kept = state.intervals
    if kept and _FIRST.unpack_from(kept)[0] <= now_us - WINDOW_S * US_PER_S:
        rows = unpack(kept)
        kept = kept[16 * int(np.searchsorted(rows[::2], now_us - WINDOW_S * US_PER_S, side="right")) :]
    return VariabilityState(kept + pack_few(found), last_us, unfit_us, from_us)


_FIRST = struct.Struct("<d")


def measure(state: VariabilityState, now_us: int, breaths_per_min: float | None = None) -> Variability:
    """What stands at ``now_us``; ``breaths_per_min`` is a breathing rate worth believing, None for none."""
    rows = unpack(state.intervals).reshape(-1, 2)
    rows = rows[rows[:, 0] > now_us - WINDOW_S * US_PER_S]
    lengths = rows[:, 1] / 1000
    covered_s = float(lengths.sum()) / 1000
    if len(rows) < INTERVALS_MIN or covered_s < COVERED_MIN_S:
        why = f"less than {COVERED_MIN_S} s of uninterrupted intervals in the last {WINDOW_S // 60} min"
        return Variability("none", why, now_us, len(rows))
    asked_s = min(WINDOW_S, (now_us - state.from_us) / US_PER_S)
    joined = np.abs(rows[1:, 0] - rows[1:, 1] - rows[:-1, 0]) < 1
    before, after = lengths[:-1][joined], lengths[1:][joined]
    ratio = np.maximum(before, after) / np.minimum(before, after)
    sway, sway_ms, share = _sway(rows[rows[:, 0] > now_us - SWAY_WINDOW_S * US_PER_S], breaths_per_min)
    return Variability(
        quality="good" if covered_s >= GOOD_SHARE * asked_s else "fair",
        why="",
        at_us=now_us,
        intervals=len(rows),
        mean_ms=float(lengths.mean()),
        sdnn_ms=float(lengths.std(ddof=1)),
        rmssd_ms=float(np.sqrt(np.mean((after - before) ** 2))) if len(after) else None,
        double_share=float(np.mean(ratio > DOUBLE)) if len(after) else None,
        sway=sway,
        sway_ms=sway_ms,
        sway_share=share,
    )


def _sway(rows: Floats, breaths_per_min: float | None) -> tuple[Sway, float | None, float | None]:
    """Respiratory sinus arrhythmia in these intervals: the word, its depth (ms) and its share of the variance."""
    if len(rows) < SWAY_INTERVALS_MIN:
        return Sway.UNKNOWN, None, None
    at_s, lengths = (rows[:, 0] - rows[0, 0]) / US_PER_S, rows[:, 1] / 1000
    mean = float(lengths.mean())
    if 2 * math.sqrt(2) * float(lengths.std()) < SWAY_ABSENT_DEPTH * mean:
        return Sway.ABSENT, 2 * math.sqrt(2) * float(lengths.std()), None
    beats_per_min = 60e3 / mean
    if breaths_per_min is None or breaths_per_min * (1 + SWAY_BAND) > beats_per_min / 2:
        return Sway.UNKNOWN, None, None
    best_share, best_depth = _breathed(at_s, lengths, breaths_per_min / 60)
    if best_share >= SWAY_PRESENT_SHARE and best_depth >= SWAY_PRESENT_DEPTH * mean:
        return Sway.PRESENT, best_depth, best_share
    word = Sway.ABSENT if best_depth < SWAY_ABSENT_DEPTH * mean else Sway.UNCLEAR
    return word, best_depth, best_share


@compiled
def _breathed(at_s: Floats, lengths: Floats, breath_hz: float) -> tuple[float, float]:
    """A line and a sinusoid of nearly the frequency of the breath, fitted to the intervals (least squares): the
    share of the variance that the sinusoid makes, at most 1, and its depth from crest to trough (ms), where that share
    is largest."""
    n = len(at_s)
    best_share, best_depth = 0.0, 0.0
    for factor in (1 - SWAY_BAND, 1 - SWAY_BAND / 2, 1.0, 1 + SWAY_BAND / 2, 1 + SWAY_BAND):
        waves = np.ones((4, n))
        waves[1] = at_s
        waves[2], waves[3] = (
            np.cos(2 * np.pi * factor * breath_hz * at_s),
            np.sin(2 * np.pi * factor * breath_hz * at_s),
        )
        # Each is made upright to those before it, twice, as the first time leaves a rounding error.
        upright, along = waves.copy(), np.zeros((4, 4))
        for k in range(4):
            for _ in range(2):
                for j in range(k):
                    shadow = np.sum(upright[j] * upright[k])
                    along[j, k] += shadow
                    upright[k] -= shadow * upright[j]
            along[k, k] = np.sqrt(np.sum(upright[k] * upright[k]))
            upright[k] /= along[k, k]
        sine = np.sum(upright[3] * lengths) / along[3, 3]
        cosine = (np.sum(upright[2] * lengths) - along[2, 3] * sine) / along[2, 2]
        share = np.var(cosine * waves[2] + sine * waves[3]) / np.var(lengths)
        if share > best_share:
            best_share, best_depth = min(1.0, share), 2 * np.hypot(cosine, sine)
    return best_share, best_depth
