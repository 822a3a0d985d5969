"""End of life: are treatable mimics seen, and how often would a right decision be held up? A curve, not a point.

Run: ``python benchmarks/hold_curve.py [--dogs N] [--plots DIR] [--json]`` on an easy and a hard invented world and on
the knowledge that is shipped. A diagnosis is declared that cannot be treated (or a state that names no cause). Either
it is right, or the dog has a treatable cause for which it was taken (the best untreatable guess given half of the
signs). Up to two of the tests with the highest rank that take at most ten minutes are done; then the odds that a
treatable cause is at work are read. The curve runs over the odds from which one would hold.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import plots
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import Prepared, prepare
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.fit import declared
from holdfast.reasoning.misfit import Stand, log_sum
from holdfast.reasoning.next_test import next_tests
from holdfast.reasoning.not_excluded import not_excluded, treatable_causes
from holdfast.reasoning.ranges import DRAWS, ranges
from holdfast.reasoning.world import Bools
from holdfast.simulation import sick_dogs
from made_worlds import made

TESTS, MINUTES_MAX = 2, 10.0
TERMINAL_BENEFIT = 0.15
"""Finding a cause whose benefit is at most this changes little: it may be declared as terminal."""
LISTED_GOAL, HELD_GOAL = 0.97, 0.20


@dataclass(frozen=True)
class Looked:
    """One declared diagnosis after the short tests."""

    right: bool
    log_odds_treatable: float
    listed: bool
    """The treatable cause that is there stands in the ledger (mimics only)."""


def terminal(ready: Prepared) -> Bools:
    """(D,) what may be declared at the end of life: states, and causes that treatment does not change."""
    knowledge, world = ready.knowledge, ready.world
    hopeless = [
        key in knowledge.diseases
        and (not knowledge.diseases[key].treatable or knowledge.diseases[key].benefit.value <= TERMINAL_BENEFIT)
        for key in world.keys
    ]
    return np.array(hopeless, dtype=bool)


def dogs(ready: Prepared, rng: np.random.Generator, count: int, drawn: bool) -> list[Looked]:
    """Half right, half mimics."""
    world, knowledge = ready.world, ready.knowledge
    ends = terminal(ready)
    treatable = sick_dogs.listed_causes(world) & ~ends
    out = []
    for n in range(count):
        right = n % 2 == 0
        numbers = (
            sick_dogs.drawn_numbers(world, ready.draws, int(rng.integers(DRAWS)))
            if drawn
            else sick_dogs.exact_numbers(world)
        )
        true = sick_dogs.draw_cause(world, numbers, rng, ends if right else treatable)
        dog = sick_dogs.draw_dog(world, knowledge, numbers, rng, (true,))
        if sum(seen.present for seen in dog.evidence.findings.values()) < 3:
            continue
        working = true if right else _taken_for(ready, rng, dog, ends)
        evidence = dog.evidence
        for _ in range(TESTS):
            found = answer(ask(world, knowledge, evidence))
            quick = [t for t in next_tests(found, knowledge) if knowledge.tests[t.key].minutes.value <= MINUTES_MAX]
            if not quick:
                break
            evidence = sick_dogs.with_result(world, knowledge, evidence, knowledge.tests[quick[0].key], dog.shows)
        out.append(_look(ready, evidence, working, true, right))
    return out


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
    return Looked(right, _log_odds_treatable(found, stand, terminal(ready)), listed)


def _log_odds_treatable(found: Posterior, stand: Stand, ends: Bools) -> float:
    """Log odds that a treatable cause is at work, the declared diagnosis standing alone among the other answers."""
    helps = np.append(~ends, False)[found.members].any(axis=1) & ~stand.own
    return log_sum(found.log_weight[helps]) - log_sum(found.log_weight[~helps])


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
    parser.add_argument("--plots", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="accepted for the sake of uniformity: it is always JSON")
    chosen = parser.parse_args()
    worlds: dict[str, tuple[Knowledge, bool]] = {
        "easy world": (made(np.random.default_rng(20), "easy"), False),
        "hard world": (made(np.random.default_rng(20), "hard"), False),
        "our knowledge": (load(), True),
    }
    result = {}
    for name, (knowledge, drawn) in worlds.items():
        result[name] = curve(dogs(prepare(knowledge), np.random.default_rng(3), chosen.dogs, drawn))
        print(name, "done", file=sys.stderr, flush=True)
    if chosen.plots:
        plots.write_line_plot(
            chosen.plots / "hold-curve.svg",
            "Hold: what it finds and what it costs",
            "held although the declared diagnosis was right",
            "treatable mimics held",
            {name: [(p["held_when_right"], p["found"]) for p in row["curve"]] for name, row in result.items()},
        )
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
