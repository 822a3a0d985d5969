"""States of the heart that no signal can tell of any more: not over, and said to be so by a person alone."""

import pytest

from holdfast.kernel.errors import OperatorError
from holdfast.record.alarm_events import AlarmCleared, AlarmRaised
from holdfast.signals.conditions import Began, Ended
from holdfast.usecases import alarms
from holdfast.usecases.alarm_log import alarm_log
from holdfast.web import alarm_words
from usecases.alarm_ward import AlarmWard


@pytest.fixture
def ward() -> AlarmWard:
    return AlarmWard()


def lost_from_sight(ward: AlarmWard, kind: str, *, acknowledged: bool = False) -> None:
    """A state of the heart is seen, then no signal can tell of it any more."""
    ward.seconds(3, spo2=97)
    ward.tell(Began(kind, "", kind, ward.clock.at_us, False, "high"))
    ward.seconds(3, spo2=97)
    if acknowledged:
        alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm(kind).alarm_id)
    ward.tell(Ended(kind, "", ward.clock.at_us, known=False))
    ward.seconds(1, spo2=97)


HEART = ["asystole", "ventricular_fibrillation_suspected", "ventricular_tachycardia", "extreme_bradycardia"]


@pytest.mark.parametrize("kind", HEART)
def test_what_no_signal_can_tell_of_any_more_is_not_over(ward: AlarmWard, kind: str) -> None:
    lost_from_sight(ward, kind)
    ward.seconds(60, spo2=97)
    alarm = ward.alarm(kind)
    assert (alarm.state, alarm.sounding, alarm.unseen) == ("active", True, True)
    assert alarm.text.endswith("(not known any more: no signal fit to tell)")


@pytest.mark.parametrize("kind", ["ventricular_tachycardia", "extreme_bradycardia"])
def test_after_long_out_of_sight_a_state_that_is_no_arrest_is_given_up(ward: AlarmWard, kind: str) -> None:
    lost_from_sight(ward, kind)
    ward.seconds(660, spo2=97)
    alarm = ward.alarm(kind)
    assert (alarm.state, alarm.ended_why) == ("latched", "not_known")
    assert alarm_words.state(alarm).startswith("Not known any more whether it lasts, nobody has seen it; ")
    assert ward.events(AlarmCleared)[-1].why == "not_known"  # type: ignore[union-attr]


@pytest.mark.parametrize("acknowledged", [False, True])
def test_an_arrest_is_never_given_up(ward: AlarmWard, acknowledged: bool) -> None:
    lost_from_sight(ward, "asystole", acknowledged=acknowledged)
    ward.seconds(900, spo2=97)
    assert ward.alarm("asystole").state == ("acknowledged" if acknowledged else "active")


def say_over(ward: AlarmWard) -> None:
    alarm = ward.alarm("asystole")
    unseen = {alarm.alarm_id} if alarm.unseen else set[str]()
    alarms.say_over(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=alarm.alarm_id, unseen=unseen)


def test_a_person_says_that_an_arrest_is_over_which_no_signal_can_tell_of(ward: AlarmWard) -> None:
    lost_from_sight(ward, "asystole", acknowledged=True)
    say_over(ward)
    ward.seconds(60, spo2=97)
    assert "asystole" not in ward.states()
    (line,) = [line for line in alarm_log(ward.ctx, ward.case_id) if line.kind == "asystole"]
    assert alarm_words.ended(line, ward.ctx.knowledge.alarms) == "over, said Nurse Kim"
    ward.tell(Began("asystole", "", "asystole", ward.clock.at_us, False, "high"))
    ward.seconds(1, spo2=97)
    assert ward.alarm("asystole").sounding


def test_nobody_can_say_so_of_what_is_seen_or_was_not_acknowledged(ward: AlarmWard) -> None:
    lost_from_sight(ward, "asystole")
    with pytest.raises(OperatorError, match="Nobody has acknowledged"):
        say_over(ward)
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm("asystole").alarm_id)
    ward.tell(Began("asystole", "", "asystole", ward.clock.at_us, False, "high"))
    ward.seconds(1, spo2=97)
    with pytest.raises(OperatorError, match="signals still tell"):
        say_over(ward)


def test_an_acknowledged_arrest_stays_when_its_electrode_falls_off_and_is_the_same_when_it_is_back(
    ward: AlarmWard,
) -> None:
    lost_from_sight(ward, "asystole", acknowledged=True)
    ward.seconds(60, spo2=97)
    assert ward.states()["asystole"] == "acknowledged"
    ward.tell(Began("asystole", "", "asystole", ward.clock.at_us, False, "high"))
    ward.seconds(60, spo2=97)
    assert ward.alarm("asystole").text == "asystole"
    assert ward.states()["asystole"] == "acknowledged"
    assert len(ward.events(AlarmRaised)) == 1


def test_an_arrest_that_was_lost_from_sight_is_over_when_beats_are_counted_again(ward: AlarmWard) -> None:
    lost_from_sight(ward, "asystole")
    ward.ecg(60)
    assert (ward.alarm("asystole").state, ward.alarm("asystole").ended_why) == ("latched", "over")


def test_an_arrest_that_is_not_seen_hides_no_other(ward: AlarmWard) -> None:
    lost_from_sight(ward, "ventricular_fibrillation_suspected", acknowledged=True)
    ward.tell(Began("asystole", "", "asystole", ward.clock.at_us, False, "high"))
    ward.seconds(1, spo2=97)
    assert ward.states()["asystole"] == "active"
    assert ward.view().sound == "high"


def test_a_passing_state_that_is_not_seen_any_more_goes_and_says_why(ward: AlarmWard) -> None:
    lost_from_sight(ward, "ventricular_run")
    ward.seconds(10, spo2=97)
    assert "ventricular_run" not in ward.states()
    assert [event.why for event in ward.events(AlarmCleared)] == ["not_known"]  # type: ignore[union-attr]
