"""Does the working diagnosis, alone, fit everything known about this animal?

The question is about the diagnosis *alone*: "the probability of W is low" cannot see a right diagnosis with a
second disease hidden behind it. W's own story holds W, its known complications and states that name no cause.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from holdfast.kernel.errors import NotFoundError
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.world import Bools, Floats, Ints

FINDINGS_MIN = 3
"""Fewer present findings that any listed disease can explain say too little to judge a diagnosis (estimate, ours)."""
RIVAL_FACTOR = 10.0
"""A rival that explains the findings ten times better is strong evidence by the usual reading of Bayes factors."""
E_VALUE = 20.0
"""When W is right and the numbers hold, evidence against it reaches 20 in at most 1 of 20 dogs (Markov's bound)."""
_EXPECTED = 0.5
"""A finding that W shows in half of dogs or more is expected."""
_SURPRISE = 0.25
"""A finding that W shows in a quarter of dogs or more is not called unexplained, whatever its background."""


WRONG, NOT_WHOLE = "wrong", "not the whole story"


class Verdict(StrEnum):
    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True)
class FindingFit:
    """One finding seen from one diagnosis."""

    key: str
    p: float
    """How often a dog with this diagnosis alone shows it."""
    background: float
    since_us: int | None


@dataclass(frozen=True)
class Rival:
    """A set of diseases that competes with the working diagnosis."""

    diseases: tuple[str, ...]
    weight: float
    better: float
    """How many times better it explains the findings than W alone (tempered Bayes factor)."""


@dataclass(frozen=True)
class Fit:
    """How well one declared diagnosis stands alone."""

    working: str
    verdict: Verdict
    story: str
    """``wrong`` or ``not the whole story`` when it does not fit, else empty."""
    log_odds_not_enough: float
    """Natural log odds that W, with its complications, is not the explanation."""
    e_value: float
    explains: tuple[FindingFit, ...]
    unexplained: tuple[FindingFit, ...]
    expected_absent: tuple[FindingFit, ...]
    instead: Rival | None
    """Best explanation without W."""
    besides: Rival | None
    """Best explanation that holds W and another cause."""


def fit(posterior: Posterior, knowledge: Knowledge, evidence: Evidence, working: str) -> Fit:
    """Judge ``working`` (a disease key) alone; raises ``NotFoundError`` for a key that is not in the knowledge."""
    if working not in knowledge.diseases:
        raise NotFoundError(f"There is no diagnosis {working!r} in the knowledge.", "Choose one from the list.")
    w = posterior.world.index[working]
    own = _own_story(posterior, knowledge, w)
    rivals = posterior.names_cause & ~own
    explains, unexplained, expected_absent = finding_fits(posterior, evidence, w)
    holds = (posterior.members == w).any(axis=1)
    alone = _alone_row(posterior, w)
    instead = _best(posterior, rivals & ~holds, alone)
    besides = _best(posterior, rivals & holds, alone)
    log_odds = _log_sum(posterior.log_weight[rivals]) - _log_sum(posterior.log_weight[own])
    e_value = _e_value(posterior, own, rivals)
    verdict = _verdict(posterior, unexplained, instead, besides, e_value)
    story = ""
    if verdict is Verdict.DOES_NOT_FIT:
        story = NOT_WHOLE if besides and (not instead or besides.weight >= instead.weight) else WRONG
    return Fit(working, verdict, story, log_odds, e_value, explains, unexplained, expected_absent, instead, besides)


def finding_fits(
    posterior: Posterior, evidence: Evidence, disease: int
) -> tuple[tuple[FindingFit, ...], tuple[FindingFit, ...], tuple[FindingFit, ...]]:
    """(explains, leaves unexplained, expects but looked for and absent) of one disease alone, strongest first."""
    world, question = posterior.world, posterior.question
    observed = question.facts.observed
    alone = np.array([[disease]], dtype=np.int64)
    p = finding_probability(question.tables, alone, observed)[0]
    leak = world.leak[observed]
    ratio = p / (1 - p) * (1 - leak) / leak
    present = question.facts.state[observed] == 1
    beyond = _unexplained(p, ratio) & world.to_explain[observed]

    def pick(mask: Bools, order: Floats) -> tuple[FindingFit, ...]:
        chosen = [i for i in np.argsort(order, kind="stable") if mask[i]]
        return tuple(
            FindingFit(key, float(p[i]), float(leak[i]), evidence.findings[key].since_us)
            for i in chosen
            for key in [world.findings[observed[i]]]
        )

    explains = pick(present & (ratio >= 2.0), -ratio)
    return explains, pick(present & beyond, p), pick(~present & (p >= _EXPECTED), -p)


def _unexplained(p: Floats, ratio: Floats) -> Bools:
    """The disease hardly raises the odds of the finding above background, and the finding is not common anyway."""
    return np.asarray((ratio < 2.0) & (p < _SURPRISE), dtype=bool)


def _own_story(posterior: Posterior, knowledge: Knowledge, w: int) -> Bools:
    """Sets that hold W and beside it only its complications and descriptive states."""
    world = posterior.world
    harmless = np.append(world.descriptive, True)
    harmless[w] = True
    for complication in knowledge.diseases[world.keys[w]].complications:
        harmless[world.index[complication.disease]] = True
    holds = (posterior.members == w).any(axis=1)
    return np.asarray(holds & harmless[posterior.members].all(axis=1), dtype=bool)


def _alone_row(posterior: Posterior, w: int) -> int:
    wanted = np.full(posterior.members.shape[1], posterior.world.size)
    wanted[0] = w
    return int(np.flatnonzero((posterior.members == wanted).all(axis=1))[0])


def _best(posterior: Posterior, among: Bools, alone: int) -> Rival | None:
    rows: Ints = np.flatnonzero(among)
    if not rows.size:
        return None
    row = int(rows[0])  # sets stand heaviest first
    gain = (posterior.log_like[row] - posterior.log_like[alone]) / posterior.world.temperature
    return Rival(posterior.set_keys(row), float(posterior.weights[row]), float(np.exp(min(gain, 50.0))))


def _e_value(posterior: Posterior, own: Bools, rivals: Bools) -> float:
    """Posterior odds over prior odds of 'not W and its complications'."""
    after = _log_sum(posterior.log_weight[rivals]) - _log_sum(posterior.log_weight[own])
    before = _log_sum(posterior.log_prior[rivals]) - _log_sum(posterior.log_prior[own])
    return float(np.exp(np.clip(after - before, -50.0, 50.0)))


def _log_sum(values: Floats) -> float:
    if not values.size:
        return -np.inf
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))


def _verdict(
    posterior: Posterior,
    unexplained: tuple[FindingFit, ...],
    instead: Rival | None,
    besides: Rival | None,
    e_value: float,
) -> Verdict:
    informative = posterior.world.linked[posterior.question.facts.present].sum()
    if informative < FINDINGS_MIN:
        return Verdict.CANNOT_SAY
    better = max((r.better for r in (instead, besides) if r), default=0.0)
    if e_value >= E_VALUE or (unexplained and better >= RIVAL_FACTOR):
        return Verdict.DOES_NOT_FIT
    return Verdict.FITS
