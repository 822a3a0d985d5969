"""What followed beside what may be expected: as expected, less, opposite, or not to be said; with grade and source."""

import pytest

from holdfast.knowledge import courses
from holdfast.monitoring.expected_course import AS_EXPECTED, CANNOT_SAY, LESS, OPPOSITE, Compared, compare
from holdfast.monitoring.response import respond
from monitoring.made_courses import at, treated
from monitoring.test_response import GIVEN_US, NOW_US, minutes


def compared(category: str, what: str, sign: str, before: float, after: float, until: float = 120) -> Compared:
    points = minutes(before, after, sd=1.0, until=until)
    windows = respond(points, GIVEN_US, NOW_US if until == 120 else at(until), floor=8.0)
    found = compare(courses.load(), treated(30, category, what), {sign: windows})
    return next(one for one in found if one.sign == sign)


@pytest.mark.parametrize(
    ("category", "what", "sign", "before", "after", "verdict"),
    [
        ("vasopressor", "norepinephrine CRI", "map", 50, 70, AS_EXPECTED),
        ("vasopressor", "norepinephrine CRI", "map", 50, 50, LESS),
        ("vasopressor", "norepinephrine CRI", "map", 60, 45, OPPOSITE),
        ("fluid", "Hartmann's 10 mL/kg", "map", 52, 66, AS_EXPECTED),
        ("fluid", "Hartmann's 10 mL/kg", "map", 95, 95, CANNOT_SAY),
        ("analgesic", "Methadone", "hr", 150, 110, AS_EXPECTED),
        ("analgesic", "butorphanol 0.2 mg/kg", "hr", 100, 100, CANNOT_SAY),
        ("sedative", "dexmedetomidine", "hr", 116, 79, AS_EXPECTED),
    ],
)
def test_verdicts(category: str, what: str, sign: str, before: float, after: float, verdict: str) -> None:
    assert compared(category, what, sign, before, after).verdict == verdict


def test_every_comparison_says_what_was_expected_and_how_well_that_is_known() -> None:
    one = compared("fluid", "saline", "map", 52, 66)
    assert one.expected == "rises by 8 mmHg or more between 5 and 60 min, when it was below 65 mmHg"
    assert one.grade == "published"
    assert "Silverstein 2012" in one.source
    assert "heart rate did not fall" in one.note


def test_less_than_expected_is_not_said_before_the_time_is_over() -> None:
    assert compared("vasopressor", "norepinephrine", "map", 50, 50, until=50).verdict == CANNOT_SAY


def test_what_is_not_measured_cannot_be_compared() -> None:
    (one,) = compare(courses.load(), treated(30, "vasopressor", "norepinephrine"), {})
    assert (one.verdict, one.text) == (CANNOT_SAY, "not measured")
