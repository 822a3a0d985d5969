"""Entries: by form and by JSON, twice, by two people at once, and around an end-of-life order."""

import re

from holdfast.record.events import CLINIC_STREAM, Decision, case_stream


def entries(house, kind: str) -> list[object]:
    return [i.event for i in house.ctx.store.read_stream(case_stream(house.case_id)) if kind in type(i.event).__name__]


def base(house) -> str:
    return f"/cases/{house.case_id}"


def test_a_form_leads_back_to_its_place_on_the_case(house) -> None:
    answer = house.post("technician", f"{base(house)}/findings", {"key": "gums_pale", "presence": "absent"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{base(house)}#findings"
    (finding,) = house.ctx.book.case(house.case_id).standing_findings
    assert (finding.key, finding.presence.value) == ("gums_pale", "absent")


def test_the_same_entry_sent_again_is_written_once_and_a_changed_one_is_not_lost(house) -> None:
    first = {"key": "gums_pale", "presence": "present", "command_id": "one"}
    for fields in (first, first, {**first, "presence": "absent"}):
        house.post("technician", f"{base(house)}/findings", fields)
    assert [e.presence.value for e in entries(house, "FindingRecorded")] == ["present", "absent"]


def test_json_is_idempotent_and_says_so(house) -> None:
    content = {"place": "left:thorax_mid", "strength": "firm", "response": "flinches", "command_id": "t1"}
    path = f"/api{base(house)}/touches"
    first, again = (house.post_json("technician", path, content) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    assert len(entries(house, "TouchRecorded")) == 1


def test_the_moment_of_a_press_is_kept_and_never_lies_in_the_future(house) -> None:
    pressed_us = house.clock.at_us - 7_000_000
    content = {"side": "left", "region": "thorax_mid", "response": "vocalises", "at_us": pressed_us}
    house.post_json("technician", f"/api{base(house)}/touches", content)
    house.post_json("technician", f"/api{base(house)}/touches", {**content, "at_us": pressed_us + 10**12})
    assert [e.at_us for e in entries(house, "TouchRecorded")] == [pressed_us, house.clock.at_us]


def test_json_that_does_not_fit_is_refused_in_the_one_shape(house) -> None:
    for content in ({"response": "laughs"}, {"unknown": 1}, {"response": "none", "side": "left", "region": "moon"}):
        answer = house.post_json("technician", f"/api{base(house)}/touches", content)
        assert answer.status_code == 400
        assert set(answer.json()["error"]) == {"problem", "remedy"}
    assert entries(house, "TouchRecorded") == []


def test_a_forgotten_choice_is_named(house) -> None:
    answer = house.post("technician", f"{base(house)}/touches", {"place": "left:thorax_mid"})
    assert answer.status_code == 400
    assert "response" in answer.text


def test_clearing_a_chip_takes_back_yes_and_no(house) -> None:
    for presence in ("present", "absent"):
        house.post("technician", f"{base(house)}/findings", {"key": "gums_pale", "presence": presence})
    house.post("technician", f"{base(house)}/retractions", {"key": "gums_pale", "reason": "cleared on the case page"})
    assert house.ctx.book.case(house.case_id).standing_findings == ()
    assert len(entries(house, "FindingRetracted")) == 2


def test_a_measured_value_gets_the_unit_the_knowledge_reads(house) -> None:
    house.post("technician", f"{base(house)}/findings", {"key": "glucose_mg_dl", "value": "41.5"})
    (finding,) = entries(house, "FindingRecorded")
    assert (finding.value, finding.unit) == (41.5, "mg/dL")


def test_a_name_from_the_search_field_means_its_key(house) -> None:
    name = house.ctx.knowledge.findings["crt_prolonged"].name
    house.post("technician", f"{base(house)}/findings", {"key": name})
    house.post("technician", f"{base(house)}/findings", {"key": "smells of almonds"})
    assert [e.key for e in entries(house, "FindingRecorded")] == ["crt_prolonged", "smells of almonds"]


def test_two_people_who_set_the_diagnosis_at_once_are_both_told_and_both_kept(house) -> None:
    path = f"{base(house)}/diagnosis"
    house.post("specialist", path, {"diagnosis": "something sharp inside", "diagnoses_seen": "0"})
    answer = house.post("clinician", path, {"diagnosis": "all worn out", "diagnoses_seen": "0"})
    page = house.client("clinician").get(answer.headers["location"].partition("#")[0]).text
    told = re.search(r'(?s)data-testid="overtaken".*?</div>', page).group(0)
    assert "A specialist" in told
    assert "something sharp inside" in told
    assert "all worn out" in told
    assert [d.text for d in house.ctx.book.case(house.case_id).diagnoses] == ["something sharp inside", "all worn out"]
    again = house.post("clinician", path, {"diagnosis": "nobody knows", "diagnoses_seen": "2"})
    assert "overtook" not in again.headers["location"]


def place_order(house) -> str:
    fields = {"indication": "organ failure", "consent_by": "Ofc. Reyes", "consent_how": "in_person"}
    answer = house.post("clinician", f"{base(house)}/order", fields)
    assert answer.headers["location"] == f"{base(house)}/second-look"
    return house.ctx.book.case(house.case_id).open_order.order_id


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


def test_the_second_look_offers_relief_first_and_three_equal_choices(house) -> None:
    place_order(house)
    page = house.client("clinician").get(f"{base(house)}/second-look").text
    places = [page.index(f'data-testid="{name}"') for name in ("comfort", "verdict", "unexplained", "proceed")]
    assert places == sorted(places), "pain first, then what is known, then the choice"
    buttons = re.findall(r'<button data-testid="(proceed|hold|call)">', page)
    assert buttons == ["proceed", "hold", "call"], "none is coloured, none is smaller, none is disabled"


def test_going_on_takes_one_stated_reason_and_nothing_else(house) -> None:
    order_id = place_order(house)
    page = house.client("clinician").get(f"{base(house)}/second-look").text
    fields = {"order_id": order_id, "look_id": hidden(page, "look_id"), "decision": "proceed"}
    refused = house.post("clinician", f"{base(house)}/decision", {**fields, "words": "my words"})
    assert refused.status_code == 400
    assert "my words" in refused.text
    assert house.post("clinician", f"{base(house)}/decision", {**fields, "reason": "dying_now"}).status_code == 303
    (order,) = house.ctx.book.case(house.case_id).orders
    assert [d.decision for d, _ in order.decisions] == [Decision.PROCEED]
    assert order.decisions[0][0].look_id in house.ctx.book.case(house.case_id).looks


def test_what_the_page_said_is_on_record_for_who_decides_and_not_for_who_reads(house) -> None:
    place_order(house)
    house.client("technician").get(f"{base(house)}/second-look")
    assert entries(house, "SecondLookShown") == []
    house.client("clinician").get(f"{base(house)}/second-look")
    (shown,) = entries(house, "SecondLookShown")
    assert shown.page["verdict"]["text"]


def test_calling_a_colleague_leaves_every_choice_open(house) -> None:
    order_id = place_order(house)
    house.post("clinician", f"{base(house)}/decision", {"order_id": order_id, "decision": "call_colleague"})
    page = house.client("specialist").get(f"{base(house)}/second-look").text
    assert 'data-testid="hold"' in page
    house.post("specialist", f"{base(house)}/decision", {"order_id": order_id, "decision": "hold"})
    assert house.ctx.book.case(house.case_id).open_order is None


def test_admitting_leads_to_the_case(house) -> None:
    answer = house.post("technician", "/cases", {"name": "Leo", "bed": "Bed 2", "age_years": "13.5"})
    case_id = answer.headers["location"].removeprefix("/cases/")
    assert house.ctx.book.case(case_id).admitted.age_months == 162
    assert house.ctx.book.case_on_bed("Bed 2").name == "Leo"


def test_beds_are_added_by_who_manages(house) -> None:
    house.post("administrator", "/beds", {"bed": "ICU / 3"})
    house.post("administrator", "/beds", {"bed": "ICU 3"})
    assert house.ctx.book.clinic.beds == ("Bed 1", "Bed 2", "ICU 3")
    assert (
        house.ctx.store.read_stream(CLINIC_STREAM)[-1].actor
        == house.services.accounts.by_login("administrator").account_id
    )
