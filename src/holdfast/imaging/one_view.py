"""What one view alone tells: how far apart two things are at least."""

from math import hypot

import numpy as np
from numpy.typing import NDArray

from holdfast.imaging import assumed
from holdfast.imaging.fitting import Aligned, tap_deviation
from holdfast.imaging.landmarks import DIAPHRAGM, HEART, HEART_BORDERS, OBJECT, SPINE, TUBES

Floats = NDArray[np.float64]
_SURE = 1.96


def least_apart(view: Aligned, thick_mm: float, radius_factor: float) -> dict[str, float]:
    """By zone, mm between the object and the zone's border that no depth in the animal can take away.

    Two rays from one focus are nearest to each other where the animal is nearest to the tube: what lies between them
    there is the least distance. Zero where the object falls on the zone: it may lie in it, or far in front or behind.
    """
    sid = view.sid_mm[0] - _SURE * view.sid_mm[1]
    top = assumed.GAP_MM[0] + _SURE * assumed.GAP_MM[1] + thick_mm
    shrink = max(0.0, (sid - top) / sid)
    at = {name: np.array(tap) for name, tap in view.taps.items()}
    found: dict[str, float] = {}

    def note(key: str, apart_mm: float, *placed: str, radius: tuple[float, float] = (0.0, 0.0)) -> None:
        unsure = _SURE * hypot(*(tap_deviation(name, view) for name in (OBJECT, *placed)))
        slant = sid / hypot(sid, float(np.linalg.norm(at[OBJECT])) + apart_mm)
        inside = (radius[0] + _SURE * radius[1]) * radius_factor
        found[key] = max(0.0, (apart_mm - unsure) * shrink * slant - inside)

    if all(name in at for name in (*HEART, *HEART_BORDERS)):
        base, apex = (at[name] for name in HEART)
        half = max(_beside(base, apex, at[name]) for name in HEART_BORDERS)
        reach = max(half, float(np.linalg.norm(apex - base)) / 2)  # a circle around it holds it however it is turned
        note("heart", float(np.linalg.norm(at[OBJECT] - (base + apex) / 2)) - reach, *HEART, *HEART_BORDERS)
    for tube in TUBES:
        if all(end in at for end in tube.ends):
            beside = _beside(at[tube.ends[0]], at[tube.ends[1]], at[OBJECT])
            note(tube.key, beside, *tube.ends, radius=tube.radius_mm)
    if all(name in at for name in SPINE) and view.lying.lateral:
        radius = 2 * assumed.CANAL_RADIUS_MM[0], 2 * assumed.CANAL_RADIUS_MM[1]
        note("canal", _beside(at[SPINE[0]], at[SPINE[1]], at[OBJECT]), *SPINE, radius=radius)
    if all(name in at for name in DIAPHRAGM) and (circle := _circle(*(at[name] for name in DIAPHRAGM))):
        middle, reach = circle
        note("diaphragm", float(np.linalg.norm(at[OBJECT] - middle)) - reach, *DIAPHRAGM)
    return found


def _beside(first: Floats, last: Floats, point: Floats) -> float:
    axis, away = last - first, point - first
    return abs(float(axis[0] * away[1] - axis[1] * away[0])) / max(1e-6, float(np.linalg.norm(axis)))


def _circle(a: Floats, b: Floats, c: Floats) -> tuple[Floats, float] | None:
    """Middle and radius of the circle through three points; None when they lie on a line."""
    rows = 2 * np.array([b - a, c - a])
    if abs(np.linalg.det(rows)) < 1e-6:
        return None
    middle = np.linalg.solve(rows, np.array([b @ b - a @ a, c @ c - a @ a]))
    return middle, float(np.linalg.norm(a - middle))
