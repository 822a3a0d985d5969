"""Signals whose truth is known: beats, pulses and noise made from a seed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.record.monitor import Wave
from holdfast.signals.chunk import Chunk

Floats = NDArray[np.float64]
START_US = 1_700_000_000_000_000


def ecg(
    beats_s: Sequence[float], seconds: float, rate_hz: float, *, t_share: float = 0.3, noise_mv: float = 0.01
) -> Floats:
    """An ECG in mV with a 1 mV QRS of a dog's width at each beat, P and T waves, and white noise."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    trace = np.random.default_rng(7).normal(0, noise_mv, len(t))
    for beat, following in zip(beats_s, [*beats_s[1:], seconds + 1], strict=True):
        qt = min(0.19, 0.5 * (following - beat))
        for at, height, width in ((beat, 1.0, 0.010), (beat + 0.022, -0.25, 0.008), (beat + qt, t_share, 0.025)):
            trace += height * np.exp(-0.5 * ((t - at) / width) ** 2)
        if following - beat > 0.35:
            trace += 0.12 * np.exp(-0.5 * ((t - beat + 0.1) / 0.015) ** 2)
    return trace


def flat(seconds: float, rate_hz: float, noise_mv: float = 0.02, wander_mv: float = 0.1) -> Floats:
    """Electrodes on, no heart: noise and the wander of breathing."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    noise = np.random.default_rng(11).normal(0, noise_mv, len(t))
    return noise + wander_mv * np.sin(2 * np.pi * 0.3 * t)


def pulse_wave(seconds: float, rate_hz: float, per_min: float, low: float = 70.0, high: float = 110.0) -> Floats:
    """A pulse with a dicrotic wave, once per beat."""
    phase = (np.arange(int(seconds * rate_hz)) / rate_hz * per_min / 60) % 1.0
    shape = np.exp(-0.5 * ((phase - 0.25) / 0.09) ** 2) + 0.35 * np.exp(-0.5 * ((phase - 0.55) / 0.07) ** 2)
    return low + (high - low) * shape / shape.max()


def steady_beats(per_min: float, seconds: float, first_s: float = 1.0) -> list[float]:
    return [float(at) for at in np.arange(first_s, seconds - 0.2, 60 / per_min)]


def cut(samples: Floats, rate_hz: float, sizes: Iterator[int], start_us: int = START_US) -> Iterator[Chunk]:
    """The samples in chunks of the given numbers of samples."""
    at = 0
    while at < len(samples):
        size = next(sizes)
        yield Chunk(start_us + round(at * 1e6 / rate_hz), rate_hz, samples[at : at + size])
        at += size


def every(size: int) -> Iterator[int]:
    while True:
        yield size


def run(step: Callable[[Any, Chunk], tuple[Any, Any]], state: Any, chunks: Iterator[Chunk]) -> tuple[Any, list[Any]]:
    """Feed all chunks; the last state and everything that was said."""
    said: list[Any] = []
    for chunk in chunks:
        state, outputs = step(state, chunk)
        said += list(outputs)
    return state, said


def wave(key: str, samples: Floats, rate_hz: float, start_us: int, unit: str = "mV", inoperative: bool = False) -> Wave:
    return Wave(
        key=key, code="", name="", unit=unit, rate_hz=rate_hz, start_us=start_us,
        samples=samples.astype("<f4").tobytes(), inoperative=inoperative,
    )  # fmt: skip
