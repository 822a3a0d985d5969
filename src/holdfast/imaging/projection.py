"""How a point of the dog falls on the detector: the cone of the beam, and a dog that does not lie quite straight.

The dog has three axes, in mm: towards the tail, to its left, towards its back. A picture is turned by its landmarks
first (``two_views``), so that its first axis runs towards the tail and its second towards the back (lateral view) or
to the left (view along the sternum and spine). What is left of a pose is small and is one row of ``POSE``.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Lying(StrEnum):
    """How the dog lay: what touched the table."""

    RIGHT = "right_side_down"
    LEFT = "left_side_down"
    BACK = "back_down"
    BELLY = "belly_down"

    @property
    def lateral(self) -> bool:
        return self in (Lying.RIGHT, Lying.LEFT)

    @property
    def up(self) -> float:
        """Whether the third axis (left of a lateral view, back of the others) points to the tube (1) or away (-1)."""
        return 1.0 if self in (Lying.RIGHT, Lying.BELLY) else -1.0


POSE = ("turn", "roll", "tilt", "tail", "second", "height", "sid", "beam_tail", "beam_second", "gap", "scale")
"""rad, rad, rad, then mm; ``scale`` is the true size of a stated mm."""


@dataclass(frozen=True)
class Projected:
    """Where points fall, (..., n, 2) in mm on the detector, and how much they are magnified and how high they are."""

    at: Floats
    magnified: Floats
    height_mm: Floats


def project(points: Floats, pose: Floats, lying: Lying) -> Projected:
    """``points`` (..., n, 3) of the dog with ``pose`` (..., len(POSE))."""
    turn, roll, tilt, tail, second, height, sid, beam_tail, beam_second, _, scale = np.moveaxis(pose, -1, 0)[..., None]
    x = points[..., 0]
    n, u = (points[..., 2], points[..., 1]) if lying.lateral else (points[..., 1], points[..., 2])
    u = u * lying.up
    n, u = n * np.cos(roll) - u * np.sin(roll), n * np.sin(roll) + u * np.cos(roll)
    x, u = x * np.cos(tilt) + u * np.sin(tilt), u * np.cos(tilt) - x * np.sin(tilt)
    x, n = x * np.cos(turn) - n * np.sin(turn), x * np.sin(turn) + n * np.cos(turn)
    x, n, u = x + tail, n + second, u + height
    magnified = sid / np.maximum(sid - u, 0.05 * sid)
    at = np.stack(
        [beam_tail + (x - beam_tail) * magnified, beam_second + (n - beam_second) * magnified],
        axis=-1,
    )
    return Projected(at / scale[..., None], magnified, u)
