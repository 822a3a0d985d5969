"""Distances from a point to the shapes that danger zones are taken for. Every array may carry leading axes.

All lengths in mm. A distance is negative inside the shape.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDS = 8
"""Of the search for the nearest point of an ellipse; it settles to below 0.01 mm in four."""


def to_spheroid(point: Floats, base: Floats, apex: Floats, radius: Floats) -> Floats:
    """To the spheroid around the axis from ``base`` to ``apex`` (..., 3), with this radius (...) at its middle."""
    axis = apex - base
    half = np.maximum(np.linalg.norm(axis, axis=-1) / 2, 1e-6)
    unit = axis / (2 * half[..., None])
    from_middle = point - (base + apex) / 2
    along = np.sum(from_middle * unit, axis=-1)
    across = np.linalg.norm(from_middle - along[..., None] * unit, axis=-1)
    return to_ellipse(along, across, half, radius)


def to_ellipse(x: Floats, y: Floats, half_x: Floats, half_y: Floats) -> Floats:
    """To the ellipse around the origin with these half axes, in its plane."""
    px, py = np.abs(x), np.abs(y)
    a, b = np.maximum(half_x, 1e-6), np.maximum(half_y, 1e-6)
    # The nearest point is followed along the ellipse by its centre of curvature, which never leaves the quadrant.
    tx = ty = np.full(np.broadcast_shapes(px.shape, a.shape), np.sqrt(0.5))
    for _ in range(_ROUNDS):
        ex, ey = (a * a - b * b) * tx**3 / a, (b * b - a * a) * ty**3 / b
        rx, ry = a * tx - ex, b * ty - ey
        qx, qy = px - ex, py - ey
        scale = np.hypot(rx, ry) / np.maximum(np.hypot(qx, qy), 1e-9)
        next_x = np.clip((qx * scale + ex) / a, 0.0, 1.0)
        next_y = np.clip((qy * scale + ey) / b, 0.0, 1.0)
        length = np.hypot(next_x, next_y)
        moves = length > 1e-9  # not from the middle of a circle: every point of it is as near
        length = np.where(moves, length, 1.0)
        tx, ty = np.where(moves, next_x / length, tx), np.where(moves, next_y / length, ty)
    inside = (px / a) ** 2 + (py / b) ** 2 < 1
    return np.asarray(np.where(inside, -1.0, 1.0) * np.hypot(px - a * tx, py - b * ty), dtype=np.float64)


def to_tube(point: Floats, first: Floats, last: Floats, radius: float, *, endless: bool) -> Floats:
    """To a round tube between two points of its axis (..., 3); an endless one goes on beyond them."""
    axis = last - first
    length = np.maximum(np.linalg.norm(axis, axis=-1), 1e-6)
    along = np.sum((point - first) * axis, axis=-1) / length
    if not endless:
        along = np.clip(along, 0.0, length)
    nearest = first + axis * (along / length)[..., None]
    return np.asarray(np.linalg.norm(point - nearest, axis=-1) - radius, dtype=np.float64)


def to_sphere(point: Floats, middle: Floats, radius: Floats) -> Floats:
    """To a sphere."""
    return np.asarray(np.linalg.norm(point - middle, axis=-1) - radius, dtype=np.float64)
