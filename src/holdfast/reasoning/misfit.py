"""How the sets of a posterior stand to one working diagnosis, and how rarely a right one looks as bad.

A state is judged by the log odds that W alone is not enough. A cause is judged by those and five more signs, weighted
as they told wrong and incomplete diagnoses of drawn dogs from right ones (``benchmarks/fit_misfit.py --write``): the
log odds by themselves hold W's head start of being common, and rise with every sign that a dog has.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from holdfast.knowledge.fit_calibration import Calibration
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.prior import shifted
from holdfast.reasoning.world import Bools, Floats, Ints

EXPLAINED_RATIO = 2.0
"""W must at least double the odds of a finding to explain it."""
EXPECTED = 0.5
"""A finding that W shows in half of dogs or more is expected."""
_LEAST = -20.0
"""Log odds of rivals that were not even searched."""
SURPRISE_SHARE = 0.25
"""A finding that W shows in a quarter of dogs or more is not called unexplained, whatever its background."""


@dataclass(frozen=True)
class Stand:
    """One working diagnosis among the sets of a posterior."""

    disease: int
    own: Bools
    """(N,) sets that are W's own story: W, its complications and states that name no cause."""
    rivals: Bools
    """(N,) sets that name a cause and are not W's own story."""
    holds: Bools
    """(N,) sets that hold W."""
    alone: int
    """Row of W and nothing else."""


def stand_of(posterior: Posterior, disease: int, complications: tuple[int, ...]) -> Stand:
    """Sort the sets of the posterior by how they stand to ``disease``."""
    world = posterior.world
    harmless = np.append(world.descriptive, True)
    harmless[[disease, *complications]] = True
    holds = np.asarray((posterior.members == disease).any(axis=1), dtype=bool)
    own = np.asarray(holds & harmless[posterior.members].all(axis=1), dtype=bool)
    wanted = np.full(posterior.members.shape[1], world.size)
    wanted[0] = disease
    alone = int(np.flatnonzero((posterior.members == wanted).all(axis=1))[0])
    return Stand(disease, own, posterior.names_cause & ~own, holds, alone)


def heaviest(among: Bools) -> int | None:
    """Row of the heaviest of these sets; sets stand heaviest first."""
    rows: Ints = np.flatnonzero(among)
    return int(rows[0]) if rows.size else None


def log_odds_not_enough(posterior: Posterior, stand: Stand) -> float:
    """Natural log of the weight of all rivals over the weight of W's own story."""
    return log_sum(posterior.log_weight[stand.rivals]) - log_sum(posterior.log_weight[stand.own])


class Signs(NamedTuple):
    """What tells a diagnosis that is wrong or not the whole story from a right one; in the order of the weights."""

    log_odds: float
    """Natural log odds that W alone is not enough."""
    besides: float
    """The same of the rivals that hold W and another cause."""
    absent: float
    """How surprising the absent findings are under W's own best story: minus the log of their probability."""
    in_vain: float
    """Findings that W alone shows in half of dogs and that were looked for in vain."""
    head_start: float
    """Natural log of how common W is."""
    present: float
    """Findings present: the more, the more second causes explain one of them."""


def signs_of(posterior: Posterior, stand: Stand) -> Signs:
    """The signs of one working diagnosis."""
    world, question = posterior.world, posterior.question
    observed = question.facts.observed
    present = question.facts.state[observed] == 1
    own = np.flatnonzero(stand.own)[0]  # the heaviest first
    alone, best = finding_probability(question.tables, posterior.members[[stand.alone, own]], observed)
    besides = log_sum(posterior.log_weight[stand.rivals & stand.holds]) - log_sum(posterior.log_weight[stand.own])
    return Signs(
        log_odds=log_odds_not_enough(posterior, stand),
        besides=max(besides, _LEAST),
        absent=float(-np.log1p(-np.minimum(best[~present], 1 - 1e-9)).sum()),
        in_vain=float((alone[~present] >= EXPECTED).sum()),
        head_start=float(np.log(shifted(world.pi, question.shift)[stand.disease])),
        present=float(present.sum()),
    )


def score(calibration: Calibration, signs: Signs, descriptive: bool) -> float:
    """What right diagnoses are compared by: the weighted signs of a cause, the log odds alone of a state."""
    if descriptive:
        return signs.log_odds
    return float(np.dot(calibration.weights, signs))


def unexplained(p: Floats, leak: Floats) -> Bools:
    """W hardly raises the odds of the finding above background, and the finding is not common with W anyway."""
    ratio = p / (1 - p) * (1 - leak) / leak
    return np.asarray((ratio < EXPLAINED_RATIO) & (p < SURPRISE_SHARE), dtype=bool)


def p_value(calibration: Calibration, scored: float, descriptive: bool) -> tuple[float, int]:
    """(p, n): how often a right diagnosis scores so high, split-conformal over n right cases of the same kind.

    ``p`` = (1 + right cases with this score or more) / (n + 1): if this dog were one more of them, p <= a would
    happen in at most a of dogs.
    """
    right = calibration.right_states if descriptive else calibration.right_causes
    higher = sum(1 for one in right if one >= scored)
    return (1 + higher) / (len(right) + 1), len(right)


def log_sum(values: Floats) -> float:
    """log of the sum of exp; -inf for nothing."""
    if not values.size:
        return -np.inf
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
