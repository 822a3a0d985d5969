"""What people do about alarms, and what they are told when it cannot be done."""

import pytest

from holdfast.kernel.errors import OperatorError
from holdfast.record.alarm_events import AlarmAcknowledged, EscalationStep
from holdfast.usecases import alarms, cases
from holdfast.usecases.timeline import timeline
from usecases.alarm_ward import AlarmWard


@pytest.fixture
def ward() -> AlarmWard:
    ward = AlarmWard()
    ward.seconds(20, hr=214)
    return ward


def test_the_same_command_twice_acknowledges_once(ward: AlarmWard) -> None:
    alarm_id = ward.alarm("hr_high").alarm_id
    for _ in range(2):
        alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=alarm_id, command_id="c1")
    assert len(ward.events(AlarmAcknowledged)) == 1


def test_who_comes_second_is_told_who_was_first(ward: AlarmWard) -> None:
    alarm_id = ward.alarm("hr_high").alarm_id
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=alarm_id)
    with pytest.raises(OperatorError, match="Nurse Kim has acknowledged"):
        alarms.acknowledge(ward.ctx, actor="vet", case_id=ward.case_id, alarm_id=alarm_id)


def test_an_alarm_that_is_over_cannot_be_acknowledged(ward: AlarmWard) -> None:
    alarm_id = ward.alarm("hr_high").alarm_id
    ward.seconds(10, hr=120)
    with pytest.raises(OperatorError, match="does not stand"):
        alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=alarm_id)


@pytest.mark.parametrize("minutes", [0, -1, 4, 60])
def test_a_pause_has_one_of_a_few_lengths(ward: AlarmWard, minutes: int) -> None:
    with pytest.raises(OperatorError, match="Choose one of: 1, 2, 3"):
        alarms.pause(ward.ctx, actor="kim", case_id=ward.case_id, minutes=minutes)


def test_a_pause_can_be_ended_early_and_only_once(ward: AlarmWard) -> None:
    alarms.pause(ward.ctx, actor="kim", case_id=ward.case_id, minutes=2)
    ward.seconds(1, hr=214)
    alarms.resume(ward.ctx, actor="kim", case_id=ward.case_id)
    assert ward.view().sound == "medium"
    with pytest.raises(OperatorError, match="not paused"):
        alarms.resume(ward.ctx, actor="kim", case_id=ward.case_id)


@pytest.mark.parametrize(
    ("kind", "reason", "minutes", "said"),
    [
        ("hr_high", "  ", None, "needs a reason"),
        ("hr_hihg", "exam", None, "no alarm 'hr_hihg'"),
        ("hr_high", "exam", 0, "no time"),
        ("asystole", "CPR", None, "15 minutes at most"),
        ("asystole", "CPR", 16, "15 minutes at most"),
        ("no_data", "CT", None, "60 minutes at most"),
        ("monitor_alert", "beeps", None, "15 minutes at most"),
        ("ventricular_tachycardia", "beeps", None, "60 minutes at most"),
        ("extreme_bradycardia", "beeps", None, "60 minutes at most"),
        ("apnea_low", "beeps", None, "60 minutes at most"),
    ],
)
def test_what_may_not_be_switched_off_is_refused(
    ward: AlarmWard, kind: str, reason: str, minutes: int | None, said: str
) -> None:
    with pytest.raises(OperatorError, match=said):
        alarms.switch_off(ward.ctx, actor="kim", case_id=ward.case_id, kind=kind, reason=reason, minutes=minutes)


def test_off_for_good_until_somebody_switches_it_on(ward: AlarmWard) -> None:
    alarms.switch_off(ward.ctx, actor="kim", case_id=ward.case_id, kind="hr_high", reason="puppy")
    assert [(off.kind, off.until_us) for off in ward.view().off] == [("hr_high", None)]
    alarms.switch_on(ward.ctx, actor="kim", case_id=ward.case_id, kind="hr_high")
    ward.seconds(20, hr=214)
    assert ward.states() == {"hr_high": "active"}
    with pytest.raises(OperatorError, match="not switched off"):
        alarms.switch_on(ward.ctx, actor="kim", case_id=ward.case_id, kind="hr_high")


@pytest.mark.parametrize(
    ("key", "low", "high", "why", "said"),
    [
        ("pulse", 40, 200, "x", "no limits for 'pulse'"),
        ("hr", 40, 200, "", "needs a reason"),
        ("hr", 40, 2000, "x", "cannot be right"),
        ("hr", float("nan"), 200, "x", "cannot be right"),
        ("hr", 200, 40, "x", "no room"),
        ("hr", 100, 104, "x", "no room"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(
    ward: AlarmWard, key: str, low: float, high: float, why: str, said: str
) -> None:
    with pytest.raises(OperatorError, match=said):
        alarms.set_limit(ward.ctx, actor="kim", case_id=ward.case_id, key=key, low=low, high=high, why=why)


def test_limits_say_where_they_come_from_and_who_changed_them(ward: AlarmWard) -> None:
    before = {view.key: view for view in alarms.limits(ward.ctx, ward.case_id)}
    assert (before["art_mean"].low, before["art_mean"].grade) == (60, "estimate")
    assert "UVM" in before["art_mean"].source
    assert before["hr"].source.startswith("Default for animals from 25 kg.")
    assert before["spo2"].source.startswith("Default for every other animal.")
    alarms.set_limit(ward.ctx, actor="kim", case_id=ward.case_id, key="hr", low=None, high=230, why="puppy in pain")
    after = {view.key: view for view in alarms.limits(ward.ctx, ward.case_id)}["hr"]
    assert (after.low, after.high, after.default_low, after.default_high) == (None, 230, 35, 170)
    assert (after.source, after.why, after.set_by) == ("Set by Nurse Kim", "puppy in pain", "Nurse Kim")


def test_nothing_is_changed_on_a_closed_case(ward: AlarmWard) -> None:
    cases.close_case(ward.ctx, actor="vet", case_id=ward.case_id, outcome="home")
    with pytest.raises(OperatorError, match="closed"):
        alarms.pause(ward.ctx, actor="kim", case_id=ward.case_id, minutes=2)


def test_the_clinic_says_who_is_called(ward: AlarmWard) -> None:
    steps = (
        EscalationStep(priority="high", after_s=5, whom="Nurse Kim"),
        EscalationStep(priority="medium", after_s=5, whom="Nurse Kim"),
    )
    alarms.set_escalation(ward.ctx, actor="vet", steps=steps, why="one nurse at night")
    ward.seconds(10, hr=214)
    assert ward.alarm("hr_high").called == "Nurse Kim"
    alarms.set_escalation(ward.ctx, actor="vet", steps=(), why="day shift")
    assert alarms.ladder(ward.ctx)[0].whom == "technician on duty"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (EscalationStep(priority="urgent", after_s=5, whom="Kim"), "no priority"),
        (EscalationStep(priority="high", after_s=0, whom="Kim"), "cannot be right"),
        (EscalationStep(priority="high", after_s=5, whom=" "), "calls nobody"),
    ],
)
def test_a_ladder_that_calls_nobody_is_refused(ward: AlarmWard, step: EscalationStep, said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        alarms.set_escalation(ward.ctx, actor="vet", steps=(step,), why="x")


def test_a_ladder_that_leaves_an_arrest_alone_is_refused(ward: AlarmWard) -> None:
    steps = tuple(EscalationStep(priority=priority, after_s=60, whom="Kim") for priority in ("low", "medium"))
    with pytest.raises(OperatorError, match="high priority would call nobody"):
        alarms.set_escalation(ward.ctx, actor="vet", steps=steps, why="x")
    assert alarms.ladder(ward.ctx)[0].priority == "high"


def test_what_people_did_is_on_the_timeline(ward: AlarmWard) -> None:
    alarms.pause(ward.ctx, actor="kim", case_id=ward.case_id, minutes=2)
    alarms.switch_off(ward.ctx, actor="kim", case_id=ward.case_id, kind="temp_low", reason="no probe")
    alarms.set_limit(ward.ctx, actor="kim", case_id=ward.case_id, key="rr", low=None, high=90, why="pants")
    told = [(line.text, line.detail) for line in timeline(ward.ctx, ward.case_id) if line.actor == "kim"]
    assert told == [
        ("Alarm sound paused", "for 2 min"),
        ("Alarm off: Temperature low", "no probe"),
        ("Limits of Respiration: none to 90 /min", "pants"),
    ]
