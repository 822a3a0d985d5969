"""The slow half of the dog: where each vital sign stands now, given its course, touches and treatments.

One ``Body`` steps in frames of 0.2 s. What it does depends only on the scenario, its seed and the
times of what was done to it.
"""

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from holdfast.record.events import Strength
from holdfast.simulation.changes import (
    DEFAULT_RESPONSES,
    Change,
    Compress,
    Cue,
    Disturb,
    HeadFor,
    Move,
    Pause,
    Respond,
    Response,
    Run,
    SetContact,
    SetRhythm,
    Touch,
    Treat,
    Ventilate,
)
from holdfast.simulation.scenario import Scenario
from holdfast.simulation.states import (
    CIRCULATING,
    USUAL_PER_MIN,
    Contact,
    Disturbance,
    Rhythm,
    Sensor,
    Vector,
    Vitals,
    approach,
    within_bounds,
)

TICK_HZ = 250
FRAME_TICKS = 50
FRAME_S = FRAME_TICKS / TICK_HZ

_CUE_GAP_S = 60.0
"""A cue that a script and a driver both give within this time is played once."""

_PAIN = Response(
    hr_per_min=38, map_mmhg=22, pulse_pressure_mmhg=5, rr_per_min=16, vpc_per_min=14,
    begin_s=0.4, rise_s=0.9, hold_s=3.0, fade_s=9.0,
)  # fmt: skip
_STARTLE = Response(hr_per_min=2.0, map_mmhg=0.5, begin_s=0.4, rise_s=0.8, hold_s=1.5, fade_s=3.0)
_TOUCH_SCALE = {Strength.LIGHT: 0.45, Strength.MODERATE: 0.75, Strength.FIRM: 1.0}

_NO_FLOW = Vitals(0, 0, 0, 0, -25, -200, 0, 0, -1, -34, 0).vector()
"""Added to the course while nothing circulates: breathing stops, saturation and carbon dioxide fall."""
_CPR_FLOW = Vitals(0, 0, 0, 0, -14, -200, 0, 0, -0.8, -22, 0).vector()
"""The same while the chest is compressed (our estimate)."""

# Slow wandering of a living body: standard deviation as share of the level, and time constant.
_WANDER_SHARE = Vitals(0.025, 0, 0.022, 0.03, 0.004, 0.05, 0.06, 0, 0.05, 0.03, 0).vector()
_WANDER_S = 18.0


@dataclass(frozen=True)
class Moment:
    """Where the body stands for one frame of 0.2 s."""

    tick: int
    """First tick of the frame, in ticks of 4 ms from the live moment."""
    vitals: Vitals
    rhythm: Rhythm
    rhythm_for_s: float
    """How long this rhythm has lasted."""
    rhythm_per_min: float
    """Its rate, where the sinus node does not lead."""
    pausing: bool
    run: Run | None
    """A run of ventricular beats that begins in this frame."""
    compressed_per_min: float
    """Rate of the chest compressions, 0 for none."""
    motion: float
    mains_mv: float
    surgery: float
    contacts: Mapping[Sensor, Contact]
    ecg_contact_for_s: float
    """How long the ECG leads have sat as they do; infinite when that never changed."""


@dataclass(frozen=True)
class _Running:
    at_s: float
    scale: float
    response: Response
    delta: Vector


@dataclass(frozen=True)
class _Episode:
    """The dog moves (``disturbance`` None), or something disturbs the ECG."""

    disturbance: Disturbance | None
    began_s: float
    duration_s: float
    level: float


class Body:
    """Carries the state; ``step()`` gives the next frame. Times are seconds from the live moment."""

    def __init__(self, scenario: Scenario, *, start_tick: int, rng: np.random.Generator) -> None:
        self._scenario = scenario
        self._rng = rng
        self._tick = start_tick
        self._level = scenario.begin.vector()
        self._ramp = (self._level, self._level, self.now_s, self.now_s)
        self._wander = np.zeros_like(self._level)
        self._running: list[_Running] = []
        self._episodes: list[_Episode] = []
        self._queue: list[tuple[float, int, Change]] = []
        self._queued = 0
        self._cue_played_s: dict[str, float] = {}
        self._rhythm = Rhythm.SINUS
        self._rhythm_since_s = self.now_s
        self._rhythm_per_min = 0.0
        self._run: Run | None = None
        self._compress_until_s = -math.inf
        self._compress_per_min = 0.0
        self._ventilated_per_min = 0.0
        self._pause_until_s = -math.inf
        self._contacts = dict.fromkeys(scenario.sensors, Contact.ON)
        self._ecg_contact_since_s = -math.inf
        for timed in scenario.course:
            self.schedule(timed.at_s, timed.change)

    @property
    def now_s(self) -> float:
        """Start of the next frame."""
        return self._tick / TICK_HZ

    def schedule(self, at_s: float, change: Change) -> None:
        """Let a change happen at ``at_s``; one that is already past happens at the next frame."""
        heapq.heappush(self._queue, (at_s, self._queued, change))
        self._queued += 1

    def touch(self, side: str, region: str, strength: Strength, at_s: float) -> None:
        """A press on the body: a surge where it hurts, next to nothing elsewhere."""
        hurts = (side, region) in self._scenario.painful
        scale = _TOUCH_SCALE[strength] * (self._pain_factor(at_s) if hurts else 1.0)
        self._begin(at_s, _PAIN if hurts else _STARTLE, scale)
        if hurts and strength is not Strength.LIGHT:
            self.schedule(at_s + 0.2, Move(duration_s=1.2, level=0.35 * scale))

    def treat(self, category: str, at_s: float) -> None:
        """Give a treatment; a category nobody scripted does nothing."""
        response = self._scenario.responses.get(category, DEFAULT_RESPONSES.get(category, Response()))
        self._begin(at_s, response, 1.0)

    def step(self) -> Moment:
        """Advance by one frame."""
        now_s = self.now_s
        self._run = None
        while self._queue and self._queue[0][0] <= now_s:
            _, _, change = heapq.heappop(self._queue)
            self._apply(change, now_s)
        self._level = approach(self._level, self._target(now_s), FRAME_S)
        keep = math.exp(-FRAME_S / _WANDER_S)
        self._wander = self._wander * keep + self._rng.standard_normal(len(self._wander)) * math.sqrt(1 - keep * keep)
        vitals = Vitals(*within_bounds(self._level * (1 + self._wander * _WANDER_SHARE) + self._added(now_s)).tolist())
        if self._ventilated_per_min:
            vitals = vitals._replace(rr_per_min=self._ventilated_per_min, tidal=1.0)
        moment = Moment(
            tick=self._tick,
            vitals=vitals,
            rhythm=self._rhythm,
            rhythm_for_s=now_s - self._rhythm_since_s,
            rhythm_per_min=self._rhythm_per_min,
            pausing=now_s < self._pause_until_s,
            run=self._run,
            compressed_per_min=self._compress_per_min if self._compressing(now_s) else 0.0,
            motion=self._strongest(None, now_s),
            mains_mv=self._strongest(Disturbance.MAINS, now_s),
            surgery=self._strongest(Disturbance.ELECTROSURGERY, now_s),
            contacts=dict(self._contacts),
            ecg_contact_for_s=now_s - self._ecg_contact_since_s,
        )
        self._tick += FRAME_TICKS
        return moment

    def _apply(self, change: Change, now_s: float) -> None:
        match change:
            case HeadFor(vitals, over_s):
                self._ramp = (self._target(now_s), vitals.vector(), now_s, now_s + over_s)
            case SetRhythm(rhythm, per_min):
                self._rhythm, self._rhythm_since_s = rhythm, now_s
                self._rhythm_per_min = per_min or USUAL_PER_MIN.get(rhythm, 0.0)
            case SetContact(sensor, contact):
                if sensor is Sensor.ECG and contact is not self._contacts[sensor]:
                    self._ecg_contact_since_s = now_s
                self._contacts[sensor] = contact
            case Move(duration_s, level):
                self._episodes.append(_Episode(None, now_s, duration_s, level))
            case Disturb(disturbance, duration_s, level):
                self._episodes.append(_Episode(disturbance, now_s, duration_s, level))
            case Run():
                self._run = change
            case Compress(duration_s, per_min):
                self._compress_until_s, self._compress_per_min = now_s + duration_s, per_min
            case Ventilate(per_min):
                self._ventilated_per_min = per_min
            case Pause(duration_s):
                self._pause_until_s = now_s + duration_s
            case Touch(side, region, strength):
                self.touch(side, region, strength, now_s)
            case Treat(category):
                self.treat(category, now_s)
            case Respond(response):
                self._begin(now_s, response, 1.0)
            case Cue(name):
                self._play(name, now_s)

    def _play(self, name: str, now_s: float) -> None:
        if now_s - self._cue_played_s.get(name, -math.inf) < _CUE_GAP_S:
            return
        self._cue_played_s[name] = now_s
        for timed in self._scenario.cues[name]:
            self.schedule(now_s + timed.at_s, timed.change)

    def _target(self, now_s: float) -> Vector:
        begin, end, from_s, to_s = self._ramp
        done = 1.0 if now_s >= to_s else (now_s - from_s) / (to_s - from_s)
        target: Vector = begin + (end - begin) * done
        if self._rhythm in CIRCULATING:
            return target
        return within_bounds(target + (_CPR_FLOW if self._compressing(now_s) else _NO_FLOW))

    def _compressing(self, now_s: float) -> bool:
        return now_s < self._compress_until_s

    def _begin(self, at_s: float, response: Response, scale: float) -> None:
        delta = Vitals(
            response.hr_per_min, 0, response.map_mmhg, response.pulse_pressure_mmhg, response.spo2_pct,
            response.rr_per_min, 0, 0, response.perfusion, 0, response.vpc_per_min,
        )  # fmt: skip
        self._running.append(_Running(at_s + response.begin_s, scale, response, delta.vector() * scale))

    def _added(self, now_s: float) -> Vector:
        total = np.zeros_like(self._level)
        still = []
        for run in self._running:
            share = _share(run.response, now_s - run.at_s)
            total += run.delta * share
            if share > 0.005 or now_s - run.at_s < run.response.hold_s:
                still.append(run)
        self._running = still
        return total

    def _pain_factor(self, at_s: float) -> float:
        factor = 1.0
        for run in self._running:
            factor *= 1 + (run.response.pain_factor - 1) * _share(run.response, at_s - run.at_s)
        return factor

    def _strongest(self, disturbance: Disturbance | None, now_s: float) -> float:
        """The strongest episode of a kind now, swelling and ebbing over a quarter of a second."""
        self._episodes = [e for e in self._episodes if now_s < e.began_s + e.duration_s + 1.0]
        level = 0.0
        for episode in self._episodes:
            if episode.disturbance is disturbance:
                edge = min(now_s - episode.began_s, episode.began_s + episode.duration_s - now_s) / 0.25
                level = max(level, episode.level * min(1.0, max(0.0, edge + 0.5)))
        return level


def _share(response: Response, since_s: float) -> float:
    """How much of a response is there ``since_s`` seconds after it began, 0 to 1."""
    if since_s <= 0:
        return 0.0
    risen = -math.expm1(-since_s / response.rise_s)
    return risen * math.exp(-max(0.0, since_s - response.hold_s) / response.fade_s)
