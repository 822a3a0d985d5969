"""What a person at the bed relies on: the states that begin and end, whole, from waves to words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.signals import bedside
from holdfast.signals.conditions import Began, Ended
from signals.made_signals import START_US, Floats, ecg, flat, pulse_wave, steady_beats, wave
from signals.test_fibrillation import fibrillating

Waves = dict[str, tuple[Floats, float, str]]
ECG_HZ, PULSE_HZ = 250.0, 125.0
ALIVE_S, AFTER_S = 30, 30


def _play(waves: Waves, seconds_per_message: float = 1.0, off: tuple[str, ...] = ()) -> list[bedside.Outputs]:
    state, said, at_s = bedside.initial(), [], 0.0
    longest_s = max(len(samples) / rate for samples, rate, _ in waves.values())
    while at_s < longest_s:
        message = []
        for key, (samples, rate, unit) in waves.items():
            first, end = round(at_s * rate), round((at_s + seconds_per_message) * rate)
            if first < len(samples):
                start_us = START_US + round(first / rate * 1e6)
                inoperative = key in off and at_s >= ALIVE_S
                message.append(wave(key, samples[first:end], rate, start_us, unit, inoperative))
        state, outputs = bedside.step(state, message)
        said.append(outputs)
        at_s += seconds_per_message
    return said


def _changes(said: list[bedside.Outputs]) -> list[tuple[str, str, float]]:
    """(began or ended, condition, seconds since the heart or the lead stopped)."""
    out = []
    for outputs in said:
        for change in outputs.conditions:
            word = "began" if isinstance(change, Began) else "ended"
            out.append((word, change.condition, (change.at_us - START_US) / 1e6 - ALIVE_S))
    return out


def _names(said: list[bedside.Outputs]) -> set[str]:
    return {name for _, name, _ in _changes(said)}


def _alive(seconds: int = ALIVE_S) -> Floats:
    return ecg(steady_beats(100, seconds), seconds, ECG_HZ)


def _arrested() -> Floats:
    return np.concatenate((_alive(), flat(AFTER_S, ECG_HZ)))


def _still(level: float) -> Floats:
    return np.concatenate((_alive(), np.full(int(AFTER_S * ECG_HZ), level)))


def _pleth(stops: bool) -> tuple[Floats, float, str]:
    beating = pulse_wave(ALIVE_S + AFTER_S, PULSE_HZ, 100, 0.0, 1.0)
    if stops:
        beating[int(ALIVE_S * PULSE_HZ) :] = 0.01 * np.sin(np.arange(int(AFTER_S * PULSE_HZ)) / 30)
    return beating, PULSE_HZ, "1"


def test_a_healthy_dog_raises_nothing_and_has_its_numbers() -> None:
    art = pulse_wave(60, PULSE_HZ, 100)
    said = _play({"ecg_ii": (_alive(60), ECG_HZ, "mV"), "art": (art, PULSE_HZ, "mmHg"), "pleth": _pleth(False)})
    assert _names(said) == set()
    latest = {n.key: n.value for outputs in said for n in outputs.numerics}
    assert latest["hr_ecg"] == pytest.approx(100, abs=2)
    assert latest["pulse_pleth"] == pytest.approx(100, abs=2)
    assert latest["pulse_art"] == pytest.approx(100, abs=2)
    assert latest["art_sys_wave"] == pytest.approx(110, abs=3)
    assert sum(len(outputs.beats.get("ecg_ii", ())) for outputs in said) == pytest.approx(98, abs=2)


def test_asystole_is_called_within_six_seconds_of_the_last_beat_on_the_ecg_alone() -> None:
    changes = _changes(_play({"ecg_ii": (_arrested(), ECG_HZ, "mV")}))
    (first,) = [c for c in changes if c[1] == "asystole"]
    assert first[0] == "began"
    assert 3 <= first[2] <= 6


def test_asystole_with_every_pulse_gone_is_called() -> None:
    said = _play({"ecg_ii": (_arrested(), ECG_HZ, "mV"), "pleth": _pleth(stops=True)})
    assert {"asystole", "no_pulse_signal"} <= _names(said)
    began = next(c for o in said for c in o.conditions if isinstance(c, Began) and c.condition == "asystole")
    assert (began.priority, began.technical) == ("high", False)


def test_a_pulse_that_goes_on_turns_asystole_into_a_question_about_the_electrodes() -> None:
    names = _names(_play({"ecg_ii": (_arrested(), ECG_HZ, "mV"), "pleth": _pleth(stops=False)}))
    assert "asystole" not in names
    assert "ecg_without_beats_but_pulse" in names


def test_asystole_ends_when_beats_return() -> None:
    trace = np.concatenate((_alive(), flat(10, ECG_HZ), _alive(20)))
    changes = [c for c in _changes(_play({"ecg_ii": (trace, ECG_HZ, "mV")})) if c[1] == "asystole"]
    assert [word for word, _, _ in changes] == ["began", "ended"]
    assert 10 < changes[1][2] < 14


@pytest.mark.parametrize("level", [20.0, -20.0, float("nan")])
def test_a_lead_that_fell_off_is_never_an_arrest(level: float) -> None:
    names = _names(_play({"ecg_ii": (_still(level), ECG_HZ, "mV"), "pleth": _pleth(stops=False)}))
    assert names == {"lead_off"}
    assert _names(_play({"ecg_ii": (_still(level), ECG_HZ, "mV")})) == {"lead_off"}


def test_an_ecg_that_is_unplugged_while_the_pleth_goes_on_stays_lead_off() -> None:
    """The monitor sends no ECG wave any more: nobody may read that it came back."""
    pleth = pulse_wave(ALIVE_S + 150, PULSE_HZ, 100, 0.0, 1.0)
    said = _play({"ecg_ii": (_alive(), ECG_HZ, "mV"), "pleth": (pleth, PULSE_HZ, "1")})
    assert [(word, name) for word, name, _ in _changes(said) if name == "lead_off"] == [("began", "lead_off")]


def test_an_ecg_lead_that_another_takes_the_place_of_is_not_missed_for_ever() -> None:
    other = np.concatenate((np.full(int(ALIVE_S * ECG_HZ), np.nan), _alive(90)))
    said = _play({"ecg_ii": (_alive(), ECG_HZ, "mV"), "ecg_i": (other, ECG_HZ, "mV")})
    gone = [change for outputs in said for change in outputs.conditions if change.signal == "ecg_ii"]
    assert [type(change) for change in gone] == [Began, Ended]


def _capnogram(tops: list[float], every_s: float = 4.0, rate: float = 62.5) -> tuple[Floats, float, str]:
    """A breath every four seconds that brings up so much (mmHg)."""
    at_s = np.arange(round(every_s * rate)) / rate
    breath = np.clip(np.sin(2 * np.pi * at_s / every_s) * 3, 0, 1)
    return np.concatenate([top * breath for top in tops]), rate, "mmHg"


def test_carbon_dioxide_that_collapses_while_the_ecg_beats_is_an_arrest() -> None:
    said = _play({"ecg_ii": (_alive(100), ECG_HZ, "mV"), "co2": _capnogram([38.0] * 10 + [7.0] * 15)})
    assert "pulseless_electrical_activity_suspected" in _names(said)
    steady = _play({"ecg_ii": (_alive(60), ECG_HZ, "mV"), "co2": _capnogram([38.0] * 15)})
    assert _names(steady) == set()


def test_the_time_without_a_breath_is_told_on_a_capnogram_that_stands_still() -> None:
    breathing, rate, unit = _capnogram([38.0] * 10)
    said = _play({"co2": (np.concatenate((breathing, np.zeros(round(40 * rate)))), rate, unit)})
    told = [n for outputs in said for n in outputs.numerics if n.key == "breath_gap"]
    gaps = {round((n.at_us - START_US) / 1e6): n.value for n in told}
    assert max(gap for second, gap in gaps.items() if second <= 40) <= 5
    assert gaps[max(gaps)] == pytest.approx(42, abs=2)


def test_the_senders_own_word_for_a_lead_that_is_off_is_believed() -> None:
    assert _names(_play({"ecg_ii": (_arrested(), ECG_HZ, "mV")}, off=("ecg_ii",))) == {"lead_off"}


def test_a_frozen_signal_is_technical_unless_the_pulse_went_with_it() -> None:
    assert _names(_play({"ecg_ii": (_still(0.1), ECG_HZ, "mV")})) == {"no_signal_change"}
    with_pulse = _names(_play({"ecg_ii": (_still(0.1), ECG_HZ, "mV"), "pleth": _pleth(stops=False)}))
    assert with_pulse == {"no_signal_change"}
    without = _names(_play({"ecg_ii": (_still(0.1), ECG_HZ, "mV"), "pleth": _pleth(stops=True)}))
    assert "asystole" in without


def test_one_good_lead_is_enough_to_know_that_the_heart_beats() -> None:
    said = _play({"ecg_i": (_arrested(), ECG_HZ, "mV"), "ecg_ii": (_alive(ALIVE_S + AFTER_S), ECG_HZ, "mV")})
    assert "asystole" not in _names(said)


def test_fibrillation_is_suspected_and_is_not_a_flat_line() -> None:
    trace = np.concatenate((_alive(), fibrillating(AFTER_S, ECG_HZ)))
    names = _names(_play({"ecg_ii": (trace, ECG_HZ, "mV"), "pleth": _pleth(stops=True)}))
    assert "ventricular_fibrillation_suspected" in names
    assert "lead_off" not in names


def test_noise_is_called_artefact_and_gives_no_rate() -> None:
    noise = np.random.default_rng(3).normal(0, 0.4, int(AFTER_S * ECG_HZ))
    said = _play({"ecg_ii": (np.concatenate((_alive(), noise)), ECG_HZ, "mV")})
    assert "artefact" in _names(said)
    assert "asystole" not in _names(said)
    assert not any(n.key == "hr_ecg" for outputs in said[-10:] for n in outputs.numerics)
    assert any(w.key == "hr_ecg" and "not good enough" in w.reason for o in said[-10:] for w in o.withheld)


def _everything(said: list[bedside.Outputs]) -> tuple[list[object], ...]:
    beats = [(key, at) for o in said for key, times in o.beats.items() for at in times]
    return (
        sorted(beats),
        [n for o in said for n in o.numerics],
        [w for o in said for w in o.withheld],
        [s for o in said for s in o.signals],
        [c for o in said for c in o.conditions],
    )


@settings(max_examples=6, deadline=None)
@given(st.sampled_from([0.1, 0.4, 2.0, 10.0]))
def test_the_whole_bed_says_the_same_however_the_messages_are_cut(seconds: float) -> None:
    waves: Waves = {"ecg_ii": (_arrested(), ECG_HZ, "mV"), "pleth": _pleth(stops=True)}
    expected, got = _everything(_play(waves)), _everything(_play(waves, seconds))
    whole_s = 58  # the last seconds are settled only when more signal follows
    until = START_US + whole_s * 1_000_000
    assert got[0] == expected[0]
    for ours, theirs in zip(got[1:], expected[1:], strict=True):
        assert [x for x in ours if _at(x) < until] == [x for x in theirs if _at(x) < until]


def _at(said: object) -> int:
    return int(getattr(said, "start_us", None) or getattr(said, "at_us", 0))


def test_a_bed_survives_being_written_and_read() -> None:
    trace = _arrested()
    state, again = bedside.initial(), bedside.initial()
    for second in range(40):
        first = int(second * ECG_HZ)
        message = [wave("ecg_ii", trace[first : first + int(ECG_HZ)], ECG_HZ, START_US + second * 1_000_000)]
        state, expected = bedside.step(state, message)
        again, got = bedside.step(bedside.load(bedside.dump(again)), message)
        assert got == expected
    assert len(bedside.dump(state)) < 64_000


def test_a_signal_that_is_no_longer_sent_is_said_and_holds_up_nothing() -> None:
    waves: Waves = {"ecg_ii": (_alive(), ECG_HZ, "mV"), "pleth": _pleth(stops=False)}
    said = _play(waves)
    assert ("began", "lead_off") in [(word, name) for word, name, _ in _changes(said)]
    assert any(n.key == "pulse_pleth" and n.at_us > START_US + 55_000_000 for o in said for n in o.numerics)


def test_a_hole_of_an_hour_is_stepped_over_and_beats_are_found_after_it() -> None:
    state = bedside.initial()
    trace = _alive(20)
    found: list[int] = []
    for start_us in (START_US, START_US + 3_600_000_000):
        for second in range(20):
            piece = trace[int(second * ECG_HZ) : int((second + 1) * ECG_HZ)]
            state, outputs = bedside.step(state, [wave("ecg_ii", piece, ECG_HZ, start_us + second * 1_000_000)])
            found += outputs.beats.get("ecg_ii", ())
            assert len(outputs.signals) <= 5
            assert not any(isinstance(c, Began) for c in outputs.conditions)
    assert len([at for at in found if at > START_US + 3_600_000_000]) >= 28


@pytest.mark.parametrize("hole_s", [8, 14, 17, 20, 61, 3600, -3600])
@pytest.mark.parametrize("vouched", [False, True])
def test_an_arrest_during_a_hole_or_a_clock_set_back_is_called(hole_s: int, vouched: bool) -> None:
    state, began = bedside.initial(), []
    trace = np.concatenate((_alive(40), flat(40, ECG_HZ)))
    pulse = np.concatenate((pulse_wave(40, PULSE_HZ, 100), np.full(int(40 * PULSE_HZ), 30.0)))
    pulse += np.random.default_rng(2).normal(0, 0.05, len(pulse))
    for second in range(80):
        start_us = START_US + (second + (hole_s if second >= 40 else 0)) * 1_000_000
        message = [wave("ecg_ii", trace[int(second * ECG_HZ) : int((second + 1) * ECG_HZ)], ECG_HZ, start_us)]
        if vouched:
            piece = pulse[int(second * PULSE_HZ) : int((second + 1) * PULSE_HZ)]
            message.append(wave("art", piece, PULSE_HZ, start_us, "mmHg"))
        state, outputs = bedside.step(state, message)
        began += [(c.condition, second) for c in outputs.conditions if isinstance(c, Began)]
    assert "asystole" in [name for name, second in began if 43 <= second <= 62]


def test_waves_that_cannot_be_analysed_are_named() -> None:
    _, outputs = bedside.step(bedside.initial(), [wave("ecg_ii", np.zeros(50), 50.0, START_US)])
    assert outputs.signals[0].quality == "not_analysed"
    _, outputs = bedside.step(bedside.initial(), [wave("mdc:1234", np.zeros(50), 50.0, START_US)])
    assert outputs == bedside.Outputs()


def test_lead_off_is_taken_back_when_the_lead_returns() -> None:
    trace = np.concatenate((_alive(), np.full(int(8 * ECG_HZ), 20.0), _alive(20)))
    changes = [c for o in _play({"ecg_ii": (trace, ECG_HZ, "mV")}) for c in o.conditions]
    assert [type(c) for c in changes] == [Began, Ended]
    assert {c.condition for c in changes} == {"lead_off"}


Clocked = tuple[str, Floats, float, float]
"""Key, samples, rate, and how far its clock is ahead (s)."""


def _play_clocked(*sent: Clocked, seconds: int, jumps: dict[tuple[str, int], float] | None = None) -> set[str]:
    """One message a second and wave, as several devices send them; the conditions that began."""
    state, began = bedside.initial(), set()
    for second in range(seconds):
        for key, samples, rate, ahead_s in sent:
            piece = samples[int(second * rate) : int((second + 1) * rate)]
            start_s = second + ahead_s + (jumps or {}).get((key, second), 0.0)
            if len(piece):
                state, outputs = bedside.step(state, [wave(key, piece, rate, START_US + round(start_s * 1e6))])
                began |= {change.condition for change in outputs.conditions if isinstance(change, Began)}
    return began


@pytest.mark.parametrize("ahead_s", [-70, -3, 1, 3, 10, 70, 3600])
def test_a_clock_that_differs_between_two_devices_hides_no_arrest(ahead_s: float) -> None:
    pleth, rate, _ = _pleth(stops=True)
    began = _play_clocked(("ecg_ii", _arrested(), ECG_HZ, 0), ("pleth", pleth, rate, ahead_s), seconds=60)
    assert {"asystole", "no_pulse_signal"} <= began
    assert "lead_off" not in began


@pytest.mark.parametrize("back_s", [-3600.0, -40.0])
def test_a_clock_that_is_set_back_hides_no_later_arrest(back_s: float) -> None:
    trace = np.concatenate((_alive(40), flat(20, ECG_HZ)))
    pleth, rate, _ = _pleth(stops=False)
    jumps = {("ecg_ii", second): back_s for second in range(20, 60)}
    sent: tuple[Clocked, ...] = (("ecg_ii", trace, ECG_HZ, 0), ("pleth", pleth[: int(20 * rate)], rate, 0))
    assert "asystole" in _play_clocked(*sent, seconds=60, jumps=jumps)


@pytest.mark.parametrize("stray", ["ecg_ii", "pleth"])
def test_one_message_of_another_year_does_not_stop_the_analysis(stray: str) -> None:
    pleth, rate, _ = _pleth(stops=True)
    sent: tuple[Clocked, ...] = (("ecg_ii", _arrested(), ECG_HZ, 0), ("pleth", pleth, rate, 0))
    assert "asystole" in _play_clocked(*sent, seconds=60, jumps={(stray, 10): 31e6})
    alone: tuple[Clocked, ...] = (sent[0], ("pleth", pleth[: int(11 * rate)], rate, 0))
    assert "asystole" in _play_clocked(*alone, seconds=60, jumps={(stray, 10): 31e6})


def test_a_wave_sent_in_long_messages_is_judged_beside_one_sent_in_short_ones() -> None:
    state, qualities = bedside.initial(), []
    trace, (pleth, rate, _) = _alive(60), _pleth(stops=False)
    for second in range(60):
        piece = pleth[int(second * rate) : int((second + 1) * rate)]
        message = [wave("pleth", piece, rate, START_US + second * 1_000_000)]
        if second % 10 == 9:
            start = second - 9
            long = trace[int(start * ECG_HZ) : int((second + 1) * ECG_HZ)]
            message.append(wave("ecg_ii", long, ECG_HZ, START_US + start * 1_000_000))
        state, outputs = bedside.step(state, message)
        qualities += [signal.quality for signal in outputs.signals if signal.key == "ecg_ii"]
    assert qualities.count("usable") >= 48
    assert qualities.count("missing") <= 2


def test_a_wave_that_is_sent_but_not_judged_is_said() -> None:
    trace = _alive(20)
    state = bedside.initial()
    state, _ = bedside.step(state, [wave("ecg_ii", trace[: int(10 * ECG_HZ)], ECG_HZ, START_US)])
    earlier = START_US - 3_600_000_000
    _, outputs = bedside.step(state, [wave("ecg_ii", trace[: int(2 * ECG_HZ)], ECG_HZ, earlier)])
    assert [(s.key, s.quality) for s in outputs.signals] == [("ecg_ii", "not_judged")]


@pytest.mark.parametrize("per_min", [15, 16, 18, 20, 22, 24, 28])
@pytest.mark.parametrize("noise_mv", [0.005, 0.02])
def test_a_very_slow_heart_is_found_on_its_waves_and_stays(per_min: int, noise_mv: float) -> None:
    slow = ecg(steady_beats(per_min, 90), 90, ECG_HZ, noise_mv=noise_mv)
    said = _play({"ecg_ii": (np.concatenate((_alive(), slow)), ECG_HZ, "mV")})
    words = [(word, name) for word, name, _ in _changes(said) if name != "pause"]
    assert words == [("began", "extreme_bradycardia")]
    rates = [n.value for o in said[-20:] for n in o.numerics if n.key == "hr_ecg"]
    assert rates
    assert all(value == pytest.approx(per_min, rel=0.1) for value in rates)
