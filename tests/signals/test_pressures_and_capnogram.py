"""Pressures of an arterial wave, carbon dioxide of a capnogram."""

import numpy as np
import pytest

from holdfast.signals import capnogram, pressures, pulses, respiration, slow_wave
from holdfast.signals.capnogram import Capnogram
from holdfast.signals.pressures import Pressures
from holdfast.signals.pulses import Pulse
from holdfast.signals.respiration import Breath
from signals.made_signals import START_US, cut, every, pulse_wave, run

S = 1_000_000


def _pressures(made: list[Pulse], until_s: int, silent_from_s: int = 10**9) -> Pressures:
    state, said = pressures.initial(), None
    for second in range(until_s):
        found = [p for p in made if second * S <= p.at_us - START_US < (second + 1) * S]
        state = pressures.load(pressures.dump(state))
        state, said = pressures.step(state, found, START_US + (second + 1) * S, second < silent_from_s)
    assert said is not None
    return said


def _found(low: float, high: float, seconds: float = 30) -> list[Pulse]:
    trace = pulse_wave(seconds, 125.0, 100, low, high)
    return run(pulses.step, slow_wave.initial(slow_wave.Source.ARTERIAL), cut(trace, 125.0, every(125)))[1]


def test_the_three_pressures_of_a_wave() -> None:
    said = _pressures(_found(70, 110), 29)
    assert said.systolic.value == pytest.approx(110, abs=2)
    assert said.diastolic.value == pytest.approx(70, abs=2)
    assert said.mean.value == pytest.approx(float(pulse_wave(30, 125.0, 100, 70, 110).mean()), abs=1.5)
    assert said.systolic.quality == said.mean.quality == "good"
    assert said.systolic.age_us < S


def test_one_flush_does_not_move_the_pressures() -> None:
    made = _found(70, 110)
    made[-4] = Pulse(made[-4].at_us, made[-4].onset_us, 290.0, 60.0, 200.0)
    assert _pressures(made, 29).systolic.value == pytest.approx(110, abs=2)


def test_no_pulse_no_pressure() -> None:
    gone = _pressures(_found(70, 110), 36)
    assert gone.systolic.value is None
    assert "no pulse" in gone.systolic.why
    assert _pressures(_found(70, 110), 30, silent_from_s=29).mean.why == "no signal"
    assert "pulses" in _pressures([], 10).mean.why


def test_a_line_open_to_air_is_said() -> None:
    said = _pressures(_found(-8, 5), 29)
    assert said.mean.value is None
    assert "zeroed" in said.mean.why


def _capnogram(made: list[Breath], until_s: int, silent_from_s: int = 10**9) -> Capnogram:
    state, said = capnogram.initial(), None
    for second in range(until_s):
        found = [b for b in made if second * S <= b.at_us - START_US < (second + 1) * S]
        state = capnogram.load(capnogram.dump(state))
        state, said = capnogram.step(state, found, START_US + (second + 1) * S, second < silent_from_s)
    assert said is not None
    return said


def _capnograph(per_min: float, end_tidal: float, inspired: float, seconds: float = 60) -> list[Breath]:
    """A capnogram with steep sides and a slightly rising plateau."""
    phase = (np.arange(int(seconds * 62.5)) / 62.5 * per_min / 60) % 1.0
    plateau = inspired + (end_tidal - inspired) * (0.92 + 0.08 * np.clip((phase - 0.4) / 0.5, 0, 1))
    trace = np.where((phase > 0.4) & (phase < 0.9), plateau, inspired)
    return run(respiration.step, slow_wave.initial(slow_wave.Source.CO2), cut(trace, 62.5, every(62)))[1]


@pytest.mark.parametrize("per_min", [8, 20, 40])
def test_end_tidal_and_inspired_carbon_dioxide(per_min: float) -> None:
    said = _capnogram(_capnograph(per_min, 38, 0), 58)
    assert said.end_tidal.value == pytest.approx(38, abs=1)
    assert said.inspired.value == pytest.approx(0, abs=1)
    assert said.end_tidal.quality == "good"
    assert _capnogram(_capnograph(per_min, 50, 8), 58).inspired.value == pytest.approx(8, abs=1)


def test_fast_shallow_breaths_are_a_lower_bound() -> None:
    made = [Breath(START_US + round(i * 0.6 * S), 0.0, 25.0) for i in range(90)]
    said = _capnogram(made, 50)
    assert said.end_tidal.quality == "fair"
    assert "higher" in said.end_tidal.why


def test_no_breath_no_end_tidal() -> None:
    made = _capnograph(15, 38, 0, seconds=30)
    gone = _capnogram(made, 55)
    assert gone.end_tidal.value is None
    assert "no breath for" in gone.end_tidal.why
    assert _capnogram(made, 28, silent_from_s=27).end_tidal.why == "no signal"
    assert _capnogram([], 5).end_tidal.why == "no breath yet"
