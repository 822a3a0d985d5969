"""What a test can still answer about this animal, how probable each result is, and how much results tell."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.world import Floats, Ints

FINDINGS_MAX = 8
"""Findings of one test taken together: 2^8 outcomes. A test with more is judged by its eight most telling ones."""
OVERHEAD_MIN = 20.0
"""Minutes that any test costs beside its own: stopping, fetching, handling an unstable dog, reading, deciding again
(estimate, ours). Between 0 and 20 it changed neither the tests nor the minutes needed on invented dogs
(benchmarks/reasoning_exact.py tests). It settles close calls between a quick test and one that tells more; see
docs/decisions/0006."""
AGAIN_RESULTS = 2
"""Recorded findings that only this test, or this test most easily, gives: from so many on it has been done."""
_LEAST = 1e-300
OVERLOOKED = 0.41
"""Share of an expert's positive findings that users of a diagnostic system did not enter (QMR: they entered 59 %)."""


@dataclass(frozen=True)
class Answers:
    """What the tests can still answer: a column for each finding of each test that nothing on record answers yet.

    Tests that are never asked for in the presence of what was found are left out (``Test.never_with``).
    """

    tests: dict[str, slice]
    """Each test with anything left to answer, and its columns."""
    places: Ints
    """(C,) findings of the world."""
    p: Floats
    """(S, C) probability that the test shows each, by set of diseases, its known errors counted."""


def answers(posterior: Posterior, shown: Floats) -> Answers:
    """``shown``: (S, F) P(finding | set)."""
    reveals, facts = posterior.world.reveals, posterior.question.facts
    never = np.asarray(reveals.never_with[:, facts.present].any(axis=1), dtype=bool)
    left = np.flatnonzero((np.abs(facts.state[reveals.finding]) != 1) & ~never[reveals.test])
    places, wrong = reveals.finding[left], reveals.false_alarm[left]
    p = wrong + (reveals.sensitivity[left] - wrong) * shown[:, places]
    numbers, first = np.unique(reveals.test[left], return_index=True)
    bounds = pairwise([*first.tolist(), len(left)])
    tests = {reveals.tests[n]: slice(*bound) for n, bound in zip(numbers.tolist(), bounds, strict=True)}
    return Answers(tests, places, p)


def most_telling(bits: Floats) -> Ints:
    """Columns of the findings that tell most by themselves, the most telling first."""
    return np.argsort(-np.round(bits, 9), kind="stable")[:FINDINGS_MAX]


def outcomes(weights: Floats, p: Floats) -> Floats:
    """Joint weight of every outcome and set, (2^k, S): findings are independent given a set."""
    joint = weights[None, :]
    for column in range(p.shape[1]):
        joint = np.concatenate([joint * p[:, column], joint * (1 - p[:, column])])
    return joint


def information_bits(joint: Floats) -> float:
    """Mutual information of outcome (rows) and what is asked (columns) from their joint weights."""

    def entropy(weights: Floats) -> float:
        return -float((weights * np.log2(np.maximum(weights, _LEAST))).sum())

    return max(0.0, entropy(joint.sum(axis=1)) + entropy(joint.sum(axis=0)) - entropy(joint))


def entropy_bits(p: Floats) -> Floats:
    """Of something that is so with probability ``p``."""
    inner = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(-(inner * np.log2(inner) + (1 - inner) * np.log2(1 - inner)), dtype=np.float64)


def done_tests(posterior: Posterior, knowledge: Knowledge) -> set[str]:
    """Tests that the recorded findings came from, each finding counted for the easiest test that gives it."""
    world = posterior.world
    counts = Counter(
        world.easiest[place] for place in posterior.question.facts.observed.tolist() if place in world.easiest
    )
    return {
        key for key, count in counts.items() if count >= AGAIN_RESULTS or 2 * count >= len(knowledge.tests[key].reveals)
    }
