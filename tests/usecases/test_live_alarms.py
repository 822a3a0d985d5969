"""Alarms of a running ward: raised from numbers and states, and still there after a reload, a restart, a full disk."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from holdfast.kernel.errors import WorldError
from holdfast.kernel.limits import ALARM_RETRY_S
from holdfast.kernel.time import US_PER_S
from holdfast.record.alarm_events import AlarmAcknowledged, AlarmCleared, AlarmEscalated, AlarmRaised
from holdfast.record.events import MonitorConditionBegan, MonitorConditionEnded
from holdfast.record.monitor import Alert
from holdfast.signals.conditions import Began, Ended
from holdfast.signals.observed import RateLimits
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases import alarms, beds, cases
from holdfast.usecases.alarm_log import alarm_log
from holdfast.usecases.alarm_views import urgency
from holdfast.usecases.live_alarms import GRACE_S, BedAlarms
from holdfast.usecases.ports import Change, Receipt
from holdfast.web import alarm_words
from usecases.alarm_ward import AlarmWard


@pytest.fixture
def ward() -> AlarmWard:
    return AlarmWard()


@pytest.fixture
def restarting(tmp_path: Path) -> Iterator[tuple[AlarmWard, Callable[[], None]]]:
    """A ward on a real file, and how to stop the program and start it on that file again."""
    path = tmp_path / "record.db"
    ward = AlarmWard(SqlStore(path))

    def restart() -> None:
        ward.store.close()
        ward.start(SqlStore(path))

    yield ward, restart
    ward.store.close()


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


def test_everything_about_alarms_survives_a_restart(restarting: tuple[AlarmWard, Callable[[], None]]) -> None:
    ward, restart = restarting
    ward.ecg(20)
    ward.ecg(6, beats=False)
    ward.ecg(15)
    ward.seconds(1, spo2=97)
    assert ward.states() == {"asystole": "latched"}
    alert = Alert(text="BATTERY", priority="low", kind="technical", phase="start", at_us=ward.clock.at_us)
    ward.seconds(1, alert, spo2=80)
    ward.seconds(4, spo2=80)
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm("spo2_desat_low").alarm_id)
    alarms.set_limit(ward.ctx, actor="kim", case_id=ward.case_id, key="rr", low=4, high=90, why="pants")
    alarms.switch_off(ward.ctx, actor="kim", case_id=ward.case_id, kind="temp_low", reason="no probe")
    alarms.pause(ward.ctx, actor="kim", case_id=ward.case_id, minutes=2)
    before = ward.view()
    restart()
    after = ward.view()
    assert {a.alarm_id: a.state for a in after.alarms} == {a.alarm_id: a.state for a in before.alarms}
    assert {a.state for a in after.alarms} == {"latched", "acknowledged", "active"}
    assert (after.off, after.paused_until_us, after.sound) == (before.off, before.paused_until_us, before.sound)
    assert next(v for v in alarms.limits(ward.ctx, ward.case_id) if v.key == "rr").why == "pants"


def test_after_a_restart_a_lasting_alarm_is_the_same_one(restarting: tuple[AlarmWard, Callable[[], None]]) -> None:
    ward, restart = restarting
    ward.seconds(10, spo2=70)
    alarm_id = ward.alarm("spo2_desat_low").alarm_id
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=alarm_id)
    restart()
    ward.seconds(60, spo2=70)
    assert (ward.alarm("spo2_desat_low").alarm_id, ward.alarm("spo2_desat_low").state) == (alarm_id, "acknowledged")
    assert len(ward.events(AlarmRaised)) == 1


def test_after_a_restart_an_arrest_that_is_over_latches_when_the_analysis_had_its_time(
    restarting: tuple[AlarmWard, Callable[[], None]],
) -> None:
    ward, restart = restarting
    ward.ecg(20)
    ward.ecg(6, beats=False)
    restart()
    ward.ecg(int(GRACE_S) - 5)
    assert ward.states()["asystole"] == "active"
    ward.ecg(20)
    assert ward.states()["asystole"] == "latched"


def test_a_monitor_that_does_not_speak_again_after_a_restart_is_missed(
    restarting: tuple[AlarmWard, Callable[[], None]],
) -> None:
    ward, restart = restarting
    ward.seconds(10, hr=120)
    restart()
    ward.seconds(10)
    assert ward.states() == {"no_data": "active"}
    ward.seconds(5, hr=120)
    assert ward.states() == {}


def test_an_acknowledgement_is_on_disk_before_it_is_answered(
    restarting: tuple[AlarmWard, Callable[[], None]], tmp_path: Path
) -> None:
    ward, _ = restarting
    ward.seconds(20, hr=214)
    alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm("hr_high").alarm_id)
    other = SqlStore(tmp_path / "record.db")
    kinds = [type(item.event) for item in other.read_log(without_blocks=True)]
    other.close()
    assert AlarmAcknowledged in kinds


def tell(ward: AlarmWard, change: Began | Ended) -> None:
    ward.ward.tell(ward.case_id, change, ward.clock.at_us)
    ward.ctx.book.catch_up()


def lost_from_sight(ward: AlarmWard, kind: str, *, acknowledged: bool = False) -> None:
    """A state of the heart is seen, then no signal can tell of it any more."""
    ward.seconds(3, spo2=97)
    tell(ward, Began(kind, "", kind, ward.clock.at_us, False, "high"))
    ward.seconds(3, spo2=97)
    if acknowledged:
        alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=ward.alarm(kind).alarm_id)
    tell(ward, Ended(kind, "", ward.clock.at_us, known=False))
    ward.seconds(1, spo2=97)


HEART = ["asystole", "ventricular_fibrillation_suspected", "ventricular_tachycardia", "extreme_bradycardia"]


@pytest.mark.parametrize("kind", HEART)
def test_what_no_signal_can_tell_of_any_more_is_not_over(ward: AlarmWard, kind: str) -> None:
    lost_from_sight(ward, kind)
    ward.seconds(60, spo2=97)
    alarm = ward.alarm(kind)
    assert (alarm.state, alarm.sounding) == ("active", True)
    assert alarm.text.endswith("(not known any more: no signal fit to tell)")
    ward.seconds(600, spo2=97)
    alarm = ward.alarm(kind)
    assert (alarm.state, alarm.ended_why) == ("latched", "not_known")
    assert alarm_words.state(alarm).startswith("Not known any more whether it lasts, nobody has seen it; ")
    assert ward.events(AlarmCleared)[-1].why == "not_known"  # type: ignore[union-attr]


def test_an_acknowledged_arrest_stays_when_its_electrode_falls_off_and_is_the_same_when_it_is_back(
    ward: AlarmWard,
) -> None:
    lost_from_sight(ward, "asystole", acknowledged=True)
    ward.seconds(60, spo2=97)
    assert ward.states()["asystole"] == "acknowledged"
    tell(ward, Began("asystole", "", "asystole", ward.clock.at_us, False, "high"))
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
    tell(ward, Began("asystole", "", "asystole", ward.clock.at_us, False, "high"))
    ward.seconds(1, spo2=97)
    assert ward.states()["asystole"] == "active"
    assert ward.view().sound == "high"


def test_a_passing_state_that_is_not_seen_any_more_goes_and_says_why(ward: AlarmWard) -> None:
    lost_from_sight(ward, "ventricular_run")
    ward.seconds(10, spo2=97)
    assert "ventricular_run" not in ward.states()
    assert [event.why for event in ward.events(AlarmCleared)] == ["not_known"]  # type: ignore[union-attr]


def test_a_value_inside_its_limit_is_not_raised_because_an_alarm_about_it_stays_visible(ward: AlarmWard) -> None:
    ward.seconds(5, art_mean=80)
    ward.seconds(20, art_mean=50)
    ward.seconds(15, art_mean=80)
    assert ward.states() == {"art_mean_low": "latched"}
    ward.seconds(30, art_mean=61)
    assert ward.states() == {"art_mean_low": "latched"}
    ward.seconds(15, art_mean=59)
    assert ward.states() == {"art_mean_low": "active"}


class FailingStore:
    """A store whose disk is full for the time being."""

    def __init__(self) -> None:
        self.store, self.full = MemoryStore(), False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def submit(self, change: Change) -> Future[Receipt]:
        if not self.full or not change.events:
            return self.store.submit(change)
        failed: Future[Receipt] = Future()
        failed.set_exception(WorldError("The disk is full."))
        return failed


def test_a_full_disk_hides_no_alarm_and_what_was_raised_is_written_later_once() -> None:
    store = FailingStore()
    ward = AlarmWard(store)
    store.full = True
    ward.seconds(20, hr=214)
    assert ward.states() == {"hr_high": "active"}
    alarm_id = ward.alarm("hr_high").alarm_id
    assert ward.events(AlarmRaised) == []
    store.full = False
    ward.seconds(ALARM_RETRY_S + 1, hr=214)
    assert [event.alarm_id for event in ward.events(AlarmRaised) if isinstance(event, AlarmRaised)] == [alarm_id]
    assert ward.alarm("hr_high").alarm_id == alarm_id


def test_an_alarm_that_is_not_on_disk_yet_says_so_when_somebody_acknowledges_it() -> None:
    store = FailingStore()
    ward = AlarmWard(store)
    store.full = True
    ward.seconds(20, hr=214)
    shown = {alarm.alarm_id for alarm in ward.view().alarms}
    (alarm_id,) = shown
    with pytest.raises(WorldError, match="not yet on disk"):
        alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=alarm_id, shown=shown)


def test_the_log_says_of_an_alarm_that_became_more_that_it_was_raised_anew(ward: AlarmWard) -> None:
    ward.seconds(3, hr=120)
    for lead in ("ecg_i", "ecg_ii"):
        tell(ward, Began("lead_off", lead, "ECG lead off", ward.clock.at_us, True, "medium"))
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


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_restart_during_an_arrest_leaves_its_alarm_as_it_was_until_the_heart_beats(
    restarting: tuple[AlarmWard, Callable[[], None]], acknowledged: bool
) -> None:
    ward, restart = restarting
    ward.ecg(20)
    ward.ecg(8, beats=False)
    before = ward.alarm("asystole").alarm_id
    if acknowledged:
        alarms.acknowledge(ward.ctx, actor="kim", case_id=ward.case_id, alarm_id=before)
    restart()
    ward.ecg(int(GRACE_S) + 15, beats=False)
    alarm = ward.alarm("asystole")
    assert (alarm.alarm_id, alarm.state) == (before, "acknowledged" if acknowledged else "active")
    assert ward.view().sound == ("" if acknowledged else "high")
    assert len(ward.events(AlarmRaised)) == 1
    assert len(ward.events(MonitorConditionBegan)) == 1
    ward.ecg(20)
    assert ward.states() == ({} if acknowledged else {"asystole": "latched"})
    assert len(ward.events(MonitorConditionEnded)) == 1


def test_an_arrest_during_a_restart_is_called_on_an_ecg_that_showed_beats_before(
    restarting: tuple[AlarmWard, Callable[[], None]],
) -> None:
    ward, restart = restarting
    ward.ecg(20)
    ward.trend("hr_ecg", 100)
    restart()
    ward.ecg(15, beats=False)
    assert ward.states() == {"asystole": "active"}
    assert ward.view().sound == "high"
