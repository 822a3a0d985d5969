"""Alarms are still there after a restart and when the disk is full."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from holdfast.kernel.errors import WorldError
from holdfast.kernel.limits import ALARM_RETRY_S
from holdfast.record.alarm_events import AlarmAcknowledged, AlarmRaised
from holdfast.record.events import MonitorConditionBegan, MonitorConditionEnded
from holdfast.record.monitor import Alert
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases import alarms
from holdfast.usecases.live_alarms import GRACE_S
from holdfast.usecases.ports import Change, Receipt
from usecases.alarm_ward import AlarmWard


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
