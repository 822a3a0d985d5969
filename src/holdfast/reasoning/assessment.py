"""The whole answer about one animal at one moment: candidates, fit, what is not explained, what to do next.

``assess`` is a pure function of a knowledge release and evidence; the same inputs always give the same value.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.knowledge import fit_calibration
from holdfast.knowledge.fit_calibration import Calibration
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.claims import claimed
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.explain import Number, contributions, numbers_used
from holdfast.reasoning.fit import FindingFit, Fit, finding_fits, fit
from holdfast.reasoning.fit_course import FitThen, fit_course
from holdfast.reasoning.next_test import NextTest, next_tests
from holdfast.reasoning.not_excluded import NotExcluded, not_excluded, treatable_causes
from holdfast.reasoning.ranges import Draws, Range, draw, ranges
from holdfast.reasoning.short_tests import BeforeGoingOn, before_going_on
from holdfast.reasoning.world import World, compile_world, unlisted_system

CANDIDATES = 10
"""Causes shown in the ranked list."""
SETS = 5
"""Combinations shown."""
_PREPARED_MAX = 4


@dataclass(frozen=True)
class Prepared:
    """What is computed once per knowledge release."""

    knowledge: Knowledge
    world: World
    draws: Draws


@dataclass(frozen=True)
class Candidate:
    """One cause, or one descriptive state, with how it stands to the evidence."""

    key: str
    p: float
    range: Range
    explains: tuple[FindingFit, ...]
    unexplained: tuple[FindingFit, ...]
    contributions: dict[str, float]
    """Finding key -> natural log odds it adds."""
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Assessment:
    """One frozen answer; ``page.to_page`` makes it storable and showable."""

    knowledge_release: str
    working: str | None
    evidence: Evidence
    candidates: tuple[Candidate, ...]
    descriptive: tuple[Candidate, ...]
    sets: tuple[tuple[tuple[str, ...], float], ...]
    unlisted: tuple[tuple[str, float], ...]
    """Probability that something of a system is at work that is not on the list, the larger first."""
    fit: Fit | None
    fit_course: tuple[FitThen, ...]
    """The same fit as of each moment at which something was found, oldest first; empty without a working diagnosis."""
    not_excluded: tuple[NotExcluded, ...]
    next_tests: tuple[NextTest, ...]
    before_going_on: BeforeGoingOn | None
    """None without a working diagnosis: then there is nothing that one would go on with."""
    unlinked: tuple[str, ...]
    """Present findings that no listed disease is known to show."""


_prepared: list[Prepared] = []
"""Last few releases, newest last; filled from the arguments alone, so answers stay pure."""


def prepare(knowledge: Knowledge) -> Prepared:
    """Arrays and draws of a release, made on first use."""
    for known in _prepared:
        if known.knowledge is knowledge:
            return known
    world = compile_world(knowledge)
    fresh = Prepared(knowledge, world, draw(knowledge, world))
    _prepared.append(fresh)
    del _prepared[:-_PREPARED_MAX]
    return fresh


def assess(
    knowledge: Knowledge, evidence: Evidence, working: str | None = None, calibration: Calibration | None = None
) -> Assessment:
    """Everything the second look says; ``working`` is a disease key or None when none is declared.

    ``calibration`` is that of the package unless another is given. Raises ``NotFoundError`` when ``working`` is
    not in the knowledge.
    """
    ready = prepare(knowledge)
    posterior = answer(ask(ready.world, knowledge, evidence))
    ranked = _ranked(posterior)
    causes = [d for d in ranked if not ready.world.descriptive[d]]
    states = [d for d in ranked if ready.world.descriptive[d]]
    listed = tuple(d for d in causes if unlisted_system(ready.world.keys[d]) is None)
    shown, shown_states = listed[:CANDIDATES], tuple(states)
    treatable = tuple(ready.world.index[d.key] for d in treatable_causes(knowledge))
    asked = tuple(dict.fromkeys((*shown, *shown_states, *treatable)))
    spans = ranges(posterior, ready.draws, asked, frozenset((*shown, *shown_states)))
    moved = contributions(posterior, (*shown, *shown_states)) if (*shown, *shown_states) else {}

    def candidate(d: int) -> Candidate:
        key = ready.world.keys[d]
        explains, unexplained, _ = finding_fits(posterior, evidence, d)
        numbers = numbers_used(posterior, knowledge, key, evidence.signalment)
        return Candidate(key, float(posterior.marginals[d]), spans[d], explains, unexplained, moved[d], numbers)

    scale = calibration or fit_calibration.load()
    fitted = fit(posterior, knowledge, scale, evidence, working) if working else None
    course = fit_course(ready.world, knowledge, scale, evidence, fitted) if fitted else ()
    return Assessment(
        knowledge_release=knowledge.release,
        working=working,
        evidence=evidence,
        candidates=tuple(candidate(d) for d in shown),
        descriptive=tuple(candidate(d) for d in shown_states),
        sets=tuple(
            (posterior.set_keys(int(r)), claimed(float(posterior.weights[r]), ready.world.claim_slope))
            for r in posterior.best(SETS)
        ),
        unlisted=_unlisted(posterior, causes),
        fit=fitted,
        fit_course=course,
        not_excluded=not_excluded(posterior, knowledge, spans),
        next_tests=next_tests(posterior, knowledge),
        before_going_on=before_going_on(posterior, knowledge, working) if working else None,
        unlinked=_unlinked(posterior, knowledge),
    )


def rank_causes(knowledge: Knowledge, evidence: Evidence) -> tuple[tuple[str, float], ...]:
    """(disease key, probability) of every listed disease that names a cause, the likeliest first."""
    posterior = answer(ask(prepare(knowledge).world, knowledge, evidence))
    world = posterior.world
    return tuple(
        (world.keys[d], float(posterior.marginals[d]))
        for d in _ranked(posterior)
        if not world.descriptive[d] and unlisted_system(world.keys[d]) is None
    )


def _ranked(posterior: Posterior) -> list[int]:
    return [int(d) for d in np.argsort(-posterior.marginals, kind="stable")]


def _unlisted(posterior: Posterior, causes: list[int]) -> tuple[tuple[str, float], ...]:
    found = [(unlisted_system(posterior.world.keys[d]), float(posterior.marginals[d])) for d in causes]
    return tuple((system, p) for system, p in found if system is not None)


def _unlinked(posterior: Posterior, knowledge: Knowledge) -> tuple[str, ...]:
    """Normal results are left out: they are there to be absent from diseases."""
    world = posterior.world
    keys = [world.findings[f] for f in posterior.question.facts.present if not world.linked[f]]
    return tuple(key for key in keys if not knowledge.findings[key].implies_absent)
