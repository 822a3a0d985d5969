"""Where an object lies in the dog, from two roughly orthogonal views with placed landmarks, and how far from what must
not be hurt. One view gives a lower bound only.

The lateral view shows head-tail and back-belly, the other head-tail and left-right; each gives the height above the
table that the other needs to take the magnification away (Messmer & Fierro 1986, RadioGraphics 6:457, on bullets that
look larger the farther they lie from the film). Every distance comes with the interval in which it lies in 95 of 100
cases if the assumptions of ``two_views.yaml`` hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from holdfast.imaging import assumed
from holdfast.imaging.fitting import Aligned, Fit, fit
from holdfast.imaging.landmarks import (
    DIAPHRAGM,
    HEART,
    HEART_BORDERS,
    OBJECT,
    SKIN_FRONTAL,
    SKIN_LATERAL,
    SPINE,
    STERNUM,
    TUBES,
    WORDS,
    Tube,
    needed,
)
from holdfast.imaging.one_view import least_apart
from holdfast.imaging.projection import POSE, Lying, project
from holdfast.imaging.zones import to_ellipse, to_sphere, to_spheroid, to_tube
from holdfast.kernel.errors import OperatorError

Floats = NDArray[np.float64]
Point = tuple[float, float]

_WITHIN_95 = 1.96
_CHI_SQUARE_95 = 5.991  # of two degrees of freedom
_DISAGREE = 4.0
"""Of ``Fit.misfit``; seldom reached by chance (benchmarks/two_views.py counts it)."""
_DETECTOR_SCALE, _PATIENT_SCALE = 0.005, 0.05
"""Deviation of a stated spacing: at the detector it is the panel's own; of the patient's plane we do not know which
depth was meant."""
_SPINE_MIN_MM = 20.0


@dataclass(frozen=True)
class View:
    """One picture with what was placed on it."""

    lying: Lying
    taps: Mapping[str, Point]
    """(column, row) in pixels by the keys of ``landmarks.WORDS``."""
    size: Point
    """(columns, rows)."""
    spacing_mm: Point
    """(column, row) mm a pixel."""
    patient_plane: bool
    """Whether the spacing is that of the patient's plane, not of the detector's."""
    sid_mm: float | None
    """Focal spot to detector as the header states it."""
    factor: float | None = None
    """Magnification that the header states; only used with a spacing of the patient's plane."""


@dataclass(frozen=True)
class Distance:
    """From the middle of the object to the nearest border of a zone, in mm; negative inside it."""

    key: str
    name: str
    mm: float
    low_mm: float
    high_mm: float
    how: str
    """On what it rests."""


@dataclass(frozen=True)
class Place:
    """Where the object is."""

    tail_mm: float
    """From the head end of the spine towards the tail."""
    left_mm: float
    """From the midline, to the left; negative to the right."""
    back_mm: float
    """From the floor of the spinal canal, towards the back; negative below it."""
    deviations_mm: tuple[float, float, float]
    depth: Distance
    zones: tuple[Distance, ...]
    """Nearest first."""
    not_placed: tuple[str, ...]
    """Zones of which nothing can be said."""
    magnified: tuple[float, ...]
    """Of the object, in each view."""
    roll_deg: tuple[float, ...]
    doubts: tuple[str, ...]


def place(views: Sequence[View], weight_kg: float | None) -> Place:
    """Where the object is; raises ``OperatorError`` naming what is missing or cannot be."""
    lateral = [view for view in views if view.lying.lateral]
    if len(views) != 2 or len(lateral) != 1:
        raise OperatorError("It needs one lateral view and one along the back.", "One view alone gives a lower bound.")
    aligned = [_aligned(_without_half(view, lateral[0].taps)) for view in views]
    found = fit(aligned)
    zones, missing = _zones(found, aligned, weight_kg)
    layout, theta = found.layout, found.theta
    position = layout.point(theta, OBJECT)
    at = 3 * layout.number[OBJECT]
    deviations = np.sqrt(np.diagonal(found.covariance)[at : at + 3])
    heights = _magnifications(found, aligned)
    rolls = tuple(float(np.degrees(layout.pose(theta, n)[POSE.index("roll")])) for n in range(2))
    return Place(
        tail_mm=float(position[0]),
        left_mm=float(position[1]),
        back_mm=float(position[2]),
        deviations_mm=(float(deviations[0]), float(deviations[1]), float(deviations[2])),
        depth=_depth(found),
        zones=tuple(sorted(zones, key=lambda one: one.mm)),
        not_placed=missing,
        magnified=heights,
        roll_deg=rolls,
        doubts=_doubts(found, views),
    )


@dataclass(frozen=True)
class Movement:
    """Of the metal across the body (left-right and back-belly) between two dates. Along the body nothing is said: the
    first point of the spine need not be the same vertebra on both."""

    mm: float
    up_to_mm: float
    """95 of 100."""
    beyond_measuring: bool
    """Whether more than 19 in 20 pairs of films of metal that did not move would look less moved."""


def moved(before: Place, after: Place) -> Movement:
    """How far the metal lies now from where it lay."""
    away = (after.left_mm - before.left_mm, after.back_mm - before.back_mm)
    spread = [hypot(before.deviations_mm[axis], after.deviations_mm[axis]) for axis in (1, 2)]
    mm = hypot(*away)
    chance = sum((one / sd) ** 2 for one, sd in zip(away, spread, strict=True))
    along = hypot(*(one * sd for one, sd in zip(away, spread, strict=True))) / mm if mm else max(spread)
    return Movement(mm, mm + _WITHIN_95 * along, chance > _CHI_SQUARE_95)


@dataclass(frozen=True)
class Bound:
    """From one view: the object lies at least so far from the zone."""

    key: str
    name: str
    mm: float


def lower_bounds(view: View, weight_kg: float | None, thick_mm: float | None = None) -> tuple[Bound, ...]:
    """What one view alone says, nearest first. ``thick_mm``: the trunk along the beam; without it, that of the largest
    dog is taken, which makes the bounds small."""
    names = {tube.key: tube.name for tube in TUBES} | {"canal": "spinal canal"}
    apart = least_apart(_aligned(view), thick_mm or assumed.TRUNK_MAX_MM, _growth(weight_kg))
    bounds = (Bound(key, names.get(key, key), mm) for key, mm in apart.items())
    return tuple(sorted(bounds, key=lambda one: one.mm))


def _without_half(view: View, lateral: Mapping[str, Point]) -> View:
    """Points that say nothing alone: zones of the other view that were not placed in the lateral one, half tubes."""
    taps = dict(view.taps)
    for ends in (*(tube.ends for tube in TUBES), HEART):
        if not all(end in taps for end in ends) or not all(end in lateral for end in ends):
            for end in ends:
                taps.pop(end, None)
    if HEART[0] not in taps:
        for name in HEART_BORDERS:
            taps.pop(name, None)
    if not all(name in lateral for name in DIAPHRAGM):
        for name in DIAPHRAGM:
            taps.pop(name, None)
    return View(view.lying, taps, view.size, view.spacing_mm, view.patient_plane, view.sid_mm, view.factor)


def _aligned(view: View) -> Aligned:
    missing = [WORDS[name] for name in needed(view.lying) if name not in view.taps]
    if missing:
        raise OperatorError(f"Not placed yet: {'; '.join(missing)}.", "Place it on this view.")
    columns, rows = view.size
    to_detector = 1.0
    if view.patient_plane:
        middle = assumed.GAP_MM[0] + 100.0
        to_detector = view.factor or assumed.SID_MM[0] / (assumed.SID_MM[0] - middle)
    at = {
        name: np.array([(x - columns / 2) * view.spacing_mm[0], (y - rows / 2) * view.spacing_mm[1]]) * to_detector
        for name, (x, y) in view.taps.items()
    }
    along = at[SPINE[1]] - at[SPINE[0]]
    length = float(np.linalg.norm(along))
    if length < _SPINE_MIN_MM:
        raise OperatorError("The two points of the spine lie too near to each other.", "Place them far apart.")
    tail = along / length
    second = np.array([-tail[1], tail[0]])
    up, down = (SPINE[0], STERNUM) if view.lying.lateral else SKIN_FRONTAL
    if (at[up] - at[down]) @ second < 0:
        second = -second
    taps = {name: (float(point @ tail), float(point @ second)) for name, point in at.items()}
    sid = (view.sid_mm, assumed.SID_STATED * view.sid_mm) if view.sid_mm else assumed.SID_MM
    return Aligned(view.lying, taps, sid, _PATIENT_SCALE if view.patient_plane else _DETECTOR_SCALE)


def _zones(found: Fit, views: Sequence[Aligned], weight_kg: float | None) -> tuple[list[Distance], tuple[str, ...]]:
    layout = found.layout
    beside = {name for view in views if not view.lying.lateral for name in view.taps}
    both, one = "placed in both views", "placed in the lateral view only; its side is assumed"
    zones, missing = [], []

    def thing(theta: Floats) -> Floats:
        return layout.point(theta, OBJECT)

    if HEART[0] in layout.number:
        base, apex = HEART
        value = found.value(
            lambda theta: to_spheroid(
                thing(theta),
                layout.point(theta, base),
                layout.point(theta, apex),
                layout.scalar(theta, "heart_radius"),
            )
        )
        zones.append(_distance("heart", "heart", value, both if HEART[0] in beside else one))
    else:
        missing.append("heart")
    for tube in TUBES:
        radius = _radius(tube.radius_mm, weight_kg)
        if tube.ends[0] in layout.number:
            how = both if tube.ends[0] in beside else one
            zones.append(_distance(tube.key, tube.name, _to_tube(found, tube, radius), how))
        elif tube.key == "oesophagus" and "trachea_head" in layout.number:
            zones.append(_assumed_oesophagus(found, radius))
        else:
            missing.append(tube.name)
    zones.append(_spinal_canal(found, _radius(assumed.CANAL_RADIUS_MM, weight_kg)))
    if "diaphragm_middle" in layout.number:
        value = found.value(
            lambda theta: to_sphere(
                thing(theta), layout.point(theta, "diaphragm_middle"), layout.scalar(theta, "diaphragm_radius")
            )
        )
        where = "in front of it" if value[0] >= 0 else "behind it"
        zones.append(_distance("diaphragm", "diaphragm", value, f"{where}; {both if DIAPHRAGM[0] in beside else one}"))
    else:
        missing.append("diaphragm")
    return zones, tuple(missing)


def _radius(at_30_kg: tuple[float, float], weight_kg: float | None) -> tuple[float, float]:
    return at_30_kg[0] * _growth(weight_kg), at_30_kg[1] * _growth(weight_kg)


def _growth(weight_kg: float | None) -> float:
    return (weight_kg / assumed.WEIGHT_OF_RADII_KG) ** (1 / 3) if weight_kg else 1.0


def _to_tube(found: Fit, tube: Tube, radius: tuple[float, float]) -> tuple[float, float]:
    layout = found.layout
    mm, deviation = found.value(
        lambda theta: to_tube(
            layout.point(theta, OBJECT),
            layout.point(theta, tube.ends[0]),
            layout.point(theta, tube.ends[1]),
            radius[0],
            endless=tube.endless,
        )
    )
    return mm, hypot(deviation, radius[1])


def _assumed_oesophagus(found: Fit, radius: tuple[float, float]) -> Distance:
    layout = found.layout
    usual, spread = assumed.OESOPHAGUS_FROM_TRACHEA_MM
    above = np.array([0.0, 0.0, usual])
    mm, deviation = found.value(
        lambda theta: to_tube(
            layout.point(theta, OBJECT),
            layout.point(theta, "trachea_head") + above,
            layout.point(theta, "trachea_tail") + above,
            radius[0],
            endless=True,
        )
    )
    value = mm, sqrt(deviation**2 + radius[1] ** 2 + spread**2)
    return _distance("oesophagus", "oesophagus", value, "not seen: assumed above the trachea, its place may differ")


def _spinal_canal(found: Fit, radius: tuple[float, float]) -> Distance:
    layout = found.layout
    above = np.array([0.0, 0.0, radius[0]])
    mm, deviation = found.value(
        lambda theta: to_tube(
            layout.point(theta, OBJECT),
            layout.point(theta, SPINE[0]) + above,
            layout.point(theta, SPINE[1]) + above,
            radius[0],
            endless=True,
        )
    )
    return _distance("canal", "spinal canal", (mm, hypot(deviation, radius[1])), "placed in both views")


def _depth(found: Fit) -> Distance:
    """Under the nearest skin; the trunk beside the object is taken for an ellipse."""
    layout = found.layout

    def measure(theta: Floats) -> Floats:
        back, belly = (layout.point(theta, name)[..., 2] for name in SKIN_LATERAL)
        left, right = (layout.point(theta, name)[..., 1] for name in SKIN_FRONTAL)
        thing = layout.point(theta, OBJECT)
        return -to_ellipse(
            thing[..., 1] - (left + right) / 2,
            thing[..., 2] - (back + belly) / 2,
            (left - right) / 2,
            (back - belly) / 2,
        )

    return _distance("skin", "skin", found.value(measure), "the trunk is taken for an ellipse")


def _distance(key: str, name: str, value: tuple[float, float], how: str) -> Distance:
    mm, deviation = value
    return Distance(key, name, mm, mm - _WITHIN_95 * deviation, mm + _WITHIN_95 * deviation, how)


def _magnifications(found: Fit, views: Sequence[Aligned]) -> tuple[float, ...]:
    layout = found.layout
    shadows = (
        project(layout.points(found.theta), layout.pose(found.theta, number), view.lying)
        for number, view in enumerate(views)
    )
    return tuple(float(shadow.magnified[layout.number[OBJECT]]) for shadow in shadows)


def _doubts(found: Fit, views: Sequence[View]) -> tuple[str, ...]:
    doubts = []
    if found.misfit > _DISAGREE:
        doubts.append(
            "The points of the two views do not fit together: is it the same metal, and did the dog lie as said?"
        )
    for view in views:
        where = "lateral view" if view.lying.lateral else "view along the back"
        if view.sid_mm is None:
            doubts.append(
                f"The header of the {where} states no distance to the tube: {assumed.SID_MM[0]:g} mm assumed."
            )
        if view.patient_plane:
            doubts.append(f"The scale of the {where} is that of the patient, at a depth that is not stated.")
    if not any(STERNUM in view.taps for view in views if not view.lying.lateral):
        doubts.append("The sternum is not placed in the view along the back: how far the dog was rolled is not known.")
    return tuple(doubts)
