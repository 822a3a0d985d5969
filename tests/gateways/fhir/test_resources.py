"""Every resource that leaves is one that somebody else's library reads, and says what the record says."""

import re
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from gateways.fhir.fhir_case import ASKER, BASE, Side, whole_case
from holdfast.gateways.fhir.basics import ours
from holdfast.gateways.fhir.desk import FhirDesk
from holdfast.gateways.fhir.search import PARAMETERS
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev

STATUSES = {
    "Encounter": {"in-progress", "finished"},
    "Observation": {"final", "corrected", "entered-in-error"},
    "ServiceRequest": {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error"},
    "ImagingStudy": {"available", "cancelled"},
    "DiagnosticReport": {"preliminary", "final", "cancelled"},
    "DetectedIssue": {"final", "entered-in-error"},
    "GuidanceResponse": {"success"},
    "Communication": {"in-progress", "stopped", "completed"},
    "Specimen": {"available", "unavailable"},
    "Procedure": {"preparation", "in-progress", "stopped", "completed"},
    "Consent": {"proposed", "active", "inactive"},
    "Device": {"active"},
}
"""Those of the required value sets of R4 that we may say (hl7.org/fhir/R4, each resource's status)."""


@pytest.fixture(scope="module")
def rex() -> tuple[Side, str]:
    return whole_case()


def entries(bundle: dict) -> list[dict]:
    return [one["resource"] for one in bundle.get("entry", [])]


@pytest.fixture(scope="module")
def everything(rex: tuple[Side, str]) -> list[dict]:
    side, case_id = rex
    return entries(side.desk.everything(ASKER, "Patient", case_id, [("_count", "1000")], BASE).content)


def of_kind(everything: list[dict], kind: str) -> list[dict]:
    return [one for one in everything if one["resourceType"] == kind]


def test_every_resource_of_a_case_validates(everything: list[dict]) -> None:
    for one in everything:
        get_fhir_model_class(one["resourceType"]).model_validate(one)
    told = {one["resourceType"] for one in everything}
    assert told == set(PARAMETERS) - {"Device", "AuditEvent"}


def test_statuses_are_those_of_r4(everything: list[dict]) -> None:
    for one in everything:
        assert one["resourceType"] not in STATUSES or one["status"] in STATUSES[one["resourceType"]], one["id"]


def test_ids_are_unique_and_allowed(everything: list[dict]) -> None:
    named = [(one["resourceType"], one["id"]) for one in everything]
    assert len(named) == len(set(named))
    assert all(len(identity) <= 64 for _, identity in named)


def test_every_reference_to_a_resource_of_ours_leads_to_one(rex: tuple[Side, str], everything: list[dict]) -> None:
    side, _ = rex

    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            found = {value["reference"]} if isinstance(value.get("reference"), str) else set()
            return found.union(*(references(one) for one in value.values()))
        return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()

    for name in references(everything):
        if not name.startswith("#"):
            kind, _, identity = name.partition("/")
            assert side.desk.read(ASKER, kind, identity).content["id"] == identity


def test_every_event_has_its_provenance(rex: tuple[Side, str], everything: list[dict]) -> None:
    side, case_id = rex
    recorded = side.ctx.store.read_stream(ev.case_stream(case_id), without_blocks=True)
    told = {one["id"] for one in of_kind(everything, "Provenance")}
    assert told == {f"{case_id}.{one.version}" for one in recorded}


def test_the_animal_and_its_stay(everything: list[dict]) -> None:
    (patient,) = of_kind(everything, "Patient")
    (encounter,) = of_kind(everything, "Encounter")
    species = patient["extension"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"]
    assert (species, patient["gender"], patient["birthDate"]) == ("canislf", "male", "2019-12")
    assert encounter["status"] == "in-progress"
    assert encounter["location"][-1]["status"] == "active"


def test_what_was_taken_back_is_in_error_and_says_why(everything: list[dict]) -> None:
    taken = [one for one in of_kind(everything, "Observation") if one["status"] == "entered-in-error"]
    assert any("wrong dog" in line["text"] for one in taken for line in one["note"])


def test_the_second_look_is_an_issue_with_what_was_done_about_it(everything: list[dict]) -> None:
    (issue,) = of_kind(everything, "DetectedIssue")
    assert "do not fit" in issue["detail"]
    assert len(issue["mitigation"]) == 1


def test_an_order_is_a_draft_until_somebody_decides() -> None:
    side, case_id = whole_case()
    stream = ev.case_stream(case_id)

    def status() -> str:
        found = side.desk.search(ASKER, "ServiceRequest", [("code", "urn:holdfast:procedure|euthanasia")], BASE).content
        return next(one["status"] for one in entries(found) if one["identifier"][0]["value"] == "new")

    at_us = side.ctx.clock.now_us()
    order = ev.EndOfLifeOrdered(
        at_us=at_us, order_id="new", indication="", consent_by="", consent_how="none", witness=""
    )
    side.write(order, stream=stream)
    seen = [status()]
    for decision in (ev.Decision.HOLD, ev.Decision.PROCEED):
        decided = ev.EndOfLifeDecided(at_us=at_us, order_id="new", look_id="", decision=decision, reason="", words="")
        side.write(decided, stream=stream)
        seen.append(status())
    side.write(eol.EndOfLifePerformed(at_us=at_us, order_id="new", by="Ada"), stream=stream)
    assert [*seen, status()] == ["draft", "on-hold", "active", "completed"]


def test_waves_are_sampled_data_with_gaps_marked(rex: tuple[Side, str]) -> None:
    side, case_id = rex
    window = [("date", "ge2026-03-01T12:00:00Z"), ("date", "lt2026-03-01T12:05:00Z")]
    asked = [("patient", case_id), ("category", "waveform"), *window]
    waves = entries(side.desk.search(ASKER, "Observation", asked, BASE).content)
    assert len(waves) == 2
    for one in waves:
        get_fhir_model_class("Observation").model_validate(one)
        assert side.desk.read(ASKER, "Observation", one["id"]).content == one
    pleth = next(one for one in waves if one["code"]["coding"][-1]["code"] == "pleth")
    sampled = pleth["valueSampledData"]
    samples = sampled["data"].split()
    assert (len(samples), samples[-1], sampled["period"]) == (100, "E", 4.0)
    assert float(samples[98]) * sampled["factor"] == pytest.approx(98, abs=0.01)


def test_a_score_with_items_missing_has_no_total(rex: tuple[Side, str]) -> None:
    side, case_id = rex
    asked = [("patient", case_id), ("category", "survey")]
    found = entries(side.desk.search(ASKER, "Observation", asked, BASE).content)
    totals = [one for one in found if ".s." in one["id"]]
    assert totals
    for one in totals:
        get_fhir_model_class("Observation").model_validate(one)
        assert (one["status"] == "preliminary") == ("valueQuantity" not in one)
        assert side.desk.read(ASKER, "Observation", one["id"]).content == one


def test_no_secret_of_a_link_leaves(everything: list[dict]) -> None:
    assert "token_sha256" not in str(everything)


def test_an_own_code_of_the_clinic_stands_beside_ours(rex: tuple[Side, str]) -> None:
    side, case_id = rex
    own = {"finding:lactate_high": ({"system": "urn:holdfast:venom", "code": "42", "display": "Hyperlactataemia"},)}
    desk = FhirDesk(side.ctx, own)
    found = entries(desk.search(ASKER, "Observation", [("code", "urn:holdfast:venom|42")], BASE).content)
    assert found
    assert {one["system"] for one in found[0]["code"]["coding"]} >= {ours("finding"), "urn:holdfast:venom"}
    assert case_id in found[0]["id"]


def test_every_code_system_of_ours_is_documented() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "reference" / "fhir.md").read_text()
    used = {
        name
        for path in (root / "src" / "holdfast" / "gateways" / "fhir").glob("*.py")
        for name in re.findall(r'ours\("([a-z0-9.-]+)"\)', path.read_text())
    }
    assert [name for name in sorted(used) if f"`{name}`" not in page] == []
