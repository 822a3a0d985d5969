"""The report says what is poor in a release, so that an editor can find it."""

from dataclasses import replace

import pytest

from holdfast.knowledge.checker import STORY_FINDINGS, Report, check, likelihood_ratio
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Disease, Estimate, Frequency, Grade, Knowledge, Source

OURS = Grade.ESTIMATE


def disease(key: str, **changes: object) -> Disease:
    plain = Disease(
        key=key,
        name=key,
        system="general",
        descriptive=False,
        prior=Estimate(0.01, OURS, note="ours"),
        treatable=True,
        benefit=Estimate(0.5, OURS, note="ours"),
        urgency=next(iter(load().diseases.values())).urgency,
        treatment_summary="Something.",
        findings=(Frequency("collapse", 0.9, OURS, note="ours"),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def with_disease(key: str, **changes: object) -> Knowledge:
    knowledge = load()
    return replace(knowledge, diseases={**knowledge.diseases, key: disease(key, **changes)})


def told(report: Report, *words: str) -> bool:
    return any(all(word in line for word in words) for line in (*report.errors, *report.warnings))


def test_the_packaged_release_is_fit_to_ship() -> None:
    report = check(load())
    assert report.errors == ()
    assert report.counts["findings"] == len(load().findings)
    assert report.release == load().release


def test_every_number_is_counted_under_its_grade() -> None:
    report = check(load())
    assert sum(report.grades["leak"].values()) == len(load().findings)
    assert sum(report.grades["frequency"].values()) == report.counts["frequencies"]
    assert report.grades["frequency"][Grade.PUBLISHED] > 0


@pytest.mark.parametrize("key", STORY_FINDINGS)
def test_a_finding_that_code_names_may_not_disappear(key: str) -> None:
    knowledge = load()
    others = {name: finding for name, finding in knowledge.findings.items() if name != key}
    report = check(replace(knowledge, findings=others, diseases={}))
    assert any(repr(key) in line for line in report.errors)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"findings": ()}, ("no findings",)),
        ({"treatment_summary": " "}, ("does not say how",)),
        ({"descriptive": True}, ("no treatment of its own",)),
        ({"findings": (Frequency("collapse", 0.9, OURS),)}, ("1 frequency estimate ", "without a note")),
        ({"findings": (Frequency("collapse", 0.001, OURS, note="x"),)}, ("'collapse'", "below the background")),
    ],
)
def test_poor_diseases_are_named(changes: dict[str, object], words: tuple[str, ...]) -> None:
    before, after = check(load()), check(with_disease("probe", **changes))
    assert not told(before, "probe", *words)
    assert told(after, "probe", *words)


def test_few_findings_are_a_warning_not_an_error() -> None:
    report = check(with_disease("probe"))
    assert any("'probe' has only 1 findings" in line for line in report.warnings)
    assert report.errors == ()


def test_a_source_that_nothing_cites_is_named() -> None:
    knowledge = load()
    sources = {**knowledge.sources, "orphan": Source("orphan", "t", "u", "none")}
    assert told(check(replace(knowledge, sources=sources)), "'orphan'", "cited nowhere")


def test_weakest_numbers_are_estimates_and_the_strongest_first() -> None:
    knowledge = load()
    rarest = min(knowledge.findings.values(), key=lambda finding: finding.leak.value).key
    strong = disease("probe", findings=(Frequency(rarest, 0.999, OURS),))
    report = check(replace(knowledge, diseases={**knowledge.diseases, "probe": strong}))
    frequencies = [weak for weak in report.weakest if weak.where.startswith("frequency")]
    assert frequencies[0].where == f"frequency of {rarest} in probe"
    assert [weak.strength for weak in frequencies] == sorted((w.strength for w in frequencies), reverse=True)


def test_likelihood_ratio_is_one_when_the_disease_adds_nothing() -> None:
    finding = load().findings["collapse"]
    assert likelihood_ratio(Frequency("collapse", 1e-9, OURS), finding) == pytest.approx(1.0)
    assert likelihood_ratio(Frequency("collapse", 1.0, OURS), finding) == pytest.approx(1 / finding.leak.value)
