"""Regular swings of a slow signal: the engine under pulses and breaths.

A swing is a rise from a trough to a peak that is a fair share of the rises before it. The share keeps dicrotic
waves and heart-beat ripple out, and what is usual is forgotten slowly on purpose: when a pulse is lost, the noise that
is left must not be taken for a small pulse.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np

from holdfast.kernel.compiled import compiled
from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
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


class Swing(msgspec.Struct, frozen=True, gc=False):
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
    """Packed, with the places named below."""


_HELD, _BEFORE, _LAST, _ROUGH = range(4)
"""Places in the memory: value held over missing samples, the two samples before, mean change of slope."""

_PEAK, _TROUGH, _USUAL_COUNT, _ODD_COUNT = range(4, 8)
"""Indices of the last swing's peak and trough (-1 for none); how many are usual and odd."""

_USUAL = 8
"""Peak index and rise of the last swings."""

_ODD = _USUAL + 2 * REMEMBERED
"""The same of candidates that were not like the usual ones, since the last that was; room for one more than kept."""

_FILTER = _ODD + 2 * (LIKENESS_WINDOW + 1)
"""The filter's own two numbers per section; behind them filtered signal and its roughness, (2, m)."""

Plan = tuple[Floats, int, int, float, int, float, float]
"""Sections, side, span, spacing, keep, forget of a design, and the smallest rise of its kind."""


@dataclass(frozen=True, eq=False)
class _Design:
    """What one kind needs at one rate; lengths in samples."""

    rest: Floats
    """Filter memory in a signal that stands at 1."""
    lag: int
    plan: Plan
    """What the kernel needs."""


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
    side, spacing = max(1, round(kind.spacing_s * rate_hz / 2)), kind.spacing_s * rate_hz
    keep = int((kind.span_s + 2 * kind.spacing_s) * rate_hz)
    forget = math.exp(-1.0 / (ROUGHNESS_TAU_S * rate_hz))
    return _Design(
        rest=sosfilt_zi(sections).ravel(),
        lag=round(rate_hz * 0.225 / high),
        plan=(sections, side, int(kind.span_s * rate_hz), spacing, keep, forget, kind.rise_min),
    )


def step(kind: Kind, state: SwingState, chunk: Chunk) -> tuple[SwingState, tuple[Swing, ...]]:
    """Take the next samples; return the swings that became certain, oldest first (indices on the new timeline)."""
    timeline, laid = lay(state.timeline, chunk)
    if laid.restarted:
        state = SwingState()
    if not len(laid.samples):
        return msgspec.structs.replace(state, timeline=timeline), ()
    design = _design(kind, timeline.rate_hz)
    before = unpack(state.memory) if state.memory else _at_rest(design, laid.samples)
    found, memory = _run(laid.samples, design.plan, before, timeline.count)
    said = tuple(
        [
            Swing(int(trough), int(peak), low, high, None if math.isnan(mean) else mean)
            for trough, peak, low, high, mean in found.tolist()
        ]
    )
    return SwingState(timeline, pack(memory)), said


def lag_samples(kind: Kind, rate_hz: float) -> int:
    """By how much an index lags the signal (phase of the low-pass, one sample exact enough for a pulse)."""
    return _design(kind, rate_hz).lag


def _at_rest(design: _Design, samples: Floats) -> Floats:
    """The memory of a signal that has always stood at its first sample."""
    seen = samples[~np.isnan(samples)]
    first = float(seen[0]) if len(seen) else 0.0
    memory = np.zeros(_FILTER + len(design.rest))
    memory[[_HELD, _BEFORE, _LAST]] = first
    memory[[_PEAK, _TROUGH]] = -1
    memory[_FILTER:] = design.rest * first
    return unpack(pack(memory))  # read-only as every other, so that one machine code serves both


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


@compiled
def _run(samples: Floats, plan: Plan, before: Floats, count: int) -> tuple[Floats, Floats]:
    """Judge each local maximum that nothing exceeds within the spacing on either side.

    Rows of trough, peak, low, high, mean or NaN; and the memory.
    """
    sections, side, span, spacing, keep, forget, rise_min = plan
    start = _FILTER + 2 * sections.shape[0]
    memory = before[:start].copy()
    known, fresh = (before.shape[0] - start) // 2, samples.shape[0]
    length = known + fresh
    tail = np.empty((2, length))
    tail[0, :known], tail[1, :known] = before[start : start + known], before[start + known :]
    found = np.empty((fresh // side + 2, 5))
    _filter(samples, sections, forget, memory, tail)
    signal, roughness = tail[0], tail[1]
    offset = count - length
    rows = 0
    top = _next_top(signal, max(1, length - fresh - side), length - side, side)
    while top >= 0:
        trough = _trough_before(signal, top, max(0, int(memory[_PEAK]) - offset, top - span))
        rise = signal[top] - signal[trough]
        if roughness[top] <= ROUGHNESS_MAX * rise:
            _forget_ripple(signal, memory, top, trough, offset, rise)
            if _accept(memory, offset + top, rise, rise_min, span, spacing):
                last = int(memory[_TROUGH]) - offset
                found[rows, 0], found[rows, 1] = offset + trough, offset + top
                found[rows, 2], found[rows, 3] = signal[trough], signal[top]
                found[rows, 4] = np.mean(signal[last:trough]) if 0 <= last < trough else np.nan
                memory[_PEAK], memory[_TROUGH] = offset + top, offset + trough
                rows += 1
        top = _next_top(signal, top + 1, length - side, side)
    first = max(0, length - keep)
    return found[:rows], np.concatenate((memory, signal[first:], roughness[first:]))


@compiled
def _forget_ripple(signal: Floats, memory: Floats, top: int, trough: int, offset: int, rise: float) -> None:
    """No new trough since the last odd candidate: the same swing, with a ripple on its top."""
    last = int(memory[_ODD_COUNT]) - 1
    if last < 0 or memory[_ODD + 2 * last] < offset + trough:
        return
    climbed = signal[top] - np.min(signal[int(memory[_ODD + 2 * last]) - offset : top + 1])
    if climbed < SMALL * rise:
        memory[_ODD_COUNT] = last


@compiled
def _accept(memory: Floats, at: int, rise: float, rise_min: float, span: int, spacing: float) -> bool:
    """Whether a candidate is a swing: like the usual ones, or with others the new usual."""
    if rise < rise_min or (memory[_PEAK] >= 0 and at - memory[_PEAK] < spacing):
        return False
    usual = int(memory[_USUAL_COUNT])
    if usual and rise >= _bar(memory, at):
        if usual == REMEMBERED:
            memory[_USUAL : _ODD - 2] = memory[_USUAL + 2 : _ODD].copy()
            usual -= 1
        memory[_USUAL + 2 * usual], memory[_USUAL + 2 * usual + 1] = at, rise
        memory[_USUAL_COUNT], memory[_ODD_COUNT] = usual + 1, 0
        return True
    large = _odd(memory, at, rise, span)
    enough = not usual or rise >= NEW_SHARE * _upper(memory[_USUAL + 1 : _USUAL + 2 * usual : 2])
    if enough and large.shape[0] >= LIKENESS_COUNT and large[-1, 0] == at:
        latest = large[-LIKENESS_COUNT:]
        if _alike(latest[:, 1]) and _alike(latest[1:, 0] - latest[:-1, 0]):
            memory[_USUAL : _USUAL + 2 * LIKENESS_COUNT] = latest.copy().ravel()
            memory[_USUAL_COUNT], memory[_ODD_COUNT] = LIKENESS_COUNT, 0
            return True
    return False


@compiled
def _odd(memory: Floats, at: int, rise: float, span: int) -> Floats:
    """Remember one more odd candidate, and forget old and small ones. The large ones among them, (n, 2)."""
    place = memory[_ODD : _ODD + 2 * (LIKENESS_WINDOW + 1)].reshape(-1, 2)
    known, young, largest = 0, at - ODD_SPANS * span, rise
    for k in range(int(memory[_ODD_COUNT])):
        if place[k, 0] >= young:
            place[known] = place[k]
            known += 1
            largest = max(largest, place[known - 1, 1])
    place[known, 0], place[known, 1] = at, rise
    kept = 0
    for k in range(known + 1):
        if place[k, 1] >= SMALL * largest:
            place[kept] = place[k]
            kept += 1
    if kept > LIKENESS_WINDOW:
        place[:LIKENESS_WINDOW] = place[1:].copy()
        kept = LIKENESS_WINDOW
    memory[_ODD_COUNT] = kept
    return place[:kept][place[:kept, 1] >= LARGE * largest]


@compiled
def _bar(memory: Floats, at: int) -> float:
    """The rise a candidate must reach. Upper quartiles, so that a few dicrotic waves let in do not halve the bar."""
    end = _USUAL + 2 * int(memory[_USUAL_COUNT])
    instants, rises = memory[_USUAL:end:2], memory[_USUAL + 1 : end : 2]
    early = len(instants) > 1 and at - memory[_PEAK] < EARLY * _upper(instants[1:] - instants[:-1])
    return _upper(rises) * (SHARE_EARLY if early else SHARE)


@compiled
def _upper(values: Floats) -> float:
    return float(np.sort(values)[-1 - len(values) // 4])


@compiled
def _alike(values: Floats) -> bool:
    return bool(np.std(values) < LIKENESS * np.mean(values))
