"""What the page may say: ranges, grades, nothing excluded, nothing promised."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from holdfast.knowledge.loader import load
from holdfast.reasoning.assessment import assess
from holdfast.reasoning.evidence import Evidence, Observed, Signalment
from holdfast.reasoning.page import to_page
from holdfast.record.events import Presence

SHOCKED = ("lethargy", "collapse", "gums_pale", "crt_prolonged", "pulse_weak", "multi_organ", "tachypnea")


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    knowledge = load()
    findings = {key: Observed(Presence.PRESENT, 1) for key in (*SHOCKED, "focal_pain_thoracic_wall")}
    findings["vomiting"] = Observed(Presence.ABSENT, 1)
    findings["working_dog_recent_deployment"] = Observed(Presence.PRESENT, 1)
    evidence = Evidence(findings, Signalment(breed="Labrador", age_years=7, weight_kg=30, working_dog=True))
    return to_page(assess(knowledge, evidence, "multiple_organ_dysfunction"), knowledge)


def numbers(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "grade" in value and "value" in value:
            yield value
        for part in value.values():
            yield from numbers(part)
    elif isinstance(value, list):
        for part in value:
            yield from numbers(part)


def test_it_is_plain_json_and_survives_the_record(page: dict[str, Any]) -> None:
    assert msgspec.json.decode(msgspec.json.encode(page)) == page


def test_every_number_has_a_grade_and_all_but_our_estimates_a_source(page: dict[str, Any]) -> None:
    found = list(numbers(page))
    assert len(found) > 20
    for number in found:
        assert number["grade"] in ("published", "secondary", "estimate")
        if number["grade"] != "estimate":
            assert number["source_id"]
            assert number["url"]


def test_every_probability_lies_in_its_range(page: dict[str, Any]) -> None:
    for candidate in (*page["candidates"], *page["not_excluded"]):
        assert 0 <= candidate["low"] <= candidate["p"] <= candidate["high"] <= 1, candidate["key"]


def test_the_verdict_says_that_it_is_not_calibrated(page: dict[str, Any]) -> None:
    assert "estimate" in page["fit"]["calibration"]


def test_nothing_is_called_excluded_or_certain(page: dict[str, Any]) -> None:
    said = json.dumps([page["fit"], page["unexplained"], page["candidates"], page["caveats"]])
    assert not re.search(r"\b(is|are|was) (now )?(excluded|ruled out|certain|impossible)\b", said)
    assert "100 %" not in said


def test_states_that_name_no_cause_are_not_offered_as_causes(page: dict[str, Any]) -> None:
    knowledge = load()
    offered = [c["key"] for c in (*page["candidates"], *page["not_excluded"])]
    assert not [key for key in offered if knowledge.diseases[key].descriptive]
    assert all(knowledge.diseases[c["key"]].treatable for c in page["not_excluded"])


def test_a_circumstance_is_not_something_a_diagnosis_must_explain(page: dict[str, Any]) -> None:
    unexplained = [f["key"] for f in page["unexplained"]]
    assert "focal_pain_thoracic_wall" in unexplained
    assert "working_dog_recent_deployment" not in unexplained


def test_the_better_explanation_names_causes_only(page: dict[str, Any]) -> None:
    assert "better explained" in page["fit"]["words"]
    assert "cause not found" not in page["fit"]["words"].removeprefix("Multiple organ dysfunction, cause not found")


def test_a_test_that_errs_says_so_beside_its_name_with_both_numbers(page: dict[str, Any]) -> None:
    films = next(t for t in page["next_tests"] if t["key"] == "thoracic_radiographs")
    ribs = next(e for e in films["may_be_wrong"] if e["finding"] == "rib_fractures")
    assert re.search(r"missed in \d+ % .* seen in \d+ %", ribs["words"])
    assert len(ribs["numbers"]) == 2
    assert all(number["source_id"] for number in ribs["numbers"])


def test_what_rests_on_our_estimates_says_so(page: dict[str, Any]) -> None:
    for cause in (*page["candidates"], *page["not_excluded"]):
        rests = cause["rests_on"]
        assert 0 <= rests["estimates"] <= rests["numbers"]
        assert ("our estimates" in rests["words"] or "an estimate" in rests["words"]) == (
            2 * rests["estimates"] >= rests["numbers"]
        )


def test_what_moves_a_range_leads_to_its_number(page: dict[str, Any]) -> None:
    movers = [m for c in page["candidates"] for m in c["moved_by"]]
    assert movers
    assert any(m["numbers"] for m in movers)


def test_every_unexplained_finding_shows_at_least_its_background_rate(page: dict[str, Any]) -> None:
    assert page["unexplained"]
    assert all(row["numbers"] for row in page["unexplained"])


def test_the_hold_names_what_is_worth_treating_and_how_often_a_result_would_leave_it_so(page: dict[str, Any]) -> None:
    first = page["next_tests"][0]
    assert page["hold"]["test"] == first["key"]
    assert first["name"] in page["hold"]["words"]
    worth = load().diseases[page["hold"]["worth"]]
    assert worth.treatable
    assert worth.name.lower() in page["hold"]["words"].lower()


def test_a_diagnosis_that_leaves_signs_open_is_not_said_to_fit() -> None:
    knowledge = load()
    seen = ("lethargy", "anorexia", "recumbent", "gums_pale", "crt_prolonged", "pulse_weak")
    old = Signalment(breed="Labrador Retriever", age_years=13)
    evidence = Evidence({key: Observed(Presence.PRESENT, 1) for key in seen}, old)
    fit = to_page(assess(knowledge, evidence, "terminal_decline_of_old_age"), knowledge)["fit"]
    assert (fit["verdict"], fit["level"]) == ("fits", "leaves_open")
    assert "does not explain" in fit["words"]
    assert "better explained by" in fit["words"]
    assert "names no cause" in fit["words"]
    assert " fits " not in fit["words"]
