"""Many sets of diseases weighed against what was recorded, compiled.

The formulas stand in ``likelihood``, ``terms`` and ``prior`` in words; here they are loops, because a second look asks
for tens of thousands of sets and two hundred draws of every number. Shapes: B draws of the parameters, N sets of K
places, C columns (findings) of the tables. A place is empty where it holds the last row of the tables.
"""

import math

import numpy as np

from holdfast.kernel.compiled import compiled
from holdfast.reasoning.terms import Terms
from holdfast.reasoning.world import Bools, Complications, Floats, Ints

_TINY = 1e-12
_SMALLEST = 1e-300
_SMALL, _FEW = 1e-150, 8
"""Factors are multiplied as long as their product is not so small, and then their logarithm is taken: a logarithm is
dearer than all else here. So many factors that are no smaller than ``_TINY`` keep any such product representable."""
_LANES = 16
"""Products that are kept side by side over many columns: a single one would wait for each multiplication."""


def log_recorded(terms: Terms, not_shown: Floats, no_leak: Floats, members: Ints) -> Floats:
    """(B, N) log P(what was recorded | set) without ``terms.absent``.

    ``not_shown`` (B, D+1, C), ``no_leak`` (B, C).
    """
    out = np.zeros((len(not_shown), len(members)))
    singles, signs, steps = terms.singles, terms.signs, terms.steps
    columns = np.concatenate([singles.columns, signs.columns, steps.columns])
    _recorded(
        np.ascontiguousarray(members),
        np.take(not_shown, columns, axis=-1), np.take(no_leak, columns, axis=-1),
        singles.base, singles.slope,
        signs.starts, signs.base, signs.slope, signs.can_be_off,
        steps.starts, steps.base, steps.slope,
        out,
    )  # fmt: skip
    return out


def log_silence(silence: float, silent: Ints, not_shown: Floats, no_leak: Floats, members: Ints) -> Floats:
    """(B, N) log of the product of 1 - silence * P(present | set) over the columns ``silent``."""
    out = np.zeros((len(not_shown), len(members)))
    width = -len(silent) % _LANES + len(silent)
    shown = np.ones((*not_shown.shape[:-1], width))  # the columns that fill up the last lanes are always absent
    shown[..., : len(silent)] = np.take(not_shown, silent, axis=-1)
    leak = np.ones((*no_leak.shape[:-1], width))
    leak[..., : len(silent)] = np.take(no_leak, silent, axis=-1)
    _silence(silence, np.ascontiguousarray(members), shown, leak, out)
    return out


def log_prior(complications: Complications, pi: Floats, descriptive: Bools, members: Ints) -> Floats:
    """(B, N); ``pi`` (B, D), ``descriptive`` (D,). See ``prior.log_set_prior``."""
    out = np.zeros((len(pi), len(members)))
    log_none, log_nothing = np.atleast_2d(complications.log_none), np.atleast_2d(complications.log_nothing)
    rows = np.ascontiguousarray(members)
    _prior(rows, complications.edge, log_none, log_nothing, np.log1p(-pi), descriptive, out)
    return out


@compiled
def _products(b: int, row: Ints, not_shown: Floats, no_leak: Floats, absent: Floats) -> None:
    """P(finding absent | set) of every column, into ``absent``."""
    empty = not_shown.shape[1] - 1
    for c in range(len(absent)):
        absent[c] = no_leak[b, c]
    for place in range(len(row)):
        disease = row[place]
        if disease != empty:
            for c in range(len(absent)):
                absent[c] *= not_shown[b, disease, c]


@compiled
def _recorded(
    members: Ints, not_shown: Floats, no_leak: Floats,
    one_base: Floats, one_slope: Floats,
    sign_from: Ints, sign_base: Floats, sign_slope: Floats, can_be_off: Floats,
    step_from: Ints, step_base: Floats, step_slope: Floats,
    out: Floats,
) -> None:  # fmt: skip
    """Columns: findings that stand alone, then signs, then steps of scales."""
    ones, signs, steps = len(one_base), len(sign_base), len(step_slope)
    absent = np.empty(ones + signs + steps)
    for b in range(out.shape[0]):
        for n in range(out.shape[1]):
            _products(b, members[n], not_shown, no_leak, absent)
            total, product = 0.0, 1.0
            for start in range(0, ones, _FEW):
                for i in range(start, min(start + _FEW, ones)):
                    product *= max(one_base[i] + one_slope[i] * absent[i], _TINY)
                if product < _SMALL:
                    total += math.log(product)
                    product = 1.0
            for scale in range(len(step_base)):
                last = step_from[scale + 1] if scale + 1 < len(step_base) else steps
                p = step_base[scale]
                for i in range(step_from[scale], last):
                    p += step_slope[i] * absent[ones + signs + i]
                product *= max(p, _TINY)
                if product < _SMALL:
                    total += math.log(product)
                    product = 1.0
            for group in range(len(can_be_off)):
                first = sign_from[group]
                last = sign_from[group + 1] if group + 1 < len(can_be_off) else signs
                least = 1.0
                for i in range(first, last):
                    least = min(least, absent[ones + i])
                # How the hidden factor follows from its commonest sign: ``terms.Signs``.
                off = least * math.sqrt(least)
                on = 1.0 - off
                given_on = 1.0
                for i in range(first, last):
                    given_on *= sign_base[i] + sign_slope[i] * min((1.0 - absent[ones + i]) / on, 1.0)
                p = max(on * given_on + off * can_be_off[group], _SMALLEST)
                if p < _SMALL or product < _SMALL:
                    total += math.log(p)
                else:
                    product *= p
            out[b, n] = total + math.log(product)


@compiled
def _silence(silence: float, members: Ints, not_shown: Floats, no_leak: Floats, out: Floats) -> None:
    absent = np.empty(not_shown.shape[2])
    lanes = np.empty(_LANES)
    for b in range(out.shape[0]):
        for n in range(out.shape[1]):
            _products(b, members[n], not_shown, no_leak, absent)
            lanes[:] = 1.0
            for start in range(0, len(absent), _LANES):
                for lane in range(_LANES):
                    lanes[lane] *= 1.0 - silence + silence * absent[start + lane]
            total, product = 0.0, 1.0
            for lane in range(_LANES):
                product *= max(lanes[lane], _SMALLEST)
                if product < _SMALL:
                    total += math.log(product)
                    product = 1.0
            out[b, n] = total + math.log(product)


@compiled
def _prior(
    members: Ints, edge: Ints, log_none: Floats, log_nothing: Floats,
    log_not_alone: Floats, descriptive: Bools,
    out: Floats,
) -> None:  # fmt: skip
    size = log_not_alone.shape[1]
    for b in range(out.shape[0]):
        for n in range(out.shape[1]):
            row = members[n]
            beside_cause = False
            for disease in row:
                beside_cause = beside_cause or (disease < size and not descriptive[disease])
            total = 0.0
            for disease in row:
                if disease == size:
                    continue
                log_absent = 0.0 if descriptive[disease] and beside_cause else log_not_alone[b, disease]
                for other in row:
                    if edge[other, disease] >= 0:
                        log_absent += log_none[b, edge[other, disease]]
                total += log_nothing[b, disease]
                total += np.log(-math.expm1(log_absent)) - log_absent
            out[b, n] = total
