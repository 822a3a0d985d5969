"""When alarms are raised, cleared, kept and escalated."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.alarm_rules import LIFE_THREATENING
from holdfast.monitoring import alarms
from holdfast.record.alarm_events import AlarmCleared, AlarmRaised, AlarmSwitchedOff
from holdfast.record.alarm_state import AlarmState, apply
from monitoring.alarm_engine import RULES, Engine, called, cause, cleared, raised

ASYSTOLE, VF, FAST = cause("asystole"), cause("ventricular_fibrillation_suspected"), cause("hr_high", "hr")

OVER_S = int(RULES.kind("asystole").clear_s) + 1
"""So long without its cause an arrest is over."""


@pytest.mark.parametrize("kind", sorted(LIFE_THREATENING))
def test_an_arrest_is_raised_in_the_same_instant(kind: str) -> None:
    assert raised(Engine().second(cause(kind))) == [kind]


def test_a_fast_heart_waits_for_its_delay_and_a_shorter_one_says_nothing() -> None:
    engine = Engine()
    delay_s = int(RULES.kind("hr_high").delay_s)
    assert not engine.second(FAST, seconds=delay_s)
    assert not engine.second(seconds=1)
    assert not engine.second(FAST, seconds=delay_s)
    assert raised(engine.second(FAST)) == ["hr_high"]


def test_while_a_cause_lasts_nothing_is_said_again() -> None:
    engine = Engine()
    engine.second(ASYSTOLE)
    engine.acknowledge("asystole")
    assert engine.second(ASYSTOLE, seconds=600) == []
    assert engine.standing() == {"asystole": "acknowledged"}


def test_a_short_arrest_that_nobody_acknowledged_stays() -> None:
    engine = Engine()
    engine.second(ASYSTOLE, seconds=5)
    engine.second(seconds=OVER_S)
    assert engine.standing() == {"asystole": "latched"}
    assert engine.state.alarms[0].ended_us is not None
    engine.acknowledge("asystole")
    assert engine.standing() == {}


def test_an_acknowledged_arrest_goes_with_its_cause() -> None:
    engine = Engine()
    engine.second(ASYSTOLE)
    engine.acknowledge("asystole")
    engine.second(seconds=OVER_S)
    assert engine.standing() == {}


def test_a_latched_arrest_that_comes_back_is_another_alarm_in_its_place() -> None:
    engine = Engine()
    engine.second(ASYSTOLE)
    engine.second(seconds=OVER_S)
    (event,) = engine.second(ASYSTOLE)
    assert isinstance(event, AlarmRaised)
    assert (event.alarm_id, engine.state.alarms[0].times) == ("a2", 2)
    assert engine.standing() == {"asystole": "active"}


def test_flicker_within_the_clearing_time_is_one_alarm() -> None:
    engine = Engine()
    lead_off = cause("lead_off", "ecg_ii")
    for _ in range(50):
        engine.second(lead_off, seconds=4)
        engine.second(seconds=int(RULES.kind("lead_off").clear_s))
    assert raised(engine.said) == ["lead_off"]
    assert cleared(engine.said) == []


def test_one_arrest_is_one_alarm() -> None:
    engine = Engine()
    others = [cause(kind) for kind in ("no_pulse_signal", "extreme_bradycardia", "pause")]
    numbers = [cause("hr_low", "hr"), cause("art_mean_low", "art_mean"), cause("spo2_low", "spo2")]
    said = engine.second(ASYSTOLE, *others, *numbers, seconds=120)
    assert raised(said) == ["asystole"]


def test_a_slow_heart_becomes_part_of_the_arrest_that_follows_and_does_not_stay() -> None:
    engine = Engine()
    engine.second(cause("extreme_bradycardia"), seconds=20)
    said = engine.second(cause("extreme_bradycardia"), ASYSTOLE)
    assert (raised(said), cleared(said)) == (["asystole"], ["part_of:asystole"])
    assert engine.standing() == {"asystole": "active"}


def test_what_an_arrest_hid_is_raised_when_the_arrest_is_over() -> None:
    engine = Engine()
    slow = cause("extreme_bradycardia")
    engine.second(ASYSTOLE, slow, seconds=10)
    said = engine.second(slow, seconds=OVER_S)
    assert raised(said) == ["extreme_bradycardia"]
    assert engine.standing() == {"asystole": "latched", "extreme_bradycardia": "active"}


def test_switched_off_it_hides_nothing() -> None:
    engine = Engine()
    off = AlarmSwitchedOff(at_us=engine.now_us, alarm="asystole", reason="lead", until_us=engine.now_us + 60 * US_PER_S)
    engine.state = apply(engine.state, off, "kim")
    assert raised(engine.second(ASYSTOLE, cause("no_pulse_signal", "art"))) == ["no_pulse_signal"]
    assert raised(engine.second(ASYSTOLE, cause("no_pulse_signal", "art"), seconds=70)) == ["asystole"]


def test_raised_in_the_instant_it_is_switched_off_it_goes_at_once_and_leaves_nothing() -> None:
    engine = Engine()
    off = AlarmSwitchedOff(at_us=engine.now_us, alarm="asystole", reason="dead", until_us=engine.now_us + US_PER_S * 60)
    engine.second(ASYSTOLE)
    standing = engine.state.alarms
    engine.state = replace(apply(engine.state, off, "kim"), alarms=standing)
    assert cleared(engine.second(ASYSTOLE)) == ["switched_off"]
    assert engine.standing() == {}


def test_three_leads_off_are_one_alarm_that_names_them() -> None:
    engine = Engine()
    leads = [cause("lead_off", key, about=name) for key, name in (("ecg_i", "ECG I"), ("ecg_ii", "ECG II"))]
    said = engine.second(*leads, seconds=10)
    assert [event.text for event in said if isinstance(event, AlarmRaised)] == ["lead_off now (ECG I, ECG II)"]


LEADS = [cause("lead_off", key, about=key) for key in ("ecg_i", "ecg_ii", "ecg_iii")]


@pytest.mark.parametrize("kind", ["lead_off", "no_pulse_signal"])
def test_a_signal_that_joins_what_somebody_acknowledged_sounds(kind: str) -> None:
    engine = Engine()
    first, second = cause(kind, "ecg_i", about="I"), cause(kind, "ecg_ii", about="II")
    engine.second(first, seconds=10)
    engine.acknowledge(kind)
    (event,) = engine.second(first, second, seconds=10)
    assert isinstance(event, AlarmRaised)
    assert event.text == f"{kind} now (I, II)"
    assert engine.standing() == {kind: "active"}


def test_a_signal_that_joined_is_waited_for_like_another_and_is_new_only_once() -> None:
    engine = Engine()
    engine.second(LEADS[0], seconds=10)
    engine.acknowledge("lead_off")
    delay_s = int(RULES.kind("lead_off").delay_s)
    assert engine.second(*LEADS[:2], seconds=delay_s) == []
    assert engine.second(LEADS[0]) == []
    engine.second(*LEADS[:2], seconds=delay_s + 1)
    engine.acknowledge("lead_off")
    for _ in range(5):
        assert engine.second(LEADS[1], seconds=2) == []
        assert engine.second(*LEADS[:2], seconds=2) == []


def test_a_signal_that_joins_before_anybody_came_does_not_begin_the_calling_anew() -> None:
    engine = Engine()
    for number in (1, 2, 3):
        engine.second(*LEADS[:number], seconds=70)
    assert called(engine.said) == ["technician"]
    assert engine.state.alarms[0].times == 1


def test_the_same_alarm_with_a_higher_priority_is_raised_again() -> None:
    engine = Engine()
    engine.second(cause("monitor_alert", "M: SpO2", priority="medium"))
    engine.acknowledge("monitor_alert")
    (event,) = engine.second(cause("monitor_alert", "M: SpO2", priority="high"))
    assert isinstance(event, AlarmRaised)
    assert (event.priority, engine.standing()) == ("high", {"monitor_alert": "active"})
    engine.acknowledge("monitor_alert")
    assert engine.second(cause("monitor_alert", "M: SpO2", priority="medium"), seconds=5) == []


def test_what_somebody_knows_of_stays_acknowledged_while_it_is_a_part_of_another() -> None:
    engine = Engine()
    engine.second(FAST, seconds=16)
    engine.acknowledge("hr_high")
    for _ in range(3):
        assert "hr_high" not in raised(engine.second(FAST, cause("ventricular_run"), seconds=2))
        assert raised(engine.second(FAST, seconds=8)) == []
    assert engine.standing() == {"hr_high": "acknowledged"}


def test_two_alarms_of_the_monitor_itself_stay_two_with_its_priority() -> None:
    engine = Engine()
    said = engine.second(
        cause("monitor_alert", "M: apnea", priority="high"), cause("monitor_alert", "M: battery", priority="low")
    )
    assert [event.priority for event in said if isinstance(event, AlarmRaised)] == ["high", "low"]


def test_a_state_that_the_table_does_not_know_is_medium_at_once() -> None:
    (event,) = Engine().second(cause("something_new"))
    assert isinstance(event, AlarmRaised)
    assert (event.alarm, event.priority) == ("something_new", "medium")


def test_an_improvement_is_no_alarm() -> None:
    assert Engine().second(cause("sustained_improvement"), seconds=60) == []


def test_what_is_not_known_is_neither_raised_nor_cleared() -> None:
    engine = Engine()
    unknown = {FAST.key}
    assert not engine.second(seconds=60, unknown=unknown)
    engine.second(FAST, seconds=16)
    assert engine.second(seconds=120, unknown=unknown) == []
    assert engine.standing() == {"hr_high": "active"}


def test_what_is_given_up_says_so() -> None:
    engine = Engine()
    engine.second(FAST, seconds=16)
    assert cleared(engine.second(seconds=10, forgotten={FAST.key})) == ["not_known"]


def test_an_alarm_that_nobody_acknowledges_calls_one_after_the_other() -> None:
    engine = Engine()
    engine.second(ASYSTOLE, seconds=30)
    assert called(engine.said) == []
    assert called(engine.second(ASYSTOLE)) == ["technician"]
    assert called(engine.second(ASYSTOLE, seconds=300)) == ["clinician"]


def test_an_acknowledged_alarm_calls_nobody() -> None:
    engine = Engine()
    engine.second(ASYSTOLE, seconds=10)
    engine.acknowledge("asystole")
    assert called(engine.second(ASYSTOLE, seconds=300)) == []


def test_a_latched_arrest_goes_on_calling() -> None:
    engine = Engine()
    engine.second(ASYSTOLE)
    assert called(engine.second(seconds=40)) == ["technician"]


def test_an_arrest_that_comes_and_goes_calls_as_one_that_stays() -> None:
    engine = Engine()
    for _ in range(4):
        engine.second(ASYSTOLE, seconds=6)
        engine.second(seconds=19)
    assert called(engine.said) == ["technician", "clinician"]


def test_what_comes_and_goes_and_makes_no_sound_between_calls_too() -> None:
    engine = Engine()
    low = cause("spo2_desat_low", "spo2")
    for _ in range(4):
        engine.second(low, seconds=20)
        engine.second(seconds=15)
    assert called(engine.said) == ["technician", "clinician"]


def test_what_comes_back_through_a_pause_is_waited_for_since_the_pause() -> None:
    engine = Engine()
    engine.second(ASYSTOLE, seconds=20)
    engine.pause(180)
    engine.second(seconds=OVER_S)
    engine.second(ASYSTOLE, seconds=17)
    assert called(engine.said) == []
    assert called(engine.second(ASYSTOLE, seconds=5)) == ["technician"]


def test_a_pause_holds_the_calling_back_and_it_begins_anew_when_the_pause_is_over() -> None:
    engine = Engine()
    engine.second(ASYSTOLE, seconds=20)
    engine.pause(120)
    assert called(engine.second(ASYSTOLE, seconds=140)) == []
    assert called(engine.second(ASYSTOLE, seconds=20)) == ["technician"]


def test_a_pause_does_not_hold_back_what_comes_after_it_began() -> None:
    engine = Engine()
    engine.pause(120)
    engine.second(ASYSTOLE, seconds=31)
    assert called(engine.said) == ["technician"]


def test_a_clock_set_back_delays_nothing() -> None:
    engine = Engine()
    engine.second(FAST, seconds=10)
    engine.now_us -= 3600 * US_PER_S
    assert raised(engine.second(FAST, seconds=16)) == ["hr_high"]
    engine.second(ASYSTOLE)
    engine.now_us -= 3600 * US_PER_S
    assert "technician" in called(engine.second(ASYSTOLE))


@pytest.mark.parametrize("after_s", [60, 130, 170])
def test_a_clock_set_back_ends_a_pause_for_good(after_s: int) -> None:
    engine = Engine()
    engine.second(seconds=5)
    engine.pause(120)
    engine.second(seconds=after_s)
    engine.now_us -= 100 * US_PER_S
    engine.second()
    engine.second(ASYSTOLE, seconds=40)
    assert called(engine.said) == ["technician"]
    for _ in range(200):
        engine.second(ASYSTOLE)
        assert engine.state.sounds(engine.state.alarms[0], engine.now_us)


@pytest.mark.parametrize("after_s", [30, 130])
def test_a_clock_set_back_ends_a_time_off_for_good(after_s: int) -> None:
    engine = Engine()
    engine.second(seconds=5)
    engine.switch_off("asystole", 120)
    engine.second(seconds=after_s)
    engine.now_us -= 3600 * US_PER_S
    engine.second(seconds=5)
    engine.now_us += 3500 * US_PER_S
    assert raised(engine.second(ASYSTOLE)) == ["asystole"]


def test_who_leaves_the_bed_keeps_what_nobody_acknowledged_until_the_case_is_closed() -> None:
    engine = Engine()
    engine.second(ASYSTOLE, cause("lead_off", "ecg_ii"), seconds=10)
    left = AlarmState(engine.state.alarms)
    for event in alarms.leave(engine.state, RULES, engine.now_us, closed=False):
        left = apply(left, event, "holdfast")
    assert [(entry.alarm, entry.status.value) for entry in left.alarms] == [("asystole", "latched")]
    for event in alarms.leave(left, RULES, engine.now_us, closed=True):
        left = apply(left, event, "holdfast")
    assert left.alarms == ()


KINDS = st.sampled_from(["asystole", "hr_high", "lead_off", "no_data", "extreme_bradycardia", "pause", "artefact"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.frozensets(KINDS, max_size=4), st.integers(1, 20)), max_size=15))
def test_whatever_comes_every_raise_is_cleared_at_most_once_and_nothing_stands_twice(
    course: list[tuple[frozenset[str], int]],
) -> None:
    engine = Engine()
    for kinds, seconds in course:
        engine.second(*[cause(kind) for kind in sorted(kinds)], seconds=seconds)
        keys = [entry.key for entry in engine.state.alarms]
        assert len(keys) == len(set(keys))
        if "asystole" in kinds:
            assert "asystole" in engine.standing()
    balance: dict[str, int] = {}
    for event in engine.said:
        if isinstance(event, AlarmRaised | AlarmCleared):
            balance[event.alarm_id] = balance.get(event.alarm_id, 0) + (1 if isinstance(event, AlarmRaised) else -1)
            assert balance[event.alarm_id] in (0, 1)
    engine.second(seconds=120)
    assert set(engine.standing().values()) <= {"latched"}
