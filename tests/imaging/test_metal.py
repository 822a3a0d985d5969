"""The search for metal: what is drawn into a simulated film is marked, what is written on it is named."""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from holdfast.gateways.dicom.pixels import read_film
from holdfast.imaging.film import Film
from holdfast.imaging.metal.component_tree import filled, regions
from holdfast.imaging.metal.deciding import METAL
from holdfast.imaging.metal.search import Search, search, shipped_folds, shipped_weights
from holdfast.imaging.scale import no_scale
from holdfast.simulation.phantom_film import Fragment, Patient, shadow_of, two_views

PATIENT = Patient("Reyes^Rex", "900999000000017", "A1", "2.25.77")
TAKEN = datetime(2026, 5, 17, 5, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def phantoms() -> dict[str, tuple[Film, Search]]:
    weights = shipped_weights()
    films = {view: read_film(data) for view, data in zip(("LL", "VD"), two_views(PATIENT, TAKEN), strict=True)}
    return {view: (film, search(film, weights)) for view, film in films.items()}


def flat(rows: int, columns: int, bits: int = 8) -> Film:
    return Film(
        np.full((rows, columns), 90, np.uint16), bits, None, no_scale("none"), None, simulated=True, problems=()
    )


def test_a_region_stands_out_by_what_it_is_above_its_surroundings() -> None:
    level = np.full((40, 40), 50, np.uint8)
    level[10:16, 10:16] = 180
    level[25:27, 25:27] = 255  # too small
    pixel, grey, area, contrast = regions(level, 10, 400, 20)
    assert (list(area), list(contrast), list(grey)) == ([36], [130], [180])
    assert sorted(filled(level, int(pixel[0]), 180, 36)) == [r * 40 + c for r in range(10, 16) for c in range(10, 16)]


@pytest.mark.parametrize("view", ["LL", "VD"])
def test_the_fragment_is_marked_where_it_is_and_as_large_as_its_shadow(
    phantoms: dict[str, tuple[Film, Search]], view: str
) -> None:
    _, found = phantoms[view]
    row, column, larger = shadow_of(Fragment(), view)
    unexplained = [mark for mark in found.marks if mark.kind == METAL]
    assert len(unexplained) == 1
    mark = unexplained[0]
    assert abs(mark.row - row) < 6
    assert abs(mark.column - column) < 6
    assert mark.long_mm is not None
    assert abs(mark.long_mm - Fragment().diameter_mm * larger) < 2.0
    assert mark.confidence > 0.5
    assert all(abs(r - row) < 25 and abs(c - column) < 25 for r, c in mark.outline)


def test_letters_in_the_picture_are_not_called_metal(phantoms: dict[str, tuple[Film, Search]]) -> None:
    for film, found in phantoms.values():
        for mark in found.marks:
            if mark.row < 60 or mark.row > film.rows - 80:
                assert mark.kind == "marker_or_text"


def test_no_mark_is_never_said_to_be_no_metal() -> None:
    found = search(flat(300, 400), shipped_weights())
    assert found.marks == ()
    assert "does not mean" in found.searched
    assert any("No size in mm" in limit for limit in found.limits)


def test_a_thumbnail_is_said_to_be_unsearched() -> None:
    found = search(flat(1, 2000), shipped_weights())
    assert found.searched == ""
    assert "too few" in found.limits[0]


@pytest.mark.parametrize("shape", [(64, 64), (64, 2000)])
def test_films_of_any_shape_are_searched(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    noisy = Film(
        rng.integers(0, 4096, shape).astype(np.uint16),
        12,
        None,
        no_scale("none"),
        None,
        simulated=True,
        problems=(),
    )
    assert search(noisy, shipped_weights()).searched


def test_the_trees_say_which_films_they_were_fitted_with_and_without() -> None:
    folds = shipped_folds()
    left_out = [sha for fold in folds for sha in fold.left_out]
    assert len(left_out) == len(set(left_out)) > 40
    assert shipped_weights().left_out == ()


def test_the_two_pellets_on_a_film_taught_as_pneumothorax_are_marked() -> None:
    data = os.environ.get("HOLDFAST_DATA")
    path = Path(data or ".") / "imaging/metal_eval/vet/vetxray-feline-pneumothorax.dcm"
    if not data or not path.is_file():
        pytest.skip("HOLDFAST_DATA names no folder with films")
    marks = search(read_film(path.read_bytes()), shipped_weights()).marks
    metal = [mark for mark in marks if mark.kind == METAL]
    for row, column in ((459, 930), (876, 2302)):
        assert any(abs(mark.row - row) < 20 and abs(mark.column - column) < 20 for mark in metal)
    assert all(mark.long_mm is None for mark in metal)  # its header does not say how its spacing was calibrated
