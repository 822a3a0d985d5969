"""Treatable causes that nothing so far has taken off the table.

The list is kept wide on purpose: a cause stays on it while even the upper end of its range makes looking
worthwhile. Nothing is ever called excluded; at most it is no longer listed.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.model import Disease, Exclusion, Knowledge, Urgency
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.ranges import Range

TAU = 0.02
"""Upper probability times benefit from which a cause is worth a look before an irreversible act (estimate, ours):
a missed treatable cause is weighed as fifty times worse than a look that finds nothing."""

_SOONEST = {Urgency.MINUTES: 0, Urgency.HOURS: 1, Urgency.DAYS: 2}


SETS = 200
"""Heaviest sets over which a negative result is thought through."""
_SHOWN = 0.3
"""A finding that the cause shows more rarely says little by its absence."""


@dataclass(frozen=True)
class Negative:
    """The one negative result that would speak most against a cause, and what it would leave."""

    test: str
    """The easiest test that gives it."""
    finding: str
    p: float
    """Probability of the cause if the finding is looked for and is not there: rarely nothing."""


@dataclass(frozen=True)
class NotExcluded:
    """One treatable cause still standing."""

    key: str
    p: float
    low: float
    high: float
    benefit: float
    urgency: Urgency
    exclusions: tuple[Exclusion, ...]
    """What would argue against it, and what a negative result leaves open."""
    negative: Negative | None
    """None where no test that is still open could tell."""

    @property
    def worth(self) -> float:
        return self.p * self.benefit


def treatable_causes(knowledge: Knowledge) -> tuple[Disease, ...]:
    """Diseases that name a cause and can be treated."""
    return tuple(d for d in knowledge.diseases.values() if d.treatable and not d.descriptive)


def not_excluded(posterior: Posterior, knowledge: Knowledge, spans: dict[int, Range]) -> tuple[NotExcluded, ...]:
    """Treatable causes worth a look, by probability times benefit, the more urgent first where equal."""
    standing = []
    negatives = _negatives(posterior, knowledge)
    for disease in treatable_causes(knowledge):
        place = posterior.world.index[disease.key]
        span = spans[place]
        if span.high * disease.benefit.value >= TAU:
            p = float(posterior.marginals[place])
            standing.append(
                NotExcluded(
                    key=disease.key,
                    p=p,
                    low=span.low,
                    high=span.high,
                    benefit=disease.benefit.value,
                    urgency=disease.urgency,
                    exclusions=disease.exclusions,
                    negative=negatives.get(disease.key),
                )
            )
    return tuple(sorted(standing, key=lambda n: (-n.worth, _SOONEST[n.urgency], n.key)))


def _negatives(posterior: Posterior, knowledge: Knowledge) -> dict[str, Negative]:
    """Treatable cause -> the negative result that would lower it most, over the heaviest sets."""
    world = posterior.world
    unknown = np.abs(posterior.question.facts.state) != 1
    wanted = np.array([f for f in sorted(world.easiest) if unknown[f] and world.linked[f]], dtype=np.int64)
    causes = [world.index[d.key] for d in treatable_causes(knowledge)]
    if not wanted.size or not causes:
        return {}
    rows = posterior.best(SETS)
    members, weights = posterior.members[rows], posterior.weights[rows]
    absent = weights[:, None] * (1.0 - finding_probability(posterior.question.tables, members, wanted))
    holds = (members[:, :, None] == np.array(causes)).any(axis=1).astype(np.float64)
    before = holds.T @ weights / weights.sum()
    after = (holds.T @ absent) / absent.sum(axis=0)
    shown = world.shown[causes][:, wanted] >= _SHOWN
    # A result that says nothing leaves it as it was, but for rounding.
    lowered = np.where(shown & (after < before[:, None] * (1.0 - 1e-9)), after, np.inf)
    best = lowered.argmin(axis=1)
    # The short list holds a little less of a rare cause than the whole one: the ratio is what it tells.
    return {
        world.keys[d]: Negative(
            world.easiest[finding],
            world.findings[finding],
            float(posterior.marginals[d] * after[i, best[i]] / before[i]),
        )
        for i, d in enumerate(causes)
        for finding in [int(wanted[best[i]])]
        if np.isfinite(lowered[i, best[i]])
    }
