"""Lead II of a simulated dog, sample by sample at 250 Hz in millivolts.

Standstill is not a ruled line: it keeps the amplifier's noise and a little wander.
"""

import math

import numpy as np

from holdfast.simulation import complexes
from holdfast.simulation.body import FRAME_TICKS, TICK_HZ, Moment
from holdfast.simulation.heart import Beat
from holdfast.simulation.leads import RAIL_MV, LooseLead, settling
from holdfast.simulation.lungs import Breathing
from holdfast.simulation.noise import Filtered
from holdfast.simulation.scenario import EcgShape
from holdfast.simulation.states import FIBRILLATING, Contact, Rhythm, Sensor, Vector

RESOLUTION_MV = 0.0025

_PLACES = np.arange(FRAME_TICKS) / FRAME_TICKS
_COARSE_VF_MV, _FINE_VF_MV, _VF_FADE_S = 0.42, 0.06, 110.0
_DYING_VF_S = 30.0
_ATRIAL_WAVES_MV = 0.035


def fibrillation_mv(rhythm: Rhythm, age_s: float) -> float:
    """Standard deviation of the waves of ventricular fibrillation after so long; 0 in other rhythms."""
    match rhythm:
        case Rhythm.VF:
            return _FINE_VF_MV + (_COARSE_VF_MV - _FINE_VF_MV) * math.exp(-age_s / _VF_FADE_S)
        case Rhythm.FINE_VF:
            return _FINE_VF_MV
        case Rhythm.FADING_VF:
            return _COARSE_VF_MV * math.exp(-age_s / _DYING_VF_S)
        case _:
            return 0.0


class EcgTrace:
    """Carries the trace from frame to frame."""

    def __init__(self, shape: EcgShape, rng: np.random.Generator) -> None:
        self._shape = shape
        self._rng = rng
        self._beats: list[Beat] = []
        self._last_mv = 0.0
        loose, atria = rng.spawn(2)
        self._loose = LooseLead(loose)
        self._wander = Filtered.low_pass(0.25, TICK_HZ, rng)
        self._muscle = Filtered.band_pass(22.0, 90.0, TICK_HZ, rng)
        self._swing = Filtered.band_pass(0.7, 4.0, TICK_HZ, rng)
        self._vf = Filtered.band_pass(4.2, 8.8, TICK_HZ, rng)
        self._atria = Filtered.band_pass(5.0, 10.0, TICK_HZ, atria)

    def render(self, moment: Moment, beats: list[Beat], breathing: Breathing) -> Vector:
        """50 samples (0.2 s) in millivolts, quantised and held between the rails."""
        times_s = (moment.tick + np.arange(FRAME_TICKS)) / TICK_HZ
        self._beats = [b for b in self._beats if times_s[0] - b.r_s < complexes.LASTS_S] + beats
        trace = np.zeros(FRAME_TICKS)
        for beat in self._beats:
            trace += complexes.drawn(beat, self._shape, times_s)
        if moment.rhythm in FIBRILLATING:
            trace += self._fibrillation(moment)
        elif moment.rhythm is Rhythm.ATRIAL_FIBRILLATION:
            trace += _ATRIAL_WAVES_MV * self._atria.run(FRAME_TICKS)
        trace += self._surroundings(moment, breathing, times_s)
        if moment.contacts[Sensor.ECG] is not Contact.ON:
            trace = self._loose.render(moment, times_s, self._last_mv)
        elif moment.ecg_contact_for_s < 8:
            trace += settling(moment, times_s)
        quantised = np.clip(np.round(trace / RESOLUTION_MV) * RESOLUTION_MV, -RAIL_MV, RAIL_MV)
        self._last_mv = float(quantised[-1])
        return quantised

    def _fibrillation(self, moment: Moment) -> Vector:
        raw = self._vf.run(FRAME_TICKS)
        from_mv = fibrillation_mv(moment.rhythm, moment.rhythm_for_s)
        to_mv = fibrillation_mv(moment.rhythm, moment.rhythm_for_s + FRAME_TICKS / TICK_HZ)
        onset = -np.expm1(-(moment.rhythm_for_s + np.arange(FRAME_TICKS) / TICK_HZ) / 0.25)
        # The odd power sharpens the crests, as they are in fibrillation.
        waves: Vector = onset * (from_mv + (to_mv - from_mv) * _PLACES) * (raw + 0.12 * raw * np.abs(raw))
        return waves

    def _surroundings(self, moment: Moment, breathing: Breathing, times_s: Vector) -> Vector:
        shape, moving = self._shape, moment.motion
        trace = 0.07 * breathing.volume_at(_PLACES) + shape.wander_mv * self._wander.run(FRAME_TICKS)
        trace += (shape.noise_mv + 0.26 * moving) * self._muscle.run(FRAME_TICKS)
        trace += 0.9 * moving * self._swing.run(FRAME_TICKS)
        trace += (shape.mains_mv + moment.mains_mv) * np.sin(2 * math.pi * 50.0 * times_s + 0.7)
        if moment.surgery:
            burst = self._rng.normal(0, 3.0, FRAME_TICKS) + 2.5 * self._rng.choice((-1.0, 1.0))
            trace += moment.surgery * burst
        return trace
