"""Regular swings of a slow signal: the engine under pulses and breaths.

A swing is a rise from a trough to a peak that is a fair share of the rises before it. The share keeps dicrotic
waves and heart-beat ripple out, and what is usual is forgotten slowly on purpose: when a pulse is lost, the noise that
is left must not be taken for a small pulse.
"""

import statistics
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
from holdfast.signals.filters import butter, sosfilt, sosfilt_zi

SHARE = 0.35
"""A swing reaches this share of the usual one (estimate)."""

EARLY = 0.6
SHARE_EARLY = 0.6
"""One that comes before this share of the usual spacing must reach this share of the usual rise: dicrotic waves reach
half of the pulse in some recordings (BIDMC record 47), and follow it within half a beat (estimate)."""

REMEMBERED = 8
"""Swings kept to know what is usual."""

LARGE = 0.6
"""Large are those that reach this share of the largest (estimate)."""

SMALL = 0.3
ODD_SPANS = 6
"""Ripple below this share of the largest is not remembered, nor anything older than so many spans (estimate)."""

LIKENESS = 0.35
"""Unusual swings become the new usual when the large ones among them vary in height and spacing by less than this
(coefficient of variation; estimate): a probe that was moved, not noise."""

NEW_SHARE = 0.1
"""The new usual is at least this share of the old one, until the wave is interrupted (estimate): a pulse that is a
tenth of what it was is shown as lost rather than made of what ripple is left."""

ROUGHNESS_MAX = 0.3
ROUGHNESS_TAU_S = 1.0
"""Largest mean step-to-step change of slope, as a share of the rise. White noise through the same filter has about 1,
a pulse sampled at 62 Hz or faster below 0.1 (arithmetic; tests)."""

LIKENESS_COUNT = 5
LIKENESS_WINDOW = 16
"""So many large ones are needed for that, among so many candidates (estimate)."""


class Kind(msgspec.Struct, frozen=True):
    """What to look for: pass band, shortest spacing, smallest rise (unit of the signal), longest trough to trough."""

    band_hz: tuple[float, float]
    """A lower edge of 0 keeps the level (pressures)."""
    spacing_s: float
    rise_min: float
    span_s: float


class Swing(msgspec.Struct, frozen=True):
    """One swing: index of trough and peak, levels there, mean level since the trough before (None for the first)."""

    trough: int
    peak: int
    low: float
    high: float
    mean: float | None


class SwingState(msgspec.Struct, frozen=True):
    """Filter memory, the signal since the trough before, and what is usual."""

    timeline: Timeline = Timeline()
    filters: bytes = b""
    held: float = 0.0
    tail: bytes = b""
    """(2, m) packed: filtered signal and its roughness."""
    before: tuple[float, float] = (0.0, 0.0)
    """The last two samples as they came, for the next change of slope."""
    rough: bytes = pack([0.0, 0.0])
    usual: tuple[tuple[int, float], ...] = ()
    """Peak index and rise of the last swings."""
    odd: tuple[tuple[int, float], ...] = ()
    """Peak index and rise of candidates that were not like the usual ones, since the last that was."""
    last_peak: int = -1
    last_trough: int = -1


@lru_cache(maxsize=32)
def _design(kind: Kind, rate_hz: float) -> tuple[Any, Any, int]:
    low, high = kind.band_hz
    high = min(high, 0.4 * rate_hz)
    if low > 0:
        sos = butter(1, (low, high), btype="bandpass", fs=rate_hz, output="sos")
    else:
        sos = butter(2, high, fs=rate_hz, output="sos")
    return sos, sosfilt_zi(sos), round(rate_hz * 0.225 / high)


def step(kind: Kind, state: SwingState, chunk: Chunk) -> tuple[SwingState, tuple[Swing, ...]]:
    """Take the next samples; return the swings that became certain, oldest first (indices on the new timeline)."""
    timeline, laid = lay(state.timeline, chunk)
    if laid.restarted:
        state = SwingState()
    if not len(laid.samples):
        return msgspec.structs.replace(state, timeline=timeline), ()
    sos, rest, _ = _design(kind, timeline.rate_hz)
    held = _hold(laid.samples, state.held if state.filters else _first(laid.samples))
    memory = unpack(state.filters).reshape(-1, 2) if state.filters else rest * held[0]
    smooth, memory = sosfilt(sos, held, zi=memory)
    joined = np.concatenate((state.before if state.filters else (held[0], held[0]), held))
    slope_change = np.abs(joined[2:] - 2 * joined[1:-1] + joined[:-2])
    roughness, rough = sosfilt(_mean(timeline.rate_hz), slope_change, zi=unpack(state.rough).reshape(1, 2))
    tail = np.concatenate((unpack(state.tail).reshape(2, -1), np.stack((smooth, roughness))), axis=1)
    state = msgspec.structs.replace(
        state,
        timeline=timeline,
        filters=pack(memory),
        held=float(held[-1]),
        before=(float(joined[-2]), float(joined[-1])),
        rough=pack(rough),
    )
    state, found = _walk(kind, state, tail, len(smooth))
    keep = int((kind.span_s + 2 * kind.spacing_s) * timeline.rate_hz)
    return msgspec.structs.replace(state, tail=pack(tail[:, -keep:])), found


def _mean(rate_hz: float) -> Floats:
    keep = float(np.exp(-1.0 / (ROUGHNESS_TAU_S * rate_hz)))
    return np.array([[1 - keep, 0.0, 0.0, 1.0, -keep, 0.0]])


def lag_samples(kind: Kind, rate_hz: float) -> int:
    """By how much an index lags the signal (phase of the low-pass, one sample exact enough for a pulse)."""
    return _design(kind, rate_hz)[2]


def _first(samples: Floats) -> float:
    seen = samples[~np.isnan(samples)]
    return float(seen[0]) if len(seen) else 0.0


def _hold(samples: Floats, held: float) -> Floats:
    last_seen = np.maximum.accumulate(np.where(np.isnan(samples), -1, np.arange(len(samples))))
    return np.where(last_seen >= 0, samples[last_seen], held)


def _walk(kind: Kind, state: SwingState, tail: Floats, fresh: int) -> tuple[SwingState, tuple[Swing, ...]]:
    """Judge each local maximum that nothing exceeds within the spacing on either side."""
    rate_hz, count = state.timeline.rate_hz, state.timeline.count
    side = max(1, round(kind.spacing_s * rate_hz / 2))
    signal, roughness = tail
    offset = count - len(signal)
    first, stop = max(1, len(signal) - fresh - side), len(signal) - side
    found: list[Swing] = []
    if stop <= first:
        return state, ()
    middle = signal[first:stop]
    tops = first + np.flatnonzero((middle > signal[first - 1 : stop - 1]) & (middle >= signal[first + 1 : stop + 1]))
    for top in tops.tolist():
        if signal[top] < signal[max(0, top - side) : top + side + 1].max():
            continue
        oldest = max(0, state.last_peak - offset, top - int(kind.span_s * rate_hz))
        higher = np.flatnonzero(signal[oldest:top] > signal[top])
        # A ripple on the way down from a larger peak rises only from where it left that slope.
        oldest += int(higher[-1]) if len(higher) else 0
        trough = oldest + int(np.argmin(signal[oldest : top + 1]))
        rise = float(signal[top] - signal[trough])
        if roughness[top] > ROUGHNESS_MAX * rise:
            continue
        if state.odd and state.odd[-1][0] >= offset + trough:
            # No new trough since the last candidate: the same swing, with a ripple on its top.
            climbed = float(signal[top] - signal[state.odd[-1][0] - offset : top + 1].min())
            if climbed < SMALL * rise:
                state = msgspec.structs.replace(state, odd=state.odd[:-1])
        state, accepted = _judge(kind, state, offset + top, rise, rate_hz)
        if accepted:
            before = state.last_trough - offset
            mean = float(np.mean(signal[before:trough])) if 0 <= before < trough else None
            found.append(Swing(offset + trough, offset + top, float(signal[trough]), float(signal[top]), mean))
            state = msgspec.structs.replace(state, last_peak=offset + top, last_trough=offset + trough)
    return state, tuple(found)


def _judge(kind: Kind, state: SwingState, at: int, rise: float, rate_hz: float) -> tuple[SwingState, bool]:
    if rise < kind.rise_min or (state.last_peak >= 0 and at - state.last_peak < kind.spacing_s * rate_hz):
        return state, False
    if state.usual and rise >= _bar(state, at):
        return msgspec.structs.replace(state, usual=(*state.usual, (at, rise))[-REMEMBERED:], odd=()), True
    young = at - ODD_SPANS * kind.span_s * rate_hz
    odd = (*(pair for pair in state.odd if pair[0] >= young), (at, rise))
    largest = max(r for _, r in odd)
    odd = tuple(pair for pair in odd if pair[1] >= SMALL * largest)[-LIKENESS_WINDOW:]
    large = tuple(pair for pair in odd if pair[1] >= LARGE * largest)
    enough = not state.usual or rise >= NEW_SHARE * _upper([r for _, r in state.usual])
    if enough and large and large[-1][0] == at and len(large) >= LIKENESS_COUNT and _alike(large[-LIKENESS_COUNT:]):
        return msgspec.structs.replace(state, usual=large[-LIKENESS_COUNT:], odd=()), True
    return msgspec.structs.replace(state, odd=odd), False


def _bar(state: SwingState, at: int) -> float:
    """The rise a candidate must reach. Upper quartiles, so that a few dicrotic waves let in do not halve the bar."""
    usual = _upper([rise for _, rise in state.usual])
    spacings = [b[0] - a[0] for a, b in pairwise(state.usual)]
    early = bool(spacings) and at - state.last_peak < EARLY * _upper(spacings)
    return usual * (SHARE_EARLY if early else SHARE)


def _upper(values: Sequence[float]) -> float:
    return sorted(values)[-1 - len(values) // 4]


def _alike(swings: tuple[tuple[int, float], ...]) -> bool:
    heights = [rise for _, rise in swings]
    spacings = [b[0] - a[0] for a, b in pairwise(swings)]
    return all(statistics.pstdev(v) < LIKENESS * statistics.fmean(v) for v in (heights, spacings))
