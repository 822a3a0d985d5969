"""Invented knowledge whose truth is known, an easy world and a hard one; and dogs drawn from knowledge."""

from dataclasses import dataclass, replace

import numpy as np

from holdfast.knowledge.model import Disease, Estimate, Finding, Frequency, Grade, Knowledge, Test, Tuning, Urgency

SYSTEMS, TESTS = 10, 60


@dataclass(frozen=True)
class Kind:
    """How hard it is to tell the diseases of a world apart."""

    diseases: int
    findings: int
    leak: tuple[float, float]
    """Background rates lie between, evenly in their logarithm."""
    own: int
    """How many times likelier a disease shows a finding of its own system than another."""
    links: tuple[int, int]
    share_max: float
    """Frequencies of findings lie between 0.15 and this."""
    reveals: tuple[int, int]
    """A test answers so many findings."""


KINDS = {
    "easy": Kind(80, 300, (0.003, 0.1), 8, (12, 28), 0.95, (8, 9)),
    "hard": Kind(80, 300, (0.01, 0.3), 8, (8, 16), 0.75, (8, 9)),
    "exact": Kind(80, 300, (0.003, 0.2), 8, (10, 26), 0.95, (8, 9)),
    "wide": Kind(150, 400, (0.003, 0.12), 12, (10, 26), 0.95, (1, 13)),
}
"""Hard: weaker links and three times the background. Exact: small enough for exact inference. Wide: more diseases that
share findings, and uneven tests."""
ERROR = 0.7
"""Standard deviation of the log odds by which wrong numbers are wrong: a factor of two."""


@dataclass(frozen=True)
class Dog:
    """The truth about one dog: its diseases and every finding it has."""

    causes: tuple[str, ...]
    """What started it; what these brought about is left out."""
    has: frozenset[str]


def _number(value: float) -> Estimate:
    return Estimate(value, Grade.ESTIMATE)


def made(rng: np.random.Generator, kind: str) -> Knowledge:
    """A release of one of the ``KINDS``: diseases in 10 systems, and 60 tests of the findings of the work-up."""
    like = KINDS[kind]
    low, high = like.leak
    findings = [
        Finding(f"f{i}", f"F{i}", f"s{i % SYSTEMS}", "presenting" if i % 2 else "workup", _number(float(leak)))
        for i, leak in enumerate(np.exp(rng.uniform(np.log(low), np.log(high), like.findings)))
    ]
    diseases = []
    for d in range(like.diseases):
        own = [i for i in range(like.findings) if i % SYSTEMS == d % SYSTEMS]
        pool = np.concatenate([np.repeat(own, like.own), np.arange(like.findings)])
        shown = np.unique(rng.choice(pool, int(rng.integers(*like.links))))
        diseases.append(
            Disease(
                key=f"d{d}",
                name=f"D{d}",
                system=f"s{d % SYSTEMS}",
                descriptive=False,
                prior=_number(float(np.exp(rng.uniform(np.log(0.001), np.log(0.03))))),
                treatable=bool(d % 4),
                benefit=_number(0.7),
                urgency=Urgency.HOURS,
                treatment_summary="",
                findings=tuple(
                    Frequency(f"f{i}", float(rng.uniform(0.15, like.share_max)), Grade.ESTIMATE) for i in shown
                ),
            )
        )
    minutes = np.exp(rng.uniform(np.log(2), np.log(60), TESTS)).round()
    workup = range(0, like.findings, 2)
    tests = [
        Test(
            f"t{i}",
            f"T{i}",
            _number(float(minutes[i])),
            1,
            0,
            "",
            tuple(f"f{j}" for j in rng.choice(workup, int(rng.integers(*like.reveals)), False)),
        )
        for i in range(TESTS)
    ]
    return Knowledge(
        release=f"made-{kind}",
        sources={},
        findings={f.key: f for f in findings},
        diseases={d.key: d for d in diseases},
        tests={t.key: t for t in tests},
        regions={},
        reasons={},
        tuning=Tuning(_number(1.0), _number(0.0), _number(0.0)),
        aliases={},
        disease_aliases={},
    )


def wrong_by_two(knowledge: Knowledge, rng: np.random.Generator) -> Knowledge:
    """The same knowledge with every prior, background and frequency off by a factor of two or so in its odds."""

    def off(p: float) -> float:
        odds = p / (1 - p) * float(np.exp(ERROR * rng.standard_normal()))
        return min(max(odds / (1 + odds), 1e-4), 0.98)

    def disease(d: Disease) -> Disease:
        links = tuple(replace(f, p=off(f.p)) for f in d.findings)
        return replace(d, prior=_number(off(d.prior.value)), findings=links)

    return replace(
        knowledge,
        release=knowledge.release + "-wrong",
        findings={k: replace(f, leak=_number(off(f.leak.value))) for k, f in knowledge.findings.items()},
        diseases={k: disease(d) for k, d in knowledge.diseases.items()},
    )


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
