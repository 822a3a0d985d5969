"""When did a level change: the same answer as looking at every moment, and none for noise or one wild value."""

import math
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.monitoring import change_points as cp

STEP_US = 10_000_000


def series(values: list[float]) -> list[tuple[int, float]]:
    return [(i * STEP_US, value) for i, value in enumerate(values)]


def noise(seed: int, n: int, sd: float = 3.0, level: float = 90.0) -> list[float]:
    rng = random.Random(seed)
    return [level + rng.gauss(0, sd) for _ in range(n)]


def brute(sums: list[float]) -> float:
    """Twice the best log likelihood ratio over every split of the running sums."""
    n, whole = len(sums) - 1, sums[-1] ** 2 / (len(sums) - 1)
    splits = (sums[t] ** 2 / t + (sums[-1] - sums[t]) ** 2 / (n - t) - whole for t in range(1, n - cp.LAST + 1))
    return max(splits, default=-math.inf)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(80, 100), min_size=cp.LEARN + cp.LAST, max_size=45))
def test_what_is_kept_holds_the_best_split_of_all(values: list[float]) -> None:
    state = cp.initial(1_000.0)
    for at_us, value in series(values):
        state, _ = cp.step(state, at_us, value)
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + min(max((value - state.anchor) / state.scale, -cp.CUT), cp.CUT))
    best = cp._best(state)
    assert best is not None
    assert best[0] == pytest.approx(brute(sums), abs=1e-6)


def test_a_step_is_found_dated_and_measured() -> None:
    found = cp.changes(series(noise(1, 120) + noise(2, 60, level=120.0)), 15.0)
    (one,) = found
    assert abs(one.onset_us - 120 * STEP_US) <= 2 * STEP_US
    assert one.found_us - one.onset_us <= 10 * STEP_US
    assert one.low < 30 < one.high
    assert 88 < one.before < 92


@pytest.mark.parametrize("seed", range(20))
def test_steady_noise_has_no_changes(seed: int) -> None:
    assert cp.changes(series(noise(seed, 2_000, sd=6.0)), 15.0) == []


def test_a_moment_of_artefact_is_no_change_of_level() -> None:
    values = noise(3, 200)
    values[100:104] = [280.0] * 4
    assert cp.changes(series(values), 15.0) == []


def test_a_change_too_small_for_a_sentence_is_not_told_however_sure_it_is() -> None:
    assert cp.changes(series(noise(4, 500, sd=0.5) + noise(5, 500, sd=0.5, level=94.0)), 15.0) == []


def test_up_and_down_again_are_two_changes() -> None:
    values = noise(6, 100) + noise(7, 60, level=130.0) + noise(8, 100)
    assert [one.after > one.before for one in cp.changes(series(values), 15.0)] == [True, False]


def test_a_level_on_its_way_is_one_change_from_where_it_left_to_where_it_arrived() -> None:
    ramp = [90 + 70 * i / 25 for i in range(25)]
    values = noise(14, 100) + [level + sway - 90 for level, sway in zip(ramp, noise(15, 25), strict=True)]
    (one,) = cp.changes(series(values + noise(16, 80, level=160.0)), 15.0)
    assert one.before == pytest.approx(90, abs=4)
    assert one.after == pytest.approx(160, abs=10)
    assert abs(one.onset_us - 104 * STEP_US) <= 12 * STEP_US


def test_a_hole_before_the_change_is_said() -> None:
    points = series(noise(9, 60)) + [(at + 50 * 60 * STEP_US, v) for at, v in series(noise(10, 60, level=130.0))]
    (one,) = cp.changes(points, 15.0)
    assert one.gap_us > 40 * 60 * STEP_US


@given(st.integers(0, 80))
@settings(max_examples=15, deadline=None)
def test_what_is_dumped_goes_on_as_if_nothing_had_happened(at: int) -> None:
    points = series(noise(11, 50) + noise(12, 40, level=125.0))
    found: list[list[cp.LevelChanged]] = []
    for stop in (None, at):
        state, told = cp.initial(15.0), []
        for i, (at_us, value) in enumerate(points):
            if i == stop:
                state = cp.load(cp.dump(state))
            state, changed = cp.step(state, at_us, value)
            told += [changed] if changed else []
        found.append(told)
    assert found[0] == found[1]
    assert found[0]


def test_memory_stays_bounded_over_two_days() -> None:
    state = cp.initial(15.0)
    for at_us, value in series(noise(13, 17_280)):
        state, _ = cp.step(state, at_us, value)
    assert len(cp.dump(state)) < 8_192


def test_what_is_no_number_is_passed_over_and_a_foreign_state_refused() -> None:
    state = cp.initial(15.0)
    assert cp.step(state, 0, math.nan) == (state, None)
    with pytest.raises(msgspec.ValidationError):
        cp.load(msgspec.msgpack.encode({"type": "other"}))
    with pytest.raises(ValueError, match="larger than nothing"):
        cp.initial(0.0)
