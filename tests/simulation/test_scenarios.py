"""The stories on the monitor, and that their words are words the rest of Holdfast knows."""

import numpy as np
import pytest
from scipy.signal import find_peaks

from holdfast.knowledge.loader import load
from holdfast.record.events import PatientAdmitted
from holdfast.record.monitor import MonitorMessage
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenario import DiagnosisEntry, FindingEntry, Scenario, TreatmentEntry
from holdfast.simulation.scenarios import ALL
from holdfast.simulation.states import Sensor
from simulation.sim_dogs import LIVE_US, live, samples, values

CATEGORIES = {"oxygen", "fluid", "analgesic", "sedative", "vasopressor", "antibiotic", "transfusion", "other"}


def rr_s(messages: list[MonitorMessage]) -> np.ndarray:
    trace = samples(messages, "ecg_ii")
    peaks, _ = find_peaks(trace - np.median(trace), height=1.0, distance=45)
    return np.diff(peaks) / 250


@pytest.mark.parametrize("scene", ALL.values(), ids=list(ALL))
def test_a_scenario_fits_the_forms_of_the_record(scene: Scenario) -> None:
    admitted = PatientAdmitted(at_us=0, **scene.signalment.form())
    assert admitted.training is True
    assert 2 < admitted.weight_kg < 90
    assert all(entry.minute < 0 for entry in scene.entries)
    assert all(scene.admitted_min <= entry.minute for entry in scene.entries)
    assert {entry.category for entry in scene.entries if isinstance(entry, TreatmentEntry)} <= CATEGORIES
    assert set(scene.responses) <= CATEGORIES


def test_every_word_is_in_the_vocabulary() -> None:
    knowledge = load()
    for scene in ALL.values():
        for entry in scene.entries:
            if isinstance(entry, FindingEntry):
                assert entry.key in knowledge.findings
            if isinstance(entry, DiagnosisEntry):
                assert entry.disease in knowledge.diseases
                assert set(entry.supported_by) <= set(knowledge.findings)
        for side, region in scene.painful:
            assert side in knowledge.regions[region].sides


def test_nothing_in_rex_record_gives_the_cause_away() -> None:
    words = repr((ALL["rex"].entries, ALL["rex"].signalment)).lower()
    assert not [w for w in ("metal", "bullet", "projectile", "gunshot", "focal") if w in words]


def test_rex_sinks_through_the_last_hour() -> None:
    monitor = SimulatedMonitor(ALL["rex"], "1")
    past = list(monitor.history(LIVE_US))
    first, last = past[:30], past[-60:]
    assert np.mean(values(first, "art_mean")) > 66
    assert 46 < np.mean(values(last, "art_mean")) < 58
    assert np.mean(values(last, "hr")) > np.mean(values(first, "hr")) + 10
    assert np.mean(values(last, "spo2")) < 93
    assert values(past, "temp")[-1] < values(past, "temp")[0] - 0.4


@pytest.mark.parametrize("cued", [False, True], ids=["by the script", "at the order"])
def test_rex_twitches_a_spike_then_irregular_beats_then_settles(cued: bool) -> None:
    monitor = SimulatedMonitor(ALL["rex"], "1")
    at = 50 if cued else 120
    live(monitor, 30)
    if cued:
        monitor.cue("twitch", LIVE_US + at * 1_000_000)
    before = live(monitor, 15, first=at - 16)
    during = live(monitor, 20, first=at)
    after = live(monitor, 20, first=at + 45)
    assert values(during, "hr").max() > np.median(values(before, "hr")) + 20
    assert np.std(rr_s(during[3:])) > 4 * np.std(rr_s(before))
    assert np.std(rr_s(after)) < 0.5 * np.std(rr_s(during[3:]))
    assert abs(np.median(values(after, "hr")) - np.median(values(before, "hr"))) < 15


def test_rex_twitches_once_when_script_and_order_coincide() -> None:
    def after(extra: bool) -> list[MonitorMessage]:
        monitor = SimulatedMonitor(ALL["rex"], "1")
        live(monitor, 1)
        if extra:
            monitor.cue("twitch", LIVE_US + 140_000_000)
        return live(monitor, 20, first=140)

    assert after(True) == after(False)


def test_rex_can_arrest_and_be_brought_back() -> None:
    monitor = SimulatedMonitor(ALL["rex"], "1")
    live(monitor, 1)
    monitor.cue("arrest", LIVE_US + 1_000_000)
    flat = live(monitor, 10, first=70)
    assert values(flat, "hr").max() == 0
    assert np.abs(np.diff(samples(flat, "ecg_ii"))).max() < 0.15
    monitor.cue("return", LIVE_US + 80_000_000)
    back = live(monitor, 10, first=140)
    assert values(back, "hr").min() > 100
    assert values(back, "art_mean").min() > 55
    assert values(back, "spo2").size == 10


def test_leo_rallies_and_stays_up_and_no_treatment_is_near() -> None:
    leo = ALL["leo"]
    assert max(e.minute for e in leo.entries if isinstance(e, TreatmentEntry)) <= -240
    monitor = SimulatedMonitor(leo, "1")
    past = list(monitor.history(LIVE_US))
    low = live(monitor, 20)
    up = live(monitor, 30, first=720)
    later = live(monitor, 30, first=2400)
    assert np.mean(values(past[:30], "art_mean")) > np.mean(values(low, "art_mean")) + 5
    for rallied in (up, later):
        assert np.mean(values(rallied, "art_mean")) > np.mean(values(low, "art_mean")) + 20
        assert np.mean(values(rallied, "hr")) < np.mean(values(low, "hr")) - 25
        assert np.mean(values(rallied, "spo2")) > np.mean(values(low, "spo2")) + 3


def test_nala_has_a_run_of_ventricular_beats_in_the_fourth_minute() -> None:
    monitor = SimulatedMonitor(ALL["nala"], "1")
    live(monitor, 1)
    before = live(monitor, 10, first=170)
    during = live(monitor, 8, first=184)
    assert values(during, "hr").max() > values(before, "hr").max() + 20
    assert values(during, "art_mean").min() < values(before, "art_mean").min() - 8


def test_the_drill_arrests_is_worked_on_and_comes_back() -> None:
    monitor = SimulatedMonitor(ALL["arrest"], "1")

    def pressure_and_carbon_dioxide(from_s: int) -> tuple[float, float]:
        messages = live(monitor, 8, first=from_s)
        return float(values(messages, "art_mean")[-1]), float(values(messages, "etco2")[-1])

    begun = pressure_and_carbon_dioxide(0)
    fibrillating = live(monitor, 4, first=315)
    compressed = pressure_and_carbon_dioxide(420)
    after = pressure_and_carbon_dioxide(920)
    assert begun[0] > 65
    assert {"hr", "pulse", "spo2"} <= {refusal.key for refusal in fibrillating[-1].refused}
    assert 20 < compressed[0] < 65
    assert 8 < compressed[1] < 25
    assert after[0] > 60
    assert after[1] > compressed[1] + 15


def test_the_ward_is_quiet() -> None:
    for name in ("bella", "max", "nala"):
        monitor = SimulatedMonitor(ALL[name], "1")
        messages = live(monitor, 60)
        assert 50 < np.mean(values(messages, "hr")) < 125
        assert values(messages, "spo2").min() >= 94
        assert Sensor.ECG in ALL[name].sensors
