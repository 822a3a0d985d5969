"""Fibrillation against beats, seen through the same call that the bed uses."""

import numpy as np
import pytest

from holdfast.signals import quality
from holdfast.signals.fibrillation import LIKELY
from signals.made_signals import Floats, cut, ecg, every, flat, run, steady_beats


def fibrillating(seconds: float, rate_hz: float) -> Floats:
    """A wave of 4 to 6 Hz whose frequency and height wander."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    rate = 5 + 0.8 * np.sin(2 * np.pi * 0.13 * t)
    return (0.5 + 0.2 * np.sin(2 * np.pi * 0.31 * t)) * np.sin(2 * np.pi * np.cumsum(rate) / rate_hz)


def _likelihoods(trace: Floats, rate_hz: float) -> list[float]:
    _, said = run(quality.step, quality.initial(), cut(trace, rate_hz, every(250)))
    return [second.fibrillation for second in said if second.fibrillation is not None]


@pytest.mark.parametrize("rate_hz", [100.0, 130.0, 250.0, 500.0, 1000.0])
def test_fibrillation_is_likely_at_any_rate_of_sampling(rate_hz: float) -> None:
    wild = _likelihoods(fibrillating(20, rate_hz), rate_hz)
    assert len(wild) > 10
    assert all(one >= LIKELY for one in wild[2:])


@pytest.mark.parametrize("per_min", [40, 100, 180, 280])
def test_beats_are_not_fibrillation(per_min: int) -> None:
    calm = _likelihoods(ecg(steady_beats(per_min, 30), 30, 250.0), 250.0)
    assert len(calm) > 15
    assert all(one < LIKELY for one in calm)


def test_a_flat_line_with_noise_and_breathing_is_not_fibrillation() -> None:
    assert all(one < LIKELY for one in _likelihoods(flat(20, 250.0, 0.03), 250.0))


def test_nothing_is_said_across_missing_signal() -> None:
    trace = fibrillating(20, 250.0)
    trace[250 * 10] = np.nan
    _, said = run(quality.step, quality.initial(), cut(trace, 250.0, every(250)))
    seconds = [(s.start_us - said[0].start_us) // 1_000_000 for s in said if s.fibrillation is not None]
    assert not {10, 11, 12} & set(seconds)
    assert {8, 15} <= set(seconds)
