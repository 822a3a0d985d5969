"""Before an irreversible act: which short test tells most whether anything that can be treated is at work at all.

That is another question than what started it. A test that tells two treatable causes apart answers the second and says
nothing about the first; before an act that cannot be undone the first counts. Measured: benchmarks/hold_curve.py.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.model import Disease, Knowledge
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.fit import declared
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.misfit import Stand, log_sum
from holdfast.reasoning.results import (
    OVERHEAD_MIN,
    OVERLOOKED,
    answers,
    done_tests,
    entropy_bits,
    information_bits,
    most_telling,
    outcomes,
)
from holdfast.reasoning.world import Bools, Floats, Ints

MINUTES_MAX = 10.0
"""Longer tests are not asked for here: the dog may be suffering (estimate, ours)."""
ASKS_LITTLE = 1
"""Nor are tests of more than this invasiveness."""
LITTLE_BENEFIT = 0.15
"""Treating a cause whose benefit is at most this changes little: finding it is no reason to wait (estimate, ours)."""
SETS = 50
"""Heaviest sets with something treatable that are thought through, and as many without."""
TELLS = 0.005
"""Bits below which a test is not worth the dog's minutes here (estimate, ours)."""


@dataclass(frozen=True)
class ShortTest:
    """What one short test would tell about whether anything treatable is at work besides the declared diagnosis."""

    key: str
    information_bits: float
    score: float
    """Ranking value: bits per minute, handling included."""
    again: bool
    """It seems to have been done: counted is only what may have been overlooked."""
    telling: str
    """The finding that tells most, and the probability that something treatable is at work with it and without it."""
    p_with: float
    p_without: float


@dataclass(frozen=True)
class BeforeGoingOn:
    """How probable it is that something treatable is at work, and the short tests that would tell most about it."""

    p: float
    tests: tuple[ShortTest, ...]
    """Best first."""


def changes_little(disease: Disease) -> bool:
    """A state that names no cause, or a cause that treatment hardly changes."""
    return disease.descriptive or not disease.treatable or disease.benefit.value <= LITTLE_BENEFIT


def treatable_at_work(posterior: Posterior, knowledge: Knowledge, stand: Stand) -> Bools:
    """(N,) sets that hold something treatable and are not the declared diagnosis's own story.

    "Something that is not on our list" counts as treatable: nobody can say that it is not.
    """
    hopeless = [key in knowledge.diseases and changes_little(knowledge.diseases[key]) for key in posterior.world.keys]
    helps = ~np.array([*hopeless, True], dtype=bool)
    return np.asarray(helps[posterior.members].any(axis=1) & ~stand.own, dtype=bool)


def log_odds_treatable(posterior: Posterior, helps: Bools) -> float:
    """Natural log odds of the sets that hold something treatable, all others against them."""
    return log_sum(posterior.log_weight[helps]) - log_sum(posterior.log_weight[~helps])


def before_going_on(posterior: Posterior, knowledge: Knowledge, working: str) -> BeforeGoingOn:
    """Raises ``NotFoundError`` when ``working`` is not in the knowledge."""
    helps = treatable_at_work(posterior, knowledge, declared(posterior, knowledge, working))
    p = float(1.0 / (1.0 + np.exp(-np.clip(log_odds_treatable(posterior, helps), -50.0, 50.0))))
    rows, weights = _both_sides(posterior, helps, p)
    shown = finding_probability(
        posterior.question.tables, posterior.members[rows], np.arange(len(posterior.world.findings))
    )
    done, asked = done_tests(posterior, knowledge), answers(posterior, shown)
    with_it, treatable_with = weights @ asked.p, (weights * helps[rows]) @ asked.p
    p_with = treatable_with / np.maximum(with_it, 1e-12)
    p_without = (p - treatable_with) / np.maximum(1.0 - with_it, 1e-12)
    left = with_it * entropy_bits(p_with) + (1.0 - with_it) * entropy_bits(p_without)
    tells = entropy_bits(np.array(p)) - left
    found = []
    for key, columns in asked.tests.items():
        test = knowledge.tests[key]
        if test.minutes.value > MINUTES_MAX or test.invasiveness > ASKS_LITTLE:
            continue
        kept = most_telling(tells[columns]) + columns.start
        bits = _bits(outcomes(weights, asked.p[:, kept]), helps[rows])
        if again := test.key in done:
            bits *= OVERLOOKED
        top = int(kept[0])
        found.append(
            ShortTest(
                key=test.key,
                information_bits=bits,
                score=bits / (test.minutes.value + OVERHEAD_MIN),
                again=again,
                telling=posterior.world.findings[asked.places[top]],
                p_with=float(p_with[top]),
                p_without=float(p_without[top]),
            )
        )
    tests = knowledge.tests
    worth = [one for one in found if one.information_bits >= TELLS]
    worth.sort(key=lambda one: (-round(one.score, 9), tests[one.key].invasiveness, tests[one.key].cost_band, one.key))
    return BeforeGoingOn(p, tuple(worth))


def _both_sides(posterior: Posterior, helps: Bools, p: float) -> tuple[Ints, Floats]:
    """(rows, weights summing to 1) of the heaviest sets of both kinds; each kind keeps the whole of its weight."""
    rows, weights = [], []
    for kind, whole in ((helps, p), (~helps, 1.0 - p)):
        some = np.flatnonzero(kind)[:SETS]
        if not some.size:
            continue
        weight = np.exp(posterior.log_weight[some] - posterior.log_weight[some[0]])
        rows.append(some)
        weights.append(whole * weight / weight.sum())
    return np.concatenate(rows), np.concatenate(weights)


def _bits(joint: Floats, helps: Bools) -> float:
    return information_bits(np.column_stack([joint[:, helps].sum(axis=1), joint[:, ~helps].sum(axis=1)]))
