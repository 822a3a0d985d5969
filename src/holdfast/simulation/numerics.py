"""The numbers a bedside monitor would show for this dog: averaged, rounded, late, and absent when it cannot know.

The display averages what the sensors saw in the last seconds, as monitors do, so the numbers agree
with the drawn waves and lag behind a sudden change a little.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from holdfast.simulation.body import FRAME_S, TICK_HZ
from holdfast.simulation.dog import Frame
from holdfast.simulation.ecg import fibrillation_mv
from holdfast.simulation.heart import VENTRICULAR, Kind
from holdfast.simulation.lungs import SUBSTEPS
from holdfast.simulation.states import CIRCULATING, Contact, Sensor, Vector
from holdfast.simulation.waves import PULSE_HZ

ART_WINDOW_S = 4.0
"""Pressure is averaged over this time; a driver that skips waves must draw pressure for at least so long."""

_HR_BEATS = 10
_HR_STANDSTILL_S = 4.0
"""Without a QRS for this long the rate shown is 0."""
_PULSE_LOST_S = 8.0
_SPO2_AVERAGE_S = 10.0
_RESP_WINDOW_S = 30.0
_APNOEA_S = 20.0
_COUNTED = VENTRICULAR | {Kind.COMPRESSION}
"""What the monitor takes for a QRS: a press on the chest as well, as monitors do."""
_FIBRILLATION_SEEN_MV = 0.03
"""Finer waves are a flat line to the monitor."""
_FEELABLE = 0.3
"""Weaker strokes (early beats) make no pulse that an oximeter counts."""


@dataclass(frozen=True)
class Reading:
    """One number, or why there is none (``value`` is None and ``reason`` says it)."""

    key: str
    value: float | None
    reason: str = ""


class Display:
    """Carries what the monitor remembers of the last seconds."""

    def __init__(self, sensors: frozenset[Sensor], rng: np.random.Generator) -> None:
        self._sensors = sensors
        self._rng = rng
        self._r_s: deque[float] = deque(maxlen=_HR_BEATS + 1)
        self._pulse_s: deque[float] = deque(maxlen=_HR_BEATS + 1)
        self._upstroke_s: deque[float] = deque(maxlen=40)
        self._breath_s: deque[float] = deque(maxlen=40)
        self._art: deque[Vector] = deque(maxlen=round(ART_WINDOW_S / FRAME_S))
        self._spo2: float | None = None
        self._ecg_since_s = 0.0
        self._last: Frame | None = None

    def watch(self, frame: Frame) -> None:
        """Take in the next frame."""
        self._mind_contacts(frame)
        ecg_on = frame.moment.contacts.get(Sensor.ECG) is Contact.ON
        for beat in frame.beats:
            if ecg_on and beat.kind in _COUNTED:
                self._r_s.append(beat.r_s)
            if beat.stroke > _FEELABLE and frame.moment.contacts.get(Sensor.OXIMETER) is Contact.ON:
                self._pulse_s.append(beat.r_s)
            if beat.stroke > 0:
                self._upstroke_s.append(beat.r_s)
        if ecg_on and math.floor(frame.breathing.phase[-1]) > math.floor(frame.breathing.phase[0]):
            begun = np.flatnonzero(np.diff(np.floor(frame.breathing.phase)) > 0)
            self._breath_s.extend(frame.moment.tick / TICK_HZ + begun * FRAME_S / SUBSTEPS)
        if "art" in frame.waves:
            self._art.append(frame.waves["art"])
        self._follow_saturation(frame)
        self._last = frame

    def read(self, now_s: float) -> list[Reading]:
        """What stands on the screen at ``now_s`` (the end of the last frame). Spot values are read apart."""
        if self._last is None:
            return []
        readings: list[Reading] = []
        if Sensor.ECG in self._sensors:
            readings += [self._heart_rate(now_s), self._breath_rate(now_s)]
        if Sensor.OXIMETER in self._sensors:
            readings += self._oximetry(now_s)
        if Sensor.ARTERIAL_LINE in self._sensors:
            readings += self._pressure(now_s)
        if Sensor.CAPNOGRAPH in self._sensors:
            vitals = self._last.moment.vitals
            readings.append(Reading("etco2", float(round(vitals.etco2_mmhg)) if vitals.rr_per_min > 2 else 0.0))
        return readings

    def read_temperature(self) -> Reading:
        """Temperature with one decimal."""
        assert self._last is not None
        if self._off(Sensor.THERMOMETER):
            return Reading("temp", None, "The temperature probe is off.")
        return Reading("temp", round(self._last.moment.vitals.temp_c + float(self._rng.normal(0, 0.03)), 1))

    def read_cuff(self) -> list[Reading]:
        """One inflation: oscillometry scatters, and finds nothing without a pulse."""
        assert self._last is not None
        keys = ("nibp_sys", "nibp_dia", "nibp_mean")
        vitals, moment = self._last.moment.vitals, self._last.moment
        if self._off(Sensor.CUFF):
            return [Reading(key, None, "The cuff is off.") for key in keys]
        if moment.rhythm not in CIRCULATING or vitals.pulse_pressure_mmhg < 8 or moment.motion > 0.3:
            return [Reading(key, None, "The cuff found no pulse it could measure.") for key in keys]
        scatter = self._rng.normal(0, 1, 3) * (3.5, 3.0, 2.5)
        mean = vitals.map_mmhg + scatter[2]
        top = mean + 0.62 * vitals.pulse_pressure_mmhg + scatter[0]
        bottom = mean - 0.36 * vitals.pulse_pressure_mmhg + scatter[1]
        return [Reading(key, float(round(v))) for key, v in zip(keys, (top, bottom, mean), strict=True)]

    def contacts(self) -> Mapping[Sensor, Contact]:
        """How each sensor sits, as the last frame had it."""
        return {} if self._last is None else self._last.moment.contacts

    def _mind_contacts(self, frame: Frame) -> None:
        """Forget what a sensor said once it has come off."""
        before, now = self.contacts(), frame.moment.contacts
        if before.get(Sensor.ECG) is not now.get(Sensor.ECG):
            self._r_s.clear()
            self._breath_s.clear()
            self._ecg_since_s = frame.moment.tick / TICK_HZ
        if now.get(Sensor.OXIMETER) is not Contact.ON:
            self._pulse_s.clear()
            self._spo2 = None

    def _off(self, sensor: Sensor) -> bool:
        """Off as far as the monitor knows: it has not noticed a trace at the rail."""
        return self.contacts().get(sensor) is Contact.OFF

    def _heart_rate(self, now_s: float) -> Reading:
        if self._off(Sensor.ECG):
            return Reading("hr", None, "The ECG leads are off.")
        assert self._last is not None
        rhythm, age_s = self._last.moment.rhythm, self._last.moment.rhythm_for_s
        if age_s > 1 and fibrillation_mv(rhythm, age_s) > _FIBRILLATION_SEEN_MV:
            return Reading("hr", None, "The monitor found no beats to count in the ECG.")
        last_s = self._r_s[-1] if self._r_s else self._ecg_since_s
        if now_s - last_s > _HR_STANDSTILL_S:
            return Reading("hr", 0.0)
        if len(self._r_s) < 3:
            return Reading("hr", None, "The monitor has counted too few beats yet.")
        return Reading("hr", float(round(60 / _trimmed_mean(np.diff(self._r_s)))))

    def _breath_rate(self, now_s: float) -> Reading:
        if self._off(Sensor.ECG):
            return Reading("rr", None, "The ECG leads are off, and breathing is read through them.")
        recent = [at for at in self._breath_s if now_s - at < _RESP_WINDOW_S]
        if now_s - (recent[-1] if recent else self._ecg_since_s) > _APNOEA_S:
            return Reading("rr", 0.0)
        if len(recent) < 2:
            if now_s - self._ecg_since_s < _RESP_WINDOW_S:
                return Reading("rr", None, "The monitor has counted too few breaths yet.")
            return Reading("rr", 60 / _RESP_WINDOW_S)
        return Reading("rr", float(round(60 * (len(recent) - 1) / (recent[-1] - recent[0]))))

    def _oximetry(self, now_s: float) -> list[Reading]:
        if self._off(Sensor.OXIMETER):
            why = "The oximeter probe is off."
        elif len(self._pulse_s) < 3 or now_s - self._pulse_s[-1] > _PULSE_LOST_S or self._spo2 is None:
            why = "The oximeter finds no pulse."
        else:
            pulse = float(round(60 / _trimmed_mean(np.diff(self._pulse_s))))
            return [Reading("spo2", float(min(100, round(self._spo2)))), Reading("pulse", pulse)]
        return [Reading("spo2", None, why), Reading("pulse", None, why)]

    def _pressure(self, now_s: float) -> list[Reading]:
        keys = ("art_sys", "art_dia", "art_mean")
        if self._off(Sensor.ARTERIAL_LINE):
            return [Reading(key, None, "The arterial line is disconnected.") for key in keys]
        if not self._art:
            return []
        wave = np.concatenate(self._art)
        began_s = now_s - len(wave) / PULSE_HZ
        # A beat's top and bottom: from a little before its upstroke to the same point of the next.
        edges = [round((at + 0.05 - began_s) * PULSE_HZ) for at in self._upstroke_s]
        edges = sorted({edge for edge in edges if 0 <= edge < len(wave)})
        beats = [wave[a:b] for a, b in pairwise(edges) if b - a > 10] or [wave]
        top = float(np.mean([beat.max() for beat in beats]))
        bottom = float(np.mean([beat.min() for beat in beats]))
        return [Reading(k, float(round(v))) for k, v in zip(keys, (top, bottom, float(wave.mean())), strict=True)]

    def _follow_saturation(self, frame: Frame) -> None:
        if Sensor.OXIMETER not in self._sensors or frame.moment.contacts[Sensor.OXIMETER] is not Contact.ON:
            return
        vitals = frame.moment.vitals
        # A weak or shaken pulse reads low and wanders: the oximeter's own weakness, not the dog's.
        shaken = frame.moment.motion * 9 + max(0.0, 0.35 - vitals.perfusion) * 3
        seen = min(100.0, vitals.spo2_pct - shaken + float(self._rng.normal(0, 1.2 + 2 * shaken)))
        share = FRAME_S / _SPO2_AVERAGE_S
        self._spo2 = vitals.spo2_pct if self._spo2 is None else self._spo2 + (seen - self._spo2) * share


def _trimmed_mean(intervals_s: Vector) -> float:
    """Mean without the longest and the shortest, as monitors average heart rate."""
    if len(intervals_s) < 5:
        return float(intervals_s.mean())
    return float((intervals_s.sum() - intervals_s.max() - intervals_s.min()) / (len(intervals_s) - 2))
