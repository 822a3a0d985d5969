"""Alarms of a running ward: raised from numbers and states, and still there after a reload, a restart, a full disk."""

import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record.alarm_events import AlarmCleared, AlarmEscalated, AlarmRaised
from holdfast.record.monitor import Alert
from holdfast.signals.conditions import Began, Ended
from holdfast.signals.observed import RateLimits
from holdfast.usecases import alarms, beds, cases
from holdfast.usecases.alarm_log import alarm_log
from holdfast.usecases.alarm_views import urgency
from holdfast.usecases.live_alarms import BedAlarms
from holdfast.web import alarm_words
from holdfast.web.alarm_strip import strip
from usecases.alarm_ward import AlarmWard


@pytest.fixture
def ward() -> AlarmWard:
    return AlarmWard()


def test_a_number_beyond_its_limit_is_raised_after_its_delay_and_cleared(ward: AlarmWard) -> None:
    ward.seconds(15, hr=214)
    assert ward.view().alarms == ()
    ward.seconds(1, hr=214)
    (alarm,) = ward.view().alarms
    assert (alarm.kind, alarm.priority, alarm.state, alarm.text) == (
        "hr_high", "medium", "active", "Heart rate 214 /min, limit 170",
    )  # fmt: skip
    assert ward.view().sound == "medium"
    ward.seconds(1, hr=230)
    assert ward.alarm("hr_high").text == "Heart rate 230 /min, limit 170"
    ward.seconds(8, hr=120)
    assert ward.view().alarms == ()
    assert [type(event) for event in ward.events(AlarmRaised, AlarmCleared)] == [AlarmRaised, AlarmCleared]


def test_an_arrest_is_raised_with_the_message_that_shows_it(ward: AlarmWard) -> None:
    ward.ecg(20)
    ward.ecg(6, beats=False)
    alarm = ward.alarm("asystole")
    assert (alarm.priority, alarm.sounding, alarm.rule) == ("high", True, "asystole")
    assert ward.view().sound == "high"
    (event,) = ward.events(AlarmRaised)
    assert isinstance(event, AlarmRaised)
    assert event.at_us - event.since_us <= 2 * US_PER_S


def test_a_silent_monitor_is_one_technical_alarm_and_keeps_what_was(ward: AlarmWard) -> None:
    ward.seconds(30, hr=214, spo2=97)
    ward.seconds(200)
    assert ward.states() == {"hr_high": "active", "no_data": "active"}
    assert ward.alarm("no_data").technical
    ward.seconds(10, hr=120, spo2=97)
    assert ward.states() == {}


def test_a_number_that_is_missed_while_others_come_is_said_and_then_forgotten(ward: AlarmWard) -> None:
    ward.seconds(30, spo2=80, hr=120)
    assert ward.states() == {"spo2_desat_low": "active"}
    ward.seconds(90, hr=120)
    assert ward.states() == {"spo2_desat_low": "active", "value_lost": "active"}
    ward.seconds(600, hr=120)
    assert ward.alarm("spo2_desat_low").state == "latched"
    assert "not_known" in [line.why_cleared for line in alarm_log(ward.ctx, ward.case_id)]


def test_an_alarm_of_the_monitor_keeps_its_words_and_priority(ward: AlarmWard) -> None:
    alert = Alert(text="APNEA", priority="high", kind="physiological", phase="start", at_us=ward.clock.at_us)
    ward.seconds(1, alert, hr=120)
    alarm = ward.alarm("monitor_alert")
    assert (alarm.text, alarm.priority, alarm.signal) == ("Monitor says: APNEA", "high", "MON-1: APNEA")


def test_a_state_that_was_seen_over_hours_is_an_alarm_like_the_others(ward: AlarmWard) -> None:
    ward.seconds(5, hr=120)
    worse = Began("deterioration", "", "Getting worse for 2 h", ward.clock.at_us, False, "medium")
    ward.ward.tell(ward.case_id, worse, ward.clock.at_us)
    assert (ward.alarm("deterioration").text, ward.alarm("deterioration").state) == ("Getting worse for 2 h", "active")
    ward.ward.tell(ward.case_id, Ended("deterioration", "", ward.clock.at_us), ward.clock.at_us)
    ward.seconds(61, hr=120)
    assert ward.alarm("deterioration").state == "latched"


def test_nobody_who_acknowledges_is_called_and_the_others_are(ward: AlarmWard) -> None:
    ward.seconds(4, spo2=70)
    ward.seconds(31, spo2=70)
    assert ward.alarm("spo2_desat_low").called == "technician on duty"
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm("spo2_desat_low").alarm_id)
    ward.seconds(200, spo2=70)
    assert len(ward.events(AlarmEscalated)) == 1


def test_acknowledging_silences_that_alarm_and_a_new_one_sounds(ward: AlarmWard) -> None:
    ward.seconds(20, hr=214, spo2=97)
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm("hr_high").alarm_id)
    alarm = ward.alarm("hr_high")
    assert (alarm.state, alarm.acknowledged_by, ward.view().sound) == ("acknowledged", "Nurse Kim", "")
    ward.seconds(5, hr=214, spo2=70)
    assert [a.kind for a in ward.view().alarms] == ["spo2_desat_low", "hr_high"]
    assert ward.view().sound == "high"


def test_a_pause_hushes_what_stands_shows_it_and_lets_a_new_alarm_sound(ward: AlarmWard) -> None:
    ward.seconds(20, hr=214, spo2=97)
    alarms.pause(ward.ctx, actor="kim", case_id=ward.case_id, minutes=2)
    assert (ward.view().sound, ward.view().paused_by, len(ward.view().alarms)) == ("", "Nurse Kim", 1)
    ward.seconds(5, hr=214, spo2=70)
    assert ward.view().sound == "high"
    assert not ward.alarm("hr_high").sounding
    ward.seconds(120, hr=214, spo2=97)
    assert ward.view().paused_until_us is None
    assert ward.alarm("hr_high").sounding


def test_limits_of_this_dog_hold_from_the_next_second_on(ward: AlarmWard) -> None:
    ward.seconds(20, hr=214)
    alarms.set_limit(ward.ctx, actor="kim", case_id=ward.case_id, key="hr", low=40, high=230, why="puppy in pain")
    ward.seconds(8, hr=214)
    assert ward.view().alarms == ()


def test_what_is_extreme_for_this_dog_reaches_the_rules_of_the_signals(ward: AlarmWard) -> None:
    def extreme() -> RateLimits:
        return BedAlarms(ward.ctx, ward.case_id, ward.clock.at_us).rate_limits(ward.clock.at_us)

    assert (extreme().bradycardia_per_min, extreme().tachycardia_per_min) == (25, 220)
    cases.measure_weight(ward.ctx, actor="vet", case_id=ward.case_id, weight_kg=4.0)
    assert (extreme().bradycardia_per_min, extreme().tachycardia_per_min) == (30, 240)
    alarms.set_limit(ward.ctx, actor="kim", case_id=ward.case_id, key="hr_extreme", low=None, high=260, why="puppy")
    assert (extreme().bradycardia_per_min, extreme().tachycardia_per_min) == (0, 260)


def test_another_weight_brings_other_limits(ward: AlarmWard) -> None:
    ward.seconds(20, hr=185)
    assert ward.states() == {"hr_high": "active"}
    cases.measure_weight(ward.ctx, actor="vet", case_id=ward.case_id, weight_kg=4.0)
    ward.seconds(8, hr=185)
    assert ward.states() == {}


def test_what_is_off_is_not_raised_is_shown_and_comes_back(ward: AlarmWard) -> None:
    ward.seconds(20, hr=214)
    alarms.switch_off(ward.ctx, actor="kim", case_id=ward.case_id, kind="hr_high", reason="exam", minutes=5)
    ward.seconds(100, hr=214)
    assert ward.view().alarms == ()
    (off,) = ward.view().off
    assert (off.kind, off.label, off.by, off.reason) == ("hr_high", "Heart rate high", "Nurse Kim", "exam")
    ward.seconds(220, hr=214)
    assert ward.states() == {"hr_high": "active"}
    assert ward.view().off == ()


def test_a_value_inside_its_limit_is_not_raised_because_an_alarm_about_it_stays_visible(ward: AlarmWard) -> None:
    ward.seconds(5, art_mean=80)
    ward.seconds(20, art_mean=50)
    ward.seconds(15, art_mean=80)
    assert ward.states() == {"art_mean_low": "latched"}
    ward.seconds(30, art_mean=61)
    assert ward.states() == {"art_mean_low": "latched"}
    ward.seconds(15, art_mean=59)
    assert ward.states() == {"art_mean_low": "active"}


def test_the_log_says_of_an_alarm_that_became_more_that_it_was_raised_anew(ward: AlarmWard) -> None:
    ward.seconds(3, hr=120)
    for lead in ("ecg_i", "ecg_ii"):
        ward.tell(Began("lead_off", lead, "ECG lead off", ward.clock.at_us, True, "medium"))
        ward.seconds(6, hr=120)
    newest, oldest = alarm_log(ward.ctx, ward.case_id)
    assert (newest.why_cleared, oldest.why_cleared) == ("", "raised_anew")


def test_a_dog_that_is_moved_keeps_what_nobody_acknowledged(ward: AlarmWard) -> None:
    ward.seconds(20, hr=214, spo2=70)
    beds.add_bed(ward.ctx, actor="vet", bed="ICU 2")
    cases.assign_bed(ward.ctx, actor="vet", case_id=ward.case_id, bed="ICU 2")
    ward.tick()
    left = ward.ward.view("ICU 2", ward.clock.at_us).alarms
    assert [(a.kind, a.state) for a in left.alarms] == [("spo2_desat_low", "latched")]
    assert ward.view().alarms == ()


def test_the_alarms_of_a_dog_that_was_taken_off_its_bed_are_seen_until_somebody_acknowledges(ward: AlarmWard) -> None:
    ward.seconds(20, hr=120, spo2=70)
    cases.assign_bed(ward.ctx, actor="vet", case_id=ward.case_id, bed="")
    ward.tick()
    (left,) = ward.ward.without_bed(ward.clock.at_us)
    assert (left.bed, left.name, [a.state for a in left.alarms.alarms]) == ("", "Rex", ["latched"])
    (row,) = strip((*ward.ward.board(ward.clock.at_us), left), ward.clock.at_us).alarms
    assert alarm_words.where(row) == "Rex · on no bed"
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=row.alarm.alarm_id)
    assert ward.ward.without_bed(ward.clock.at_us) == []


def test_what_was_told_of_a_dog_goes_with_it_to_another_bed(ward: AlarmWard) -> None:
    ward.seconds(5, hr=120)
    ward.tell(Began("deterioration", "", "Getting worse for 2 h", ward.clock.at_us, False, "medium"))
    beds.add_bed(ward.ctx, actor="vet", bed="ICU 2")
    cases.assign_bed(ward.ctx, actor="vet", case_id=ward.case_id, bed="ICU 2")
    ward.tick()
    ward.bed = "ICU 2"
    ward.seconds(5, hr=120)
    assert ward.states() == {"deterioration": "active"}
    ward.tell(Ended("deterioration", "", ward.clock.at_us))
    cases.assign_bed(ward.ctx, actor="vet", case_id=ward.case_id, bed="ICU 1")
    ward.tick()
    ward.bed = "ICU 1"
    ward.seconds(5, hr=120)
    assert ward.states() == {"deterioration": "latched"}


def test_a_deterioration_that_becomes_urgent_is_raised_anew(ward: AlarmWard) -> None:
    ward.seconds(5, hr=120)
    for priority in ("medium", "high"):
        ward.tell(Began("deterioration", "", "Getting worse", ward.clock.at_us, False, priority))
        ward.seconds(1, hr=120)
    assert (ward.alarm("deterioration").priority, len(ward.events(AlarmRaised))) == ("high", 2)


def test_a_closed_case_has_no_alarms(ward: AlarmWard) -> None:
    ward.seconds(20, hr=214, spo2=70)
    cases.close_case(ward.ctx, actor="vet", case_id=ward.case_id, outcome="home")
    ward.tick()
    assert ward.ctx.book.case(ward.case_id).alarms.alarms == ()


def test_beds_are_ranked_by_who_needs_a_person_first(ward: AlarmWard) -> None:
    quiet = ward.view()
    ward.seconds(20, hr=214, spo2=97)
    medium = ward.view()
    ward.seconds(5, hr=214, spo2=70)
    high = ward.view()
    for alarm in high.alarms:
        alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=alarm.alarm_id)
    known = ward.view()
    assert sorted([quiet, known, medium, high], key=urgency) == [high, medium, known, quiet]


def test_the_log_says_what_was_raised_who_acknowledged_and_who_was_called(ward: AlarmWard) -> None:
    ward.seconds(40, spo2=70)
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm("spo2_desat_low").alarm_id)
    ward.seconds(10, spo2=97)
    ward.seconds(20, spo2=97, hr=214)
    newest, oldest = alarm_log(ward.ctx, ward.case_id)
    assert (newest.kind, newest.cleared_us) == ("hr_high", None)
    assert (oldest.text, oldest.acknowledged_by, oldest.why_cleared) == (
        "SpO2, far too low 70 %, limit 85", "Nurse Kim", "over",
    )  # fmt: skip
    assert [whom for whom, _ in oldest.called] == ["technician on duty"]
