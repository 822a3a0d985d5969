"""Second derivatives of a film at a needle's width: what lines are looked for in."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from holdfast.imaging.metal.preparing import Ready

_WIDTH_MM = 0.4
"""Standard deviation of the filter, with the picture's own pixel as its floor."""


def curvature(ready: Ready) -> NDArray[np.float32]:
    """(3 x rows x columns): by row twice, by row and column, by column twice; scaled so that a needle's crest shows
    about its contrast, as parts of the animal's range."""
    sigma = max(_WIDTH_MM / ready.mm, 0.8)
    smooth = ndimage.gaussian_filter(ready.level, sigma)
    d_r, d_c = np.gradient(smooth)
    curved = np.empty((3, *smooth.shape), dtype=np.float32)
    curved[0], curved[1] = np.gradient(d_r)
    curved[2] = np.gradient(d_c, axis=1)
    curved *= np.float32(sigma**2 * 1.8)
    return curved
