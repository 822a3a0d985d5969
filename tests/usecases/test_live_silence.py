"""Silence is judged for each device: one that goes on does not vouch for another that died."""

from holdfast.kernel.time import US_PER_S
from holdfast.usecases import beds
from making import monitor_message, numeric, wave
from signals.made_signals import ecg, steady_beats
from usecases.alarm_ward import AlarmWard

MINUTE_OF_ECG = ecg(steady_beats(100, 60), 60, 250.0)


def second_of_ecg(ward: AlarmWard, second: int, *, device: str = "MON-1") -> None:
    """One second of an ECG at 100 /min and its number."""
    trace = MINUTE_OF_ECG[(second % 60) * 250 : (second % 60 + 1) * 250]
    now_us = ward.clock.at_us
    piece = wave("ecg_ii", trace, start_us=now_us - US_PER_S)
    ward.hear(monitor_message(numeric("hr", 100, at_us=now_us), waves=(piece,), device=device, sent_us=now_us))


def temperature(ward: AlarmWard, *, device: str = "THERMO") -> None:
    now_us = ward.clock.at_us
    ward.hear(monitor_message(numeric("temp", 38.0, at_us=now_us, unit="degC"), device=device, sent_us=now_us))


def test_a_monitor_that_dies_while_another_device_of_the_bed_goes_on_is_missed() -> None:
    ward = AlarmWard()
    for second in range(40):
        ward.clock.advance(1)
        if second < 20:
            second_of_ecg(ward, second)
        temperature(ward)
        ward.tick()
    (alarm,) = ward.view().alarms
    assert (alarm.kind, alarm.signal, alarm.priority, alarm.state) == ("device_silent", "MON-1", "medium", "active")
    assert alarm.text == "MON-1 is silent: no data arrive from it"
    assert ward.view().sound == "medium"
    for second in range(5):
        ward.clock.advance(1)
        second_of_ecg(ward, second)
        temperature(ward)
        ward.tick()
    assert ward.states() == {}


def test_when_every_device_is_silent_it_is_one_alarm() -> None:
    ward = AlarmWard()
    for second in range(40):
        ward.clock.advance(1)
        if second < 20:
            second_of_ecg(ward, second)
        if second < 30:
            temperature(ward)
        ward.tick()
    assert ward.states() == {"no_data": "active"}


def test_a_slow_device_beside_a_fast_one_is_not_missed_between_its_messages_nor_one_that_spoke_once() -> None:
    ward = AlarmWard()
    for second in range(240):
        ward.clock.advance(1)
        second_of_ecg(ward, second)
        if second % 60 == 0:
            temperature(ward)
        if second == 0:
            temperature(ward, device="SPOT")
        ward.tick()
        assert ward.states() == {}


def test_a_device_that_was_given_to_another_bed_is_not_missed() -> None:
    ward = AlarmWard()
    beds.add_bed(ward.ctx, actor="vet", bed="ICU 2")
    beds.bind_device(ward.ctx, actor="vet", device="THERMO", bed="ICU 1")
    for second in range(40):
        ward.clock.advance(1)
        second_of_ecg(ward, second)
        if second < 10:
            temperature(ward)
        if second == 30:
            assert ward.states() == {"device_silent": "active"}
            beds.bind_device(ward.ctx, actor="vet", device="THERMO", bed="ICU 2")
        ward.tick()
    assert ward.states() == {}
