"""Found beats against reference beats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.signals.scoring import add, match

times = st.lists(st.integers(0, 5_000), max_size=30)


def test_each_beat_is_matched_once_to_the_nearest() -> None:
    score = match([90, 100, 300], [101, 200], 50)
    assert (score.true_positives, score.false_positives, score.false_negatives) == (1, 2, 1)
    assert list(score.errors_us) == [1]


@given(times, times, st.integers(0, 200))
def test_counts_add_up_and_no_pair_is_out_of_tolerance(
    detected: list[int], reference: list[int], tolerance: int
) -> None:
    score = match(detected, reference, tolerance)
    assert score.true_positives + score.false_positives == len(detected)
    assert score.true_positives + score.false_negatives == len(reference)
    assert all(error <= tolerance for error in score.errors_us)


@given(times)
def test_a_perfect_detector_scores_one(reference: list[int]) -> None:
    score = match(reference, reference, 0)
    assert score.f1 == (1.0 if reference else None)


def test_pooled_scores_count_beats_not_records() -> None:
    pooled = add([match([0], [0], 1), match([0, 10, 20], [0, 10, 30], 1)])
    assert pooled.sensitivity == pytest.approx(3 / 4)
    assert add([]).f1 is None
