"""Made ECGs for ``arrest.py``: a dog's beats, and then a heart that stops or a lead that comes off. Seeded."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rng = np.random.Generator


def beating(rng: Rng, seconds: float, rate_hz: float) -> tuple[Floats, float]:
    """(n,) mV of sinus rhythm with a dog's arrhythmia, and the instant (s) of its last beat."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    height, per_min = rng.uniform(0.4, 2.0) * rng.choice([-1, 1]), rng.uniform(45, 180)
    trace = rng.normal(0, 0.01, len(t)) + 0.05 * np.sin(2 * np.pi * 0.3 * t)
    at, beats = 0.3, []
    sway = 0.35 if per_min < 120 else 0.05
    while at < seconds - 0.35:
        beats.append(at)
        at += 60 / per_min * (1 + sway * np.sin(2 * np.pi * 0.25 * at))
    for beat in beats:
        qt = min(0.19, 0.5 * 60 / per_min)
        parts = ((0, 1.0, 0.010), (0.022, -0.3, 0.008), (qt, 0.25, 0.025), (-0.1, 0.1, 0.015))
        for after, share, width in parts:
            trace += height * share * np.exp(-0.5 * ((t - beat - after) / width) ** 2)
    return trace, beats[-1]


def _wander(rng: Rng, t: Floats) -> Floats:
    size, hz, phase = rng.uniform(0.0, 0.3), rng.uniform(0.1, 0.6), rng.uniform(0, 6)
    return np.asarray(size * (np.sin(2 * np.pi * hz * t + phase) - np.sin(phase)))


def _noise(rng: Rng, t: Floats) -> Floats:
    return rng.normal(0, rng.uniform(0.0005, 0.03), len(t))


def noise_only(rng: Rng, t: Floats) -> Floats:
    """Noise of up to 30 uV and nothing else."""
    return _noise(rng, t)


def wandering(rng: Rng, t: Floats) -> Floats:
    """Noise on a baseline that breathes."""
    return _noise(rng, t) + _wander(rng, t)


def p_waves(rng: Rng, t: Floats) -> Floats:
    """The atria go on: P waves of 0.05 to 0.15 mV, 60 to 150 a minute."""
    every, height = 60 / rng.uniform(60, 150), rng.uniform(0.05, 0.15)
    place = (t + rng.uniform(0, 1)) % every - every / 2
    return np.asarray(rng.normal(0, 0.008, len(t)) + _wander(rng, t) + height * np.exp(-0.5 * (place / 0.018) ** 2))


def mains(rng: Rng, t: Floats) -> Floats:
    """A residue of 50 or 60 Hz of up to 0.1 mV."""
    size, hz = rng.uniform(0.01, 0.1), rng.choice([50.0, 60.0])
    return np.asarray(rng.normal(0, 0.005, len(t)) + _wander(rng, t) + size * np.sin(2 * np.pi * hz * t))


def agonal(rng: Rng, t: Floats) -> Floats:
    """Single slow wide waves, the first after more than six seconds."""
    trace = rng.normal(0, 0.008, len(t)) + _wander(rng, t)
    for at in np.arange(rng.uniform(6.5, 8), t[-1] + 1, rng.uniform(6, 9)):
        trace += rng.uniform(0.2, 0.6) * np.exp(-0.5 * ((t - at) / rng.uniform(0.06, 0.12)) ** 2)
    return np.asarray(trace)


ASYSTOLES: dict[str, Callable[[Rng, Floats], Floats]] = {
    "noise": noise_only, "wander": wandering, "p_waves": p_waves, "mains_residue": mains, "agonal": agonal,
}  # fmt: skip


def rail(rng: Rng, t: Floats) -> Floats:
    """At once to the rail, with a little noise."""
    return np.asarray(rng.choice([-1, 1]) * rng.uniform(10, 30) + rng.normal(0, rng.uniform(0, 0.02), len(t)))


def drift_to_rail(rng: Rng, t: Floats) -> Floats:
    """Runs to the rail within a second to ten."""
    end = rng.choice([-1, 1]) * rng.uniform(10, 30)
    return np.asarray(np.clip(end * t / rng.uniform(1, 10), -abs(end), abs(end)) + rng.normal(0, 0.005, len(t)))


def open_mains(rng: Rng, t: Floats) -> Floats:
    """An open lead that picks up mains of 0.6 to 5 mV."""
    size, hz = rng.uniform(0.6, 5), rng.choice([50.0, 60.0])
    return np.asarray(size * np.sin(2 * np.pi * hz * t) * (1 + 0.2 * np.sin(t)) + rng.normal(0, 0.05, len(t)))


def open_noise(rng: Rng, t: Floats) -> Floats:
    """An open lead that floats: broad noise of 0.1 to 1 mV on a random walk."""
    walk = np.cumsum(rng.normal(0, 0.02, len(t)))
    return np.asarray(rng.normal(0, rng.uniform(0.1, 1.0), len(t)) + walk)


def flagged(rng: Rng, t: Floats) -> Floats:
    """The device says so from some moment on: missing samples."""
    return np.where(t < rng.uniform(0, 1), 0.0, np.nan)


def constant(rng: Rng, t: Floats) -> Floats:
    """The same value on and on."""
    return np.full(len(t), rng.uniform(-1, 1))


def decay(rng: Rng, t: Floats) -> Floats:
    """A step and an exponential way to the rail."""
    end = rng.choice([-1, 1]) * rng.uniform(11, 25)
    return np.asarray(end * (1 - np.exp(-t / rng.uniform(0.3, 4))) + rng.normal(0, 0.004, len(t)))


LEADS_OFF: dict[str, Callable[[Rng, Floats], Floats]] = {
    "rail": rail, "drift_to_rail": drift_to_rail, "open_mains": open_mains, "open_noise": open_noise,
    "flagged": flagged, "constant": constant, "decay_to_rail": decay,
}  # fmt: skip
