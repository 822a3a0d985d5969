"""Sizes of a film, its pieces, and values made grey."""

import numpy as np

from holdfast.imaging.film import Film
from holdfast.imaging.presentation import OVERVIEW_MAX, TILE, Sizes, Window, greys, windows
from holdfast.imaging.scale import no_scale


def film(pixels: np.ndarray, window: tuple[float, float] | None = None, bits: int = 12) -> Film:
    return Film(pixels.astype(np.uint16), bits, window, no_scale("none"), None, simulated=False, problems=())


def test_pieces_put_together_are_the_film() -> None:
    values = np.arange(1300 * 700).reshape(1300, 700) % 4096
    sizes = Sizes(film(values))
    rows = [np.hstack([sizes.tile(0, column, row) for column in range(2)]) for row in range(3)]
    assert np.array_equal(np.vstack(rows), values)
    assert sizes.tile(0, 2, 0).size == 0
    assert sizes.tile(0, 0, 0).shape == (TILE, TILE)


def test_a_halving_keeps_the_mean_and_takes_odd_sides() -> None:
    sizes = Sizes(film(np.full((2051, 1027), 4095)))
    assert sizes.coarsest == 2
    assert max(sizes.level(2).shape) <= OVERVIEW_MAX
    assert sizes.level(2).shape == (513, 257)
    assert (sizes.level(2) == 4095).all()


def test_a_small_film_has_one_size() -> None:
    assert Sizes(film(np.zeros((300, 200)))).coarsest == 0


def test_the_window_that_the_file_asks_for_comes_first() -> None:
    values = np.linspace(0, 4095, 90_000).reshape(300, 300)
    first, *rest = windows(Sizes(film(values, window=(1000.0, 400.0))))
    assert (first.key, first.centre, first.width) == ("sent", 1000.0, 400.0)
    assert {one.key for one in rest} == {"film", "soft", "dense", "whole"}
    assert windows(Sizes(film(values)))[0].key == "film"


def test_greys_follow_the_window() -> None:
    values = np.array([[0, 100, 150, 200, 4000]], dtype=np.uint16)
    window = Window("own", "", 150.5, 101.0)
    shown = greys(values, window)[0]
    assert shown[0] == shown[1] == 0
    assert shown[3] == shown[4] == 255
    assert 120 <= shown[2] <= 135
    assert np.array_equal(greys(values, window, invert=True), 255 - greys(values, window))


def test_a_film_of_one_value_can_be_shown() -> None:
    for window in windows(Sizes(film(np.full((40, 40), 7)))):
        assert np.isfinite(greys(np.full((4, 4), 7, dtype=np.uint16), window)).all()
