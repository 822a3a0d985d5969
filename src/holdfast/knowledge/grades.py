"""A number with its pedigree: where it comes from and how far it can be trusted."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How far a number can be trusted."""

    PUBLISHED = "published"
    """Counted in a study that we read, cited with n/N or its printed percentage and N."""
    SECONDARY = "secondary"
    """Read in a textbook, review or vendor page without the counts behind it."""
    ESTIMATE = "estimate"
    """Ours. Said to the user as such."""


@dataclass(frozen=True)
class Estimate:
    """One number with its pedigree. ``source`` is empty only for grade ``estimate``."""

    value: float
    grade: Grade
    source: str = ""
    note: str = ""
