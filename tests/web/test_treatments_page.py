"""The treatment board: order, approve, give with one touch, late with a reason, doses only from the checked table."""

import re

from web.test_entries import base, entries
from web.web_house import House

HYDROMORPHONE = "hydromorphone"


def plan(house: House, who: str = "clinician") -> dict:
    return house.client(who).get(f"/api{base(house)}/treatments").json()


def order(house: House, who: str = "clinician", **fields: object):
    return house.post(who, f"{base(house)}/treatment-orders", fields)


def act(house: House, step: str, who: str = "clinician", **fields: object):
    return house.post(who, f"{base(house)}/treatment-orders/{step}", fields)


def checked_bolus(house: House):
    doses = house.ctx.knowledge.care.doses.values()
    return next(one for one in doses if one.use == "analgesia" and not one.infusion)


def only(house: House) -> dict:
    (line,) = plan(house)["orders"]
    return line


def test_given_is_one_touch_with_who_and_when_and_counts_as_a_treatment(house) -> None:
    order(house, order_kind="drug", what="Maropitant", amount="as written", category="other", every_h="8")
    line = only(house)
    assert (line["due"], line["checked"]) == ("now", "no checked dose: not computed")
    page = house.client("technician").get("/treatments").text
    assert 'data-testid="given"' in page
    assert act(house, "give", "technician", order_id=line["order_id"], due_us=line["due_us"]).status_code == 303
    (given,) = house.ctx.book.case(house.case_id).treatments
    assert (given.what, given.category, given.amount) == ("Maropitant", "other", "as written")
    after = only(house)
    assert (after["due"], after["last_by"]) == ("later", "A technician")
    assert after["due_us"] == line["due_us"] + 8 * 3600 * 1_000_000


def test_what_is_no_treatment_is_done_and_not_given(house) -> None:
    for kind in ("check", "feed", "other"):
        order(house, order_kind=kind, what=f"a {kind}")
    for line in plan(house)["orders"]:
        assert line["checked"] == ""
        act(house, "give", order_id=line["order_id"], due_us=line["due_us"])
    assert entries(house, "TreatmentGiven") == []
    assert len(plan(house)["done"]) == 3


def test_a_second_touch_on_another_screen_is_told_who_gave_it(house) -> None:
    order(house, order_kind="drug", what="Maropitant")
    line = only(house)
    act(house, "give", "technician", order_id=line["order_id"], due_us=line["due_us"])
    again = act(house, "give", order_id=line["order_id"], due_us=line["due_us"])
    assert again.status_code == 400
    assert "answered already by A technician" in again.text
    assert len(entries(house, "TreatmentGiven")) == 1


def test_late_early_and_left_out_take_a_reason(house) -> None:
    order(house, order_kind="check", what="Temperature", every_h="4")
    line = only(house)
    house.clock.advance(3600)
    assert only(house)["due"] == "overdue"
    late = {"order_id": line["order_id"], "due_us": line["due_us"]}
    assert "Say why it is late" in act(house, "give", **late).text
    assert act(house, "give", **late, reason="emergency elsewhere").status_code == 303
    assert entries(house, "TreatmentGiven") == []
    following = only(house)
    early = {"order_id": line["order_id"], "due_us": following["due_us"]}
    assert "before its time" in act(house, "give", **early).text
    assert act(house, "skip", order_id=line["order_id"], due=str(following["due_us"])).status_code == 400
    done = act(house, "skip", order_id=line["order_id"], due=str(following["due_us"]), reason="in surgery")
    assert done.status_code == 303
    assert only(house)["due_us"] == line["due_us"] + 8 * 3600 * 1_000_000


def test_a_technician_s_order_waits_for_a_vet(house) -> None:
    order(house, "technician", order_kind="drug", what="Maropitant")
    line = only(house)
    assert line["state"] == "waiting"
    give = {"order_id": line["order_id"], "due_us": line["due_us"]}
    assert "waits for a vet" in act(house, "give", "technician", **give).text
    assert act(house, "approve", "technician", order_id=line["order_id"]).status_code == 403
    assert act(house, "approve", order_id=line["order_id"]).status_code == 303
    assert act(house, "give", "technician", **give).status_code == 303


def test_in_an_emergency_it_is_given_on_a_vet_s_word_and_the_signature_follows(house) -> None:
    order(house, "technician", order_kind="drug", what="Epinephrine, as told")
    line = only(house)
    give = {"order_id": line["order_id"], "due_us": line["due_us"], "on_word_of": "Dr Osei"}
    assert act(house, "give", "technician", **give).status_code == 303
    after = only(house)
    assert (after["state"], after["on_word_of"]) == ("spoken", "Dr Osei")
    assert "On the word of Dr Osei" in house.client("clinician").get("/treatments").text
    act(house, "approve", order_id=line["order_id"])
    assert only(house)["state"] == "active"


def test_a_checked_dose_is_worked_out_and_one_outside_takes_a_reason(house) -> None:
    dose = checked_bolus(house)
    house.post("clinician", f"{base(house)}/weight", {"weight_kg": "32"})
    order(house, dose_key=dose.key)
    line = only(house)
    unit = dose.range.unit.split("/")[0]
    assert line["amount"].startswith(f"{dose.range.low * 32:.3g} {unit}")
    assert line["checked"] == f"{dose.range.low:g} {dose.range.unit} at 32 kg"
    above = dose.accepted[1] * 3
    refused = order(house, dose_key=dose.key, dose=above)
    assert refused.status_code == 400
    assert "lies outside" in refused.text
    assert order(house, dose_key=dose.key, dose=above, outside_reason="no effect so far").status_code == 303
    assert "Outside the checked range: no effect so far" in house.client("clinician").get("/treatments").text


def test_a_dose_that_was_not_checked_has_no_key(house) -> None:
    assert order(house, dose_key="wonder_drug").status_code == 404


def test_a_weight_older_than_a_day_asks_again(house) -> None:
    dose = checked_bolus(house)
    house.clock.advance(25 * 3600)
    refused = order(house, dose_key=dose.key)
    assert refused.status_code == 400
    assert "Weigh again" in refused.text
    assert order(house, dose_key=dose.key, weight_reason="cannot be moved").status_code == 303
    assert order(house, dose_key=dose.key, weight_kg="30.5").status_code == 303
    assert house.ctx.book.case(house.case_id).weight_kg == 30.5
    assert [one["checked"][-7:] for one in plan(house)["orders"]] == ["t 32 kg", "30.5 kg"]


def test_the_pump_rate_is_worked_out_with_its_units_and_says_that_it_is_arithmetic(house) -> None:
    asked = "dose=5&unit=ug/kg/min&weight_kg=32&per_ml=0.4&per_ml_unit=mg"
    told = house.client("clinician").get(f"/api/infusion-rate?{asked}").json()
    assert told == {"rate_ml_h": 24.0, "text": "24 mL/h"}
    wrong = house.client("clinician").get(
        "/api/infusion-rate?dose=5&unit=ug/kg/min&weight_kg=32&per_ml=1&per_ml_unit=U"
    )
    assert wrong.status_code == 400
    mixed = {"dose": "5", "dose_unit": "ug/kg/min", "per_ml": "0.4", "per_ml_unit": "mg"}
    order(house, order_kind="infusion", what="Dopamine", category="vasopressor", **mixed)
    line = only(house)
    assert line["amount"] == "24 mL/h"
    assert "arithmetic only" in line["checked"]
    act(house, "give", order_id=line["order_id"], due_us=line["due_us"])
    assert only(house)["due"] == "running"


def test_declined_keeps_who_and_what_was_explained(house) -> None:
    act(house, "decline", what="Transfusion", declined_by="Mrs Hartmann", explained="he may die of it")
    assert plan(house)["declined"] == [["Transfusion", "Mrs Hartmann", "he may die of it"]]
    order(house, order_kind="drug", what="Maropitant")
    line = only(house)
    refused = act(house, "decline", order_id=line["order_id"], explained="vomiting")
    assert "Nobody is named" in refused.text
    act(house, "decline", order_id=line["order_id"], declined_by="Mrs Hartmann", explained="vomiting")
    assert plan(house)["orders"] == []


def test_a_stopped_order_is_off_the_board_and_on_the_timeline(house) -> None:
    order(house, order_kind="feed", what="By hand", every_h="6")
    line = only(house)
    assert act(house, "stop", order_id=line["order_id"]).status_code == 400
    act(house, "stop", order_id=line["order_id"], reason="eats by himself")
    assert plan(house)["orders"] == []
    lines = house.client("clinician").get(f"{base(house)}/timeline").text
    assert re.search("Order stopped: By hand", lines)


def test_the_same_order_sent_twice_is_one(house) -> None:
    for _ in range(2):
        order(house, order_kind="drug", what="Maropitant", command_id="once")
    assert len(plan(house)["orders"]) == 1


def test_the_board_puts_the_dog_with_the_overdue_order_first(house) -> None:
    house.post("clinician", "/cases", {"name": "Leo", "bed": "Bed 2", "training": "true"})
    order(house, order_kind="check", what="Temperature")
    board = house.client("clinician").get("/api/treatments").json()
    assert [dog["name"] for dog in board["dogs"]] == ["Rex", "Leo"]
    house.clock.advance(3600)
    assert house.client("clinician").get("/api/treatments").json()["overdue"] == 1
