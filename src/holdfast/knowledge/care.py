"""What a team acts on beside diagnoses: doses, scores, and the numbers of resuscitation."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from holdfast.kernel.errors import NotFoundError
from holdfast.knowledge.doses import Dose
from holdfast.knowledge.grades import Grade
from holdfast.knowledge.scores import ScoreRule


@dataclass(frozen=True)
class Figure:
    """One number (or target range) of resuscitation, with its pedigree."""

    key: str
    label: str
    value: float
    unit: str
    grade: Grade
    source: str
    note: str = ""
    high: float | None = None
    """Of a target range its upper end; ``value`` is then the lower."""
    conflict: str = ""
    """What another source says."""
    conflict_source: str = ""


@dataclass(frozen=True)
class Care:
    """All of it of one knowledge release."""

    doses: dict[str, Dose] = field(default_factory=dict)
    scores: dict[str, ScoreRule] = field(default_factory=dict)
    cpr: dict[str, Figure] = field(default_factory=dict)

    def dose(self, key: str) -> Dose:
        """Raises ``NotFoundError`` for a dose that was not checked: there is nothing to say about it."""
        if key not in self.doses:
            raise NotFoundError(f"No dose {key!r} was checked against a source.", "Use your own reference, and say so.")
        return self.doses[key]

    def citations(self) -> Iterator[str]:
        """Ids of the sources that its numbers name."""
        for dose in self.doses.values():
            yield from dose.citations()
        for score in self.scores.values():
            yield from score.citations()
        for figure in self.cpr.values():
            yield from (source for source in (figure.source, figure.conflict_source) if source)
