"""Joint draws of the numbers behind a comparison: the value itself first, then ``DRAWS`` that it could as well be.

A number's draws depend on its name alone, so a question that leaves something out meets the same worlds as one that
does not, and two answers can be compared.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 200
_Z_95 = 1.645
"""5 to 95 % of a normal distribution."""
_P_EDGE = 1e-12


@lru_cache(maxsize=1024)
def _normal(name: str) -> Floats:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    drawn = np.random.Generator(np.random.PCG64(seed)).standard_normal(DRAWS)
    made = np.concatenate(([0.0], drawn))
    made.setflags(write=False)
    return made


def factor(name: str, value: float, within: float) -> Floats:
    """(1 + DRAWS,) of a number above 0 that may be off by a factor."""
    drawn: Floats = value * np.exp(np.log(within) / _Z_95 * _normal(name))
    return drawn


def share(name: str, p: float, within: float) -> Floats:
    """(1 + DRAWS,) of a probability whose odds may be off by a factor."""
    odds = factor(name, p / (1 - p), within)
    drawn = np.clip(odds / (1 + odds), _P_EDGE, 1 - _P_EDGE)
    drawn[0] = p
    return drawn


def shares(name: str, parts: Mapping[str, float], within: float) -> dict[str, Floats]:
    """Draws of probabilities that add up to 1."""
    drawn = {key: share(f"{name} {key}", p, within) for key, p in parts.items()}
    total = sum(drawn.values(), np.zeros(1 + DRAWS))
    return {key: one / total for key, one in drawn.items()}
