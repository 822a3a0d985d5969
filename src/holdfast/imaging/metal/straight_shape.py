"""What a straight thin line looks like over all its length: what tells a needle from the edge of a rib."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from holdfast.imaging.metal.compact import Candidate
from holdfast.imaging.metal.preparing import AIR, Ready
from holdfast.kernel.compiled import compiled_aside

_BESIDE_MM, _RIVAL_MM = 8.0, 1.8
"""Seen to each side; from the second on, what runs beside it counts as another line."""
_BEYOND_MM = 6.0
_FLANK_MM = 1.1
"""Where its sides are: beyond the widest needle."""
_NEEDLE_MM, _NEAR_MM = 0.42, 2.6
"""Standard deviation of a needle's profile as films blur it, and how far to each side it is compared."""


def measured(
    ready: Ready,
    curved: NDArray[np.float32],
    middle: NDArray[np.float64],
    turn: float,
    low: float,
    high: float,
    bend: float,
) -> Candidate:
    """The line from ``low`` to ``high`` mm along the direction ``turn`` (radians; sine by row, cosine by column) from
    ``middle`` (row, column), bent by ``bend`` mm x mm, with its features."""
    level, mm = ready.level, ready.mm
    along, across = np.array([math.sin(turn), math.cos(turn)]), np.array([math.cos(turn), -math.sin(turn)])
    pitch, fine = max(0.4, mm), max(0.2, 0.5 * mm)
    t = np.arange(low - _BEYOND_MM, high + _BEYOND_MM + 1e-6, pitch)
    side = np.asarray(np.arange(-round(_BESIDE_MM / fine), round(_BESIDE_MM / fine) + 1) * fine, dtype=np.float64)
    inside = (t >= low) & (t <= high)
    row = middle[0] + (t[:, None] * along[0] + (bend * t[:, None] ** 2 + side) * across[0]) / mm
    column = middle[1] + (t[:, None] * along[1] + (bend * t[:, None] ** 2 + side) * across[1]) / mm
    shown, strength = _sampled(level, curved, row, column, across[0], across[1])
    length = high - low
    values = _evenness(shown[inside], side, max(_FLANK_MM, 2.0 * mm))
    values |= _crest(strength[inside], side)
    values |= _ends(strength[:, side.size // 2], t, low, high)
    values["line_contrast_raw"] = values["line_contrast"] * ready.contrast
    a, b = middle + along * low / mm, middle + along * high / mm
    mask, top, left = _drawn(a, b)
    border = min(top, left, level.shape[0] - top - mask.shape[0], level.shape[1] - left - mask.shape[1])
    body = ready.body_mm
    deep = body[_within(middle[0] / 4, body.shape[0]), _within(middle[1] / 4, body.shape[1])]
    values |= {
        "length_mm": length,
        "bow": abs(bend) * length / 4,
        "body_mm": float(deep),
        "border_mm": border * mm,
        "upright": float(abs(along[1])),
        "moment_aspect": length / max(values["width_mm"], mm),
        "mm_per_pixel": mm,
        "falls": float(along[0] * along[1] >= 0),
    }
    return Candidate(max(top, 0), max(left, 0), mask, 1, values)


@compiled_aside
def _sampled(
    level: NDArray[np.float32],
    curved: NDArray[np.float32],
    row: NDArray[np.float64],
    column: NDArray[np.float64],
    across_row: float,
    across_column: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(brightness, second derivative across) at places between pixels; beyond the film its edge goes on."""
    rows, columns = level.shape
    a, b, d = across_row * across_row, 2 * across_row * across_column, across_column * across_column
    shown, strength = np.empty(row.shape), np.empty(row.shape)
    for i in range(row.shape[0]):
        for j in range(row.shape[1]):
            y, x = min(max(row[i, j], 0.0), rows - 1.001), min(max(column[i, j], 0.0), columns - 1.001)
            r, c = int(y), int(x)
            total, steep = 0.0, 0.0
            for k in range(2):
                for m in range(2):
                    part = (y - r if k else 1 - (y - r)) * (x - c if m else 1 - (x - c))
                    p, q = r + k, c + m
                    total += part * level[p, q]
                    steep -= part * (a * curved[0, p, q] + b * curved[1, p, q] + d * curved[2, p, q])
            shown[i, j], strength[i, j] = total, steep
    return shown, strength


def _evenness(shown: NDArray[np.float64], side: NDArray[np.float64], flank_mm: float) -> dict[str, float]:
    """How it stands out, and how its two sides are alike; ``shown`` is (along x across)."""
    n0, flank = side.size // 2, max(1, round(flank_mm / float(side[-1] - side[-2])))
    left, right, middle = shown[:, n0 - flank], shown[:, n0 + flank], shown[:, n0]
    over, sides = middle - np.maximum(left, right), (left + right) / 2
    contrast = float(np.median(middle - sides))
    profile = shown.mean(axis=0)
    width, lean, match = _profile(profile, side, n0, flank)
    return {
        "line_contrast": contrast,
        "over_median": float(np.median(over)),
        "over_low": float(np.percentile(over, 20)),
        "uneven": float(np.median(np.abs(left - right))) / max(contrast, 0.01),
        "under": float(np.median(sides)),
        "under_spread": float(sides.std()),
        "middle": float(np.median(middle)),
        "middle_spread": float(middle.std()),
        "air": float(np.mean(sides < AIR)),
        "width_mm": width,
        "lean": lean,
        "match": match,
    }


def _profile(
    profile: NDArray[np.float64], side: NDArray[np.float64], n0: int, flank: int
) -> tuple[float, float, float]:
    """(width in mm at half its height, how much it leans to one side, unlikeness to a needle's) of a mean profile."""
    floor = (profile[n0 - flank] + profile[n0 + flank]) / 2
    bump = profile - np.interp(side, side[[n0 - flank, n0 + flank]], profile[[n0 - flank, n0 + flank]])
    half = bump > max(float(bump[n0 - 1 : n0 + 2].max()), 1e-4) / 2
    low = high = n0
    while low > 0 and half[low - 1]:
        low -= 1
    while high < half.size - 1 and half[high + 1]:
        high += 1
    lean = abs(float(profile[n0 + flank] - profile[n0 - flank])) / max(float(profile[n0] - floor), 0.005)
    near = np.abs(side) <= _NEAR_MM
    model = np.stack([np.exp(-(side[near] ** 2) / (2 * _NEEDLE_MM**2)), np.ones(int(near.sum())), side[near]], axis=1)
    solved = np.linalg.solve(model.T @ model, model.T @ profile[near])
    rest = profile[near] - model @ solved
    width = (high - low + 1) * float(side[1] - side[0])
    return min(width, 6.0), min(lean, 10.0), min(float(rest.std()) / max(float(solved[0]), 0.005), 10.0)


def _crest(strength: NDArray[np.float64], side: NDArray[np.float64]) -> dict[str, float]:
    """How strong its crest is, how it strays, and what other lines run beside it; ``strength`` is (along x across)."""
    n0 = side.size // 2
    mean = float(strength[:, n0].mean())
    near = np.abs(side) <= 1.0 + 1e-6
    smooth = ndimage.uniform_filter1d(strength[:, near], max(1, min(7, len(strength) // 3)), axis=0)
    at = side[near][smooth.argmax(axis=1)]
    rivals = strength.mean(axis=0)[np.abs(side) > _RIVAL_MM]
    return {
        "strength": mean,
        "straight": float(np.abs(at).mean()),
        "wander": float(np.abs(np.diff(at)).mean()),
        "rival": min(float(rivals.max()) / max(mean, 0.008), 10.0),
        "over_rivals": (mean - float(rivals.mean())) / max(float(rivals.std()), 0.003),
    }


def _ends(crest: NDArray[np.float64], t: NDArray[np.float64], low: float, high: float) -> dict[str, float]:
    """How much of its strength goes on beyond its ends."""
    safe = max(float(crest[(t >= low) & (t <= high)].mean()), 0.008)
    out, step = [], []
    for beyond in (low - t, t - high):
        after = float(crest[(beyond >= 1.2) & (beyond <= 5.0)].mean())
        before = float(crest[(beyond <= -0.8) & (beyond >= -5.0)].mean())
        out.append(after / safe)
        step.append((before - after) / safe)
    return {
        "end_out": max(out),
        "end_out_least": min(out),
        "end_step": min(step),
        "end_step_most": max(step),
    }


def _drawn(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[NDArray[np.bool_], int, int]:
    """(its pixels, row and column of the first)."""
    top, left = math.floor(min(a[0], b[0])), math.floor(min(a[1], b[1]))
    height, width = math.ceil(abs(a[0] - b[0])) + 1, math.ceil(abs(a[1] - b[1])) + 1
    mask = np.zeros((height, width), dtype=np.bool_)
    part = np.linspace(0.0, 1.0, 2 * max(height, width))
    row, column = (np.rint(a[k] + part * (b[k] - a[k])).astype(int) - first for k, first in ((0, top), (1, left)))
    mask[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)] = True
    return mask, top, left


def _within(at: float, size: int) -> int:
    return min(max(int(at), 0), size - 1)
