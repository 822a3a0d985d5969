"""How a film is shown: at several sizes, and which values become which grey."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.imaging.film import Film

TILE = 512
"""Pixels on a side of one piece of a film, at every size."""
OVERVIEW_MAX = 1024
"""The coarsest size is the first whose longer side has at most so many pixels."""


@dataclass(frozen=True)
class Window:
    """Which values are shown: below it black, above it white (DICOM PS3.3 C.11.2.1.2, linear)."""

    key: str
    name: str
    centre: float
    width: float


class Sizes:
    """A film and its halvings, made when first asked for. The owner keeps threads apart."""

    def __init__(self, film: Film) -> None:
        self.film = film
        self._levels: list[NDArray[np.uint16]] = [film.pixels]
        self._marks: tuple[float, ...] = ()

    @property
    def coarsest(self) -> int:
        level, longer = 0, max(self.film.rows, self.film.columns)
        while longer > OVERVIEW_MAX:
            level, longer = level + 1, -(-longer // 2)
        return level

    def level(self, level: int) -> NDArray[np.uint16]:
        """Every pixel the mean of 2 x 2 of the size before."""
        while len(self._levels) <= level:
            self._levels.append(_halved(self._levels[-1]))
        return self._levels[level]

    @property
    def marks(self) -> tuple[float, ...]:
        """The values below which 1, 50, 90 and 99.9 % of the coarsest size lie, and its highest."""
        if not self._marks:
            values = self.level(self.coarsest)
            self._marks = (*map(float, np.percentile(values, (1.0, 50.0, 90.0, 99.9))), float(values.max()))
        return self._marks

    def tile(self, level: int, column: int, row: int) -> NDArray[np.uint16]:
        """The piece whose corner lies at (``column`` x TILE, ``row`` x TILE) of that size; empty beyond the film."""
        whole = self.level(level)
        return whole[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]

    def least(self, side: int) -> NDArray[np.uint16]:
        """The smallest size whose longer side has at least ``side`` pixels, or the film itself."""
        level = 0
        while max(self.level(level).shape) >= 2 * side:
            level += 1
        return self.level(level)


def windows(sizes: Sizes) -> tuple[Window, ...]:
    """What may be chosen, the one to begin with first: as the file asks, then by what the film holds."""
    film = sizes.film
    low, soft, dense, high, highest = sizes.marks
    top = float((1 << film.bits) - 1)
    chosen = [
        _between("whole", "Whole range", 0.0, top),
        _between("film", "What this film uses", low, high),
        _between("soft", "Dark parts", low, dense),
        _between("dense", "Dense parts", soft, max(high, highest)),
    ]
    if film.window and film.window[1] >= 1:
        return (Window("sent", "As sent", *film.window), *chosen[1:], chosen[0])
    return (chosen[1], chosen[2], chosen[3], chosen[0])


def greys(values: NDArray[np.uint16], window: Window, *, invert: bool = False) -> NDArray[np.uint8]:
    """The values as 8-bit greys, dense bright unless inverted."""
    scaled = (values.astype(np.float32) - (window.centre - 0.5)) / max(1.0, window.width - 1) + 0.5
    shown = np.asarray(np.clip(scaled, 0.0, 1.0) * 255 + 0.5, dtype=np.uint8)
    return np.asarray(255 - shown, dtype=np.uint8) if invert else shown


def _between(key: str, name: str, low: float, high: float) -> Window:
    return Window(key, name, (low + high + 1) / 2, max(2.0, high - low + 1))


def _halved(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Odd sides repeat their last row or column."""
    rows, columns = values.shape
    even = np.pad(values, ((0, rows % 2), (0, columns % 2)), mode="edge") if rows % 2 or columns % 2 else values
    total = even[::2, ::2].astype(np.uint32)
    total += even[1::2, ::2]
    total += even[::2, 1::2]
    total += even[1::2, 1::2]
    return np.asarray((total + 2) >> 2, dtype=np.uint16)
