"""Small knowledge releases built by hand or at random, for tests of reasoning."""

from collections.abc import Mapping

import numpy as np

from holdfast.knowledge.graded import Measure, Scale
from holdfast.knowledge.model import (
    Complication,
    Derivation,
    Disease,
    Estimate,
    Finding,
    Frequency,
    Grade,
    Knowledge,
    Modifier,
    Region,
    Source,
    Test,
    Tuning,
    Urgency,
)
from holdfast.reasoning.evidence import Evidence, Observed, Signalment
from holdfast.record.events import Presence


def estimate(value: float) -> Estimate:
    return Estimate(value, Grade.ESTIMATE)


def finding(key: str, leak: float = 0.05, **more: object) -> Finding:
    given: dict[str, object] = {"system": "general", "stage": "presenting", **more}
    return Finding(key=key, name=key.replace("_", " ").capitalize(), leak=estimate(leak), **given)  # type: ignore[arg-type]


def disease(
    key: str,
    prior: float,
    shows: Mapping[str, float],
    causes: Mapping[str, float] | None = None,
    modifiers: tuple[Modifier, ...] = (),
    **more: object,
) -> Disease:
    given: dict[str, object] = {
        "system": "general",
        "descriptive": False,
        "treatable": True,
        "benefit": estimate(0.7),
        "urgency": Urgency.HOURS,
        "treatment_summary": "Can be treated.",
        **more,
    }
    return Disease(
        key=key,
        name=key.replace("_", " ").capitalize(),
        prior=estimate(prior),
        findings=tuple(Frequency(f, p, Grade.PUBLISHED, round(p * 100), 100, "study") for f, p in shows.items()),
        complications=tuple(Complication(d, p, Grade.ESTIMATE) for d, p in (causes or {}).items()),
        modifiers=modifiers,
        **given,  # type: ignore[arg-type]
    )


def a_test(key: str, minutes: float, *reveals: str, invasiveness: int = 0, cost_band: int = 1) -> Test:
    return Test(key, key.replace("_", " ").capitalize(), estimate(minutes), cost_band, invasiveness, "", reveals)


def knowledge(
    findings: list[Finding],
    diseases: list[Disease],
    tests: tuple[Test, ...] = (),
    regions: tuple[Region, ...] = (),
    temperature: float = 1.0,
    silence: float = 0.0,
    unlisted: float = 0.0,
    measures: tuple[Measure, ...] = (),
    scales: tuple[Scale, ...] = (),
) -> Knowledge:
    return Knowledge(
        release="small-0",
        sources={"study": Source("study", "A study of a hundred dogs", "https://example.org/study", "full", 2020)},
        findings={f.key: f for f in findings},
        diseases={d.key: d for d in diseases},
        tests={t.key: t for t in tests},
        regions={r.key: r for r in regions},
        reasons={},
        tuning=Tuning(estimate(temperature), estimate(silence), estimate(unlisted)),
        aliases={},
        disease_aliases={},
        measures={m.key: m for m in measures},
        scales={s.key: s for s in scales},
    )


def evidence(present: str = "", absent: str = "", signalment: Signalment | None = None) -> Evidence:
    """Evidence from space-separated finding keys."""
    seen = {key: Observed(Presence.PRESENT, 1_000) for key in present.split()}
    missing = {key: Observed(Presence.ABSENT, 1_000) for key in absent.split()}
    return Evidence({**seen, **missing}, signalment or Signalment())


def random_world(seed: int, diseases: int = 6, findings: int = 8, complications: bool = True) -> Knowledge:
    """A random release whose complications go from earlier to later diseases only."""
    rng = np.random.default_rng(seed)
    names = [f"f{i}" for i in range(findings)]
    made = []
    for i in range(diseases):
        shown = {f: float(rng.uniform(0.2, 0.95)) for f in names if rng.random() < 0.5}
        later = range(i + 1, diseases) if complications else ()
        causes = {f"d{j}": float(rng.uniform(0.05, 0.5)) for j in later if rng.random() < 0.3}
        made.append(disease(f"d{i}", float(rng.uniform(0.003, 0.05)), shown, causes))
    return knowledge([finding(f, float(rng.uniform(0.01, 0.2))) for f in names], made)


def random_evidence(world: Knowledge, seed: int) -> Evidence:
    rng = np.random.default_rng(seed)
    states = rng.choice(["present", "absent", "unrecorded"], size=len(world.findings), p=[0.4, 0.35, 0.25])
    keys = list(world.findings)
    return evidence(
        " ".join(k for k, s in zip(keys, states, strict=True) if s == "present"),
        " ".join(k for k, s in zip(keys, states, strict=True) if s == "absent"),
    )


def derivation(observation: str, op: str, threshold: float, unit: str, absent_beyond: float | None) -> Derivation:
    return Derivation(observation, op, estimate(threshold), unit, absent_beyond)
