"""The physiological state of a simulated dog, named states to head for, and how fast each quantity moves.

The levels of each named state are our estimates, chosen inside published ranges for dogs where
there are any (resting heart rate and direct mean pressure: Haskins 2005, 87 /min and 103 mmHg, n=97;
tachycardia that limits filling > 180 /min: Merck triage table). They drive a drill, never a decision.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


class Vitals(NamedTuple):
    """Everything that changes smoothly. Also the order of the state vector."""

    hr_per_min: float
    rsa: float
    """Respiratory sinus arrhythmia: how far breathing swings the rate, as a fraction of it (0 to 0.6)."""
    map_mmhg: float
    pulse_pressure_mmhg: float
    spo2_pct: float
    rr_per_min: float
    tidal: float
    """Depth of a breath, 1 at rest."""
    temp_c: float
    perfusion: float
    """How well the tongue or toe under the oximeter is perfused, 1 at rest."""
    etco2_mmhg: float
    vpc_per_min: float
    """Ventricular premature complexes."""

    def vector(self) -> Vector:
        """The same numbers as a float64 array of length 11."""
        return np.array(self, dtype=np.float64)


class Rhythm(StrEnum):
    """What makes the ventricles beat, or not."""

    SINUS = "sinus"
    ATRIAL_FIBRILLATION = "atrial_fibrillation"
    """No P waves, intervals without order; a beat soon after the last gives little or no pulse."""
    AV_BLOCK_2 = "av_block_2"
    """Second degree: after one to four conducted beats one or two P waves stay alone."""
    AV_BLOCK_3 = "av_block_3"
    """Third degree: the atria go their own way, a slow wide escape rhythm theirs."""
    VT = "vt"
    """Sustained ventricular tachycardia; each beat pumps a little."""
    PACED = "paced"
    """Every beat follows a pacing spike."""
    PACED_WITHOUT_CAPTURE = "paced_without_capture"
    """Spikes, and nothing after them."""
    VF = "vf"
    """Ventricular fibrillation, coarse at first and finer over minutes."""
    FINE_VF = "fine_vf"
    FADING_VF = "fading_vf"
    """Fibrillation that dies out into a flat line within about two minutes."""
    ASYSTOLE = "asystole"
    P_WAVES_ONLY = "p_waves_only"
    """Ventricular standstill: the atria go on alone."""
    AGONAL = "agonal"
    """A few very wide beats a minute, without a pulse."""
    PEA = "pea"
    """Pulseless electrical activity: an ECG as in sinus rhythm, and nothing is pumped."""


FIBRILLATING = frozenset({Rhythm.VF, Rhythm.FINE_VF, Rhythm.FADING_VF})
CIRCULATING = frozenset(
    {Rhythm.SINUS, Rhythm.ATRIAL_FIBRILLATION, Rhythm.AV_BLOCK_2, Rhythm.AV_BLOCK_3, Rhythm.VT, Rhythm.PACED}
)
"""Rhythms that move blood, some of them badly. In all others breathing stops and pressure runs off."""

USUAL_PER_MIN = {
    Rhythm.VT: 215.0,
    Rhythm.AV_BLOCK_3: 36.0,
    Rhythm.PACED: 90.0,
    Rhythm.PACED_WITHOUT_CAPTURE: 90.0,
    Rhythm.P_WAVES_ONLY: 84.0,
    Rhythm.AGONAL: 9.0,
}
"""Rate of the rhythms that the sinus node does not lead: ventricles, spikes or, in standstill, atria (estimates)."""


class Sensor(StrEnum):
    """What is attached to the dog. Respiration is read through the ECG electrodes, as on real monitors."""

    ECG = "ecg"
    OXIMETER = "oximeter"
    ARTERIAL_LINE = "arterial_line"
    CUFF = "cuff"
    THERMOMETER = "thermometer"
    CAPNOGRAPH = "capnograph"


class Contact(StrEnum):
    """How a sensor sits. All but ``ON`` and ``OFF`` are forms of an ECG lead that came off unnoticed by the monitor."""

    ON = "on"
    OFF = "off"
    """Off, and the monitor says so."""
    RAIL = "rail"
    """The amplifier sits at its end stop."""
    DRIFT = "drift"
    """It slides to its end stop over some seconds."""
    DECAY = "decay"
    """It jumps, and an input that blocks steady voltage lets the jump run off to a quiet line."""
    FLOAT = "float"
    """The open wire is an aerial: mains and slow wandering."""
    CONSTANT = "constant"
    """The last value stands, to the bit."""


class Disturbance(StrEnum):
    """What comes from around the dog."""

    MAINS = "mains"
    """Hum; level in mV."""
    ELECTROSURGERY = "electrosurgery"
    """Bursts that drown the ECG; level 1 drives it to its rails."""


HEALTHY_REST = Vitals(84, 0.42, 99, 52, 98, 17, 1.0, 38.5, 1.0, 38, 0)
ASLEEP = Vitals(62, 0.52, 92, 50, 97.5, 14, 1.0, 38.2, 1.0, 40, 0)
SHOCK_COMPENSATED = Vitals(154, 0.04, 76, 32, 94.5, 32, 0.9, 37.7, 0.5, 32, 0.2)
SHOCK_DECOMPENSATING = Vitals(172, 0.02, 51, 22, 90.5, 38, 0.75, 36.7, 0.25, 27, 0.8)
PAIN = Vitals(142, 0.06, 117, 50, 97, 36, 0.9, 38.8, 0.8, 33, 0.3)
RALLY = Vitals(102, 0.22, 84, 43, 96.5, 21, 1.0, 37.8, 0.8, 37, 0.1)
RECOVERING = Vitals(106, 0.18, 90, 46, 97, 22, 0.95, 37.6, 0.85, 38, 0.1)
AFTER_ARREST = Vitals(136, 0.02, 74, 34, 94, 10, 1.0, 36.6, 0.6, 52, 3)
"""Just after circulation is back: fast, cool, and the carbon dioxide that waited in the tissues comes out."""
HYPOTHERMIC = Vitals(58, 0.1, 66, 36, 93, 8, 0.8, 31.2, 0.3, 29, 0.5)
OVERSEDATED = Vitals(64, 0.3, 78, 42, 91, 4, 0.6, 37.4, 0.8, 64, 0)
"""Too much opioid: breathes seldom and shallowly, carbon dioxide rises."""
HYPOXAEMIC = Vitals(158, 0.05, 108, 44, 78, 52, 1.2, 38.9, 0.7, 26, 0.5)

_TIME_CONSTANT_S = Vitals(5, 6, 8, 8, 25, 8, 8, 900, 15, 20, 10).vector()

_LOWEST = Vitals(10, 0, 16, 4, 30, 0, 0.05, 28, 0.02, 2, 0).vector()
_HIGHEST = Vitals(320, 0.6, 220, 120, 100, 120, 2.5, 43, 1.3, 90, 60).vector()


def approach(level: Vector, target: Vector, step_s: float) -> Vector:
    """First-order approach of every quantity to its target, each at its own pace."""
    moved: Vector = level + (target - level) * -np.expm1(-step_s / _TIME_CONSTANT_S)
    return moved


def within_bounds(level: Vector) -> Vector:
    """The same vector held to what a dog's body can do."""
    return np.minimum(np.maximum(level, _LOWEST), _HIGHEST)
