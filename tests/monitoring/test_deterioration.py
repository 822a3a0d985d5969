"""Getting worse over hours is said once, with numbers and a range; one number, artefact and mood are not enough."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.knowledge import courses
from holdfast.monitoring import watch
from holdfast.monitoring.deterioration import Worsening, WorseningEnded
from monitoring.made_courses import CALM, Level, at, made, ramp, told, treated

HOURS = 60.0
SHOCK: dict[str, Level] = {
    **CALM,
    "hr": ramp(90, 170, 180, 360),
    "art_mean": ramp(92, 55, 180, 360),
    "art_sys": ramp(124, 78, 180, 360),
}


def worse(said: list[watch.Told]) -> list[Worsening]:
    return [one for one in said if isinstance(one, Worsening)]


def test_a_dog_that_goes_into_shock_is_said_to_get_worse_with_numbers_and_since_when() -> None:
    first = worse(told(made(SHOCK, 8 * HOURS), 8 * HOURS))[0]
    assert at(180) < first.at_us < at(300)
    assert at(150) <= first.since_us <= at(240)
    assert first.kind == "deterioration"
    assert {one.sign for one in first.moved} >= {"hr", "map"}
    for one in first.moved:
        assert one.change.low <= one.change.change <= one.change.high
    assert first.text.startswith("Getting worse for about")
    assert "mean arterial pressure 9" in first.text
    assert "range" in first.text


def test_a_fast_fall_is_high_priority() -> None:
    levels = {**CALM, "hr": ramp(90, 170, 180, 210), "art_mean": ramp(92, 45, 180, 210)}
    said = worse(told(made(levels, 6 * HOURS), 6 * HOURS))
    assert said[-1].priority == "high"
    assert said[0].at_us <= at(230)


def test_it_is_said_once_and_ends_when_the_new_level_stands() -> None:
    said = told(made(SHOCK, 20 * HOURS), 20 * HOURS)
    assert len([one for one in worse(said) if one.priority == "medium"]) <= 1
    assert isinstance(said[-1], WorseningEnded)


def test_a_calm_night_says_nothing() -> None:
    assert told(made(CALM, 24 * HOURS), 24 * HOURS) == []


QUIET: dict[str, dict[str, Level]] = {
    "one number that moves a little": {**CALM, "hr": ramp(90, 125, 180, 300)},
    "panting": {**CALM, "rr": lambda m: 180.0 if 200 < m < 290 else 20.0},
    "awake for twenty minutes": {
        **CALM,
        "hr": lambda m: 150.0 if 200 < m < 220 else 90.0,
        "rr": lambda m: 60.0 if 200 < m < 220 else 20.0,
    },
    "artefact of four minutes on two sensors": {
        **CALM,
        "hr": lambda m: 260.0 if 200 < m < 204 else 90.0,
        "art_mean": lambda m: 20.0 if 200 < m < 204 else 92.0,
    },
    "a better animal": {**CALM, "hr": ramp(150, 90, 120, 240), "art_mean": ramp(60, 92, 120, 240)},
    "changes within what is ordinary": {**CALM, "hr": ramp(70, 105, 120, 240), "art_mean": ramp(110, 90, 120, 240)},
}


@pytest.mark.parametrize("levels", QUIET.values(), ids=QUIET.keys())
def test_what_is_no_deterioration(levels: dict[str, Level]) -> None:
    assert worse(told(made(levels, 6 * HOURS), 6 * HOURS)) == []


def test_another_source_of_the_pressure_is_not_read_as_a_fall() -> None:
    levels: dict[str, Level] = {
        **CALM,
        "art_mean": lambda m: 92.0 if m < 200 else None,
        "art_sys": lambda m: 124.0 if m < 200 else None,
        "nibp_mean": lambda m: 60.0,
        "hr": ramp(90, 112, 195, 205),
    }
    said = told(made(levels, 4 * HOURS, every_s={"nibp_mean": 600}), 4 * HOURS)
    assert worse(said) == []


def test_a_cuff_read_every_quarter_of_an_hour_is_enough_beside_the_rate() -> None:
    levels: dict[str, Level] = {
        "hr": ramp(90, 160, 120, 240),
        "nibp_mean": ramp(90, 55, 120, 240),
        "nibp_sys": ramp(120, 75, 120, 240),
    }
    said = worse(told(made(levels, 6 * HOURS, every_s={"nibp_mean": 900, "nibp_sys": 900}), 6 * HOURS))
    assert said
    assert said[0].at_us <= at(240)


def test_a_rate_that_falls_after_dexmedetomidine_is_not_called_worse() -> None:
    levels = {**CALM, "hr": ramp(90, 45, 200, 210), "rr": ramp(20, 7, 200, 210)}
    given_ = treated(199, "sedative", "dexmedetomidine")
    assert worse(told(made(levels, 6 * HOURS), 6 * HOURS, (given_,))) == []
    assert worse(told(made(levels, 6 * HOURS), 6 * HOURS))


def test_a_fall_of_pressure_is_said_even_when_a_drug_may_explain_it_and_the_drug_is_named() -> None:
    levels = {**CALM, "hr": ramp(90, 125, 200, 230), "art_mean": ramp(92, 60, 200, 230)}
    said = worse(told(made(levels, 6 * HOURS), 6 * HOURS, (treated(195, "sedative", "acepromazine"),)))
    assert "may be acepromazine" in said[0].text


def test_it_ends_as_not_known_when_the_monitor_falls_silent() -> None:
    points = made(SHOCK, 5 * HOURS)
    said = told(points, 8 * HOURS)
    assert isinstance(said[-1], WorseningEnded)
    assert "no longer known" in said[-1].reason


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=3, max_size=12))
def test_the_same_is_said_however_the_values_are_cut(minutes: list[int]) -> None:
    points = made(SHOCK, 5 * HOURS)
    whole_state, whole = watch.step(watch.initial(), courses.load(), points, at(5 * HOURS))
    state, said, done = watch.initial(), [], 0.0
    for length in [*minutes, 5 * HOURS]:
        upto = min(done + length, 5 * HOURS)
        piece = {key: [p for p in values if at(done) <= p[0] < at(upto)] for key, values in points.items()}
        state, more = watch.step(watch.load(watch.dump(state)), courses.load(), piece, at(upto))
        said += more
        done = upto
    assert (state, said) == (whole_state, list(whole))


def test_twelve_hours_of_memory_are_bounded() -> None:
    state, _ = watch.step(watch.initial(), courses.load(), made(SHOCK, 20 * HOURS), at(20 * HOURS))
    assert len(watch.dump(state)) < 64_000
