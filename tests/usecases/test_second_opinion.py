"""What the signals say beside an alarm that threatens life, and that it changes nothing about the alarm."""

import math
from typing import get_args

import msgspec
import numpy as np
import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.alarm_assembly import Asked
from holdfast.knowledge.alarm_rules import LIFE_THREATENING
from holdfast.knowledge.loader import load
from holdfast.record.alarm_events import AlarmSecondOpinion
from holdfast.record.monitor import Alert
from holdfast.signals.chunk import Floats
from holdfast.signals.corroborate import Kind
from holdfast.signals.corroborate_trace import LOOK_BACK_S
from holdfast.signals.observed import ADULT_DOG, RateLimits
from holdfast.usecases import second_opinion
from holdfast.usecases.alarm_log import alarm_log
from holdfast.usecases.second_opinion import RecentSignals, opinion
from making import NOON_US, wave
from signals.made_signals import ecg, steady_beats
from usecases.alarm_ward import AlarmWard

RULES = load().alarms


@pytest.fixture
def ward() -> AlarmWard:
    return AlarmWard()


def says(ward: AlarmWard, text: str) -> Alert:
    return Alert(text=text, priority="high", kind="physiological", phase="start", at_us=ward.clock.at_us)


def test_beats_speak_against_an_arrest_and_the_alarm_sounds_all_the_same(ward: AlarmWard) -> None:
    ward.ecg(20)
    ward.seconds(1, says(ward, "*** ASYSTOLE"))
    alarm = ward.alarm("monitor_alert")
    assert (alarm.state, alarm.priority, alarm.sounding) == ("active", "high", True)
    assert alarm.second_opinion is not None
    assert alarm.second_opinion.verdict == "disagree"
    for words in ("ECG lead II shows", "silenced 0 of 13 true alarms on people's records", "The alarm stands."):
        assert words in alarm.second_opinion.text
    (event,) = ward.events(AlarmSecondOpinion)
    assert isinstance(event, AlarmSecondOpinion)
    assert (event.alarm_id, event.text) == (alarm.alarm_id, alarm.second_opinion.text)
    assert alarm_log(ward.ctx, ward.case_id)[0].second_opinion == alarm.second_opinion.text


def test_our_own_arrest_is_not_contradicted_by_the_signal_that_shows_it(ward: AlarmWard) -> None:
    ward.ecg(20)
    ward.ecg(6, beats=False)
    said = ward.alarm("asystole").second_opinion
    assert said is not None
    assert said.verdict != "disagree"


def test_signals_of_a_while_ago_say_nothing_of_now(ward: AlarmWard) -> None:
    ward.ecg(20)
    ward.seconds(10, hr=120)
    ward.seconds(1, says(ward, "Asystole"))
    said = ward.alarm("monitor_alert").second_opinion
    assert said is not None
    assert said.verdict == "cannot_say"


def test_what_does_not_threaten_life_is_not_asked_about(ward: AlarmWard) -> None:
    ward.ecg(20)
    ward.seconds(5, says(ward, "PVC"), spo2=70)
    assert {alarm.kind for alarm in ward.view().alarms} >= {"monitor_alert", "spo2_desat_low"}
    assert all(alarm.second_opinion is None for alarm in ward.view().alarms)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Asystole", ("asystole",)),
        ("ecg asystole (MDC_EVT_ECG_ASYSTOLE)", ("asystole",)),
        ("*** V-Fib/V-Tach", ("fibrillation", "ventricular_tachycardia")),
        ("V-FIB", ("fibrillation",)),
        ("Vtach", ("ventricular_tachycardia",)),
        ("Nonsus V-Tach", ()),
        ("*** EXTREME BRADY", ("bradycardia",)),
        ("Extreme Tachy", ("tachycardia",)),
        ("SV-TACH", ()),
        ("Afib", ()),
        ("Vt low", ()),
        ("HR low", ()),
        ("", ()),
    ],
)
def test_the_words_of_a_monitor_say_what_is_asked(text: str, asked: tuple[str, ...]) -> None:
    assert RULES.asked_of(text) == asked


def test_the_files_ask_what_the_signals_can_be_asked() -> None:
    assert set(get_args(Asked)) == {kind.value for kind in Kind}
    own = {kind.key: kind.asked_as for kind in RULES.kinds.values() if kind.asked_as}
    assert LIFE_THREATENING - own.keys() == {"pulseless_electrical_activity_suspected"}  # no rule for it was made
    assert all(RULES.kind(key).priority == "high" for key in own)


def test_of_two_kinds_that_an_alarm_may_mean_both_must_be_contradicted() -> None:
    both = (Kind.FIBRILLATION, Kind.VENTRICULAR_TACHYCARDIA)
    verdicts = {kind: opinion([kind], heard(ecg(steady_beats(90, 30), 30, 250.0)), ADULT_DOG) for kind in both}
    said = opinion(both, heard(ecg(steady_beats(90, 30), 30, 250.0)), ADULT_DOG)
    assert said is not None
    against = all(one is not None and one.verdict == "disagree" for one in verdicts.values())
    assert (said.verdict == "disagree") == against


def test_a_rate_without_a_limit_is_not_asked_about() -> None:
    window = heard(ecg(steady_beats(90, 30), 30, 250.0))
    without = RateLimits(bradycardia_per_min=0.0, tachycardia_per_min=math.inf)
    assert opinion([Kind.BRADYCARDIA], window, without) is None
    assert opinion([Kind.TACHYCARDIA], window, without) is None
    assert opinion([Kind.ASYSTOLE], window, without) is not None


def test_a_fault_of_the_check_does_not_keep_the_alarm_from_being_raised(
    ward: AlarmWard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(second_opinion, "check", broken)
    ward.ecg(10)
    ward.seconds(1, says(ward, "Asystole"))
    alarm = ward.alarm("monitor_alert")
    assert alarm.sounding
    assert alarm.second_opinion is not None
    assert alarm.second_opinion.verdict == "cannot_say"


def heard(samples: Floats, rate_hz: float = 250.0) -> tuple[second_opinion.Signal, ...]:
    recent = RecentSignals()
    recent.hear([wave("ecg_ii", samples, rate_hz=rate_hz)], NOON_US)
    return recent.window(NOON_US)


def test_the_window_is_the_same_for_any_cutting_and_bounded() -> None:
    samples = np.sin(np.arange(60 * 250) / 20.0)
    (whole,) = heard(samples)
    recent = RecentSignals()
    for start in range(0, len(samples), 777):
        at_us = NOON_US + start * US_PER_S // 250
        recent.hear([wave("ecg_ii", samples[start : start + 777], start_us=at_us)], NOON_US)
    (pieced,) = recent.window(NOON_US)
    assert len(whole.samples) == LOOK_BACK_S * 250
    np.testing.assert_array_equal(pieced.samples, whole.samples)


def test_a_wave_that_lags_is_missing_at_its_end_and_one_that_shows_no_beats_is_not_kept() -> None:
    recent = RecentSignals()
    lead = wave("ecg_ii", np.ones(2500))
    pleth = wave("pleth", np.ones(1125), rate_hz=125.0, unit="1")
    off = msgspec.structs.replace(wave("art", np.ones(1250), rate_hz=125.0, unit="mmHg"), inoperative=True)
    recent.hear([lead, pleth, off, wave("resp", np.ones(600), rate_hz=60.0)], NOON_US)
    window = {signal.key: signal for signal in recent.window(NOON_US)}
    assert set(window) == {"ecg_ii", "pleth", "art"}
    assert len(window["pleth"].samples) == 1250
    assert np.isnan(window["pleth"].samples[-125:]).all()
    assert np.isnan(window["art"].samples).all()
