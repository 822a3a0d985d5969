"""Breaths and beats: where in its breath the dog is, and when each chamber fires.

The sinus node integrates its rate until the integral reaches one (integral pulse frequency
modulation); breathing swings that rate, which gives the marked sinus arrhythmia of a resting dog:
beats bunch while it breathes in and spread out while it breathes out.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from holdfast.simulation.body import FRAME_S, TICK_HZ, Moment
from holdfast.simulation.states import Rhythm, Vector

SUBSTEPS = 10
_STEP_S = FRAME_S / SUBSTEPS
_EDGES = np.linspace(0.0, 1.0, SUBSTEPS + 1)

_RSA_PEAK_PHASE = 0.28
"""Rate is highest late in inspiration (a breath runs 0 to 1, inspiration first)."""
_INSPIRATION, _EXPIRATION_END = 0.38, 0.86
_ATRIAL_RATE_HZ = 1.4
_LAST_BREATH_HZ = 0.25
_COUPLET_SHARE = 0.25
"""How often a ventricular premature complex is followed by a second one."""


def _held(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


class Kind(StrEnum):
    SINUS = "sinus"
    VPC = "vpc"
    P_ONLY = "p_only"
    """The atria fired and the ventricles did not follow."""


@dataclass(frozen=True)
class Beat:
    """One firing of the heart. Times in seconds from the live moment."""

    kind: Kind
    fire_s: float
    """Start of the P wave; of the wide complex for a VPC."""
    r_s: float
    """R peak; for ``P_ONLY`` where it would have been."""
    stroke: float
    """Pulse it gives, 1 for an ordinary beat, 0 for none."""
    height: float
    """R amplitude relative to the dog's usual one (breathing turns the axis a little)."""
    p_height: float
    qt_s: float


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
            self._phase += rate_hz * self._pace * _STEP_S
            if math.floor(self._phase) != before:
                self._pace = _held(self._rng.normal(1.0, 0.08), 0.75, 1.3)
                self._depth = moment.vitals.tidal * _held(self._rng.normal(1.0, 0.1), 0.5, 1.5)
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


class Heart:
    """Carries the sinus node and the ventricles from frame to frame."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._charge = 0.5
        self._threshold = 1.0
        self._last_r_s = -math.inf
        self._vpc_due_s: float | None = None
        self._vpc_ended_s = -math.inf
        self._stopped = False

    def step(self, moment: Moment, breathing: Breathing) -> list[Beat]:
        """Beats that fire in this frame, in order of time."""
        if moment.rhythm is Rhythm.P_WAVES_ONLY:
            return self._atria_only(moment)
        if moment.rhythm is not Rhythm.SINUS or moment.pausing:
            self._stop(moment)
            return []
        if self._stopped:
            self._stopped = False
            self._charge = 0.9
        start_s = moment.tick / TICK_HZ
        beats = []
        rate_hz = moment.vitals.hr_per_min / 60
        for index, phase in enumerate(breathing.phase[:-1].tolist()):
            now_s = start_s + index * _STEP_S
            swing = math.cos(2 * math.pi * (phase - _RSA_PEAK_PHASE))
            gain = rate_hz * (1 + moment.vitals.rsa * swing) * _STEP_S
            if self._vpc_due_s is not None and now_s + _STEP_S > self._vpc_due_s:
                beats.append(self._ventricular(moment, max(now_s, self._vpc_due_s)))
            if self._charge + gain >= self._threshold:
                fire_s = now_s + _STEP_S * (self._threshold - self._charge) / gain
                beats.append(self._sinus(moment, fire_s, swing))
                self._charge -= self._threshold
                self._threshold = _held(self._rng.normal(1.0, 0.012), 0.94, 1.06)
            self._charge += gain
        return beats

    def _stop(self, moment: Moment) -> None:
        self._stopped = True
        self._vpc_due_s = None
        if moment.rhythm is not Rhythm.SINUS:
            self._last_r_s = -math.inf

    def _atria_only(self, moment: Moment) -> list[Beat]:
        self._stop(moment)
        self._charge += _ATRIAL_RATE_HZ * FRAME_S
        if self._charge < 1:
            return []
        self._charge -= 1
        fire_s = moment.tick / TICK_HZ
        return [Beat(Kind.P_ONLY, fire_s, fire_s + 0.1, 0.0, 0.0, 0.8, 0.2)]

    def _sinus(self, moment: Moment, fire_s: float, swing: float) -> Beat:
        usual_rr_s = 60 / moment.vitals.hr_per_min
        r_s = fire_s + 0.075 + 0.035 * min(1.0, usual_rr_s)
        p_height = 1 + 0.25 * swing * min(1.0, moment.vitals.rsa / 0.4)
        if r_s - self._vpc_ended_s < 0.45 * usual_rr_s + 0.06:
            return Beat(Kind.P_ONLY, fire_s, r_s, 0.0, 0.0, p_height, 0.2)
        rr_s = min(r_s - self._last_r_s, 4.0)
        stroke = _held(1 + 0.3 * (rr_s / usual_rr_s - 1), 0.55, 1.3) * self._rng.normal(1.0, 0.015)
        self._last_r_s = r_s
        if self._rng.random() < moment.vitals.vpc_per_min / moment.vitals.hr_per_min:
            self._vpc_due_s = r_s + usual_rr_s * float(self._rng.uniform(0.5, 0.68))
        qt_s = 0.225 * min(1.0, usual_rr_s / 0.8) ** 0.38
        return Beat(Kind.SINUS, fire_s, r_s, stroke, 1 - 0.06 * swing, p_height, qt_s)

    def _ventricular(self, moment: Moment, fire_s: float) -> Beat:
        early = min(1.0, (fire_s - self._last_r_s) * moment.vitals.hr_per_min / 60)
        self._vpc_ended_s = fire_s
        self._last_r_s = fire_s + 0.066
        again = self._rng.random() < _COUPLET_SHARE * min(1.0, moment.vitals.vpc_per_min / 10)
        self._vpc_due_s = fire_s + float(self._rng.uniform(0.27, 0.36)) if again else None
        stroke = _held(0.75 * early - 0.12, 0.08, 0.5)
        height = float(self._rng.normal(1.0, 0.05))
        return Beat(Kind.VPC, fire_s, fire_s + 0.066, stroke, height, 0.0, 0.27)
