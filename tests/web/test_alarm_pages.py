"""Alarms on pages: what stands, who acknowledged, what is paused, off and limited, and what the rules are worth."""

import re

import pytest
from msgspec.structs import replace

from holdfast.monitoring.scorecards import scorecards
from holdfast.record.alarm_events import AlarmCleared, AlarmRaised
from holdfast.record.events import case_stream
from holdfast.usecases import cases
from holdfast.usecases.context import record
from holdfast.web.alarm_strip import ranked, strip
from holdfast.web.pages.rules import cards


def raise_alarm(house, *, alarm_id="a1", alarm="asystole", text="No heartbeat for 4 s", priority="high", case_id=""):
    at_us = house.clock.at_us
    event = AlarmRaised(
        at_us=at_us,
        alarm_id=alarm_id,
        alarm=alarm,
        signal="",
        text=text,
        priority=priority,
        technical=False,
        audible_when_over=False,
        since_us=at_us - 4_000_000,
    )
    record(house.ctx, actor="holdfast", stream=case_stream(case_id or house.case_id), events=[event])
    house.clock.advance(5)


def end_alarm(house, alarm_id="a1", *, why="over"):
    event = AlarmCleared(at_us=house.clock.at_us, alarm_id=alarm_id, why=why, latches=True)
    record(house.ctx, actor="holdfast", stream=case_stream(house.case_id), events=[event])


def second_dog(house) -> str:
    admission = cases.Admission(name="Leo", weight_kg=34.0, bed="Bed 2", training=True)
    return cases.admit(house.ctx, actor="holdfast", admission=admission)


def base(house) -> str:
    return f"/cases/{house.case_id}/alarms"


def bar(page: str) -> str:
    return re.search(r'(?s)<aside class="alarm-bar".*?</aside>', page).group(0)


def now(house):
    return strip(house.ward.board(house.clock.at_us), house.clock.at_us)


def test_an_alarm_stands_in_the_bar_of_every_page_and_on_its_own_bed(house) -> None:
    raise_alarm(house)
    client = house.client("technician")
    for path in ("/", "/cases", "/beds/Bed 2", "/quarantine", "/rules", "/account", f"/cases/{house.case_id}/timeline"):
        assert "No heartbeat for 4 s" in bar(client.get(path).text), path
    assert client.get("/beds/Bed 1").text.count("No heartbeat for 4 s") == 2
    assert client.get("/beds/Bed 2").text.count("No heartbeat for 4 s") == 1


def test_who_may_not_see_the_ward_gets_no_bar(house) -> None:
    raise_alarm(house)
    page = house.client("handler").get("/account").text
    assert 'id="alarm-bar"' not in page
    assert "No heartbeat" not in page


def test_acknowledging_ends_the_sound_and_says_who(house) -> None:
    raise_alarm(house)
    assert (now(house).sound, now(house).sounding) == ("high", house.case_id)
    answer = house.post("technician", f"{base(house)}/a1/acknowledge")
    assert answer.status_code == 303
    told = now(house)
    assert told.sound == ""
    assert [(row.alarm.state, row.alarm.acknowledged_by) for row in told.alarms] == [("acknowledged", "A technician")]
    page = house.client("clinician").get("/").text
    assert "Acknowledged by A technician" in bar(page)
    log = house.client("clinician").get(base(house)).text
    assert "A technician" in re.search(r'(?s)data-testid="log-line".*?</tr>', log).group(0)


def test_the_second_to_acknowledge_is_told_that_it_was_done(house) -> None:
    raise_alarm(house)
    house.post("technician", f"{base(house)}/a1/acknowledge")
    answer = house.post_json("clinician", f"/api{base(house)}/a1/acknowledge", {})
    assert answer.status_code == 400
    assert "A technician" in answer.json()["error"]["problem"]


def test_the_same_press_sent_twice_is_one(house) -> None:
    raise_alarm(house)
    told = [
        house.post_json("technician", f"/api{base(house)}/a1/acknowledge", {"command_id": "press"}) for _ in range(2)
    ]
    assert [answer.json()["duplicate"] for answer in told] == [False, True]


def test_an_alarm_that_is_over_and_unseen_looks_different(house) -> None:
    raise_alarm(house)
    end_alarm(house)
    page = house.client("technician").get("/beds/Bed 1").text
    assert page.count("It is over, nobody has seen it") == 2
    assert 'class="alarm high latched"' in page


@pytest.mark.parametrize(
    ("why", "bar_says", "log_says"),
    [
        ("over", "It is over, nobody has seen it", "over, "),
        ("not_known", "Not known any more whether it lasts, nobody has seen it", "not known any more, "),
        ("not_watched", "Not watched any more, nobody has seen it", "not watched any more, "),
        ("part_of:lead_off", "It is over", "part of: ECG lead off, "),
    ],
)
def test_why_an_alarm_ended_stands_in_the_bar_and_in_the_log(house, why, bar_says, log_says) -> None:
    raise_alarm(house)
    end_alarm(house, why=why)
    page = house.client("technician").get(base(house)).text
    assert bar_says in bar(page)
    assert log_says in re.search(r'(?s)data-testid="log-line".*?</tr>', page).group(0)


def test_an_alarm_that_is_not_on_disk_yet_is_not_said_to_be_gone(house, monkeypatch) -> None:
    raise_alarm(house)
    view = house.ward.view("Bed 1", house.clock.at_us)
    (alarm,) = view.alarms.alarms
    unwritten = replace(view, alarms=replace(view.alarms, alarms=(replace(alarm, alarm_id="a2"),)))
    monkeypatch.setattr(house.ward, "view", lambda *_: unwritten)
    answer = house.post_json("technician", f"/api{base(house)}/a2/acknowledge", {})
    assert "not yet on disk" in answer.json()["error"]["problem"]


def test_the_clinic_says_on_the_page_of_the_rules_who_is_called(house) -> None:
    fields = {"priority": ["high", "medium"], "after_s": ["20", ""], "whom": ["Nurse Kim", ""], "why": "night"}
    house.post("clinician", "/rules/ladder", fields)
    page = house.client("clinician").get("/rules").text
    assert "high priority, after 20 s: Nurse Kim" in page
    assert "Set by this clinic" in page
    refused = house.post("clinician", "/rules/ladder", {**fields, "priority": ["low", "low"]})
    assert refused.status_code == 400
    assert "high priority would call nobody" in refused.text
    assert house.post("investigator", "/rules/ladder", fields).status_code == 403


def test_a_pause_has_an_end_and_a_new_alarm_sounds_through_it(house) -> None:
    raise_alarm(house)
    assert house.post("technician", f"{base(house)}/pause", {"minutes": "900"}).status_code == 400
    house.post("technician", f"{base(house)}/pause", {"minutes": "2"})
    (pause,) = now(house).paused
    assert (pause.name, pause.by, pause.until_us) == ("Rex", "A technician", house.clock.at_us + 120_000_000)
    assert now(house).sound == ""
    assert "No heartbeat" in bar(house.client("technician").get("/").text), "only the sound is paused"
    house.clock.advance(30)
    raise_alarm(house, alarm_id="a2", alarm="lead_off", text="Lead off", priority="medium")
    assert now(house).sound == "medium"
    house.clock.advance(100)
    assert (now(house).sound, now(house).paused) == ("high", ())


def test_sounding_again_before_the_end(house) -> None:
    raise_alarm(house)
    house.post("technician", f"{base(house)}/pause", {"minutes": "2"})
    house.post("clinician", f"{base(house)}/resume")
    assert now(house).sound == "high"


def test_an_alarm_is_off_only_with_a_reason_that_everybody_reads(house) -> None:
    fields = {"kind": "rr_high", "minutes": "60"}
    assert house.post("technician", f"{base(house)}/off", fields).status_code == 400
    house.post("technician", f"{base(house)}/off", {**fields, "reason": "pants after the walk"})
    for path in (base(house), "/beds/Bed 1"):
        page = house.client("clinician").get(path).text
        assert "pants after the walk" in page, path
        assert "A technician" in page, path
    house.post("clinician", f"{base(house)}/on", {"kind": "rr_high"})
    assert "pants after the walk" not in house.client("clinician").get("/beds/Bed 1").text


def test_an_arrest_cannot_be_switched_off_for_good(house) -> None:
    for minutes in ("", "240"):
        answer = house.post(
            "clinician", f"{base(house)}/off", {"kind": "asystole", "minutes": minutes, "reason": "so quiet"}
        )
        assert answer.status_code == 400
        assert "at most" in answer.text
        assert "so quiet" in answer.text, "what was typed is not lost"


def test_limits_say_where_they_come_from_and_who_changed_them(house) -> None:
    client = house.client("clinician")
    before = re.search(r'(?s)data-testid="limit-hr".*?</form>', client.get(base(house)).text).group(0)
    assert "Default" in before
    fields = {"key": "hr", "low": "45", "high": "", "why": "an athlete"}
    assert house.post("clinician", f"{base(house)}/limits", {**fields, "why": ""}).status_code == 400
    house.post("clinician", f"{base(house)}/limits", fields)
    after = re.search(r'(?s)data-testid="limit-hr".*?</form>', client.get(base(house)).text).group(0)
    assert "at least 45" in after
    assert "A clinician" in after
    assert "an athlete" in after
    assert "Default:" in after


def test_who_investigates_sees_no_ward(house) -> None:
    raise_alarm(house)
    client = house.client("investigator")
    for path in ("/", "/beds/Bed 1", base(house)):
        assert client.get(path).status_code == 403, path


def test_the_bed_that_needs_a_person_first_stands_first(house) -> None:
    leo = second_dog(house)
    assert [view.bed for view in ranked(house.ward.board(house.clock.at_us))] == ["Bed 1", "Bed 2"]
    raise_alarm(house, alarm_id="m", alarm="lead_off", text="Lead off", priority="medium")
    raise_alarm(house, alarm_id="h", case_id=leo)
    assert [view.bed for view in ranked(house.ward.board(house.clock.at_us))] == ["Bed 2", "Bed 1"]
    assert [row.alarm.alarm_id for row in now(house).alarms] == ["h", "m"]
    house.post("clinician", f"/cases/{leo}/alarms/h/acknowledge")
    assert [row.alarm.alarm_id for row in now(house).alarms] == ["m", "h"], "what nobody has seen comes first"
    assert now(house).sounding == house.case_id


def test_the_bar_hears_of_an_alarm(house) -> None:
    with house.client("clinician") as client, client.websocket_connect("/live/alarms") as socket:
        told = socket.receive_json()
        assert (told["type"], told["sound"], told["alarms"]) == ("alarms", "", [])
        raise_alarm(house)
        while not told["alarms"]:
            told = socket.receive_json()
        (row,) = told["alarms"]
        assert (row["bed"], row["name"], row["alarm"]["text"]) == ("Bed 1", "Rex", "No heartbeat for 4 s")
        assert told["sound"] == "high"


def test_an_arrest_that_nothing_can_see_is_over_when_a_person_says_so_on_the_page(house, monkeypatch) -> None:
    raise_alarm(house)
    house.post("clinician", f"{base(house)}/a1/acknowledge")
    client = house.client("clinician")
    assert 'data-testid="say-over"' not in client.get(base(house)).text
    assert "still tell" in house.post("clinician", f"{base(house)}/a1/over").text
    view = house.ward.view

    def unseen(bed, now_us):
        seen = view(bed, now_us)
        rows = tuple(replace(alarm, unseen=True) for alarm in seen.alarms.alarms)
        return replace(seen, alarms=replace(seen.alarms, alarms=rows))

    monkeypatch.setattr(house.ward, "view", unseen)
    assert 'data-testid="say-over"' in client.get(base(house)).text
    house.post("clinician", f"{base(house)}/a1/over")
    page = client.get(base(house)).text
    assert "No heartbeat for 4 s" not in bar(page)
    assert "over, said " in page


def test_the_alarms_of_a_dog_on_no_bed_are_in_the_bar_and_lead_to_its_alarms(house) -> None:
    raise_alarm(house)
    cases.assign_bed(house.ctx, actor="holdfast", case_id=house.case_id, bed="")
    page = bar(house.client("clinician").get("/").text)
    assert "Rex · on no bed" in page
    assert f'href="{base(house)}"' in page


def test_every_rule_has_a_scorecard_and_the_page_says_where_nothing_was_measured(house) -> None:
    kinds = house.ctx.knowledge.alarms.kinds.values()
    assert {kind.rule for kind in kinds if kind.rule} <= set(cards())
    page = house.client("technician").get("/rules").text
    for card in cards().values():
        section = re.search(rf'(?s)data-testid="rule-{card.key}".*?</section>', page).group(0)
        assert ("Nothing measured yet" in section) == (not card.figures), card.key


@pytest.mark.parametrize("wrong", [[{"key": "x"}], "text", [{"key": "x", "colour": "red"}]])
def test_a_scorecard_that_does_not_fit_is_refused(wrong) -> None:
    with pytest.raises(Exception, match="scorecards cannot be read"):
        scorecards(wrong)
