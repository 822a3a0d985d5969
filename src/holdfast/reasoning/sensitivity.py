"""Which numbers of a release conclusions lean on most, over dogs made from the release itself.

For each made dog the log odds of its leading causes are looked at under the joint draws of all numbers; what part of
their spread goes with one number is that number's pull on this dog. Summed over dogs it says what to curate first.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.engine import answer, ask
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.reasoning.ranges import Draws, Parameter, pulls
from holdfast.reasoning.world import World
from holdfast.record.events import Presence

DOGS = 60
SHOWN = 12
_LEADING = 3
_SEEN_MAX = 12
_DENIED_MAX = 12


@dataclass(frozen=True)
class Pull:
    """One number and how far it moves conclusions."""

    parameter: Parameter
    width: float
    """Root mean square over dogs and leading causes of the log-odds spread (standard deviation) that goes with it."""


@dataclass(frozen=True)
class Sensitivity:
    """What conclusions lean on."""

    dogs: int
    backgrounds: tuple[Pull, ...]
    others: tuple[Pull, ...]
    by_kind: dict[str, float]
    """``background``, ``link`` (frequency or value) and ``prior``: spread of log odds that goes with all of a kind."""


def sensitivity(knowledge: Knowledge, world: World, draws: Draws, dogs: int = DOGS) -> Sensitivity:
    """The numbers that move conclusions most; the same release always gives the same answer."""
    rng = np.random.Generator(np.random.PCG64(int(world.size) * 1009 + len(world.findings)))
    summed: dict[Parameter, float] = defaultdict(float)
    kinds: dict[str, float] = defaultdict(float)
    looked = 0
    for _ in range(dogs):
        posterior = answer(ask(world, knowledge, made_dog(world, rng)))
        causes = [d for d in np.argsort(-posterior.marginals, kind="stable") if not world.descriptive[d]]
        for pulled in pulls(posterior, draws, tuple(int(d) for d in causes[:_LEADING])).values():
            looked += 1
            for parameter, variance in pulled:
                summed[parameter] += variance
                kinds[kind(parameter)] += variance
    widths = [Pull(parameter, float(np.sqrt(max(0.0, total) / looked))) for parameter, total in summed.items()]
    ranked = sorted(widths, key=lambda pull: (-pull.width, pull.parameter.disease, pull.parameter.finding))
    return Sensitivity(
        dogs=dogs,
        backgrounds=tuple(pull for pull in ranked if kind(pull.parameter) == "background")[:SHOWN],
        others=tuple(pull for pull in ranked if kind(pull.parameter) != "background")[:SHOWN],
        by_kind={name: float(np.sqrt(max(0.0, total) / looked)) for name, total in sorted(kinds.items())},
    )


def kind(parameter: Parameter) -> str:
    """``background``, ``prior`` or ``link``."""
    if not parameter.disease:
        return "background"
    return "link" if parameter.finding else "prior"


def made_dog(world: World, rng: np.random.Generator) -> Evidence:
    """A dog with one cause drawn by its prior: some of what it shows is seen, some of what it lacks is denied."""
    causes = np.flatnonzero(~world.descriptive)
    cause = int(rng.choice(causes, p=world.pi[causes] / world.pi[causes].sum()))
    shows = rng.random(len(world.findings)) < np.maximum(world.leak, world.shown[cause])
    linked = world.linked & (world.presenting | (rng.random(len(world.findings)) < 0.3))
    seen = rng.permutation(np.flatnonzero(shows & linked))[:_SEEN_MAX]
    denied = rng.permutation(np.flatnonzero(~shows & linked))[:_DENIED_MAX]
    findings = {world.findings[f]: Observed(Presence.PRESENT) for f in seen}
    return Evidence({**findings, **{world.findings[f]: Observed(Presence.ABSENT) for f in denied}})
