"""What the search measures of shapes to name them: rings around a stud, heads, letters."""

import numpy as np
import pytest

from holdfast.imaging.metal.likeness import ring, widths, zones

MM = 0.2


def test_a_snap_has_a_ring_and_a_pellet_has_none() -> None:
    y, x = np.mgrid[:160, :160]
    away = np.hypot(y - 80, x - 80) * MM
    pellet = np.where(away < 2.0, 0.9, 0.3).astype(np.float32)
    snap = np.where((away > 5.0) & (away < 6.2), 0.5, pellet).astype(np.float32)
    assert ring(pellet, 80, 80, 2.0, MM)["halo"] == 0.0
    seen = ring(snap, 80, 80, 2.0, MM)
    assert seen["halo"] == pytest.approx(0.2, abs=0.01)
    assert 5.0 <= seen["halo_mm"] <= 6.2
    assert ring(snap, 3, 3, 30.0, MM).keys() == seen.keys()  # at the border, and with a large middle
    assert all(np.isfinite(list(ring(snap, 80, 80, 2.0, coarse).values())).all() for coarse in (5.0, 20.0))


def test_a_screw_shows_its_head_whichever_way_it_lies() -> None:
    screw = np.zeros((20, 90), np.bool_)
    screw[7:13] = True
    screw[:, :12] = True
    first, turned = widths(screw), widths(screw[:, ::-1].T)
    assert first["width_end"] > 2 * first["width_middle"]
    assert first == pytest.approx(turned)
    assert widths(np.ones((10, 90), np.bool_))["width_spread"] == pytest.approx(0.0, abs=0.01)


def test_a_letter_is_known_by_where_its_strokes_lie() -> None:
    letter = np.zeros((30, 21), np.bool_)
    letter[:, :6] = letter[24:] = True  # L
    seen = zones(letter)
    assert seen["zone_00"] > 0.8
    assert seen["zone_02"] == 0.0
    assert seen["hole_count"] == 0.0
    letter[:6] = letter[:, 15:] = True  # O
    assert zones(letter)["hole_count"] == 1.0
    assert zones(np.ones((1, 2), np.bool_))["zone_22"] == 1.0
