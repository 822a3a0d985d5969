"""Pulses of a pleth and an arterial line, breaths of a capnogram."""

from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.signals import pulses, respiration, slow_wave
from holdfast.signals.chunk import Chunk
from holdfast.signals.slow_wave import Source
from signals.made_signals import START_US, cut, every, pulse_wave, run


@pytest.mark.parametrize("rate_hz", [62.5, 125.0, 250.0])
@pytest.mark.parametrize("per_min", [40, 90, 180])
@pytest.mark.parametrize("source", [Source.PLETH, Source.ARTERIAL])
def test_pulses_are_counted_once_despite_the_dicrotic_wave(rate_hz: float, per_min: int, source: Source) -> None:
    trace = pulse_wave(60, rate_hz, per_min)
    _, found = run(pulses.step, slow_wave.initial(source), cut(trace, rate_hz, every(round(rate_hz))))
    late = [p for p in found if p.at_us > START_US + 20_000_000]
    assert len(late) == pytest.approx(per_min * 40 / 60, abs=2)


def test_arterial_pressures_of_each_beat() -> None:
    trace = pulse_wave(30, 125.0, 90, low=70, high=110)
    _, found = run(pulses.step, slow_wave.initial(Source.ARTERIAL), cut(trace, 125.0, every(125)))
    last = found[-2]
    assert last.systolic == pytest.approx(110, abs=2)
    assert last.diastolic == pytest.approx(70, abs=2)
    assert last.mean == pytest.approx(float(trace.mean()), abs=1.5)
    assert last.onset_us < last.at_us


@pytest.mark.parametrize("rate_hz", [62.5, 125.0, 500.0])
def test_white_noise_on_a_pleth_is_no_pulse(rate_hz: float) -> None:
    noise = np.random.default_rng(5).normal(0, 1, int(300 * rate_hz))
    assert run(pulses.step, slow_wave.initial(Source.PLETH), cut(noise, rate_hz, every(100)))[1] == []


def test_ripple_on_an_arterial_line_is_no_pulse() -> None:
    ripple = 60 + 2 * np.sin(2 * np.pi * 1.5 * np.arange(125 * 120) / 125)
    assert run(pulses.step, slow_wave.initial(Source.ARTERIAL), cut(ripple, 125.0, every(125)))[1] == []


def test_a_lost_pulse_is_not_made_up_from_what_ripple_is_left() -> None:
    t = np.arange(125 * 60) / 125
    trace = np.concatenate((pulse_wave(30, 125.0, 90, 0, 1), 0.02 * np.sin(2 * np.pi * 1.5 * t)))
    _, found = run(pulses.step, slow_wave.initial(Source.PLETH), cut(trace, 125.0, every(125)))
    assert len(found) > 30
    assert [p for p in found if p.at_us > START_US + 34_000_000] == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_pulses_and_breaths_do_not_depend_on_chunking(sizes: list[int]) -> None:
    trace = pulse_wave(15, 125.0, 110)
    for step, state in (
        (pulses.step, slow_wave.initial(Source.ARTERIAL)),
        (pulses.step, slow_wave.initial(Source.PLETH)),
        (respiration.step, slow_wave.initial(Source.CO2)),
    ):
        _, whole = run(step, state, cut(trace, 125.0, every(len(trace))))
        pieces = run(step, state, cut(trace, 125.0, cycle(sizes)))[1]
        assert pieces == whole
    assert whole


@pytest.mark.parametrize("per_min", [8, 20, 60])
@pytest.mark.parametrize("source", [Source.IMPEDANCE, Source.CO2])
def test_breaths_are_counted_despite_the_hearts_ripple(per_min: int, source: Source) -> None:
    t = np.arange(int(62.5 * 180)) / 62.5
    trace = 15 * np.sin(2 * np.pi * per_min / 60 * t) + 0.8 * np.sin(2 * np.pi * 2.0 * t)
    _, found = run(respiration.step, slow_wave.initial(source), cut(trace, 62.5, every(62)))
    late = [b for b in found if b.at_us > START_US + 60_000_000]
    assert len(late) == pytest.approx(per_min * 2, abs=2)


def test_states_survive_being_written_and_read() -> None:
    trace = pulse_wave(15, 125.0, 110)
    state, said = slow_wave.initial(Source.ARTERIAL), []
    for chunk in cut(trace, 125.0, every(90)):
        state, found = pulses.step(slow_wave.load(slow_wave.dump(state)), chunk)
        said += found
    assert said == run(pulses.step, slow_wave.initial(Source.ARTERIAL), cut(trace, 125.0, every(90)))[1]
    breathing, _ = respiration.step(slow_wave.initial(Source.CO2), Chunk(START_US, 62.5, trace[:500]))
    assert slow_wave.load(slow_wave.dump(breathing)) == breathing
