"""Two weeks of trends are as many points as a screen can draw, and nothing that stood out is lost."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.limits import TREND_POINTS_MAX
from holdfast.usecases.trends import Point, thinned

TO_US = 10_000


@given(st.lists(st.tuples(st.integers(0, TO_US - 1), st.floats(-1e6, 1e6), st.floats(0, 1e6)), max_size=200))
def test_lows_highs_and_the_last_value_survive(drawn: list[tuple[int, float, float]]) -> None:
    points = [Point(at_us, last, last - spread, last + spread) for at_us, last, spread in sorted(drawn)]
    few = thinned(points, 0, TO_US, most=20)
    assert len(few) <= 20
    assert [one.at_us for one in few] == sorted(one.at_us for one in few)
    if len(points) <= 20:
        assert few == points
        return
    assert min(one.low for one in few) == min(one.low for one in points)
    assert max(one.high for one in few) == max(one.high for one in points)
    assert (few[-1].at_us, few[-1].last) == (points[-1].at_us, points[-1].last)
    for one in few:
        here = [point for point in points if point.at_us * 20 // TO_US == one.at_us * 20 // TO_US]
        assert one == (here[-1].at_us, here[-1].last, min(p.low for p in here), max(p.high for p in here))


def test_two_weeks_of_blocks_become_what_a_screen_can_draw() -> None:
    span_us = 14 * 86_400 * 1_000_000
    points = [Point(at_us, 100.0, 99.0, 101.0) for at_us in range(0, span_us, 10_000_000)]
    points[77_777] = Point(points[77_777].at_us, 30.0, 12.0, 60.0)
    few = thinned(points, 0, span_us)
    assert len(few) == TREND_POINTS_MAX
    assert min(one.low for one in few) == 12.0
