"""Lead II of a simulated dog, sample by sample at 250 Hz in millivolts.

A dog's complex is narrow (QRS 50 to 60 ms here) and its T wave small and variable; a ventricular
premature complex is about 100 ms wide with a large opposite T. Standstill is not a ruled line: it
keeps the amplifier's noise and a little wander. A lead that fell off leaves the amplifier at its rail.
"""

import math

import numpy as np

from holdfast.simulation.body import FRAME_TICKS, TICK_HZ, Moment
from holdfast.simulation.heart import Beat, Breathing, Kind
from holdfast.simulation.noise import Filtered
from holdfast.simulation.scenario import EcgShape
from holdfast.simulation.states import Contact, Rhythm, Sensor, Vector

RESOLUTION_MV = 0.0025
RAIL_MV = 5.0

_PLACES = np.arange(FRAME_TICKS) / FRAME_TICKS
_KEEP_BEAT_S = 0.7
_COARSE_VF_MV, _FINE_VF_MV, _VF_FADE_S = 0.42, 0.06, 110.0
_RECOVERY_MV, _RECOVERY_S = 2.2, 0.9
"""After the leads are back on, the input settles from this offset with this time constant."""


class EcgTrace:
    """Carries the trace from frame to frame."""

    def __init__(self, shape: EcgShape, rng: np.random.Generator) -> None:
        self._shape = shape
        self._rng = rng
        self._beats: list[Beat] = []
        self._wander = Filtered.low_pass(0.25, TICK_HZ, rng)
        self._muscle = Filtered.band_pass(22.0, 90.0, TICK_HZ, rng)
        self._swing = Filtered.band_pass(0.7, 4.0, TICK_HZ, rng)
        self._vf = Filtered.band_pass(4.2, 8.8, TICK_HZ, rng)

    def render(self, moment: Moment, beats: list[Beat], breathing: Breathing) -> Vector:
        """50 samples (0.2 s) in millivolts, quantised and held between the rails."""
        times_s = (moment.tick + np.arange(FRAME_TICKS)) / TICK_HZ
        self._beats = [b for b in self._beats if times_s[0] - b.r_s < _KEEP_BEAT_S] + beats
        trace = np.zeros(FRAME_TICKS)
        for beat in self._beats:
            trace += self._complex(beat, times_s)
        if moment.rhythm is Rhythm.VF:
            trace += self._fibrillation(moment)
        trace += self._surroundings(moment, breathing, times_s)
        if moment.contacts[Sensor.ECG] is not Contact.ON:
            trace = np.full(FRAME_TICKS, RAIL_MV) + self._rng.normal(0, 0.002, FRAME_TICKS)
        elif moment.reattached_for_s < 8:
            trace += _RECOVERY_MV * np.exp(-(moment.reattached_for_s + times_s - times_s[0]) / _RECOVERY_S)
        return np.clip(np.round(trace / RESOLUTION_MV) * RESOLUTION_MV, -RAIL_MV, RAIL_MV)

    def _complex(self, beat: Beat, times_s: Vector) -> Vector:
        shape = self._shape
        if beat.kind is Kind.VPC:
            return _ventricular(beat, shape, times_s)
        trace = shape.p_mv * beat.p_height * _bump(times_s, beat.fire_s + 0.032, 0.011, 0.012)
        if beat.kind is Kind.P_ONLY:
            return trace
        r_mv = shape.r_mv * beat.height
        trace += shape.q_mv * beat.height * _bump(times_s, beat.r_s - 0.0205, 0.0055, 0.006)
        trace += r_mv * _bump(times_s, beat.r_s, 0.0085, 0.0085)
        trace += shape.s_mv * beat.height * _bump(times_s, beat.r_s + 0.0215, 0.006, 0.0065)
        trace += shape.t_of_r * r_mv * _bump(times_s, beat.r_s + beat.qt_s - 0.062, 0.036, 0.021)
        return trace

    def _fibrillation(self, moment: Moment) -> Vector:
        raw = self._vf.run(FRAME_TICKS)
        age_s = moment.rhythm_for_s + np.arange(FRAME_TICKS) / TICK_HZ
        size_mv = _FINE_VF_MV + (_COARSE_VF_MV - _FINE_VF_MV) * np.exp(-age_s / _VF_FADE_S)
        onset = -np.expm1(-age_s / 0.25)
        # The odd power sharpens the crests, as they are in fibrillation.
        waves: Vector = onset * size_mv * (raw + 0.12 * raw * np.abs(raw))
        return waves

    def _surroundings(self, moment: Moment, breathing: Breathing, times_s: Vector) -> Vector:
        volume = breathing.volume_at(_PLACES)
        moving = moment.motion
        muscle_mv = 0.009 + 0.26 * moving
        trace = 0.07 * volume + 0.05 * self._wander.run(FRAME_TICKS)
        trace += muscle_mv * self._muscle.run(FRAME_TICKS)
        trace += 0.9 * moving * self._swing.run(FRAME_TICKS)
        trace += 0.006 * np.sin(2 * math.pi * 50.0 * times_s + 0.7)
        return trace


def _bump(times_s: Vector, centre_s: float, rise_s: float, fall_s: float) -> Vector:
    """A bell of height one with its own width on each side (standard deviations in seconds)."""
    away = times_s - centre_s
    width = np.where(away < 0, rise_s, fall_s)
    bell: Vector = np.exp(-0.5 * (away / width) ** 2)
    return bell


def _ventricular(beat: Beat, shape: EcgShape, times_s: Vector) -> Vector:
    tall_mv = 1.15 * shape.r_mv * beat.height
    trace = -0.18 * tall_mv * _bump(times_s, beat.fire_s + 0.026, 0.006, 0.008)
    trace += tall_mv * _bump(times_s, beat.fire_s + 0.066, 0.019, 0.023)
    trace -= 0.5 * tall_mv * _bump(times_s, beat.fire_s + 0.210, 0.052, 0.038)
    return trace
