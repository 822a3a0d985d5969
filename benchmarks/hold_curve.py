"""End of life: are treatable mimics seen, and how often would a right decision be held up? A curve, not a point.

Run: ``python benchmarks/hold_curve.py [--dogs N] [--worlds ...] [--plots DIR] [--json]`` on an easy and a hard
invented world and on the knowledge that is shipped. A diagnosis is declared that cannot be treated (or a state that
names no cause). Either it is right, or the dog has a treatable cause for which it was taken (the best untreatable guess
given half of the signs). Up to two short tests are done; then the odds that a treatable cause is at work are read. The
curve runs over the odds from which one would hold. On the same dogs: the short tests that the second look names before
going on (``treatable``), and those of its general list that take no longer (``telling``). Nothing was developed on the
seeds that are preset.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import plots
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge, Test
from holdfast.reasoning.assessment import Prepared, prepare
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.fit import declared
from holdfast.reasoning.next_test import next_tests
from holdfast.reasoning.not_excluded import not_excluded, treatable_causes
from holdfast.reasoning.ranges import DRAWS, ranges
from holdfast.reasoning.short_tests import (
    ASKS_LITTLE,
    MINUTES_MAX,
    before_going_on,
    changes_little,
    log_odds_treatable,
    treatable_at_work,
)
from holdfast.reasoning.world import Bools
from holdfast.simulation import sick_dogs
from made_worlds import made

TESTS = 2
WORLD_SEED, DOG_SEED = 77, 404
TREATABLE, TELLING = "treatable", "telling"


@dataclass(frozen=True)
class Looked:
    """One declared diagnosis after the short tests."""

    right: bool
    log_odds_treatable: float
    listed: bool
    """The treatable cause that is there stands in the ledger (mimics only)."""


@dataclass(frozen=True)
class Declared:
    """A dog about which the end-of-life decision is to be made."""

    right: bool
    true: int
    working: int
    dog: sick_dogs.SickDog


def terminal(ready: Prepared) -> Bools:
    """(D,) what may be declared at the end of life: states, and causes that treatment does not change."""
    diseases = ready.knowledge.diseases
    return np.array([key in diseases and changes_little(diseases[key]) for key in ready.world.keys], dtype=bool)


def dogs(ready: Prepared, rng: np.random.Generator, count: int, drawn: bool) -> Iterator[Declared]:
    """Half right, half mimics."""
    world, knowledge = ready.world, ready.knowledge
    ends = terminal(ready)
    treatable = sick_dogs.listed_causes(world) & ~ends
    for n in range(count):
        right = n % 2 == 0
        numbers = (
            sick_dogs.drawn_numbers(world, ready.draws, int(rng.integers(DRAWS)))
            if drawn
            else sick_dogs.exact_numbers(world)
        )
        true = sick_dogs.draw_cause(world, numbers, rng, ends if right else treatable)
        dog = sick_dogs.draw_dog(world, knowledge, numbers, rng, (true,))
        if sum(seen.present for seen in dog.evidence.findings.values()) >= 3:
            yield Declared(right, true, true if right else _taken_for(ready, rng, dog, ends), dog)


def looked(ready: Prepared, case: Declared, chooses: str) -> Looked:
    """The dog after its short tests."""
    world, knowledge = ready.world, ready.knowledge
    evidence = case.dog.evidence
    for _ in range(TESTS):
        found = answer(ask(world, knowledge, evidence))
        test = CHOICES[chooses](found, knowledge, world.keys[case.working])
        if test is None:
            break
        evidence = sick_dogs.with_result(world, knowledge, evidence, test, case.dog.shows)
    return _look(ready, evidence, case.working, case.true, case.right)


def choose_treatable(found: Posterior, knowledge: Knowledge, working: str) -> Test | None:
    """What the second look names before going on."""
    tests = before_going_on(found, knowledge, working).tests
    return knowledge.tests[tests[0].key] if tests else None


def choose_telling(found: Posterior, knowledge: Knowledge, _: str) -> Test | None:
    """The first short one of the general list."""
    ranked = (knowledge.tests[test.key] for test in next_tests(found, knowledge))
    return next((t for t in ranked if t.minutes.value <= MINUTES_MAX and t.invasiveness <= ASKS_LITTLE), None)


CHOICES: dict[str, Callable[[Posterior, Knowledge, str], Test | None]] = {
    TREATABLE: choose_treatable,
    TELLING: choose_telling,
}


def _taken_for(ready: Prepared, rng: np.random.Generator, dog: sick_dogs.SickDog, ends: Bools) -> int:
    keys = [key for key, seen in dog.evidence.findings.items() if seen.present]
    kept = {keys[i] for i in rng.permutation(len(keys))[: max(2, len(keys) // 2)]}
    glimpse = Evidence({key: seen for key, seen in dog.evidence.findings.items() if key in kept})
    found = answer(ask(ready.world, ready.knowledge, glimpse))
    return int(np.where(ends, found.marginals, -1.0).argmax())


def _look(ready: Prepared, evidence: Evidence, working: int, true: int, right: bool) -> Looked:
    world, knowledge = ready.world, ready.knowledge
    found = answer(ask(world, knowledge, evidence))
    stand = declared(found, knowledge, world.keys[working])
    listed = False
    if not right:
        causes = tuple(world.index[d.key] for d in treatable_causes(knowledge))
        spans = ranges(found, ready.draws, causes)
        listed = world.keys[true] in {n.key for n in not_excluded(found, knowledge, spans)}
    return Looked(right, log_odds_treatable(found, treatable_at_work(found, knowledge, stand)), listed)


def curve(looked: list[Looked]) -> dict[str, Any]:
    """Held when right against found when not, and the share of mimics that the ledger lists."""
    right = np.array([one.log_odds_treatable for one in looked if one.right])
    mimic = np.array([one.log_odds_treatable for one in looked if not one.right])
    points = []
    for held in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7):
        level = float(np.quantile(right, 1 - held))
        points.append((held, round(float((mimic > level).mean()), 3), round(1 / (1 + float(np.exp(-level))), 3)))
    return {
        "right": len(right),
        "mimics": len(mimic),
        "listed": round(float(np.mean([one.listed for one in looked if not one.right])), 3),
        "found_at_p_0.1": round(float((mimic > np.log(0.1 / 0.9)).mean()), 3),
        "held_when_right_at_p_0.1": round(float((right > np.log(0.1 / 0.9)).mean()), 3),
        "curve": [{"held_when_right": h, "found": f, "hold_from_p": p} for h, f, p in points],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dogs", type=int, default=200)
    parser.add_argument("--worlds", nargs="+", choices=["easy", "hard", "ours"], default=["easy", "hard", "ours"])
    parser.add_argument("--plots", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="accepted for the sake of uniformity: it is always JSON")
    chosen = parser.parse_args()
    makers: dict[str, tuple[Callable[[], Knowledge], bool]] = {
        "easy": (lambda: made(np.random.default_rng(WORLD_SEED), "easy"), False),
        "hard": (lambda: made(np.random.default_rng(WORLD_SEED), "hard"), False),
        "ours": (load, True),
    }
    result, lines = {}, {}
    for name in chosen.worlds:
        make, drawn = makers[name]
        ready = prepare(make())
        drawn_dogs = list(dogs(ready, np.random.default_rng(DOG_SEED), chosen.dogs, drawn))
        for chooses in CHOICES:
            row = result[f"{name}, {chooses}"] = curve([looked(ready, case, chooses) for case in drawn_dogs])
            print(name, chooses, row, file=sys.stderr, flush=True)
            if chooses == TREATABLE:
                title = "our knowledge" if name == "ours" else f"{name} world"
                lines[title] = [(point["held_when_right"], point["found"]) for point in row["curve"]]
    if chosen.plots:
        plots.write_line_plot(
            chosen.plots / "hold-curve.svg",
            "Hold: what it finds and what it costs",
            "held although the declared diagnosis was right",
            "treatable mimics held",
            lines,
        )
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
