"""Evidence for a run of ventricular beats: wide, fast, unlike the others, and what the pulse made of it.

Ventricular beats spread slowly, so their complexes are wide: most of their energy lies below 8 Hz. The strongest sign
found is the *least* wide beat of five fast ones in a row, on the lead where that is largest: noise and movement
seldom make five wide beats in a row without one narrow one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from holdfast.signals.chunk import Floats
from holdfast.signals.corroborate_trace import RATE_HZ, Trace, band, peaks, smooth
from holdfast.signals.corroborate_witness import Beats, Indices, aligned, bear_witness, cut, normalised

LEARN_S = 16.0
"""Signal looked at: the run, and some beats before it."""

RECENT_S = 12.0
"""A run ends within so long before the alarm."""

PAUSE_MAX = 1.5
"""No interval of a run is longer than this multiple of the interval at the limit (estimate)."""

ALIKE = 0.85
"""Correlation from which two beats have one shape (estimate)."""

HALF = round(0.16 * RATE_HZ)


@dataclass(frozen=True, eq=False)
class _Lead:
    """Beats of one ECG lead with what is known of each: index, unit shape, wide share, width (s), height."""

    at: Indices
    units: Floats
    wide: Floats
    width_s: Floats
    heights: Floats
    low: Floats
    high: Floats

    @property
    def ago_s(self) -> Floats:
        """Seconds from each beat to the end."""
        return np.asarray((len(self.low) - self.at) / RATE_HZ)


@dataclass(frozen=True)
class _Run:
    lead: int
    first: int
    """Beat index of the first beat."""
    beats: int
    wide: float
    """Share of energy below 8 Hz of the least wide beat."""
    width_s: float
    like_each_other: float
    unlike_others: float
    height_spread: float


@dataclass(frozen=True)
class RunEvidence:
    """Numbers a model weighs. NaN: not to be had (one lead only, no run, no pulse signal)."""

    wide_best_lead: float
    """Least wide share of the widest run, on the lead where it is largest; 0 without a fast run."""
    wide_worst_lead: float
    """The same on the lead where it is smallest."""
    wide_other_lead: float
    """Smallest wide share of the other lead during the run."""
    width_s: float
    """Narrowest complex of the run, at 40 % of its height."""
    one_shape: float
    """Share of beats of one shape, on the lead where it is smaller."""
    height_spread: float
    """Spread of the heights within the run."""
    unlike_on_other_lead: float
    """How unlike its usual beats the other lead's beats are during the run."""
    pulse_interval_spread: float
    pulse_height_spread: float
    pulse_weakest: float
    """Weakest pulse of the last 10 s over the usual one, on the best pulse signal."""
    pulse_in_run: float
    """Weakest pulse during the run over the usual one, worst over the pulse signals; 0 when there was none."""


def evidence(leads: Sequence[Trace], pulses: Sequence[Beats], per_min: float, beats: int) -> RunEvidence:
    """Weigh the ECG leads and pulse signals (each with its last LEARN_S, ending together) for a run of ``beats``."""
    seen = [_lead(trace) for trace in leads]
    runs = [_runs(number, lead, per_min, beats) for number, lead in enumerate(seen)]
    widest = [max((run.wide for run in found), default=0.0) for found in runs] or [0.0]
    said = RunEvidence(
        max(widest), min(widest), np.nan, np.nan, min((_one_shape(lead) for lead in seen), default=0.0),
        np.nan, np.nan, *_pulse(pulses), np.nan,
    )  # fmt: skip
    every = [run for found in runs for run in found]
    if not every:
        return said
    run = max(every, key=lambda one: one.wide + 0.3 * min(one.unlike_others, 1.0) + 0.2 * one.like_each_other)
    lead = seen[run.lead]
    start_s, end_s = lead.ago_s[run.first], lead.ago_s[run.first + run.beats - 1]
    said = replace(
        said,
        width_s=run.width_s,
        height_spread=run.height_spread,
        pulse_in_run=min((_pulse_between(one, start_s, end_s) for one in pulses), default=np.nan),
    )
    others = [other for number, other in enumerate(seen) if number != run.lead]
    return _with_other_lead(said, others[0], start_s, end_s) if others else said


def _with_other_lead(said: RunEvidence, other: _Lead, start_s: float, end_s: float) -> RunEvidence:
    length = len(other.low)
    first, last = max(0, length - round(start_s * RATE_HZ)), length - round(end_s * RATE_HZ) + 1
    low, high = other.low[first:last], other.high[first:last]
    wide = float(np.min(low / (low + high + 1e-12))) if len(low) else np.nan
    inside = (other.ago_s <= start_s + 0.1) & (other.ago_s >= end_s - 0.1)
    unlike = np.nan
    if inside.sum() > 1 and (~inside).sum() > 2:
        usual = np.median(other.units[~inside], axis=0)
        unlike = 1 - float(np.mean(other.units[inside] @ (usual / (np.linalg.norm(usual) + 1e-12))))
    return replace(said, wide_other_lead=wide, unlike_on_other_lead=unlike)


def _lead(trace: Trace) -> _Lead:
    wave = band(trace.samples, 0.7, 40)
    beat = band(trace.samples, 2, 25)
    found = peaks(np.sqrt(smooth(beat * beat, 0.15)), 0.24, 0.4)
    margin = HALF + round(0.1 * RATE_HZ)
    at = found[(found >= margin) & (found + margin < len(wave))]
    low = smooth(band(trace.samples, 1, 8) ** 2, 0.32)
    high = smooth(band(trace.samples, 10, 30) ** 2, 0.32)
    where = aligned(wave, at)
    shapes = cut(wave, where, HALF)
    heights = np.linalg.norm(shapes - shapes.mean(axis=1, keepdims=True), axis=1)
    widths = np.array([_width_s(wave, i) for i in where.tolist()])
    return _Lead(at, normalised(shapes), low[at] / (low[at] + high[at] + 1e-12), widths, heights, low, high)


def _width_s(wave: Floats, at: int) -> float:
    """How long the deflection around its top stays above 40 % of it, at most 0.4 s."""
    side = round(0.2 * RATE_HZ)
    bar = 0.4 * abs(wave[at])
    before = np.flatnonzero(np.abs(wave[max(0, at - side) : at]) <= bar)
    after = np.flatnonzero(np.abs(wave[at + 1 : at + side + 1]) <= bar)
    left = min(at, side) - int(before[-1]) if len(before) else min(at, side)
    right = int(after[0]) + 1 if len(after) else side
    return (left + right) / RATE_HZ


def _runs(number: int, lead: _Lead, per_min: float, beats: int) -> list[_Run]:
    """All stretches of so many beats in a row, fast enough and recent."""
    found = []
    likeness = lead.units @ lead.units.T
    for first in range(len(lead.at) - beats + 1):
        stretch = np.arange(first, first + beats)
        intervals = np.diff(lead.at[stretch]) / RATE_HZ
        if lead.ago_s[stretch[-1]] > RECENT_S or intervals.mean() > 60 / per_min:
            continue
        if intervals.max() > PAUSE_MAX * 60 / per_min:
            continue
        others = np.setdiff1d(np.arange(len(lead.at)), stretch)
        among = likeness[np.ix_(stretch, stretch)]
        found.append(
            _Run(
                lead=number,
                first=first,
                beats=beats,
                wide=float(lead.wide[stretch].min()),
                width_s=float(lead.width_s[stretch].min()),
                like_each_other=float((among.sum() - beats) / (beats * (beats - 1))),
                unlike_others=_unlike(lead, likeness, stretch, others),
                height_spread=float(lead.heights[stretch].std() / lead.heights[stretch].mean()),
            )
        )
    return found


def _unlike(lead: _Lead, likeness: Floats, stretch: Indices, others: Indices) -> float:
    """1 minus the mean correlation of the run's beats with the commonest shape among the others; 0 without others."""
    if len(others) < 2:
        return 0.0
    close = likeness[np.ix_(others, others)] > ALIKE
    commonest = close[int(np.argmax(close.sum(axis=1)))]
    usual = np.median(lead.units[others][commonest], axis=0)
    return 1 - float(np.mean(lead.units[stretch] @ (usual / (np.linalg.norm(usual) + 1e-12))))


def _one_shape(lead: _Lead) -> float:
    if len(lead.at) < 4:
        return 0.0
    return float((lead.units @ lead.units.T > ALIKE).sum(axis=1).max() / len(lead.at))


def _pulse(pulses: Sequence[Beats]) -> tuple[float, float, float]:
    """Spread of intervals and heights, and the weakest pulse, of the pulse signal whose beats are most alike."""
    if not pulses:
        return np.nan, np.nan, np.nan
    told = [(bear_witness("", one, electrical=False, seconds=10.0), one) for one in pulses]
    witness, best = max(told, key=lambda pair: pair[0].likeness if pair[0].rest < 0.45 else 0.0)
    recent = best.envelope[best.at[best.at >= len(best.envelope) - 10 * RATE_HZ]]
    weakest = float(recent.min() / np.median(recent)) if len(recent) else 0.0
    return witness.interval_spread, witness.height_spread, weakest


def _pulse_between(beats: Beats, start_s: float, end_s: float) -> float:
    """Weakest pulse from 0.1 s after the first to 0.6 s after the last beat of a run, over the usual pulse."""
    ago_s = (len(beats.envelope) - beats.at) / RATE_HZ
    inside = (ago_s <= start_s - 0.1) & (ago_s >= end_s - 0.6)
    heights = beats.envelope[beats.at]
    return float(heights[inside].min() / np.median(heights)) if inside.any() else 0.0
