"""Published scores as data: items, what each level means, and what the score must not be used for.

How a score is filled from the record is in ``recovery.scores``. Nothing here reads files; see ``loader``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.knowledge.grades import Grade


@dataclass(frozen=True)
class Statement:
    """A sentence with its pedigree: evidence for a score, or a limit of its use."""

    text: str
    grade: Grade
    source: str


@dataclass(frozen=True)
class Condition:
    """Something on record that a level asks for."""

    finding: str = ""
    present: bool = True
    observation: str = ""
    low: float | None = None
    """In the unit of the observation, included."""
    high: float | None = None
    """Not included."""


@dataclass(frozen=True)
class Level:
    """One step of an item."""

    score: float
    text: str
    when: tuple[Condition, ...] = ()
    """The level fills itself when all of these are known and hold; empty: only a person chooses it."""
    any_of: bool = False
    """One of ``when`` is enough."""


@dataclass(frozen=True)
class Band:
    """A range of a measured value; the bands of an item follow each other upwards."""

    up_to: float | None
    """Included; None: all above."""
    score: float


@dataclass(frozen=True)
class Item:
    """One line of a score: chosen by a person, read off a value, or both."""

    key: str
    name: str
    levels: tuple[Level, ...] = ()
    observation: str = ""
    """Where bands are: the value that they are for."""
    divide_by: float = 1.0
    """The bands are printed in another unit: value / divide_by."""
    decimals: int = 0
    """To which the value is rounded (half up) before it is compared, so that printed bands leave no gap."""
    whole: bool = False
    """Rounded down instead: age in completed years."""
    bands: tuple[Band, ...] = ()
    steps: tuple[float, float] | None = None
    """Any whole number between these is chosen by a person."""

    @property
    def scores(self) -> tuple[float, ...]:
        """Every score that it can get, the lowest first."""
        if self.steps is not None:
            return tuple(float(one) for one in range(int(self.steps[0]), int(self.steps[1]) + 1))
        return tuple(sorted({level.score for level in self.levels} | {band.score for band in self.bands}))


@dataclass(frozen=True)
class Risk:
    """The published logistic of a score: p = 1 / (1 + exp(-(slope * score + intercept)))."""

    of: str
    """Of what it is the probability."""
    slope: float
    intercept: float
    grade: Grade
    source: str


@dataclass(frozen=True)
class ScoreRule:
    """One score."""

    key: str
    name: str
    kind: str
    """sum, ratio (first item over second), or recorded (only its total, from its own form)."""
    worse: str
    """Which way is worse: up or down."""
    low: float
    high: float
    """The ends of its total. A ratio has no upper end of its own: the bound beyond which it is an error."""
    items: tuple[Item, ...]
    species: tuple[str, ...]
    within_h: float
    """Older than this, something on record does not fill it (ours)."""
    grade: Grade
    source: str
    limits: tuple[Statement, ...]
    """Shown wherever the score is shown."""
    evidence: tuple[Statement, ...] = ()
    risk: Risk | None = None
    form: str = ""
    """Where the form of a recorded one is."""
    note: str = ""
    minimum: int = 0
    """Of a count: so many make the syndrome."""

    def citations(self) -> Iterator[str]:
        """Ids of the sources that it names; an estimate may name none."""
        every = (self.source, *(one.source for one in (*self.limits, *self.evidence)))
        yield from (source for source in every if source)
        if self.risk is not None:
            yield self.risk.source
