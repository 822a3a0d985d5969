"""Every state that the monitor must tell apart looks as it should, and says truly what it is."""

import numpy as np
import pytest

from holdfast.gateways.hl7.encode import encode_message
from holdfast.gateways.hl7.reading import read_message
from holdfast.record.monitor import Origin
from holdfast.simulation import courses
from holdfast.simulation import situations as sit
from holdfast.simulation.body import Body
from holdfast.simulation.changes import Timed
from holdfast.simulation.heart import Kind
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.situations import ONSET_S, SITUATIONS, Recording, record
from holdfast.simulation.states import HEALTHY_REST, Vitals
from simulation.sim_dogs import live, scenario

_MADE: dict[tuple[str, frozenset[str]], Recording] = {}


def made(name: str, *waves: str) -> Recording:
    """One recording of a situation, with only the waves that are looked at, made once."""
    key = (name, frozenset(waves))
    if key not in _MADE:
        _MADE[key] = record(SITUATIONS[name], seed=3, waves=key[1])
    return _MADE[key]


def after(recording: Recording, key: str, from_s: float = ONSET_S, to_s: float = 1e9) -> np.ndarray:
    rate_hz = recording.rate_hz(key)
    return recording.waves[key][int(from_s * rate_hz) : int(min(to_s, 1e6) * rate_hz)]


def count(times_s: list[float], from_s: float, to_s: float) -> int:
    return sum(from_s <= at < to_s for at in times_s)


@pytest.mark.parametrize("name", ["extreme_tachycardia", "premature_beats", "vf", "compressions_in_asystole"])
def test_a_situation_is_whole(name: str) -> None:
    recording, situation = made(name, "ecg_ii", "art", "pleth", "resp", "co2"), SITUATIONS[name]
    assert set(recording.waves) == {"ecg_ii", "art", "pleth", "resp", "co2"}
    for key, wave in recording.waves.items():
        assert abs(len(wave) - situation.seconds * recording.rate_hz(key)) < 1
        assert np.isfinite(wave).all()
    assert np.diff(recording.beats_s).min(initial=1.0) > 0.1, "no two beats at once"
    assert set(recording.pulses_s) <= set(recording.beats_s)


def test_another_seed_is_another_dog() -> None:
    again = record(SITUATIONS["vf"], seed=3, waves=frozenset({"ecg_ii"}))
    other = record(SITUATIONS["vf"], seed=4, waves=frozenset({"ecg_ii"}))
    np.testing.assert_array_equal(again.waves["ecg_ii"], made("vf", "ecg_ii").waves["ecg_ii"])
    assert not np.array_equal(other.waves["ecg_ii"], again.waves["ecg_ii"])


@pytest.mark.parametrize(
    ("name", "per_min"),
    [("extreme_bradycardia", 20), ("sinus_bradycardia", 45), ("sinus_tachycardia", 210), ("extreme_tachycardia", 300),
     ("ventricular_tachycardia", 215), ("paced", 90), ("av_block_3", 36)],
)  # fmt: skip
def test_a_rate_is_the_rate_it_says(name: str, per_min: float) -> None:
    recording, situation = made(name), SITUATIONS[name]
    span_s = situation.seconds - situation.onset_s
    beats = count(recording.beats_s, situation.onset_s, situation.seconds)
    assert 60 * beats / span_s == pytest.approx(per_min, rel=0.06)


@pytest.mark.parametrize("name", sit.STANDSTILLS)
def test_in_standstill_nothing_beats_and_nothing_is_steep(name: str) -> None:
    recording = made(name, "ecg_ii", "art")
    assert count(recording.beats_s, ONSET_S + 0.3, 1e9) == 0
    quiet = after(recording, "ecg_ii", ONSET_S + 3)
    assert len(np.unique(quiet)) > 10, "not a ruled line"
    if name != "paced_without_capture":
        assert np.abs(np.diff(quiet)).max() < (0.25 if name == "asystole_30_uv" else 0.15)
    assert after(recording, "art", ONSET_S + 20).max() < 25


@pytest.mark.parametrize("name", ["vf", "fine_vf", "fading_vf", "agonal_beats", "pea", "pea_ventilated"])
def test_in_arrest_nothing_is_felt(name: str) -> None:
    recording = made(name, "art", "pleth")
    assert count(recording.pulses_s, ONSET_S + 0.3, 1e9) == 0
    assert np.ptp(after(recording, "art", ONSET_S + 20)) < 6
    assert np.ptp(after(recording, "pleth", ONSET_S + 25)) < 0.15


def test_fibrillation_is_coarse_fine_or_dies_out() -> None:
    def size(name: str, from_s: float) -> float:
        return float(np.std(after(made(name, "ecg_ii"), "ecg_ii", from_s, from_s + 20)))

    assert size("vf", 25) > 0.3
    assert size("fine_vf", 25) < 0.15
    assert size("fading_vf", 25) > 0.25
    assert size("fading_vf", 130) < 0.08


def test_pea_keeps_an_ordinary_ecg_while_carbon_dioxide_of_a_ventilated_dog_falls() -> None:
    recording = made("pea_ventilated", "co2")
    assert count(recording.beats_s, ONSET_S, 110) > 80
    assert after(recording, "co2", 10, 20).max() > 30
    assert 1 < after(recording, "co2", 100).max() < 12


def test_compressions_are_seen_everywhere_and_are_not_beats() -> None:
    recording = made("compressions_in_asystole", "ecg_ii", "art", "pleth", "resp", "co2")
    on = (ONSET_S + 22, ONSET_S + 49)
    assert 60 * count(recording.presses_s, *on) / (on[1] - on[0]) == pytest.approx(110, rel=0.1)
    assert count(recording.beats_s, ONSET_S + 0.3, 1e9) == 0
    assert np.std(after(recording, "ecg_ii", *on)) > 5 * np.std(after(recording, "ecg_ii", 78, 88))
    assert 20 < np.ptp(after(recording, "art", *on)) < 80
    assert np.ptp(after(recording, "pleth", *on)) > 0.2
    assert np.ptp(after(recording, "resp", *on)) > 0.7
    assert after(recording, "co2", *on).max() > after(recording, "co2", 80).max() + 3


def test_atrial_fibrillation_has_no_p_waves_no_order_and_a_pulse_deficit() -> None:
    recording = made("atrial_fibrillation")
    events = [e for e in recording.events if e.r_s > ONSET_S + 2]
    assert all(e.p_height == 0 for e in events)
    rr = np.diff([e.r_s for e in events if e.kind is Kind.SINUS])
    assert np.std(rr) / np.mean(rr) > 0.2
    beats, pulses = count(recording.beats_s, ONSET_S + 2, 60), count(recording.pulses_s, ONSET_S + 2, 60)
    assert 5 < beats - pulses < 0.3 * beats


def test_block_of_the_second_degree_drops_beats_between_regular_p_waves() -> None:
    events = [e for e in made("av_block_2").events if e.r_s > ONSET_S + 2]
    p_waves = np.diff([e.fire_s for e in events])
    assert np.std(p_waves) < 0.1 * np.mean(p_waves)
    dropped = [e.kind is Kind.P_ONLY for e in events]
    assert 0.15 < np.mean(dropped) < 0.7
    rr = np.diff([e.r_s for e in events if e.kind is Kind.SINUS]) / np.mean(p_waves)
    assert np.abs(rr - np.round(rr)).max() < 0.25
    assert set(np.round(rr)) >= {1, 2, 3}


def test_block_of_the_third_degree_parts_atria_and_ventricles() -> None:
    events = [e for e in made("av_block_3").events if e.r_s > ONSET_S + 3]
    assert {e.kind for e in events} == {Kind.P_ONLY, Kind.ESCAPE}
    assert sum(e.kind is Kind.P_ONLY for e in events) > 2.5 * sum(e.kind is Kind.ESCAPE for e in events)


def test_a_run_is_so_many_wide_beats_in_a_row() -> None:
    kinds = [e.kind for e in made("ventricular_run").events if ONSET_S - 2 <= e.r_s < ONSET_S + 10]
    ventricles = "".join("w" if kind is Kind.VPC else "n" for kind in kinds if kind is not Kind.P_ONLY)
    assert "n" + "w" * 9 + "n" in ventricles


@pytest.mark.parametrize("name", sit.LEADS_OFF)
def test_a_lead_that_is_off_hides_a_heart_that_goes_on(name: str) -> None:
    recording = made(name, "ecg_ii")
    assert count(recording.pulses_s, ONSET_S, ONSET_S + 28) > 25
    off = after(recording, "ecg_ii", ONSET_S + 8, ONSET_S + 28)
    looks = {
        "lead_off": off.min() > 4.9,
        "lead_rail": off.min() > 4.9,
        "lead_drift": off.max() < -4.9,
        "lead_decay": abs(off[-2000:]).max() < 0.05,
        "lead_float": np.std(np.diff(off)) > 0.2 and np.ptp(off) > 0.8,
        "lead_constant": np.ptp(off) == 0.0,
    }
    assert looks[name]
    assert np.std(after(recording, "ecg_ii", 56)) > 0.1, "back on"


@pytest.mark.parametrize(("name", "steepness"), [("motion", 1.3), ("mains", 2.0), ("electrosurgery", 10.0)])
def test_a_disturbance_is_seen_while_it_lasts_and_the_heart_goes_on(name: str, steepness: float) -> None:
    recording = made(name, "ecg_ii")
    before, during = (np.std(np.diff(after(recording, "ecg_ii", at, at + 3))) for at in (ONSET_S - 5, ONSET_S + 0.5))
    assert during > steepness * before
    assert np.std(np.diff(after(recording, "ecg_ii", 56, 59))) < 1.3 * before
    assert 60 * count(recording.pulses_s, ONSET_S, 60) / 40 > 70


def test_circulation_returns_with_a_jump_of_carbon_dioxide() -> None:
    situation = SITUATIONS["circulation_returns"]
    recording, back_s = record(situation, seed=3, waves=frozenset({"art", "co2"})), situation.onset_s
    assert count(recording.pulses_s, 10, back_s) == 0
    assert 60 * count(recording.pulses_s, back_s + 5, back_s + 65) / 60 > 110
    before, since = (after(recording, "co2", at, at + 30).max() for at in (back_s - 30, back_s + 30))
    assert since > before + 15
    assert after(recording, "art", back_s + 60).mean() > 60


def vitals(begin: Vitals, course: tuple[Timed, ...], minutes: float, every_s: int = 60) -> list[Vitals]:
    """Where the body stands at the end of each minute, or more often."""
    scene = scenario(begin, tuple((timed.at_s, timed.change) for timed in course))
    body = Body(scene, start_tick=0, rng=np.random.default_rng(1))
    frames = [body.step().vitals for _ in range(round(minutes * 300))]
    return frames[every_s * 5 - 1 :: every_s * 5]


def test_apnoea_stills_the_chest_and_saturation_falls_after_a_while() -> None:
    course = vitals(HEALTHY_REST, courses.apnoea(HEALTHY_REST, 60, 75), 5, every_s=15)
    before, early, late, end = course[3], course[5], course[8], course[-1]
    assert before.rr_per_min > 12
    assert max(early.rr_per_min, late.rr_per_min) < 3
    assert early.spo2_pct > 95
    assert late.spo2_pct < 88
    assert max(each.etco2_mmhg for each in course) > before.etco2_mmhg + 8
    assert end.spo2_pct > 95
    assert end.rr_per_min > 12


def test_a_bleeding_dog_compensates_and_then_sinks() -> None:
    course = vitals(HEALTHY_REST, courses.bleeding(60, 1200), 23)
    assert course[0].map_mmhg > 90
    middle, end = course[12], course[-1]
    assert middle.hr_per_min > 140
    assert 65 < middle.map_mmhg < 90
    assert end.map_mmhg < 60
    assert end.temp_c < course[0].temp_c - 0.3


@pytest.mark.parametrize(
    ("name", "minutes", "rises", "falls"),
    [
        ("fluids_given", 20, ("map_mmhg", "perfusion"), ("hr_per_min",)),
        ("opioid_given", 20, (), ("hr_per_min", "rr_per_min")),
        ("rally", 35, ("map_mmhg", "spo2_pct"), ("hr_per_min",)),
        ("hypercapnia_and_bradypnoea", 18, ("etco2_mmhg",), ("rr_per_min", "spo2_pct")),
        ("cooling", 35, (), ("temp_c",)),
    ],
)
def test_a_course_moves_what_it_is_about(
    name: str, minutes: int, rises: tuple[str, ...], falls: tuple[str, ...]
) -> None:
    situation = SITUATIONS[name]
    course = vitals(situation.begin, situation.course, minutes)
    onset = round(situation.onset_s / 60)
    for quantity in rises + falls:
        before, late = ([getattr(each, quantity) for each in part] for part in (course[:onset], course[-4:]))
        change = np.mean(late) - np.mean(before)
        assert (change if quantity in rises else -change) > 2 * np.std(before) / np.sqrt(4)


@pytest.mark.parametrize("name", ["pea_ventilated", "lead_float", "paced"])
def test_a_situation_speaks_hl7(name: str) -> None:
    monitor = SimulatedMonitor(SITUATIONS[name].scenario(3), "1")
    for message in live(monitor, 3, first=int(ONSET_S) + 10):
        heard = read_message(encode_message(message), received_us=message.sent_us).message
        assert heard is not None
        assert heard.origin is Origin.SIMULATED
        assert {w.key for w in heard.waves} == {w.key for w in message.waves}
