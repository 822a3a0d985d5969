"""Another system calls over HTTP: discovery, cards, the right dog or none, what stands on the record, feedback."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fake_calling import AtOnce
from gateways.cds_hooks.made_hooks import (
    CHIP,
    MICROCHIP,
    ORDER_SIGN,
    P256_KEY,
    PATIENT_VIEW,
    PATIENTS,
    RSA_KEY,
    SANDBOX,
    Running,
    euthanasia,
    order_sign,
    patient,
    patient_view,
)
from holdfast.record import events as ev
from holdfast.record import hook_events as he
from holdfast.usecases import cases, hook_calls, identified
from holdfast.usecases.timeline import timeline
from making import make_context

SAMPLES = Path(os.environ.get("HOLDFAST_DATA", "/nowhere")) / "interop" / "cds-hooks"


def card_of(hooks: Running) -> dict:
    answer = hooks.post(ORDER_SIGN, order_sign(euthanasia(), sent=patient("4711", MICROCHIP)))
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["cards"]
    return card


def test_discovery_names_both_hooks_with_what_they_need(hooks) -> None:
    answer = hooks.web.get(f"{hooks.address}/cds-services")
    services = answer.json()["services"]
    assert [one["hook"] for one in services] == ["order-sign", "patient-view"]
    for one in services:
        assert one["prefetch"] == {"patient": "Patient/{{context.patientId}}"}
        assert all(one[name] for name in ("id", "title", "description", "usageRequirements", "version"))


def test_an_end_of_life_order_brings_the_second_look_and_it_is_on_record(hooks) -> None:
    card = card_of(hooks)
    assert len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    assert card["source"]["label"]
    assert card["links"][0]["url"] == f"{hooks.address}/cases/{hooks.ada}/second-look"
    systems = {one["system"] for one in card["overrideReasons"]}
    assert systems == {
        "urn:holdfast:override-reason",
        "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
    }
    told = hooks.told()[-1].told
    assert (told.client, told.user, told.matched_by) == ("pims", "Practitioner/ecc-1", "microchip")
    assert told.orders == ("ServiceRequest/order-1",)
    assert json.loads(json.dumps(told.cards)) == [card]
    lines = [line.text for line in timeline(hooks.house.ctx, hooks.ada)]
    assert any("Practice system was told (end-of-life order there" in text for text in lines)


def test_a_suggestion_takes_the_draft_back_and_another_orders_the_test(hooks) -> None:
    suggestions = card_of(hooks)["suggestions"]
    actions = [action for one in suggestions for action in one["actions"]]
    assert {"type": "delete", "resourceId": "ServiceRequest/order-1"}.items() <= actions[-1].items()
    created = [one["resource"] for one in actions if one["type"] == "create"]
    assert all(one["subject"] == {"reference": "Patient/4711"} and one["status"] == "draft" for one in created)
    assert [one.get("isRecommended", False) for one in suggestions][-1] is False


@pytest.mark.parametrize(
    "order",
    [
        {"code": {"coding": [{"system": "https://pims.example/items", "code": "PTS"}]}},
        {
            "resourceType": "MedicationRequest",
            "code": None,
            "medicationCodeableConcept": {"coding": [{"system": "http://www.whocc.no/atcvet", "code": "QN51AA01"}]},
        },
        {
            "resourceType": "MedicationRequest",
            "code": None,
            "medicationReference": {"reference": "#m1"},
            "contained": [
                {"id": "m1", "code": {"coding": [{"system": "http://www.whocc.no/atcvet", "code": "QN51AX50"}]}}
            ],
        },
    ],
)
def test_the_clinics_own_code_and_the_drug_count_too(hooks, order) -> None:
    answer = hooks.post(ORDER_SIGN, order_sign(euthanasia(**order), sent=patient("4711", MICROCHIP)))
    assert len(answer.json()["cards"]) == 1


def test_other_orders_need_no_match_bring_no_card_and_leave_no_trace(hooks) -> None:
    before = len(hooks.told())
    ordinary = {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "Amoxicillin"}}
    assert hooks.post(ORDER_SIGN, order_sign(ordinary)).json() == {"cards": []}
    assert hooks.post(ORDER_SIGN, order_sign(euthanasia(status="entered-in-error"))).json() == {"cards": []}
    assert len(hooks.told()) == before


def test_an_order_that_only_reads_so_is_answered_with_what_was_not_done(hooks) -> None:
    answer = hooks.post(ORDER_SIGN, order_sign(euthanasia(code={"text": "Euthanasia, at home"})))
    (card,) = answer.json()["cards"]
    assert card["summary"].startswith("No second look was made")
    assert card["indicator"] == "info"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (order_sign(euthanasia()), "No open case has the microchip or one of the numbers"),
        (order_sign(euthanasia(), sent=patient("4711")), "No open case"),
        (order_sign(euthanasia(), sent=patient("4711", ("urn:holdfast:microchip", "900000000000001"))), "No open case"),
        (order_sign(euthanasia(subject={"reference": "Patient/9"}), sent=patient("4711", MICROCHIP)), "same patient"),
        (order_sign(euthanasia(), sent=patient("9", MICROCHIP)), "same patient"),
        (patient_view(patient("4711")), "No open case"),
    ],
)
def test_without_a_number_that_leads_to_one_dog_the_answer_is_412(hooks, body, words) -> None:
    before = len(hooks.told())
    answer = hooks.post(ORDER_SIGN if body["hook"] == "order-sign" else PATIENT_VIEW, body)
    assert answer.status_code == 412
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert words in outcome["issue"][0]["details"]["text"]
    assert len(hooks.told()) == before


def test_a_name_alone_finds_nobody(hooks) -> None:
    named = {"resourceType": "Patient", "id": "4711", "name": [{"text": "Ada"}]}
    assert hooks.post(ORDER_SIGN, order_sign(euthanasia(), sent=named)).status_code == 412


def test_a_microchip_that_differs_overrules_every_other_number(hooks) -> None:
    other = patient("4711", ("urn:holdfast:case", hooks.ada), ("urn:holdfast:microchip", "900000000000001"))
    answer = hooks.post(ORDER_SIGN, order_sign(euthanasia(), sent=other))
    assert answer.status_code == 412
    assert "not the one on record" in answer.json()["issue"][0]["details"]["text"]


def test_a_number_that_a_person_wrote_leads_to_the_case_until_it_is_taken_back(hooks) -> None:
    ctx = hooks.house.ctx
    body = order_sign(euthanasia(subject={"reference": "Patient/88"}), patient_id="88")
    assert hooks.post(ORDER_SIGN, body).status_code == 412
    identified.record_identifier(ctx, actor="vet", case_id=hooks.ada, system=PATIENTS, value="88")
    assert hooks.post(ORDER_SIGN, body).status_code == 200
    (number,) = ctx.book.case(hooks.ada).hooks.standing_identifiers
    identified.withdraw_identifier(
        ctx, actor="vet", case_id=hooks.ada, identifier_id=number.identifier_id, reason="another dog's"
    )
    assert hooks.post(ORDER_SIGN, body).status_code == 412


def test_two_open_cases_with_one_chip_are_told_to_nobody(hooks) -> None:
    ctx = hooks.house.ctx
    twin = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Twin", microchip=CHIP[:3] + " " + CHIP[3:]))
    answer = hooks.post(PATIENT_VIEW, patient_view(patient("4711", MICROCHIP)))
    assert answer.status_code == 412
    assert "several open cases" in answer.json()["issue"][0]["details"]["text"]
    cases.close_case(ctx, actor="vet", case_id=twin, outcome="entered twice")
    assert hooks.post(PATIENT_VIEW, patient_view(patient("4711", MICROCHIP))).status_code == 200


def test_the_words_of_the_look_cannot_become_markup_of_another_page(hooks) -> None:
    ctx = hooks.house.ctx
    evil = "<img src=x onerror=alert(1)> [click](https://evil.example) **bold** `code`" + " very" * 100
    cases.set_working_diagnosis(ctx, actor="vet", case_id=hooks.ada, diagnosis=evil)
    card = card_of(hooks)
    assert len(card["summary"]) < 140
    assert "<img" not in card["detail"]
    assert r"\[click\](https" in card["detail"]
    assert r"\*\*bold\*\* \`code\`" in card["detail"]


def test_a_picture_that_does_not_fit_is_critical_at_the_order_and_told_when_the_chart_opens(hooks) -> None:
    ctx = hooks.house.ctx
    cases.set_working_diagnosis(ctx, actor="vet", case_id=hooks.ada, diagnosis="multiple_organ_dysfunction")
    for key in ("collapse", "dyspnea", "gums_pale", "focal_pain_thoracic_wall", "pressor_response_to_palpation"):
        cases.record_finding(ctx, actor="vet", case_id=hooks.ada, key=key, presence=ev.Presence.PRESENT)
    level = hooks.house.client("clinician").get(f"/api/cases/{hooks.ada}/second-look").json()["verdict"]["level"]
    opened = hooks.post(PATIENT_VIEW, patient_view(patient("4711", MICROCHIP))).json()["cards"]
    assert level == "does_not_fit"
    assert card_of(hooks)["indicator"] == "critical"
    assert [card["indicator"] for card in opened] == ["warning"]
    assert opened[0]["summary"].startswith("The picture does not fit, 2 findings unexplained: Multiple organ")
    assert "overrideReasons" not in opened[0]


def test_a_look_is_made_anew_when_something_was_entered_and_not_because_somebody_asked(hooks) -> None:
    ctx = hooks.house.ctx
    first = card_of(hooks)["detail"]
    hooks.clock.advance(5)
    assert card_of(hooks)["detail"] == first
    cases.write_note(ctx, actor="vet", case_id=hooks.ada, text="looked again")
    assert card_of(hooks)["detail"] != first, "the look says as of when it was made"


def test_many_who_want_the_same_look_wait_for_one(monkeypatch) -> None:
    ctx, made = make_context(), []
    case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Ada"))

    def slow(_: object, __: str, now_us: int) -> dict[str, int]:
        made.append(now_us)
        time.sleep(0.05)
        ctx.clock.advance(0.05)
        return {"at_us": now_us}

    monkeypatch.setattr(hook_calls, "look", slow)
    looks = hook_calls.Looks(ctx, AtOnce())
    with ThreadPoolExecutor(6) as pool:
        pages = [one.result() for one in [pool.submit(looks.of, case_id) for _ in range(12)]]
    assert len(made) == 1
    assert pages == [{"at_us": made[0]}] * 12
    ctx.clock.advance(21)
    assert looks.of(case_id) == pages[0], "it stands, and the next one is made beside it"
    assert len(made) == 2
    assert looks.of(case_id) == {"at_us": made[1]}
    ctx.clock.advance(31)
    assert looks.of(case_id) == {"at_us": made[2]}


def test_feedback_is_written_once_with_who_had_been_told(hooks) -> None:
    card = card_of(hooks)
    reason = {"system": "urn:holdfast:override-reason", "code": "suffering_not_relievable"}
    overridden = {
        "card": card["uuid"],
        "outcome": "overridden",
        "overrideReason": {"reason": reason, "userComment": "CT done, no foreign body"},
        "outcomeTimestamp": "2026-11-22T01:45:00Z",
    }
    for _ in range(2):
        answer = hooks.post(f"{ORDER_SIGN}/feedback", {"feedback": [overridden]})
        assert answer.status_code == 200, answer.text
    entry = hooks.told()[-1]
    (given,) = entry.feedback
    assert (given.outcome, given.reason_code, given.comment) == (
        "overridden",
        "suffering_not_relievable",
        "CT done, no foreign body",
    )
    assert given.reason_text.startswith("The suffering cannot be relieved")
    assert given.user == "Practitioner/ecc-1"
    recorded = hooks.house.ctx.store.read_stream(ev.case_stream(hooks.ada), without_blocks=True)
    (written,) = [one for one in recorded if isinstance(one.event, he.HookFeedbackGiven)]
    assert written.actor == "hook:pims"


def test_an_accepted_suggestion_is_recorded_by_its_label(hooks) -> None:
    card = card_of(hooks)
    hold = card["suggestions"][-1]
    taken = {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": hold["uuid"]}]}
    assert hooks.post(f"{ORDER_SIGN}/feedback", {"feedback": [taken]}).status_code == 200
    assert hooks.told()[-1].feedback[0].suggestions == (hold["label"],)


def test_feedback_on_a_card_of_nobody_or_of_another_system_is_refused(hooks) -> None:
    unknown = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "accepted"}
    assert hooks.post(f"{ORDER_SIGN}/feedback", {"feedback": [unknown]}).status_code == 404
    card = {"card": card_of(hooks)["uuid"], "outcome": "accepted"}
    path = f"{ORDER_SIGN}/feedback"
    foreign = hooks.token(path, key=P256_KEY, alg="ES256", kid="d9cd3c4f-eb08-4304-b973-44f352fd2ca2", iss=SANDBOX)
    assert hooks.post(path, {"feedback": [card]}, foreign).status_code == 404
    assert hooks.post(path, {"feedback": [card | {"outcome": "maybe"}]}).status_code == 400


def test_a_wrong_hook_an_unknown_service_and_broken_bodies_are_said(hooks) -> None:
    assert hooks.post(ORDER_SIGN, patient_view()).status_code == 400
    assert hooks.post("/cds-services/none", patient_view()).status_code == 404
    for body in (b"", b"{}", b"[" * 100_000, b'{"hook":1}', b"\xff\xfe", b'{"hook":"order-sign","context":{}}'):
        answer = hooks.post(ORDER_SIGN, body)
        assert answer.status_code == 400, body[:20]
        assert answer.json()["resourceType"] == "OperationOutcome"
    assert hooks.post(ORDER_SIGN, b" " * (1024 * 1024 + 1)).status_code == 413


def test_a_page_of_a_configured_origin_may_call_and_no_other(hooks) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    flight = hooks.web.options(hooks.address + ORDER_SIGN, headers={"origin": SANDBOX, **asks})
    assert flight.status_code == 204
    assert flight.headers["access-control-allow-origin"] == SANDBOX
    assert "Authorization" in flight.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in flight.headers
    stranger = hooks.web.options(hooks.address + ORDER_SIGN, headers={"origin": "https://evil.example", **asks})
    assert "access-control-allow-origin" not in stranger.headers
    called = hooks.post(PATIENT_VIEW, patient_view(patient("4711", MICROCHIP)), origin=SANDBOX)
    assert called.headers["access-control-allow-origin"] == SANDBOX


def test_the_sandbox_client_finds_training_cases_only_and_with_its_own_algorithm(hooks) -> None:
    """Its requests as its sources make them: ES256, the address of the service as audience, a FHIR server beside."""
    rex = hooks.house.case_id

    def call(body: dict) -> object:
        token = hooks.token(
            PATIENT_VIEW,
            key=P256_KEY,
            alg="ES256",
            kid="d9cd3c4f-eb08-4304-b973-44f352fd2ca2",
            iss=SANDBOX,
            sub="client",
        )
        extra = {"fhirServer": "https://launch.smarthealthit.org/v/r4/fhir"}
        return hooks.post(PATIENT_VIEW, body | extra, token, origin=SANDBOX)

    assert call(patient_view(None, rex)).status_code == 200
    assert hooks.told(rex)[-1].told.matched_by == "case_id"
    assert call(patient_view(patient(hooks.ada), hooks.ada)).status_code == 412
    assert hooks.post(PATIENT_VIEW, patient_view(None, rex)).status_code == 412


def test_both_recommended_algorithms_are_taken(hooks) -> None:
    token = hooks.token(PATIENT_VIEW, key=RSA_KEY, alg="RS384", kid="rsa")
    assert hooks.post(PATIENT_VIEW, patient_view(patient("4711", MICROCHIP)), token).status_code == 200


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the samples of the CDS Hooks specification")
def test_every_request_of_the_specification_is_answered_in_its_terms(hooks) -> None:
    """A hook that is ours and a patient that is not: 412, or no card for an order that ends no life; others: 400."""
    seen = {}
    for path in sorted(SAMPLES.glob("hook_*.json")) + sorted(SAMPLES.glob("spec_*.json")):
        content = json.loads(path.read_text())
        if not isinstance(content, dict) or "context" not in content:
            continue
        hook = content.get("hook") or path.stem.split("_")[1]
        body = {"hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "hook": hook} | content
        service = ORDER_SIGN if hook == "order-sign" else PATIENT_VIEW
        answer = hooks.post(service, body)
        seen[path.stem] = (hook, answer.status_code)
        if hook == "order-sign":
            assert (answer.status_code, answer.json()) == (200, {"cards": []}), path
        elif hook == "patient-view" and "patientId" in body["context"]:
            assert answer.status_code == 412, path
        else:
            assert answer.status_code == 400, path
    assert len(seen) >= 12
    ours = json.loads((SAMPLES / "proposed_order_sign_request.json").read_text())
    assert hooks.post(ORDER_SIGN, ours).status_code == 412
    ours["prefetch"]["patient"]["identifier"] = [{"system": MICROCHIP[0], "value": CHIP}]
    (card,) = hooks.post(ORDER_SIGN, ours).json()["cards"]
    feedback = json.loads((SAMPLES / "proposed_feedback_override.json").read_text())
    feedback["feedback"][0]["card"] = card["uuid"]
    assert hooks.post(f"{ORDER_SIGN}/feedback", feedback).status_code == 200
