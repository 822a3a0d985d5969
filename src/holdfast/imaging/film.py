"""One radiograph as numbers: what every search and every measurement on a film starts from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.record.imaging_events import Scale


@dataclass(frozen=True)
class Film:
    """A picture in which bright is dense, however it was stored."""

    pixels: NDArray[np.uint16]
    """Rows x columns, 0 to ``2 ** bits - 1``; metal is at the top of the range."""
    bits: int
    """That the values may use (8 to 16)."""
    window: tuple[float, float] | None
    """(centre, width) that the file asks to be shown with, in values of ``pixels``; None when it states none."""
    scale: Scale
    """Millimetres per pixel, and in which plane; nothing where the file does not state it."""
    spacing_hint_mm: float | None
    """Millimetres per pixel that the file gives without saying how it knows them. Good enough to choose how large
    a thing is looked for, never for a size that is shown."""
    simulated: bool
    """The header says that it is no picture of an animal."""
    problems: tuple[str, ...]
    """What could not be read, in sentences."""

    @property
    def rows(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def columns(self) -> int:
        return int(self.pixels.shape[1])

    def as_float(self) -> NDArray[np.float32]:
        """The values as parts of the range, 0 to 1."""
        return self.pixels.astype(np.float32) / np.float32((1 << self.bits) - 1)
