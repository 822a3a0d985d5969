"""How likely a second of ECG is to be ventricular fibrillation or flutter, from the shape of the last four seconds.

No single measure tells fibrillation from fast wide beats and from movement. Nine of them are weighed by a logistic
rule, whose weights were fitted to seven records of vfdb and one of cudb (people), to sleeping dogs and to dog beats
moved together to 150 to 300 a minute (``benchmarks/fit_fibrillation.py`` fits them and says how
often they are right on records left out). There
is no recording of a dog in fibrillation. Regular fast ventricular tachycardia is often called fibrillation.
"""

import math

from holdfast.signals.trace import Shape

HEIGHT_MIN_MV = 0.15
"""A lower wave is not named fibrillation: it could be anything (estimate). It then shows as an ECG without beats."""

LIKELY = 0.5
"""Probability from which a second counts as fibrillating (chosen on the same records)."""

LEAKAGE_MAX = 0.75
LOG_PEAKED_MAX = 1.6
ABOVE_MIN = 0.38
"""Bounds of three numbers of the shape beyond which a second is not fibrillation, whatever the others say: it rests in
between or stands out of rest. They take in 98.5 in 100 of the fibrillating seconds of people (vfdb, cudb, both leads)
that the weights find, and 10 in 100 of those that the weights found on electrodes without contact (one dog)."""

WEIGHTS = {
    "leakage": 0.066,
    "steady_slope": 3.692,
    "steady_height": 3.777,
    "log_peaked": 0.789,
    "above": -12.216,
    "crossings_hz": 0.344,
    "rest": 1.554,
    "log_qrs_peaked": 0.226,
    "log_slow": 4.977,
}
OFFSET = 8.80


def may_be(shape: Shape) -> bool:
    """Whether the weights are asked: the wave is high enough and does not rest."""
    moves = shape.leakage <= LEAKAGE_MAX and shape.log_peaked <= LOG_PEAKED_MAX and shape.above >= ABOVE_MIN
    return moves and shape.height_mv >= HEIGHT_MIN_MV


def likelihood(shape: Shape) -> float:
    """Probability (0 to 1) of fibrillation or flutter; 0 for a wave that is too low to say, or that rests."""
    if not may_be(shape):
        return 0.0
    score = OFFSET
    for name, weight in WEIGHTS.items():
        value = getattr(shape, name)
        score += weight * (math.log(value + 0.01) if name in LOGARITHMS else value)
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))


LOGARITHMS = frozenset({"steady_slope", "steady_height", "rest"})
"""These shares enter by their logarithm."""
