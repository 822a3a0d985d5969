"""Was the dog (or its cables) moved just now? Several waves are at once much rougher than in the minute before.

One wave alone is a loose sensor or an odd beat. Two that are shaken in the same second share what shook them: a twitch,
or a hand on the table. Which of the two, no wave can say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.tray_watch import ShakeRule

WAVES = ("ecg", "pleth", "resp")
"""Beginnings of the keys of waves that movement shakes. The arterial wave swings with the beats themselves."""

_SMOOTH_S = 0.25
"""Longer than a QRS: what is left of an ECG is the swing of its baseline."""


@dataclass(frozen=True)
class ShakeState:
    """How rough each wave usually is, and which was shaken just now."""

    usual: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    shaken: Mapping[str, int] = field(default_factory=dict)
    """When, by kind of wave."""


def roughness(key: str, samples: Sequence[float | None], rate_hz: float) -> float | None:
    """How much a stretch of a wave swings: of an ECG its baseline, of a slow wave its steps. None: too little of it."""
    wave = np.array([one for one in samples if one is not None], dtype=float)
    width = max(1, int(rate_hz * _SMOOTH_S))
    if len(wave) < 2 * width or len(wave) < len(samples) * 0.9:
        return None
    if key.startswith("ecg"):
        return float(np.ptp(np.convolve(wave, np.ones(width) / width, "valid")))
    return float(np.std(np.diff(wave)))


def step(state: ShakeState, key: str, value: float, at_us: int, rule: ShakeRule) -> tuple[ShakeState, tuple[str, ...]]:
    """Take in one second of one wave; the kinds of waves that were shaken together, empty when not enough were."""
    kind = next((one for one in WAVES if key.startswith(one)), "")
    before = state.usual.get(key, ())
    usual = {**state.usual, key: (*before, value)[-rule.before_s :]}
    if not kind or len(before) < rule.known_s or not value > rule.times * median(before) > 0:
        return replace(state, usual=usual), ()
    shaken = {one: then_us for one, then_us in state.shaken.items() if at_us - then_us <= rule.within_s * US_PER_S}
    shaken[kind] = at_us
    return ShakeState(usual, shaken), tuple(sorted(shaken)) if len(shaken) >= rule.waves else ()
