"""The dog itself: same samples for any chunks, and traces that a vet would recognise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import find_peaks

from holdfast.record.events import Strength
from holdfast.simulation.changes import Move, Pause, SetContact, SetRhythm
from holdfast.simulation.dog import EVERY_TICKS, Dog
from holdfast.simulation.scenario import EcgShape
from holdfast.simulation.states import (
    ASLEEP,
    HEALTHY_REST,
    SHOCK_DECOMPENSATING,
    Contact,
    Rhythm,
    Sensor,
)
from simulation.sim_dogs import scenario

WILD = scenario(
    SHOCK_DECOMPENSATING._replace(vpc_per_min=30),
    (
        (-5.0, Move(1.0, 0.5)),
        (-3.0, SetContact(Sensor.ECG, Contact.RAIL)),
        (-2.0, SetContact(Sensor.ECG, Contact.ON)),
        (0.0, SetRhythm(Rhythm.VF)),
    ),
)
PLAIN = EcgShape(r_mv=2.0, p_mv=0.0, q_mv=-0.3, s_mv=-0.3, t_of_r=0.0)


def beats(trace, height, rate_hz=250):
    peaks, _ = find_peaks(trace - np.median(trace), height=height, distance=int(0.16 * rate_hz))
    return peaks / rate_hz


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=700), min_size=1, max_size=12))
def test_any_chunking_gives_the_same_samples(chunks: list[int]) -> None:
    whole = Dog(WILD, start_s=-6).run(sum(chunks))
    dog = Dog(WILD, start_s=-6)
    parts = [dog.run(count) for count in chunks]
    for key in EVERY_TICKS:
        np.testing.assert_array_equal(whole[key], np.concatenate([part[key] for part in parts if key in part]))


def test_each_wave_has_its_own_rate() -> None:
    waves = Dog(WILD, start_s=-60).run(4 * 250)
    assert {key: len(wave) / 4 for key, wave in waves.items()} == {
        "ecg_ii": 250, "art": 125, "pleth": 125, "resp": 62.5, "co2": 62.5,
    }  # fmt: skip


def test_a_seed_makes_the_dog_and_another_seed_another_dog() -> None:
    one, again, other = (Dog(scenario(seed=seed), start_s=-60).run(2_000)["ecg_ii"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_qrs_is_narrow_and_a_vpc_is_wide() -> None:
    def width_ms(trace, at, threshold):
        inside = np.flatnonzero(np.abs(trace[at - 40 : at + 40]) > threshold)
        return 4 * (inside[-1] - inside[0] + 1)

    calm = Dog(scenario(HEALTHY_REST, ecg=PLAIN), start_s=-60).run(20 * 250)["ecg_ii"]
    narrow = [width_ms(calm, int(t * 250), 0.1) for t in beats(calm, 1.0)[1:-1]]
    assert 44 <= np.median(narrow) <= 64

    dog = Dog(scenario(HEALTHY_REST._replace(vpc_per_min=40), ecg=PLAIN), start_s=-60)
    made = [dog.frame() for _ in range(300)]
    trace = np.concatenate([frame.waves["ecg_ii"] for frame in made])
    starts = [b.r_s + 60 for f in made for b in f.beats if b.kind == "vpc" and 0.5 < b.r_s + 60 < 59]
    wide = [width_ms(trace[: int(t * 250) + 18], int(t * 250), 0.25) for t in starts]
    assert len(wide) >= 5
    assert np.median(wide) >= 80


def test_resting_dog_has_marked_sinus_arrhythmia_and_a_shocked_dog_has_none() -> None:
    def successive_ratios(state):
        trace = Dog(scenario(state), start_s=-300).run(240 * 250)["ecg_ii"]
        rr = np.diff(beats(trace, 0.8))
        return np.maximum(rr[1:] / rr[:-1], rr[:-1] / rr[1:])

    asleep = successive_ratios(ASLEEP)
    assert 1.25 <= np.median(asleep) <= 1.65
    assert 1.8 <= np.quantile(asleep, 0.99) <= 2.6
    shocked = successive_ratios(SHOCK_DECOMPENSATING._replace(vpc_per_min=0))
    assert np.quantile(shocked, 0.99) < 1.15


def test_every_drawn_beat_moves_the_pressure_and_an_early_one_hardly() -> None:
    dog = Dog(scenario(HEALTHY_REST._replace(vpc_per_min=25)), start_s=-60)
    frames = [dog.frame() for _ in range(300)]
    art = np.concatenate([frame.waves["art"] for frame in frames])
    rises = {"sinus": [], "vpc": []}
    for beat in (b for f in frames for b in f.beats):
        start = int((beat.r_s + 60 + 0.10) * 125)
        if beat.kind in rises and start + 40 < len(art):
            rises[beat.kind].append(art[start : start + 40].max() - art[start])
    assert np.median(rises["sinus"]) > 35
    assert len(rises["vpc"]) >= 4
    assert np.median(rises["vpc"]) < 0.5 * np.median(rises["sinus"])


def test_vf_is_chaotic_coarse_then_fine_and_pumps_nothing() -> None:
    dog = Dog(scenario(course=((0.0, SetRhythm(Rhythm.VF)),)), start_s=-20)
    dog.run(20 * 250)
    early = dog.run(30 * 250)
    dog.run(300 * 250)
    late = dog.run(30 * 250)
    coarse = early["ecg_ii"][1000:]
    spectrum = np.abs(np.fft.rfft(coarse - coarse.mean())) ** 2
    hz = np.fft.rfftfreq(len(coarse), 1 / 250)
    band = spectrum[(hz > 3) & (hz < 11)].sum() / spectrum[hz > 0.7].sum()
    assert band > 0.9
    assert np.std(coarse) > 0.25
    assert np.std(late["ecg_ii"]) < 0.5 * np.std(coarse)
    assert np.ptp(early["art"][-1250:]) < 6
    assert early["art"][-1250:].max() < 35
    assert np.ptp(late["pleth"]) < 0.12


@pytest.mark.parametrize(("rhythm", "low", "high"), [(Rhythm.ASYSTOLE, 0.005, 0.12), (Rhythm.P_WAVES_ONLY, 0.02, 0.2)])
def test_standstill_is_quiet_but_not_a_ruled_line(rhythm: Rhythm, low: float, high: float) -> None:
    dog = Dog(scenario(course=((0.0, SetRhythm(rhythm)),)), start_s=-20)
    dog.run(22 * 250)
    trace = dog.run(30 * 250)["ecg_ii"]
    assert low < np.std(trace) < high
    assert np.abs(np.diff(trace)).max() < 0.15, "nothing as steep as a QRS"
    assert len(np.unique(trace)) > 20
    waves = beats(trace, 0.12)
    assert (len(waves) > 25) == (rhythm is Rhythm.P_WAVES_ONLY)


def test_a_lead_that_fell_off_sits_at_the_rail_and_settles_after() -> None:
    course = ((0.0, SetContact(Sensor.ECG, Contact.RAIL)), (10.0, SetContact(Sensor.ECG, Contact.ON)))
    dog = Dog(scenario(course=course), start_s=-10)
    dog.run(10 * 250)
    off = dog.run(10 * 250)
    assert off["ecg_ii"].min() > 4.9
    assert np.ptp(off["art"]) > 30, "the heart goes on"
    back = dog.run(8 * 250)["ecg_ii"]
    assert back[:50].mean() > 1.0
    assert abs(np.median(back[-500:])) < 0.2


def test_a_pause_lets_the_pressure_run_off_and_then_beats_return() -> None:
    dog = Dog(scenario(course=((0.0, Pause(4.0)),)), start_s=-20)
    dog.run(20 * 250)
    waves = dog.run(10 * 250)
    times = beats(waves["ecg_ii"], 0.8)
    assert np.diff(times).max() > 3.5
    assert times[-1] > 9
    assert waves["art"].min() < 50


def test_motion_buries_the_beats_in_ecg_and_pleth() -> None:
    dog = Dog(scenario(course=((0.0, Move(5.0, 1.0)),)), start_s=-20)
    still = dog.run(20 * 250)
    moving = dog.run(5 * 250)
    assert np.std(np.diff(moving["ecg_ii"])) > 1.4 * np.std(np.diff(still["ecg_ii"]))
    assert np.ptp(moving["pleth"]) > 1.5 * np.ptp(still["pleth"][-1250:])


def test_breathing_is_seen_in_chest_and_airway_at_the_same_rate() -> None:
    waves = Dog(scenario(), start_s=-200).run(120 * 250)
    chest = len(find_peaks(waves["resp"], prominence=0.4, distance=60)[0])
    airway = len(find_peaks(waves["co2"], prominence=20, distance=60)[0])
    assert abs(chest - airway) <= 2
    assert abs(chest / 2 - HEALTHY_REST.rr_per_min) < 3


def test_a_touch_changes_nothing_that_was_before_it() -> None:
    scene = scenario(painful=frozenset({("left", "thorax_mid")}))
    touched, left_alone = Dog(scene, start_s=-10), Dog(scene, start_s=-10)
    touched.touch("left", "thorax_mid", Strength.FIRM, 0.0)
    before = {key: (touched.run(10 * 250)[key], left_alone.run(10 * 250)[key]) for key in ("ecg_ii",)}
    np.testing.assert_array_equal(*before["ecg_ii"])
    assert not np.array_equal(touched.run(2500)["ecg_ii"], left_alone.run(2500)["ecg_ii"])
