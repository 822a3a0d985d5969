"""The ward as it is now: ages, silence, conditions, and what a screen may believe."""

import msgspec
import numpy as np
import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record.events import MonitorConditionBegan, MonitorConditionEnded, case_stream
from holdfast.record.monitor import Alert, MonitorMessage, Refusal
from holdfast.usecases import beds, cases
from holdfast.usecases.live import Ward
from holdfast.usecases.live_views import BedView, WaveFrame
from holdfast.usecases.ports import Change, NewHeld
from holdfast.usecases.trends import trend_series
from making import NOON_US, StandingClock, make_context, monitor_message, numeric, wave
from signals.made_signals import ecg, flat, steady_beats


class LiveBed:
    """One bed with a dog, a clock and a ward."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.ctx = make_context(self.clock)
        beds.add_bed(self.ctx, actor="vet", bed="ICU 1")
        self.case_id = cases.admit(self.ctx, actor="vet", admission=cases.Admission(name="Rex", bed="ICU 1"))
        self.ward = Ward(self.ctx)

    def hear(self, message: MonitorMessage, note: str = "") -> None:
        held = NewHeld(case_id=self.case_id, bed="ICU 1", received_us=self.clock.at_us, message=message)
        self.ward.hear(held, note)
        self.ctx.book.catch_up()

    def beat(self, value: float, *, ahead_s: float = 0, device: str = "MON-1") -> None:
        """A heart rate of this second, from a device whose clock is so far ahead."""
        at_us = self.clock.at_us + int(ahead_s * US_PER_S)
        self.hear(monitor_message(numeric("hr", value, at_us=at_us), sent_us=at_us, device=device))

    def open_on_record(self) -> list[str]:
        self.ctx.book.catch_up()
        return [c.text for c in self.ctx.book.case(self.case_id).conditions if c.ended_us is None]

    def view(self) -> BedView:
        return self.ward.view("ICU 1", self.clock.at_us)

    def value(self, key: str) -> tuple[str, str]:
        shown = next(v for v in self.view().values if v.key == key)
        return shown.text, shown.state

    def recorded(self) -> list[object]:
        return [item.event for item in self.ctx.store.read_stream(case_stream(self.case_id))]


@pytest.fixture
def live() -> LiveBed:
    return LiveBed()


def test_a_value_dims_and_then_blanks_as_it_ages(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("hr", 120)))
    assert live.value("hr") == ("120", "fresh")
    live.clock.advance(20)
    assert live.value("hr") == ("120", "stale")
    live.clock.advance(60)
    assert live.value("hr") == ("--", "blank")
    blank = next(v for v in live.view().values if v.key == "hr")
    assert blank.value is None
    assert "old" in blank.reason


def test_a_cuff_value_may_be_older_than_a_heart_rate(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("nibp_mean", 61, unit="mmHg"), numeric("hr", 120)))
    live.clock.advance(5 * 60)
    assert live.value("nibp_mean") == ("61", "fresh")
    assert live.value("hr") == ("--", "blank")


def test_an_older_value_that_comes_late_does_not_replace_a_newer_one(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("hr", 120)))
    live.hear(monitor_message(numeric("hr", 60, at_us=NOON_US - 5 * US_PER_S)))
    assert live.value("hr") == ("120", "fresh")


def test_a_refused_value_is_shown_as_nothing_with_its_reason(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("spo2", 97, unit="%")))
    refusal = Refusal(segment="OBX|...", reason="the probe is off", key="spo2")
    message = monitor_message(sent_us=NOON_US + US_PER_S)
    live.hear(
        MonitorMessage(
            device=message.device,
            control_id="2",
            sent_us=message.sent_us,
            origin=message.origin,
            refused=(refusal,),
        )
    )
    shown = next(v for v in live.view().values if v.key == "spo2")
    assert (shown.text, shown.reason) == ("--", "the probe is off")


def test_every_value_says_where_it_comes_from(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("hr", 120)))
    assert live.view().values[0].source == "monitor MON-1"


def test_a_monitor_that_falls_silent_is_said_recorded_and_taken_back(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("hr", 120)))
    live.ward.tick(live.clock.advance(3))
    assert not live.view().silent
    live.ward.tick(live.clock.advance(10))
    assert live.view().silent
    assert [c.condition for c in live.view().conditions] == ["no_data"]
    live.hear(monitor_message(numeric("hr", 121, at_us=live.clock.at_us), sent_us=live.clock.at_us))
    live.ward.tick(live.clock.advance(1))
    assert live.view().conditions == ()
    kinds = [type(e) for e in live.recorded() if isinstance(e, MonitorConditionBegan | MonitorConditionEnded)]
    assert kinds == [MonitorConditionBegan, MonitorConditionEnded]


def test_a_slow_monitor_is_not_silent_between_its_messages(live: LiveBed) -> None:
    for _ in range(20):
        live.hear(monitor_message(numeric("hr", 120, at_us=live.clock.at_us), sent_us=live.clock.at_us))
        live.clock.advance(10)
        live.ward.tick(live.clock.at_us)
    assert not live.view().silent


def test_samples_go_to_the_screens(live: LiveBed) -> None:
    frames: list[object] = []
    live.ward.add_listener(frames.append)
    live.hear(monitor_message(waves=(wave("ecg_ii", np.array([0.0, 1.5, np.nan])),)))
    (frame,) = [f for f in frames if isinstance(f, WaveFrame)]
    assert frame.samples == (0.0, 1.5, None)
    live.ward.remove_listener(frames.append)


def test_an_empty_bed_shows_no_numbers_of_the_dog_before(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("hr", 120)))
    cases.close_case(live.ctx, actor="vet", case_id=live.case_id, outcome="home")
    assert (live.view().name, live.view().values) == ("", ())
    cases.admit(live.ctx, actor="vet", admission=cases.Admission(name="Leo", bed="ICU 1"))
    assert (live.view().name, live.view().values) == ("Leo", ())


def test_the_trend_holds_what_was_heard(live: LiveBed) -> None:
    message = monitor_message(numeric("hr", 120))
    held = NewHeld(case_id=live.case_id, bed="ICU 1", received_us=NOON_US, message=message)

    change = Change(command_id="x", actor="d", recorded_us=NOON_US, held=(held,))
    live.ctx.store.submit(change).result()
    series = trend_series(live.ctx, live.case_id, from_us=NOON_US - US_PER_S, to_us=NOON_US + US_PER_S)
    assert series["hr"]["last"] == [120.0]
    assert series["hr"]["unit"] == "/min"


def test_what_is_odd_about_a_device_s_clock_is_said_on_its_bed(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("hr", 120)), "Its clock is 3 h ahead.")
    assert live.view().notes == ("MON-1: Its clock is 3 h ahead.",)
    live.hear(monitor_message(numeric("hr", 120)))
    assert live.view().notes == ()


def test_a_value_from_a_clock_ahead_ages_from_its_receipt(live: LiveBed) -> None:
    live.beat(140, ahead_s=110)
    live.clock.advance(100)
    assert live.value("hr") == ("--", "blank")
    live.beat(40)
    assert live.value("hr") == ("40", "fresh")


@pytest.mark.parametrize("back_s", [10, 90])
def test_a_device_clock_that_is_set_back_does_not_leave_the_old_value_standing(live: LiveBed, back_s: float) -> None:
    live.beat(120, ahead_s=back_s)
    for second in range(6):
        live.clock.advance(1)
        live.beat(30 + second)
    assert live.value("hr") == ("35", "fresh")


def test_a_device_clock_that_falls_an_hour_behind_dims_and_never_keeps_the_old_value(live: LiveBed) -> None:
    live.beat(120)
    for _ in range(20):
        live.clock.advance(1)
        live.beat(30, ahead_s=-3600)
    assert live.value("hr") == ("--", "blank")


def test_our_own_clock_set_back_does_not_freeze_what_is_shown(live: LiveBed) -> None:
    live.beat(120)
    live.ward.tick(live.clock.at_us)
    live.clock.advance(-3600)
    assert live.value("hr") == ("120", "stale")
    for second in range(3):
        live.clock.advance(1)
        live.beat(30 + second)
        live.ward.tick(live.clock.at_us)
    assert live.value("hr") == ("32", "fresh")
    live.clock.advance(90)
    assert live.value("hr") == ("--", "blank")
    assert live.view().silent


def test_our_own_clock_set_back_does_not_hide_that_a_monitor_fell_silent(live: LiveBed) -> None:
    live.beat(120)
    live.ward.tick(live.clock.at_us)
    live.ward.tick(live.clock.advance(-3600))
    live.ward.tick(live.clock.advance(30))
    assert live.view().silent
    assert live.value("hr") == ("120", "stale")


def send_ecg(live: LiveBed, seconds: int, *, ahead_s: float = 0.0, beats: bool = True, stray: int = -1) -> None:
    """ECG of monitor MON-1, a message each second; that of second ``stray`` is dated a minute ahead."""
    trace = ecg(steady_beats(100, seconds), seconds, 250.0) if beats else flat(seconds, 250.0)
    for second in range(seconds):
        live.clock.advance(1)
        at_us = live.clock.at_us + int(ahead_s * US_PER_S)
        start_us = at_us - US_PER_S + (60 * US_PER_S if second == stray else 0)
        piece = wave("ecg_ii", trace[second * 250 : (second + 1) * 250], start_us=start_us)
        live.hear(monitor_message(waves=(piece,), sent_us=at_us))


@pytest.mark.parametrize("then_ahead_s", [0.0, -3600.0, 90.0, -20.0])
def test_a_flat_ecg_is_called_whatever_the_clock_did_before(live: LiveBed, then_ahead_s: float) -> None:
    send_ecg(live, 20)
    send_ecg(live, 25, ahead_s=then_ahead_s)
    assert live.value("hr_ecg") == ("100", "fresh")
    send_ecg(live, 8, ahead_s=then_ahead_s, beats=False)
    assert [c.condition for c in live.view().conditions] == ["asystole"]
    assert live.clock.at_us - live.view().conditions[0].began_us < 5 * US_PER_S


def test_a_stray_wave_from_ahead_of_now_is_said_and_costs_one_second(live: LiveBed) -> None:
    send_ecg(live, 15)
    send_ecg(live, 1, stray=0, beats=False)
    assert live.view().signals[0].text == "sent, but its times lie ahead of now: not judged"
    send_ecg(live, 3)
    assert live.view().signals[0].text == "good"


def test_conditions_end_on_the_record_when_the_dog_is_moved(live: LiveBed) -> None:
    live.beat(120)
    live.ward.tick(live.clock.advance(30))
    assert live.open_on_record() == ["Monitor is silent: no data arrive"]
    beds.add_bed(live.ctx, actor="vet", bed="ICU 2")
    cases.assign_bed(live.ctx, actor="vet", case_id=live.case_id, bed="ICU 2")
    live.ward.tick(live.clock.advance(1))
    assert live.open_on_record() == []


def test_conditions_of_before_a_restart_end_on_the_record(live: LiveBed) -> None:
    live.beat(120)
    live.ward.tick(live.clock.advance(30))
    live.ctx.book.catch_up()
    live.ward.end_what_is_left(live.clock.at_us)
    assert live.open_on_record() != []
    Ward(live.ctx).end_what_is_left(live.clock.advance(60))
    assert live.open_on_record() == []


def alarm(live: LiveBed, phase: str, text: str = "SpO2 low", kind: str = "physiological") -> None:
    alert = Alert(text=text, priority="high", kind=kind, phase=phase, at_us=live.clock.at_us)
    live.hear(msgspec.structs.replace(monitor_message(sent_us=live.clock.at_us), alerts=(alert,)))


def test_an_alarm_of_the_monitor_is_shown_recorded_and_taken_back(live: LiveBed) -> None:
    alarm(live, "start")
    (shown,) = live.view().conditions
    assert (shown.text, shown.priority, shown.technical, shown.signal) == (
        "Monitor says: SpO2 low", "high", False, "MON-1",
    )  # fmt: skip
    assert live.open_on_record() == ["Monitor says: SpO2 low"]
    live.clock.advance(1)
    alarm(live, "end")
    assert live.view().conditions == ()
    assert live.open_on_record() == []


def test_an_alarm_that_is_only_called_present_ends_when_it_is_no_longer_repeated(live: LiveBed) -> None:
    alarm(live, "present", "Lead off", "technical")
    live.clock.advance(20)
    alarm(live, "present", "Lead off", "technical")
    live.ward.tick(live.clock.advance(1))
    assert [(c.text, c.technical) for c in live.view().conditions] == [("Monitor says: Lead off", True)]
    live.beat(120)
    live.ward.tick(live.clock.advance(31))
    assert "Monitor says: Lead off" not in [c.text for c in live.view().conditions]


def test_a_backlog_that_a_device_begins_with_is_no_lead_off(live: LiveBed) -> None:
    """After a network fault a monitor sends the hour before in one go, then goes on in real time."""
    rng = np.random.default_rng(3)

    def second(start_us: int) -> MonitorMessage:
        samples = rng.normal(0.0, 0.01, 250)
        for peak in (60, 185):
            samples += 1.5 * np.exp(-0.5 * ((np.arange(250) - peak) / 3) ** 2)
        return monitor_message(
            numeric("hr", 120, at_us=start_us),
            sent_us=start_us + US_PER_S,
            waves=(wave("ecg_ii", samples, start_us=start_us),),
        )

    start_us = NOON_US
    for minute in range(-60, -1):
        live.clock.advance(0.01)
        at_us = start_us + minute * 60 * US_PER_S
        live.hear(monitor_message(numeric("hr", 118, at_us=at_us), sent_us=at_us))
    for offset_s in range(-60, 0):
        live.clock.advance(0.01)
        live.hear(second(start_us + offset_s * US_PER_S))
    for offset_s in range(20):
        live.clock.at_us = start_us + (offset_s + 1) * US_PER_S + 100_000
        live.hear(second(start_us + offset_s * US_PER_S))
    assert [event for event in live.recorded() if isinstance(event, MonitorConditionBegan)] == []
    assert live.value("hr") == ("120", "fresh")


def test_a_monitor_that_goes_on_counting_another_heart_rate_than_we_do_is_said(live: LiveBed) -> None:
    trace = ecg(steady_beats(80, 60), 60, 250.0)
    for second in range(60):
        start_us = live.clock.at_us
        piece = wave("ecg_ii", trace[second * 250 : (second + 1) * 250], start_us=start_us)
        now_us = live.clock.advance(1)
        live.hear(monitor_message(numeric("hr", 160, at_us=now_us), sent_us=now_us, waves=(piece,)))
        live.ward.tick(now_us)
    notes = {value.key: value.note for value in live.view().values}
    assert notes["hr"].startswith("We count 80, not 160: look at the ECG")
