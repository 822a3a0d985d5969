"""What the monitor did in the last minutes, in sentences."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_S
from holdfast.monitoring.last_minutes import Point, Watched, condition_lines, describe
from holdfast.record.case_state import ConditionEntry
from holdfast.record.monitor import Origin

HR = Watched("hr", "Heart rate", "/min", 15.0)


def points(values: list[float]) -> list[Point]:
    return [Point(i * 10 * US_PER_S, v, v, v) for i, v in enumerate(values)]


def only_line(values: list[float]) -> tuple[str, bool]:
    (line,) = describe({"hr": points(values)}, [HR], from_us=0, to_us=10_000 * US_PER_S)
    return line.text, line.notable


def test_a_lasting_rise_is_said_with_both_levels() -> None:
    assert only_line([80.0] * 20 + [120.0] * 20) == ("Heart rate rose from 80 to 120 /min", True)


def test_a_spike_that_settles_is_told_from_a_lasting_change() -> None:
    text, notable = only_line([150.0] * 25 + [198.0] + [151.0] * 20)
    assert notable
    assert "rose to 198 /min for a moment" in text
    assert "around 150 otherwise" in text


def test_the_time_of_a_spike_is_the_time_of_its_peak() -> None:
    (line,) = describe({"hr": points([150.0] * 25 + [198.0] + [151.0] * 20)}, [HR], from_us=0, to_us=10**12)
    assert line.at_us == 25 * 10 * US_PER_S


def test_a_quiet_course_is_steady_and_not_notable() -> None:
    assert only_line([100.0, 103.0, 98.0, 101.0, 99.0, 102.0, 100.0]) == ("Heart rate steady around 100 /min", False)


def test_few_values_are_no_course() -> None:
    text, notable = only_line([80.0, 160.0])
    assert "too few values" in text
    assert not notable


def test_values_outside_the_range_do_not_count() -> None:
    lines = describe({"hr": points([80.0] * 10 + [200.0] * 10)}, [HR], from_us=0, to_us=9 * 10 * US_PER_S)
    assert [line.text for line in lines] == ["Heart rate steady around 80 /min"]


@given(st.lists(st.floats(20, 300), min_size=6, max_size=60))
def test_any_course_gives_exactly_one_line_within_the_range(values: list[float]) -> None:
    (line,) = describe({"hr": points(values)}, [HR], from_us=0, to_us=len(values) * 10 * US_PER_S)
    assert 0 <= line.at_us <= len(values) * 10 * US_PER_S


def test_conditions_that_touched_the_range_are_told() -> None:
    began = [
        ConditionEntry("lead_off", "ECG lead is off", "ecg_ii", Origin.LIVE, 5 * US_PER_S, 9 * US_PER_S),
        ConditionEntry("asystole", "No heartbeat seen", "ecg_ii", Origin.LIVE, 50 * US_PER_S),
        ConditionEntry("artefact", "Artefact", "ecg_ii", Origin.LIVE, 0, 1 * US_PER_S),
    ]
    lines = condition_lines(began, from_us=4 * US_PER_S, to_us=60 * US_PER_S)
    assert [line.text for line in lines] == ["ECG lead is off (for 4 s)", "No heartbeat seen (still so)"]
