"""How likely a second of ECG is to be ventricular fibrillation or flutter, from the shape of the last four seconds.

No single measure tells fibrillation from fast wide beats and from movement. Ten of them are weighed by a logistic
rule, whose weights were fitted to seven records of vfdb and one of cudb (people), to sleeping dogs and to dog beats
moved together to 150 to 300 a minute (``benchmarks/arrest.py`` says how often it is right on records left out). There
is no recording of a dog in fibrillation. Regular fast ventricular tachycardia is often called fibrillation.
"""

import math

from holdfast.signals.trace import Shape

HEIGHT_MIN_MV = 0.15
"""A lower wave is not named fibrillation: it could be anything (estimate). It then shows as an ECG without beats."""

LIKELY = 0.4
"""Probability from which a second counts as fibrillating (chosen on the same records)."""

WEIGHTS = {
    "leakage": 4.044,
    "steady_slope": 2.518,
    "steady_height": 0.672,
    "log_peaked": -0.951,
    "above": -6.01,
    "crossings_hz": 0.725,
    "rest": 2.302,
    "log_qrs_peaked": 0.913,
    "log_slow": 6.188,
    "repeat": 0.592,
}
OFFSET = -5.402


def likelihood(shape: Shape) -> float:
    """Probability (0 to 1) of fibrillation or flutter; 0 for a wave that is too low to say."""
    if shape.height_mv < HEIGHT_MIN_MV:
        return 0.0
    score = OFFSET
    for name, weight in WEIGHTS.items():
        value = getattr(shape, name)
        score += weight * (math.log(value + 0.01) if name in _LOGARITHMS else value)
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))


_LOGARITHMS = frozenset({"steady_slope", "steady_height", "rest"})
"""These shares enter by their logarithm."""
