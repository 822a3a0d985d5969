"""Candidates that stand out all around: where they are, and what tells metal from what only looks like it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from holdfast.imaging.metal.component_tree import GROWTH, filled, regions
from holdfast.imaging.metal.likeness import ring, widths, zones
from holdfast.imaging.metal.preparing import AIR, Ready

_LEVELS = 255 / 1.25
"""Grey levels of the tree for the animal's whole range."""
_SMALLEST_MM2, _LARGEST_MM2 = 0.5, 4000.0
_SMALLEST_PX = 4
_CONTRAST = 0.045
"""Of the animal's range: what survives fewer levels is grain and anatomy."""
_MOST = 220
"""Candidates that are looked at, the most contrasting first."""
_SIDE_MAX = 220
"""Larger regions are measured on every second, third ... pixel."""


@dataclass(frozen=True)
class Candidate:
    """One region, on the working grid."""

    top: int
    left: int
    mask: NDArray[np.bool_]
    """Of the box whose first pixel is (top, left)."""
    step: int
    """Working pixels to one of ``mask``."""
    values: dict[str, float]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(top, left, bottom, right) in working pixels."""
        height, width = self.mask.shape
        return self.top, self.left, self.top + height * self.step, self.left + width * self.step


def candidates(ready: Ready) -> list[Candidate]:
    """The regions that stand out, most contrasting first, with their features."""
    level = np.asarray(np.clip(ready.level / 1.25, 0.0, 1.0) * 255, dtype=np.uint8)
    pixel_mm2 = ready.mm**2
    pixel, grey, area, contrast = regions(
        level,
        max(_SMALLEST_PX, int(_SMALLEST_MM2 / pixel_mm2)),
        min(int(_LARGEST_MM2 / pixel_mm2), level.size // 12),
        max(4, int(_CONTRAST * _LEVELS)),
    )
    found = []
    for k in np.argsort(-contrast, kind="stable")[:_MOST]:
        half = int(grey[k]) - int(contrast[k]) // 2  # the outline at half its height
        where = filled(level, int(pixel[k]), half, int(area[k] * GROWTH) + 1)
        found.append(_measured(ready, where, float(contrast[k]) / _LEVELS))
    return found


def _measured(ready: Ready, where: NDArray[np.int64], stable: float) -> Candidate:
    rows, columns = ready.level.shape
    row, column = where // columns, where % columns
    top, bottom, left, right = int(row.min()), int(row.max()) + 1, int(column.min()), int(column.max()) + 1
    step = max(1, -(-max(bottom - top, right - left) // _SIDE_MAX))
    mask: NDArray[np.bool_] = np.zeros((bottom - top, right - left), dtype=np.bool_)
    mask[row - top, column - left] = True
    mask = np.asarray(mask[::step, ::step])
    mm = ready.mm * step
    margin = max(3, round(6.0 / mm))
    r0, c0 = max(0, top - margin * step), max(0, left - margin * step)
    r1, c1 = min(rows, bottom + margin * step), min(columns, right + margin * step)
    around = ready.level[r0:r1:step, c0:c1:step]
    raw = ready.raw[r0:r1:step, c0:c1:step]
    here: NDArray[np.bool_] = np.zeros(around.shape, dtype=np.bool_)
    at_r, at_c = -(-(top - r0) // step), -(-(left - c0) // step)
    part = mask[: here.shape[0] - at_r, : here.shape[1] - at_c]
    here[at_r : at_r + part.shape[0], at_c : at_c + part.shape[1]] = part
    if not here.any():
        here[min(at_r, here.shape[0] - 1), min(at_c, here.shape[1] - 1)] = True
    values = _brightness(around, raw, here, mm) | _shape(mask, mm) | _place(ready, row, column)
    values |= zones(mask) | widths(mask)
    values |= ring(ready.level, float(row.mean()), float(column.mean()), values["short_mm"] / 2, ready.mm)
    values["stable"] = stable
    values["stable_raw"] = stable * ready.contrast
    values["noise"] = ready.noise
    values["stable_noise"] = stable / max(ready.noise, 0.003)
    values["mm_per_pixel"] = ready.mm
    values["film_contrast"] = ready.contrast
    return Candidate(top, left, mask, step, values)


def _brightness(
    level: NDArray[np.float32], raw: NDArray[np.float32], here: NDArray[np.bool_], mm: float
) -> dict[str, float]:
    """How bright it is, against what lies around it, and how steep its edge is."""
    away = ndimage.distance_transform_edt(~here) * mm
    near_mm = max(1.0, 2.2 * mm)
    ring = level[(away > max(0.35, 1.1 * mm)) & (away <= near_mm + max(0.35, 1.1 * mm))]
    far = level[(away > near_mm + 1.0) & (away <= 6.0)]
    ring = ring if ring.size else level.ravel()
    far = far if far.size else ring
    depth = ndimage.distance_transform_edt(here)
    core_px = float(depth.max())
    inside = level[here]
    core = level[depth >= max(1.0, 0.6 * core_px)]
    middle = float(np.median(core))
    ring_low, ring_median, ring_high = (float(one) for one in np.percentile(ring, (10, 50, 90)))
    contrast = middle - ring_median
    safe = max(contrast, 0.02)
    slope_r, slope_c = np.gradient(level)
    slope = np.hypot(slope_r, slope_c)
    edge = slope[(away <= 1.5 * mm) & (depth <= 1.5)]
    raw_here = raw[here]
    raw_top = float(np.median(raw[depth >= max(1.0, 0.6 * core_px)]))
    return {
        "middle": middle,
        "raw_middle": raw_top,
        "contrast": contrast,
        "raw_contrast": raw_top - float(np.median(raw[(away > 0) & (away <= near_mm + 0.5)]))
        if (away > 0).any()
        else 0.0,
        "over_ring_high": middle - ring_high,
        "ring": ring_median,
        "ring_spread": (ring_high - ring_low) / safe,
        "ring_low": ring_low,
        "far": float(np.median(far)),
        "far_high": float(np.percentile(far, 95)),
        "over_far_high": middle - float(np.percentile(far, 95)),
        "far_spread": float(far.std()) / safe,
        "inside_spread": float(inside.std()) / safe,
        "core_spread": float(core.std()) / safe,
        "edge_px": float(np.median(edge)) / safe if edge.size else 0.0,
        "edge_weak_px": float(np.percentile(edge, 20)) / safe if edge.size else 0.0,
        "edge_mm": float(np.median(edge)) / safe / mm if edge.size else 0.0,
        "flat_part": float(np.mean(np.abs(raw_here - raw_top) < 0.012)),
        "white_part": float(np.mean(raw_here > 0.985)),
        "air_around": float(np.mean(ring < AIR)),
        "air_far": float(np.mean(far < AIR)),
        "black_around": float(np.mean(raw[(away > 0) & (away <= near_mm + 0.5)] < 0.02)) if (away > 0).any() else 0.0,
        "core_mm": core_px * 2 * mm,
    }


def _shape(mask: NDArray[np.bool_], mm: float) -> dict[str, float]:
    row, column = np.nonzero(mask)
    area = float(row.size)
    centred = np.stack([row - row.mean(), column - column.mean()])
    spread = centred @ centred.T / area + np.eye(2) / 12
    powers, axes = np.linalg.eigh(spread)
    along = axes.T @ centred
    short, long = (float(one.max() - one.min()) + 1 for one in along)
    if short > long:
        short, long = long, short
    holes = float(ndimage.binary_fill_holes(mask).sum()) - area
    padded = np.pad(mask, 1)
    edges = float(np.sum(padded[1:] != padded[:-1]) + np.sum(padded[:, 1:] != padded[:, :-1]))
    thick = float(ndimage.distance_transform_edt(padded).max()) * 2 - 1
    height, width = mask.shape
    half = area / 2
    upper = abs(float(mask[: height // 2].sum()) - half) / area
    return {
        "area_mm2": area * mm * mm,
        "long_mm": long * mm,
        "short_mm": short * mm,
        "aspect": long / max(short, 1.0),
        "moment_aspect": float(np.sqrt(powers[1] / max(powers[0], 1e-6))),
        "box_filled": area / max(long * short, 1.0),
        "upright_filled": area / (height * width),
        "roundness": 4 * np.pi * area / max(edges * np.pi / 4, 1.0) ** 2,
        "holes": holes / area,
        "stroke": thick * thick / area,
        "thick_mm": thick * mm,
        "upper_heavy": upper,
        "upright": float(abs(axes[0, 1])),
        "height_mm": height * mm,
        "width_mm": width * mm,
        "pixels": area,
    }


def _place(ready: Ready, row: NDArray[np.int64], column: NDArray[np.int64]) -> dict[str, float]:
    rows, columns = ready.level.shape
    middle_r, middle_c = int(row.mean()), int(column.mean())
    deep = ready.body_mm
    border = min(int(row.min()), int(column.min()), rows - 1 - int(row.max()), columns - 1 - int(column.max()))
    return {
        "body_mm": float(deep[min(middle_r // 4, deep.shape[0] - 1), min(middle_c // 4, deep.shape[1] - 1)]),
        "border_mm": border * ready.mm,
        "border_part": border / max(rows, columns),
        "corner_part": float(
            np.hypot(min(middle_r, rows - middle_r) / rows, min(middle_c, columns - middle_c) / columns)
        ),
    }
