"""Dogs drawn from the knowledge itself: what they have, what they show, and what of it somebody wrote down.

They serve to calibrate the reasoning and to count its false alarms. They flatter it, because what drew them is what
judges them; so the numbers of each dog can be drawn from the ranges of the release instead of its values. How much
of what a dog shows is written down is ours (estimate).
"""

from dataclasses import dataclass, replace

import numpy as np

from holdfast.knowledge.model import Knowledge, Test
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.reasoning.ranges import Draws
from holdfast.reasoning.world import Bools, Complications, Floats, World, not_shown, unlisted_system
from holdfast.record.events import Presence

WRITTEN = (0.35, 0.9)
"""Share of the signs a dog shows that are written down, drawn for each dog between these (estimate, ours)."""
WRITTEN_ABSENT = (0.0, 0.15)
"""The same for signs that were looked for and are not there; nobody lists all of them."""
QUICK_MIN, USUAL_MIN = 10.0, 30.0
DONE = {"quick": 0.5, "usual": 0.25, "rare": 0.05}
"""Chance that a test was done by the time of a second look, by its minutes; a test with sedation is rare. It is
multiplied by how much was done for this dog, between a third and everything (estimate, ours)."""
SYNDROME_WIDTH = 1.5
"""How much more often a syndrome is on than its commonest sign shows (estimate, ours; as the reasoning has it)."""


@dataclass(frozen=True)
class SickDog:
    """One drawn dog."""

    true: tuple[str, ...]
    """What it has, the cause first; complications and states that it brought about included."""
    shows: Bools
    """(F,) every finding it has, known or not."""
    evidence: Evidence
    """What is on record."""


@dataclass(frozen=True)
class Numbers:
    """The parameters one dog is drawn from, shapes as in :class:`World`."""

    pi: Floats
    leak: Floats
    not_shown: Floats
    complications: Complications


def exact_numbers(world: World) -> Numbers:
    """The values of the release."""
    return Numbers(world.pi, world.leak, not_shown(world.shown, world.leak), world.complications)


def drawn_numbers(world: World, draws: Draws, which: int) -> Numbers:
    """Draw number ``which`` of the release: as far from its values as they are uncertain."""
    shown = np.zeros_like(world.shown)
    shown[draws.link_at[:, 0], draws.link_at[:, 1]] = draws.links[which]
    for place, members in draws.systems:
        shown[place] = shown[list(members)].mean(axis=0)
    leak = draws.leak[which]
    complications = Complications.of(world.complications.edge, draws.complications.log_none[which])
    return Numbers(draws.pi[which], leak, not_shown(shown, leak), complications)


def draw_cause(world: World, numbers: Numbers, rng: np.random.Generator, among: Bools) -> int:
    """A disease of ``among`` (D,), as often as it comes."""
    weights = np.where(among, numbers.pi, 0.0)
    return int(rng.choice(world.size, p=weights / weights.sum()))


def listed_causes(world: World) -> Bools:
    """(D,) diseases of the list that name a cause."""
    return np.array([not d and unlisted_system(k) is None for k, d in zip(world.keys, world.descriptive, strict=True)])


def draw_dog(
    world: World, knowledge: Knowledge, numbers: Numbers, rng: np.random.Generator, causes: tuple[int, ...]
) -> SickDog:
    """A dog with these causes, what they brought about, and a record of a part of it."""
    true = list(causes)
    for cause in true:  # grows: complications bring about others
        edges = numbers.complications.edge[cause]
        for effect in np.flatnonzero(edges >= 0):
            if int(effect) not in true and rng.random() < 1.0 - np.exp(numbers.complications.log_none[edges[effect]]):
                true.append(int(effect))
    shows = _shown(world, numbers, rng, true)
    return SickDog(tuple(world.keys[d] for d in true), shows, _charted(world, knowledge, rng, shows))


def _shown(world: World, numbers: Numbers, rng: np.random.Generator, true: list[int]) -> Bools:
    """(F,) what the dog shows: the same model of findings and syndromes that judges it."""
    absent = numbers.not_shown[true].prod(axis=0) * (1.0 - numbers.leak)
    shows = rng.random(len(absent)) > absent
    for group in np.unique(world.syndrome[world.syndrome >= 0]):
        signs = np.flatnonzero(world.syndrome == group)
        on = 1.0 - absent[signs].min() ** SYNDROME_WIDTH
        share = np.minimum((1.0 - absent[signs]) / on, 1.0)
        shows[signs] = (rng.random() < on) & (rng.random(len(signs)) < share)
    return np.asarray(shows, dtype=bool)


def _charted(world: World, knowledge: Knowledge, rng: np.random.Generator, shows: Bools) -> Evidence:
    """A part of the signs and of the absent ones, and the whole results of the tests that were done."""
    usual = _plain(world, knowledge)
    present = shows & (rng.random(len(shows)) < rng.uniform(*WRITTEN))
    absent = ~shows & (rng.random(len(shows)) < rng.uniform(*WRITTEN_ABSENT))
    seen = {world.findings[f]: Observed(Presence.PRESENT) for f in np.flatnonzero(present & usual & world.presenting)}
    seen |= {world.findings[f]: Observed(Presence.ABSENT) for f in np.flatnonzero(absent & usual & world.presenting)}
    evidence = Evidence(seen)
    much = rng.uniform(1 / 3, 1.0)
    for test in knowledge.tests.values():
        if rng.random() < much * _done(test):
            evidence = with_result(world, knowledge, evidence, test, shows)
    return evidence


def _done(test: Test) -> float:
    """Chance that a test was done for a dog for which everything was done."""
    if test.invasiveness > 1 or test.minutes.value > USUAL_MIN:
        return DONE["rare"]
    return DONE["quick"] if test.minutes.value <= QUICK_MIN else DONE["usual"]


def _plain(world: World, knowledge: Knowledge) -> Bools:
    """(F,) findings that are something; a "normal" is drawn by what it rules out."""
    return np.array([not knowledge.findings[key].implies_absent for key in world.findings])


def with_result(world: World, knowledge: Knowledge, evidence: Evidence, test: Test, shows: Bools) -> Evidence:
    """The evidence after ``test`` was done on the dog that ``shows`` (F,) this."""
    places = [world.finding_index[key] for key in test.reveals if not knowledge.findings[key].implies_absent]
    told = {world.findings[f]: Observed(Presence.PRESENT if shows[f] else Presence.ABSENT) for f in places}
    return replace(evidence, findings={**told, **evidence.findings})
