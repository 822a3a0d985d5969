"""Straight thin lines: needles too faint, or too near a rib, for their crest to be followed from pixel to pixel.

What tells a needle from the edge of a rib shows only over all its length: it is straight to a fraction of a millimetre,
keeps one width and one contrast, falls off alike to both sides, and ends at once. So the second derivative across is
summed along straight stretches in every direction, the strongest stretches are laid on the crest and drawn out to both
their ends, and what lies between them is measured (``straight_shape``).
"""

import math

import numpy as np
from numpy.typing import NDArray

from holdfast.imaging.metal.compact import Candidate
from holdfast.imaging.metal.preparing import Ready
from holdfast.imaging.metal.straight_shape import measured
from holdfast.kernel.compiled import compiled_aside

_COARSE_MM = 0.4
"""Directions are searched on every pixel of this size."""
_STRETCH_MM = 16.0
"""Summed at once: shorter than the needles looked for, so that one of them fills it wherever it lies."""
_DIRECTIONS = 26
_CAP = 0.12
"""Of the animal's range: one bright spot is no line."""
_BLOCK_MM = 5.0
"""Of each block the best stretch is kept."""
_LEAST = 0.02
_MOST = 30
"""Lines that are measured, the strongest first: of 340 needles of 25 mm and longer, drawn a dozen to a film, none came
later than the fourteenth."""
_REACH_MM = 70.0
_SHORTEST_MM = 9.0
_BOW = 0.04
"""Height of its bend against its length: what is more bent is no needle."""
_LEAST_CREST = 0.012
_GO_ON, _ON_CREST = 0.45, 0.3
"""Of its strength: below the first a line ends, below the second a place says nothing of where it runs."""
_BENDS_MM = 14.0
"""Shorter ones are taken as straight."""


def straight_candidates(ready: Ready, curved: NDArray[np.float32]) -> list[Candidate]:
    """Straight lines, the strongest first, with their features. ``curved``: ``curvature(ready)``."""
    step = max(1, round(_COARSE_MM / ready.mm))
    coarse = np.ascontiguousarray(curved[:, ::step, ::step])
    mm = ready.mm * step
    angles = np.asarray(np.arange(_DIRECTIONS) * (math.pi / _DIRECTIONS), dtype=np.float64)
    long = max(5, round(_STRETCH_MM / mm))
    best, which = _stretches(coarse, np.ascontiguousarray(coarse.transpose(0, 2, 1)), angles, long, np.float32(_CAP))
    places, ways = _peaks(best, which, angles, max(2, round(_BLOCK_MM / mm)))
    places = places * step
    found: list[Candidate] = []
    free = np.ones(len(places), dtype=np.bool_)
    for k in range(len(places)):
        if len(found) >= _MOST:
            break
        if not free[k]:
            continue
        line = _traced(curved, places[k, 0], places[k, 1], float(ways[k]), ready.mm, _STRETCH_MM, _REACH_MM)
        if not line.size:
            continue
        middle, (turn, low, high, bend) = line[:2], (float(one) for one in line[2:])
        along = np.array([math.sin(turn), math.cos(turn)]) / ready.mm
        free &= ~_along(places, ways, (middle + along * low, middle + along * high), ready.mm)
        if high - low >= _SHORTEST_MM and abs(bend) * (high - low) / 4 <= _BOW:
            found.append(measured(ready, curved, middle, turn, low, high, bend))
    return found


@compiled_aside
def _stretches(
    curved: NDArray[np.float32], turned: NDArray[np.float32], angles: NDArray[np.float64], long: int, cap: np.float32
) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    """(mean second derivative across the best straight stretch around each pixel, its direction). ``turned`` is
    ``curved`` with rows and columns exchanged: steep lines are summed along it, as memory lies."""
    rows, columns = curved.shape[1], curved.shape[2]
    best = np.zeros((rows, columns), dtype=np.float32)
    which = np.zeros((rows, columns), dtype=np.int16)
    best_turned = np.zeros((columns, rows), dtype=np.float32)
    which_turned = np.zeros((columns, rows), dtype=np.int16)
    for k in range(angles.size):
        s, c = np.sin(angles[k]), np.cos(angles[k])
        # across is (c, -s) in (row, column)
        a, b, d = np.float32(-c * c), np.float32(2 * c * s), np.float32(-s * s)
        flat = np.abs(c) >= np.abs(s)
        if flat:
            grid, top, where, slope, part = curved, best, which, s / c, np.abs(c)
        else:
            grid, top, where, slope, part = turned, best_turned, which_turned, c / s, np.abs(s)
        m, n = grid.shape[1], grid.shape[2]
        steered = np.empty((m, n), dtype=np.float32)
        for j in range(m):
            for i in range(n):
                v = a * grid[0, j, i] + b * grid[1, j, i] + d * grid[2, j, i]
                steered[j, i] = min(max(v, -cap), cap)
        count = max(3, int(np.rint(long * part)))
        half = count // 2
        each = np.float32(1.0 / count)
        shift = np.empty(n, dtype=np.int64)
        for i in range(n):
            shift[i] = int(np.floor(slope * i + 0.5))
        low, high = min(shift[0], shift[n - 1]), max(shift[0], shift[n - 1])
        values = np.zeros(n, dtype=np.float32)
        for start in range(-high, m - low):
            total = np.float32(0.0)
            values[:] = 0.0
            first = -1
            for i in range(n):
                j = start + shift[i]
                if j < 0 or j >= m:
                    if first >= 0:
                        break
                    continue
                if first < 0:
                    first = i
                values[i] = steered[j, i]
                total += values[i]
                if i - first >= count:
                    total -= values[i - count]
                if i - first >= count - 1:
                    middle = i - half
                    jm = start + shift[middle]
                    mean = total * each
                    if mean > top[jm, middle]:
                        top[jm, middle] = mean
                        where[jm, middle] = k
    for i in range(rows):
        for j in range(columns):
            if best_turned[j, i] > best[i, j]:
                best[i, j] = best_turned[j, i]
                which[i, j] = which_turned[j, i]
    return best, which


def _peaks(
    best: NDArray[np.float32], which: NDArray[np.int16], angles: NDArray[np.float64], block: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(places, angles) of the best stretch of each block, the best first."""
    rows, columns = best.shape[0] // block, best.shape[1] // block
    blocks = best[: rows * block, : columns * block].reshape(rows, block, columns, block).transpose(0, 2, 1, 3)
    flat = blocks.reshape(rows * columns, block * block)
    at = flat.argmax(axis=1)
    value = flat[np.arange(at.size), at]
    k = np.argsort(-value, kind="stable")
    k = k[value[k] >= _LEAST]
    row, column = k // columns * block + at[k] // block, k % columns * block + at[k] % block
    return np.stack([row, column], axis=1).astype(float), angles[which[row, column]]


def _along(
    places: NDArray[np.float64],
    ways: NDArray[np.float64],
    line: tuple[NDArray[np.float64], NDArray[np.float64]],
    mm: float,
) -> NDArray[np.bool_]:
    """Which lie on a line that has been measured, and run as it does."""
    a, b = line
    length = max(float(np.hypot(*(b - a))), 1e-6)
    unit = (b - a) / length
    t = (places - a) @ unit
    off = np.abs((places - a) @ np.array([unit[1], -unit[0]]))
    alike = np.abs(np.sin(ways) * unit[0] + np.cos(ways) * unit[1]) > 0.97
    return np.asarray((t > -3.0 / mm) & (t < length + 3.0 / mm) & (off * mm < 1.5) & alike)


@compiled_aside
def _traced(
    curved: NDArray[np.float32], row: float, column: float, turn: float, mm: float, stretch: float, reach_mm: float
) -> NDArray[np.float64]:
    """A stretch laid on its crest and drawn out to both ends: (row and column of its middle, direction, where it begins
    and ends in mm from there, how it bends); empty where there is no line."""
    none = np.empty(0)
    rows, columns = curved.shape[1], curved.shape[2]
    pitch, fine = max(0.4, mm), max(0.2, 0.5 * mm)
    low, high, bend = -stretch / 2, stretch / 2, 0.0
    for reach in (stretch / 2, 18.0, reach_mm):
        n = 2 * int(reach / pitch) + 1
        sr, sc = np.sin(turn), np.cos(turn)
        a, b, d = -sc * sc, 2 * sc * sr, -sr * sr
        raw = np.full((n, 13), -_CAP)
        away = np.zeros(n)
        some = 0
        for i in range(n):
            t = (i - n // 2) * pitch
            bent = min(max(t, low), high)
            away[i] = bend * bent * bent
            r0, c0 = row + (t * sr + away[i] * sc) / mm, column + (t * sc - away[i] * sr) / mm
            if r0 < 0 or c0 < 0 or r0 >= rows or c0 >= columns:
                continue
            some += 1
            for j in range(13):
                off = (j - 6) * fine / mm
                y, x = min(max(r0 + off * sc, 0.0), rows - 1.001), min(max(c0 - off * sr, 0.0), columns - 1.001)
                r, c = int(y), int(x)
                dy, dx = y - r, x - c
                total = 0.0
                for k in range(3):
                    part = a if k == 0 else (b if k == 1 else d)
                    total += part * (
                        (1 - dy) * ((1 - dx) * curved[k, r, c] + dx * curved[k, r, c + 1])
                        + dy * ((1 - dx) * curved[k, r + 1, c] + dx * curved[k, r + 1, c + 1])
                    )
                raw[i, j] = max(total, -_CAP)
        if some < 8:
            return none
        half = max(1, int(np.rint(3.0 / pitch))) // 2
        crest, at, on = np.empty(n), np.empty(n), np.empty(n)
        for i in range(n):
            crest[i], at[i], on[i] = -1.0, 0.0, -1.0
            for j in range(13):
                total = 0.0
                for k in range(-half, half + 1):
                    total += raw[min(max(i + k, 0), n - 1), j]
                total /= 2 * half + 1
                if total > crest[i]:
                    crest[i], at[i] = total, away[i] + (j - 6) * fine
                if 4 <= j < 9:
                    on[i] = max(on[i], total)
        first, last = n, -1
        for i in range(n):
            t = (i - n // 2) * pitch
            if low <= t <= high:
                first, last = min(first, i), max(last, i)
        if last - first < 4:
            return none
        strength = np.median(on[first : last + 1])
        if strength < _LEAST_CREST:
            return none
        # the stretch around the middle over which it adds up to most
        centre = (first + last) // 2
        begin = end = centre
        total = best = on[centre] - _GO_ON * strength
        for i in range(centre + 1, n):
            total += on[i] - _GO_ON * strength
            if total > best:
                best, end = total, i
        total = best = on[centre] - _GO_ON * strength
        for i in range(centre - 1, -1, -1):
            total += on[i] - _GO_ON * strength
            if total > best:
                best, begin = total, i
        low, high = (begin - n // 2) * pitch, (end - n // 2) * pitch
        mid = (low + high) / 2
        # weighted parabola through the crest
        s = np.zeros(5)
        q = np.zeros(3)
        used = 0
        for i in range(begin, end + 1):
            if crest[i] > _ON_CREST * strength:
                t = (i - n // 2) * pitch - mid
                w = crest[i]
                used += 1
                power = w
                for k in range(5):
                    s[k] += power
                    if k < 3:
                        q[k] += power * at[i]
                    power *= t
        if used < 6:
            return none
        c2 = 0.0
        x, y, z = s[2] * s[4] - s[3] * s[3], s[1] * s[4] - s[3] * s[2], s[1] * s[3] - s[2] * s[2]
        whole = s[0] * x - s[1] * y + s[2] * z
        if high - low > _BENDS_MM and abs(whole) > 1e-12:
            c2 = (s[0] * (s[2] * q[2] - s[3] * q[1]) - s[1] * (s[1] * q[2] - s[2] * q[1]) + q[0] * z) / whole
        q0, q1 = q[0] - c2 * s[2], q[1] - c2 * s[3]
        flat = max(s[0] * s[2] - s[1] * s[1], 1e-12)
        c0, c1 = (q0 * s[2] - q1 * s[1]) / flat, (s[0] * q1 - s[1] * q0) / flat
        row += (mid * sr + c0 * sc) / mm
        column += (mid * sc - c0 * sr) / mm
        way_r, way_c = sr + c1 * sc, sc - c1 * sr
        turn = np.arctan2(way_r, way_c)
        low, high, bend = low - mid, high - mid, c2
    return np.array([row, column, turn, low, high, bend])
