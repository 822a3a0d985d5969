"""Does the working diagnosis, alone, fit everything known about this animal?

The question is about the diagnosis *alone*: "the probability of W is low" cannot see a right diagnosis with a
second disease hidden behind it. W's own story holds W, its known complications and states that name no cause.
Whether misfit is called rests on how often a right diagnosis looks as bad (``misfit``), not on a rule of ours.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from holdfast.kernel.errors import NotFoundError
from holdfast.knowledge.fit_calibration import Calibration
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.claims import claimed
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.misfit import (
    EXPECTED,
    EXPLAINED_RATIO,
    Stand,
    heaviest,
    log_odds_not_enough,
    log_sum,
    p_value,
    score,
    signs_of,
    stand_of,
    unexplained,
)
from holdfast.reasoning.world import Bools, Floats

FINDINGS_MIN = 3
"""Fewer present findings that any listed disease can explain say too little to judge a diagnosis (estimate, ours)."""
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
    p: float
    """How often a right diagnosis of this kind looks as bad as this one, or worse."""
    calibrated_on: int
    """Right diagnoses that ``p`` was counted on."""
    calibrated_release: str
    """Knowledge release that they were judged with."""
    log_odds_not_enough: float
    """Natural log odds that W, with its complications, is not the explanation."""
    score: float
    """What ``p`` was counted by: that and the other signs of a diagnosis that is not the whole story (``misfit``)."""
    e_value: float
    """Posterior over prior odds of the same: when W is right it reaches 20 in at most 1 of 20 dogs, at any time."""
    explains: tuple[FindingFit, ...]
    unexplained: tuple[FindingFit, ...]
    expected_absent: tuple[FindingFit, ...]
    instead: Rival | None
    """Best explanation without W."""
    besides: Rival | None
    """Best explanation that holds W and another cause."""


def fit(posterior: Posterior, knowledge: Knowledge, calibration: Calibration, evidence: Evidence, working: str) -> Fit:
    """Judge ``working`` (a disease key) alone; raises ``NotFoundError`` for a key that is not in the knowledge."""
    world = posterior.world
    stand = declared(posterior, knowledge, working)
    explains, left, expected_absent = finding_fits(posterior, evidence, stand.disease)
    instead = _rival(posterior, stand, stand.rivals & ~stand.holds)
    besides = _rival(posterior, stand, stand.rivals & stand.holds)
    log_odds = log_odds_not_enough(posterior, stand)
    descriptive = bool(world.descriptive[stand.disease])
    scored = score(calibration, signs_of(posterior, stand), descriptive)
    p, count = p_value(calibration, scored, descriptive)
    verdict = Verdict.FITS
    if world.linked[posterior.question.facts.present].sum() < FINDINGS_MIN:
        verdict = Verdict.CANNOT_SAY
    elif p <= calibration.false_alarms:
        verdict = Verdict.DOES_NOT_FIT
    story = ""
    if verdict is Verdict.DOES_NOT_FIT:
        story = NOT_WHOLE if besides and (not instead or besides.weight >= instead.weight) else WRONG
    return Fit(
        working=working,
        verdict=verdict,
        story=story,
        p=p,
        calibrated_on=count,
        calibrated_release=calibration.knowledge_release,
        log_odds_not_enough=log_odds,
        score=scored,
        e_value=_e_value(posterior, stand),
        explains=explains,
        unexplained=left,
        expected_absent=expected_absent,
        instead=instead,
        besides=besides,
    )


def declared(posterior: Posterior, knowledge: Knowledge, working: str) -> Stand:
    """The working diagnosis with its own story; raises ``NotFoundError`` for a key that is not in the knowledge."""
    if working not in knowledge.diseases:
        raise NotFoundError(f"There is no diagnosis {working!r} in the knowledge.", "Choose one from the list.")
    index = posterior.world.index
    complications = tuple(index[c.disease] for c in knowledge.diseases[working].complications)
    return stand_of(posterior, index[working], complications)


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
    beyond = unexplained(p, leak) & world.to_explain[observed]

    def pick(mask: Bools, order: Floats) -> tuple[FindingFit, ...]:
        chosen = [i for i in np.argsort(order, kind="stable") if mask[i]]
        return tuple(
            FindingFit(key, float(p[i]), float(leak[i]), evidence.findings[key].since_us)
            for i in chosen
            for key in [world.findings[observed[i]]]
        )

    explains = pick(present & (ratio >= EXPLAINED_RATIO), -ratio)
    return explains, pick(present & beyond, p), pick(~present & (p >= EXPECTED), -p)


def _rival(posterior: Posterior, stand: Stand, among: Bools) -> Rival | None:
    row = heaviest(among)
    if row is None:
        return None
    gain = (posterior.log_like[row] - posterior.log_like[stand.alone]) / posterior.world.temperature
    weight = claimed(float(posterior.weights[row]), posterior.world.claim_slope)
    return Rival(posterior.set_keys(row), weight, float(np.exp(min(gain, 50.0))))


def _e_value(posterior: Posterior, stand: Stand) -> float:
    """Posterior odds over prior odds of 'not W and its complications'."""
    after = log_odds_not_enough(posterior, stand)
    before = log_sum(posterior.log_prior[stand.rivals]) - log_sum(posterior.log_prior[stand.own])
    return float(np.exp(np.clip(after - before, -50.0, 50.0)))
