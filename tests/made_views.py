"""Two films of one simulated dog with a metal ball in the chest, thrown by a cone beam, and where everything really is.

The dog is a few ellipsoids of known density; each ray's path through each gives the grey. Positions in mm: towards the
tail, to the left, towards the back; the origin is the floor of the spinal canal at the head end.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from holdfast.imaging.projection import Lying
from made_films import film

Floats = NDArray[np.float64]
SPACING_MM, COLUMNS, ROWS = 0.4, 1000, 820
SID_MM, GAP_MM = 1050.0, 40.0
MIDDLE = np.array([170.0, 0.0, -85.0])
"""Of the trunk."""
HALF = np.array([400.0, 85.0, 110.0])

POINTS: dict[str, tuple[float, float, float]] = {
    "object": (215.0, 28.0, -52.0),
    "spine_head": (0.0, 0.0, 0.0),
    "spine_tail": (340.0, 0.0, 0.0),
    "sternum": (150.0, 0.0, -180.0),
    "skin_back": (215.0, 0.0, 25.0),
    "skin_belly": (215.0, 0.0, -195.0),
    "skin_left": (215.0, 85.0, -85.0),
    "skin_right": (215.0, -85.0, -85.0),
    "heart_base": (115.0, 5.0, -85.0),
    "heart_apex": (185.0, 15.0, -165.0),
    "aorta_head": (120.0, 10.0, -28.0),
    "aorta_tail": (330.0, 4.0, -22.0),
    "trachea_head": (10.0, 4.0, -55.0),
    "trachea_tail": (120.0, 4.0, -75.0),
}
HEART_RADIUS_MM = 38.0


@dataclass(frozen=True)
class Ellipsoid:
    middle: Floats
    axes: Floats
    """(3, 3): the half axes as rows."""
    per_mm: float
    """Added attenuation inside."""


def round_thing(middle: Any, half: Any, per_mm: float) -> Ellipsoid:
    return Ellipsoid(np.asarray(middle, dtype=float), np.diag(np.asarray(half, dtype=float)), per_mm)


def rod(first: Any, last: Any, radius: float, per_mm: float) -> Ellipsoid:
    """A long ellipsoid between two points."""
    a, b = np.asarray(first, dtype=float), np.asarray(last, dtype=float)
    axis = b - a
    unit = axis / np.linalg.norm(axis)
    other = np.cross(unit, [0.0, 0.3, 1.0])
    other /= np.linalg.norm(other)
    return Ellipsoid((a + b) / 2, np.stack([axis / 2, radius * other, radius * np.cross(unit, other)]), per_mm)


def body() -> list[Ellipsoid]:
    soft, bone, lead = 0.02, 0.03, 2.0
    parts = [round_thing(MIDDLE, HALF, soft)]
    parts += [round_thing((140, side * 42, -85), (110, 34, 72), -0.017) for side in (1, -1)]
    parts.append(rod(POINTS["heart_base"], POINTS["heart_apex"], HEART_RADIUS_MM, 0.014))
    parts += [round_thing((x, 0, -9), (9, 10, 8), bone) for x in range(0, 341, 20)]
    parts += [round_thing((x, 0, 12), (5, 3, 12), bone) for x in range(0, 341, 20)]
    parts += [round_thing((x, 0, -180), (12, 6, 4), bone) for x in range(60, 241, 30)]
    for x in range(30, 250, 24):
        parts += [rod((x, side * 20, -5), (x + 25, side * 78, -90), 3.0, bone) for side in (1, -1)]
        parts += [rod((x + 25, side * 78, -90), (x + 10, side * 20, -170), 2.5, bone) for side in (1, -1)]
    parts.append(round_thing((290, 0, -110), (70, 70, 75), 0.004))  # liver, against the lungs
    parts.append(round_thing(POINTS["object"], (3.5, 3.5, 3.5), lead))
    return parts


def axes_of(lying: Lying) -> Floats:
    """Rows: where right, away and up of the table lie in the dog."""
    if lying.lateral:
        return np.array([[1, 0, 0], [0, 0, 1], [0, lying.up, 0]])
    return np.array([[1, 0, 0], [0, 1, 0], [0, 0, lying.up]])


def placed(lying: Lying) -> tuple[Floats, Floats]:
    """The turn and shift from the dog to the table; the lowest skin lies on the table."""
    turn = axes_of(lying)
    half = HALF[1] if lying.lateral else HALF[2]
    at = turn @ MIDDLE
    return turn, np.array([-at[0], -at[1], GAP_MM + half - at[2]])


def pixel(point: Any, lying: Lying) -> tuple[float, float]:
    """Where a point of the dog falls, (column, row)."""
    turn, shift = placed(lying)
    x, y, z = turn @ np.asarray(point, dtype=float) + shift
    m = SID_MM / (SID_MM - z)
    return float(COLUMNS / 2 + x * m / SPACING_MM), float(ROWS / 2 - y * m / SPACING_MM)


def taps(lying: Lying) -> dict[str, tuple[float, float]]:
    """The landmarks as somebody who sees everything would place them."""
    hidden = ("skin_left", "skin_right") if lying.lateral else ("skin_back", "skin_belly")
    found = {name: pixel(point, lying) for name, point in POINTS.items() if name not in hidden}
    base, apex = (np.array(found[name]) for name in ("heart_base", "heart_apex"))
    across = np.array([-(apex - base)[1], (apex - base)[0]]) / np.linalg.norm(apex - base)
    turn, shift = placed(lying)
    height = (turn @ (np.array(POINTS["heart_base"]) + np.array(POINTS["heart_apex"])) / 2 + shift)[2]
    reach = HEART_RADIUS_MM * SID_MM / (SID_MM - height) / SPACING_MM
    for name, side in (("heart_border_1", 1), ("heart_border_2", -1)):
        border = (base + apex) / 2 + side * reach * across
        found[name] = float(border[0]), float(border[1])
    return found


def attenuation(lying: Lying) -> Floats:
    """(rows, columns): how much of the beam is taken away, as the exponent."""
    turn, shift = placed(lying)
    x = (np.arange(COLUMNS) + 0.5 - COLUMNS / 2) * SPACING_MM
    y = -(np.arange(ROWS) + 0.5 - ROWS / 2) * SPACING_MM
    direction = np.empty((ROWS, COLUMNS, 3))
    direction[..., 0], direction[..., 1], direction[..., 2] = x[None, :], y[:, None], -SID_MM
    length = np.linalg.norm(direction, axis=-1)
    total = np.zeros((ROWS, COLUMNS))
    focus = np.array([0.0, 0.0, SID_MM])
    for part in body():
        to_unit = np.linalg.inv(part.axes.T)
        middle = turn @ part.middle + shift
        from_focus = to_unit @ turn.T @ (focus - middle)
        d = direction @ (to_unit @ turn.T).T
        a = np.einsum("...i,...i->...", d, d)
        b = d @ from_focus
        root = b * b - a * (from_focus @ from_focus - 1)
        total += part.per_mm * np.where(root > 0, 2 * np.sqrt(np.maximum(root, 0)) / a, 0) * length
    return total


def view(lying: Lying, number: int, **attributes: Any) -> Dataset:
    """The film, 12 bit, dense bright, marked as simulated."""
    through = np.exp(-attenuation(lying)) * 0.97 + 0.006
    rng = np.random.default_rng(number)
    through = through * (1 + rng.normal(0, 0.015, through.shape))
    values = np.clip(4095 + np.log(np.clip(through, 1e-4, 1)) * -700 - 4095 + 250, 0, 4095).astype(np.uint16)
    one = film(number, rows=ROWS, columns=COLUMNS, QualityControlImage="YES", **attributes)
    one.BitsStored, one.HighBit = 12, 11
    one.ImagerPixelSpacing = [SPACING_MM, SPACING_MM]
    one.DistanceSourceToDetector = SID_MM
    one.ViewPosition = "RL" if lying.lateral else "VD"
    one.BodyPartExamined = "CHEST"
    one.InstanceNumber = number
    one.PixelData = values.astype("<u2").tobytes()
    return one
