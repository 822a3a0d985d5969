"""Working dogs on their pages and through the API: who reaches what, entries, files, and the comparison on a case."""

import re

import pytest

from holdfast.record.service_events import Answer
from holdfast.usecases import grants
from web.web_house import House

CSV = """Date,Kind,Place,Shots near the dog,Mechanism,What happened
2025-03-01,deployment,Harbour,no,,
soon,training,,,,
"""


@pytest.fixture
def dog(house: House) -> str:
    answer = house.post("clinician", "/service", {"name": "Rex", "service_number": "K9-1", "training": "true"})
    assert answer.status_code == 303
    return answer.headers["location"].rpartition("/")[2]


def incident(house: House, dog: str, who: str = "clinician", **more: str) -> None:
    fields = {
        "kind": "incident",
        "at": "2026-02-15T11:00",
        "place": "Factory",
        "what": "<b>A pipe</b>",
        "mechanism": "blow",
        "where": "left:thorax_mid",
        "seen": "bruise",
        "imaged": "not_imaged",
        "witnesses": "Lind",
    }
    answer = house.post(who, f"/service/{dog}/entries", {**fields, **more})
    assert answer.status_code == 303, answer.text


def lesion(house: House) -> str:
    fields = {
        "where": "left:thorax_mid",
        "depth": "cavity",
        "found": "projectile",
        "found_basis": "eye",
        "material": "soft_metal",
        "age_low_days": "28",
        "age_high_days": "180",
        "age_basis": "eye",
        "age_by": "Dr Lang",
        "age_reason": "capsule",
    }
    answer = house.post("clinician", f"/cases/{house.case_id}/lesions", fields)
    assert answer.status_code == 303, answer.text
    (lesion_id,) = house.ctx.book.case(house.case_id).inquiry.lesions
    return lesion_id


def let_read(house: House) -> None:
    """Give the investigator a grant for the case."""
    account = house.services.accounts.by_login("investigator")
    assert account is not None
    now_us = house.clock.at_us
    grants.give(
        house.ctx, actor="holdfast", account=account.account_id, authority="City Police", reference="2026/117",
        case_id=house.case_id, from_us=now_us, until_us=now_us + 86_400_000_000,
    )  # fmt: skip


def test_an_entry_is_shown_as_text_and_corrected_by_another(house: House, dog: str) -> None:
    incident(house, dog)
    page = house.client("clinician").get(f"/service/{dog}").text
    assert "&lt;b&gt;A pipe" in page
    assert "<b>A pipe" not in page
    assert "no images taken" in page
    (old,) = house.ctx.book.service_dog(dog).entries
    assert 'name="replaces"' in house.client("clinician").get(f"/service/{dog}?correct={old}").text
    incident(house, dog, what="A steel pipe", replaces=old, reason="It was steel")
    page = house.client("clinician").get(f"/service/{dog}").text
    assert "A steel pipe" in page
    assert "It was steel" in page


def test_a_handler_sees_and_writes_their_own_dog_and_nothing_else(house: House, dog: str) -> None:
    handler = house.services.accounts.by_login("handler")
    assert handler is not None
    assert dog not in house.client("handler").get("/service").text
    assert house.client("handler").get(f"/service/{dog}").status_code == 403
    assert house.post("handler", f"/service/{dog}/entries", {"kind": "training"}).status_code == 403
    fields = {"handler": "Reyes", "account": handler.account_id}
    assert house.post("clinician", f"/service/{dog}/handlers", fields).status_code == 303
    incident(house, dog, "handler")
    assert "A pipe" in house.client("handler").get(f"/service/{dog}").text
    assert house.client("handler").get(f"/cases/{house.case_id}/incidents").status_code == 403
    assert house.post("handler", f"/service/{dog}/handlers", fields).status_code == 403


def test_a_file_goes_through_columns_and_a_trial_to_the_history(house: House, dog: str) -> None:
    where = f"/service/{dog}/import"
    page = house.post("clinician", where, {"step": "map", "csv": CSV, "name": "log.csv"}).text
    assert re.search(r'name="col_date".*?<option selected>Date', page, re.DOTALL)
    columns = {"col_date": "Date", "col_kind": "Kind", "col_place": "Place", "col_gunfire": "Shots near the dog"}
    columns |= {"dates": "iso", "by": "Lind", "csv": CSV, "name": "log.csv"}
    page = house.post("clinician", where, {"step": "try", **columns}).text
    assert "<b>1 new</b>" in page
    assert "is no date" in page
    assert house.ctx.book.service_dog(dog).entries == {}
    sha = re.search(r'name="expected" value="(\w+)"', page)
    assert sha
    answer = house.post("clinician", where, {"step": "take", "expected": "0" * 64, **columns})
    assert answer.status_code == 400
    answer = house.post("clinician", where, {"step": "take", "expected": sha.group(1), **columns})
    assert answer.status_code == 303
    (entry,) = house.ctx.book.service_dog(dog).entries.values()
    assert entry.event.what.gunfire is Answer.NO  # type: ignore[union-attr]
    page = house.client("clinician").get(f"/service/{dog}").text
    assert "1 taken, 0 on record already, 1 not read" in page
    assert "soon,training" in page


def test_the_api_tries_and_takes_a_file_and_reads_the_history(house: House, dog: str) -> None:
    entry = {"csv": CSV, "columns": {"date": "Date", "kind": "Kind", "place": "Place"}, "by": "Lind"}
    told = house.post_json("clinician", f"/api/service/{dog}/import", entry).json()
    assert (told["new"], len(told["refused"]), told["taken"]) == (1, 1, False)
    told = house.post_json("clinician", f"/api/service/{dog}/import", {**entry, "take": True}).json()
    assert told["taken"] is True
    again = house.post_json("clinician", f"/api/service/{dog}/import", {**entry, "take": True}).json()
    assert again["duplicate"] is True
    found = house.client("clinician").get(f"/api/service/{dog}").json()
    assert [one["place"] for one in found["entries"]] == ["Harbour"]
    assert found["imports"][0]["taken"] == 1
    assert len(house.client("technician").get("/api/service").json()["dogs"]) == 1


def test_a_case_is_compared_stated_and_marked_when_its_past_changes(house: House, dog: str) -> None:
    incident(house, dog)
    where = f"/cases/{house.case_id}"
    answer = house.post("clinician", f"{where}/service/link", {"service_id": dog, "how": "chip read"})
    assert answer.status_code == 303
    lesion_id = lesion(house)
    let_read(house)
    page = house.client("investigator").get(f"{where}/incidents").text
    assert "does not explain a projectile" in page
    assert "The tissue says older than the blow" in page
    assert "An event that is not on record" in page
    assert 'data-testid="state"' not in page, "who only reads puts nothing on record"
    answer = house.post("clinician", f"{where}/incidents/state", {"lesion_id": lesion_id})
    assert answer.status_code == 303
    page = house.client("clinician").get(f"{where}/incidents").text
    assert 'data-testid="statement"' in page
    assert "Changed since" not in page
    incident(house, dog, at="2026-01-02T10:00", what="Another")
    assert "Changed since: 1 entry of the service history" in house.client("clinician").get(f"{where}/incidents").text
    told = house.client("investigator").get(f"/api/cases/{house.case_id}/incidents").json()
    assert told["compared"][lesion_id]["rows"][0]["key"] == "not_on_record"
    assert len(told["stated"]) == 1
    assert "Incidents compared with the finding" in house.client("clinician").get(f"{where}/timeline").text
    assert house.client("clinician").get(f"/api/cases/{house.case_id}").status_code == 200


def test_facts_that_differ_between_case_and_history_are_said(house: House) -> None:
    answer = house.post("clinician", "/service", {"name": "Max", "microchip": "111", "training": "true"})
    dog = answer.headers["location"].rpartition("/")[2]
    where = f"/cases/{house.case_id}"
    house.post("clinician", f"{where}/service/link", {"service_id": dog, "how": "his handler says so"})
    page = house.client("clinician").get(f"{where}/incidents").text
    assert "The name differs: the case says Rex, the service history says Max." in page
