"""Needles among ribs: a straight stretch is found, drawn out to its ends and measured, and hides nothing beside it."""

import math

import numpy as np
import pytest

from holdfast.imaging.film import Film
from holdfast.imaging.metal.compact import Candidate
from holdfast.imaging.metal.curvature import curvature
from holdfast.imaging.metal.deciding import METAL, Bars, Decided, decided
from holdfast.imaging.metal.preparing import prepared
from holdfast.imaging.metal.straight import straight_candidates
from holdfast.record.imaging_events import Plane, Scale

MM = 0.2
NAMES = ("anatomy", "metal", "marker", "microchip", "clip", "implant")


def film(*, angle: float, length_mm: float, contrast: float) -> Film:
    """Soft bent ribs and grain, and across them a needle of 0.8 mm through the middle."""
    row, column = np.mgrid[:400, :500].astype(float)
    shade = 0.45 + 0.12 * np.cos((row + 0.0006 * (column - 200) ** 2) / 14.0)
    along = (row - 200) * math.sin(angle) + (column - 250) * math.cos(angle)
    off = np.abs((row - 200) * math.cos(angle) - (column - 250) * math.sin(angle)) * MM
    shade += contrast * np.exp(-((off / 0.42) ** 2)) * (np.abs(along) * MM < length_mm / 2)
    shade += np.random.default_rng(3).normal(0, 0.02, shade.shape)
    pixels = np.asarray(np.clip(shade, 0.02, 1) * 4000, dtype=np.uint16)
    scale = Scale(row_mm=MM, column_mm=MM, plane=Plane.DETECTOR, why="made")
    return Film(pixels, 12, None, scale, MM, simulated=True, problems=())


def found(film_of: Film) -> list[Candidate]:
    ready = prepared(film_of)
    return straight_candidates(ready, curvature(ready))


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.2, math.pi / 2, 2.5])
def test_a_faint_needle_across_ribs_is_the_first_of_the_lines(angle: float) -> None:
    first = found(film(angle=angle, length_mm=34.0, contrast=0.15))[0]
    values = first.values
    assert abs(values["length_mm"] - 34.0) < 3.0
    assert values["width_mm"] < 1.6
    assert values["straight"] < 0.3
    assert values["end_out"] < 0.4
    top, left, bottom, right = first.box
    assert abs((top + bottom) / 2 - 200) < 6
    assert abs((left + right) / 2 - 250) < 6
    assert values["falls"] == float(math.sin(angle) * math.cos(angle) >= -1e-3) or angle in (0.0, math.pi / 2)


def test_it_stands_out_from_what_runs_beside_it_and_bent_ribs_do_not() -> None:
    needle = found(film(angle=0.4, length_mm=34.0, contrast=0.15))[0]
    ribs = found(film(angle=0.4, length_mm=34.0, contrast=0.0))
    assert needle.values["over_rivals"] > 2 * max((one.values["over_rivals"] for one in ribs), default=0.0)


def marks(straight: list[Candidate], chance: float, pellet: tuple[float, float]) -> list[Decided]:
    row, column = pellet
    values = {"long_mm": 3.0, "border_mm": 50.0, "upright": 0.5, "aspect": 1.0, "edge_px": 0.2, "body_mm": 30.0}
    seen = Candidate(int(row) - 8, int(column) - 8, np.ones((16, 16), dtype=np.bool_), 1, values)
    compact = ([seen], np.array([[0.1, 0.9, 0.0, 0.0, 0.0, 0.0]]), NAMES)
    lines = ([], np.zeros((0, 5)), NAMES[:3] + NAMES[4:])
    return decided(compact, lines, (straight, np.full(len(straight), chance)), MM, Bars())


def test_a_pellet_beside_a_needle_is_marked_and_so_is_the_needle() -> None:
    needle = found(film(angle=0.7, length_mm=34.0, contrast=0.2))[:1]
    beside = marks(needle, 0.9, (160.0, 300.0))  # in the needle's box, far from the needle
    assert sorted(mark.source for mark in beside) == ["compact", "straight"]
    assert {mark.kind for mark in beside} == {METAL}
    upon = marks(needle, 0.9, (200.0, 250.0))
    assert [mark.source for mark in upon] == ["compact"]


def test_a_line_that_is_less_likely_a_needle_than_not_is_not_marked() -> None:
    needle = found(film(angle=0.7, length_mm=34.0, contrast=0.2))[:1]
    assert [mark.source for mark in marks(needle, 0.45, (40.0, 40.0))] == ["compact"]
