"""What ``holdfast doctor`` says of one thing it looked at."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is."""

    PROBLEM = "problem"
    WARNING = "warning"
    UNKNOWN = "unknown"
    """It could not be looked at, which is said and not taken for well."""
    WELL = "well"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    says: str
    remedy: str = ""
    """What to do; empty only when nothing is to be done."""


def well(check: str, says: str) -> Finding:
    return Finding(check, State.WELL, says)


def warning(check: str, says: str, remedy: str) -> Finding:
    return Finding(check, State.WARNING, says, remedy)


def problem(check: str, says: str, remedy: str) -> Finding:
    return Finding(check, State.PROBLEM, says, remedy)


def unknown(check: str, says: str, remedy: str) -> Finding:
    return Finding(check, State.UNKNOWN, says, remedy)
