"""Hours of vital signs of dogs that come back, and of dogs that only look as if they did; the truth is known.

Levels, times and noise are ours (estimate). Nothing here was measured on a dog: the figures made with it say how the
rule treats what we thought of, not how it treats animals.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.monitoring.rally import Fault
from holdfast.record.case_entries import TreatmentEntry

Floats = NDArray[np.float64]

T0_US = 1_772_366_400_000_000
STEP_S = 30
MINUTES = 480
TURN_MIN = 240.0
"""Whatever happens begins here, four hours into the record."""

ROUGH_HOLES = 3.0
"""Mean number of holes of each sensor in a rough record of eight hours."""

_WELL = {"hr": 95.0, "rr": 20.0, "art_mean": 88.0, "art_sys": 118.0, "spo2": 97.0}
_ILL = {"hr": 168.0, "rr": 38.0, "art_mean": 52.0, "art_sys": 72.0, "spo2": 96.0}
_NOISE = {"hr": 4.0, "rr": 2.0, "art_mean": 2.5, "art_sys": 3.5, "spo2": 0.4, "nibp_mean": 4.0}
_WANDER = {"hr": 6.0, "rr": 3.0, "art_mean": 3.0, "art_sys": 4.0, "spo2": 0.4, "nibp_mean": 3.0}
_WANDER_MIN = 20.0


@dataclass
class Course:
    """Some hours of one dog: values every half minute, NaN where there is none."""

    values: dict[str, Floats]
    treatments: list[TreatmentEntry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    began_min: float = TURN_MIN
    """When the change was over: from here a rally has to be held for half an hour."""


@dataclass(frozen=True)
class Kind:
    """One kind of dog, and what ought to be said of it."""

    key: str
    words: str
    ought: str
    """look_again, after_treatment or nothing."""
    make: Callable[[np.random.Generator], Course]


def minutes() -> Floats:
    """(n,) minutes since the beginning of the record."""
    return np.arange(0, MINUTES * 60, STEP_S) / 60.0


def at_us(minute: float) -> int:
    return T0_US + int(minute * US_PER_MIN)


def points(course: Course) -> dict[str, list[tuple[int, float]]]:
    """The values as the rules read them."""
    return {
        key: [(T0_US + i * STEP_S * US_PER_S, float(value)) for i, value in enumerate(series) if value == value]
        for key, series in course.values.items()
    }


def roughened(course: Course, rng: np.random.Generator) -> Course:
    """The same dog on a bad night: its numbers sway about twice as far, and sensors are off for minutes at a time."""
    values = {}
    for key, series in course.values.items():
        rough = series + 1.7 * _sway(rng, key)
        for _ in range(rng.poisson(ROUGH_HOLES)):
            start = int(rng.integers(len(rough)))
            rough[start : start + int(rng.uniform(2, 20) * 60 / STEP_S)] = np.nan
        values[key] = rough
    return Course(values, course.treatments, course.faults, course.began_min)


def _share(from_min: float, over_min: float) -> Floats:
    """0 before, 1 after, straight between."""
    return np.clip((minutes() - from_min) / over_min, 0.0, 1.0)


def _dog(rng: np.random.Generator, better: Mapping[str, Floats], ill: Mapping[str, float] = _ILL) -> dict[str, Floats]:
    """An ill dog whose numbers move to those of a well one by these shares; keys left out stay ill."""
    made = {}
    for key, level in ill.items():
        offset = rng.normal(0, _NOISE[key])
        share = better.get(key, np.zeros(len(minutes())))
        made[key] = level + offset + share * (_WELL[key] - level) + _sway(rng, key)
    return made


def _sway(rng: np.random.Generator, key: str) -> Floats:
    """Slow wandering and the noise of single values."""
    n = len(minutes())
    keep = float(np.exp(-STEP_S / 60 / _WANDER_MIN))
    steps = rng.normal(0, _WANDER[key] * np.sqrt(1 - keep**2), n)
    slow = np.empty(n)
    last = rng.normal(0, _WANDER[key])
    for i in range(n):
        last = slow[i] = keep * last + steps[i]
    return np.asarray(slow + rng.normal(0, _NOISE[key], n), dtype=np.float64)


_ALL = ("hr", "rr", "art_mean", "art_sys")


def _rally(rng: np.random.Generator) -> Course:
    over = rng.uniform(5, 45)
    share = _share(TURN_MIN, over)
    return Course(_dog(rng, dict.fromkeys(_ALL, share)), began_min=TURN_MIN + over)


def _half_rally(rng: np.random.Generator) -> Course:
    over = rng.uniform(5, 45)
    share = 0.5 * _share(TURN_MIN, over)
    return Course(_dog(rng, dict.fromkeys(_ALL, share)), began_min=TURN_MIN + over)


def _given(rng: np.random.Generator, category: str, what: str, before_min: tuple[float, float]) -> TreatmentEntry:
    minute = TURN_MIN - rng.uniform(*before_min)
    return TreatmentEntry("t", category, what, "", "", at_us(minute), "vet")


def _after_fluid(rng: np.random.Generator) -> Course:
    course = _rally(rng)
    course.treatments.append(_given(rng, "fluid", "Balanced crystalloid bolus", (0, 20)))
    return course


def _after_pressor(rng: np.random.Generator) -> Course:
    course = _rally(rng)
    course.treatments.append(_given(rng, "vasopressor", "Norepinephrine infusion", (0, 10)))
    return course


def _opioid(rng: np.random.Generator) -> Course:
    share = 0.5 * _share(TURN_MIN, 15)
    course = Course(_dog(rng, {"hr": share}))
    course.treatments.append(_given(rng, "analgesic", "Methadone", (0, 5)))
    return course


def _moved_sensor(rng: np.random.Generator) -> Course:
    """The line is levelled anew: pressures jump, and at that moment the rate is counted from another lead."""
    share = _share(TURN_MIN, 1)
    course = Course(_dog(rng, dict.fromkeys(("hr", "art_mean", "art_sys"), share)))
    course.faults.append(Fault(at_us(TURN_MIN - 3), at_us(TURN_MIN + 1)))
    return course


def _other_source(rng: np.random.Generator) -> Course:
    """A cuff that read low is replaced by a line; the heart slows a little on its own."""
    made = _dog(
        rng, {"hr": 0.4 * _share(TURN_MIN, 30), **dict.fromkeys(("art_mean", "art_sys"), np.ones(len(minutes())))}
    )
    later = minutes() >= TURN_MIN
    made["nibp_mean"] = np.where(~later, 50 + _sway(rng, "nibp_mean"), np.nan)
    made["nibp_mean"][np.arange(len(later)) % 10 != 0] = np.nan
    for key in ("art_mean", "art_sys"):
        made[key] = np.where(later, made[key], np.nan)
    return Course(made)


def _stops_panting(rng: np.random.Generator) -> Course:
    share = _share(TURN_MIN, 5)
    well = {"hr": 165.0, "rr": 110.0, "art_mean": 90.0, "art_sys": 120.0, "spo2": 97.0}
    return Course(_dog(rng, {"hr": share, "rr": share}, well))


def _brief(rng: np.random.Generator) -> Course:
    share = _share(TURN_MIN, 3) - _share(TURN_MIN + rng.uniform(12, 20), 3)
    return Course(_dog(rng, dict.fromkeys(_ALL, share)))


def _one_number(rng: np.random.Generator) -> Course:
    return Course(_dog(rng, {"hr": _share(TURN_MIN, 20)}))


def _no_change(rng: np.random.Generator) -> Course:
    return Course(_dog(rng, {}))


def _one_worse(rng: np.random.Generator) -> Course:
    """Rate and pressure come back while oxygen falls."""
    share = _share(TURN_MIN, 20)
    made = _dog(rng, dict.fromkeys(_ALL, share))
    made["spo2"] = made["spo2"] - 9 * share
    return Course(made)


KINDS: tuple[Kind, ...] = (
    Kind("rally", "comes back within 5 to 45 min, nothing given", "look_again", _rally),
    Kind("half", "comes half the way back, nothing given", "look_again", _half_rally),
    Kind("after_fluid", "comes back after a fluid bolus on record", "after_treatment", _after_fluid),
    Kind("after_pressor", "comes back after norepinephrine on record", "after_treatment", _after_pressor),
    Kind("opioid", "heart slows after methadone, nothing else", "nothing", _opioid),
    Kind("sensor", "numbers jump as a sensor is moved", "nothing", _moved_sensor),
    Kind("source", "a line replaces a cuff that read low", "nothing", _other_source),
    Kind("panting", "stops panting", "nothing", _stops_panting),
    Kind("brief", "better for a quarter of an hour", "nothing", _brief),
    Kind("one_number", "the heart rate alone comes back", "nothing", _one_number),
    Kind("one_worse", "rate and pressure come back, oxygen falls", "nothing", _one_worse),
    Kind("unchanged", "ill and unchanged for eight hours", "nothing", _no_change),
)
"""What a dog that takes many hours to come back ought to be called is left out: the trend tells it."""
