"""What tells one dense thing from another: a letter by where its strokes lie, a screw by its head, a clip by the ring
around its stud."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from holdfast.imaging.metal.preparing import Grid

_ZONES = 3
_ALONG = 6
_RAYS = 32
_REACH_MM, _STEP_MM = 10.0, 0.4
_RING_WITHIN_MM = 1.6
"""A ring falls again within this, outwards."""


def zones(mask: NDArray[np.bool_]) -> dict[str, float]:
    """How full each ninth of the upright box is, and how many holes there are: letters stand nearly upright."""
    rows = _edges(mask.shape[0], _ZONES)
    columns = _edges(mask.shape[1], _ZONES)
    filled = {
        f"zone_{i}{j}": float(mask[rows[i][0] : rows[i][1], columns[j][0] : columns[j][1]].mean())
        for i in range(_ZONES)
        for j in range(_ZONES)
    }
    _, holes = ndimage.label(~np.pad(mask, 1))
    return filled | {"hole_count": float(min(holes - 1, 6))}


def widths(mask: NDArray[np.bool_]) -> dict[str, float]:
    """How wide it is along its long axis, as parts of its mean, the wider end first: heads, tips and waists."""
    row, column = np.nonzero(mask)
    centred = np.stack([row - row.mean(), column - column.mean()])
    _, axes = np.linalg.eigh(centred @ centred.T / row.size + np.eye(2) / 12)
    along = axes[:, 1] @ centred
    place = (along - along.min()) / max(float(along.max() - along.min()), 1e-6)
    part = np.bincount(np.minimum((place * _ALONG).astype(int), _ALONG - 1), minlength=_ALONG) * _ALONG / row.size
    if part[:2].sum() < part[-2:].sum():
        part = part[::-1]
    return {
        "width_end": float(part[0]),
        "width_next": float(part[1]),
        "width_middle": float(part[2] + part[3]) / 2,
        "width_last": float(part[-1]),
        "width_spread": float(part.std()),
    }


def ring(level: Grid, row: float, column: float, core_mm: float, mm: float) -> dict[str, float]:
    """A bright ring around a middle (working pixels), and how one-sided its surroundings are. A snap has both: a ring,
    and a body on one side. ``core_mm`` is the radius of what lies in the middle."""
    radii = np.arange(0.0, _REACH_MM, min(max(_STEP_MM, 0.7 * mm), _REACH_MM / 4))
    rays = np.arange(_RAYS) * (2 * np.pi / _RAYS)
    r = np.rint(row + np.outer(np.cos(rays), radii) / mm).astype(np.int64)
    c = np.rint(column + np.outer(np.sin(rays), radii) / mm).astype(np.int64)
    seen = level[np.clip(r, 0, level.shape[0] - 1), np.clip(c, 0, level.shape[1] - 1)]
    ranked = np.sort(seen, axis=0)
    middle, quarter = ranked[_RAYS // 2], ranked[_RAYS // 4]
    within = max(1, round(_RING_WITHIN_MM / float(radii[1])))
    core_mm = min(core_mm, _REACH_MM - 3.0)
    first = int(np.searchsorted(radii, core_mm))
    best, best_low, at = 0.0, 0.0, 0.0
    for k in range(first + 1, len(radii) - 1):
        inner, outer = float(middle[first:k].min()), float(middle[k + 1 : k + 1 + within].min())
        rise = float(middle[k]) - max(inner, outer)
        if rise > best:
            best, at = rise, float(radii[k])
            best_low = float(quarter[k]) - max(inner, outer)
    side = seen[:, radii > min(core_mm + 1.0, float(radii[-2]))].mean(axis=1)
    half = np.convolve(np.concatenate([side[-2:], side, side[:2]]), np.ones(5) / 5, "valid")
    return {
        "halo": best,
        "halo_least": best_low,
        "halo_mm": at,
        "one_sided": float(half.max() - np.sort(half)[_RAYS // 2]),
    }


def _edges(length: int, parts: int) -> list[tuple[int, int]]:
    """Where each of ``parts`` begins and ends; none is empty, so they share pixels where there are too few."""
    starts = [min(k * length // parts, length - 1) for k in range(parts)]
    return [(start, max((k + 1) * length // parts, start + 1)) for k, start in enumerate(starts)]
