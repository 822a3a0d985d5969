"""ECGs drawn from given beat times: what is asked for is what is there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.simulation.drawn import drawn_ecg, following, steady, switching
from holdfast.simulation.heart import Kind
from holdfast.simulation.scenario import EcgShape

STILL = EcgShape(r_mv=1.0, p_mv=0.1, q_mv=-0.1, s_mv=-0.1, t_of_r=0.0, noise_mv=0.0, wander_mv=0.0, mains_mv=0.0)


@settings(max_examples=30, deadline=None)
@given(st.floats(20, 300), st.sampled_from([100.0, 130.0, 250.0, 500.0, 1000.0]))
def test_the_r_peak_lies_where_the_truth_says_at_any_rate(per_min: float, rate_hz: float) -> None:
    made = drawn_ecg(steady(per_min, 12), 12, rate_hz, shape=STILL)
    for beat in made.beats_s[:-1]:
        low, high = int((beat - 0.05) * rate_hz), int((beat + 0.05) * rate_hz)
        top = low + int(np.argmax(made.samples[low:high]))
        assert abs(top / rate_hz - beat) <= 1.01 / rate_hz


@pytest.mark.parametrize("t_of_r", [0.5, 1.0, 2.0, -1.0])
def test_the_t_wave_is_as_tall_as_asked(t_of_r: float) -> None:
    with_t = drawn_ecg(steady(90, 10), 10, 250.0, shape=replace(STILL, t_of_r=t_of_r))
    without = drawn_ecg(steady(90, 10), 10, 250.0, shape=STILL)
    t_wave = with_t.samples - without.samples
    assert t_wave[np.argmax(np.abs(t_wave))] == pytest.approx(t_of_r, rel=0.05)


def test_wide_is_wide_and_the_other_way_round_is_the_mirror() -> None:
    def half_width(width: float) -> int:
        shape = replace(STILL, qrs_width=width)
        return int(np.sum(drawn_ecg([2.0], 4, 1000.0, shape=shape).samples > 0.5))

    assert half_width(2.0) == pytest.approx(2 * half_width(1.0), abs=3)
    up, down = (drawn_ecg(steady(90, 10), 10, 250.0, shape=shape).samples for shape in (STILL, STILL.turned()))
    np.testing.assert_allclose(up, -down, atol=1e-12)


def test_a_breathing_dog_switches_between_its_two_rates() -> None:
    rates = 60 / np.diff(switching(50, 130, 60))
    assert set(np.round(rates, 6)) == {50.0, 130.0}
    assert len(following(lambda at: 60 + at, 30)) > 30


def test_nothing_beats_where_nothing_was_asked_for() -> None:
    shape = EcgShape(noise_mv=0.03, wander_mv=0.0, mains_mv=0.0)
    flat = drawn_ecg([], 20, 250.0, shape=shape, p_alone_s=steady(80, 20))
    assert flat.beats_s == ()
    assert np.abs(flat.samples).max() < 0.5
    spikes = drawn_ecg(steady(90, 20), 20, 250.0, shape=STILL, kind=Kind.SPIKE)
    assert spikes.beats_s == ()
    assert spikes.samples.max() > 3
    assert np.mean(spikes.samples != 0) < 0.02


def test_a_seed_makes_the_noise() -> None:
    one, again, other = (drawn_ecg([1.0], 3, 250.0, seed=seed).samples for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
