"""Coloured noise that is continuous from frame to frame."""

import numpy as np
from scipy.signal import butter, lfilter

from holdfast.simulation.states import Vector


class Filtered:
    """White noise through a filter, scaled to a standard deviation of one."""

    def __init__(self, b: Vector, a: Vector, rng: np.random.Generator) -> None:
        self._b, self._a, self._rng = b, a, rng
        # Length of the impulse response that fixes the scale: covers 0.25 Hz at 250 Hz.
        impulse = np.zeros(8192)
        impulse[0] = 1.0
        self._scale = 1.0 / float(np.sqrt(np.sum(lfilter(b, a, impulse) ** 2)))
        self._carry = np.zeros(max(len(a), len(b)) - 1)
        self.run(512)

    @classmethod
    def low_pass(cls, edge_hz: float, rate_hz: float, rng: np.random.Generator) -> "Filtered":
        """Noise below ``edge_hz``."""
        b, a = butter(2, edge_hz, fs=rate_hz)
        return cls(np.asarray(b), np.asarray(a), rng)

    @classmethod
    def band_pass(cls, low_hz: float, high_hz: float, rate_hz: float, rng: np.random.Generator) -> "Filtered":
        """Noise between two edges."""
        b, a = butter(2, (low_hz, high_hz), btype="bandpass", fs=rate_hz)
        return cls(np.asarray(b), np.asarray(a), rng)

    def run(self, count: int) -> Vector:
        """The next ``count`` samples."""
        out, self._carry = lfilter(self._b, self._a, self._rng.standard_normal(count), zi=self._carry)
        scaled: Vector = out * self._scale
        return scaled
