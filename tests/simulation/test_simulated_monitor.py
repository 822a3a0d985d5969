"""The simulated monitor: what it says, when, and that it never passes for a living dog."""

from dataclasses import replace

import numpy as np
import pytest

from holdfast.record.events import Strength
from holdfast.record.monitor import Origin
from holdfast.simulation.changes import SetContact, SetRhythm
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenarios import ALL
from holdfast.simulation.states import (
    ASLEEP,
    HEALTHY_REST,
    PAIN,
    RALLY,
    SHOCK_COMPENSATED,
    SHOCK_DECOMPENSATING,
    Contact,
    Rhythm,
    Sensor,
)
from simulation.sim_dogs import LIVE_US, live, samples, scenario, values

PAINFUL = frozenset({("left", "thorax_mid")})


@pytest.mark.parametrize(
    "state",
    [ASLEEP, HEALTHY_REST, SHOCK_COMPENSATED, SHOCK_DECOMPENSATING, PAIN, RALLY],
    ids=lambda s: str(s.hr_per_min),
)
def test_numbers_stand_where_the_state_says(state) -> None:
    messages = live(SimulatedMonitor(scenario(state), "1"), 150)
    assert np.mean(values(messages, "hr")) == pytest.approx(state.hr_per_min, rel=0.06)
    assert np.mean(values(messages, "art_mean")) == pytest.approx(state.map_mmhg, abs=4)
    pulse_pressure = values(messages, "art_sys") - values(messages, "art_dia")
    assert np.mean(pulse_pressure) == pytest.approx(state.pulse_pressure_mmhg, rel=0.15)
    assert np.mean(values(messages, "spo2")) == pytest.approx(state.spo2_pct, abs=1.2)
    assert np.mean(values(messages, "rr")) == pytest.approx(state.rr_per_min, abs=3)
    assert np.mean(values(messages, "temp")) == pytest.approx(state.temp_c, abs=0.15)
    assert np.mean(values(messages, "nibp_mean")) == pytest.approx(state.map_mmhg, abs=10)


def test_numbers_agree_with_the_drawn_pressure() -> None:
    messages = live(SimulatedMonitor(scenario(), "1"), 30)
    drawn = samples(messages[-4:], "art")
    last = {n.key: n.value for n in messages[-1].numerics}
    assert last["art_mean"] == pytest.approx(drawn.mean(), abs=1)
    assert last["art_sys"] <= drawn.max() + 1
    assert last["art_dia"] >= drawn.min() - 1


def test_each_second_carries_a_second_of_every_wave_without_gap_or_overlap() -> None:
    messages = live(SimulatedMonitor(scenario(), "1"), 7)
    for key, rate_hz in {"ecg_ii": 250.0, "pleth": 125.0, "art": 125.0, "resp": 62.5, "co2": 62.5}.items():
        waves = [w for m in messages for w in m.waves if w.key == key]
        assert {w.rate_hz for w in waves} == {rate_hz}
        ends = [w.start_us + len(w.samples) / 4 * 1e6 / rate_hz for w in waves]
        assert [w.start_us for w in waves[1:]] == ends[:-1]
    assert all(m.sent_us == LIVE_US + (n + 1) * 1_000_000 for n, m in enumerate(messages))


def test_spot_values_come_at_their_own_pace() -> None:
    messages = live(SimulatedMonitor(scenario(), "1"), 301)
    assert len(values(messages, "temp")) == 31
    assert len(values(messages, "nibp_mean")) == 2
    assert len(values(messages, "hr")) == 301


def test_a_touch_where_it_hurts_is_seen_within_seconds_and_passes() -> None:
    def rise(region: str, strength: Strength) -> tuple[float, float, float]:
        monitor = SimulatedMonitor(scenario(HEALTHY_REST._replace(hr_per_min=110, rsa=0.05), painful=PAINFUL), "1")
        before = live(monitor, 30)
        monitor.touch("left", region, strength, LIVE_US + 30_000_000)
        after = live(monitor, 60, first=30)
        base_hr, base_map = np.median(values(before, "hr")), np.median(values(before, "art_mean"))
        early = after[2:9]
        return (
            float(values(early, "hr").max() - base_hr),
            float(values(early, "art_mean").max() - base_map),
            float(np.median(values(after[-10:], "hr")) - base_hr),
        )

    firm = rise("thorax_mid", Strength.FIRM)
    assert firm[0] > 22
    assert firm[1] > 10
    assert abs(firm[2]) < 9
    light = rise("thorax_mid", Strength.LIGHT)
    assert 5 < light[0] < firm[0]
    elsewhere = rise("abdomen_mid", Strength.FIRM)
    assert elsewhere[0] < 10
    assert elsewhere[1] < 6


def test_the_other_side_does_not_hurt() -> None:
    def peak_hr(side: str) -> float:
        monitor = SimulatedMonitor(scenario(SHOCK_COMPENSATED, painful=PAINFUL), "1")
        live(monitor, 20)
        monitor.touch(side, "thorax_mid", Strength.FIRM, LIVE_US + 20_000_000)
        return float(values(live(monitor, 10, first=20), "hr").max())

    assert peak_hr("left") > peak_hr("right") + 15


def test_treatments_do_what_the_scenario_says() -> None:
    def after(name: str, category: str) -> float:
        monitor = SimulatedMonitor(replace(ALL[name], course=(), history_min=1), "1")
        monitor.message_at(LIVE_US)
        if category:
            monitor.treat(category, LIVE_US + 1_000_000)
        return float(np.mean(values(live(monitor, 20, first=180), "spo2")))

    assert after("rex", "oxygen") == after("rex", ""), "Rex does not respond to oxygen"
    assert after("leo", "oxygen") > after("leo", "") + 2


def test_an_analgesic_dulls_the_touch() -> None:
    def rise(category: str) -> float:
        monitor = SimulatedMonitor(scenario(PAIN, painful=PAINFUL), "1")
        live(monitor, 5)
        if category:
            monitor.treat(category, LIVE_US + 5_000_000)
        live(monitor, 10, first=590)
        monitor.touch("left", "thorax_mid", Strength.FIRM, LIVE_US + 600_000_000)
        mean = values(live(monitor, 12, first=600), "art_mean")
        return float(mean.max() - mean[0])

    assert rise("analgesic") < 0.65 * rise("")


def test_a_declared_lead_off_is_flagged_and_its_numbers_are_withheld_with_a_reason() -> None:
    course = ((10.0, SetContact(Sensor.ECG, Contact.OFF)), (20.0, SetContact(Sensor.ECG, Contact.ON)))
    messages = live(SimulatedMonitor(scenario(course=course), "1"), 40)
    off = messages[12]
    assert {w.key for w in off.waves if w.inoperative} == {"ecg_ii", "resp"}
    assert {r.key for r in off.refused} == {"hr", "rr"}
    assert all(r.reason for r in off.refused)
    assert values([off], "pulse").size == 1, "the oximeter goes on"
    assert [(a.text, a.phase, a.kind) for m in messages for a in m.alerts] == [
        ("ECG leads off", "start", "technical"),
        ("ECG leads off", "end", "technical"),
    ]
    assert not any(w.inoperative for w in messages[-1].waves)
    assert values(messages[-1:], "hr").size == 1


def test_an_undeclared_lead_off_is_the_hard_case_rate_zero_and_no_flag() -> None:
    messages = live(SimulatedMonitor(scenario(course=((10.0, SetContact(Sensor.ECG, Contact.RAIL)),)), "1"), 30)
    assert values(messages[-1:], "hr") == [0.0]
    assert values(messages[-1:], "pulse") > 60
    assert not any(w.inoperative for m in messages for w in m.waves)
    assert samples(messages[-1:], "ecg_ii").min() > 4.9


def test_a_probe_off_withholds_saturation_and_pulse_only() -> None:
    course = ((5.0, SetContact(Sensor.OXIMETER, Contact.OFF)),)
    last = live(SimulatedMonitor(scenario(course=course), "1"), 12)[-1]
    assert {r.key for r in last.refused} == {"spo2", "pulse"}
    assert {w.key for w in last.waves if w.inoperative} == {"pleth"}


@pytest.mark.parametrize("rhythm", [Rhythm.ASYSTOLE, Rhythm.VF])
def test_in_arrest_nothing_is_felt_and_the_cuff_finds_nothing(rhythm: Rhythm) -> None:
    messages = live(SimulatedMonitor(scenario(course=((250.0, SetRhythm(rhythm)),)), "1"), 301)
    last = messages[-1]
    assert {"spo2", "pulse", "nibp_sys", "nibp_dia", "nibp_mean"} <= {r.key for r in last.refused}
    assert values([last], "art_mean") < 30
    assert values([last], "rr") <= 6
    if rhythm is Rhythm.ASYSTOLE:
        assert values([last], "hr") == [0.0]
    else:
        assert "hr" in {r.key for r in last.refused}


def test_history_fills_the_time_before_and_live_goes_on_from_it() -> None:
    monitor = SimulatedMonitor(ALL["bella"], "3", run_id="r1")
    past = list(monitor.history(LIVE_US + 400_000))
    starts = [m.sent_us - 1_000_000 for m in past]
    assert starts[0] == LIVE_US - 20 * 60 * 1_000_000
    assert starts == sorted(starts)
    assert starts[-1] == LIVE_US - 1_000_000
    assert [bool(m.waves) for m in past] == [start >= LIVE_US - 90_000_000 for start in starts]
    assert monitor.message_at(LIVE_US).sent_us == LIVE_US + 1_000_000
    with pytest.raises(ValueError, match="already passed"):
        monitor.message_at(LIVE_US)
    with pytest.raises(ValueError, match="already set"):
        next(monitor.history(LIVE_US))


def test_an_act_before_the_first_message_has_no_time_to_stand_on() -> None:
    with pytest.raises(ValueError, match="no live moment"):
        SimulatedMonitor(scenario(), "1").touch("left", "thorax_mid", Strength.FIRM, LIVE_US)


def test_same_run_same_messages_and_another_run_other_ids() -> None:
    def run(run_id: str):
        monitor = SimulatedMonitor(replace(ALL["max"], history_min=3), "2", run_id=run_id)
        return [*monitor.history(LIVE_US), *live(monitor, 3)]

    one, again, other = run("a"), run("a"), run("b")
    assert one == again
    ids = [m.control_id for m in one]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & {m.control_id for m in other}


@pytest.mark.parametrize("name", list(ALL))
def test_nothing_simulated_ever_passes_for_measured(name: str) -> None:
    monitor = SimulatedMonitor(replace(ALL[name], history_min=4), "1")
    messages = [*monitor.history(LIVE_US), *live(monitor, 5)]
    assert {m.origin for m in messages} == {Origin.SIMULATED}
    assert {m.device for m in messages} == {f"HOLDFAST_SIM:{name}"}


def test_a_skipped_stretch_passes_unseen() -> None:
    monitor = SimulatedMonitor(scenario(), "1")
    live(monitor, 2)
    late = monitor.message_at(LIVE_US + 60_000_000)
    assert late.waves[0].start_us == LIVE_US + 60_000_000
    assert values([late], "art_mean") == pytest.approx(HEALTHY_REST.map_mmhg, abs=9)
