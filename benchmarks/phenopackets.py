"""The engine on published human cases: does it rank, is it honest, does it notice a diagnosis that is not enough?

Run: ``python benchmarks/phenopackets.py DIR [--hpo hp.obo] [--cases N] [--json]``; DIR holds
``phenopackets_min.json.gz`` (rows of present and absent findings, disease, publication). The knowledge is counted from
some publications and judged on others: four outer folds of publications; inside each, three inner folds give the
temperature and the conformal calibration, and the outer fold is only tested. The cases of an outer fold are in no
count and no calibration used on them.

What was not stated of a patient counts as not seen when frequencies are counted. Wrong working diagnosis: the best
false one given a random half of the present findings (a first impression), then judged on all of them; trap: the
best false one given all findings; random: any other; incomplete: two patients merged, one of their diseases declared.
"""

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.knowledge.model import Disease, Estimate, Finding, Frequency, Grade, Knowledge, Tuning, Urgency
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.reasoning.misfit import log_odds_not_enough, stand_of
from holdfast.reasoning.world import Floats, World, compile_world
from holdfast.record.events import Presence

OUTER, INNER = 4, 3
TEMPERATURE = 1.5
TEMPERATURES = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5)
ALPHA = 0.10
PATIENTS_MIN, PUBLICATIONS_MIN, COUNTED_MIN, PRESENT_MIN = 10, 3, 5, 3
STUDY_PATIENTS, EXPECTED_WEIGHT, COMMON = 3.0, 3.0, 0.5
"""Patients of one publication from which each counts half; patients that the expectation before counting is worth;
terms that more than half of all patients have say nothing."""
RIGHT, WRONG, TRAP, RANDOM, INCOMPLETE = "right", "wrong", "trap", "random", "incomplete"
Row = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """One working diagnosis on one case."""

    kind: str
    log_odds: float
    """That it alone is not enough."""


@dataclass(frozen=True)
class Ranked:
    """What the engine said of one case at each temperature."""

    true: Floats
    """(len(TEMPERATURES),) probability of the true diagnosis."""
    top: Floats
    place: Floats
    """Rank of the true diagnosis from 0."""


class Terms:
    """The is-a tree of the terms, where it is at hand; without it every term stands alone."""

    def __init__(self, obo: Path | None) -> None:
        self.parents: dict[str, set[str]] = defaultdict(set)
        self.today: dict[str, str] = {}
        """Withdrawn id -> the one in use."""
        self._above: dict[str, frozenset[str]] = {}
        term = ""
        for line in obo.read_text(encoding="utf-8").splitlines() if obo else ():
            if line.startswith("id: HP:"):
                term = line[4:].strip()
            elif line.startswith("alt_id: HP:"):
                self.today[line[8:].strip()] = term
            elif line.startswith("is_a: HP:"):
                self.parents[term].add(line[6:16])
            elif line.startswith("[Typedef]"):
                break

    def above(self, term: str) -> frozenset[str]:
        """The term and everything that it is a kind of."""
        if term not in self._above:
            self._above[term] = frozenset({term}).union(*(self.above(parent) for parent in self.parents[term]))
        return self._above[term]


def counted(rows: list[Row], diseases: list[str], terms: Terms) -> Knowledge:
    """Knowledge from the charts of these patients: what is not stated counts as not seen.

    The patients of one publication resemble each other, so each further one counts less. A term that few patients of
    a disease were said to have is drawn towards what its more general terms let expect.
    """
    together = Counter((row["dis"], row["pm"]) for row in rows)
    published = Counter(row["pm"] for row in rows)
    everywhere: Counter[str] = Counter()
    everywhere_above: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    shown_above: dict[str, Counter[str]] = defaultdict(Counter)
    patients: Counter[str] = Counter()
    total = 0.0
    for row in rows:
        own, any_ = (_counts_as(many) for many in (together[row["dis"], row["pm"]], published[row["pm"]]))
        stated = set(row["pos"])
        above = set().union(*(terms.above(term) for term in stated))
        total += any_
        patients[row["dis"]] += own  # type: ignore[assignment]
        for counter, counter_all, names in (
            (shown[row["dis"]], everywhere, stated),
            (shown_above[row["dis"]], everywhere_above, above),
        ):
            for term in names:
                counter[term] += own  # type: ignore[assignment]
                counter_all[term] += any_  # type: ignore[assignment]
    background = {t: min(max((n + 0.25) / (total + 2.25), 2e-4), 0.5) for t, n in everywhere.items()}

    def expected(key: str, term: str) -> float:
        """Share expected before counting: background, or what a more general term of this disease suggests."""
        share = background[term]
        for general in terms.above(term) - {term}:
            if everywhere_above[general] <= COMMON * total:
                of_general = everywhere[term] / everywhere_above[general]
                share = max(share, shown_above[key][general] / (patients[key] + 1) * of_general)
        return share

    def links(key: str) -> tuple[Frequency, ...]:
        found = []
        seen = {t for t in background if any(shown_above[key][general] for general in terms.above(t))}
        for term in sorted(seen):
            p = (shown[key][term] + EXPECTED_WEIGHT * expected(key, term)) / (patients[key] + EXPECTED_WEIGHT)
            if p > 1.3 * background[term]:
                found.append(Frequency(term, min(p, 0.98), Grade.PUBLISHED, 1, max(1, round(patients[key])), "counted"))
        return tuple(found)

    def estimate(value: float) -> Estimate:
        return Estimate(value, Grade.ESTIMATE)

    made = [
        Disease(key, key, "any", False, estimate(0.01), True, estimate(0.5), Urgency.DAYS, "", links(key))
        for key in diseases
    ]
    return Knowledge(
        release="counted",
        sources={},
        findings={t: Finding(t, t, "any", "workup", estimate(background[t])) for t in sorted(background)},
        diseases={d.key: d for d in made},
        tests={},
        regions={},
        reasons={},
        tuning=Tuning(estimate(TEMPERATURE), estimate(0.0), estimate(0.1)),
        aliases={},
        disease_aliases={},
    )


def _counts_as(together: int) -> float:
    """Weight of one of so many patients of a publication: one alone counts 1, many together at most four."""
    return (1 + 1 / STUDY_PATIENTS) / (1 + together / STUDY_PATIENTS)


def posterior(world: World, knowledge: Knowledge, present: set[str], absent: set[str]) -> Posterior:
    """Only terms that the counted charts know are used."""
    known = world.finding_index
    seen = {t: Observed(Presence.PRESENT) for t in sorted(present) if t in known}
    seen |= {t: Observed(Presence.ABSENT) for t in sorted(absent - present) if t in known}
    return answer(ask(world, knowledge, Evidence(seen)))


def ranked(found: Posterior, true: int, listed: int) -> Ranked:
    """The same sets weighed at every temperature."""
    out = []
    for temperature in TEMPERATURES:
        log_weight = found.log_prior + found.log_like / temperature
        weights = np.where(found.names_cause, np.exp(log_weight - log_weight.max()), 0.0)
        weights /= weights.sum()
        marginals = np.zeros(found.world.size + 1)
        for column in found.members.T:
            np.add.at(marginals, column, weights)
        causes = marginals[:listed]
        out.append((causes[true], causes.max(), (causes > causes[true]).sum()))
    return Ranked(*(np.array(column, dtype=np.float64) for column in zip(*out, strict=True)))


def judge(
    rows: list[Row], train: list[Row], terms: Terms, rng: np.random.Generator, most: int
) -> tuple[list[Judged], list[Ranked]]:
    """Every kind of working diagnosis on a sample of ``rows``, with knowledge counted from ``train``."""
    publications = defaultdict(set)
    patients: Counter[str] = Counter()
    for row in train:
        publications[row["dis"]].add(row["pm"])
        patients[row["dis"]] += 1
    diseases = sorted(d for d in ELIGIBLE if patients[d] >= COUNTED_MIN)
    knowledge = counted(train, diseases, terms)
    world = compile_world(knowledge)
    place = {key: i for i, key in enumerate(diseases)}
    usable = [
        row for row in rows if row["dis"] in place and sum(t in knowledge.findings for t in row["pos"]) >= PRESENT_MIN
    ]
    usable = [usable[i] for i in rng.permutation(len(usable))[:most]]
    judged, ranks = [], []

    def add(kind: str, found: Posterior, working: int) -> None:
        judged.append(Judged(kind, log_odds_not_enough(found, stand_of(found, working, ()))))

    def best_but(found: Posterior, true: int) -> int:
        order = np.argsort(-found.marginals[: len(diseases)], kind="stable")
        return int(next(i for i in order if i != true))

    for row in usable:
        present, absent, true = set(row["pos"]), set(row["neg"]), place[row["dis"]]
        found = posterior(world, knowledge, present, absent)
        ranks.append(ranked(found, true, len(diseases)))
        add(RIGHT, found, true)
        add(TRAP, found, best_but(found, true))
        add(RANDOM, found, int(rng.choice([d for d in range(len(diseases)) if d != true])))
        stated = sorted(t for t in present if t in knowledge.findings)
        glimpse = {stated[i] for i in rng.permutation(len(stated))[: max(2, len(stated) // 2)]}
        add(WRONG, found, best_but(posterior(world, knowledge, glimpse, set()), true))
        others = [other for other in usable if other["dis"] != row["dis"]]
        other = others[int(rng.integers(len(others)))]
        both = posterior(world, knowledge, present | set(other["pos"]), absent | set(other["neg"]))
        add(INCOMPLETE, both, true)
    return judged, ranks


def flagged(calibrating: list[Judged], test: list[Judged]) -> dict[str, list[bool]]:
    """Kind -> whether misfit is called, at conformal p <= ALPHA against right diagnoses of the inner folds."""
    right = np.array([j.log_odds for j in calibrating if j.kind == RIGHT])
    out: dict[str, list[bool]] = defaultdict(list)
    for j in test:
        out[j.kind].append(bool((1 + (right >= j.log_odds).sum()) / (len(right) + 1) <= ALPHA))
    return out


def honest(calibrating: list[Ranked], test: list[Ranked]) -> dict[str, list[float]]:
    """Claims on the test fold at the temperature that was most honest on the inner folds.

    Log loss would choose a lower one: it rewards that the true disease is claimed, not that false ones are claimed
    beside it.
    """
    errors = [
        expected_calibration_error(
            np.array([r.top[i] for r in calibrating]), np.array([float(r.place[i] == 0) for r in calibrating])
        )
        for i in range(len(TEMPERATURES))
    ]
    best = int(np.argmin(errors))
    return {
        "temperature": [TEMPERATURES[best]],
        "true": [float(r.true[best]) for r in test],
        "top": [float(r.top[best]) for r in test],
        "place": [float(r.place[best]) for r in test],
    }


def expected_calibration_error(claimed: Floats, came_true: Floats) -> float:
    """Mean distance of claim and truth over ten bins of the claim."""
    bins = np.minimum((claimed * 10).astype(int), 9)
    total = 0.0
    for b in range(10):
        inside = bins == b
        if inside.any():
            total += inside.mean() * abs(claimed[inside].mean() - came_true[inside].mean())
    return float(total)


ELIGIBLE: set[str] = set()


def run(directory: Path, cases: int, obo: Path | None = None) -> dict[str, Any]:
    """All folds; ``cases`` is how many of each outer fold are tested."""
    with gzip.open(directory / "phenopackets_min.json.gz") as file:
        rows: list[Row] = json.load(file)["rows"]
    terms = Terms(obo)
    for row in rows:
        for stated in ("pos", "neg"):
            row[stated] = sorted({terms.today.get(term, term) for term in row[stated]})
    publications = defaultdict(set)
    patients: Counter[str] = Counter(row["dis"] for row in rows)
    for row in rows:
        publications[row["dis"]].add(row["pm"])
    ELIGIBLE.update(d for d in patients if patients[d] >= PATIENTS_MIN and len(publications[d]) >= PUBLICATIONS_MIN)
    rng = np.random.default_rng(7)
    order = {pm: i for i, pm in enumerate(rng.permutation(sorted({row["pm"] for row in rows})))}
    outer = {pm: i % OUTER for pm, i in order.items()}
    inner = {pm: i // OUTER % INNER for pm, i in order.items()}
    called: dict[str, list[bool]] = defaultdict(list)
    said: dict[str, list[float]] = defaultdict(list)
    for fold in range(OUTER):
        rest = [row for row in rows if outer[row["pm"]] != fold]
        calibrating: list[Judged] = []
        tempering: list[Ranked] = []
        for part in range(INNER):
            more = judge(
                [row for row in rest if inner[row["pm"]] == part],
                [row for row in rest if inner[row["pm"]] != part],
                terms,
                rng,
                cases * 2 // 3,
            )
            calibrating += more[0]
            tempering += more[1]
        test, test_ranks = judge([row for row in rows if outer[row["pm"]] == fold], rest, terms, rng, cases)
        for kind, calls in flagged(calibrating, test).items():
            called[kind] += calls
        for name, values in honest(tempering, test_ranks).items():
            said[name] += values
        print(f"fold {fold + 1} of {OUTER}: {len(test_ranks)} cases", file=sys.stderr, flush=True)
    return report(called, said)


def report(called: dict[str, list[bool]], said: dict[str, list[float]]) -> dict[str, Any]:
    claimed, place = np.array(said["top"]), np.array(said["place"])
    sure = claimed > 0.9
    return {
        "cases": len(place),
        "false_alarms_asked": ALPHA,
        "called_a_misfit": {kind: round(float(np.mean(calls)), 3) for kind, calls in called.items()},
        "top1": round(float((place == 0).mean()), 3),
        "top5": round(float((place < 5).mean()), 3),
        "claims_above_90": int(sure.sum()),
        "claims_above_90_true": round(float((place[sure] == 0).mean()), 3) if sure.any() else None,
        "expected_calibration_error": round(expected_calibration_error(claimed, (place == 0).astype(float)), 3),
        "true_below_1_percent": round(float((np.array(said["true"]) < 0.01).mean()), 3),
        "temperatures": said["temperature"],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--cases", type=int, default=180, help="cases tested per outer fold")
    parser.add_argument("--hpo", type=Path, metavar="FILE", help="hp.obo: which term is a kind of which")
    parser.add_argument("--json", action="store_true", help="accepted for the sake of uniformity: it is always JSON")
    chosen = parser.parse_args()
    print(json.dumps(run(chosen.directory, chosen.cases, chosen.hpo), indent=1))
