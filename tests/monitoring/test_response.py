"""What followed a treatment: an effect with a range, none, or the reason why nothing can be said."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_MIN
from holdfast.monitoring import response
from holdfast.monitoring.response import CHANGED, STEADY, UNKNOWN, UNSURE, Window, respond
from monitoring.made_courses import at

GIVEN_US = at(30)
NOW_US = at(120)


def minutes(
    before: float, after: float, *, sd: float = 1.0, until: float = 120, seed: int = 1
) -> list[tuple[int, float]]:
    rng = random.Random(seed)
    return [(at(m / 6), (before if m / 6 < 31 else after) + rng.gauss(0, sd)) for m in range(int(until * 6))]


def verdicts(windows: tuple[Window, ...]) -> list[str]:
    return [one.verdict for one in windows]


def test_a_pressure_that_rises_after_a_bolus_has_an_effect_with_a_range_in_every_window() -> None:
    windows = respond(minutes(55, 72), GIVEN_US, NOW_US, floor=8.0)
    assert verdicts(windows) == [CHANGED] * 4
    for one in windows:
        assert one.change is not None
        assert one.change.low <= 17 <= one.change.high
        assert one.change.high - one.change.low < 8
    assert windows[0].text.startswith("rose from 5")


def test_what_stays_as_it_was_is_said_to_show_no_change() -> None:
    assert verdicts(respond(minutes(90, 90), GIVEN_US, NOW_US, floor=15.0)) == [STEADY] * 4


def test_what_sways_too_much_is_not_called_steady() -> None:
    windows = respond(minutes(90, 92, sd=60.0), GIVEN_US, NOW_US, floor=8.0)
    assert UNSURE in verdicts(windows)
    assert STEADY not in verdicts(windows)


def test_a_slow_sway_is_not_taken_for_many_independent_minutes() -> None:
    rng, value, points = random.Random(5), 0.0, []
    for minute in range(120):
        value = 0.95 * value + rng.gauss(0, 3.0)
        points.append((at(minute), 90 + value))
    alike = respond(points, GIVEN_US, NOW_US, floor=5.0)[2]
    apart = respond(minutes(90, 90, sd=9.0), GIVEN_US, NOW_US, floor=5.0)[2]
    assert alike.change is not None
    assert apart.change is not None
    assert alike.change.high - alike.change.low > apart.change.high - apart.change.low


@pytest.mark.parametrize(
    ("points", "others", "now_us", "why"),
    [
        ([], (), NOW_US, "too few values before it"),
        (minutes(90, 90, until=31), (), NOW_US, "too few values after it"),
        (
            minutes(90, 90),
            ((at(25), "butorphanol"),),
            NOW_US,
            "cannot be told apart from butorphanol, given 5 min before",
        ),
        (minutes(90, 90), ((at(30), "oxygen"),), NOW_US, "given at the same time"),
        (minutes(90, 90), (), at(31), "not over yet"),
    ],
)
def test_why_nothing_can_be_said(
    points: list[tuple[int, float]], others: tuple[tuple[int, str], ...], now_us: int, why: str
) -> None:
    window = respond(points, GIVEN_US, now_us, floor=8.0, others=others)[0]
    assert window.verdict == UNKNOWN
    assert why in window.text


def test_something_given_later_spoils_only_the_windows_that_reach_it() -> None:
    windows = respond(minutes(55, 72), GIVEN_US, NOW_US, floor=8.0, others=((at(50), "methadone"),))
    assert verdicts(windows) == [CHANGED, CHANGED, UNKNOWN, UNKNOWN]


def test_a_cuff_needs_two_readings_on_either_side() -> None:
    readings = [(at(m), 55.0 if m < 31 else 75.0) for m in range(0, 120, 7)]
    windows = respond(readings, GIVEN_US, NOW_US, floor=12.0, sparse=True)
    assert windows[0].verdict == UNKNOWN
    assert windows[2].verdict == CHANGED


@settings(max_examples=30, deadline=None)
@given(st.floats(-30, 30), st.integers(0, 1_000))
def test_the_range_usually_holds_the_truth(shift: float, seed: int) -> None:
    window = respond(minutes(90, 90 + shift, sd=2.0, seed=seed), GIVEN_US, NOW_US, floor=1.0)[2]
    assert window.change is not None
    assert window.change.low - 3 <= shift <= window.change.high + 3


def test_the_windows_stand_one_after_the_other() -> None:
    assert all(a[1] == b[0] for a, b in zip(response.WINDOWS_MIN, response.WINDOWS_MIN[1:], strict=False))
    assert all(from_min * US_PER_MIN > 0 for from_min, _ in response.WINDOWS_MIN)
