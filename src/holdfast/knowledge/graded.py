"""Findings that have degrees, and how they were measured: scales, measured values, the accuracy of a test.

A yes-or-no finding throws away how far a value is off. Where the knowledge says how a value lies in a disease, the
value itself is used; where it does not, the frequency of the derived finding speaks through its threshold.
"""

from dataclasses import dataclass

from holdfast.knowledge.grades import Estimate, Grade


@dataclass(frozen=True)
class Scale:
    """Findings that are steps of one thing, from mild to severe: dull, then comatose.

    The frequency of a step is how often the disease shows *at least* that step, so a step is never rarer than a worse
    one. A dog stands on one step at a time.
    """

    key: str
    name: str
    levels: tuple[str, ...]
    """Finding keys, the mildest first; below the first stands 'none of it'."""
    note: str = ""


@dataclass(frozen=True)
class Measure:
    """A measured value that is used as it is: how it lies in critically ill dogs without a listed cause of change."""

    key: str
    """The observation, in its canonical unit (``creatinine_mg_dl``)."""
    name: str
    unit: str
    log: bool
    """Whether it is judged by its logarithm: then the middle is the median and the spread a factor."""
    mean: Estimate
    """Middle of the background, in the unit (the median where ``log``)."""
    spread: Estimate
    """One standard deviation: in the unit, or as a factor above 1 where ``log`` (two thirds lie between /f and *f)."""
    covers: tuple[str, ...]
    """Findings that the value replaces as evidence: the derived ones, and others that say the same."""


@dataclass(frozen=True)
class Typical:
    """How a measured value lies in dogs with one disease."""

    measure: str
    mean: float
    """In the unit of the measure; the median where it is judged by its logarithm."""
    spread: float | None
    """As :attr:`Measure.spread`; None: as in the background."""
    grade: Grade
    total: int | None = None
    """Dogs it was measured in."""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Accuracy:
    """How often one test is right about one finding. The frequencies of that finding then mean the truth."""

    finding: str
    sensitivity: float
    specificity: float
    grade: Grade
    total: int | None = None
    """Dogs in which it was judged."""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class TreatmentResponse:
    """The finding says whether a treatment helped: present when the judged response was ``helped``."""

    category: str
    """Category of the treatment given, as in ``courses.yaml`` (oxygen, fluid, analgesia ...)."""
    helped: bool
