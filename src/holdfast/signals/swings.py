"""Regular swings of a slow signal: the engine under pulses and breaths.

A swing is a rise from a trough to a peak that is a fair share of the rises before it. The share keeps dicrotic
waves and heart-beat ripple out, and what is usual is forgotten slowly on purpose: when a pulse is lost, the noise that
is left must not be taken for a small pulse.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import msgspec
import numpy as np

from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
from holdfast.signals.compiled import compiled
from holdfast.signals.filters import butter, sosfilt_zi

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
    flat_tops: bool = False
    """Steep sides and a level that counts (carbon dioxide): a filter that does not overshoot, at some loss of edge."""


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
    memory: bytes = b""
    """Packed: value held over missing samples, the two samples before, mean change of slope, then the filter's own."""
    tail: bytes = b""
    """(2, m) packed: filtered signal and its roughness."""
    usual: tuple[tuple[int, float], ...] = ()
    """Peak index and rise of the last swings."""
    odd: tuple[tuple[int, float], ...] = ()
    """Peak index and rise of candidates that were not like the usual ones, since the last that was."""
    last_peak: int = -1
    last_trough: int = -1


_HELD, _BEFORE, _LAST, _ROUGH, _FILTER = range(5)
"""Places in the packed memory; the filter's own two numbers per section follow."""


@dataclass(frozen=True, eq=False)
class _Design:
    """What one kind needs at one rate; lengths in samples."""

    sections: Floats
    rest: Floats
    """Filter memory in a signal that stands at 1."""
    lag: int
    side: int
    """A peak is the largest within so many samples on either side."""
    span: int
    spacing: float
    keep: int
    forget: float
    """Share of the mean change of slope that is left after one sample."""


@lru_cache(maxsize=32)
def _design(kind: Kind, rate_hz: float) -> _Design:
    low, high = kind.band_hz
    high = min(high, 0.4 * rate_hz)
    if kind.flat_tops:
        # Two equal poles that together lose 3 dB at the edge.
        pole = math.exp(-2 * math.pi * high / math.sqrt(math.sqrt(2) - 1) / rate_hz)
        sections = np.array([[(1 - pole) ** 2, 0.0, 0.0, 1.0, -2 * pole, pole * pole]])
    elif low > 0:
        sections = butter(1, (low, high), btype="bandpass", fs=rate_hz, output="sos")
    else:
        sections = butter(2, high, fs=rate_hz, output="sos")
    return _Design(
        sections=sections,
        rest=sosfilt_zi(sections).ravel(),
        lag=round(rate_hz * 0.225 / high),
        side=max(1, round(kind.spacing_s * rate_hz / 2)),
        span=int(kind.span_s * rate_hz),
        spacing=kind.spacing_s * rate_hz,
        keep=int((kind.span_s + 2 * kind.spacing_s) * rate_hz),
        forget=math.exp(-1.0 / (ROUGHNESS_TAU_S * rate_hz)),
    )


def step(kind: Kind, state: SwingState, chunk: Chunk) -> tuple[SwingState, tuple[Swing, ...]]:
    """Take the next samples; return the swings that became certain, oldest first (indices on the new timeline)."""
    timeline, laid = lay(state.timeline, chunk)
    if laid.restarted:
        state = SwingState()
    fresh = len(laid.samples)
    if not fresh:
        return msgspec.structs.replace(state, timeline=timeline), ()
    plan = _design(kind, timeline.rate_hz)
    memory = unpack(state.memory).copy() if state.memory else _at_rest(plan, laid.samples)
    old = unpack(state.tail).reshape(2, -1)
    tail = np.empty((2, old.shape[1] + fresh))
    tail[:, : old.shape[1]] = old
    _filter(laid.samples, plan.sections, plan.forget, memory, tail)
    state = msgspec.structs.replace(state, timeline=timeline, memory=pack(memory))
    state, found = _walk(kind, plan, state, tail, fresh)
    return msgspec.structs.replace(state, tail=pack(tail[:, -plan.keep :])), found


def lag_samples(kind: Kind, rate_hz: float) -> int:
    """By how much an index lags the signal (phase of the low-pass, one sample exact enough for a pulse)."""
    return _design(kind, rate_hz).lag


def _at_rest(plan: _Design, samples: Floats) -> Floats:
    """The memory of a signal that has always stood at its first sample."""
    seen = samples[~np.isnan(samples)]
    first = float(seen[0]) if len(seen) else 0.0
    return np.concatenate(([first, first, first, 0.0], plan.rest * first))


@compiled
def _filter(samples: Floats, sections: Floats, forget: float, memory: Floats, tail: Floats) -> None:
    """Fill the end of ``tail`` with filtered signal and roughness, sample by sample; ``memory`` is carried on."""
    start = tail.shape[1] - len(samples)
    for i in range(len(samples)):
        if not np.isnan(samples[i]):
            memory[_HELD] = samples[i]
        held = memory[_HELD]
        value = held
        for k in range(len(sections)):
            b0, b1, b2, _, a1, a2 = sections[k]
            at = _FILTER + 2 * k
            out = b0 * value + memory[at]
            memory[at] = b1 * value - a1 * out + memory[at + 1]
            memory[at + 1] = b2 * value - a2 * out
            value = out
        bend = abs(held - 2 * memory[_LAST] + memory[_BEFORE])
        memory[_ROUGH] = (1 - forget) * bend + forget * memory[_ROUGH]
        memory[_BEFORE], memory[_LAST] = memory[_LAST], held
        tail[0, start + i], tail[1, start + i] = value, memory[_ROUGH]


@compiled
def _next_top(signal: Floats, first: int, stop: int, side: int) -> int:
    """The first local maximum in [first, stop) that nothing within ``side`` samples exceeds; -1 for none."""
    for top in range(first, stop):
        here = signal[top]
        if here > signal[top - 1] and here >= signal[top + 1]:
            highest = True
            for i in range(max(0, top - side), top + side + 1):
                if signal[i] > here:
                    highest = False
                    break
            if highest:
                return top
    return -1


@compiled
def _trough_before(signal: Floats, top: int, oldest: int) -> int:
    """The lowest sample between ``oldest`` and a peak, not looking beyond what is higher than the peak.

    A ripple on the way down from a larger peak rises only from where it left that slope.
    """
    trough = top
    for i in range(top - 1, oldest - 1, -1):
        if signal[i] > signal[top]:
            break
        if signal[i] <= signal[trough]:
            trough = i
    return trough


def _walk(
    kind: Kind, plan: _Design, state: SwingState, tail: Floats, fresh: int
) -> tuple[SwingState, tuple[Swing, ...]]:
    """Judge each local maximum that nothing exceeds within the spacing on either side."""
    signal, roughness = tail
    offset = state.timeline.count - len(signal)
    stop = len(signal) - plan.side
    top = max(1, len(signal) - fresh - plan.side) - 1
    found: list[Swing] = []
    while (top := _next_top(signal, top + 1, stop, plan.side)) >= 0:
        trough = _trough_before(signal, top, max(0, state.last_peak - offset, top - plan.span))
        rise = float(signal[top] - signal[trough])
        if roughness[top] > ROUGHNESS_MAX * rise:
            continue
        if state.odd and state.odd[-1][0] >= offset + trough:
            # No new trough since the last candidate: the same swing, with a ripple on its top.
            climbed = float(signal[top] - signal[state.odd[-1][0] - offset : top + 1].min())
            if climbed < SMALL * rise:
                state = msgspec.structs.replace(state, odd=state.odd[:-1])
        state, accepted = _judge(kind, plan, state, offset + top, rise)
        if accepted:
            before = state.last_trough - offset
            mean = float(np.mean(signal[before:trough])) if 0 <= before < trough else None
            found.append(Swing(offset + trough, offset + top, float(signal[trough]), float(signal[top]), mean))
            state = msgspec.structs.replace(state, last_peak=offset + top, last_trough=offset + trough)
    return state, tuple(found)


def _judge(kind: Kind, plan: _Design, state: SwingState, at: int, rise: float) -> tuple[SwingState, bool]:
    if rise < kind.rise_min or (state.last_peak >= 0 and at - state.last_peak < plan.spacing):
        return state, False
    if state.usual and rise >= _bar(state, at):
        return msgspec.structs.replace(state, usual=(*state.usual, (at, rise))[-REMEMBERED:], odd=()), True
    young = at - ODD_SPANS * plan.span
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
