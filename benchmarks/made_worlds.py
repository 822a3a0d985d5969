"""Invented knowledge releases and sick dogs drawn from a release: what benchmarks of the reasoning run on.

``easy`` and ``hard`` differ in how much of what a dog shows is background: in the hard world nearly every second
positive finding is noise and diseases of one system share more of their findings.
"""

from dataclasses import dataclass, replace

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

DISEASES, FINDINGS, SYSTEMS, TESTS = 150, 400, 10, 60
_LEAK = {"easy": (0.001, 0.03), "hard": (0.003, 0.12)}
_OWN = {"easy": 4, "hard": 12}
"""How many times likelier a finding of the disease's own system is to be among those it shows."""


@dataclass(frozen=True)
class Dog:
    """The truth about one dog: its diseases and every finding it has."""

    causes: tuple[str, ...]
    """What started it; what these brought about is left out."""
    has: frozenset[str]


def invented(world: str, seed: int = 20) -> Knowledge:
    """150 diseases in 10 systems over 400 findings, and 60 tests that reveal 1 to 12 of the findings."""
    rng = np.random.default_rng(seed)
    low, high = _LEAK[world]
    findings = [
        Finding(f"f{i}", f"F{i}", f"s{i % SYSTEMS}", "presenting" if i % 2 else "workup", _estimate(leak))
        for i, leak in enumerate(np.exp(rng.uniform(np.log(low), np.log(high), FINDINGS)))
    ]
    diseases = [_disease(d, world, rng) for d in range(DISEASES)]
    minutes = np.exp(rng.uniform(np.log(2), np.log(60), TESTS)).round()
    tests = [Test(f"t{i}", f"T{i}", _estimate(float(minutes[i])), 1, 0, "", _revealed(rng)) for i in range(TESTS)]
    return Knowledge(
        release=f"invented-{world}-{seed}",
        sources={},
        findings={f.key: f for f in findings},
        diseases={d.key: d for d in diseases},
        tests={t.key: t for t in tests},
        regions={},
        reasons={},
        tuning=Tuning(_estimate(1.0), _estimate(0.0), _estimate(0.0)),
        aliases={},
        disease_aliases={},
    )


def _estimate(value: float) -> Estimate:
    return Estimate(value, Grade.ESTIMATE)


def _disease(number: int, world: str, rng: np.random.Generator) -> Disease:
    own = [i for i in range(FINDINGS) if i % SYSTEMS == number % SYSTEMS]
    pool = np.concatenate([np.repeat(own, _OWN[world]), np.arange(FINDINGS)])
    shown = np.unique(rng.choice(pool, rng.integers(10, 26)))
    return Disease(
        key=f"d{number}",
        name=f"D{number}",
        system=f"s{number % SYSTEMS}",
        descriptive=False,
        prior=_estimate(float(np.exp(rng.uniform(np.log(0.001), np.log(0.03))))),
        treatable=bool(number % 4),
        benefit=_estimate(0.7),
        urgency=Urgency.HOURS,
        treatment_summary="",
        findings=tuple(Frequency(f"f{i}", float(rng.uniform(0.15, 0.95)), Grade.ESTIMATE) for i in shown),
    )


def _revealed(rng: np.random.Generator) -> tuple[str, ...]:
    places = rng.choice(np.arange(0, FINDINGS, 2), int(rng.integers(1, 13)), replace=False)
    return tuple(f"f{place}" for place in places)


def draw_dog(knowledge: Knowledge, rng: np.random.Generator) -> Dog:
    """One dog with one cause, or two in three of ten, drawn by prior, with what they bring about and show."""
    causes = [d for d in knowledge.diseases.values() if not d.descriptive]
    prior = np.array([d.prior.value for d in causes])
    drawn = rng.choice(len(causes), 1 + (rng.random() < 0.3), replace=False, p=prior / prior.sum())
    roots = tuple(causes[i].key for i in drawn)
    true = set(roots)
    open_ = list(roots)
    while open_:
        for complication in knowledge.diseases[open_.pop()].complications:
            if complication.disease not in true and rng.random() < complication.p:
                true.add(complication.disease)
                open_.append(complication.disease)
    p_absent = {f.key: 1 - f.leak.value for f in knowledge.findings.values()}
    for key in true:
        for link in knowledge.diseases[key].findings:
            # A printed share counts the background too (see reasoning.world.not_shown).
            leak = knowledge.findings[link.finding].leak.value
            p_absent[link.finding] *= min((1 - link.p) / (1 - leak), 1.0)
    has = frozenset(f for f, p in p_absent.items() if rng.random() > p)
    return Dog(roots, has)


def wrong_by_two(knowledge: Knowledge, rng: np.random.Generator) -> Knowledge:
    """The release with the odds of every frequency, background rate and prior off by about two, either way."""

    def off(p: float) -> float:
        odds = p / (1 - p) * np.exp(rng.normal(0, np.log(2)))
        return float(np.clip(odds / (1 + odds), 1e-4, 0.995))

    def wrong(number: Estimate) -> Estimate:
        return replace(number, value=off(number.value))

    return replace(
        knowledge,
        release=f"{knowledge.release}-wrong",
        findings={k: replace(f, leak=wrong(f.leak)) for k, f in knowledge.findings.items()},
        diseases={
            k: replace(
                d,
                prior=wrong(d.prior),
                findings=tuple(replace(f, p=off(f.p), n=None, total=None) for f in d.findings),
            )
            for k, d in knowledge.diseases.items()
        },
    )
