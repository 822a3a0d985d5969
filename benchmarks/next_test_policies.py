"""How many tests a dog needs until every true cause stands at 0.8, by what chooses the next test.

Run: ``python benchmarks/next_test_policies.py [--world easy|hard|wide|shipped] [--wrong] [--dogs 150] [--json]``.
Dogs are drawn from the world; each starts with three of its findings that are the least telling (the most common in the
background) and five absent ones. ``--wrong`` lets Holdfast reason with numbers whose odds are off by about two.
Policies: ``random`` takes any test that still answers something; ``leader`` the one most likely to show the leading
cause's signs; ``ours`` the first one that the second look suggests; ``information`` the one that tells most whatever
its minutes; ``clairvoyant`` knows the dog: it takes the test whose result, which it knows too, lifts the true causes
most, one step ahead. It says about how much is there to be gained. ``settled`` is the share of dogs
whose causes stand at 0.8 once all tests are done: the others cost every policy the most. Made dogs follow the made
numbers: a living dog is harder.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import prepare
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.next_test import next_tests
from holdfast.record.events import Presence
from made_worlds import KINDS, Dog, draw_dog, made, wrong_by_two

TESTS_MAX = 20
ENOUGH = 0.8
CLAIRVOYANT_SETS = 400


@dataclass(frozen=True)
class Moment:
    """What a policy may look at."""

    posterior: Posterior
    knowledge: Knowledge
    open: list[str]
    """Tests that still answer something."""
    rng: np.random.Generator
    dog: Dog


Policy = Callable[[Moment], str]


def take_random(at: Moment) -> str:
    """Any test that still answers something."""
    return str(at.rng.choice(at.open))


def take_leader(at: Moment) -> str:
    """The test most likely to show a sign of the leading cause that its background does not."""
    world = at.posterior.world
    leader = int(np.argmax(np.where(world.descriptive, -1.0, at.posterior.marginals)))
    known = set(at.posterior.question.facts.observed.tolist())

    def promise(key: str) -> float:
        places = [world.finding_index[f] for f in at.knowledge.tests[key].reveals]
        return float(sum(max(0.0, world.shown[leader, p] - world.leak[p]) for p in places if p not in known))

    return max(at.open, key=promise)


def take_ours(at: Moment) -> str:
    """The first suggestion of the second look."""
    return next_tests(at.posterior, at.knowledge)[0].key


def take_information(at: Moment) -> str:
    """The test that tells most, whatever its minutes."""
    return max(next_tests(at.posterior, at.knowledge), key=lambda t: t.information_bits).key


def take_clairvoyant(at: Moment) -> str:
    """The test whose true results lift the sets with all the true causes most, over the heaviest sets."""
    posterior, world = at.posterior, at.posterior.world
    true = [world.index[key] for key in at.dog.causes]
    holds = np.stack([(posterior.members == d).any(axis=1) for d in true]).all(axis=0) & posterior.names_cause
    rows = np.union1d(posterior.best(CLAIRVOYANT_SETS), np.flatnonzero(holds)[:CLAIRVOYANT_SETS])
    known = set(posterior.question.facts.observed.tolist())

    def lifts(key: str) -> float:
        open_ = [f for f in at.knowledge.tests[key].reveals if world.finding_index[f] not in known]
        places = np.array([world.finding_index[f] for f in open_], dtype=np.int64)
        p = finding_probability(posterior.question.tables, posterior.members[rows], places)
        seen = np.log(np.where([f in at.dog.has for f in open_], p, 1 - p)).sum(axis=1)
        log_weight = posterior.log_weight[rows] + seen / world.temperature
        weight = np.exp(log_weight - log_weight.max())
        return float(weight[holds[rows]].sum() / weight.sum())

    return max(at.open, key=lifts)


POLICIES: dict[str, Policy] = {
    "random": take_random,
    "leader": take_leader,
    "ours": take_ours,
    "information": take_information,
    "clairvoyant": take_clairvoyant,
}


def first_picture(knowledge: Knowledge, dog: Dog, rng: np.random.Generator) -> Evidence:
    """Three of its commonest-in-anybody presenting signs and five absent ones."""
    presenting = [f for f in knowledge.findings.values() if f.stage == "presenting" and not f.context]
    has = sorted((f for f in presenting if f.key in dog.has), key=lambda f: -f.leak.value)
    vague = has[: max(3, len(has) // 2)]
    present = rng.permutation([f.key for f in vague])[:3]
    absent = rng.permutation([f.key for f in presenting if f.key not in dog.has])[:5]
    findings = {str(f): Observed(Presence.PRESENT) for f in present}
    return Evidence({**findings, **{str(f): Observed(Presence.ABSENT) for f in absent}})


def work_up(
    knowledge: Knowledge, dog: Dog, seen: Evidence, policy: Policy, rng: np.random.Generator
) -> tuple[bool, int, float]:
    """(reached, tests, minutes); a dog that is not solved in TESTS_MAX tests counts as TESTS_MAX."""
    world = prepare(knowledge).world
    open_ = list(knowledge.tests)
    count, minutes = 0, 0.0
    while True:
        posterior = answer(ask(world, knowledge, seen))
        if min(posterior.p(key) for key in dog.causes) >= ENOUGH:
            return True, count, minutes
        open_ = [k for k in open_ if any(f not in seen.findings for f in knowledge.tests[k].reveals)]
        if count >= TESTS_MAX or not open_:
            return False, TESTS_MAX, minutes
        test = knowledge.tests[policy(Moment(posterior, knowledge, open_, rng, dog))]
        new = {f: Observed(Presence.PRESENT if f in dog.has else Presence.ABSENT) for f in test.reveals}
        seen = Evidence({**new, **seen.findings}, seen.signalment)
        open_.remove(test.key)
        count, minutes = count + 1, minutes + test.minutes.value


def settled(knowledge: Knowledge, dog: Dog, seen: Evidence) -> bool:
    """Whether every true cause stands at ENOUGH once all tests are done."""
    told = {f for test in knowledge.tests.values() for f in test.reveals}
    new = {f: Observed(Presence.PRESENT if f in dog.has else Presence.ABSENT) for f in sorted(told)}
    posterior = answer(ask(prepare(knowledge).world, knowledge, Evidence({**new, **seen.findings}, seen.signalment)))
    return min(posterior.p(key) for key in dog.causes) >= ENOUGH


def compare(world: str, wrong: bool, dogs: int, policies: Sequence[str]) -> dict[str, dict[str, float]]:
    """Policy -> share reached, mean tests, median minutes and tests against the random policy, over the same dogs."""
    truth = load() if world == "shipped" else made(np.random.default_rng(20), world)
    knowledge = wrong_by_two(truth, np.random.default_rng(7)) if wrong else truth
    rng = np.random.default_rng(21)
    drawn = [draw_dog(truth, rng) for _ in range(dogs)]
    first = [first_picture(truth, dog, rng) for dog in drawn]
    solvable = np.array([settled(knowledge, d, seen) for d, seen in zip(drawn, first, strict=True)])
    found: dict[str, dict[str, float]] = {}
    for name in policies:
        rng = np.random.default_rng(22)
        runs = [work_up(knowledge, d, seen, POLICIES[name], rng) for d, seen in zip(drawn, first, strict=True)]
        found[name] = {
            "reached": round(float(np.mean([r[0] for r in runs])), 3),
            "mean_tests": round(float(np.mean([r[1] for r in runs])), 2),
            "median_minutes": round(float(np.median([r[2] for r in runs])), 1),
            "settled": round(float(solvable.mean()), 3),
            "mean_tests_of_settled": round(
                float(np.mean([r[1] for r, can in zip(runs, solvable, strict=True) if can])), 2
            ),
        }
        print(name, found[name], file=sys.stderr, flush=True)
    for row in found.values():
        for other in ("random", "leader"):
            if other in found:
                row[f"tests_of_{other}"] = round(row["mean_tests"] / found[other]["mean_tests"], 3)
                of_settled = row["mean_tests_of_settled"] / found[other]["mean_tests_of_settled"]
                row[f"tests_of_{other}_settled"] = round(of_settled, 3)
    return found


def main() -> None:
    """Print one table as JSON, or as lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", choices=[*KINDS, "shipped"], default="shipped")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--dogs", type=int, default=150)
    parser.add_argument("--policies", nargs="+", choices=list(POLICIES), default=list(POLICIES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = compare(options.world, options.wrong, options.dogs, options.policies)
    if options.json:
        print(
            json.dumps(
                {"world": options.world, "wrong": options.wrong, "dogs": options.dogs, "policies": rows}, indent=1
            )
        )
        return
    for name, row in rows.items():
        print(f"{name:12s}", "  ".join(f"{k} {v}" for k, v in row.items()))


if __name__ == "__main__":
    main()
