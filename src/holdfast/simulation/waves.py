"""What follows the beats and the breaths: arterial pressure, pleth, respiration and carbon dioxide.

Pressure is a two-element windkessel: each beat pushes in a stroke, the vessels drain it. Stroke and
drain are set from the wanted mean and pulse pressure, so that a pause, an early weak beat or an
arrest do to the pressure what they do in an artery, without being drawn.
"""

import math

import numpy as np
from scipy.signal import lfilter

from holdfast.simulation.body import FRAME_S, FRAME_TICKS, TICK_HZ, Moment
from holdfast.simulation.heart import Beat, Kind
from holdfast.simulation.lungs import Breathing
from holdfast.simulation.noise import Filtered
from holdfast.simulation.states import Contact, Sensor, Vector

PULSE_HZ = 125.0
BREATH_HZ = 62.5
ART_RESOLUTION_MMHG = 0.1
PLETH_RESOLUTION = 0.001
RESP_RESOLUTION = 0.001
CO2_RESOLUTION_MMHG = 0.1

_PULSE_COUNT = int(FRAME_TICKS * PULSE_HZ / TICK_HZ)
_PULSE_PLACES = np.arange(_PULSE_COUNT) / _PULSE_COUNT
_BREATH_EVERY = int(TICK_HZ / BREATH_HZ)

_ART_DELAY_S = 0.125
"""R peak to upstroke at a dorsal pedal catheter: pre-ejection plus travel."""
_PLETH_DELAY_S = 0.16
_REST_MMHG = 14.0
"""Where arterial pressure settles when nothing is pumped (mean filling pressure, our estimate)."""

_SHAPED_S = 0.6
"""A beat has pushed and its notch has passed by then."""
_SMOOTH = 0.25
"""One-pole damping of catheter and tubing at 125 Hz."""


def _pulse_times(moment: Moment) -> Vector:
    times: Vector = (moment.tick + 2 * np.arange(_PULSE_COUNT)) / TICK_HZ
    return times


class Artery:
    """Arterial pressure at 125 Hz in mmHg, carried from frame to frame."""

    def __init__(self, level_mmhg: float, rng: np.random.Generator) -> None:
        self._rng = rng
        self._stored = max(0.0, level_mmhg - _REST_MMHG)
        self._beats: list[tuple[float, Beat, float]] = []
        self._smooth = np.zeros(1)
        self._smooth[0] = self._stored * _SMOOTH

    def render(self, moment: Moment, beats: list[Beat], breathing: Breathing) -> Vector:
        """25 samples (0.2 s)."""
        self._take_in(moment, beats)
        times_s = _pulse_times(moment)
        mean_mmhg = max(4.0, moment.vitals.map_mmhg - _REST_MMHG)
        rate_hz = max(0.5, moment.vitals.hr_per_min / 60)
        push_mmhg = _push(moment.vitals.pulse_pressure_mmhg, mean_mmhg, rate_hz)
        drain_s = min(4.0, mean_mmhg / (push_mmhg * rate_hz)) * self._closing(times_s[0])
        flow = np.zeros(_PULSE_COUNT)
        shape = np.zeros(_PULSE_COUNT)
        for eject_s, beat, push in self._beats:
            if times_s[0] - beat.r_s > _SHAPED_S:
                continue
            since_s = times_s - beat.r_s - _ART_DELAY_S
            flow += push * beat.stroke * _ejection(since_s, eject_s)
            shape += push * beat.stroke * _notch(since_s, eject_s)
        keep = math.exp(-1 / (PULSE_HZ * drain_s))
        stored, _ = lfilter([1.0], [1.0, -keep], flow / PULSE_HZ, zi=[self._stored * keep])
        self._stored = float(stored[-1])
        rounded, self._smooth = lfilter([1 - _SMOOTH], [1.0, -_SMOOTH], stored + shape, zi=self._smooth)
        swing = 0.02 * mean_mmhg * (breathing.volume_at(_PULSE_PLACES) - 0.4)
        pressure = _REST_MMHG + rounded - swing + self._rng.normal(0, 0.12, _PULSE_COUNT)
        if moment.contacts[Sensor.ARTERIAL_LINE] is not Contact.ON:
            pressure = np.zeros(_PULSE_COUNT)
        quantised: Vector = np.round(pressure / ART_RESOLUTION_MMHG) * ART_RESOLUTION_MMHG
        return quantised

    def skip(self, moment: Moment, beats: list[Beat]) -> None:
        """Let a frame pass that nobody draws: the pressure stays about where it is, or sinks without beats."""
        self._take_in(moment, beats)
        if not self._beats or moment.tick / TICK_HZ - self._beats[-1][1].r_s > 2:
            self._stored *= math.exp(-FRAME_S / 4)

    def _take_in(self, moment: Moment, beats: list[Beat]) -> None:
        vitals = moment.vitals
        rate_hz = max(0.5, vitals.hr_per_min / 60)
        push_mmhg = _push(vitals.pulse_pressure_mmhg, max(4.0, vitals.map_mmhg - _REST_MMHG), rate_hz)
        ejection_s = 0.10 + 0.05 * min(1.0, 1 / rate_hz)
        kept = [b for b in self._beats if moment.tick / TICK_HZ - b[1].r_s < 11.2][-12:]
        self._beats = kept + [(ejection_s, beat, push_mmhg) for beat in beats if beat.stroke > 0]

    def _closing(self, now_s: float) -> float:
        """Vessels narrow as pressure falls: without a beat the run-off slows down more and more."""
        silent_s = now_s - self._beats[-1][1].r_s if self._beats else 10.0
        return 1 + 0.7 * min(10.0, max(0.0, silent_s - 1.2))


def _push(pulse_pressure_mmhg: float, mean_mmhg: float, rate_hz: float) -> float:
    """Rise that one stroke must store for the wanted pulse pressure, given what drains meanwhile."""
    # Draining during ejection eats part of the rise; 0.12 s is its length in effect.
    lost = min(0.45, 0.12 * rate_hz * pulse_pressure_mmhg / mean_mmhg)
    return pulse_pressure_mmhg / (1 - lost)


def _ejection(since_s: Vector, eject_s: float) -> Vector:
    """Flow of one stroke per second: rises fast, falls slowly; its integral is one."""
    place = np.clip(since_s / eject_s, 0.0, 1.0)
    bell: Vector = 20.0 * place * (1 - place) ** 3 / eject_s
    return bell


def _notch(since_s: Vector, eject_s: float) -> Vector:
    """Closing of the aortic valve: a short dip and the rebound after it, near zero in sum."""
    closed = since_s - eject_s - 0.03
    dip = -0.16 * np.exp(-0.5 * (closed / 0.012) ** 2)
    rebound = 0.075 * np.exp(-0.5 * ((closed - 0.05) / 0.026) ** 2)
    shape: Vector = dip + rebound
    return shape


class Pleth:
    """Oximeter pulse wave at 125 Hz, relative units around 0.4; a full pulse at rest is about 1 tall."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._beats: list[tuple[float, Beat]] = []
        self._noise = Filtered.band_pass(0.5, 12.0, PULSE_HZ, rng)
        self._motion = Filtered.band_pass(0.6, 3.5, PULSE_HZ, rng)

    def render(self, moment: Moment, beats: list[Beat], breathing: Breathing) -> Vector:
        """25 samples (0.2 s)."""
        times_s = _pulse_times(moment)
        self._beats = [b for b in self._beats if times_s[0] - b[1].r_s < 1.6]
        self._beats += [(moment.vitals.perfusion, beat) for beat in beats if beat.stroke > 0]
        wave = np.zeros(_PULSE_COUNT)
        for perfusion, beat in self._beats:
            # A press shakes the probe as well, however little flows.
            height = 0.9 * beat.stroke if beat.kind is Kind.COMPRESSION else perfusion * beat.stroke
            wave += height * _volume_pulse(times_s - beat.r_s - _PLETH_DELAY_S)
        wave += 0.06 * moment.vitals.perfusion * breathing.volume_at(_PULSE_PLACES)
        wave += 0.008 * self._noise.run(_PULSE_COUNT) + 0.7 * moment.motion * self._motion.run(_PULSE_COUNT)
        if moment.contacts[Sensor.OXIMETER] is not Contact.ON:
            wave = self._rng.normal(0, 0.001, _PULSE_COUNT)
        quantised: Vector = np.round(wave / PLETH_RESOLUTION) * PLETH_RESOLUTION
        return quantised


def _volume_pulse(since_s: Vector) -> Vector:
    """One pulse in the tissue: quick filling, slow emptying, a second small wave."""
    place = np.maximum(since_s, 0.0)
    first = (place / 0.085) ** 2 * np.exp(2 * (1 - place / 0.085))
    second = 0.32 * np.exp(-0.5 * ((place - 0.29) / 0.06) ** 2) * (place > 0)
    # Filling rides on a slow emptying, which makes the falling limb longer than the rising one.
    tail = 0.25 * (place / 0.2) * np.exp(1 - place / 0.2)
    pulse: Vector = 0.85 * first + second * np.minimum(1.0, place / 0.12) + tail
    return pulse


class Chest:
    """Thoracic impedance at 62.5 Hz in relative units; a quiet breath is about 1 tall."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._beats: list[Beat] = []
        self._motion = Filtered.band_pass(0.3, 3.0, BREATH_HZ, rng)
        self._drift = Filtered.low_pass(0.05, BREATH_HZ, rng)

    def render(self, moment: Moment, beats: list[Beat], breathing: Breathing) -> Vector:
        """12 or 13 samples: those of the frame's 50 ticks that fall on the 62.5 Hz grid."""
        ticks = _breath_ticks(moment)
        times_s = ticks / TICK_HZ
        self._beats = [b for b in self._beats if times_s[0] - b.r_s < 0.7] + beats
        wave = breathing.volume_at((ticks - moment.tick) / FRAME_TICKS)
        for beat in self._beats:
            # A stroke hardly shows in the impedance of the chest; a press on it does.
            height = 0.9 * beat.height if beat.kind is Kind.COMPRESSION else 0.045 * beat.stroke
            wave = wave - height * np.exp(-0.5 * ((times_s - beat.r_s - 0.18) / 0.06) ** 2)
        wave = wave + 0.06 * self._drift.run(len(ticks)) + 1.3 * moment.motion * self._motion.run(len(ticks))
        wave = wave + self._rng.normal(0, 0.004, len(ticks))
        if moment.contacts[Sensor.ECG] is not Contact.ON:
            wave = np.zeros(len(ticks))
        quantised: Vector = np.round(wave / RESP_RESOLUTION) * RESP_RESOLUTION
        return quantised


class Airway:
    """Carbon dioxide at the tube at 62.5 Hz in mmHg: zero breathing in, a plateau breathing out."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._level = np.zeros(1)
        self._presses: list[Beat] = []

    def render(self, moment: Moment, beats: list[Beat], breathing: Breathing) -> Vector:
        """12 or 13 samples, on the same grid as the chest."""
        ticks = _breath_ticks(moment)
        times_s = ticks / TICK_HZ
        phase = breathing.phase_at((ticks - moment.tick) / FRAME_TICKS)
        place = phase - np.floor(phase)
        # The dead space empties first; then the plateau slopes up a little to its end-tidal value.
        out = (place > 0.46) & (moment.vitals.rr_per_min > 1)
        plateau = moment.vitals.etco2_mmhg * (0.92 + 0.08 * np.clip((place - 0.46) / 0.54, 0, 1))
        self._presses = [b for b in self._presses if times_s[0] - b.r_s < 0.7]
        self._presses += [b for b in beats if b.kind is Kind.COMPRESSION]
        for press in self._presses:
            # The pressed chest pushes air past the sensor and draws some back.
            plateau = plateau * (1 - 0.35 * np.exp(-0.5 * ((times_s - press.r_s - 0.2) / 0.07) ** 2))
        keep = math.exp(-1 / (BREATH_HZ * 0.07))
        raw, self._level = lfilter([1 - keep], [1.0, -keep], np.where(out, plateau, 0.0), zi=self._level)
        wave = np.maximum(0.0, raw + self._rng.normal(0, 0.08, len(ticks)))
        quantised: Vector = np.round(wave / CO2_RESOLUTION_MMHG) * CO2_RESOLUTION_MMHG
        return quantised


def _breath_ticks(moment: Moment) -> Vector:
    """Ticks of this frame on the 62.5 Hz grid, which counts from the live moment."""
    first = -(-moment.tick // _BREATH_EVERY) * _BREATH_EVERY
    ticks: Vector = np.arange(first, moment.tick + FRAME_TICKS, _BREATH_EVERY, dtype=np.float64)
    return ticks
