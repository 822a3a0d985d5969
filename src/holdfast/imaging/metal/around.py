"""What lies around a candidate: text comes in rows of letters of one height, a clip hangs on its lead."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holdfast.imaging.metal.deciding import Seen

_STRONG = 0.12
_STRONG_NEAR_MM = 40.0
_LEAD_MM, _LEAD_CONTRAST, _LEAD_GAP_MM = 12.0, 0.06, 4.0
"""A line this long and this bright that begins this near may be a lead."""


def look_around(compact: Sequence[Seen], lines: Sequence[Seen], mm: float) -> None:
    """Add to the features of each region what is near it; ``mm`` is the size of a pixel in which boxes are given."""
    if not compact:
        return
    boxes = np.array([one.box for one in compact], dtype=float)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    size = np.max(boxes[:, 2:] - boxes[:, :2], axis=1)
    strong = np.array([one.values["stable"] for one in compact])
    line_boxes = np.array([one.box for one in lines if _may_be_lead(one)], dtype=float).reshape(-1, 4)
    for k, one in enumerate(compact):
        gap = np.abs(centre - centre[k]).max(axis=1)
        like = (gap < 3.0 * size[k]) & (gap > 0) & (size > 0.5 * size[k]) & (size < 2.0 * size[k])
        near = np.hypot(*(centre - centre[k]).T) * mm < _STRONG_NEAR_MM
        one.values["alike_near"] = float(np.sum(like & (strong > 0.6 * strong[k])))
        one.values["strong_near"] = float(np.sum(near & (strong > _STRONG))) - float(strong[k] > _STRONG)
        one.values["lead_mm"] = _lead_mm(boxes[k], line_boxes, mm)


def _may_be_lead(line: Seen) -> bool:
    return line.values["length_mm"] > _LEAD_MM and line.values["line_contrast"] > _LEAD_CONTRAST


def _lead_mm(box: NDArray[np.float64], lines: NDArray[np.float64], mm: float) -> float:
    """How far the longest line that touches this box reaches out of it."""
    gap = _LEAD_GAP_MM / mm
    touches = (
        (lines[:, 0] < box[2] + gap)
        & (lines[:, 2] > box[0] - gap)
        & (lines[:, 1] < box[3] + gap)
        & (lines[:, 3] > box[1] - gap)
    )
    if not touches.any():
        return 0.0
    near = lines[touches]
    out = np.stack([box[0] - near[:, 0], near[:, 2] - box[2], box[1] - near[:, 1], near[:, 3] - box[3]])
    return float(max(out.max(), 0.0) * mm)
