"""Two numbers that came back on their own are a reason to look again; a drug, a probe or one number are not."""

import pytest

from holdfast.kernel.time import US_PER_MIN
from holdfast.monitoring.rally import Fault, Improvement, ImprovementEnded
from holdfast.monitoring.watch import Told
from monitoring.made_courses import CALM, Level, at, made, ramp, told, treated

BACK: dict[str, Level] = {**CALM, "hr": ramp(170, 100, 180, 200), "art_mean": ramp(50, 85, 180, 200)}


def better(said: list[Told]) -> list[Improvement]:
    return [one for one in said if isinstance(one, Improvement)]


def test_a_dog_that_comes_back_on_its_own_is_said_once_and_nothing_is_promised() -> None:
    (one,) = better(told(made(BACK, 360), 360))
    assert at(215) <= one.at_us <= at(260)
    assert at(175) <= one.since_us <= at(205)
    assert one.text.startswith("Look again: ")
    assert "no treatment on record" in one.text
    assert one.text.endswith("This promises nothing")
    assert {m.sign for m in one.moved} >= {"hr", "map"}


def test_after_a_bolus_it_is_told_with_the_bolus_and_not_as_a_riddle() -> None:
    (one,) = better(told(made(BACK, 360), 360, (treated(175, "fluid", "Ringer's lactate 300 mL"),)))
    assert one.after == "Ringer's lactate 300 mL"
    assert "Look again" not in one.text


def test_a_treatment_of_many_hours_before_explains_nothing() -> None:
    (one,) = better(told(made(BACK, 360), 360, (treated(20, "fluid", "Ringer's lactate"),)))
    assert one.after == ""


DOUBTFUL: dict[str, dict[str, Level]] = {
    "one number": {**BACK, "art_mean": CALM["art_mean"]},
    "while oxygen falls": {**BACK, "spo2": ramp(97, 88, 180, 200)},
    "a dog that stops panting": {**CALM, "hr": ramp(160, 90, 180, 190), "rr": ramp(120, 20, 180, 190)},
    "for a quarter of an hour": {
        **CALM,
        "hr": lambda m: 100.0 if 180 < m < 197 else 170.0,
        "art_mean": lambda m: 85.0 if 180 < m < 197 else 50.0,
    },
    "while nobody knows what oxygen does since": {**BACK, "spo2": lambda m: 97.0 if m < 185 else None},
    "while oxygen falls, seen now and then": {
        **BACK,
        "spo2": lambda m: (97.0 if m < 180 else 88.0) if m < 190 or m % 30 < 12 else None,
    },
    "with a hole where the pressure changed": {
        **BACK,
        "art_mean": lambda m: None if 170 < m < 195 else (50.0 if m < 180 else 85.0),
    },
}


@pytest.mark.parametrize("levels", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_what_is_no_rally(levels: dict[str, Level]) -> None:
    assert better(told(made(levels, 360), 360)) == []


def test_a_sensor_that_was_off_long_before_hides_no_rally() -> None:
    assert better(told(made({**BACK, "spo2": lambda m: 97.0 if m < 60 else None}, 360), 360))


def test_a_swing_like_those_before_it_is_no_news() -> None:
    swings: dict[str, Level] = {
        **CALM,
        "hr": lambda m: 165.0 + (28.0 if m % 80 < 40 else -28.0),
        "art_mean": lambda m: 50.0 + (-9.0 if m % 80 < 40 else 9.0),
    }
    enough_min = 30 * (1 + 4 + 1)  # from then on the record tells how the numbers wander
    assert not [one for one in better(told(made(swings, 720), 720)) if one.at_us > at(enough_min + 120)]


def test_a_sensor_that_was_changed_just_then_makes_it_doubtful() -> None:
    moved = {**BACK, "hr": ramp(170, 100, 180, 181), "art_mean": ramp(50, 85, 180, 181)}
    fault = Fault(at(178), at(178) + US_PER_MIN, frozenset({"art_mean"}))
    assert better(told(made(moved, 300), 300))
    assert better(told(made(moved, 300), 300, faults=(fault,))) == []


def test_it_is_taken_back_when_it_does_not_last() -> None:
    levels: dict[str, Level] = {
        **CALM,
        "hr": lambda m: 100.0 if 180 < m < 260 else 170.0,
        "art_mean": lambda m: 85.0 if 180 < m < 260 else 50.0,
    }
    said = told(made(levels, 360), 360)
    (end,) = [one for one in said if isinstance(one, ImprovementEnded)]
    assert at(265) <= end.at_us <= at(300)
