"""Breaths: where in its breath the dog is."""

import math
from dataclasses import dataclass

import numpy as np

from holdfast.simulation.body import FRAME_S, Moment
from holdfast.simulation.states import Vector

SUBSTEPS = 10
STEP_S = FRAME_S / SUBSTEPS
_EDGES = np.linspace(0.0, 1.0, SUBSTEPS + 1)
_INSPIRATION, _EXPIRATION_END = 0.38, 0.86
_LAST_BREATH_HZ = 0.25


@dataclass(frozen=True)
class Breathing:
    """Where in the breath the dog is during one frame: values at the 11 edges of its 10 steps."""

    phase: Vector
    """Breaths since the start; the fraction is the place in the breath, inspiration first."""
    volume: Vector
    """Air in the chest above rest; a quiet breath reaches about 1."""

    def phase_at(self, places: Vector) -> Vector:
        """The phase at places within the frame, 0 (its start) to 1 (its end)."""
        return np.interp(places, _EDGES, self.phase)

    def volume_at(self, places: Vector) -> Vector:
        """The volume at places within the frame."""
        return np.interp(places, _EDGES, self.volume)


class Lungs:
    """Carries the breath from frame to frame."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._phase = 0.0
        self._depth = 1.0
        self._pace = 1.0

    def step(self, moment: Moment) -> Breathing:
        """Breathe for one frame; no two breaths are quite alike."""
        phases = [self._phase]
        volumes = [self._volume()]
        wanted_hz = moment.vitals.rr_per_min / 60
        for _ in range(SUBSTEPS):
            before = math.floor(self._phase)
            # Nobody stops with a full chest: a breath once begun is let out, then stillness.
            begun = 0.02 < self._phase - before < 0.9
            rate_hz = max(wanted_hz, _LAST_BREATH_HZ) if begun else wanted_hz
            self._phase += rate_hz * self._pace * STEP_S
            if math.floor(self._phase) != before:
                self._pace = held(self._rng.normal(1.0, 0.08), 0.75, 1.3)
                self._depth = moment.vitals.tidal * held(self._rng.normal(1.0, 0.1), 0.5, 1.5)
            phases.append(self._phase)
            volumes.append(self._volume())
        return Breathing(np.array(phases), np.array(volumes))

    def _volume(self) -> float:
        """In smoothly, out faster at first, then a rest."""
        place = self._phase - math.floor(self._phase)
        if place < _INSPIRATION:
            return self._depth * (0.5 - 0.5 * math.cos(math.pi * place / _INSPIRATION))
        fallen = min(1.0, (place - _INSPIRATION) / (_EXPIRATION_END - _INSPIRATION))
        return self._depth * math.pow(0.5 + 0.5 * math.cos(math.pi * fallen), 1.5)


def held(value: float, low: float, high: float) -> float:
    """The value, or the bound that it passes."""
    return min(high, max(low, value))
