"""Has the loops of the search compiled before a film comes: the first film must not wait for that.

Ten seconds or more at the very first time, then a moment (``kernel.compiled``).
"""

import numpy as np

from holdfast.imaging.film import Film
from holdfast.imaging.metal.forest import Weights
from holdfast.imaging.metal.search import search
from holdfast.record.imaging_events import Plane, Scale

_SIDE = 512
_PIXEL_MM = 0.1
"""Finer than the search works on, so that the loop which makes films coarser is among them."""


def warm_up(weights: Weights) -> None:
    """Search a made film: a body with a round piece and a needle in it."""
    row, column = np.mgrid[:_SIDE, :_SIDE]
    shade = np.clip(2_400 - 8 * np.abs(column - _SIDE // 2), 0, None)
    shade[np.hypot(row - 160, column - 256) < 20] = 4_000
    shade[300:303, 160:360] = 3_600
    scale = Scale(row_mm=_PIXEL_MM, column_mm=_PIXEL_MM, plane=Plane.DETECTOR, why="made")
    search(Film(shade.astype(np.uint16), 12, None, scale, _PIXEL_MM, simulated=True, problems=()), weights)
