"""The rate from the intervals of beats, and when there is none to tell."""

import pytest

from holdfast.signals import heart_rate

S = 1_000_000


def _after(beats_s: list[float], until_s: int, unfit: tuple[int, ...] = ()) -> heart_rate.Rate:
    state, rate = heart_rate.initial(), None
    for second in range(until_s):
        beats = [round(b * S) for b in beats_s if second <= b < second + 1]
        state, rate = heart_rate.step(heart_rate.load(heart_rate.dump(state)), beats, (second + 1) * S, second in unfit)
    assert rate is not None
    return rate


@pytest.mark.parametrize("per_min", [12, 17, 20, 60, 150, 300])
def test_a_steady_rate_is_told(per_min: int) -> None:
    beats = [i * 60 / per_min for i in range(int(30 * per_min / 60))]
    assert _after(beats, 30).per_min == pytest.approx(per_min, rel=0.001)


def test_a_dogs_irregular_rhythm_gives_what_was_there() -> None:
    beats, at = [0.0], 0.0
    for _ in range(12):
        for interval in (0.5, 0.5, 1.5):
            at += interval
            beats.append(at)
    rate = _after(beats, 20)
    assert rate.per_min == pytest.approx(72, rel=0.12)


def test_too_few_intervals_say_nothing() -> None:
    rate = _after([8.0, 9.0, 9.9], 10)
    assert rate.per_min is None
    assert "intervals" in rate.why


def test_a_stopped_heart_has_no_rate_long_before_the_window_empties() -> None:
    beats = [i * 0.5 for i in range(20)]
    rate = _after(beats, 13)
    assert rate.per_min is None
    assert "no beat" in rate.why
    assert rate.age_us == pytest.approx(3.5 * S)


def test_bad_signal_gives_no_rate_and_no_interval_across_it() -> None:
    beats = [0.2, 1.2, 2.2, 3.2, 8.2, 9.2, 10.2, 11.2]
    during = _after(beats, 6, unfit=(4, 5, 6, 7))
    assert during.per_min is None
    assert "not good enough" in during.why
    assert _after(beats, 12, unfit=(4, 5, 6, 7)).per_min == pytest.approx(60)


def test_few_intervals_are_only_fair() -> None:
    assert _after([6.0, 7.0, 8.0, 9.0], 10).quality == "fair"
    assert _after([float(i) for i in range(10)], 10).quality == "good"


def test_a_slow_heart_is_told_from_its_last_intervals_but_not_across_a_break() -> None:
    beats = [0.5, 4.0, 7.5, 11.0, 14.5]
    assert _after(beats, 16).per_min == pytest.approx(60 / 3.5)
    assert _after(beats, 16, unfit=(9,)).per_min is None


def test_intervals_that_fill_the_window_are_good_however_few() -> None:
    assert _after([i * 3.0 for i in range(11)], 30).quality == "good"


def test_one_beat_after_a_break_does_not_bring_the_old_rate_back() -> None:
    before = [i * 0.55 for i in range(37)]
    for until_s in (60, 61, 62, 63):
        assert _after([*before, 60.0], until_s).per_min is None
    agonal = [27.0 + 7 * i for i in range(10)]
    assert all(_after([*before, *agonal], until_s).per_min is None for until_s in range(26, 95))
