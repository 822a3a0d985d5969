"""FHIR over HTTP: who may ask, what they are told, what they may write, and what is kept of what was refused."""

import json

import pytest
from fhir.resources.R4B import get_fhir_model_class

from holdfast.record import events as ev
from holdfast.record.exchange_events import EXCHANGE_STREAM
from holdfast.usecases import grants, machines

FHIR = "application/fhir+json"


@pytest.fixture
def program(house):
    """A program that may do everything, and how it asks."""
    _, token = machines.add(house.ctx, house.services.machines, name="Practice system", scopes=["system/*.crs"])
    return Program(house, token)


class Program:
    def __init__(self, house, token: str) -> None:
        self.house = house
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str):
        return self.house.client().get(f"/fhir/{path}", headers=self.headers | headers)

    def post(self, kind: str, content: object, **headers: str):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        sent = (
            self.headers | {"content-type": FHIR} | {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return self.house.client().post(f"/fhir/{kind}", content=body, headers=sent)


def heart_rate(case_id: str, value: float = 150, **more: object) -> dict:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{case_id}"},
        "valueQuantity": {
            "value": value,
            "unit": "beats/minute",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
        **more,
    }


def euthanasia(case_id: str, **more: object) -> dict:
    return {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "code": {"coding": [{"system": "urn:holdfast:procedure", "code": "euthanasia"}]},
        "subject": {"reference": f"Patient/{case_id}"},
        "requester": {"display": "Dr. Vale"},
        "reasonCode": [{"text": "organ failure"}],
        **more,
    }


def is_outcome(answer, status: int) -> bool:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith(FHIR)
    get_fhir_model_class("OperationOutcome").model_validate(answer.json())
    return True


class TestWhoMayAsk:
    def test_what_it_can_do_is_open_to_all(self, house) -> None:
        answer = house.client().get("/fhir/metadata")
        get_fhir_model_class("CapabilityStatement").model_validate(answer.json())
        assert answer.json()["fhirVersion"] == "4.0.1"
        smart = house.client().get("/fhir/.well-known/smart-configuration").json()
        assert smart["capabilities"] == []

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic eA=="}])
    def test_nobody_reads_without_a_token_or_a_session(self, house, headers) -> None:
        answer = house.client().get("/fhir/Patient", headers=headers)
        assert is_outcome(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")

    def test_a_token_reaches_as_far_as_its_scopes(self, house) -> None:
        _, token = machines.add(house.ctx, house.services.machines, name="Board", scopes=["system/Observation.s"])
        board = Program(house, token)
        assert board.get("Observation").status_code == 200
        assert is_outcome(board.get(f"Patient/{house.case_id}"), 403)
        assert is_outcome(board.get(f"Patient/{house.case_id}/$everything"), 403)
        assert is_outcome(board.post("Observation", heart_rate(house.case_id)), 403)
        assert len(house.ctx.book.case(house.case_id).findings) == 0

    def test_a_closed_token_opens_nothing(self, house, program) -> None:
        assert program.get("Patient").status_code == 200
        machines.close(house.ctx, house.services.machines, name="Practice system", reason="lost")
        assert is_outcome(program.get("Patient"), 401)

    def test_a_token_opens_no_page(self, house, program) -> None:
        assert house.client().get("/", headers=program.headers).status_code == 303

    def test_the_token_is_nowhere_on_disk_or_record(self, house, program) -> None:
        token = program.headers["authorization"].split()[1]
        assert all(token.encode() not in one.body for one in house.ctx.store.read_log(limit=1000))
        assert token not in str(house.services.machines.all())

    def test_people_read_with_their_session_and_write_with_its_token(self, house) -> None:
        assert house.client("clinician").get("/fhir/Patient").json()["total"] == 1
        body = json.dumps(heart_rate(house.case_id)).encode()
        sent = {"content-type": FHIR}
        assert is_outcome(house.client("clinician").post("/fhir/Observation", content=body, headers=sent), 403)
        sent["x-csrf-token"] = house.csrf("clinician")
        assert house.client("clinician").post("/fhir/Observation", content=body, headers=sent).status_code == 201

    def test_a_technician_places_no_order(self, house) -> None:
        body = json.dumps(euthanasia(house.case_id)).encode()
        sent = {"content-type": FHIR, "x-csrf-token": house.csrf("technician")}
        assert is_outcome(house.client("technician").post("/fhir/ServiceRequest", content=body, headers=sent), 403)

    def test_an_investigator_reads_what_a_grant_reaches_and_each_read_is_on_record(self, house) -> None:
        client = house.client("investigator")
        assert client.get("/fhir/Patient").json()["total"] == 0
        assert is_outcome(client.get(f"/fhir/Patient/{house.case_id}"), 404)
        account = house.services.accounts.by_login("investigator").account_id
        now_us = house.clock.now_us()
        given = {"authority": "Court", "reference": "1", "from_us": now_us, "until_us": now_us + 10**9}
        grants.give(house.ctx, actor="holdfast", account=account, case_id=house.case_id, **given)
        assert client.get(f"/fhir/Patient/{house.case_id}").status_code == 200
        assert [one.page for one in grants.reads(house.ctx)] == ["fhir.read"]
        assert is_outcome(client.get("/fhir/AuditEvent"), 403)


class TestReading:
    def test_a_read_has_its_version_and_is_not_sent_twice(self, house, program) -> None:
        first = program.get(f"Patient/{house.case_id}")
        assert first.headers["etag"] == 'W/"1"'
        assert first.headers["last-modified"].endswith("GMT")
        assert first.json()["meta"]["versionId"] == "1"
        again = program.get(f"Patient/{house.case_id}", **{"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_every_read_is_on_record_and_can_be_read_itself(self, house, program) -> None:
        program.get(f"Observation?patient={house.case_id}")
        (read,) = house.ctx.store.read_stream(EXCHANGE_STREAM)
        assert read.event.by.startswith("machine:")
        assert read.event.cases == (house.case_id,)
        audits = program.get("AuditEvent").json()
        get_fhir_model_class("AuditEvent").model_validate(audits["entry"][0]["resource"])
        assert audits["entry"][0]["resource"]["agent"][0]["who"]["display"] == "Practice system"

    def test_pages_follow_on_each_other_without_loss(self, house, program) -> None:
        for value in range(100, 105):
            program.post("Observation", heart_rate(house.case_id, value))
        seen, path = [], f"Observation?patient={house.case_id}&code=8867-4&_count=2"
        while path:
            bundle = program.get(path).json()
            get_fhir_model_class("Bundle").model_validate(bundle)
            seen += [one["resource"]["valueQuantity"]["value"] for one in bundle.get("entry", [])]
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            path = following[0].partition("/fhir/")[2] if following else ""
        assert seen == [104, 103, 102, 101, 100]

    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            ("Observation?colour=red", 400),
            ("Observation?date=yesterday", 400),
            ("Observation?_count=many", 400),
            ("Observation?_sort=code", 400),
            ("Observation?category=waveform", 400),
            ("Medication", 404),
            ("Observation/none", 404),
            ("Observation/a_b", 404),
            ("Patient?_format=xml", 406),
        ],
    )
    def test_what_cannot_be_answered_is_said(self, program, asked, status) -> None:
        assert is_outcome(program.get(asked), status)

    def test_an_address_that_is_not_served_is_said_too(self, house, program) -> None:
        answer = house.client().request("DELETE", f"/fhir/Patient/{house.case_id}", headers=program.headers)
        assert is_outcome(answer, 404)


class TestWriting:
    def test_a_number_becomes_a_finding_of_the_house(self, house, program) -> None:
        answer = program.post("Observation", heart_rate(house.case_id, note=[{"text": "by ear"}]))
        assert answer.status_code == 201
        get_fhir_model_class("Observation").model_validate(answer.json())
        (entry,) = house.ctx.book.case(house.case_id).findings
        assert (entry.key, entry.value, entry.unit, entry.note) == ("hr", 150.0, "/min", "by ear")
        made = answer.headers["location"].partition("/fhir/")[2].partition("/_history")[0]
        assert program.get(made).json() == answer.json()

    def test_a_weight_is_weighed_in_our_unit(self, house, program) -> None:
        pounds = {"value": 70, "unit": "lb", "code": "[lb_av]"}
        weight = heart_rate(house.case_id, valueQuantity=pounds)
        weight["code"]["coding"][0]["code"] = "29463-7"
        assert program.post("Observation", weight).status_code == 201
        assert house.ctx.book.case(house.case_id).weight_kg == pytest.approx(31.75, abs=0.01)

    def test_a_sign_is_entered_as_seen_or_not_seen(self, house, program) -> None:
        seen = heart_rate(house.case_id, valueBoolean=False)
        del seen["valueQuantity"]
        seen["code"] = {"coding": [{"system": "urn:holdfast:finding", "code": "fever"}]}
        assert program.post("Observation", seen).status_code == 201
        (entry,) = house.ctx.book.case(house.case_id).findings
        assert entry.presence is ev.Presence.ABSENT

    def test_the_same_entry_sent_again_is_the_same_entry(self, house, program) -> None:
        sent = heart_rate(house.case_id, identifier=[{"system": "urn:pims", "value": "7"}])
        first, second = program.post("Observation", sent), program.post("Observation", sent)
        assert first.json()["id"] == second.json()["id"]
        assert len(house.ctx.book.case(house.case_id).findings) == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"code": {"coding": [{"system": "http://loinc.org", "code": "1-1"}]}},
            {"code": {"text": "heart rate"}},
            {"valueQuantity": {"value": 150, "unit": "mmHg", "code": "mm[Hg]"}},
            {"valueQuantity": {"value": 150}},
            {"valueQuantity": {"value": 99999, "code": "/min"}},
            {"valueQuantity": {"value": "150", "code": "/min"}},
            {"valueQuantity": {"value": 150, "comparator": "<", "code": "/min"}},
            {"status": "entered-in-error"},
            {"subject": {"reference": "Patient/nobody"}},
            {"subject": {"identifier": {"system": "urn:holdfast:microchip", "value": "1"}}},
            {"subject": None},
            {"effectiveDateTime": "2126-01-01"},
            {"effectiveDateTime": "soon"},
            {"component": "none"},
        ],
    )
    def test_what_is_not_known_is_refused_and_kept_whole(self, house, program, change) -> None:
        body = json.dumps(heart_rate(house.case_id) | change).encode()
        assert is_outcome(program.post("Observation", body), 422)
        (kept,) = house.ctx.store.quarantine()
        assert house.ctx.store.quarantine_raw(kept.quarantine_id) == body
        assert house.ctx.book.case(house.case_id).findings == ()

    @pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"{", b'{"resourceType": "Patient"}', b"7"])
    def test_what_is_no_resource_is_refused_and_kept(self, house, program, body) -> None:
        assert is_outcome(program.post("Observation", body), 400)
        assert len(house.ctx.store.quarantine()) == 1

    def test_an_order_for_euthanasia_is_placed_as_in_the_house(self, house, program) -> None:
        answer = program.post("ServiceRequest", euthanasia(house.case_id))
        assert answer.status_code == 201
        assert answer.json()["status"] == "draft"
        order = house.ctx.book.case(house.case_id).open_order
        assert "organ failure" in order.indication
        assert "Dr. Vale, through Practice system" in order.indication
        assert order.consent_how == "none"
        assert is_outcome(program.post("ServiceRequest", euthanasia(house.case_id, note=[])), 422)

    def test_a_test_is_ordered_and_an_unknown_one_refused(self, house, program) -> None:
        asked = euthanasia(house.case_id)
        asked["code"]["coding"] = [{"system": "urn:holdfast:test", "code": "thoracic_radiographs"}]
        assert program.post("ServiceRequest", asked).status_code == 201
        assert [one.test for one in house.ctx.book.case(house.case_id).tests] == ["thoracic_radiographs"]
        asked["code"]["coding"][0]["code"] = "astrology"
        assert is_outcome(program.post("ServiceRequest", asked), 422)

    def test_only_two_kinds_are_written(self, house, program) -> None:
        assert is_outcome(program.post("Patient", {"resourceType": "Patient"}), 405)

    def test_a_form_is_not_read(self, house, program) -> None:
        answer = house.client().post("/fhir/Observation", data={"a": "b"}, headers=program.headers)
        assert is_outcome(answer, 415)

    def test_a_body_that_is_too_large_is_refused(self, program) -> None:
        assert is_outcome(program.post("Observation", b" " * 300_000), 413)
