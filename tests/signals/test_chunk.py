"""Pieces of a wave on one axis of time: overlaps, holes, clocks that jump."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.signals.chunk import STALE_RESTART_S, Chunk, Timeline, from_wave, lay, pack, unpack
from signals.made_signals import START_US, wave

RATE_HZ = 130.0


def _piece(first: int, count: int) -> Chunk:
    return Chunk(START_US + round(first * 1e6 / RATE_HZ), RATE_HZ, np.arange(first, first + count, dtype=float))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 80)), min_size=1, max_size=20))
def test_overlaps_and_repeats_leave_each_sample_once(pieces: list[tuple[int, int]]) -> None:
    timeline, laid = lay(Timeline(), _piece(0, 10))
    got = list(laid.samples)
    for back, count in pieces:
        first = max(0, len(got) - back)
        timeline, laid = lay(timeline, _piece(first, count))
        got += list(laid.samples)
    assert got == [float(i) for i in range(len(got))]
    assert timeline.count == len(got)


@given(st.integers(1, 200))
def test_a_short_hole_is_filled_with_missing_samples_and_said(hole: int) -> None:
    timeline, _ = lay(Timeline(), _piece(0, 130))
    timeline, laid = lay(timeline, _piece(130 + hole, 10))
    assert np.isnan(laid.samples[:hole]).all()
    assert list(laid.samples[hole:]) == [float(130 + hole + i) for i in range(10)]
    assert laid.gap_us == pytest.approx(hole * 1e6 / RATE_HZ, abs=1)
    assert not laid.restarted


def test_a_long_hole_starts_the_axis_anew() -> None:
    timeline, _ = lay(Timeline(), _piece(0, 130))
    timeline, laid = lay(timeline, _piece(1300, 10))
    assert laid.restarted
    assert laid.gap_us == pytest.approx(9e6, abs=2)
    assert timeline.time_us(0) == START_US + 10_000_000


def test_another_rate_starts_the_axis_anew() -> None:
    timeline, _ = lay(Timeline(), _piece(0, 130))
    _, laid = lay(timeline, Chunk(START_US + 1_000_000, 250.0, np.zeros(10)))
    assert laid.restarted


def test_a_clock_set_back_is_followed_after_a_while_instead_of_being_ignored_for_ever() -> None:
    timeline, _ = lay(Timeline(), _piece(1_000_000, 130))
    restarted_at = None
    for second in range(30):
        timeline, laid = lay(timeline, _piece(second * 130, 130))
        if laid.restarted:
            restarted_at = second
            break
    assert restarted_at is not None
    assert restarted_at <= STALE_RESTART_S + 1


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_an_error(rate_hz: float) -> None:
    with pytest.raises(ValueError, match="sampling rate"):
        lay(Timeline(), Chunk(START_US, rate_hz, np.zeros(3)))


def test_times_do_not_drift_over_a_day() -> None:
    timeline = Timeline(START_US, RATE_HZ, 0)
    assert timeline.time_us(130 * 86_400) == START_US + 86_400_000_000


def test_waves_are_scaled_to_millivolts_and_inoperative_ones_are_missing() -> None:
    micro = from_wave(wave("ecg_ii", np.array([1000.0, -500.0]), 130.0, START_US, unit="uV"))
    assert list(micro.samples) == [1.0, -0.5]
    off = from_wave(wave("ecg_ii", np.array([1.0, 2.0]), 130.0, START_US, inoperative=True))
    assert np.isnan(off.samples).all()


@given(st.lists(st.floats(allow_nan=False), max_size=20))
def test_packing_is_exact(values: list[float]) -> None:
    assert list(unpack(pack(values))) == values
