"""How well detected beats agree with reference beats: one to one, nearest first, within a tolerance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Score:
    """Counts of one comparison; ``errors_us`` (TP,) are the absolute time differences of the matched pairs."""

    true_positives: int
    false_positives: int
    false_negatives: int
    errors_us: NDArray[np.int64]

    @property
    def sensitivity(self) -> float | None:
        """Share of reference beats that were found; None when there were none."""
        return _share(self.true_positives, self.false_negatives)

    @property
    def ppv(self) -> float | None:
        """Share of detected beats that are real; None when none was detected."""
        return _share(self.true_positives, self.false_positives)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None when there was nothing to compare."""
        return _share(2 * self.true_positives, self.false_positives + self.false_negatives)

    @property
    def median_error_ms(self) -> float | None:
        """Median absolute time difference of matched beats."""
        return self.error_ms(50)

    def error_ms(self, percentile: float) -> float | None:
        """So many in a hundred matched beats are no further off than this; None when none matched."""
        return float(np.percentile(self.errors_us, percentile)) / 1000 if len(self.errors_us) else None


def match(detected_us: Sequence[int], reference_us: Sequence[int], tolerance_us: int) -> Score:
    """Pair each reference beat with at most one detected beat, nearest pairs first."""
    detected = np.sort(np.asarray(detected_us, dtype=np.int64))
    reference = np.sort(np.asarray(reference_us, dtype=np.int64))
    pairs = []
    for i, moment in enumerate(reference):
        low, high = np.searchsorted(detected, (moment - tolerance_us, moment + tolerance_us + 1))
        pairs += [(abs(int(detected[j] - moment)), i, int(j)) for j in range(low, high)]
    taken_reference: set[int] = set()
    taken_detected: set[int] = set()
    errors = []
    for error, i, j in sorted(pairs):
        if i not in taken_reference and j not in taken_detected:
            taken_reference.add(i)
            taken_detected.add(j)
            errors.append(error)
    found = len(errors)
    return Score(found, len(detected) - found, len(reference) - found, np.array(errors, dtype=np.int64))


def add(scores: Sequence[Score]) -> Score:
    """Pool scores of several records: counts are added, errors are joined."""
    errors = [score.errors_us for score in scores] or [np.empty(0, dtype=np.int64)]
    return Score(
        sum(score.true_positives for score in scores),
        sum(score.false_positives for score in scores),
        sum(score.false_negatives for score in scores),
        np.concatenate(errors),
    )


def _share(part: int, other: int) -> float | None:
    return part / (part + other) if part + other else None
