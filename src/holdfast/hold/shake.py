"""Was the dog (or its cables) moved just now? A second in which several waves at once are much rougher than before.

One wave alone is a loose sensor or an odd beat. Two that are shaken in the same second share what shook them: a twitch,
or a hand on the table. Which of the two, no wave can say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

WAVES = ("ecg", "pleth", "resp")
"""Beginnings of the keys of waves that movement shakes. The arterial wave swings with the beats themselves."""

USUAL_S = 60
"""A second is compared with so many before it (estimate)."""

KNOWN_S = 10
"""Fewer than this do not tell what is usual (estimate)."""

TIMES = 3.0
"""So many times as rough as usual is shaken. Tuned on simulated dogs (estimate)."""

TOGETHER = 2
"""So many kinds of waves in the same second."""

_SMOOTH_S = 0.25
"""Longer than a QRS: what is left of an ECG is the swing of its baseline."""


@dataclass(frozen=True)
class ShakeState:
    """How rough each wave usually is."""

    usual: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def roughness(key: str, samples: Sequence[float | None], rate_hz: float) -> float | None:
    """How much a stretch of a wave swings: of an ECG its baseline, of a slow wave its steps. None: too little of it."""
    wave = np.array([one for one in samples if one is not None], dtype=float)
    width = max(1, int(rate_hz * _SMOOTH_S))
    if len(wave) < 2 * width or len(wave) < len(samples) * 0.9:
        return None
    if key.startswith("ecg"):
        return float(np.ptp(np.convolve(wave, np.ones(width) / width, "valid")))
    return float(np.std(np.diff(wave)))


def step(state: ShakeState, rough: Mapping[str, float]) -> tuple[ShakeState, tuple[str, ...]]:
    """Take in one second, by key of the wave; the kinds of waves that were shaken together, empty when not enough."""
    shaken = set()
    for key, value in rough.items():
        before = state.usual.get(key, ())
        kind = next((one for one in WAVES if key.startswith(one)), "")
        if kind and len(before) >= KNOWN_S and value > TIMES * median(before) > 0:
            shaken.add(kind)
    usual = {**state.usual, **{key: (*state.usual.get(key, ()), value)[-USUAL_S:] for key, value in rough.items()}}
    return ShakeState(usual), tuple(sorted(shaken)) if len(shaken) >= TOGETHER else ()
