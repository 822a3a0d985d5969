"""Beats of an ECG at any rate, gain and cutting, and none in noise."""

from itertools import cycle

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.signals import ecg_beats, qrs_kernel, quality
from holdfast.signals.chunk import Chunk
from holdfast.signals.qrs_front import Preset, design, split
from holdfast.signals.qrs_weights import layers
from holdfast.signals.scoring import match
from signals.made_signals import START_US, Floats, cut, ecg, every, flat, run, steady_beats


def _beats(samples: Floats, rate_hz: float, preset: Preset = Preset.DOG) -> list[ecg_beats.Beat]:
    chunks = cut(samples, rate_hz, every(round(rate_hz)))
    return run(ecg_beats.step, ecg_beats.initial(preset), chunks)[1]


def _found(samples: Floats, rate_hz: float) -> list[int]:
    return [beat.at_us for beat in _beats(samples, rate_hz)]


def _us(beats_s: list[float]) -> list[int]:
    return [START_US + round(beat * 1e6) for beat in beats_s]


@pytest.mark.parametrize("rate_hz", [100.0, 130.0, 250.0, 500.0, 1000.0])
@pytest.mark.parametrize("per_min", [20, 60, 120, 200, 300])
def test_every_beat_is_found_once_at_any_rate(rate_hz: float, per_min: int) -> None:
    beats = steady_beats(per_min, 30)
    score = match(_found(ecg(beats, 30, rate_hz), rate_hz), _us(beats), 75_000)
    assert score.false_positives == 0
    assert score.false_negatives <= 1
    assert score.median_error_ms is not None
    assert score.median_error_ms < 12


def test_the_irregular_rhythm_of_a_resting_dog_is_followed() -> None:
    beats, at = [], 1.0
    for i in range(60):
        beats.append(at)
        at += (0.5, 0.55, 1.3, 1.6, 0.6)[i % 5]
    score = match(_found(ecg(beats, at + 1, 250.0), 250.0), _us(beats), 75_000)
    assert (score.false_positives, score.false_negatives) == (0, 0)


@pytest.mark.parametrize("t_share", [0.5, 1.0, 2.0])
def test_tall_t_waves_are_not_beats(t_share: float) -> None:
    beats = steady_beats(80, 30)
    score = match(_found(ecg(beats, 30, 250.0, t_share=t_share), 250.0), _us(beats), 75_000)
    assert (score.false_positives, score.false_negatives) == (0, 0)


def test_a_steep_p_wave_does_not_hide_the_beat_behind_it() -> None:
    beats, rate_hz = steady_beats(70, 30), 130.0
    trace, t = ecg(beats, 30, rate_hz), np.arange(30 * int(rate_hz)) / rate_hz
    for beat in beats:
        trace += 0.35 * np.exp(-0.5 * ((t - beat + 0.13) / 0.009) ** 2)
    score = match(_found(trace, rate_hz), _us(beats), 75_000)
    assert (score.false_positives, score.false_negatives) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda x, t: -x, id="turned over"),
        pytest.param(lambda x, t: x * 1000, id="microvolts"),
        pytest.param(lambda x, t: x * 0.25, id="small"),
        pytest.param(lambda x, t: x + 300, id="electrode offset"),
        pytest.param(lambda x, t: x + 2 * np.sin(2 * np.pi * 0.2 * t), id="drift"),
        pytest.param(lambda x, t: x + 0.1 * np.sin(2 * np.pi * 50 * t), id="mains 50"),
        pytest.param(lambda x, t: x + 0.1 * np.sin(2 * np.pi * 60 * t), id="mains 60"),
    ],
)
def test_gain_polarity_offset_drift_and_mains_do_not_matter(change) -> None:  # type: ignore[no-untyped-def]
    beats = steady_beats(90, 30)
    clean = ecg(beats, 30, 250.0)
    score = match(_found(change(clean, np.arange(len(clean)) / 250.0), 250.0), _us(beats), 75_000)
    assert score.false_positives == 0
    assert score.false_negatives <= 1  # the first must be sure


@pytest.mark.parametrize("rate_hz", [100.0, 130.0, 250.0, 500.0])
@pytest.mark.parametrize("noise_mv", [0.001, 0.03, 1.0])
def test_noise_has_no_beats_at_any_gain(rate_hz: float, noise_mv: float) -> None:
    assert _found(flat(300, rate_hz, noise_mv), rate_hz) == []


@pytest.mark.parametrize("noise_mv", [0.005, 0.02, 0.03])
def test_an_arrest_after_real_beats_stays_silent(noise_mv: float) -> None:
    beats = steady_beats(100, 30)
    trace = np.concatenate((ecg(beats, 30, 130.0), flat(300, 130.0, noise_mv)))
    assert [at for at in _found(trace, 130.0) if at > START_US + 30_500_000] == []


@pytest.mark.parametrize("per_min", [60, 100, 180])
def test_p_waves_that_go_on_after_the_beats_are_not_counted(per_min: int) -> None:
    trace = ecg(steady_beats(per_min, 30), 150, 130.0)
    t = np.arange(len(trace)) / 130.0
    for at in np.arange(30.2, 149.0, 60 / per_min):
        trace += 0.12 * np.exp(-0.5 * ((t - at) / 0.015) ** 2)
    assert [at for at in _found(trace, 130.0) if at > START_US + 31_000_000] == []


@pytest.mark.parametrize("height", [1.5, -1.5])
def test_wide_early_beats_on_a_t_wave_are_found(height: float) -> None:
    beats = steady_beats(80, 40)
    trace = ecg(beats, 40, 250.0)
    early = [a + 0.45 * (b - a) for a, b in zip(beats[6::6], beats[7::6], strict=False)]
    t = np.arange(len(trace)) / 250.0
    for at in early:
        trace += height * (np.exp(-0.5 * ((t - at) / 0.02) ** 2) - 0.4 * np.exp(-0.5 * ((t - at - 0.16) / 0.045) ** 2))
    score = match(_found(trace, 250.0), _us(sorted([*beats, *early])), 75_000)
    assert score.false_positives <= 1
    assert score.false_negatives <= 1


def test_a_heart_that_was_never_seen_slower_than_300_is_seen() -> None:
    beats = steady_beats(300, 30, first_s=0.5)
    later = _us([at for at in beats if 5 < at < 29])
    found = [at for at in _found(ecg(beats, 30, 250.0), 250.0) if START_US + 4.95e6 < at < START_US + 29.05e6]
    score = match(found, later, 75_000)
    assert (score.false_negatives, score.false_positives) == (0, 0)


def test_beats_are_found_in_hum_as_tall_as_they() -> None:
    beats = steady_beats(90, 30)
    trace = 0.5 * ecg(beats, 30, 130.0)
    trace += 0.5 * np.sin(2 * np.pi * 50 * np.arange(len(trace)) / 130.0)
    score = match(_found(trace, 130.0), _us(beats), 75_000)
    assert score.sensitivity is not None
    assert score.sensitivity > 0.9
    assert score.false_positives <= 1


@pytest.mark.parametrize("scale", [1e-3, 0.037, 12.0, 1e3])
def test_gain_changes_no_beat(scale: float) -> None:
    trace = ecg(steady_beats(130, 40), 40, 250.0, t_share=1.0, noise_mv=0.05)
    assert _found(scale * trace, 250.0) == _found(trace, 250.0)


@pytest.mark.parametrize("value", [-0.069, 0.1, 37.3])
def test_the_rounding_of_a_signal_that_stands_still_is_no_candidate(value: float) -> None:
    made = design(Preset.DOG, 130.0)
    memory = split(np.zeros(made.size), made.capacity)
    still = np.full(260, value)
    qrs_kernel.run(still, memory, made.sos, made.rest, made.numbers, layers(Preset.DOG), qrs_kernel.room(260, made))
    assert memory[0][6] == 0.0


def test_turning_the_leads_over_changes_no_beat() -> None:
    trace = ecg(steady_beats(130, 40), 40, 250.0, t_share=1.0, noise_mv=0.05)
    assert _found(-trace, 250.0) == _found(trace, 250.0)


def test_beats_are_seen_again_after_a_lead_was_off_at_the_rail() -> None:
    beats = steady_beats(90, 60)
    trace = ecg(beats, 60, 250.0)
    trace[250 * 20 : 250 * 25] = 20.0
    trace[250 * 25 :] += 15 * np.exp(-np.arange(250 * 35) / 250.0)
    later = [at for at in _us(beats) if at > START_US + 26_000_000]
    found = [at for at in _found(trace, 250.0) if at > START_US + 26_000_000 - 75_000]
    score = match(found, later, 75_000)
    assert score.false_negatives == 0
    assert score.false_positives <= 1


def test_one_huge_artefact_does_not_blind_the_detector() -> None:
    beats = steady_beats(90, 60)
    trace = ecg(beats, 60, 250.0)
    trace[250 * 20 : 250 * 20 + 60] += 30 * np.hanning(60)
    later = [at for at in _us(beats) if at > START_US + 21_000_000]
    found = [at for at in _found(trace, 250.0) if at > START_US + 20_500_000]
    assert match(found, later, 75_000).false_negatives == 0


def test_a_beat_is_reported_within_the_stated_delay() -> None:
    trace = ecg(steady_beats(80, 20), 20, 250.0)
    state, delays = ecg_beats.initial(), []
    for i in range(len(trace)):
        state, beats = ecg_beats.step(state, Chunk(START_US + i * 4000, 250.0, trace[i : i + 1]))
        delays += [START_US + (i + 1) * 4000 - beat.at_us for beat in beats]
    assert len(delays) > 20
    assert max(delays) <= ecg_beats.DELAY_S * 1e6


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from([100.0, 130.0, 250.0, 333.0]))
def test_the_answer_does_not_depend_on_how_the_signal_is_cut(data: st.DataObject, rate_hz: float) -> None:
    trace = ecg(steady_beats(110, 12), 12, rate_hz)
    trace[int(5 * rate_hz) : int(5.6 * rate_hz)] = np.nan
    _, whole = run(ecg_beats.step, ecg_beats.initial(), cut(trace, rate_hz, every(len(trace))))
    assert len(whole) > 10
    largest = data.draw(st.sampled_from([2, 13, 130, 1300]))
    sizes = data.draw(st.lists(st.integers(1, largest), min_size=1, max_size=30))
    _, pieces = run(ecg_beats.step, ecg_beats.initial(), cut(trace, rate_hz, cycle(sizes)))
    assert pieces == whole


def test_a_state_survives_being_written_and_read_at_any_moment() -> None:
    trace = ecg(steady_beats(110, 12), 12, 130.0)
    _, whole = run(ecg_beats.step, ecg_beats.initial(), cut(trace, 130.0, every(37)))
    state, said = ecg_beats.initial(), []
    for chunk in cut(trace, 130.0, every(37)):
        state, beats = ecg_beats.step(ecg_beats.load(ecg_beats.dump(state)), chunk)
        said += beats
    assert said == whole


@pytest.mark.parametrize("rate_hz", [130.0, 249.0, 250.0, 1000.0])
def test_memory_is_bounded(rate_hz: float) -> None:
    state = ecg_beats.initial()
    sizes = []
    for chunk in cut(flat(120, rate_hz), rate_hz, every(int(rate_hz))):
        state, _ = ecg_beats.step(state, chunk)
        sizes.append(len(ecg_beats.dump(state)))
    assert max(sizes) < 64_000
    assert max(sizes[60:]) <= 1.05 * max(sizes[10:60])


def test_bytes_of_something_else_are_refused() -> None:
    with pytest.raises(msgspec.MsgspecError):
        ecg_beats.load(quality.dump(quality.initial()))
    with pytest.raises(msgspec.MsgspecError):
        ecg_beats.load(b"not a state")


def test_a_rate_that_cannot_show_a_qrs_is_an_error() -> None:
    with pytest.raises(ValueError, match="samples per second"):
        ecg_beats.step(ecg_beats.initial(), Chunk(START_US, 50.0, np.zeros(50)))


def test_a_beat_says_how_wide_it_is_and_how_like_the_others() -> None:
    trace = ecg(steady_beats(80, 30), 30, 250.0)
    usual = _beats(trace, 250.0)[5:]
    slow = _beats(ecg(steady_beats(60, 30), 30, 250.0), 200.0)[5:]
    assert min(beat.likeness for beat in usual) > 0.95
    assert np.median([beat.width_s for beat in slow]) > np.median([beat.width_s for beat in usual])
    assert all(0.5 <= beat.confidence <= 1 for beat in usual)


def test_a_human_heart_has_its_own_preset() -> None:
    beats = steady_beats(70, 30)
    t = np.arange(30 * 360) / 360.0
    trace = np.random.default_rng(5).normal(0, 0.01, len(t))
    for beat in beats:
        for after, height, width in ((0.0, 1.0, 0.02), (0.03, -0.2, 0.015), (0.28, 0.4, 0.05), (-0.16, 0.15, 0.025)):
            trace += height * np.exp(-0.5 * ((t - beat - after) / width) ** 2)
    found = [beat.at_us for beat in _beats(trace, 360.0, Preset.HUMAN)]
    score = match(found, _us(beats), 75_000)
    assert score.false_positives == 0
    assert score.false_negatives <= 3  # the first must be sure
