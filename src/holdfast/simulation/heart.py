"""Beats: when each chamber fires, in sinus rhythm and in the rhythms that are not.

The sinus node integrates its rate until the integral reaches one (integral pulse frequency
modulation); breathing swings that rate, which gives the marked sinus arrhythmia of a resting dog:
beats bunch while it breathes in and spread out while it breathes out.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from holdfast.simulation.body import FRAME_S, TICK_HZ, Moment
from holdfast.simulation.lungs import STEP_S, Breathing, held
from holdfast.simulation.states import Rhythm

_RSA_PEAK_PHASE = 0.28
"""Rate is highest late in inspiration (a breath runs 0 to 1, inspiration first)."""
_OVERTAKEN_S = 0.05
"""The ventricles do not follow the atria if a focus of their own fires before, or so soon after, they would."""
_COUPLET_SHARE = 0.25
"""How often a ventricular premature complex is followed by a second one."""
_AF_SPREAD = 0.3
"""Spread of the intervals in atrial fibrillation, as standard deviation of their logarithm (estimate)."""
_ATRIA_LEAD = frozenset({Rhythm.SINUS, Rhythm.ATRIAL_FIBRILLATION, Rhythm.AV_BLOCK_2, Rhythm.AV_BLOCK_3, Rhythm.PEA})


class Kind(StrEnum):
    SINUS = "sinus"
    """Conducted from the atria; without a P wave when they fibrillate."""
    VPC = "vpc"
    ESCAPE = "escape"
    PACED = "paced"
    AGONAL = "agonal"
    P_ONLY = "p_only"
    """The atria fired and the ventricles did not follow."""
    SPIKE = "spike"
    """A pacing spike that nothing followed."""
    COMPRESSION = "compression"
    """No beat at all: somebody pressed the chest."""


VENTRICULAR = frozenset({Kind.SINUS, Kind.VPC, Kind.ESCAPE, Kind.PACED, Kind.AGONAL})
"""Kinds with a QRS: what a beat detector should find."""


@dataclass(frozen=True)
class Beat:
    """One firing of the heart. Times in seconds from the live moment."""

    kind: Kind
    fire_s: float
    """Start of the P wave; of the wide complex where there is none; of the press."""
    r_s: float
    """R peak; for ``P_ONLY`` where it would have been."""
    stroke: float
    """Pulse it gives, 1 for an ordinary beat, 0 for none."""
    height: float = 0.0
    """R amplitude relative to the dog's usual one (breathing turns the axis a little)."""
    p_height: float = 0.0
    qt_s: float = 0.27


def qt_s(rr_s: float) -> float:
    """QT interval at a heart rate: shorter for a fast heart (estimate)."""
    return 0.225 * math.pow(min(1.0, rr_s / 0.8), 0.38)


class Heart:
    """Carries the sinus node and the ventricles from frame to frame."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._charge = 0.5
        self._threshold = 1.0
        self._last_r_s = -math.inf
        self._vpc_due_s: float | None = None
        self._vpc_ended_s = -math.inf
        self._run_left = 0
        self._run_rr_s = 0.0
        self._stopped = False
        self._to_conduct, self._to_block = 3, 0
        self._focus_rhythm = Rhythm.SINUS
        self._focus_due_s = 0.0
        self._press_due_s: float | None = None

    def step(self, moment: Moment, breathing: Breathing) -> list[Beat]:
        """Beats that fire in this frame, and chest compressions, in order of time."""
        beats = self._led_by_atria(moment, breathing) if moment.rhythm in _ATRIA_LEAD else self._stop(moment)
        beats += self._led_by_focus(moment) + self._presses(moment)
        return sorted(beats, key=lambda beat: beat.fire_s)

    def _led_by_atria(self, moment: Moment, breathing: Breathing) -> list[Beat]:
        if moment.pausing:
            return self._stop(moment)
        if self._stopped:
            self._stopped = False
            self._charge = 0.9
        start_s = moment.tick / TICK_HZ
        beats = []
        rate_hz = moment.vitals.hr_per_min / 60
        fibrillating = moment.rhythm is Rhythm.ATRIAL_FIBRILLATION
        if moment.run is not None:
            self._run_left, self._run_rr_s = moment.run.beats, 60 / moment.run.per_min
            self._vpc_due_s = max(start_s, self._last_r_s) + 0.8 * self._run_rr_s
        for index, phase in enumerate(breathing.phase[:-1].tolist()):
            now_s = start_s + index * STEP_S
            swing = math.cos(2 * math.pi * (phase - _RSA_PEAK_PHASE))
            gain = rate_hz * (1 + (0.0 if fibrillating else moment.vitals.rsa) * swing) * STEP_S
            if self._vpc_due_s is not None and now_s + STEP_S > self._vpc_due_s:
                beats.append(self._ventricular(moment, max(now_s, self._vpc_due_s)))
            if self._charge + gain >= self._threshold:
                fire_s = now_s + STEP_S * (self._threshold - self._charge) / gain
                beats.append(self._conducted(moment, fire_s, swing))
                self._charge -= self._threshold
                self._threshold = self._next_threshold(fibrillating)
            self._charge += gain
        return beats

    def _next_threshold(self, fibrillating: bool) -> float:
        if fibrillating:
            return held(math.exp(self._rng.normal(-0.5 * _AF_SPREAD**2, _AF_SPREAD)), 0.5, 2.2)
        return held(self._rng.normal(1.0, 0.012), 0.94, 1.06)

    def _stop(self, moment: Moment) -> list[Beat]:
        self._stopped = True
        self._vpc_due_s = None
        self._run_left = 0
        if moment.rhythm is not Rhythm.SINUS:
            self._last_r_s = -math.inf
        return []

    def _conducted(self, moment: Moment, fire_s: float, swing: float) -> Beat:
        rhythm = moment.rhythm
        usual_rr_s = 60 / moment.vitals.hr_per_min
        r_s = fire_s + 0.075 + 0.035 * min(1.0, usual_rr_s)
        p_height = 1 + 0.25 * swing * min(1.0, moment.vitals.rsa / 0.4)
        alone = Beat(Kind.P_ONLY, fire_s, r_s, 0.0, p_height=p_height)
        if rhythm is Rhythm.AV_BLOCK_3 or (rhythm is Rhythm.AV_BLOCK_2 and self._blocked()):
            return alone
        overtaken = self._vpc_due_s is not None and r_s > self._vpc_due_s - _OVERTAKEN_S
        if overtaken or r_s - self._vpc_ended_s < 0.45 * usual_rr_s + 0.06:
            return replace(alone, p_height=0.0) if rhythm is Rhythm.ATRIAL_FIBRILLATION else alone
        filled = min(r_s - self._last_r_s, 4.0) / usual_rr_s
        if rhythm is Rhythm.ATRIAL_FIBRILLATION:
            p_height = 0.0
            stroke = held(1.8 * filled - 0.85, 0.02, 1.5)
        else:
            stroke = held(1 + 0.3 * (filled - 1), 0.55, 1.3) * self._rng.normal(1.0, 0.015)
        self._last_r_s = r_s
        if self._rng.random() < moment.vitals.vpc_per_min / moment.vitals.hr_per_min:
            self._vpc_due_s = r_s + usual_rr_s * float(self._rng.uniform(0.5, 0.68))
        stroke = 0.0 if rhythm is Rhythm.PEA else stroke
        return Beat(Kind.SINUS, fire_s, r_s, stroke, 1 - 0.06 * swing, p_height, qt_s(usual_rr_s))

    def _blocked(self) -> bool:
        """Whether the next P wave stays alone: some are conducted, then one or two are not."""
        if self._to_conduct:
            self._to_conduct -= 1
            self._to_block = int(self._rng.integers(1, 3))
            return False
        self._to_block -= 1
        if not self._to_block:
            self._to_conduct = int(self._rng.integers(1, 5))
        return True

    def _ventricular(self, moment: Moment, fire_s: float) -> Beat:
        early = min(1.0, (fire_s - self._last_r_s) * moment.vitals.hr_per_min / 60)
        self._vpc_ended_s = fire_s
        self._last_r_s = fire_s + 0.066
        self._run_left = max(0, self._run_left - 1)
        if self._run_left:
            self._vpc_due_s = fire_s + self._run_rr_s * float(self._rng.normal(1.0, 0.02))
        else:
            again = self._rng.random() < _COUPLET_SHARE * min(1.0, moment.vitals.vpc_per_min / 10)
            self._vpc_due_s = fire_s + float(self._rng.uniform(0.27, 0.36)) if again else None
        stroke = 0.0 if moment.rhythm is Rhythm.PEA else held(0.75 * early - 0.12, 0.08, 0.5)
        return Beat(Kind.VPC, fire_s, fire_s + 0.066, stroke, float(self._rng.normal(1.0, 0.05)))

    def _led_by_focus(self, moment: Moment) -> list[Beat]:
        """Firings of whatever leads the ventricles (or, in standstill, the atria) in the sinus node's place."""
        if not moment.rhythm_per_min:
            self._focus_rhythm = moment.rhythm
            return []
        start_s, rr_s = moment.tick / TICK_HZ, 60 / moment.rhythm_per_min
        if moment.rhythm is not self._focus_rhythm:
            self._focus_rhythm, self._focus_due_s = moment.rhythm, start_s + 0.6 * rr_s
        spread = 0.3 if moment.rhythm is Rhythm.AGONAL else 0.015
        beats = []
        while self._focus_due_s < start_s + FRAME_S:
            beats.append(self._fired(moment, self._focus_due_s))
            self._focus_due_s += rr_s * held(self._rng.normal(1.0, spread), 0.4, 2.0)
        return beats

    def _fired(self, moment: Moment, at_s: float) -> Beat:
        height = float(self._rng.normal(1.0, 0.04))
        match moment.rhythm:
            case Rhythm.VT:
                # The faster, the less has flowed in between: from about 240 a minute no pulse is felt.
                stroke = held(1.1 - moment.rhythm_per_min / 300, 0.05, 0.6)
                return Beat(Kind.VPC, at_s, at_s + 0.066, stroke, height)
            case Rhythm.AV_BLOCK_3:
                return Beat(Kind.ESCAPE, at_s, at_s + 0.066, 1.25, 0.8 * height)
            case Rhythm.PACED:
                return Beat(Kind.PACED, at_s, at_s + 0.076, 0.9, height)
            case Rhythm.PACED_WITHOUT_CAPTURE:
                return Beat(Kind.SPIKE, at_s, at_s, 0.0, height)
            case Rhythm.AGONAL:
                return Beat(Kind.AGONAL, at_s, at_s + 0.12, 0.0, 0.6 * height)
            case _:
                return Beat(Kind.P_ONLY, at_s, at_s + 0.1, 0.0, p_height=0.8)

    def _presses(self, moment: Moment) -> list[Beat]:
        if not moment.compressed_per_min:
            self._press_due_s = None
            return []
        start_s = moment.tick / TICK_HZ
        due_s = start_s if self._press_due_s is None else self._press_due_s
        presses = []
        while due_s < start_s + FRAME_S:
            force = held(self._rng.normal(1.0, 0.15), 0.5, 1.5)
            presses.append(Beat(Kind.COMPRESSION, due_s, due_s, 0.32 * force, force))
            due_s += 60 / moment.compressed_per_min * held(self._rng.normal(1.0, 0.04), 0.8, 1.2)
        self._press_due_s = due_s
        return presses
