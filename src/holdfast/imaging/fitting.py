"""The dog and its two poses that explain the placed points best, with how far each may be off.

Least squares over everything that is unknown at once (Gauss and Newton, with the assumed deviations as priors). The
deviations of what follows from it come from the same matrix, so that what two views know together is used: a sternum
beside the spine in one view says how far the dog was rolled in it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, radians, sqrt

import numpy as np
from numpy.typing import NDArray

from holdfast.imaging import assumed
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
)
from holdfast.imaging.projection import POSE, Lying, Projected, project

Floats = NDArray[np.float64]

_ROUNDS = 12
_STEP = 1e-4
_SETTLED_MM = 1e-3
_FREE_MM = 400.0
"""A deviation that says nothing."""
_EXACT_MM = 0.01
_USUAL_MAGNIFICATION = 1.15
"""Only where the search begins, as are the radii below."""
_BULGE_MM = 80.0
_SCALARS = ("heart_radius", "diaphragm_radius")
_SCALAR_PRIOR = ((30.0, 30.0), (100.0, 60.0))
_DOME = "diaphragm_middle"
_TUBE_ENDS = frozenset(end for tube in TUBES for end in tube.ends)
_SOFT = frozenset((OBJECT, *HEART, *HEART_BORDERS, *DIAPHRAGM, *_TUBE_ENDS))
_TAP_MM = {
    OBJECT: assumed.TAP_OBJECT_MM,
    STERNUM: assumed.TAP_BONE_MM,
    **dict.fromkeys(SPINE, assumed.TAP_BONE_MM),
    **dict.fromkeys((*SKIN_LATERAL, *SKIN_FRONTAL), assumed.TAP_SKIN_MM),
    **dict.fromkeys(HEART, assumed.TAP_HEART_END_MM),
    **dict.fromkeys(HEART_BORDERS, assumed.TAP_HEART_BORDER_MM),
    **dict.fromkeys(DIAPHRAGM, assumed.TAP_DIAPHRAGM_MM),
    **dict.fromkeys(_TUBE_ENDS, assumed.TAP_TUBE_MM),
}


@dataclass(frozen=True)
class Aligned:
    """One view, turned: points in mm on the detector from the middle of the picture (see ``projection``)."""

    lying: Lying
    taps: Mapping[str, tuple[float, float]]
    sid_mm: tuple[float, float]
    """Usual and deviation."""
    scale_deviation: float

    @property
    def axes(self) -> tuple[int, int]:
        """Which axes of the dog the picture shows."""
        return (0, 2) if self.lying.lateral else (0, 1)


def tap_deviation(name: str, view: Aligned) -> float:
    """How far a placed point may lie from where it belongs, in mm on the detector."""
    moved = assumed.BETWEEN_VIEWS_MM if name in _SOFT and not view.lying.lateral else 0.0
    return hypot(_TAP_MM[name], moved)


class Layout:
    """Where each unknown stands in a theta (..., p)."""

    def __init__(self, views: Sequence[Aligned]) -> None:
        placed = {name for view in views for name in view.taps}
        names = [*SPINE, STERNUM, *SKIN_LATERAL, *SKIN_FRONTAL, OBJECT]
        names += [*HEART] if placed & set(HEART) else []
        names += [_DOME] if placed & set(DIAPHRAGM) else []
        names += [end for tube in TUBES for end in tube.ends if placed & set(tube.ends)]
        self.number = {name: number for number, name in enumerate(names)}
        self._scalars = 3 * len(names)
        self._poses = self._scalars + len(_SCALARS)
        self.size = self._poses + len(POSE) * len(views)

    def points(self, theta: Floats) -> Floats:
        """(..., n, 3)."""
        return theta[..., : self._scalars].reshape(*theta.shape[:-1], -1, 3)

    def point(self, theta: Floats, name: str) -> Floats:
        """(..., 3)."""
        at = 3 * self.number[name]
        return theta[..., at : at + 3]

    def scalar(self, theta: Floats, name: str) -> Floats:
        return theta[..., self.scalar_at(name)]

    def scalar_at(self, name: str) -> int:
        return self._scalars + _SCALARS.index(name)

    def pose(self, theta: Floats, view: int) -> Floats:
        at = self._poses + view * len(POSE)
        return theta[..., at : at + len(POSE)]


@dataclass(frozen=True)
class Fit:
    """What was found."""

    layout: Layout
    theta: Floats
    covariance: Floats
    misfit: float
    """The sum of squares, each in deviations, against what chance would make of so many observations: in deviations
    of that sum. Beyond some four, the views are not of one dog with one object as described."""

    def value(self, measure: Callable[[Floats], Floats]) -> tuple[float, float]:
        """What ``measure`` of thetas (..., p) -> (...) gives here, and its deviation."""
        values = measure(_around(self.theta))
        slope = (values[1::2] - values[2::2]) / (2 * _STEP)
        return float(values[0]), sqrt(max(0.0, float(slope @ self.covariance @ slope)))


def fit(views: Sequence[Aligned]) -> Fit:
    """Solve for views that hold every needed point."""
    layout = Layout(views)
    mean, deviation = _priors(layout, views)
    theta = _begin(layout, views, mean)
    at = _residuals(layout, views, mean, deviation, theta)
    for _ in range(_ROUNDS):
        slopes = _slopes(layout, views, mean, deviation, theta)
        step = np.linalg.solve(slopes.T @ slopes, -slopes.T @ at)
        for _halving in range(4):
            tried = _residuals(layout, views, mean, deviation, theta + step)
            if tried @ tried <= at @ at:
                break
            step = step / 2
        theta, at = theta + step, tried
        if np.max(np.abs(step)) < _SETTLED_MM:
            break
    slopes = _slopes(layout, views, mean, deviation, theta)
    covariance = np.asarray(np.linalg.inv(slopes.T @ slopes), dtype=np.float64)
    chance = at.size - theta.size  # what is observed beyond what is unknown
    return Fit(layout, theta, covariance, (float(at @ at) - chance) / sqrt(2 * chance))


def _around(theta: Floats) -> Floats:
    """(1 + 2 p, p): itself, then each value a step up and a step down."""
    steps = np.zeros((1 + 2 * theta.size, theta.size))
    numbers = np.arange(theta.size)
    steps[1 + 2 * numbers, numbers], steps[2 + 2 * numbers, numbers] = _STEP, -_STEP
    return theta + steps


def _slopes(layout: Layout, views: Sequence[Aligned], mean: Floats, deviation: Floats, theta: Floats) -> Floats:
    values = _residuals(layout, views, mean, deviation, _around(theta))
    return (values[1::2] - values[2::2]).T / (2 * _STEP)


def _priors(layout: Layout, views: Sequence[Aligned]) -> tuple[Floats, Floats]:
    mean, deviation = np.zeros(layout.size), np.full(layout.size, _FREE_MM)
    beside = {name for view in views if not view.lying.lateral for name in view.taps}
    for name in layout.number:
        spread = layout.point(deviation, name)
        if name == "spine_head":
            spread[:] = _EXACT_MM  # the origin
        elif name == "spine_tail":
            spread[1:] = assumed.SPINE_MM, _EXACT_MM
        elif name == STERNUM:
            spread[1] = assumed.STERNUM_MM
        elif name in SKIN_LATERAL:
            spread[1] = 2 * assumed.CONTACT_MM
        elif name not in beside and name in (_TUBE_ENDS | set(HEART) | {_DOME}):
            spread[1] = _FREE_MM if name == _DOME and beside & set(DIAPHRAGM) else assumed.UNSEEN_MM
    for scalar, (usual, spread_mm) in zip(_SCALARS, _SCALAR_PRIOR, strict=True):
        at = layout.scalar_at(scalar)
        mean[at], deviation[at] = usual, spread_mm
    for number, view in enumerate(views):
        sid, gap, beam = view.sid_mm, assumed.GAP_MM, assumed.BEAM_CENTRE_MM
        roll, tilt = radians(assumed.ROLL_DEG), radians(assumed.TILT_DEG)
        layout.pose(mean, number)[:] = (0, 0, 0, 0, 0, gap[0] + 100, sid[0], 0, 0, gap[0], 1)
        layout.pose(deviation, number)[:] = (
            *(0.3, roll, tilt, 2e3, 2e3, 3e2, sid[1], beam, beam, gap[1], view.scale_deviation),
        )
    return mean, deviation


def _begin(layout: Layout, views: Sequence[Aligned], mean: Floats) -> Floats:
    """Where the search starts: every view magnified alike, and straight."""
    theta = mean.copy()
    seen: set[str] = set()
    for number, view in enumerate(views):
        head = np.array(view.taps["spine_head"]) / _USUAL_MAGNIFICATION
        pose = layout.pose(theta, number)
        pose[POSE.index("tail")], pose[POSE.index("second")] = head
        for name, tap in view.taps.items():
            known = _DOME if name == DIAPHRAGM[0] else name
            if known not in layout.number or name in SPINE:
                continue
            away = np.array(tap) / _USUAL_MAGNIFICATION - head
            if known == _DOME:
                away[0] += _BULGE_MM
            point = layout.point(theta, known)
            point[view.axes[1]] = away[1]
            if known not in seen:
                point[0] = away[0]
        seen |= view.taps.keys()
        if view.lying.lateral:
            tail = np.array(view.taps["spine_tail"]) / _USUAL_MAGNIFICATION - head
            layout.point(theta, "spine_tail")[0] = tail[0]
    middle = (layout.point(theta, SKIN_LATERAL[0])[2] + layout.point(theta, SKIN_LATERAL[1])[2]) / 2
    for name in SKIN_FRONTAL:
        layout.point(theta, name)[2] = middle
    return theta


def _residuals(layout: Layout, views: Sequence[Aligned], mean: Floats, deviation: Floats, theta: Floats) -> Floats:
    """(..., r), each in deviations."""
    parts = [(theta - mean) / deviation]
    parts += [one[..., None] if one.ndim == theta.ndim - 1 else one for one in _observed(layout, views, theta)]
    return np.concatenate(parts, axis=-1)


def _observed(layout: Layout, views: Sequence[Aligned], theta: Floats) -> Iterator[Floats]:
    for number, view in enumerate(views):
        pose = layout.pose(theta, number)
        shadow = project(layout.points(theta), pose, view.lying)
        for name, tap in view.taps.items():
            yield from _tapped(layout, view, theta, shadow, name, np.array(tap))
        down = _down(view.lying)
        yield (shadow.height_mm[..., layout.number[down]] - pose[..., POSE.index("gap")]) / assumed.CONTACT_MM
    back, belly = (layout.point(theta, name)[..., 2] for name in SKIN_LATERAL)
    for name in SKIN_FRONTAL:
        # The widest place of the trunk lies about half way between back and belly.
        yield (layout.point(theta, name)[..., 2] - (back + belly) / 2) / (2 * assumed.CONTACT_MM)


def _down(lying: Lying) -> str:
    touching = {Lying.RIGHT: "skin_right", Lying.LEFT: "skin_left", Lying.BACK: "skin_back", Lying.BELLY: "skin_belly"}
    return touching[lying]


def _tapped(
    layout: Layout, view: Aligned, theta: Floats, shadow: Projected, name: str, tap: Floats
) -> Iterator[Floats]:
    spread = tap_deviation(name, view)
    if name in HEART_BORDERS:
        base, apex = (shadow.at[..., layout.number[end], :] for end in HEART)
        magnified = (
            shadow.magnified[..., layout.number[HEART[0]]] + shadow.magnified[..., layout.number[HEART[1]]]
        ) / 2
        off = np.abs(_beside(base, apex, tap))
        yield (off - layout.scalar(theta, "heart_radius") * magnified) / spread
    elif name in DIAPHRAGM:
        at = layout.number[_DOME]
        away = np.linalg.norm(tap - shadow.at[..., at, :], axis=-1)
        yield (away - layout.scalar(theta, "diaphragm_radius") * shadow.magnified[..., at]) / spread
    elif (name in SPINE or name in _TUBE_ENDS) and not view.lying.lateral:
        first, last = SPINE if name in SPINE else next(tube.ends for tube in TUBES if name in tube.ends)
        ends = [shadow.at[..., layout.number[end], :] for end in (first, last)]
        yield _beside(ends[0], ends[1], tap) / spread  # nobody finds the same vertebra twice: only its line is believed
    else:
        off = (shadow.at[..., layout.number[name], :] - tap) / spread
        yield off[..., 1] if name == STERNUM and not view.lying.lateral else off


def _beside(first: Floats, last: Floats, tap: Floats) -> Floats:
    """How far ``tap`` lies beside the line through two points, with its side as the sign."""
    axis = last - first
    away = tap - first
    across = axis[..., 0] * away[..., 1] - axis[..., 1] * away[..., 0]
    return np.asarray(across / np.maximum(np.linalg.norm(axis, axis=-1), 1e-6), dtype=np.float64)
