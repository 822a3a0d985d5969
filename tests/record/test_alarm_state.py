"""What stands of an alarm after what happened to it: every cell of the table, and what people set beside it."""

import msgspec
import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record import alarm_events as al
from holdfast.record.alarm_state import TRANSITIONS, AlarmState, AlarmStatus, Happening, apply

T0_US = 1_000 * US_PER_S


def raised(alarm_id: str = "x", alarm: str = "asystole", at_us: int = T0_US) -> al.AlarmRaised:
    return al.AlarmRaised(
        at_us=at_us,
        alarm_id=alarm_id,
        alarm=alarm,
        signal="",
        text="No heartbeat",
        priority="high",
        technical=False,
        audible_when_over=True,
        since_us=at_us,
    )


def cleared(alarm_id: str = "x", *, latches: bool, at_us: int = T0_US + US_PER_S) -> al.AlarmCleared:
    return al.AlarmCleared(at_us=at_us, alarm_id=alarm_id, why="over", latches=latches)


EVENTS = {
    Happening.RAISED: raised(at_us=T0_US + 2 * US_PER_S),
    Happening.CLEARED: cleared(latches=False),
    Happening.CLEARED_LATCHING: cleared(latches=True),
    Happening.ACKNOWLEDGED: al.AlarmAcknowledged(at_us=T0_US + US_PER_S, alarm_id="x"),
    Happening.SWITCHED_OFF: al.AlarmSwitchedOff(at_us=T0_US, alarm="asystole", reason="dead", until_us=None),
}

WAYS_TO = {
    None: [],
    AlarmStatus.ACTIVE: [raised()],
    AlarmStatus.ACKNOWLEDGED: [raised(), EVENTS[Happening.ACKNOWLEDGED]],
    AlarmStatus.LATCHED: [raised(), EVENTS[Happening.CLEARED_LATCHING]],
}


def after(*events: al.ANY_ALARM_EVENT) -> AlarmState:
    state = AlarmState()
    for event in events:
        state = apply(state, event, "kim")
    return state


@pytest.mark.parametrize("happening", Happening)
@pytest.mark.parametrize("status", [None, *AlarmStatus])
def test_every_cell_of_the_table_holds(status: AlarmStatus | None, happening: Happening) -> None:
    state = after(*WAYS_TO[status], EVENTS[happening])
    standing = state.alarms[0].status if state.alarms else None
    assert standing == TRANSITIONS.get((status, happening), status)


def test_no_alarm_goes_without_an_acknowledgement_unless_its_cause_is_gone_or_it_is_off() -> None:
    gone = {key for key, following in TRANSITIONS.items() if following is None}
    without_a_person = {
        happening for status, happening in gone if happening not in (Happening.ACKNOWLEDGED, Happening.SWITCHED_OFF)
    }
    assert without_a_person == {Happening.CLEARED, Happening.CLEARED_LATCHING}
    assert (AlarmStatus.ACTIVE, Happening.CLEARED_LATCHING) not in gone


def test_who_acknowledged_and_when_stays_with_the_alarm() -> None:
    (entry,) = after(raised(), EVENTS[Happening.ACKNOWLEDGED]).alarms
    assert (entry.acknowledged_by, entry.acknowledged_us) == ("kim", T0_US + US_PER_S)


def test_a_latched_alarm_that_comes_back_is_replaced_and_who_was_called_stays_called() -> None:
    called = al.AlarmEscalated(at_us=T0_US, alarm_id="x", called="everyone", step=3)
    back = raised("y", at_us=T0_US + 2 * US_PER_S)
    state = after(raised(), called, cleared(latches=True), back)
    state = apply(state, EVENTS[Happening.ACKNOWLEDGED], "somebody who has not seen it come back")
    (entry,) = state.alarms
    assert (entry.alarm_id, entry.status) == ("y", AlarmStatus.ACTIVE)
    assert (entry.times, entry.raised_us, entry.ended_us) == (2, T0_US + 2 * US_PER_S, None)
    assert (entry.waits_us, entry.called, entry.called_step) == (T0_US, "everyone", 3)


def test_a_higher_priority_has_a_ladder_of_its_own() -> None:
    called = al.AlarmEscalated(at_us=T0_US, alarm_id="x", called="technician", step=1)
    low = msgspec.structs.replace(raised(), priority="medium")
    (entry,) = after(low, called, raised("y", at_us=T0_US + 5)).alarms
    assert (entry.alarm_id, entry.priority, entry.waits_us, entry.called_step) == ("y", "high", T0_US + 5, 0)


def test_raised_anew_after_an_acknowledgement_it_is_a_new_one() -> None:
    (entry,) = after(*WAYS_TO[AlarmStatus.ACKNOWLEDGED], raised("y", at_us=T0_US + 5)).alarms
    assert (entry.status, entry.acknowledged_by, entry.times, entry.waits_us) == (AlarmStatus.ACTIVE, "", 1, T0_US + 5)


def test_switching_one_kind_off_leaves_the_others() -> None:
    state = after(raised(), raised("y", "lead_off"), EVENTS[Happening.SWITCHED_OFF])
    assert [entry.alarm for entry in state.alarms] == ["lead_off"]
    assert [off.alarm for off in state.off_at(T0_US)] == ["asystole"]
    assert after(*WAYS_TO[AlarmStatus.ACTIVE], al.AlarmSwitchedOn(at_us=T0_US, alarm="asystole")).off == ()


def test_what_is_off_for_a_time_comes_back_also_when_our_clock_is_set_back() -> None:
    off = al.AlarmSwitchedOff(at_us=T0_US, alarm="asystole", reason="CPR", until_us=T0_US + 60 * US_PER_S)
    state = after(off)
    assert state.off_at(T0_US + 59 * US_PER_S)
    assert not state.off_at(T0_US + 60 * US_PER_S)
    assert not state.off_at(T0_US - 3600 * US_PER_S)


def test_a_pause_ends_by_itself_or_early() -> None:
    paused = al.AlarmsPaused(at_us=T0_US, until_us=T0_US + 60 * US_PER_S)
    assert after(paused).paused_at(T0_US + 59 * US_PER_S)
    assert not after(paused).paused_at(T0_US + 60 * US_PER_S)
    resumed = after(paused, al.AlarmsResumed(at_us=T0_US + 10 * US_PER_S))
    assert not resumed.paused_at(T0_US + 11 * US_PER_S)
    assert not after(al.AlarmsResumed(at_us=T0_US)).pause


def test_a_pause_that_was_said_to_be_over_never_lasts_again() -> None:
    paused = al.AlarmsPaused(at_us=T0_US, until_us=T0_US + 60 * US_PER_S)
    over = after(paused, al.AlarmsResumed(at_us=T0_US - 3600 * US_PER_S))
    assert not over.paused_at(T0_US + 10 * US_PER_S)


def test_the_last_limits_set_hold_with_who_and_why() -> None:
    first = al.AlarmLimitSet(at_us=T0_US, key="hr", low=40.0, high=220.0, unit="/min", why="puppy")
    second = al.AlarmLimitSet(at_us=T0_US + 1, key="hr", low=None, high=200.0, unit="/min", why="sedated")
    entry = after(first, second).limits["hr"]
    assert (entry.low, entry.high, entry.why, entry.by) == (None, 200.0, "sedated", "kim")
