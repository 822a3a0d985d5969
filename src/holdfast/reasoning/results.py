"""What a test can still answer about this animal, how probable each result is, and how much results tell."""

from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.graded import Accuracy
from holdfast.knowledge.model import Knowledge, Test
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
OVERLOOKED = 0.41
"""Share of an expert's positive findings that users of a diagnostic system did not enter (QMR: they entered 59 %)."""


@dataclass(frozen=True)
class Answers:
    """The open findings of one test."""

    places: Ints
    """(K,) findings of the world that nothing on record answers yet."""
    p: Floats
    """(S, K) probability that the test shows each, by set of diseases, its known errors counted."""
    errs: tuple[Accuracy, ...]
    """About which of them it is known to err, and how often."""


def answers(posterior: Posterior, test: Test, shown: Floats) -> Answers | None:
    """``shown``: (S, F) P(finding | set). None where everything that the test gives is on record."""
    world = posterior.world
    known = set(posterior.question.facts.observed.tolist())
    open_ = [world.finding_index[k] for k in test.reveals if world.finding_index[k] not in known]
    if not open_:
        return None
    p = shown[:, open_]
    accuracy = world.accuracy.get(test.key, {})
    for column, place in enumerate(open_):
        if place in accuracy:
            right, wrong = accuracy[place].sensitivity, 1.0 - accuracy[place].specificity
            p[:, column] = wrong + (right - wrong) * p[:, column]
    errs = tuple(accuracy[place] for place in open_ if place in accuracy)
    return Answers(np.array(open_, dtype=np.int64), p, errs)


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
        seen = weights[weights > 0]
        return -float((seen * np.log2(seen)).sum())

    return max(0.0, entropy(joint.sum(axis=1)) + entropy(joint.sum(axis=0)) - entropy(joint))


def entropy_bits(p: Floats) -> Floats:
    """Of something that is so with probability ``p``."""
    inner = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(-(inner * np.log2(inner) + (1 - inner) * np.log2(1 - inner)), dtype=np.float64)


def done_tests(posterior: Posterior, knowledge: Knowledge) -> set[str]:
    """Tests that the recorded findings came from, each finding counted for the easiest test that gives it."""
    world = posterior.world
    counts: dict[str, int] = {}
    for place in posterior.question.facts.observed:
        giving = [t for t in knowledge.tests.values() if world.findings[place] in t.reveals]
        if giving:
            easiest = min(giving, key=lambda t: (t.invasiveness, t.minutes.value, t.cost_band, t.key))
            counts[easiest.key] = counts.get(easiest.key, 0) + 1
    return {
        key for key, count in counts.items() if count >= AGAIN_RESULTS or 2 * count >= len(knowledge.tests[key].reveals)
    }
