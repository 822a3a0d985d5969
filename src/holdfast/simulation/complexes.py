"""The shape of one beat in lead II, at any moments asked for, in millivolts.

A dog's complex is narrow (QRS 50 to 60 ms here) and its T wave small and variable; a ventricular
premature complex is about 100 ms wide with a large opposite T.
"""

import numpy as np

from holdfast.simulation.heart import Beat, Kind
from holdfast.simulation.scenario import EcgShape
from holdfast.simulation.states import Vector

LASTS_S = 0.9
"""Everything of a beat is over so long after its R peak."""

_SPIKE_MV, _SPIKE_S = 4.0, 0.002
_T_USUAL_QT_S = 0.225


def drawn(beat: Beat, shape: EcgShape, times_s: Vector) -> Vector:
    """What one firing (or one press on the chest) adds to the trace at ``times_s``."""
    match beat.kind:
        case Kind.SINUS:
            return _atrial(beat, shape, times_s) + _narrow(beat, shape, times_s)
        case Kind.P_ONLY:
            return _atrial(beat, shape, times_s)
        case Kind.VPC | Kind.ESCAPE:
            return _wide(beat, shape, times_s, 1.0)
        case Kind.AGONAL:
            return _wide(beat, shape, times_s, 1.9)
        case Kind.PACED:
            return _spike(beat, times_s) + _wide(beat, shape, times_s - 0.01, 1.0)
        case Kind.SPIKE:
            return _spike(beat, times_s)
        case Kind.COMPRESSION:
            return _press(beat, times_s)


def bump(times_s: Vector, centre_s: float, rise_s: float, fall_s: float) -> Vector:
    """A bell of height one with its own width on each side (standard deviations in seconds)."""
    away = times_s - centre_s
    width = np.where(away < 0, rise_s, fall_s)
    bell: Vector = np.exp(-0.5 * (away / width) ** 2)
    return bell


def _atrial(beat: Beat, shape: EcgShape, times_s: Vector) -> Vector:
    p_wave: Vector = shape.p_mv * beat.p_height * bump(times_s, beat.fire_s + 0.032, 0.011, 0.012)
    return p_wave


def _narrow(beat: Beat, shape: EcgShape, times_s: Vector) -> Vector:
    wide, r_mv = shape.qrs_width, shape.r_mv * beat.height
    trace: Vector = shape.q_mv * beat.height * bump(times_s, beat.r_s - 0.0205 * wide, 0.0055 * wide, 0.006 * wide)
    trace += r_mv * bump(times_s, beat.r_s, 0.0085 * wide, 0.0085 * wide)
    trace += shape.s_mv * beat.height * bump(times_s, beat.r_s + 0.0215 * wide, 0.006 * wide, 0.0065 * wide)
    # A fast heart repolarises fast: the T wave gets shorter with its QT.
    short = min(1.0, beat.qt_s / _T_USUAL_QT_S)
    t_s = beat.r_s + beat.qt_s - 0.062 * short
    trace += shape.t_of_r * r_mv * bump(times_s, t_s, 0.036 * short, 0.021 * short)
    return trace


def _wide(beat: Beat, shape: EcgShape, times_s: Vector, stretch: float) -> Vector:
    tall_mv = 1.15 * shape.r_mv * beat.height
    since_s = (times_s - beat.fire_s) / stretch
    trace: Vector = -0.18 * tall_mv * bump(since_s, 0.026, 0.006, 0.008)
    trace += tall_mv * bump(since_s, 0.066, 0.019, 0.023)
    trace -= 0.5 * tall_mv * bump(since_s, 0.210, 0.052, 0.038)
    return trace


def _spike(beat: Beat, times_s: Vector) -> Vector:
    """Two milliseconds of the pacemaker, caught by the sample that lies nearest."""
    # As wide as one sample at least: what the converter makes of a pulse shorter than its step.
    width_s = max(_SPIKE_S, float(times_s[1] - times_s[0]) if len(times_s) > 1 else _SPIKE_S)
    inside = (times_s >= beat.fire_s) & (times_s < beat.fire_s + width_s)
    spike: Vector = np.where(inside, _SPIKE_MV, 0.0)
    return spike


def _press(beat: Beat, times_s: Vector) -> Vector:
    """The chest moves under the electrodes: a slow swing of about a QRS's height, with a small edge at the touch."""
    trace: Vector = -0.85 * beat.height * bump(times_s, beat.r_s + 0.11, 0.055, 0.07)
    trace += 0.45 * beat.height * bump(times_s, beat.r_s + 0.30, 0.07, 0.08)
    trace += 0.15 * beat.height * bump(times_s, beat.r_s + 0.015, 0.012, 0.02)
    return trace
