"""Treatable causes that nothing so far has taken off the table.

The list is kept wide on purpose: a cause stays on it while even the upper end of its range makes looking
worthwhile. Nothing is ever called excluded; at most it is no longer listed.
"""

from dataclasses import dataclass

from holdfast.knowledge.model import Disease, Exclusion, Knowledge, Urgency
from holdfast.reasoning.engine import Posterior
from holdfast.reasoning.ranges import Range

TAU = 0.02
"""Upper probability times benefit from which a cause is worth a look before an irreversible act (estimate, ours):
a missed treatable cause is weighed as fifty times worse than a look that finds nothing."""

_SOONEST = {Urgency.MINUTES: 0, Urgency.HOURS: 1, Urgency.DAYS: 2}


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

    @property
    def worth(self) -> float:
        return self.p * self.benefit


def treatable_causes(knowledge: Knowledge) -> tuple[Disease, ...]:
    """Diseases that name a cause and can be treated."""
    return tuple(d for d in knowledge.diseases.values() if d.treatable and not d.descriptive)


def not_excluded(posterior: Posterior, knowledge: Knowledge, spans: dict[int, Range]) -> tuple[NotExcluded, ...]:
    """Treatable causes worth a look, by probability times benefit, the more urgent first where equal."""
    standing = []
    for disease in treatable_causes(knowledge):
        place = posterior.world.index[disease.key]
        span = spans[place]
        if span.high * disease.benefit.value >= TAU:
            p = float(posterior.marginals[place])
            standing.append(
                NotExcluded(
                    disease.key, p, span.low, span.high, disease.benefit.value, disease.urgency, disease.exclusions
                )
            )
    return tuple(sorted(standing, key=lambda n: (-n.worth, _SOONEST[n.urgency], n.key)))
