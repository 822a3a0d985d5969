"""Whether a touch was answered by a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.signals.touch_response import FLOORS, respond

S = 1_000_000
TOUCH_US = 1_000 * S


def _series(before: list[float], after: list[float]) -> list[tuple[int, float]]:
    early = [(TOUCH_US - (len(before) - i) * S, v) for i, v in enumerate(before)]
    return early + [(TOUCH_US + (i + 1) * S, v) for i, v in enumerate(after)]


def test_a_rise_of_pressure_after_the_touch_is_seen() -> None:
    said = respond("art_mean", _series([60, 61, 59, 60, 60, 61] * 4, [60, 64, 72, 80, 82, 81, 78, 70]), TOUCH_US)
    assert said.significant is True
    assert said.baseline == pytest.approx(60)
    assert said.peak == 82
    assert said.peak_after_s == 5
    assert said.change == pytest.approx(21, abs=1)
    assert said.low is not None
    assert said.high is not None
    assert said.low < said.change < said.high


def test_a_fall_counts_as_well() -> None:
    said = respond("hr", _series([120] * 10, [110, 90, 85, 84, 86, 90]), TOUCH_US)
    assert said.significant is True
    assert said.change is not None
    assert said.change < 0


def test_no_change_is_said_to_be_none() -> None:
    assert respond("art_mean", _series([60, 62, 58, 61] * 5, [61, 59, 60, 62, 60, 63]), TOUCH_US).significant is False


def test_one_stray_value_is_not_a_response() -> None:
    assert respond("art_mean", _series([60] * 10, [60, 60, 180, 60, 60, 60]), TOUCH_US).significant is False


def test_a_restless_baseline_needs_a_larger_change() -> None:
    swinging = [80.0, 110.0] * 10
    assert respond("hr", _series(swinging, [100, 118, 119, 120, 118, 110]), TOUCH_US).significant is False


@pytest.mark.parametrize(("before", "after"), [(4, 10), (10, 4), (0, 0)])
def test_too_few_values_say_nothing(before: int, after: int) -> None:
    said = respond("art_mean", _series([60.0] * before, [90.0] * after), TOUCH_US)
    assert said.significant is None
    assert str(before) in said.text


def test_a_number_without_a_floor_says_nothing() -> None:
    assert respond("spo2", _series([97.0] * 10, [80.0] * 10), TOUCH_US).significant is None


def test_only_half_a_minute_on_either_side_counts() -> None:
    points = [(TOUCH_US - 60 * S + i * S, 20.0) for i in range(25)] + _series([60.0] * 10, [60.0] * 10)
    points += [(TOUCH_US + 31 * S + i * S, 150.0) for i in range(10)]
    said = respond("art_mean", points, TOUCH_US)
    assert (said.points_before, said.points_after, said.significant) == (10, 10, False)


@given(st.sampled_from(sorted(FLOORS)), st.floats(20, 200), st.floats(-15, 15))
def test_a_clean_step_counts_exactly_from_the_floor_on(key: str, level: float, step: float) -> None:
    said = respond(key, _series([level] * 10, [level + step] * 10), TOUCH_US)
    if abs(abs(step) - FLOORS[key]) > 1e-6:
        assert said.significant is (abs(step) > FLOORS[key])
