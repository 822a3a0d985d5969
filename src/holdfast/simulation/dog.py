"""A whole dog: physiology to waveforms, sample by sample, the same whatever the chunks.

Everything inside moves in frames of 0.2 s; ``run`` cuts any length of ticks out of them, so a
caller's chunk size can never change a sample.
"""

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from holdfast.record.events import Strength
from holdfast.simulation.body import FRAME_TICKS, TICK_HZ, Body, Moment
from holdfast.simulation.changes import Change
from holdfast.simulation.ecg import EcgTrace
from holdfast.simulation.heart import Beat, Heart
from holdfast.simulation.lungs import Breathing, Lungs
from holdfast.simulation.scenario import Scenario
from holdfast.simulation.states import Sensor, Vector
from holdfast.simulation.waves import Airway, Artery, Chest, Pleth

_NOTHING = np.zeros(0)
EVERY_TICKS = {"ecg_ii": 1, "art": 2, "pleth": 2, "resp": 4, "co2": 4}
"""Wave key -> ticks of 4 ms between its samples."""
ALL_WAVES = frozenset(EVERY_TICKS)


@dataclass(frozen=True)
class Frame:
    """0.2 s of the dog: what it is, what fired, and what the sensors draw."""

    moment: Moment
    beats: tuple[Beat, ...]
    breathing: Breathing
    waves: dict[str, Vector]


class Dog:
    """One simulated dog from ``start_s`` (seconds from the live moment; history is negative).

    Not thread-safe. Times of ``touch``, ``treat`` and ``schedule`` are seconds from the live moment;
    one that lies before :attr:`now_s` takes effect at once.
    """

    def __init__(self, scenario: Scenario, *, start_s: float) -> None:
        start_tick = round(start_s * TICK_HZ / FRAME_TICKS) * FRAME_TICKS
        body, lungs, heart, ecg, art, pleth, chest, airway = (
            np.random.default_rng(seed) for seed in np.random.SeedSequence(scenario.seed).spawn(8)
        )
        self.sensors = scenario.sensors
        self._body = Body(scenario, start_tick=start_tick, rng=body)
        self._lungs = Lungs(lungs)
        self._heart = Heart(heart)
        self._ecg = EcgTrace(scenario.ecg, ecg)
        self._artery = Artery(scenario.begin.map_mmhg, art)
        self._pleth = Pleth(pleth)
        self._chest = Chest(chest)
        self._airway = Airway(airway)
        self._tick = start_tick
        self._left: dict[str, Vector] = {}

    @property
    def now_s(self) -> float:
        """Start of the first frame that is not made yet."""
        return self._body.now_s

    def touch(self, side: str, region: str, strength: Strength, at_s: float) -> None:
        """Press on a region of the body chart."""
        self._body.touch(side, region, strength, at_s)

    def treat(self, category: str, at_s: float) -> None:
        """Give a treatment of a category."""
        self._body.treat(category, at_s)

    def schedule(self, at_s: float, change: Change) -> None:
        """Let a change happen."""
        self._body.schedule(at_s, change)

    def frame(self, waves: Set[str] = ALL_WAVES) -> Frame:
        """The next 0.2 s, with only the named waves drawn: hours pass faster when nobody looks at them."""
        moment = self._body.step()
        breathing = self._lungs.step(moment)
        beats = self._heart.step(moment, breathing)
        return Frame(moment, tuple(beats), breathing, self._draw(waves, moment, beats, breathing))

    def run(self, ticks: int) -> dict[str, Vector]:
        """The samples of the next ``ticks`` ticks of 4 ms, per wave key, in the wave's unit.

        A wave of every n-th tick gives the samples whose tick (counted from the live moment) is a
        multiple of n. Do not mix with :meth:`frame`: both advance the same dog.
        """
        end_tick = self._tick + ticks
        while self._made_until() < end_tick:
            for key, samples in self.frame().waves.items():
                self._left[key] = np.concatenate([self._left.get(key, _NOTHING), samples])
        cut = {}
        for key, samples in self._left.items():
            every = EVERY_TICKS[key]
            count = -(-end_tick // every) - -(-self._tick // every)
            cut[key], self._left[key] = samples[:count], samples[count:]
        self._tick = end_tick
        return cut

    def _made_until(self) -> int:
        return round(self.now_s * TICK_HZ)

    def _draw(self, waves: Set[str], moment: Moment, beats: list[Beat], breathing: Breathing) -> dict[str, Vector]:
        drawn: dict[str, Vector] = {}
        if "ecg_ii" in waves and Sensor.ECG in self.sensors:
            drawn["ecg_ii"] = self._ecg.render(moment, beats, breathing)
        if "resp" in waves and Sensor.ECG in self.sensors:
            drawn["resp"] = self._chest.render(moment, beats, breathing)
        if "pleth" in waves and Sensor.OXIMETER in self.sensors:
            drawn["pleth"] = self._pleth.render(moment, beats, breathing)
        if "art" in waves and Sensor.ARTERIAL_LINE in self.sensors:
            drawn["art"] = self._artery.render(moment, beats, breathing)
        else:
            self._artery.skip(moment, beats)
        if "co2" in waves and Sensor.CAPNOGRAPH in self.sensors:
            drawn["co2"] = self._airway.render(moment, beats, breathing)
        return drawn
