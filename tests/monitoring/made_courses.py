"""Hours of vital signs whose truth is known: levels by key over time, with noise from a seed."""

import random
from collections.abc import Callable

from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.knowledge import courses
from holdfast.monitoring import watch
from holdfast.monitoring.given import Given
from holdfast.monitoring.rally import Fault
from holdfast.monitoring.watch import Told

T0_US = 1_772_366_400_000_000
STEP_S = 30
Level = Callable[[float], float | None]
"""Minutes since the beginning to a level, None where there is no value."""

CALM: dict[str, Level] = {
    "hr": lambda _: 90.0,
    "rr": lambda _: 20.0,
    "art_mean": lambda _: 92.0,
    "art_sys": lambda _: 124.0,
    "spo2": lambda _: 97.0,
}
SWAY = {"hr": 5.0, "rr": 2.0, "art_mean": 3.0, "art_sys": 4.0, "spo2": 0.4, "nibp_mean": 3.0, "nibp_sys": 4.0}


def at(minute: float) -> int:
    return T0_US + int(minute * US_PER_MIN)


def made(levels: dict[str, Level], minutes: float, *, every_s: dict[str, int] | None = None, seed: int = 1):  # type: ignore[no-untyped-def]
    """Values by key: every half minute, or every so many seconds."""
    rng = random.Random(seed)
    points: dict[str, list[tuple[int, float]]] = {}
    for key, level in levels.items():
        step_s = (every_s or {}).get(key, STEP_S)
        for second in range(0, int(minutes * 60), step_s):
            middle = level(second / 60)
            value = rng.gauss(0, SWAY[key])
            if middle is not None:
                points.setdefault(key, []).append((T0_US + second * US_PER_S, middle + value))
    return points


def told(
    points: dict[str, list[tuple[int, float]]],
    minutes: float,
    given: tuple[Given, ...] = (),
    faults: tuple[Fault, ...] = (),
) -> list[Told]:
    """Everything that the slow rules say of these values, given in one piece."""
    _, said = watch.step(watch.initial(), courses.load(), points, at(minutes), given, faults)
    return list(said)


def ramp(start: float, stop: float, from_min: float, to_min: float) -> Level:
    """From one level to another between two moments."""

    def level(minute: float) -> float:
        share = min(max((minute - from_min) / (to_min - from_min), 0.0), 1.0)
        return start + share * (stop - start)

    return level


def treated(minute: float, category: str, what: str) -> Given:
    return Given(at(minute), what, courses.load().expected_of(category, what))
