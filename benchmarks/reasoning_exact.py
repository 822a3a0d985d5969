"""Error of the search for explanations against exact inference, and tests needed; on invented worlds.

Run: ``python benchmarks/reasoning_exact.py [--cases 500] [--json]`` for the error against an exact algorithm (and of
pyAgrum where it is installed), ``... tests`` for how many tests and minutes each price of a test needs until the truth
stands at 0.8 or more.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning import next_test
from holdfast.reasoning.assessment import prepare
from holdfast.reasoning.engine import Question, answer, ask
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.reasoning.world import Floats, compile_world
from holdfast.record.events import Presence

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from made_worlds import KINDS, made
from reasoning.coverage_oracle import marginals


def sick_dog(
    knowledge: Knowledge, rng: np.random.Generator, present_range: tuple[int, int], absent_range: tuple[int, int]
) -> tuple[Evidence, list[str], set[str]]:
    """(evidence, true diseases, every finding the dog has): one or two diseases drawn by prior."""
    keys = list(knowledge.diseases)
    prior = np.array([knowledge.diseases[k].prior.value for k in keys])
    true = rng.choice(keys, 1 + (rng.random() < 0.3), replace=False, p=prior / prior.sum())
    p_absent = {f.key: 1 - f.leak.value for f in knowledge.findings.values()}
    for key in true:
        for link in knowledge.diseases[str(key)].findings:
            p_absent[link.finding] *= 1 - link.p
    shown = [f for f, p in p_absent.items() if rng.random() > p]
    hidden = [f for f in p_absent if f not in set(shown)]
    present = rng.choice(shown, min(len(shown), int(rng.integers(*present_range))), replace=False)
    absent = rng.choice(hidden, int(rng.integers(*absent_range)), replace=False)
    seen = {str(f): Observed(Presence.PRESENT) for f in present}
    evidence = Evidence({**seen, **{str(f): Observed(Presence.ABSENT) for f in absent}})
    return evidence, [str(key) for key in true], set(shown)


def agreement(cases: int, libraries: int) -> dict[str, object]:
    """Error of the search against the table over subsets, each in a new world; pyAgrum on the first few."""
    rng = np.random.default_rng(20)
    worst, every, library, infer_ms = [], [], [], []
    for number in range(cases):
        knowledge = made(rng, "exact")
        world = compile_world(knowledge)
        seen, _, _ = sick_dog(knowledge, rng, (6, 15), (20, 51))
        question = ask(world, knowledge, seen)
        started = time.process_time()
        found = answer(question).marginals
        infer_ms.append(1e3 * (time.process_time() - started))
        exact = marginals(question)
        error = np.abs(found - exact)
        worst.append(float(error.max()))
        every.extend(error.tolist())
        if number < libraries and (other := agrum_marginals(question)) is not None:
            library.append(float(np.abs(other - exact).max()))
    return {
        "networks": cases,
        "diseases": KINDS["exact"].diseases,
        "findings": KINDS["exact"].findings,
        "error_of_a_probability": quantiles(every),
        "largest_error_in_a_network": quantiles(worst),
        "networks_above_0.02": sum(error > 0.02 for error in worst),
        "pyagrum_against_exact": {"networks": len(library), "max": max(library)} if library else "not installed",
        "infer_cpu_ms": quantiles(infer_ms),
    }


def agrum_marginals(question: Question) -> Floats | None:
    """The same network in pyAgrum: negatives folded into the priors, each present finding a noisy-OR of few parents."""
    try:
        import pyagrum as gum
    except ImportError:
        return None
    world, facts = question.world, question.facts
    own = question.tables.not_shown[:-1]
    negatives = own[:, facts.absent].prod(axis=1)
    odds = world.pi / (1 - world.pi) * negatives
    parents = [np.flatnonzero(own[:, f] < 1) for f in facts.present]
    active = np.unique(np.concatenate(parents))
    net = gum.BayesNet()
    for d in active:
        net.add(gum.LabelizedVariable(f"d{d}", "", 2))
        p = float(odds[d] / (1 + odds[d]))
        net.cpt(f"d{d}").fillWith([1 - p, p])
    for f, causes in zip(facts.present, parents, strict=True):
        # A chain of small ORs: the library expands a noisy-OR of many parents into one table.
        before = ""
        for step, d in enumerate(causes):
            node = f"f{f}_{step}"
            net.add(gum.LabelizedVariable(node, "", 2))
            off = float(own[d, f])
            if not before:
                net.addArc(f"d{d}", node)
                stay = float(1 - world.leak[f])
                net.cpt(node)[{f"d{d}": 0}] = [stay, 1 - stay]
                net.cpt(node)[{f"d{d}": 1}] = [stay * off, 1 - stay * off]
            else:
                net.addArc(before, node)
                net.addArc(f"d{d}", node)
                net.cpt(node)[{before: 1, f"d{d}": 0}] = [0, 1]
                net.cpt(node)[{before: 1, f"d{d}": 1}] = [0, 1]
                net.cpt(node)[{before: 0, f"d{d}": 0}] = [1, 0]
                net.cpt(node)[{before: 0, f"d{d}": 1}] = [off, 1 - off]
            before = node
    seen = {f"f{f}_{len(causes) - 1}": 1 for f, causes in zip(facts.present, parents, strict=True) if len(causes)}
    engine = gum.LazyPropagation(net)
    engine.setEvidence(seen)
    engine.makeInference()
    found = odds / (1 + odds)
    for d in active:
        found[d] = float(engine.posterior(f"d{d}")[1])
    # The library allows that there is no disease at all, Holdfast does not.
    lonely = [f for f, causes in zip(facts.present, parents, strict=True) if not len(causes)]
    leaks = float(np.prod(world.leak[[f for f in facts.present if f not in lonely]]))
    nothing = leaks * float(np.prod(1 / (1 + odds))) / float(engine.evidenceProbability())
    return np.asarray(found / (1 - nothing))


def quantiles(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and largest, to three digits."""
    at = {"median": 0.5, "p95": 0.95, "max": 1.0}
    return {name: float(f"{np.quantile(values, q):.3g}") for name, q in at.items()}


def worked_up(knowledge: Knowledge, seen: Evidence, true: list[str], has: set[str]) -> tuple[bool, int, float]:
    """(reached, tests, minutes) of doing the first suggested test until every true disease stands at 0.8."""
    world = prepare(knowledge).world
    count, minutes = 0, 0.0
    while count < 20:
        posterior = answer(ask(world, knowledge, seen))
        if min(posterior.p(key) for key in true) >= 0.8:
            return True, count, minutes
        suggested = next_test.next_tests(posterior, knowledge)[0]
        test = knowledge.tests[suggested.key]
        new = {f: Observed(Presence.PRESENT if f in has else Presence.ABSENT) for f in test.reveals}
        seen = Evidence({**new, **seen.findings})
        count, minutes = count + 1, minutes + test.minutes.value
    return False, count, minutes


def price_of_a_test(cases: int) -> None:
    """Prints one JSON line per overhead: share reached, mean tests, median minutes, over the same dogs."""
    knowledge = made(np.random.default_rng(20), "exact")
    for overhead in (0.0, 2.0, 5.0, 10.0, 20.0, 1000.0):
        next_test.OVERHEAD_MIN = overhead
        rng = np.random.default_rng(21)
        runs = [worked_up(knowledge, *sick_dog(knowledge, rng, (3, 4), (5, 6))) for _ in range(cases)]
        row = {
            "overhead_min": overhead,
            "reached": round(float(np.mean([r[0] for r in runs])), 2),
            "mean_tests": round(float(np.mean([r[1] for r in runs])), 2),
            "median_minutes": float(np.median([r[2] for r in runs])),
        }
        print(json.dumps(row), flush=True)


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("error", "tests"), default="error")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--pyagrum", type=int, default=20, help="networks that pyAgrum answers too")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.what == "tests":
        price_of_a_test(min(given.cases, 60))
        return
    result = agreement(given.cases, given.pyagrum)
    print(json.dumps(result) if given.json else "\n".join(f"{key}: {value}" for key, value in result.items()))


if __name__ == "__main__":
    main()
