"""How the intervals of beats vary."""

import numpy as np
import pytest

from holdfast.signals import variability
from holdfast.signals.variability import Sway, Variability

S = 1_000_000


def measured(
    beats_s: list[float], until_s: int, breaths: float | None = None, unfit: frozenset[int] = frozenset()
) -> Variability:
    state = variability.initial()
    for second in range(until_s):
        state = variability.load(variability.dump(state))
        beats = [round(b * S) for b in beats_s if second <= b < second + 1]
        state = variability.step(state, beats, (second + 1) * S, second in unfit)
    return variability.measure(state, until_s * S, breaths)


def beats_from(intervals_s: list[float]) -> list[float]:
    return [0.2, *(0.2 + np.cumsum(intervals_s)).tolist()]


def breathing_beats(depth: float, breaths_per_min: float, seconds: float) -> list[float]:
    at, beats = 0.2, []
    while at < seconds:
        beats.append(at)
        at += 0.8 * (1 + depth * np.sin(2 * np.pi * breaths_per_min / 60 * at))
    return beats


def test_figures_of_known_intervals() -> None:
    said = measured(beats_from([0.6, 0.8] * 60), 84)
    assert said.mean_ms == pytest.approx(700, abs=1)
    assert said.sdnn_ms == pytest.approx(100, abs=1)
    assert said.rmssd_ms == pytest.approx(200, abs=1)
    assert said.double_share == 0
    assert said.quality == "good"


def test_a_dogs_doubled_intervals_are_kept_and_counted() -> None:
    said = measured(beats_from([0.5, 0.5, 1.2] * 40), 85)
    assert said.double_share == pytest.approx(2 / 3, abs=0.02)
    assert said.mean_ms == pytest.approx(2200 / 3, abs=5)


def test_breath_in_the_rhythm_is_present_and_a_rigid_rhythm_has_none() -> None:
    present = measured(breathing_beats(0.3, 15, 100), 100, breaths=15)
    assert present.sway is Sway.PRESENT
    assert present.sway_ms == pytest.approx(480, abs=70)
    assert measured(breathing_beats(0.0, 15, 100), 100, breaths=15).sway is Sway.ABSENT
    assert measured(breathing_beats(0.0, 15, 100), 100).sway is Sway.ABSENT


def test_variation_that_is_not_the_breaths_is_not_called_so() -> None:
    random = np.random.default_rng(4).uniform(0.4, 1.0, 200).tolist()
    assert measured(beats_from(random), 100, breaths=15).sway is Sway.UNCLEAR
    assert measured(breathing_beats(0.3, 15, 100), 100).sway is Sway.UNKNOWN


def test_an_interval_across_bad_signal_is_not_used() -> None:
    beats = [b for b in beats_from([0.5] * 200) if not 40 <= b < 44]
    said = measured(beats, 100, unfit=frozenset(range(40, 44)))
    assert said.sdnn_ms == pytest.approx(0, abs=0.01)
    assert said.double_share == 0


def test_too_little_says_nothing() -> None:
    said = measured(beats_from([0.5] * 60), 30)
    assert said.sdnn_ms is None
    assert "uninterrupted" in said.why
