"""Candidates that are thin and long: needles, wires, hooks. They need a filter of their own, because what they cross is
often brighter than they are.

At each pixel the second derivative across the line, at the width of a needle (Hessian of a Gaussian); the ridge is
thinned, linked along its own direction, and whole chains are measured: a needle keeps one width and one contrast over
all its length, whatever lies under it. Anatomy does not.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from holdfast.imaging.metal.compact import Candidate
from holdfast.imaging.metal.preparing import AIR, Ready
from holdfast.kernel.compiled import compiled_aside

_SHORTEST_MM = 6.0
_MOST = 90
_WEAK, _STRONG = 0.035, 0.07
"""Ridge strength (parts of the animal's range) to go on with a chain, and to begin one."""


def line_candidates(ready: Ready, curved: NDArray[np.float32]) -> list[Candidate]:
    """Chains of ridge, the most contrasting first, with their features. ``curved``: ``curvature(ready)``."""
    across, angle = _ridge(curved[0], curved[1], curved[2])
    side = max(2, round(1.1 / ready.mm))
    label, count = _chains(across, angle, _WEAK, _STRONG, max(6, round(_SHORTEST_MM / ready.mm * 0.8)))
    found = []
    for number, where in enumerate(ndimage.find_objects(label, count), start=1):
        if where is None:
            continue
        rows, columns = np.nonzero(label[where] == number)
        candidate = _measured(ready, across, angle, rows + where[0].start, columns + where[1].start, side)
        if candidate:
            found.append(candidate)
    found.sort(key=lambda one: -one.values["line_contrast"] * min(one.values["length_mm"], 30.0) ** 0.5)
    return found[:_MOST]


@compiled_aside
def _ridge(
    rr: NDArray[np.float32], rc: NDArray[np.float32], cc: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(strength, direction across the line in radians) where the picture is a bright ridge and the pixel its crest."""
    rows, columns = rr.shape
    strength = np.zeros((rows, columns), dtype=np.float32)
    angle = np.zeros((rows, columns), dtype=np.float32)
    for r in range(rows):
        for c in range(columns):
            half, middle = (rr[r, c] - cc[r, c]) / 2, (rr[r, c] + cc[r, c]) / 2
            root = np.sqrt(half * half + rc[r, c] * rc[r, c])
            low, high = middle - root, middle + root
            if low < 0 and abs(high) < 0.6 * -low:
                strength[r, c] = -low - max(0.0, -high)
    crest = np.zeros((rows, columns), dtype=np.float32)
    for r in range(1, rows - 1):
        for c in range(1, columns - 1):
            s = strength[r, c]
            if s <= 0:
                continue
            half = (rr[r, c] - cc[r, c]) / 2
            # the direction across the line is that of the most negative curvature
            t = 0.5 * np.arctan2(rc[r, c], half) + np.pi / 2
            step_r, step_c = np.cos(t), np.sin(t)
            a = strength[r + int(np.rint(step_r)), c + int(np.rint(step_c))]
            b = strength[r - int(np.rint(step_r)), c - int(np.rint(step_c))]
            if s >= a and s >= b:
                crest[r, c] = s
                angle[r, c] = t
    return crest, angle


@compiled_aside
def _chains(
    crest: NDArray[np.float32], angle: NDArray[np.float32], weak: float, strong: float, shortest: int
) -> tuple[NDArray[np.int32], int]:
    """Label chains of crest pixels that run on in one direction; short ones and those without a strong pixel are left
    out. ``angle`` is the direction across."""
    rows, columns = crest.shape
    label = np.zeros((rows, columns), dtype=np.int32)
    stack = np.empty(rows * columns, dtype=np.int64)
    count = 0
    for r0 in range(rows):
        for c0 in range(columns):
            if crest[r0, c0] < strong or label[r0, c0] != 0:
                continue
            count += 1
            top, known = 0, 1
            stack[0] = r0 * columns + c0
            label[r0, c0] = count
            while top < known:
                p = stack[top]
                top += 1
                r, c = p // columns, p % columns
                for i in range(-2, 3):
                    for j in range(-2, 3):
                        y, x = r + i, c + j
                        if y < 0 or x < 0 or y >= rows or x >= columns or label[y, x] != 0 or crest[y, x] < weak:
                            continue
                        turn = np.abs(np.cos(angle[y, x] - angle[r, c]))
                        # and it must lie along the line, not beside it
                        across = np.abs(i * np.cos(angle[r, c]) + j * np.sin(angle[r, c]))
                        if turn > 0.87 and across <= 1.2:
                            label[y, x] = count
                            stack[known] = y * columns + x
                            known += 1
            if known < shortest:
                for k in range(known):
                    label[stack[k] // columns, stack[k] % columns] = -1
                count -= 1
    for r in range(rows):
        for c in range(columns):
            if label[r, c] < 0:
                label[r, c] = 0
    return label, count


def _measured(
    ready: Ready,
    crest: NDArray[np.float32],
    across: NDArray[np.float32],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    side: int,
) -> Candidate | None:
    level, mm = ready.level, ready.mm
    centre = np.array([row.mean(), column.mean()])
    spread = np.cov(np.stack([row, column]).astype(float)) + np.eye(2) * 0.05
    powers, axes = np.linalg.eigh(spread)
    along = (np.stack([row, column], axis=1) - centre) @ axes[:, 1]
    off = (np.stack([row, column], axis=1) - centre) @ axes[:, 0]
    order = np.argsort(along)
    reach = float(along.max() - along.min()) + 1
    if reach * mm < _SHORTEST_MM * 0.8:
        return None
    fit = np.polyfit(along, off, 2)
    bow = float(np.abs(off - np.polyval(fit, along)).mean())
    # curvature of the fitted parabola, as the height of its bow against its length
    height = abs(float(fit[0])) * reach**2 / 4
    t = across[row, column]
    values, sides_low, sides_high = [], [], []
    for step in (-1, 1):
        r = np.clip(np.rint(row + step * side * np.cos(t)).astype(int), 0, level.shape[0] - 1)
        c = np.clip(np.rint(column + step * side * np.sin(t)).astype(int), 0, level.shape[1] - 1)
        values.append(level[r, c])
    middle = level[row, column]
    sides_low, sides_high = np.minimum(*values), np.maximum(*values)
    over = middle - sides_high
    mean_over = middle - (sides_low + sides_high) / 2
    ordered = mean_over[order]
    smooth = ndimage.uniform_filter1d(ordered, max(1, round(2.0 / mm)))
    thirds = [float(np.median(part)) for part in np.array_split(ordered, 3)]
    contrast = float(np.median(mean_over))
    safe = max(contrast, 0.01)
    # what goes on beyond both ends: a needle ends, a lead or a cortex runs on
    beyond = []
    direction = axes[:, 1]
    for end, sign in ((order[-1], 1), (order[0], -1)):
        for far_mm in (1.5, 2.5, 3.5):
            r = round(row[end] + sign * direction[0] * far_mm / mm)
            c = round(column[end] + sign * direction[1] * far_mm / mm)
            if 0 <= r < crest.shape[0] and 0 <= c < crest.shape[1]:
                window = crest[max(0, r - 2) : r + 3, max(0, c - 2) : c + 3]
                beyond.append(float(window.max()))
    top, left = int(row.min()), int(column.min())
    mask = np.zeros((int(row.max()) - top + 1, int(column.max()) - left + 1), dtype=np.bool_)
    mask[row - top, column - left] = True
    body = ready.body_mm
    rows, columns = level.shape
    border = min(top, left, rows - 1 - int(row.max()), columns - 1 - int(column.max()))
    sides = (sides_low + sides_high) / 2
    values_of = {
        "length_mm": reach * mm,
        "line_contrast": contrast,
        "line_contrast_raw": contrast * ready.contrast,
        "over_median": float(np.median(over)),
        "over_low": float(np.percentile(over, 20)),
        "mean_low": float(np.percentile(mean_over, 15)),
        "steady": float(smooth.std()) / safe,
        "thirds": (max(thirds) - min(thirds)) / safe,
        "crest": float(np.median(crest[row, column])),
        "crest_steady": float(crest[row, column].std()) / max(float(np.median(crest[row, column])), 0.01),
        "uneven": float(np.median(sides_high - sides_low)) / safe,
        "straight": bow * mm,
        "bow": height / reach,
        "moment_aspect": float(np.sqrt(powers[1] / max(powers[0], 1e-6))),
        "pixels_per_length": row.size / reach,
        "beyond": max(beyond, default=0.0) / max(float(np.median(crest[row, column])), 0.01),
        "beyond_least": min(max(beyond[:3], default=0.0), max(beyond[3:], default=0.0))
        / max(float(np.median(crest[row, column])), 0.01),
        "under": float(np.median(sides)),
        "under_spread": float(sides.std()),
        "middle": float(np.median(middle)),
        "middle_spread": float(middle.std()),
        "air": float(np.mean(sides < AIR)),
        "body_mm": float(
            body[min(int(centre[0]) // 4, body.shape[0] - 1), min(int(centre[1]) // 4, body.shape[1] - 1)]
        ),
        "border_mm": border * mm,
        "upright": float(abs(axes[0, 1])),
        "noise": ready.noise,
        "contrast_noise": contrast / max(ready.noise, 0.003),
        "mm_per_pixel": mm,
        "film_contrast": ready.contrast,
    }
    return Candidate(top, left, mask, 1, values_of)
