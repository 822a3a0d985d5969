"""Every state that the monitor must tell apart, each with its truth: for benchmarks, and playable as a scenario.

A recording starts in the state before; what the situation is about begins at ``onset_s``.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from holdfast.record.events import Strength
from holdfast.simulation import courses
from holdfast.simulation.body import TICK_HZ
from holdfast.simulation.changes import (
    Change,
    Compress,
    Disturb,
    HeadFor,
    Move,
    Pause,
    Run,
    SetContact,
    SetRhythm,
    Timed,
    Touch,
    Treat,
    Ventilate,
)
from holdfast.simulation.courses import timed
from holdfast.simulation.dog import ALL_WAVES, EVERY_TICKS, Dog
from holdfast.simulation.heart import VENTRICULAR, Beat, Kind
from holdfast.simulation.scenario import USUAL_SHAPE, EcgShape, Scenario, Signalment
from holdfast.simulation.states import (
    ASLEEP,
    HEALTHY_REST,
    HYPOTHERMIC,
    HYPOXAEMIC,
    OVERSEDATED,
    PAIN,
    RALLY,
    RECOVERING,
    SHOCK_COMPENSATED,
    SHOCK_DECOMPENSATING,
    Contact,
    Disturbance,
    Rhythm,
    Sensor,
    Vector,
    Vitals,
)

ONSET_S = 20.0
_SETTLE_S = 40.0
_DRAWN_FROM_S = -8.0
"""Pressure and filters need this long to run in; before it nothing is drawn."""
_FELT_STROKE = 0.3
LEAD_OFF_S = 28.0
_NOBODY = Signalment("Nobody", "Mixed", "male", 60, 25.0, "Nobody", "Made for a test.")


@dataclass(frozen=True)
class Situation:
    """How a dog is, and what happens to it in seconds from the first sample."""

    begin: Vitals
    course: tuple[Timed, ...] = ()
    seconds: float = 60.0
    onset_s: float = ONSET_S
    ecg: EcgShape = USUAL_SHAPE
    painful: frozenset[tuple[str, str]] = frozenset()

    def scenario(self, seed: int) -> Scenario:
        """The same as a scenario for a simulated monitor, its first sample at the live moment."""
        return Scenario(
            name=f"situation-{seed}",
            title="A situation",
            seed=seed,
            signalment=_NOBODY,
            begin=self.begin,
            course=self.course,
            sensors=frozenset(Sensor),
            history_min=0,
            painful=self.painful,
            ecg=self.ecg,
        )


@dataclass(frozen=True, eq=False)
class Recording:
    """What the sensors drew, and what was true. Times in seconds from the first sample."""

    waves: dict[str, Vector]
    """Wave key -> samples (n,) in the wave's unit; :meth:`rate_hz` says how many a second."""
    events: tuple[Beat, ...] = field(repr=False)

    @staticmethod
    def rate_hz(key: str) -> float:
        """Samples per second of a wave."""
        return TICK_HZ / EVERY_TICKS[key]

    @property
    def beats_s(self) -> list[float]:
        """R peaks of every ventricular beat, whether the ECG showed it or not."""
        return [beat.r_s for beat in self.events if beat.kind in VENTRICULAR]

    @property
    def pulses_s(self) -> list[float]:
        """R peaks of the beats that a hand on the artery would feel (the pulse itself comes 0.1 to 0.2 s later)."""
        return [b.r_s for b in self.events if b.kind in VENTRICULAR and b.stroke > _FELT_STROKE]

    @property
    def presses_s(self) -> list[float]:
        """Compressions of the chest."""
        return [beat.fire_s for beat in self.events if beat.kind is Kind.COMPRESSION]


def record(situation: Situation, seed: int, waves: Set[str] = ALL_WAVES) -> Recording:
    """Let the situation happen to one dog. The same seed gives the same recording."""
    dog = Dog(situation.scenario(seed), start_s=-_SETTLE_S)
    while dog.now_s < _DRAWN_FROM_S:
        dog.frame(frozenset())
    while dog.now_s < 0:
        dog.frame(waves)
    drawn: dict[str, list[Vector]] = {key: [] for key in waves}
    events: list[Beat] = []
    while dog.now_s < situation.seconds:
        frame = dog.frame(waves)
        events += frame.beats
        for key, samples in frame.waves.items():
            drawn[key].append(samples)
    inside = tuple(sorted((b for b in events if b.r_s < situation.seconds), key=lambda beat: beat.r_s))
    return Recording({key: np.concatenate(parts) for key, parts in drawn.items() if parts}, inside)


def _from_onset(begin: Vitals, *changes: tuple[float, Change], seconds: float = 60.0, **more: Any) -> Situation:
    course = timed(*((ONSET_S + at_s, change) for at_s, change in changes))
    return Situation(begin, course, seconds, **more)


def _rhythm(rhythm: Rhythm, begin: Vitals = HEALTHY_REST, seconds: float = 60.0, **more: Any) -> Situation:
    return _from_onset(begin, (0.0, SetRhythm(rhythm)), seconds=seconds, **more)


def _quiet(noise_mv: float) -> EcgShape:
    return EcgShape(noise_mv=noise_mv, mains_mv=0.0, wander_mv=0.0)


def _rate(per_min: float) -> Situation:
    level = HEALTHY_REST._replace(hr_per_min=per_min, rsa=0.02, vpc_per_min=0)
    return Situation(level, onset_s=0.0)


RHYTHMS = {
    "sinus_arrhythmia": Situation(ASLEEP, onset_s=0.0),
    "sinus_tachycardia": _rate(210),
    "sinus_bradycardia": _rate(45),
    "extreme_tachycardia": _rate(300),
    "extreme_bradycardia": _rate(20),
    "premature_beats": Situation(HEALTHY_REST._replace(vpc_per_min=20), onset_s=0.0),
    "ventricular_run": _from_onset(RECOVERING, (0.0, Run(9, 210)), (20.0, Run(4, 180))),
    "ventricular_tachycardia": _rhythm(Rhythm.VT),
    "atrial_fibrillation": _rhythm(Rhythm.ATRIAL_FIBRILLATION, HEALTHY_REST._replace(hr_per_min=190)),
    "av_block_2": _rhythm(Rhythm.AV_BLOCK_2, HEALTHY_REST._replace(hr_per_min=95, rsa=0.05)),
    "av_block_3": _rhythm(Rhythm.AV_BLOCK_3, HEALTHY_REST._replace(hr_per_min=120, rsa=0.05)),
    "pauses": _from_onset(HEALTHY_REST, *((at, Pause(3.0)) for at in (0.0, 12.0, 24.0))),
    "paced": _rhythm(Rhythm.PACED),
}
"""A heart that pumps."""

STANDSTILLS = {
    "asystole": _rhythm(Rhythm.ASYSTOLE),
    "asystole_10_uv": _rhythm(Rhythm.ASYSTOLE, ecg=_quiet(0.010)),
    "asystole_30_uv": _rhythm(Rhythm.ASYSTOLE, ecg=_quiet(0.030)),
    "asystole_mains": _from_onset(
        HEALTHY_REST, (0.0, SetRhythm(Rhythm.ASYSTOLE)), (0.0, Disturb(Disturbance.MAINS, 40.0, 0.05))
    ),
    "p_waves_only": _rhythm(Rhythm.P_WAVES_ONLY),
    "paced_without_capture": _rhythm(Rhythm.PACED_WITHOUT_CAPTURE),
}
"""No ventricular beat after the onset."""

ARRESTS = {
    "vf": _rhythm(Rhythm.VF),
    "fine_vf": _rhythm(Rhythm.FINE_VF),
    "fading_vf": _rhythm(Rhythm.FADING_VF, seconds=150.0),
    "agonal_beats": _rhythm(Rhythm.AGONAL),
    "pea": _rhythm(Rhythm.PEA),
    "pea_ventilated": _from_onset(HEALTHY_REST, (-15.0, Ventilate(12)), (0.0, SetRhythm(Rhythm.PEA)), seconds=110.0),
    "compressions_in_asystole": _from_onset(
        HEALTHY_REST, (0.0, SetRhythm(Rhythm.ASYSTOLE)), (10.0, Ventilate(10)), (20.0, Compress(30.0)), seconds=90.0
    ),
    "compressions_in_vf": _from_onset(
        HEALTHY_REST, (0.0, SetRhythm(Rhythm.VF)), (10.0, Ventilate(10)), (20.0, Compress(30.0)), seconds=90.0
    ),
}
"""No circulation of its own after the onset."""

LEADS_OFF = {
    f"lead_{contact.value}": _from_onset(
        HEALTHY_REST, (0.0, SetContact(Sensor.ECG, contact)), (LEAD_OFF_S, SetContact(Sensor.ECG, Contact.ON))
    )
    for contact in Contact
    if contact is not Contact.ON
}
"""The heart goes on; the ECG does not show it for LEAD_OFF_S."""

DISTURBANCES = {
    "motion": _from_onset(HEALTHY_REST, (0.0, Move(12.0, 0.9))),
    "mains": _from_onset(HEALTHY_REST, (0.0, Disturb(Disturbance.MAINS, 30.0, 0.4))),
    "electrosurgery": _from_onset(
        HEALTHY_REST, *((at, Disturb(Disturbance.ELECTROSURGERY, 4.0)) for at in (0.0, 9.0, 18.0))
    ),
}
"""The heart goes on in noise."""

_SORE = frozenset({("left", "thorax_mid")})

COURSES = {
    "bleeding": Situation(HEALTHY_REST, courses.bleeding(600, 3 * 3600), seconds=4 * 3600, onset_s=600),
    "fluids_given": Situation(SHOCK_COMPENSATED, timed((600, Treat("fluid"))), seconds=2400, onset_s=600),
    "opioid_given": Situation(PAIN, timed((600, Treat("analgesic"))), seconds=2400, onset_s=600),
    "sore_place_touched": _from_onset(
        HEALTHY_REST._replace(hr_per_min=110, rsa=0.05),
        (0.0, Touch("left", "thorax_mid", Strength.FIRM)),
        painful=_SORE,
    ),
    "rally": Situation(SHOCK_DECOMPENSATING, timed((900, HeadFor(RALLY, over_s=900))), seconds=3600, onset_s=900),
    "desaturation": _from_onset(HEALTHY_REST, (0.0, HeadFor(HYPOXAEMIC, over_s=120)), seconds=300.0),
    "apnoea": Situation(HEALTHY_REST, courses.apnoea(HEALTHY_REST, ONSET_S, 75.0), seconds=300.0),
    "hypercapnia_and_bradypnoea": Situation(
        HEALTHY_REST, timed((300, HeadFor(OVERSEDATED, over_s=600))), seconds=1800, onset_s=300
    ),
    "cooling": Situation(RECOVERING, timed((600, HeadFor(HYPOTHERMIC, over_s=5400))), seconds=9000, onset_s=600),
    "circulation_returns": Situation(
        HEALTHY_REST,
        timed((5.0, SetRhythm(Rhythm.ASYSTOLE)))
        + courses.resuscitation(15.0, [Rhythm.ASYSTOLE])
        + courses.circulation_returns(15.0 + courses.resuscitation_s(1)),
        seconds=300.0,
        onset_s=15.0 + courses.resuscitation_s(1),
    ),
}
"""Changes of level over minutes and hours."""

SITUATIONS: dict[str, Situation] = RHYTHMS | STANDSTILLS | ARRESTS | LEADS_OFF | DISTURBANCES | COURSES
