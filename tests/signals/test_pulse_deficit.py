"""Beats without a pulse are counted; what cannot be paired is a doubt."""

import numpy as np
import pytest

from holdfast.signals import pulse_deficit
from holdfast.signals.pulse_deficit import Deficit

S = 1_000_000


def measured(beats_s: list[float], pulses_s: list[float], unfit: frozenset[int] = frozenset()) -> Deficit:
    state = pulse_deficit.initial()
    for second in range(90):
        state = pulse_deficit.load(pulse_deficit.dump(state))
        inside = [[round(t * S) for t in ts if second <= t < second + 1] for ts in (beats_s, pulses_s)]
        state = pulse_deficit.step(state, *inside, (second + 1) * S, second not in unfit)
    return pulse_deficit.measure(state, 90 * S)


def uneven(mean_s: float = 0.7) -> list[float]:
    return np.cumsum(np.random.default_rng(2).uniform(0.6 * mean_s, 1.5 * mean_s, 400)).tolist()


@pytest.mark.parametrize("delay_s", [0.15, 0.6, 1.2])
def test_every_beat_with_its_pulse_is_no_deficit_and_the_delay_is_learned(delay_s: float) -> None:
    beats = uneven()
    said = measured(beats, [b + delay_s for b in beats])
    assert said.without == 0
    assert said.delay_ms == pytest.approx(1000 * delay_s, abs=15)
    assert said.quality == "good"


def test_beats_without_pulse_are_counted() -> None:
    beats = uneven()
    said = measured(beats, [b + 0.3 for i, b in enumerate(beats) if i % 4])
    assert said.share == pytest.approx(0.25, abs=0.03)
    assert said.per_min == pytest.approx(said.beats / 4, rel=0.15)


def test_every_second_beat_of_a_regular_rhythm_without_pulse() -> None:
    beats = [0.5 * i for i in range(180)]
    said = measured(beats, [b + 0.3 for b in beats[::2]])
    assert said.share == pytest.approx(0.5, abs=0.03)


def test_a_late_weak_pulse_of_an_early_beat_still_belongs_to_it() -> None:
    beats = uneven()
    said = measured(beats, [b + (0.4 if i % 5 == 0 else 0.3) for i, b in enumerate(beats)])
    assert said.without == 0


def test_pulses_that_follow_no_beat_make_no_deficit_but_a_doubt() -> None:
    said = measured(uneven(1.4), np.cumsum(np.random.default_rng(8).uniform(0.3, 0.9, 300)).tolist())
    assert said.share is None
    assert "counted wrongly" in said.why


def test_bad_signal_is_left_out() -> None:
    beats = uneven()
    pulses = [b + 0.3 for b in beats if not 60 <= b < 70]
    assert measured(beats, pulses, frozenset(range(59, 72))).without == 0
    assert measured(beats, pulses, frozenset(range(20, 90))).share is None
