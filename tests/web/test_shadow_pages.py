"""The page of silent rules: switching with a reason, verdicts, and nothing of it on the screens of the ward."""

from holdfast.record import events as ev
from holdfast.record.shadow_events import ShadowEnded, ShadowSpoke
from holdfast.usecases import cases, shadow
from holdfast.usecases.context import record

PAGE = "/rules/silent"


def a_word(house) -> str:
    """A silent rule spoke of a patient, and it is over."""
    case_id = cases.admit(house.ctx, actor="holdfast", admission=cases.Admission(name="Leo", weight_kg=30.0))
    at_us = house.clock.at_us
    said = ShadowSpoke(
        at_us=at_us, spoke_id="s1", rule="spo2_low", signal="", text="SpO2 86 <b>", priority="high", since_us=at_us
    )
    over = ShadowEnded(at_us=at_us, spoke_id="s1", why="over")
    record(house.ctx, actor="holdfast", stream=ev.case_stream(case_id), events=[said, over])
    return case_id


def test_a_person_makes_a_rule_silent_and_switches_it_on_again(house) -> None:
    assert "No rule runs silently" in house.client("clinician").get(PAGE).text
    asked = {"rule": "spo2_low", "mode": "shadow", "why": "first weeks"}
    assert house.post("technician", PAGE, asked).status_code == 403
    assert house.post("clinician", PAGE, {**asked, "why": ""}).status_code == 400
    assert house.post("clinician", PAGE, asked).headers["location"] == PAGE
    assert house.ctx.book.clinic.silent == {"spo2_low"}
    assert 'data-testid="silent-spo2_low"' in house.client("technician").get(PAGE).text
    house.post("clinician", PAGE, {"rule": "spo2_low", "mode": "on", "why": "it was right"})
    assert house.ctx.book.clinic.silent == frozenset()


def test_a_verdict_is_given_on_the_page_and_counts(house) -> None:
    shadow.set_mode(house.ctx, actor="clinician", rule="spo2_low", mode="shadow", why="first weeks")
    case_id = a_word(house)
    before = house.client("clinician").get(PAGE).text
    assert "SpO2 86 &lt;b&gt;" in before
    assert "not known" in before
    fields = {"case_id": case_id, "spoke_id": "s1", "verdict": "right", "words": "he bled"}
    assert house.post("clinician", f"{PAGE}/verdicts", fields).status_code == 303
    after = house.client("clinician").get(PAGE).text
    assert "Right in 1 of 1 that people judged" in after
    assert "None wait." in after
    (score,) = house.client("clinician").get("/api/rules/silent").json()
    assert (score["right"], score["spoke"], score["share_95"][1]) == (1, 1, 1.0)


def test_what_a_silent_rule_said_is_on_no_page_of_the_case(house) -> None:
    case_id = a_word(house)
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/timeline", f"/cases/{case_id}/alarms", "/"):
        assert "SpO2 86" not in house.client("clinician").get(path).text, path


def test_the_same_over_the_api(house) -> None:
    answer = house.post_json("clinician", f"/api{PAGE}", {"rule": "deterioration", "mode": "shadow", "why": "weeks"})
    assert [one["rule"] for one in answer.json()] == ["deterioration"]
    refused = house.post_json("clinician", f"/api{PAGE}", {"rule": "asystole", "mode": "shadow", "why": "no"})
    assert refused.status_code == 400
    assert "arrest" in refused.json()["error"]["problem"]
