"""A simulated dog as a bedside monitor says it: one message a second, always of origin ``simulated``.

Pure given scenario, run id and times: the driver passes the instants and sends what comes back.
"""

from collections.abc import Iterator, Set

import numpy as np

from holdfast.kernel.time import US_PER_S
from holdfast.record.events import Strength
from holdfast.record.monitor import Alert, MonitorMessage, Numeric, Origin, Refusal, Wave
from holdfast.simulation.body import FRAME_S, FRAME_TICKS, TICK_HZ
from holdfast.simulation.changes import Change, Cue
from holdfast.simulation.dog import ALL_WAVES, EVERY_TICKS, Dog, Frame
from holdfast.simulation.ecg import RESOLUTION_MV
from holdfast.simulation.numerics import ART_WINDOW_S, Display, Reading
from holdfast.simulation.scenario import Scenario
from holdfast.simulation.states import Contact, Sensor, Vector
from holdfast.simulation.waves import (
    ART_RESOLUTION_MMHG,
    CO2_RESOLUTION_MMHG,
    PLETH_RESOLUTION,
    RESP_RESOLUTION,
)

_NUMERICS = {
    "hr": ("147842", "MDC_ECG_HEART_RATE", "/min"),
    "pulse": ("149530", "MDC_PULS_OXIM_PULS_RATE", "/min"),
    "spo2": ("150456", "MDC_PULS_OXIM_SAT_O2", "%"),
    "rr": ("151562", "MDC_RESP_RATE", "/min"),
    "nibp_sys": ("150301", "MDC_PRESS_CUFF_SYS", "mmHg"),
    "nibp_dia": ("150302", "MDC_PRESS_CUFF_DIA", "mmHg"),
    "nibp_mean": ("150303", "MDC_PRESS_CUFF_MEAN", "mmHg"),
    "art_sys": ("150033", "MDC_PRESS_BLD_ART_SYS", "mmHg"),
    "art_dia": ("150034", "MDC_PRESS_BLD_ART_DIA", "mmHg"),
    "art_mean": ("150035", "MDC_PRESS_BLD_ART_MEAN", "mmHg"),
    "temp": ("150344", "MDC_TEMP", "degC"),
    "etco2": ("151712", "MDC_CONC_AWAY_CO2_EXP", "mmHg"),
}
# Code 0: no sender that we have seen gives a number for these two.
_WAVES = {
    "ecg_ii": ("131330", "MDC_ECG_ELEC_POTL_II", "mV", RESOLUTION_MV, Sensor.ECG),
    "pleth": ("150452", "MDC_PULS_OXIM_PLETH", "1", PLETH_RESOLUTION, Sensor.OXIMETER),
    "art": ("150032", "MDC_PRESS_BLD_ART", "mmHg", ART_RESOLUTION_MMHG, Sensor.ARTERIAL_LINE),
    "resp": ("0", "MDC_IMPED_TTHOR", "1", RESP_RESOLUTION, Sensor.ECG),
    "co2": ("0", "MDC_CONC_AWAY_CO2", "mmHg", CO2_RESOLUTION_MMHG, Sensor.CAPNOGRAPH),
}
_OFF_WORDS = {
    Sensor.ECG: "ECG leads off",
    Sensor.OXIMETER: "SpO2 probe off",
    Sensor.ARTERIAL_LINE: "Arterial line disconnected",
    Sensor.CUFF: "Cuff off",
    Sensor.THERMOMETER: "Temperature probe off",
    Sensor.CAPNOGRAPH: "CO2 line disconnected",
}
_FRAMES_PER_S = round(1 / FRAME_S)
_CUFF_EVERY_S = 300
_TEMP_EVERY_S = 10
_HISTORY_EVERY_S = 10
_HISTORY_WAVES_S = 90
"""Waves are kept for this long before the live moment, so that a screen opens on a running trace."""
_SETTLE_S = 40
"""The dog runs this long before its first message, so that averages and breaths are there."""
_NO_WAVES: frozenset[str] = frozenset()
_PRESSURE = frozenset({"art"})


class SimulatedMonitor:
    """One scenario on one bed.

    Call :meth:`history` once with the live instant and send what it yields, then :meth:`message_at` for each
    second in order (skipped seconds pass unseen). Without ``history`` the first instant asked for is the live
    moment. Acts at the bedside (``touch``, ``treat``, ``cue``) take effect in the next 0.2 s that is made; an
    act before the first message raises ``ValueError``, because there is no live moment yet to place it by.
    """

    def __init__(self, scenario: Scenario, bed: str, *, device_key: str = "", run_id: str = "1") -> None:
        self.scenario = scenario
        self.bed = bed
        self.device = device_key or f"HOLDFAST_SIM:{scenario.name}"
        self._run_id = run_id
        self._dog = Dog(scenario, start_s=-scenario.history_min * 60 - _SETTLE_S)
        self._display = Display(scenario.sensors, np.random.default_rng([scenario.seed, 9]))
        self._live_us: int | None = None
        self._alerted: dict[Sensor, Contact] = {}

    def history(self, live_us: int) -> Iterator[MonitorMessage]:
        """What the monitor said before the live moment: numerics every 10 s, and each of the last 90 s with waves.

        ``live_us`` is cut to a whole second. Messages come in order of time.
        """
        live_us = self._set_live(live_us)
        first_s = -self.scenario.history_min * 60
        for second in range(first_s, -_HISTORY_WAVES_S, _HISTORY_EVERY_S):
            self._pass_until(second + 1 - ART_WINDOW_S, _NO_WAVES)
            self._pass_until(second + 1, _PRESSURE)
            yield self._message(live_us + second * US_PER_S, [])
        for second in range(-_HISTORY_WAVES_S, 0):
            yield self.message_at(live_us + second * US_PER_S)

    def message_at(self, second_start_us: int) -> MonitorMessage:
        """The message for the second that begins at ``second_start_us`` (cut to a whole second).

        Raises ``ValueError`` for a second that has already passed: a dog lives forwards.
        """
        live_us = self._set_live(second_start_us) if self._live_us is None else self._live_us
        second = (second_start_us - live_us) // US_PER_S
        if second < round(self._dog.now_s):
            raise ValueError(f"second {second} from the live moment has already passed in {self.scenario.name}")
        self._pass_until(second - ART_WINDOW_S, _NO_WAVES)
        self._pass_until(second, _PRESSURE)
        return self._message(live_us + second * US_PER_S, self._pass_until(second + 1, ALL_WAVES))

    def touch(self, side: str, region: str, strength: Strength, at_us: int) -> None:
        """Somebody presses on the dog (keys of the body chart)."""
        self._dog.touch(side, region, strength, self._since_live_s(at_us))

    def treat(self, category: str, at_us: int) -> None:
        """Somebody gives a treatment (category as in ``TreatmentGiven``)."""
        self._dog.treat(category, self._since_live_s(at_us))

    def cue(self, name: str, at_us: int) -> None:
        """Play a named part of the scenario; a name it does not have does nothing."""
        if name in self.scenario.cues:
            self.change(Cue(name), at_us)

    def change(self, change: Change, at_us: int) -> None:
        """Let anything happen (a lead falls off, the heart stops): for drills and tests."""
        self._dog.schedule(self._since_live_s(at_us), change)

    def _set_live(self, at_us: int) -> int:
        if self._live_us is not None:
            raise ValueError("the live moment of this simulated monitor is already set")
        self._live_us = at_us - at_us % US_PER_S
        return self._live_us

    def _since_live_s(self, at_us: int) -> float:
        if self._live_us is None:
            raise ValueError("this simulated monitor has not said anything yet, so it has no live moment")
        return (at_us - self._live_us) / US_PER_S

    def _pass_until(self, end_s: float, waves: Set[str]) -> list[Frame]:
        frames = []
        while round(self._dog.now_s * TICK_HZ) + FRAME_TICKS <= round(end_s * TICK_HZ):
            frame = self._dog.frame(waves)
            self._display.watch(frame)
            frames.append(frame)
        return frames[-_FRAMES_PER_S:]

    def _message(self, start_us: int, frames: list[Frame]) -> MonitorMessage:
        assert self._live_us is not None
        second = (start_us - self._live_us) // US_PER_S
        readings = self._display.read(self._dog.now_s)
        if Sensor.THERMOMETER in self.scenario.sensors and second % _TEMP_EVERY_S == 0:
            readings.append(self._display.read_temperature())
        if Sensor.CUFF in self.scenario.sensors and second % _CUFF_EVERY_S == 0:
            readings += self._display.read_cuff()
        return MonitorMessage(
            device=self.device,
            control_id=f"{self._run_id}-{self.scenario.name}-{start_us // US_PER_S}",
            sent_us=start_us + US_PER_S,
            origin=Origin.SIMULATED,
            numerics=tuple(_numeric(r.key, r.value, start_us) for r in readings if r.value is not None),
            waves=_waves(frames, start_us),
            refused=tuple(_refusal(reading) for reading in readings if reading.value is None),
            alerts=self._alerts(start_us),
        )

    def _alerts(self, at_us: int) -> tuple[Alert, ...]:
        """Technical alerts, as a monitor raises them: once when a sensor goes, once when it is back."""
        contacts = self._display.contacts()
        alerts = []
        for sensor, contact in contacts.items():
            before = self._alerted.get(sensor, Contact.ON)
            if (contact is Contact.OFF) != (before is Contact.OFF):
                phase = "start" if contact is Contact.OFF else "end"
                alerts.append(
                    Alert(text=_OFF_WORDS[sensor], priority="low", kind="technical", phase=phase, at_us=at_us)
                )
        self._alerted = dict(contacts)
        return tuple(alerts)


def _numeric(key: str, value: float, at_us: int) -> Numeric:
    code, name, unit = _NUMERICS[key]
    return Numeric(key=key, code=code, name=name, value=value, unit=unit, at_us=at_us)


def _refusal(reading: Reading) -> Refusal:
    code, name, unit = _NUMERICS[reading.key]
    return Refusal(segment=f"simulated {code}^{name}: no value ({unit})", reason=reading.reason, key=reading.key)


def _waves(frames: list[Frame], start_us: int) -> tuple[Wave, ...]:
    """The waves of one second. Every frame of it has the same keys."""
    waves = []
    for key in frames[0].waves if frames else ():
        code, name, unit, resolution, sensor = _WAVES[key]
        samples: Vector = np.concatenate([frame.waves[key] for frame in frames])
        every = EVERY_TICKS[key]
        # The 62.5 Hz grid does not meet every whole second: the first sample can lie a little inside it.
        offset_ticks = -frames[0].moment.tick % every
        waves.append(
            Wave(
                key=key,
                code=code,
                name=name,
                unit=unit,
                rate_hz=TICK_HZ / every,
                start_us=start_us + offset_ticks * US_PER_S // TICK_HZ,
                samples=samples.astype("<f4").tobytes(),
                resolution=resolution,
                inoperative=any(frame.moment.contacts[sensor] is Contact.OFF for frame in frames),
            )
        )
    return tuple(waves)
