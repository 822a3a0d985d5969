"""What the monitor did in the last minutes, in sentences."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_S
from holdfast.monitoring.last_minutes import Point, Watched, condition_lines, data_line, describe
from holdfast.record.case_entries import ConditionEntry
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


def condition(name: str, began_s: int, ended_s: int | None = None, signal: str = "ecg_ii") -> ConditionEntry:
    ended_us = None if ended_s is None else ended_s * US_PER_S
    return ConditionEntry(name, name, signal, Origin.LIVE, began_s * US_PER_S, ended_us)


def test_conditions_that_touched_the_range_are_told() -> None:
    found = [condition("lead_off", 5, 9), condition("asystole", 50), condition("artefact", 0, 1)]
    lines = condition_lines(found, from_us=4 * US_PER_S, to_us=60 * US_PER_S)
    assert [line.text for line in lines] == ["asystole (still so)", "lead_off (for 4 s)"]


def test_the_animal_comes_before_the_equipment_and_what_lasts_before_what_is_over() -> None:
    found = [
        condition("lead_off", 1),
        condition("lead_off", 2, signal="ecg_i"),
        condition("asystole", 3, 8),
        condition("ventricular_fibrillation_suspected", 4),
        condition("no_data", 5, signal=""),
    ]
    lines = condition_lines(found, from_us=0, to_us=60 * US_PER_S)
    assert lines[0].text.startswith("ventricular_fibrillation")
    assert lines[1].text.startswith("asystole")
    assert [line.at_us // US_PER_S for line in lines[2:]] == [5, 2, 1]


def test_silence_never_reads_as_calm() -> None:
    now_us = 600 * US_PER_S
    none_at_all = data_line(None, now_us=now_us)
    assert none_at_all is not None
    assert "No monitor values" in none_at_all.text
    stopped = data_line(now_us - 240 * US_PER_S, now_us=now_us)
    assert stopped is not None
    assert "for 4 min" in stopped.text
    assert data_line(now_us - 20 * US_PER_S, now_us=now_us) is None
