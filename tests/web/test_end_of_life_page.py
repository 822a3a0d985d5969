"""The end-of-life order on its page: the right animal, the way on, the watch, death over time, aftercare."""

import pytest

from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.usecases.context import record
from holdfast.usecases.ports import NewHeld
from holdfast.usecases.timeline import timeline
from holdfast.usecases.tray_watch import TrayWatch
from making import monitor_message, numeric
from web.test_entries import base, entries, place_order
from web.web_house import House


def page(house: House) -> str:
    answer = house.client("clinician").get(f"{base(house)}/end-of-life")
    assert answer.status_code == 200, answer.text
    return answer.text


def told(house: House) -> dict:
    return house.client("clinician").get(f"/api{base(house)}/end-of-life").json()["order"]


def do(house: House, step: str, who: str = "clinician", **fields: object):
    return house.post(who, f"{base(house)}/end-of-life/{step}", {"order_id": told(house)["order_id"], **fields})


def test_without_an_order_the_page_says_so(house) -> None:
    assert "No end-of-life order is on record" in page(house)
    assert told(house) is None


def test_every_step_recorded_the_act_takes_one_touch_and_no_reason(house) -> None:
    order_id = place_order(house)
    assert do(house, "identity", how="microchip", read="900 111").status_code == 303
    consent = {"by": "Officer Reyes", "relation": "handler", "how": "telephone", "confirmed_by": "Kim"}
    assert do(house, "consent", **consent).status_code == 303
    assert do(house, "quality", tool="Quality of life (HHHHHMM)", total="18").status_code == 303
    comfort = {"analgesia": "given", "sedation": "given", "sedative": "propofol", "sedative_amount": "120 mg"}
    assert do(house, "comfort", **comfort).status_code == 303
    house.client("clinician").get(f"{base(house)}/second-look")
    decision = {"order_id": order_id, "decision": "proceed", "reason": "suffering_not_relievable"}
    assert house.post("clinician", f"{base(house)}/decision", decision).headers["location"].endswith("/end-of-life")
    assert do(house, "tray", who="technician").status_code == 303
    assert told(house)["missing"] == []
    assert do(house, "perform").status_code == 303
    assert told(house)["state"] == "performed"
    assert entries(house, "StepsPassed") == []
    (given,) = house.ctx.book.case(house.case_id).treatments
    assert (given.category, given.what) == ("sedative", "propofol")


def test_with_nothing_on_record_one_reason_is_enough_and_what_was_passed_stays_readable(house) -> None:
    place_order(house)
    refused = do(house, "perform")
    assert refused.status_code == 400
    assert "Not on record yet" in refused.text
    assert do(house, "perform", reason="suffering").status_code == 303
    (passed,) = entries(house, "StepsPassed")
    assert set(passed.steps) == {"identity", "quality_of_life", "comfort", "look", "decision", "tray"}
    assert 'data-standing="passed"' in page(house)
    words = [line.text for line in timeline(house.ctx, house.case_id)]
    assert any(text.startswith("Went on without: the right animal") for text in words)
    assert house.client("clinician").get(f"{base(house)}/second-look").status_code == 200


def test_a_chip_of_another_dog_is_told_and_a_note_settles_it(house) -> None:
    house.post("clinician", f"{base(house)}/corrections", {"field": "microchip", "value": "900-1", "reason": "read"})
    place_order(house)
    wrong = do(house, "identity", how="microchip", read="900 2")
    assert wrong.status_code == 400
    assert "on record Rex has 9001" in wrong.text
    assert do(house, "identity", how="microchip", read="900 1").status_code == 303
    assert do(house, "identity", how="microchip", read="900 2", note="the record was wrong").status_code == 303


def test_consent_by_telephone_needs_a_second_person(house) -> None:
    place_order(house)
    answer = do(house, "consent", by="Mrs Hartmann", relation="owner", how="telephone")
    assert answer.status_code == 400
    assert "second person" in answer.text


def test_who_may_not_decide_may_stop_but_not_perform(house) -> None:
    place_order(house)
    assert do(house, "perform", who="technician", reason="suffering").status_code == 403
    do(house, "perform", reason="suffering")
    assert do(house, "stop", who="technician", reason="sign_of_life").status_code == 303
    assert told(house)["state"] == "stopped"
    assert do(house, "perform", reason="suffering").status_code == 400


def test_the_same_touch_sent_twice_is_one_act(house) -> None:
    place_order(house)
    for _ in range(2):
        assert do(house, "perform", reason="suffering", command_id="once").status_code == 303
    assert len(entries(house, "Performed")) == 1


def test_death_takes_two_checks_more_than_five_minutes_apart_or_a_stated_reason(house) -> None:
    place_order(house)
    do(house, "perform", reason="suffering")
    gone = {"absent": ["heartbeat", "breathing", "corneal_reflex"]}
    do(house, "check", **gone)
    assert "do not confirm it yet" in do(house, "confirm").text
    house.clock.advance(240)
    do(house, "check", **gone)
    assert told(house)["death"]["met"] is False
    house.clock.advance(90)
    do(house, "check", **gone)
    assert told(house)["death"]["met"] is True
    assert 'data-testid="confirm-death"' in page(house)
    assert do(house, "confirm").status_code == 303
    assert told(house)["state"] == "confirmed"


def test_a_heartbeat_that_came_back_makes_earlier_checks_void(house) -> None:
    order_id = place_order(house)
    do(house, "perform", reason="suffering")
    gone = {"absent": ["heartbeat", "breathing", "corneal_reflex"]}
    do(house, "check", **gone)
    house.clock.advance(400)
    back = eol.LastMinuteChange(at_us=house.clock.at_us, order_id=order_id, change="heartbeat_back", text="40 /min")
    record(house.ctx, actor="holdfast", stream=ev.case_stream(house.case_id), events=[back])
    house.clock.advance(5)
    do(house, "check", **gone)
    assert told(house)["death"]["met"] is False
    assert "A heartbeat is on the monitor again" in page(house)
    assert do(house, "confirm", reason="seen_otherwise", words="ultrasound").status_code == 303


def test_a_sign_of_life_after_all_leads_back(house) -> None:
    place_order(house)
    do(house, "perform", reason="suffering")
    do(house, "confirm", reason="seen_otherwise")
    do(house, "check", present=["breathing"])
    assert told(house)["state"] == "performed"


def test_aftercare_is_one_touch_each_and_what_is_left_open_takes_a_word(house) -> None:
    place_order(house)
    do(house, "aftercare", item="necropsy", choice="accepted")
    do(house, "perform", reason="suffering")
    do(house, "confirm", reason="seen_otherwise")
    refused = do(house, "finish")
    assert "Still open" in refused.text
    assert "Necropsy" not in refused.text.split("Still open")[1][:120]
    assert do(house, "finish", reason="the family decides tomorrow").status_code == 303
    assert house.ctx.book.case(house.case_id).closed == "euthanised"
    assert told(house)["state"] == "finished"
    assert "Finished" in page(house)


def test_a_dog_without_a_monitor_is_said_to_be_unwatched(house) -> None:
    order_id = place_order(house)
    house.post(
        "clinician", f"{base(house)}/decision", {"order_id": order_id, "decision": "proceed", "reason": "dying_now"}
    )
    do(house, "tray")
    assert "The monitor is silent" in page(house)
    house.post("clinician", f"{base(house)}/bed", {"bed": ""})
    assert "it lies on no bed" in page(house)


def test_the_watch_in_the_house_records_a_spike_once_the_tray_is_ready(house) -> None:
    order_id = place_order(house)
    watch = TrayWatch(house.ctx, house.ward.view)

    def second(rate: float) -> None:
        now_us = house.clock.advance(1)
        message = monitor_message(numeric("hr", rate, at_us=now_us), sent_us=now_us, control_id=str(now_us))
        house.ward.hear(NewHeld(case_id=house.case_id, bed="Bed 1", received_us=now_us, message=message))
        watch.follow(now_us)

    for rate in [170.0] * 40 + [205.0] * 8 + [170.0] * 25:
        second(rate)
    assert entries(house, "LastMinuteChange") == []
    house.post(
        "clinician", f"{base(house)}/decision", {"order_id": order_id, "decision": "proceed", "reason": "dying_now"}
    )
    do(house, "tray")
    assert 'data-testid="no-change"' in page(house)
    for rate in [170.0] * 3 + [206.0] * 6:  # within the time in which a change that was told is not told again
        second(rate)
    (change,) = entries(house, "LastMinuteChange")
    assert change.text == "Heart rate rose from 170 to 206 /min"
    shown = page(house)
    assert "What it is not." in shown
    assert "Stop: the dog changed" in shown
    assert do(house, "stop", reason="change_seen").status_code == 303
    assert told(house)["state"] == "stopped"


@pytest.mark.parametrize(
    ("text", "changes"),
    [("Look again: better for 30 min. This promises nothing", ["rally"]), ("Better for 30 min, after crystalloid", [])],
)
def test_a_rally_is_told_at_the_tray_and_one_that_a_drug_explains_is_not(house, text: str, changes: list[str]) -> None:
    order_id = place_order(house)
    proceed = {"order_id": order_id, "decision": "proceed", "reason": "dying_now"}
    house.post("clinician", f"{base(house)}/decision", proceed)
    do(house, "tray")
    watch = TrayWatch(house.ctx, house.ward.view)
    watch.follow(house.clock.advance(1))
    began = ev.MonitorConditionBegan(at_us=house.clock.now_us(), condition="sustained_improvement", text=text)
    record(house.ctx, actor="holdfast", stream=ev.case_stream(house.case_id), events=[began])
    for _ in range(60):
        watch.follow(house.clock.advance(1))
    assert [one.change for one in entries(house, "LastMinuteChange")] == changes
    look = house.client("technician").get(f"{base(house)}/second-look").text
    assert ("Look again, measure again." in look) == bool(changes)
