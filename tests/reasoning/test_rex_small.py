"""The story in miniature: "organ failure" is declared, one place on the ribs hurts, and nobody has taken X-rays."""

import json

import pytest

from holdfast.kernel.errors import NotFoundError
from holdfast.knowledge.model import Exclusion, Knowledge, Urgency
from holdfast.reasoning.assessment import Assessment, assess
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.fit import Verdict
from holdfast.reasoning.page import to_page
from reasoning.small_calibration import calibration
from reasoning.small_worlds import a_test, disease, estimate, evidence, finding, knowledge

SHOCK = {"collapse": 0.8, "gums_pale": 0.7, "crt_prolonged": 0.7, "pulse_weak": 0.7, "hypotension": 0.7}
LOCAL = {"focal_pain_thoracic_wall": 0.6, "pressor_response_to_palpation": 0.5}


@pytest.fixture(scope="module")
def world() -> Knowledge:
    signs = [finding(s, 0.15, syndrome="shock", system="cardiovascular") for s in SHOCK]
    findings = [
        *signs,
        finding("multi_organ", 0.05, stage="workup"),
        finding("focal_pain_thoracic_wall", 0.015),
        finding("pressor_response_to_palpation", 0.02),
        finding("metal_on_thoracic_radiograph", 0.002, stage="workup"),
        finding("ultrasound_fluid_abdomen", 0.08, stage="workup"),
        finding("bacteria_in_blood", 0.01, stage="workup"),
    ]
    shows_metal = Exclusion("thoracic_radiographs", "two views without metal", "glass and wood are not seen")
    diseases = [
        disease("multiple_organ_dysfunction", 0.05, {**SHOCK, "multi_organ": 0.95}, descriptive=True, treatable=False),
        disease(
            "projectile_thorax",
            0.004,
            {**SHOCK, **LOCAL, "multi_organ": 0.3, "metal_on_thoracic_radiograph": 0.97},
            system="trauma",
            exclusions=(shows_metal,),
            urgency=Urgency.MINUTES,
        ),
        disease("rib_fracture", 0.006, {**LOCAL, "collapse": 0.2}, system="trauma"),
        disease("sepsis", 0.05, {**SHOCK, "multi_organ": 0.6, "bacteria_in_blood": 0.5}, system="systemic"),
        disease("bleeding_abdomen", 0.05, {**SHOCK, "ultrasound_fluid_abdomen": 0.95}, system="systemic"),
        disease("old_age", 0.02, {"collapse": 0.3}, treatable=False, benefit=estimate(0.0)),
    ]
    tests = (
        a_test("thoracic_radiographs", 10, "metal_on_thoracic_radiograph"),
        a_test("abdominal_ultrasound", 10, "ultrasound_fluid_abdomen"),
        a_test("blood_culture", 2880, "bacteria_in_blood", invasiveness=1, cost_band=3),
        a_test("touch_again", 2, "focal_pain_thoracic_wall"),
    )
    return knowledge(findings, diseases, tests, temperature=1.5, silence=0.2, unlisted=0.1)


def rex() -> Evidence:
    return evidence(" ".join([*SHOCK, "multi_organ", *LOCAL]))


@pytest.fixture(scope="module")
def answer(world: Knowledge) -> Assessment:
    return assess(world, rex(), "multiple_organ_dysfunction", calibration(highest=2.0))


def test_what_organ_failure_does_not_explain_is_named_with_its_time(answer: Assessment, world: Knowledge) -> None:
    assert answer.fit is not None
    assert {f.key for f in answer.fit.unexplained} == set(LOCAL)
    assert all(f.since_us == 1_000 for f in answer.fit.unexplained)
    assert answer.fit.verdict is Verdict.DOES_NOT_FIT
    page = to_page(answer, world)
    assert page["unexplained"][0]["explained_by"][0]["key"] in ("projectile_thorax", "rib_fracture")


def test_without_the_local_signs_the_same_diagnosis_fits(world: Knowledge) -> None:
    seen = evidence(" ".join([*SHOCK, "multi_organ"]))
    plain = assess(world, seen, "multiple_organ_dysfunction", calibration(highest=2.0)).fit
    assert plain is not None
    assert plain.verdict is Verdict.FITS
    assert plain.unexplained == ()


def test_with_hardly_anything_recorded_nothing_is_claimed(world: Knowledge) -> None:
    thin = assess(world, evidence("collapse"), "multiple_organ_dysfunction").fit
    assert thin is not None
    assert thin.verdict is Verdict.CANNOT_SAY


def test_the_chest_radiograph_is_the_next_test(answer: Assessment) -> None:
    assert answer.next_tests[0].key == "thoracic_radiographs"
    assert "projectile_thorax" in answer.next_tests[0].favours


def test_a_test_that_is_already_answered_is_not_offered(answer: Assessment) -> None:
    assert "touch_again" not in {t.key for t in answer.next_tests}


def test_the_treatable_chest_wound_is_not_excluded_and_says_what_would_exclude_it(answer: Assessment) -> None:
    cause = next(n for n in answer.not_excluded if n.key == "projectile_thorax")
    assert cause.exclusions[0].does_not_exclude == "glass and wood are not seen"
    assert {"multiple_organ_dysfunction", "old_age"}.isdisjoint(n.key for n in answer.not_excluded)


def test_a_finding_of_metal_makes_the_projectile_lead(world: Knowledge) -> None:
    seen = evidence(" ".join([*SHOCK, "multi_organ", *LOCAL, "metal_on_thoracic_radiograph"]))
    after = assess(world, seen, "multiple_organ_dysfunction")
    assert after.candidates[0].key == "projectile_thorax"
    assert after.candidates[0].p > 0.9
    declared = assess(world, seen, "projectile_thorax", calibration(highest=2.0)).fit
    assert declared is not None
    assert declared.verdict is Verdict.FITS


def test_descriptive_states_stand_apart_from_causes(answer: Assessment) -> None:
    assert [c.key for c in answer.descriptive] == ["multiple_organ_dysfunction"]
    assert "multiple_organ_dysfunction" not in {c.key for c in answer.candidates}


def test_every_probability_lies_in_its_range(answer: Assessment) -> None:
    assert all(0 <= c.range.low <= c.p <= c.range.high <= 1 for c in answer.candidates)
    assert any(c.range.high - c.range.low > 0.02 for c in answer.candidates)


def test_the_page_is_plain_json_and_leads_from_each_number_to_its_source(answer: Assessment, world: Knowledge) -> None:
    page = to_page(answer, world)
    assert json.loads(json.dumps(page, allow_nan=False)) == page
    number = next(n for n in page["candidates"][0]["numbers"] if n["source_id"] == "study")
    assert number["url"] == "https://example.org/study"
    assert number["total"] == 100
    assert "drawn from the knowledge itself" in page["fit"]["calibration"]
    assert page["knowledge_release"] == "small-0"


def test_the_page_never_calls_anything_excluded(answer: Assessment, world: Knowledge) -> None:
    assert "excluded" not in json.dumps(list(_strings(to_page(answer, world))))


def _strings(value: object) -> list[str]:
    """Every text a reader would see, without the names of fields."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


def test_local_pain_speaks_for_the_chest_wound(answer: Assessment) -> None:
    projectile = next(c for c in answer.candidates if c.key == "projectile_thorax")
    assert projectile.contributions["focal_pain_thoracic_wall"] > 0.5


def test_free_text_is_kept_and_said_not_used(world: Knowledge) -> None:
    with_text = evidence(" ".join([*SHOCK, "ears_cold_like_marble"]))
    page = to_page(assess(world, with_text), world)
    assert page["candidates"] == to_page(assess(world, evidence(" ".join(SHOCK))), world)["candidates"]
    assert next(e for e in page["evidence_used"] if e["key"] == "ears_cold_like_marble")["used"] is False


def test_an_unknown_working_diagnosis_is_refused(world: Knowledge) -> None:
    with pytest.raises(NotFoundError, match="gremlins"):
        assess(world, rex(), "gremlins")


def test_nothing_recorded_still_gives_an_honest_page(world: Knowledge) -> None:
    page = to_page(assess(world, Evidence({}), "sepsis"), world)
    assert page["fit"]["verdict"] == "cannot_say"
    assert page["caveats"]


def test_the_same_evidence_gives_the_same_page(world: Knowledge) -> None:
    first = to_page(assess(world, rex(), "sepsis"), world)
    assert to_page(assess(world, rex(), "sepsis"), world) == first
