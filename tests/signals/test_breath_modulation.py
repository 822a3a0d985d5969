"""The breathing rate that the heart's rhythm and the size of its beats give away."""

from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.signals import breath_modulation, ecg_respiration
from holdfast.signals.breath_modulation import ModulationState
from holdfast.signals.heart_rate import Rate
from signals.made_signals import START_US, cut, ecg

S = 1_000_000


def swaying_beats(per_min: float, breaths_per_min: float, depth: float, seconds: float) -> list[float]:
    """Beats whose distance sways with the breath."""
    at, beats = 0.5, []
    while at < seconds:
        beats.append(at)
        at += 60 / per_min * (1 + depth * np.sin(2 * np.pi * breaths_per_min / 60 * at))
    return beats


def told(state: ModulationState, marks: list[tuple[int, tuple[float, ...]]], until_s: int, unfit: set[int]) -> Rate:
    rate = None
    for second in range(until_s):
        state = breath_modulation.load(breath_modulation.dump(state))
        state = breath_modulation.add(state, [m for m in marks if second * S <= m[0] < (second + 1) * S])
        state, rate = breath_modulation.step(state, (second + 1) * S, second in unfit)
    assert rate is not None
    return rate


def marks_of(
    per_min: float, breaths: float, depth: float, size: float, noise: float = 0.01
) -> list[tuple[int, tuple[float, ...]]]:
    noisy = np.random.default_rng(3)
    return [
        (round(at * S), (size * np.sin(2 * np.pi * breaths / 60 * at + 1) + float(noisy.normal(0, noise)),))
        for at in swaying_beats(per_min, breaths, depth, 60)
    ]


@pytest.mark.parametrize(("per_min", "breaths"), [(60, 12), (80, 24), (150, 45)])
def test_breath_that_sways_rhythm_and_size_is_counted(per_min: float, breaths: float) -> None:
    rate = told(breath_modulation.initial(1, chest=True), marks_of(per_min, breaths, 0.2, 0.1), 60, set())
    assert rate.per_min == pytest.approx(breaths, abs=0.5)
    assert rate.quality == "good"


def test_breath_that_shows_in_the_size_alone_is_fair() -> None:
    rate = told(breath_modulation.initial(1, chest=True), marks_of(140, 30, 0.0, 0.1), 60, set())
    assert rate.per_min == pytest.approx(30, abs=0.5)
    assert rate.quality == "fair"


def test_beats_that_do_not_sway_tell_no_breath() -> None:
    rate = told(breath_modulation.initial(1, chest=True), marks_of(100, 20, 0.0, 0.0), 60, set())
    assert rate.per_min is None
    assert "clear" in rate.why


def test_a_slow_sway_without_the_chest_may_be_the_blood_pressure() -> None:
    marks = marks_of(90, 6, 0.1, 0.2)
    assert told(breath_modulation.initial(1, chest=True), marks, 60, set()).quality == "fair"
    rate = told(breath_modulation.initial(1, chest=False), marks, 60, set())
    assert rate.per_min is None
    assert "blood pressure" in rate.why


def test_beats_that_alternate_are_never_a_good_breathing_rate() -> None:
    alternating = [(round(i * 0.6 * S), (0.1 * (-1) ** i,)) for i in range(100)]
    assert told(breath_modulation.initial(1, chest=True), alternating, 60, set()).quality != "good"


def test_too_little_fit_signal_tells_nothing() -> None:
    marks = marks_of(80, 24, 0.2, 0.1)
    assert told(breath_modulation.initial(1, chest=True), marks, 25, set()).per_min is None
    rate = told(breath_modulation.initial(1, chest=True), marks, 60, set(range(30, 45)))
    assert rate.per_min is None
    assert "too few" in rate.why


def _on_ecg(sizes: list[int]) -> list[Rate]:
    """An ECG whose size sways with 18 breaths a minute, fed with its beats 0.2 s late, whatever the chunks."""
    beats = swaying_beats(100, 18, 0.1, 44)
    trace = ecg(beats, 45, 125.0, noise_mv=0.005)
    trace *= 1 + 0.15 * np.sin(2 * np.pi * 18 / 60 * np.arange(len(trace)) / 125)
    state, said, second, told_beats = ecg_respiration.initial(), [], 0, 0
    for chunk in cut(trace, 125.0, cycle(sizes)):
        end_s = (chunk.start_us - START_US) / S + len(chunk.samples) / 125
        fresh = [START_US + round(b * S) for b in beats[told_beats:] if b + 0.2 <= end_s]
        told_beats += len(fresh)
        state = ecg_respiration.feed(state, chunk, fresh)
        while second + 1.5 <= end_s:
            second += 1
            state, rate = ecg_respiration.step(state, START_US + second * S, False)
            said.append(rate)
    assert ecg_respiration.load(ecg_respiration.dump(state)) == state
    return said


def test_breath_is_read_from_an_ecg() -> None:
    last = _on_ecg([125])[-1]
    assert last.per_min == pytest.approx(18, abs=0.5)
    assert last.quality == "good"


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_breath_from_an_ecg_does_not_depend_on_chunking(sizes: list[int]) -> None:
    pieces, whole = _on_ecg(sizes), _on_ecg([125])
    assert pieces[: len(whole)] == whole[: len(pieces)]
