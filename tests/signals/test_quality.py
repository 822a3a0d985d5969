"""What each second of a signal is worth, and why."""

from itertools import cycle

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.signals import quality
from holdfast.signals.quality import Quality
from signals.made_signals import START_US, Floats, cut, ecg, every, flat, run, steady_beats

RATE_HZ = 250.0


def _words(samples: Floats, size: int = 250) -> list[Quality]:
    return [s.quality for s in run(quality.step, quality.initial(), cut(samples, RATE_HZ, every(size)))[1]]


def test_a_good_ecg_is_usable() -> None:
    words = _words(ecg(steady_beats(100, 20), 20, RATE_HZ))
    assert set(words[1:-1]) == {Quality.USABLE}


def test_a_flat_line_is_flat_and_never_a_lead_off() -> None:
    for noise_mv in (0.001, 0.005, 0.01, 0.03):
        assert set(_words(flat(20, RATE_HZ, noise_mv))) == {Quality.FLAT}


def test_a_lead_off_is_never_a_flat_line() -> None:
    rng = np.random.default_rng(1)
    for off in (
        np.full(2500, 20.0),
        np.full(2500, -20.0),
        20 + rng.normal(0, 0.01, 2500),
        np.full(2500, np.nan),
        np.full(2500, 12.0),
    ):
        assert set(_words(off)) == {Quality.LEAD_OFF}


def test_no_change_at_all_is_neither() -> None:
    for level in (0.0, 0.3, -1.0):
        assert set(_words(np.full(2500, level))) == {Quality.FROZEN}


def test_a_clipped_signal_is_saturated() -> None:
    swinging = np.clip(6 * np.sin(2 * np.pi * 3 * np.arange(2500) / RATE_HZ), -3, 3)
    assert set(_words(swinging)) == {Quality.SATURATED}


def test_muscle_noise_is_noisy_and_not_fit() -> None:
    noise = np.random.default_rng(2).normal(0, 0.3, 2500)
    words = _words(noise)
    assert set(words[3:]) == {Quality.NOISY}  # its shape is known after four seconds
    assert Quality.NOISY not in quality.FIT


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=20))
def test_words_do_not_depend_on_chunking(sizes: list[int]) -> None:
    trace = np.concatenate((ecg(steady_beats(100, 6), 6, RATE_HZ), flat(4, RATE_HZ), np.full(1000, np.nan)))
    _, whole = run(quality.step, quality.initial(), cut(trace, RATE_HZ, every(len(trace)), START_US + 123_456))
    chunks = cut(trace, RATE_HZ, cycle(sizes), START_US + 123_456)
    assert run(quality.step, quality.initial(), chunks)[1] == whole
    assert len(whole) >= 13


def test_a_state_survives_being_written_and_read() -> None:
    trace = ecg(steady_beats(100, 6), 6, RATE_HZ)
    state, said = quality.initial(), []
    for chunk in cut(trace, RATE_HZ, every(77)):
        state, words = quality.step(quality.load(quality.dump(state)), chunk)
        said += words
    assert said == run(quality.step, quality.initial(), cut(trace, RATE_HZ, every(77)))[1]
