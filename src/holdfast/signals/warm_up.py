"""Has everything compiled and fetched that the live analysis needs, before a monitor speaks.

Loops over samples are compiled at their first call (``compiled``) and kept for later starts. Done while monitors speak,
that would hold up the analysis of a whole ward for as long. So a made animal goes through the same code first, for long
enough that the loop which waits longest for its data has had its turn as well.
"""

from dataclasses import dataclass

import numpy as np

from holdfast.kernel.time import US_PER_S
from holdfast.signals import bedside, filters
from holdfast.signals.chunk import Floats

SECONDS = 75
"""Long enough for what looks back longest: the variability wants a minute of intervals after the detector knows the
animal."""

ECG_HZ = 250.0
SLOW_HZ = 125.0
"""Usual rates. What is compiled serves every rate."""

BEAT_S = 0.5
BREATH_S = 3.0
SWAY_S = 0.03
"""By how much a beat comes early or late with the breath. A heart without any sway is not asked how it sways."""


@dataclass(frozen=True)
class _Wave:
    key: str
    unit: str
    rate_hz: float
    start_us: int
    samples: bytes
    inoperative: bool = False


def warm_up() -> None:
    """Run made waves of every kind through the live analysis. Minutes at the very first time, then some seconds."""
    filters.fetch()
    state = bedside.initial()
    for second in range(SECONDS):
        state, _ = bedside.step(state, made_waves(second))


def made_waves(second: int) -> tuple[_Wave, ...]:
    """One second of an animal with every sensor: beats that sway with the breath, a pulse after each."""
    ecg, slow = _times(second, ECG_HZ), _times(second, SLOW_HZ)
    swayed = 1.0 + 0.15 * np.sin(2 * np.pi * ecg / BREATH_S)
    paced = ecg + SWAY_S * np.sin(2 * np.pi * ecg / BREATH_S)
    beat = _bump(paced, 0.2, 0.01) - 0.3 * _bump(paced, 0.225, 0.01) + 0.2 * _bump(paced, 0.38, 0.03)
    hum = 0.005 * np.sin(2 * np.pi * 50.0 * ecg)  # a lead that stands quite still between beats is taken for a dead one
    pulse = np.maximum(0.0, np.sin(2 * np.pi * slow / BEAT_S)) ** 2
    breath = np.sin(2 * np.pi * slow / BREATH_S)
    return (
        _wave(second, "ecg_ii", "mV", ECG_HZ, swayed * beat + hum),
        _wave(second, "pleth", "1", SLOW_HZ, pulse),
        _wave(second, "art", "mmHg", SLOW_HZ, 80.0 + 40.0 * pulse),
        _wave(second, "resp", "1", SLOW_HZ, breath),
        _wave(second, "co2", "mmHg", SLOW_HZ, np.maximum(0.0, 40.0 * np.tanh(4.0 * breath))),
    )


def _times(second: int, rate_hz: float) -> Floats:
    """Times (s) of the samples of a second."""
    return second + np.arange(round(rate_hz)) / rate_hz


def _bump(times: Floats, at_s: float, width_s: float) -> Floats:
    """A rounded wave at the same place of every beat."""
    bump: Floats = np.exp(-(((times % BEAT_S) - at_s) ** 2) / (2 * width_s**2))
    return bump


def _wave(second: int, key: str, unit: str, rate_hz: float, samples: Floats) -> _Wave:
    return _Wave(key, unit, rate_hz, second * US_PER_S, samples.astype("<f4").tobytes())
