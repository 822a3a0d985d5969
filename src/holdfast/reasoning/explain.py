"""Why a probability is what it is: what each finding contributed, and where every number came from."""

from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.model import Frequency, Grade, Knowledge
from holdfast.reasoning.engine import Posterior, Question
from holdfast.reasoning.evidence import Signalment
from holdfast.reasoning.likelihood import Facts, log_alone, log_likelihood, terms_of
from holdfast.reasoning.prior import applies
from holdfast.reasoning.world import Floats, Ints

SETS_MAX = 400
"""Heaviest sets over which a finding is taken out again."""


@dataclass(frozen=True)
class Number:
    """One number that was used, as its source gives it."""

    what: str
    value: float
    grade: Grade
    source: str
    """Source id; empty for an estimate of ours."""
    n: int | None = None
    total: int | None = None
    note: str = ""


def contributions(posterior: Posterior, diseases: tuple[int, ...]) -> dict[int, dict[str, float]]:
    """Disease index -> finding key -> natural log odds that this finding adds (exact leave-one-out on the list)."""
    world, question = posterior.world, posterior.question
    rows = posterior.best(SETS_MAX)
    members, weights = posterior.members[rows], posterior.weights[rows]
    facts = question.facts.spoken()
    holds = np.stack([(members == d).any(axis=1) for d in diseases]).astype(np.float64)
    with_all = _log_odds(holds @ weights, weights.sum())
    alone, log_p = log_alone(question.tables, terms_of(world, question.tables, facts), members)
    taken_out = dict(zip(alone.tolist(), -log_p.T, strict=True))
    answer: dict[int, dict[str, float]] = {d: {} for d in diseases}
    for finding in facts.observed.tolist():
        change_of_like = taken_out[finding] if finding in taken_out else _without(question, facts, finding, members)
        lighter = weights * np.exp(change_of_like / world.temperature)
        change = with_all - _log_odds(holds @ lighter, lighter.sum())
        for place, d in enumerate(diseases):
            answer[d][world.findings[finding]] = float(change[place])
    return answer


def _without(question: Question, facts: Facts, finding: int, members: Ints) -> Floats:
    """(N,) what the log likelihood of each set changes by when one finding is taken out that is not weighed by itself.
    Only what is weighed together with it changes: signs of its syndrome, steps of its scale, a value that speaks for
    it."""
    world = question.world
    together = world.together(finding)
    tables, near = question.tables.among(together), facts.about(together, finding)
    return log_likelihood(world, tables, near.without(finding), members) - log_likelihood(world, tables, near, members)


def _log_odds(held: Floats, total: float) -> Floats:
    p = np.clip(held / total, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)


def numbers_used(posterior: Posterior, knowledge: Knowledge, disease: str, dog: Signalment) -> tuple[Number, ...]:
    """Every number of the release that entered the probability of one listed disease through its own record."""
    world = posterior.world
    record = knowledge.diseases[disease]
    d = world.index[disease]
    used = [number_of_prior(knowledge, disease)]
    used += [
        Number(f"odds ratio for {m.when.replace('_', ' ')}", m.odds_ratio, m.grade, m.source, note=m.note)
        for m in record.modifiers
        if applies(m, dog)
    ]
    for finding in posterior.question.facts.observed:
        if (d, int(finding)) in world.link_of:
            used += numbers_of_link(knowledge, disease, world.findings[finding])
    used.append(
        Number(
            "benefit of finding it",
            record.benefit.value,
            record.benefit.grade,
            record.benefit.source,
            note=record.benefit.note,
        )
    )
    return tuple(used)


def numbers_of_link(knowledge: Knowledge, disease: str, finding: str) -> tuple[Number, ...]:
    """How often the disease shows the finding (where that is known), and how often it is seen without a cause."""
    background = number_of_background(knowledge, finding)
    link = next((f for f in knowledge.diseases[disease].findings if f.finding == finding), None)
    return (background,) if link is None else (_of_link(knowledge, link), background)


def number_of_background(knowledge: Knowledge, finding: str) -> Number:
    """How often a finding is seen without a listed cause."""
    leak, name = knowledge.findings[finding].leak, knowledge.findings[finding].name
    return Number(f"{name} without a listed cause", leak.value, leak.grade, leak.source, note=leak.note)


def number_of_prior(knowledge: Knowledge, disease: str) -> Number:
    """How common a disease is."""
    prior = knowledge.diseases[disease].prior
    return Number("how common it is among emergency dogs", prior.value, prior.grade, prior.source, note=prior.note)


def _of_link(knowledge: Knowledge, link: Frequency) -> Number:
    name = knowledge.findings[link.finding].name
    return Number(f"{name} in this disease", link.p, link.grade, link.source, link.n, link.total, link.note)
