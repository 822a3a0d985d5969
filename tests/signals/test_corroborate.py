"""An alarm is contradicted only by signals that can be believed; a true arrest never is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.signals.corroborate import Kind, Verdict, check
from holdfast.signals.corroborate_data import shipped_limits
from holdfast.signals.corroborate_trace import Signal
from signals.made_signals import Floats, ecg, flat, pulse_wave, steady_beats

RATE = 250.0
LIMITS = shipped_limits()
SECONDS = 30


def lead(samples: Floats, key: str = "ecg_ii", rate_hz: float = RATE) -> Signal:
    return Signal(key, rate_hz, samples)


def steady(per_min: float, rate_hz: float = RATE, seconds: float = SECONDS) -> list[Signal]:
    """A heart that beats, on an ECG lead and an arterial line."""
    return [
        lead(ecg(steady_beats(per_min, seconds), seconds, rate_hz), rate_hz=rate_hz),
        lead(pulse_wave(seconds, rate_hz, per_min), "art", rate_hz),
    ]


def noise(seconds: float, height: float, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(0, height, int(seconds * RATE))


def ask(kind: Kind, *window: Signal) -> Verdict:
    return check(kind, window, LIMITS)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_quiet_regular_heart_contradicts_every_alarm_and_says_by_which_signal(kind: Kind) -> None:
    verdict = ask(kind, *steady(80))
    assert verdict.holds is False
    assert verdict.used
    assert set(verdict.used) <= {"ecg_ii", "art"}
    assert 0.5 < verdict.confidence <= 1
    assert verdict.why.endswith(".")


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_to_go_by_leaves_the_alarm_standing(kind: Kind) -> None:
    short = lead(ecg(steady_beats(80, 4), 4, RATE))
    absent = lead(np.full(int(SECONDS * RATE), np.nan), "art")
    still = lead(np.full(int(SECONDS * RATE), 0.4))
    for window in ((), (short,), (absent,), (still, absent)):
        verdict = ask(kind, *window)
        assert verdict.holds is None
        assert "stands" in verdict.why
        assert verdict.confidence == 0


@settings(max_examples=25, deadline=None)
@given(
    stopped_s=st.floats(4.5, 13.0),
    per_min=st.floats(40, 160),
    wander_mv=st.floats(0.0, 0.5),
    noise_mv=st.floats(0.001, 0.05),
    seed=st.integers(0, 1000),
)
def test_a_heart_that_stopped_is_never_contradicted(
    stopped_s: float, per_min: float, wander_mv: float, noise_mv: float, seed: int
) -> None:
    trace = ecg(steady_beats(per_min, SECONDS - stopped_s), SECONDS, RATE, noise_mv=noise_mv)
    pressure = pulse_wave(SECONDS, RATE, per_min)
    stop = int((SECONDS - stopped_s) * RATE)
    t = np.arange(len(trace) - stop) / RATE
    pressure[stop:] = 30 + (pressure[stop] - 30) * np.exp(-t / 1.5) + noise(SECONDS, 0.3, seed)[: len(t)]
    trace[stop:] = flat(SECONDS, RATE, noise_mv, wander_mv)[: len(t)]
    for kind in (Kind.ASYSTOLE, Kind.BRADYCARDIA):
        assert ask(kind, lead(trace), lead(pressure, "art")).holds is not False
        assert ask(kind, lead(trace)).holds is not False
        assert ask(kind, lead(pressure, "art")).holds is not False


@settings(max_examples=25, deadline=None)
@given(height=st.floats(1e-6, 1e3), seed=st.integers(0, 10_000), wander=st.floats(0, 5))
def test_noise_of_any_size_contradicts_no_arrest(height: float, seed: int, wander: float) -> None:
    t = np.arange(int(SECONDS * RATE)) / RATE
    trace = noise(SECONDS, height, seed) + wander * height * np.sin(2 * np.pi * 0.3 * t)
    for key in ("ecg_ii", "art", "pleth"):
        assert ask(Kind.ASYSTOLE, lead(trace, key)).holds is not False
        assert ask(Kind.FIBRILLATION, lead(trace, key)).holds is not False


def test_p_waves_alone_are_no_heart_beat() -> None:
    t = np.arange(int(SECONDS * RATE)) / RATE
    trace = noise(SECONDS, 0.005, 3)
    for at in steady_beats(90, SECONDS):
        trace += 0.12 * np.exp(-0.5 * ((t - at) / 0.02) ** 2)
    assert ask(Kind.ASYSTOLE, lead(trace)).holds is not False
    assert ask(Kind.ASYSTOLE, lead(trace * 5)).holds is False


def test_a_pulse_that_vanished_overrules_the_ecg() -> None:
    """Electricity without a pulse: the ECG goes on, the heart does not pump."""
    electrical, pressure = steady(80)
    samples = pressure.samples.copy()
    samples[-int(7 * RATE) :] = samples[-int(7 * RATE)]
    verdict = ask(Kind.ASYSTOLE, electrical, replace(pressure, samples=samples))
    assert verdict.holds is True
    assert verdict.used == ("art",)


@pytest.mark.parametrize("rate_hz", [125.0, 200.0, 360.0, 1000.0])
@pytest.mark.parametrize("scale", [1e-2, 1e3])
def test_rate_of_sampling_and_scale_of_the_pulse_change_nothing(rate_hz: float, scale: float) -> None:
    for kind in Kind:
        electrical, pressure = steady(80, rate_hz)
        moved = replace(pressure, samples=pressure.samples * scale - 7)
        assert check(kind, [electrical, moved], LIMITS).holds is False


@pytest.mark.parametrize("seconds", [16, 40, 300])
def test_only_the_last_seconds_count(seconds: int) -> None:
    """The same end gives the same verdict, whatever came long before."""
    window = [
        replace(one, samples=np.concatenate((noise(seconds, 3.0, 1), one.samples))) for one in steady(80, RATE, 40)
    ]
    for kind in Kind:
        assert check(kind, window, LIMITS) == check(kind, steady(80, RATE, 40), LIMITS)


def test_a_slow_heart_is_slow_by_the_limits_it_is_given() -> None:
    assert ask(Kind.BRADYCARDIA, *steady(35)).holds is True
    assert ask(Kind.BRADYCARDIA, *steady(60)).holds is False
    strict = LIMITS.__class__(**{**{f: getattr(LIMITS, f) for f in LIMITS.__struct_fields__}, "brady_per_min": 60})
    assert check(Kind.BRADYCARDIA, steady(60), strict).holds is True


def test_a_fast_heart_is_fast_by_the_limits_it_is_given() -> None:
    verdict = ask(Kind.TACHYCARDIA, *steady(180))
    assert verdict.holds is True
    assert "180 per minute" in verdict.why
    high = LIMITS.__class__(**{**{f: getattr(LIMITS, f) for f in LIMITS.__struct_fields__}, "tachy_per_min": 300})
    assert check(Kind.TACHYCARDIA, steady(180), high).holds is False


@pytest.mark.parametrize("per_s", [3.0, 4.0, 5.0, 6.5])
def test_fibrillation_without_a_pulse_is_not_contradicted(per_s: float) -> None:
    t = np.arange(int(SECONDS * RATE)) / RATE
    wave = (0.6 + 0.3 * np.sin(2 * np.pi * 0.37 * t)) * np.sin(2 * np.pi * per_s * t + np.sin(2 * np.pi * 0.5 * t))
    pressure = 25 + noise(SECONDS, 0.3, 5)
    assert ask(Kind.FIBRILLATION, lead(wave), lead(pressure, "art")).holds is not False
    assert ask(Kind.FIBRILLATION, lead(wave), steady(80)[1]).holds is False


def test_a_wide_fast_run_that_costs_the_pulse_is_not_contradicted() -> None:
    t = np.arange(int(16 * RATE)) / RATE
    beats = steady_beats(80, 9)
    trace, pressure = ecg(beats, 16, RATE), pulse_wave(16, RATE, 80)
    trace[int(9 * RATE) :] = 0
    for at in np.arange(9.2, 15.8, 60 / 170):
        trace += 1.4 * np.exp(-0.5 * ((t - at) / 0.06) ** 2) - 0.9 * np.exp(-0.5 * ((t - at - 0.14) / 0.06) ** 2)
    run = t > 9.2
    pressure[run] = 55 + 5 * np.sin(2 * np.pi * 170 / 60 * t[run])
    assert ask(Kind.VENTRICULAR_TACHYCARDIA, lead(trace), lead(pressure, "art")).holds is not False
    assert ask(Kind.VENTRICULAR_TACHYCARDIA, lead(pressure, "art")).holds is None


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="sampling rate"):
        ask(Kind.ASYSTOLE, lead(np.zeros(5000), rate_hz=0.0))
