"""What an ECG input shows while a lead is off the skin, in each of the ways that this looks."""

import math

import numpy as np

from holdfast.simulation.body import FRAME_TICKS, TICK_HZ, Moment
from holdfast.simulation.noise import Filtered
from holdfast.simulation.states import Contact, Sensor, Vector

RAIL_MV = 5.0

_DRIFT_S = 2.5
_DECAY_MV, _DECAY_S = 3.2, 1.1
_FLOAT_MAINS_MV, _FLOAT_WANDER_MV = 0.35, 0.5
_RECOVERY_MV, _RECOVERY_S = 2.2, 0.9
"""After the leads are back on, the input settles from this offset with this time constant."""


class LooseLead:
    """Carries the noise of an open input from frame to frame."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._aerial = Filtered.low_pass(0.6, TICK_HZ, rng)

    def render(self, moment: Moment, times_s: Vector, last_mv: float) -> Vector:
        """50 samples in place of the trace; ``last_mv`` is the last value that was drawn."""
        noise_mv = self._rng.normal(0, 0.002, FRAME_TICKS)
        since_s = moment.ecg_contact_for_s + times_s - times_s[0]
        match moment.contacts[Sensor.ECG]:
            case Contact.CONSTANT:
                return np.full(FRAME_TICKS, last_mv)
            case Contact.DRIFT:
                slid: Vector = -RAIL_MV * np.minimum(1.0, since_s / _DRIFT_S) + noise_mv
                return slid
            case Contact.DECAY:
                ran_off: Vector = _DECAY_MV * np.exp(-since_s / _DECAY_S) + noise_mv
                return ran_off
            case Contact.FLOAT:
                hum = _FLOAT_MAINS_MV * np.sin(2 * math.pi * 50.0 * times_s)
                floating: Vector = hum + _FLOAT_WANDER_MV * self._aerial.run(FRAME_TICKS) + 10 * noise_mv
                return floating
            case _:
                return RAIL_MV + noise_mv


def settling(moment: Moment, times_s: Vector) -> Vector:
    """What is left of the jump at the moment when the leads were put back on."""
    since_s = moment.ecg_contact_for_s + times_s - times_s[0]
    rest: Vector = _RECOVERY_MV * np.exp(-since_s / _RECOVERY_S)
    return rest
