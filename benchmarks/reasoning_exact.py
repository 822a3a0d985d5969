"""Error of the enumerator against exact inference, time of an assessment, tests needed; on invented worlds.

Run: ``python benchmarks/reasoning_exact.py [cases]`` for error and time, ``... tests [cases]`` for how many tests and
minutes each price of a test (its fixed overhead in minutes) needs until the truth stands at 0.8 or more.
Exact: a table over subsets of explained findings that every disease updates with non-negative numbers, so nothing
cancels and sets of any size count.
"""

import json
import sys
import time

import numpy as np

from holdfast.knowledge.model import (
    Disease,
    Estimate,
    Finding,
    Frequency,
    Grade,
    Knowledge,
    Test,
    Tuning,
    Urgency,
)
from holdfast.reasoning import next_test
from holdfast.reasoning.assessment import assess, prepare
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.reasoning.world import Floats
from holdfast.record.events import Presence

DISEASES, FINDINGS, SYSTEMS, TESTS = 80, 300, 10, 60


def invented(rng: np.random.Generator) -> Knowledge:
    """80 diseases in 10 systems over 300 findings; each shows 10 to 25 findings, mostly of its own system."""

    def number(value: float) -> Estimate:
        return Estimate(value, Grade.ESTIMATE)

    findings = [
        Finding(f"f{i}", f"F{i}", f"s{i % SYSTEMS}", "presenting" if i % 2 else "workup", number(leak))
        for i, leak in enumerate(np.exp(rng.uniform(np.log(0.003), np.log(0.2), FINDINGS)))
    ]
    diseases = []
    for d in range(DISEASES):
        own = [i for i in range(FINDINGS) if i % SYSTEMS == d % SYSTEMS]
        pool = np.concatenate([np.repeat(own, 8), np.arange(FINDINGS)])
        shown = np.unique(rng.choice(pool, rng.integers(10, 26)))
        links = tuple(Frequency(f"f{i}", float(rng.uniform(0.15, 0.95)), Grade.ESTIMATE) for i in shown)
        diseases.append(
            Disease(
                key=f"d{d}",
                name=f"D{d}",
                system=f"s{d % SYSTEMS}",
                descriptive=False,
                prior=number(float(np.exp(rng.uniform(np.log(0.001), np.log(0.03))))),
                treatable=bool(d % 4),
                benefit=number(0.7),
                urgency=Urgency.HOURS,
                treatment_summary="",
                findings=links,
            )
        )
    minutes = np.exp(rng.uniform(np.log(2), np.log(60), TESTS)).round()
    tests = [
        Test(
            f"t{i}",
            f"T{i}",
            number(float(minutes[i])),
            1,
            0,
            "",
            tuple(f"f{j}" for j in rng.choice(range(0, FINDINGS, 2), 8)),
        )
        for i in range(TESTS)
    ]
    return Knowledge(
        release="invented-1",
        sources={},
        findings={f.key: f for f in findings},
        diseases={d.key: d for d in diseases},
        tests={t.key: t for t in tests},
        regions={},
        reasons={},
        tuning=Tuning(number(1.0), number(0.0), number(0.0)),
        aliases={},
        disease_aliases={},
    )


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


def exact(posterior: Posterior) -> Floats:
    """(D,) marginals over sets of any size, given that there is at least one disease; no complications."""
    world, facts = posterior.world, posterior.question.facts
    not_shown = posterior.question.tables.not_shown[:-1]
    present, absent = facts.present, facts.absent
    q = 1 - not_shown[:, present]
    negatives = not_shown[:, absent].prod(axis=1)

    def spread(table: Floats, chances: Floats) -> Floats:
        for bit, p in enumerate(chances):
            pairs = table.reshape(-1, 2, 1 << bit)
            table = np.stack([pairs[:, 0] * (1 - p), pairs[:, 1] + pairs[:, 0] * p], axis=1).ravel()
        return table

    def total(skip: int) -> float:
        table = np.zeros(1 << len(present))
        table[0] = 1.0
        table = spread(table, world.leak[present])
        for d in range(world.size):
            off = table * (1 - world.pi[d])
            table = off if d == skip else off + spread(table, q[d]) * (world.pi[d] * negatives[d])
        return float(table[-1])

    everything = total(-1)
    nothing = float(np.prod(world.leak[present]) * np.prod(1 - world.pi))
    return np.array([(everything - total(d)) / (everything - nothing) for d in range(world.size)])


def main(cases: int) -> None:
    """Prints one JSON object: error quantiles over cases and milliseconds per step."""
    rng = np.random.default_rng(20)
    knowledge = invented(rng)
    started = time.perf_counter()
    ready = prepare(knowledge)
    prepared_ms = 1e3 * (time.perf_counter() - started)
    errors, infer_ms, assess_ms = [], [], []
    for _ in range(cases):
        seen, _, _ = sick_dog(knowledge, rng, (6, 15), (20, 51))
        started = time.perf_counter()
        posterior = answer(ask(ready.world, knowledge, seen))
        infer_ms.append(1e3 * (time.perf_counter() - started))
        errors.append(float(np.abs(posterior.marginals - exact(posterior)).max()))
        started = time.perf_counter()
        assess(knowledge, seen, "d0")
        assess_ms.append(1e3 * (time.perf_counter() - started))

    def quantiles(values: list[float]) -> dict[str, float]:
        at = {"median": 0.5, "p95": 0.95, "max": 1.0}
        return {name: float(f"{np.quantile(values, q):.3g}") for name, q in at.items()}

    result = {
        "cases": cases,
        "diseases": DISEASES,
        "findings": FINDINGS,
        "max_abs_error_of_a_probability": quantiles(errors),
        "prepare_ms": round(prepared_ms, 1),
        "infer_ms": quantiles(infer_ms),
        "assess_ms": quantiles(assess_ms),
    }
    print(json.dumps(result, indent=1))


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
    knowledge = invented(np.random.default_rng(20))
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


if __name__ == "__main__":
    if sys.argv[1:2] == ["tests"]:
        price_of_a_test(int(sys.argv[2]) if len(sys.argv) > 2 else 60)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
