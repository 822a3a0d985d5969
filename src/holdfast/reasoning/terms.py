"""What the recorded findings ask of a set of diseases, sorted by kind so that many sets are weighed at once.

Everything is a function of one product per finding, P(absent | set): the background's chance times that of every
disease in the set (``weighing``).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from holdfast.reasoning.world import Bools, Floats, Ints

PRESENT, ABSENT, SILENT, NO_SAY = 1, -1, 0, 2
"""State of a finding: seen; looked for and absent; not recorded though usually written down; says nothing."""


@dataclass(frozen=True)
class Singles:
    """Findings that stand alone and were seen, or that a test says and may be wrong about."""

    columns: Ints
    base: Floats
    slope: Floats
    """P(what was recorded) = base + slope * P(absent)."""


@dataclass(frozen=True)
class Steps:
    """Scales of which something was said, their steps one after another.

    P(what was recorded of a scale) = base + sum over its steps of slope * P(below this step).
    """

    columns: Ints
    starts: Ints
    """Where each scale begins among the columns."""
    base: Floats
    """One per scale."""
    slope: Floats
    """One per column."""


@dataclass(frozen=True)
class Signs:
    """Syndromes of which something was recorded, their signs one after another.

    One hidden on/off factor each: signs are independent given *on* and impossible given *off*. How much more often a
    syndrome is on than its commonest sign shows: P(off) = P(commonest sign absent)^1.5. A power of 1 would make the
    signs copies of each other, a large one would make them independent. Whatever it is, a single sign keeps exactly
    its published frequency. (estimate, ours)
    """

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
    steps: Steps


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
        steps=_steps(state, [levels for levels in scales if (state[levels] != NO_SAY).any()], silence),
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


def _steps(state: Ints, scales: list[Ints], silence: float) -> Steps:
    weights = [_standing(state[levels], silence) for levels in scales]
    lengths = np.array([len(levels) for levels in scales], dtype=np.int64)
    return Steps(
        np.concatenate([*scales, np.empty(0, dtype=np.int64)]).astype(np.int64),
        np.cumsum(lengths) - lengths,
        np.array([weight[-1] for weight in weights]),
        np.concatenate([*(weight[:-1] - weight[1:] for weight in weights), np.empty(0)]),
    )


def _standing(state: Ints, silence: float) -> Floats:
    """Weights of standing on each step of one scale, 0 (none of it) to n, given what was said.

    The dog stands on the worst step that was seen or above, and below the first that was denied. A worse step that
    nobody wrote down was as weakly denied as any unrecorded finding.
    """
    count = len(state)
    seen = [step for step in range(1, count + 1) if state[step - 1] == PRESENT]
    lowest = max(seen, default=0)
    denied = [step for step in range(lowest + 1, count + 1) if state[step - 1] == ABSENT]
    beyond = min(denied, default=count + 1)
    silent = [step for step in range(lowest + 1, beyond) if state[step - 1] == SILENT]
    doubtful = min(silent, default=beyond)
    weight = np.zeros(count + 1)
    weight[lowest:beyond] = 1.0
    weight[doubtful:beyond] = 1.0 - silence
    return weight


def explained_by(terms: Terms, state: Ints) -> Bools:
    """(C,) columns through which a disease can make what was seen likelier."""
    wanted = np.zeros(len(state), dtype=bool)
    wanted[terms.singles.columns[terms.singles.slope < 0]] = True
    off = terms.signs.can_be_off[terms.signs.group] if terms.signs.columns.size else np.empty(0)
    wanted[terms.signs.columns[off == 0]] = True
    bounds = [*terms.steps.starts.tolist(), len(terms.steps.columns)]
    for first, last in pairwise(bounds):
        levels = terms.steps.columns[first:last]
        wanted[levels] |= bool((state[levels] == PRESENT).any())
    return wanted
