"""Everything that can happen to a simulated dog, as values: a scenario's script is a list of these."""

from dataclasses import dataclass

from holdfast.record.events import Strength
from holdfast.simulation.states import Contact, Disturbance, Rhythm, Sensor, Vitals


@dataclass(frozen=True)
class HeadFor:
    """The body drifts to new levels over ``over_s`` seconds and stays there."""

    vitals: Vitals
    over_s: float = 0.0


@dataclass(frozen=True)
class SetRhythm:
    """Another rhythm; ``per_min`` is its rate where the sinus node does not lead (0: the usual one)."""

    rhythm: Rhythm
    per_min: float = 0.0


@dataclass(frozen=True)
class SetContact:
    sensor: Sensor
    contact: Contact


@dataclass(frozen=True)
class Move:
    """The dog moves: muscle noise and swinging baselines. ``level`` 1 hides the beats altogether."""

    duration_s: float
    level: float


@dataclass(frozen=True)
class Pause:
    """The sinus node falls silent for a while."""

    duration_s: float


@dataclass(frozen=True)
class Run:
    """So many ventricular beats in a row, at this rate; then the rhythm goes on."""

    beats: int
    per_min: float = 210.0


@dataclass(frozen=True)
class Compress:
    """Somebody compresses the chest: a little flow, and an artefact on everything that is attached."""

    duration_s: float
    per_min: float = 110.0


@dataclass(frozen=True)
class Ventilate:
    """Somebody breathes for the dog at this rate, whatever it does itself; 0 ends it."""

    per_min: float


@dataclass(frozen=True)
class Disturb:
    """Trouble from outside on the ECG; what ``level`` means stands with the disturbance."""

    disturbance: Disturbance
    duration_s: float
    level: float = 1.0


@dataclass(frozen=True)
class Response:
    """What a treatment or a stimulus adds to the vitals, and for how long.

    It rises with ``rise_s``, holds until ``hold_s`` after it began and fades with ``fade_s``
    (all time constants in seconds). ``pain_factor`` scales what a painful touch does meanwhile.
    """

    hr_per_min: float = 0.0
    map_mmhg: float = 0.0
    pulse_pressure_mmhg: float = 0.0
    spo2_pct: float = 0.0
    rr_per_min: float = 0.0
    perfusion: float = 0.0
    vpc_per_min: float = 0.0
    begin_s: float = 0.0
    """Delay before anything happens."""
    rise_s: float = 60.0
    hold_s: float = 1200.0
    fade_s: float = 600.0
    pain_factor: float = 1.0


@dataclass(frozen=True)
class Touch:
    """Somebody presses on a region of the body chart."""

    side: str
    region: str
    strength: Strength = Strength.FIRM


@dataclass(frozen=True)
class Treat:
    """Somebody gives a treatment of this category."""

    category: str


@dataclass(frozen=True)
class Respond:
    """A response that begins by itself, as part of a script."""

    response: Response


@dataclass(frozen=True)
class Cue:
    """Play a named part of the scenario (its ``cues``)."""

    name: str


Doing = Touch | Treat | Compress | Ventilate
"""What people do to the dog."""

Change = HeadFor | SetRhythm | SetContact | Move | Pause | Run | Disturb | Respond | Cue | Doing


@dataclass(frozen=True)
class Timed:
    """A change and when it comes, in seconds from the live moment (or from the cue that plays it)."""

    at_s: float
    change: Change


DEFAULT_RESPONSES: dict[str, Response] = {
    "oxygen": Response(spo2_pct=4.0, rr_per_min=-4.0, begin_s=5, rise_s=30, hold_s=3600),
    "fluid": Response(map_mmhg=10.0, pulse_pressure_mmhg=6.0, hr_per_min=-14.0, perfusion=0.12, rise_s=180),
    "transfusion": Response(map_mmhg=12.0, pulse_pressure_mmhg=7.0, hr_per_min=-16.0, perfusion=0.15, rise_s=300),
    "analgesic": Response(hr_per_min=-12.0, rr_per_min=-6.0, begin_s=30, rise_s=120, hold_s=5400, pain_factor=0.4),
    "sedative": Response(hr_per_min=-14.0, map_mmhg=-6.0, rr_per_min=-6.0, begin_s=30, rise_s=90, pain_factor=0.7),
    "vasopressor": Response(map_mmhg=18.0, hr_per_min=-6.0, perfusion=-0.08, begin_s=15, rise_s=45, hold_s=900),
}
"""What a treatment does when the scenario says nothing else (our estimates). Other categories do nothing."""
