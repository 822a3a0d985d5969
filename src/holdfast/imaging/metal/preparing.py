"""A film made ready for the search: one size of pixel, the animal's own range of brightness, where the animal is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from holdfast.imaging.film import Film
from holdfast.kernel.compiled import compiled_aside

Grid = NDArray[np.float32]

WORKING_MM = 0.2
"""Finer films are averaged to this, coarser ones are left as they are: 1.5 mm of lead is seven pixels, and a needle of
0.6 mm is three."""
FIELD_MM = 350.0
"""Long side of a film that states no spacing at all, taken to choose what size is looked for; never shown as a size."""
WORKING_PIXELS_MAX = 3_000_000
"""A larger grid is made coarser: the search stays within some seconds."""
AIR = 0.08
"""Of the animal's range: darker than this is beside the animal, or collimated."""
_CLIPPED = 0.985


@dataclass(frozen=True)
class Ready:
    """What the search works on. ``row = working_row * factor`` leads back to the film's own pixels."""

    level: Grid
    """The animal's range (1st to 99.5th percentile of what is not air) as 0 to 1; metal may lie above 1, up to 1.25."""
    raw: Grid
    """As parts of the film's whole range."""
    mm: float
    """Of one working pixel, as stated, hinted or guessed."""
    factor: float
    body_mm: Grid
    """Distance to the outline of the animal, positive inside, on a grid four times coarser."""
    clipped: float
    """Part of the animal that is at the top of the film's range: there nothing brighter could be seen."""
    contrast: float
    """How much of the film's range the animal uses."""
    noise: float
    """Standard deviation of the fine grain, in parts of the animal's range."""


def prepared(film: Film) -> Ready:
    """The film on the working grid."""
    mm = film.scale.row_mm or film.spacing_hint_mm or FIELD_MM / max(film.rows, film.columns)
    raw = film.as_float()
    factor = max(1.0, WORKING_MM / mm, (film.rows * film.columns / WORKING_PIXELS_MAX) ** 0.5)
    if factor > 1.0:
        raw = _averaged(raw, factor, int(film.rows / factor), int(film.columns / factor))
    sample = raw[::3, ::3].ravel()
    dark, bright = (float(one) for one in np.percentile(sample, (0.5, 99.7)))
    lit = sample[sample > dark + AIR * (bright - dark)]
    low, high = (float(one) for one in np.percentile(lit, (1.0, 99.5))) if lit.size > 100 else (dark, bright)
    low = dark + 0.5 * (low - dark)
    span = max(high - low, 0.02)
    level = np.clip((raw - np.float32(low)) / np.float32(span), 0.0, 1.25)
    coarse = ndimage.uniform_filter(level, 8)[::4, ::4]
    body = ndimage.binary_opening(coarse > AIR, iterations=2)
    inside = ndimage.distance_transform_edt(body) - ndimage.distance_transform_edt(~body)
    fine = level[::2, ::2]
    grain = np.abs(fine[:, 1:] - fine[:, :-1])[:, ::3]
    return Ready(
        level=level,
        raw=raw,
        mm=mm * factor,
        factor=factor,
        body_mm=np.asarray(inside * 4 * mm * factor, dtype=np.float32),
        clipped=float(np.mean(lit > _CLIPPED)) if lit.size else 0.0,
        contrast=high - low,
        noise=float(np.median(grain)) / 0.954,
    )


@compiled_aside
def _averaged(source: Grid, factor: float, rows: int, columns: int) -> Grid:
    """Area average on a coarser grid."""
    out = np.empty((rows, columns), dtype=np.float32)
    for row in range(rows):
        top, bottom = row * factor, (row + 1) * factor
        for column in range(columns):
            left, right = column * factor, (column + 1) * factor
            total = 0.0
            weight = 0.0
            for r in range(int(top), min(int(np.ceil(bottom)), source.shape[0])):
                high = min(bottom, r + 1.0) - max(top, float(r))
                for c in range(int(left), min(int(np.ceil(right)), source.shape[1])):
                    part = high * (min(right, c + 1.0) - max(left, float(c)))
                    total += part * source[r, c]
                    weight += part
            out[row, column] = total / max(weight, 1e-9)
    return out
