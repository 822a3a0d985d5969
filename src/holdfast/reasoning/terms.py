"""What the recorded findings ask of a set of diseases, sorted by kind so that many sets are weighed at once.

Everything is a function of one product per finding, P(absent | set): the background's chance times that of every
disease in the set. A set grown by a disease takes the products of the smaller set times one more row.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.reasoning.world import Bools, Floats, Ints

PRESENT, ABSENT, SILENT, NO_SAY = 1, -1, 0, 2
"""State of a finding: seen; looked for and absent; not recorded though usually written down; says nothing."""

_TINY = 1e-12
_SMALLEST = 1e-300
_PIECE = 24
"""Factors multiplied before the logarithm: 24 of 1e-12 still are above the smallest number."""


@dataclass(frozen=True)
class Singles:
    """Findings that stand alone and were seen, or that a test says and may be wrong about."""

    columns: Ints
    base: Floats
    slope: Floats
    """P(what was recorded) = base + slope * P(absent)."""


@dataclass(frozen=True)
class Steps:
    """One scale: P(what was recorded) = base + sum of slope * P(below this step)."""

    columns: Ints
    base: float
    slope: Floats


@dataclass(frozen=True)
class Signs:
    """Syndromes of which something was recorded, their signs one after another."""

    columns: Ints
    starts: Ints
    """Where each syndrome begins among the columns."""
    group: Ints
    """Which syndrome each column belongs to."""
    base: Floats
    slope: Floats
    """P(what was recorded of a sign | syndrome on) = base + slope * its share."""
    can_be_off: Floats
    """1 for a syndrome without a present sign."""


@dataclass(frozen=True)
class Terms:
    """All findings that say something, as columns of the tables."""

    absent: Ints
    """Columns of plain absent findings: their logarithms add up over the diseases of a set."""
    singles: Singles
    signs: Signs
    scales: tuple[Steps, ...]

    @property
    def columns(self) -> Ints:
        """Columns whose products are needed beside ``absent``."""
        parts = [self.singles.columns, self.signs.columns, *(steps.columns for steps in self.scales)]
        return np.unique(np.concatenate(parts)).astype(np.int64)


def sort_terms(
    state: Ints, miss: Floats, false_alarm: Floats, syndrome: Ints, scales: tuple[Ints, ...], silence: float
) -> Terms:
    """Terms of states (C,) over columns; ``miss`` and ``false_alarm`` are 0 for a finding that is what it is.

    Silence of findings that stand alone is not here: it is weighed for few sets only.
    """
    stepped = np.zeros(len(state), dtype=bool)
    for levels in scales:
        stepped[levels] = True
    alone = (syndrome < 0) & ~stepped
    soft = (miss > 0) | (false_alarm > 0)
    negative = np.asarray(state == ABSENT)
    columns = np.flatnonzero(alone & ((state == PRESENT) | (negative & soft)))
    # A negative result: missed where the finding is there, right where it is not.
    base, slope = miss[columns], 1.0 - false_alarm[columns] - miss[columns]
    positive = ~negative[columns]
    singles = Singles(columns, np.where(positive, 1.0 - base, base), np.where(positive, -slope, slope))
    return Terms(
        absent=np.flatnonzero(alone & negative & ~soft),
        singles=singles,
        signs=_signs(state, syndrome, silence),
        scales=tuple(_steps(levels, state[levels], silence) for levels in scales if (state[levels] != NO_SAY).any()),
    )


def _signs(state: Ints, syndrome: Ints, silence: float) -> Signs:
    said = np.unique(syndrome[(syndrome >= 0) & (state != NO_SAY)])
    members = [np.flatnonzero(syndrome == number) for number in said]
    columns = np.concatenate(members).astype(np.int64) if members else np.empty(0, dtype=np.int64)
    lengths = np.array([len(one) for one in members], dtype=np.int64)
    states = state[columns]
    base = np.select([states == PRESENT], [0.0], 1.0)
    slope = np.select([states == PRESENT, states == ABSENT, states == SILENT], [1.0, -1.0, -silence], 0.0)
    off = np.array([0.0 if (state[one] == PRESENT).any() else 1.0 for one in members])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64) if members else lengths
    return Signs(columns, starts, np.repeat(np.arange(len(members)), lengths), base, slope, off)


def _steps(levels: Ints, state: Ints, silence: float) -> Steps:
    """Weights of standing on each step, 0 (none of it) to n, given what was said; then as slopes of P(below a step).

    The dog stands on the worst step that was seen or above, and below the first that was denied. A worse step that
    nobody wrote down was as weakly denied as any unrecorded finding.
    """
    count = len(levels)
    seen = [step for step in range(1, count + 1) if state[step - 1] == PRESENT]
    lowest = max(seen, default=0)
    denied = [step for step in range(lowest + 1, count + 1) if state[step - 1] == ABSENT]
    beyond = min(denied, default=count + 1)
    silent = [step for step in range(lowest + 1, beyond) if state[step - 1] == SILENT]
    doubtful = min(silent, default=beyond)
    weight = np.zeros(count + 1)
    weight[lowest:beyond] = 1.0
    weight[doubtful:beyond] = 1.0 - silence
    return Steps(levels, float(weight[-1]), weight[:-1] - weight[1:])


def log_of_products(terms: Terms, absent: Floats, column_at: Ints) -> Floats:
    """log P(recorded | set) without ``terms.absent``; products (..., C') and at which place each column stands."""
    factors = []
    if terms.singles.columns.size:
        picked = absent[..., column_at[terms.singles.columns]]
        factors.append(np.maximum(terms.singles.base + terms.singles.slope * picked, _TINY))
    if terms.signs.columns.size:
        factors.append(np.maximum(_syndromes(terms.signs, absent[..., column_at[terms.signs.columns]]), _SMALLEST))
    if terms.scales:
        steps = [s.base + absent[..., column_at[s.columns]] @ s.slope for s in terms.scales]
        factors.append(np.maximum(np.stack(steps, axis=-1), _TINY))
    total = np.zeros(absent.shape[:-1])
    for factor in factors:
        total += log_product(factor)
    return total


def log_product(factor: Floats) -> Floats:
    """Sum of logarithms over the last axis, taken of products of a few dozen factors at a time."""
    total = np.zeros(factor.shape[:-1])
    for start in range(0, factor.shape[-1], _PIECE):
        total += np.log(np.maximum(factor[..., start : start + _PIECE].prod(axis=-1), _SMALLEST))
    return total


def _syndromes(signs: Signs, absent: Floats) -> Floats:
    """One hidden on/off factor each: signs are independent given *on* and impossible given *off*.

    How much more often a syndrome is on than its commonest sign shows: P(off) = P(commonest sign absent)^1.5. A power
    of 1 would make the signs copies of each other, a large one would make them independent. Whatever it is, a single
    sign keeps exactly its published frequency. (estimate, ours)
    """
    least = np.minimum.reduceat(absent, signs.starts, axis=-1)
    off = least * np.sqrt(least)
    on = 1.0 - off
    share = np.minimum((1.0 - absent) / on[..., signs.group], 1.0)
    given_on = np.multiply.reduceat(signs.base + signs.slope * share, signs.starts, axis=-1)
    return np.asarray(on * given_on + off * signs.can_be_off, dtype=np.float64)


def explained_by(terms: Terms, state: Ints) -> Bools:
    """(C,) columns through which a disease can make what was seen likelier."""
    wanted = np.zeros(len(state), dtype=bool)
    wanted[terms.singles.columns[terms.singles.slope < 0]] = True
    off = terms.signs.can_be_off[terms.signs.group] if terms.signs.columns.size else np.empty(0)
    wanted[terms.signs.columns[off == 0]] = True
    for steps in terms.scales:
        wanted[steps.columns] |= bool((state[steps.columns] == PRESENT).any())
    return wanted
