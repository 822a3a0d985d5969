"""The ward as it is now: ages, silence, conditions, and what a screen may believe."""

import numpy as np
import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record.events import MonitorConditionBegan, MonitorConditionEnded, case_stream
from holdfast.record.monitor import MonitorMessage, Refusal
from holdfast.usecases import beds, cases
from holdfast.usecases.live import Ward
from holdfast.usecases.live_views import BedView, WaveFrame
from holdfast.usecases.ports import Change, NewHeld
from holdfast.usecases.trends import trend_series
from making import NOON_US, StandingClock, make_context, monitor_message, numeric, wave


class LiveBed:
    """One bed with a dog, a clock and a ward."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.ctx = make_context(self.clock)
        beds.add_bed(self.ctx, actor="vet", bed="ICU 1")
        self.case_id = cases.admit(self.ctx, actor="vet", admission=cases.Admission(name="Rex", bed="ICU 1"))
        self.ward = Ward(self.ctx)

    def hear(self, message: MonitorMessage) -> None:
        self.ward.hear(NewHeld(case_id=self.case_id, bed="ICU 1", received_us=self.clock.at_us, message=message))

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


def test_a_clock_that_is_behind_is_said_on_the_bed(live: LiveBed) -> None:
    live.hear(monitor_message(numeric("hr", 120), sent_us=NOON_US - 3_600 * US_PER_S))
    assert any("stamped 60 min ago" in note for note in live.view().notes)
