"""Several views on "this diagnosis alone is not enough", joined into one number and into how rarely it errs.

The log odds that W alone is not enough was measured to be the best single score; the others see what it misses (a
rival that it does not list, signs that nothing explains). Their weights are fitted on published human cases, whose
charts are as incomplete as real ones; how high the joint score climbs when the diagnosis is right comes from dogs
drawn from the knowledge (``knowledge/fit_calibration.yaml``).
"""

from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.fit_calibration import Calibration
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.world import Bools, Floats, Ints

SCORES = ("not_enough", "instead", "besides", "unexplained", "lift", "against", "surprise", "present")
"""In this order: log odds that W alone is not enough; log gain of the best explanation without W, and of the best one
with W and another cause, over W alone; share of signs that W hardly raises above background; mean log lift of the
present signs by W; log cost of what W expects and was looked for in vain; spread-corrected surprise; log number of
present findings."""
_BOUND = 30.0
_NONE = -5.0
"""Log gain of a rival that does not exist."""
_EDGE = 1e-6
EXPLAINED_RATIO = 2.0
"""W must at least double the odds of a finding to explain it."""
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


def log_gain(posterior: Posterior, row: int | None, alone: int) -> float:
    """Tempered log Bayes factor of a set over W alone."""
    if row is None:
        return _NONE
    return float((posterior.log_like[row] - posterior.log_like[alone]) / posterior.world.temperature)


def log_odds_not_enough(posterior: Posterior, stand: Stand) -> float:
    """Natural log of the weight of all rivals over the weight of W's own story."""
    return log_sum(posterior.log_weight[stand.rivals]) - log_sum(posterior.log_weight[stand.own])


def unexplained(p: Floats, leak: Floats) -> Bools:
    """W hardly raises the odds of the finding above background, and the finding is not common with W anyway."""
    ratio = p / (1 - p) * (1 - leak) / leak
    return np.asarray((ratio < EXPLAINED_RATIO) & (p < SURPRISE_SHARE), dtype=bool)


def scores_of(posterior: Posterior, stand: Stand) -> Floats:
    """(len(SCORES),) the single scores of one working diagnosis."""
    world, question = posterior.world, posterior.question
    observed = question.facts.observed
    seen = question.facts.state[observed] == 1
    alone = np.array([[stand.disease]], dtype=np.int64)
    p = np.clip(finding_probability(question.tables, alone, observed)[0], _EDGE, 1 - _EDGE)
    leak = world.leak[observed]
    left = seen & unexplained(p, leak) & world.to_explain[observed]
    count = max(1, int(seen.sum()))
    cost = -np.log(np.where(seen, p, 1 - p))
    expected = -(p * np.log(p) + (1 - p) * np.log(1 - p))
    spread = p * (1 - p) * np.log(p / (1 - p)) ** 2
    without, beside = stand.rivals & ~stand.holds, stand.rivals & stand.holds
    return np.array(
        [
            np.clip(log_odds_not_enough(posterior, stand), -_BOUND, _BOUND),
            np.clip(log_gain(posterior, heaviest(without), stand.alone), _NONE, _BOUND),
            np.clip(log_gain(posterior, heaviest(beside), stand.alone), _NONE, _BOUND),
            left.sum() / count,
            np.log(p[seen] / leak[seen]).sum() / count,
            np.log((1 - leak[~seen]) / (1 - p[~seen])).sum(),
            (cost.sum() - expected.sum()) / np.sqrt(spread.sum() + 1.0),
            np.log(count),
        ]
    )


def joined(calibration: Calibration, scores: Floats) -> float:
    """The scores joined: the higher, the less W alone is enough (log odds on the cases the weights were fitted on)."""
    return calibration.intercept + sum(
        calibration.weights[name] * float(value) for name, value in zip(SCORES, scores, strict=True)
    )


def p_value(calibration: Calibration, score: float, present: int, descriptive: bool) -> tuple[float, int]:
    """(p, n): how often a right diagnosis scores so high, split-conformal over n right cases of the same kind.

    ``p`` = (1 + right cases with this score or more) / (n + 1): under exchangeability p <= a in at most a of dogs.
    """
    kind = calibration.stratum(present, descriptive)
    higher = sum(1 for right in kind.right if right >= score)
    return (1 + higher) / (len(kind.right) + 1), len(kind.right)


def log_sum(values: Floats) -> float:
    """log of the sum of exp; -inf for nothing."""
    if not values.size:
        return -np.inf
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
