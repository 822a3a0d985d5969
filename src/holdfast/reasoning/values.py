"""Measured values as evidence: how far off a value is counts, not on which side of a threshold it lies.

All is counted in standard deviations of the background. A disease shifts the value; of several diseases in a set the
one that raises it most and the one that lowers it most act: two causes of a high creatinine do not double it.
One value in twenty is taken for an outlier that says nothing: a slip, a bad sample, a disease that is not on the list.
"""

from dataclasses import dataclass
from math import log
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from holdfast.knowledge.graded import Measure, Typical
from holdfast.knowledge.model import Disease, Grade, Knowledge

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OUTLIERS = 0.05
"""Share of values that say nothing (estimate, ours)."""
_OUTLIER_WIDTH = 10.0
"""Standard deviations over which outliers lie evenly."""
_EXTRA_MAX = 15.0
"""A disease widens the spread fourfold at most: more says that nothing is known of the value."""
_NORMAL = NormalDist()
_ROOT = float(np.sqrt(2 * np.pi))


@dataclass(frozen=True)
class ValueTables:
    """Shifts of M measured values by D diseases, in background standard deviations; leading axes are draws."""

    shift: Floats
    """(..., D+1, M); the last row, all 0, is the empty place in a set."""
    extra: Floats
    """(..., D+1, M) variance beyond that of the background."""
    middle: Floats
    """(..., M) where the background lies: 0 at the values of the release."""


def place(measure: Measure, value: float) -> float | None:
    """The value in background standard deviations from the background's middle; None where it has no logarithm."""
    if measure.log:
        return log(value / measure.mean.value) / log(measure.spread.value) if value > 0 else None
    return (value - measure.mean.value) / measure.spread.value


def value_tables(knowledge: Knowledge, diseases: tuple[Disease, ...]) -> ValueTables:
    """Tables of the listed diseases at the values of the release, one row each and one for the empty place."""
    shape = (len(diseases) + 1, len(knowledge.measures))
    shift, extra = np.zeros(shape), np.zeros(shape)
    for column, measure in enumerate(knowledge.measures.values()):
        for row, disease in enumerate(diseases):
            shift[row, column], extra[row, column] = _in_disease(knowledge, measure, disease)
    return ValueTables(shift, extra, np.zeros(shape[1]))


def _in_disease(knowledge: Knowledge, measure: Measure, disease: Disease) -> tuple[float, float]:
    """(shift, extra variance): as printed where the release has a value, else read off frequencies and thresholds."""
    for typical in disease.values:
        if typical.measure == measure.key:
            return place(measure, typical.mean) or 0.0, _extra(measure, typical)
    return _implied(_constraints(knowledge, measure, disease))


def _extra(measure: Measure, typical: Typical) -> float:
    if typical.spread is None:
        return 0.0
    wide = log(typical.spread) / log(measure.spread.value) if measure.log else typical.spread / measure.spread.value
    return min(max(0.0, wide**2 - 1.0), _EXTRA_MAX)


def _constraints(knowledge: Knowledge, measure: Measure, disease: Disease) -> list[tuple[float, float]]:
    """(threshold, quantile of the disease there) in standard deviations, for each frequency above the background."""
    found = []
    for frequency in disease.findings:
        if frequency.finding not in measure.covers:
            continue
        for rule in knowledge.findings[frequency.finding].derived:
            at = place(measure, rule.threshold.value) if rule.observation == measure.key else None
            if at is None:
                continue
            p = min(max(frequency.p, 1e-3), 1 - 1e-3)
            below = p if rule.op.startswith("<") else 1 - p
            quantile = _NORMAL.inv_cdf(below)
            # A cause cannot make a finding rarer than it is without it.
            if (quantile > at) == rule.op.startswith("<"):
                found.append((at, quantile))
    return found


def _implied(constraints: list[tuple[float, float]]) -> tuple[float, float]:
    """The normal distribution through one or two points of the disease's."""
    if not constraints:
        return 0.0, 0.0
    strongest = sorted(constraints, key=lambda c: -abs(c[1] - c[0]))[:2]
    if len(strongest) > 1:
        (low, q_low), (high, q_high) = sorted(strongest)
        if q_high > q_low and (wide := (high - low) / (q_high - q_low)) > 1.0:
            return low - wide * q_low, min(wide**2 - 1.0, _EXTRA_MAX)
    at, quantile = strongest[0]
    return at - quantile, 0.0


def value_spread(measure: Measure, disease: Disease) -> float:
    """Standard deviation (background ones) of the shift when ranges are drawn; wide for estimates (estimate, ours)."""
    for typical in disease.values:
        if typical.measure == measure.key and typical.total is not None:
            return float(np.sqrt((1.0 + _extra(measure, typical)) / max(2.0, typical.total / 3.0)))
        if typical.measure == measure.key:
            return 0.5 if typical.grade is Grade.SECONDARY else 0.8
    dogs = [max(2.0, f.weight) for f in disease.findings if f.finding in measure.covers]
    return min(0.8, 1.5 / float(np.sqrt(max(dogs)))) if dogs else 0.0


def clipped(tables: ValueTables, z: Floats) -> Floats:
    """Values (M,) drawn in to the farthest middle of any disease: beyond it a value says no more than at it."""
    return np.asarray(np.clip(z, tables.shift.min(axis=-2), tables.shift.max(axis=-2)), dtype=np.float64)


def value_density(tables: ValueTables, z: Floats, members: Ints) -> Floats:
    """Density of M values given each set, (..., N, M); ``z`` (M,), ``members`` (N, K)."""
    shift = tables.shift[..., members[:, 0], :]
    extra = tables.extra[..., members[:, 0], :]
    up, down = np.maximum(shift, 0.0), np.minimum(shift, 0.0)
    up_extra, down_extra = np.where(shift > 0, extra, 0.0), np.where(shift < 0, extra, 0.0)
    for column in range(1, members.shape[1]):
        if (members[:, column] == tables.shift.shape[-2] - 1).all():
            continue
        shift, extra = tables.shift[..., members[:, column], :], tables.extra[..., members[:, column], :]
        more, less = shift > up, shift < down
        up, up_extra = np.where(more, shift, up), np.where(more, extra, up_extra)
        down, down_extra = np.where(less, shift, down), np.where(less, extra, down_extra)
    variance = 1.0 + up_extra + down_extra
    off = z - tables.middle[..., None, :] - up - down
    normal = np.exp(-0.5 * off * off / variance) / (np.sqrt(variance) * _ROOT)
    return np.asarray((1.0 - OUTLIERS) * normal + OUTLIERS / _OUTLIER_WIDTH, dtype=np.float64)
