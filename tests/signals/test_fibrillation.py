from itertools import cycle

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.signals import fibrillation
from holdfast.signals.conditions import VF_LEAKAGE_MAX
from signals.made_signals import Floats, cut, ecg, every, run, steady_beats


def fibrillating(seconds: float, rate_hz: float) -> Floats:
    """A wave of 4 to 6 Hz whose frequency and height wander."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    rate = 5 + 0.8 * np.sin(2 * np.pi * 0.13 * t)
    return (0.5 + 0.2 * np.sin(2 * np.pi * 0.31 * t)) * np.sin(2 * np.pi * np.cumsum(rate) / rate_hz)


def test_fibrillation_leaks_little_and_beats_leak_much() -> None:
    _, wild = run(fibrillation.step, fibrillation.initial(), cut(fibrillating(30, 250.0), 250.0, every(250)))
    assert all(second.leakage < VF_LEAKAGE_MAX for second in wild)
    for per_min in (40, 100, 180):
        trace = ecg(steady_beats(per_min, 30), 30, 250.0)
        _, calm = run(fibrillation.step, fibrillation.initial(), cut(trace, 250.0, every(250)))
        assert len(calm) > 15
        assert all(second.leakage > VF_LEAKAGE_MAX for second in calm)


def test_nothing_is_said_across_missing_signal() -> None:
    trace = fibrillating(20, 250.0)
    trace[250 * 10] = np.nan
    _, said = run(fibrillation.step, fibrillation.initial(), cut(trace, 250.0, every(250)))
    seconds = [(s.start_us - said[0].start_us) // 1_000_000 for s in said]
    assert len(seconds) < 10
    assert 0 in seconds


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 900), min_size=1, max_size=20))
def test_leakage_does_not_depend_on_chunking(sizes: list[int]) -> None:
    trace = fibrillating(14, 130.0)
    _, whole = run(fibrillation.step, fibrillation.initial(), cut(trace, 130.0, every(len(trace))))
    pieces = run(fibrillation.step, fibrillation.initial(), cut(trace, 130.0, cycle(sizes)))
    assert pieces[1] == whole
    assert whole
