"""Regions of a picture that stand out from what surrounds them, at whatever level of grey they do.

The component tree (max-tree) holds every connected region above every level. A region's *stable contrast* is how many
levels it survives downwards before it has grown to more than 1.6 times its area: high for what has a steep edge all
around it, whatever lies beside it. Union-find after Berger et al. 2007 (Effective component tree computation).
"""

import numpy as np
from numpy.typing import NDArray

from holdfast.kernel.compiled import compiled_aside

GROWTH = 1.6
"""A region that has grown by more is another region."""


@compiled_aside
def regions(
    level: NDArray[np.uint8], smallest: int, largest: int, contrast: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(a pixel, level, area, stable contrast) of each region that stands out by ``contrast`` levels or more and is of
    ``smallest`` to ``largest`` pixels; of regions nested within 2.5 times in area only the most contrasting."""
    rows, columns = level.shape
    size = rows * columns
    flat = level.ravel()
    starts = np.zeros(257, dtype=np.int64)
    for p in range(size):
        starts[255 - flat[p] + 1] += 1
    for v in range(256):
        starts[v + 1] += starts[v]
    order = np.empty(size, dtype=np.int32)
    fill = starts[:256].copy()
    for p in range(size):
        v = 255 - flat[p]
        order[fill[v]] = p
        fill[v] += 1
    parent = np.empty(size, dtype=np.int32)
    root = np.full(size, -1, dtype=np.int32)
    for i in range(size):
        p = order[i]
        parent[p] = p
        root[p] = p
        row, column = p // columns, p % columns
        for side in range(4):
            if side == 0:
                if row == 0:
                    continue
                q = p - columns
            elif side == 1:
                if column == 0:
                    continue
                q = p - 1
            elif side == 2:
                if column == columns - 1:
                    continue
                q = p + 1
            else:
                if row == rows - 1:
                    continue
                q = p + columns
            if root[q] < 0:
                continue
            r = q
            while root[r] != r:
                root[r] = root[root[r]]
                r = root[r]
            if r != p:
                root[r] = p
                parent[r] = p
    area = np.ones(size, dtype=np.int32)
    for i in range(size):
        p = order[i]
        if parent[p] != p:
            area[parent[p]] += area[p]
    for i in range(size - 1, -1, -1):
        p = order[i]
        q = parent[p]
        if flat[parent[q]] == flat[q]:
            parent[p] = parent[q]
    found = np.empty(4096, dtype=np.int64)
    drops = np.zeros(4096, dtype=np.int64)
    count = 0
    for i in range(size):
        p = order[i]
        if area[p] < smallest or area[p] > largest or flat[parent[p]] == flat[p]:
            continue
        q = parent[p]
        limit = area[p] * GROWTH
        while area[q] <= limit and parent[q] != q:
            q = parent[q]
        drop = np.int64(flat[p]) - np.int64(flat[q])
        if drop < contrast:
            continue
        if count < 4096:
            found[count], drops[count] = p, drop
            count += 1
        else:  # keep the strongest: replace the weakest now and then is not worth its time
            break
    best = np.argsort(-drops[:count])
    state = np.zeros(size, dtype=np.uint8)  # 1: taken, 2: within 2.5 times above one that is taken
    kept = np.empty(count, dtype=np.int64)
    number = 0
    for i in best:
        p = found[i]
        if state[p] != 0:
            continue
        limit = area[p] * 2.5
        q = np.int64(parent[p])
        free = True
        while area[q] <= limit and parent[q] != q:
            if state[q] == 1:
                free = False
                break
            q = np.int64(parent[q])
        if not free:
            continue
        q = np.int64(parent[p])
        while area[q] <= limit and parent[q] != q:
            if state[q] == 0:
                state[q] = 2
            q = np.int64(parent[q])
        state[p] = 1
        kept[number] = i
        number += 1
    pixel = np.empty(number, dtype=np.int64)
    grey = np.empty(number, dtype=np.int64)
    areas = np.empty(number, dtype=np.int64)
    contrasts = np.empty(number, dtype=np.int64)
    for k in range(number):
        p = found[kept[k]]
        pixel[k], grey[k], areas[k], contrasts[k] = p, flat[p], area[p], drops[kept[k]]
    return pixel, grey, areas, contrasts


@compiled_aside
def filled(level: NDArray[np.uint8], start: int, grey: int, area: int) -> NDArray[np.int64]:
    """The pixels (flat indices) of the region around ``start`` at ``grey`` or above."""
    rows, columns = level.shape
    flat = level.ravel()
    out = np.empty(area, dtype=np.int64)
    seen = set()
    seen.add(np.int64(start))
    out[0] = start
    done, known = 0, 1
    while done < known:
        p = out[done]
        done += 1
        row, column = p // columns, p % columns
        for side in range(4):
            if side == 0:
                ok, q = row > 0, p - columns
            elif side == 1:
                ok, q = column > 0, p - 1
            elif side == 2:
                ok, q = column < columns - 1, p + 1
            else:
                ok, q = row < rows - 1, p + columns
            if ok and flat[q] >= grey and q not in seen and known < area:
                seen.add(q)
                out[known] = q
                known += 1
    return out[:known]
