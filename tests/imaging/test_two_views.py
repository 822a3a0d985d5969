"""The place of metal from two films whose truth is known, and what is said when something is missing."""

from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import made_views
from holdfast.imaging import assumed
from holdfast.imaging.projection import Lying
from holdfast.imaging.two_views import Place, View, lower_bounds, place
from holdfast.imaging.zones import to_ellipse, to_spheroid, to_tube
from holdfast.kernel.errors import OperatorError

ENTRIES = yaml.safe_load((resources.files("holdfast.imaging") / "two_views.yaml").read_text(encoding="utf-8"))


def seen(lying: Lying) -> View:
    size = made_views.COLUMNS, made_views.ROWS
    spacing = made_views.SPACING_MM, made_views.SPACING_MM
    return View(lying, made_views.taps(lying), size, spacing, False, made_views.SID_MM)


def zones(found: Place) -> dict[str, float]:
    return {one.key: one.mm for one in found.zones}


@pytest.mark.parametrize("side", [Lying.RIGHT, Lying.LEFT])
@pytest.mark.parametrize("front", [Lying.BACK, Lying.BELLY])
def test_the_place_and_the_distances_are_those_of_the_dog(side: Lying, front: Lying) -> None:
    found = place([seen(side), seen(front)], 30.0)
    assert (found.tail_mm, found.left_mm, found.back_mm) == pytest.approx(made_views.POINTS["object"], abs=3.0)
    thing, head, tail = (np.array(made_views.POINTS[key]) for key in ("object", "aorta_head", "aorta_tail"))
    axis = (tail - head) / np.linalg.norm(tail - head)
    aorta = np.linalg.norm(np.cross(thing - head, axis)) - assumed.AORTA_RADIUS_MM[0]
    assert zones(found)["aorta"] == pytest.approx(aorta, abs=2.5)
    assert all(one.low_mm < one.mm < one.high_mm for one in found.zones)
    assert set(found.not_placed) == {"caudal vena cava", "diaphragm"}


def test_a_film_turned_and_mirrored_says_the_same() -> None:
    plain = place([seen(Lying.RIGHT), seen(Lying.BACK)], 30.0)
    lateral, front = seen(Lying.RIGHT), seen(Lying.BACK)
    turned = {name: (made_views.ROWS - y, x) for name, (x, y) in lateral.taps.items()}
    mirrored = {name: (made_views.COLUMNS - x, y) for name, (x, y) in front.taps.items()}
    size = made_views.ROWS, made_views.COLUMNS
    found = place([replace(lateral, taps=turned, size=size), replace(front, taps=mirrored)], 30.0)
    assert zones(found) == pytest.approx(zones(plain), abs=0.2)
    assert found.left_mm == pytest.approx(plain.left_mm, abs=0.2)


def test_a_zone_placed_on_one_view_only_is_less_sure() -> None:
    front = seen(Lying.BACK)
    without = {name: tap for name, tap in front.taps.items() if not name.startswith("aorta")}
    both = place([seen(Lying.RIGHT), front], 30.0)
    one = place([seen(Lying.RIGHT), replace(front, taps=without)], 30.0)
    wide = {z.key: z.high_mm - z.low_mm for z in one.zones}
    narrow = {z.key: z.high_mm - z.low_mm for z in both.zones}
    assert wide["aorta"] > 1.5 * narrow["aorta"]
    assert "assumed" in next(z.how for z in one.zones if z.key == "aorta")


def test_one_view_gives_a_bound_below_the_truth() -> None:
    true = zones(place([seen(Lying.RIGHT), seen(Lying.BACK)], 30.0))
    for lying in (Lying.RIGHT, Lying.BACK):
        for bound in lower_bounds(seen(lying), 30.0):
            assert 0 <= bound.mm <= true[bound.key]


def test_what_is_missing_is_named() -> None:
    lateral = seen(Lying.RIGHT)
    without = {name: tap for name, tap in lateral.taps.items() if name != "skin_back"}
    with pytest.raises(OperatorError, match="Skin of the back"):
        place([replace(lateral, taps=without), seen(Lying.BACK)], 30.0)
    with pytest.raises(OperatorError, match="one lateral view"):
        place([lateral, lateral], 30.0)
    near = {**lateral.taps, "spine_tail": lateral.taps["spine_head"]}
    with pytest.raises(OperatorError, match="too near"):
        place([replace(lateral, taps=near), seen(Lying.BACK)], 30.0)


def test_no_distance_to_the_tube_makes_a_doubt_and_a_wider_interval() -> None:
    stated = place([seen(Lying.RIGHT), seen(Lying.BACK)], 30.0)
    views = [replace(seen(lying), sid_mm=None) for lying in (Lying.RIGHT, Lying.BACK)]
    found = place(views, 30.0)
    assert any("1075 mm assumed" in doubt for doubt in found.doubts)
    assert not any("assumed" in doubt for doubt in stated.doubts)
    assert sum(found.deviations_mm) > sum(stated.deviations_mm)


def test_points_that_cannot_be_of_one_object_are_doubted() -> None:
    front = seen(Lying.BACK)
    x, y = front.taps["object"]
    found = place([seen(Lying.RIGHT), replace(front, taps={**front.taps, "object": (x - 400, y)})], 30.0)
    assert any("same" in doubt for doubt in found.doubts)


sizes = st.floats(1.0, 200.0)
places = st.floats(-300.0, 300.0)


@settings(max_examples=60, deadline=None)
@given(places, places, sizes, sizes)
def test_the_nearest_point_of_an_ellipse_is_found(x: float, y: float, a: float, b: float) -> None:
    angles = np.linspace(0, 2 * np.pi, 40_001)
    near = float(np.min(np.hypot(x - a * np.cos(angles), y - b * np.sin(angles))))
    found = float(to_ellipse(np.float64(x), np.float64(y), np.float64(a), np.float64(b)))
    assert abs(found) == pytest.approx(near, abs=0.02 + 0.002 * max(a, b))
    assert (found <= 0) == ((x / a) ** 2 + (y / b) ** 2 <= 1) or abs(found) < 0.05


def test_shapes_agree_where_they_are_one() -> None:
    point, base, apex = np.array([50.0, 20.0, 0.0]), np.array([-10.0, 0, 0]), np.array([10.0, 0, 0])
    ball = float(to_spheroid(point, base, apex, np.float64(10.0)))
    assert ball == pytest.approx(np.hypot(50, 20) - 10, abs=0.01)
    inside = to_tube(np.array([0.0, 2.0, 0]), base, apex, np.float64(5.0), endless=False)
    assert float(inside) == pytest.approx(-3.0)
    beyond = to_tube(point, base, apex, np.float64(5.0), endless=False)
    assert float(beyond) > float(to_tube(point, base, apex, np.float64(5.0), endless=True))


def test_the_data_file_and_the_code_say_the_same() -> None:
    held = {name for name in vars(assumed) if name.isupper()}
    assert {one["key"] for one in ENTRIES} == held - {"WEIGHT_OF_RADII_KG"}
    for one in ENTRIES:
        value = getattr(assumed, one["key"])
        assert (list(value) if isinstance(value, tuple) else value) == one["value"], one["key"]
        assert one["grade"] == "estimate"
        assert one["unit"]
        assert one["note"]
