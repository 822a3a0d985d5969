"""Faults as they are gathered, and the checks that every number with a source goes through."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from holdfast.knowledge import shapes
from holdfast.knowledge.grades import Estimate, Grade


@dataclass
class Problems:
    """What is wrong, in the order it was met."""

    found: list[str] = field(default_factory=list)

    def add(self, file: str, entry: str, what: str) -> None:
        """Note one fault of one entry of one file."""
        self.found.append(f"{file}, {entry}: {what}" if entry else f"{file}: {what}")


@dataclass
class Pedigree:
    """Checks a number and what it refers to against the known sources and findings."""

    problems: Problems
    sources: set[str]
    findings: set[str]

    def faults(self, file: str, entry: str) -> Callable[[str], None]:
        return lambda what: self.problems.add(file, entry, what)

    def known_findings(self, keys: Iterable[str], where: str, fault: Callable[[str], None]) -> None:
        for key in keys:
            if key not in self.findings:
                fault(f"{where} names {key!r}, which is not a finding")

    def estimate(self, shape: shapes.EstimateShape, what: str, fault: Callable[[str], None]) -> Estimate:
        self.pedigree(shape.grade, shape.source, what, fault)
        return Estimate(shape.value, shape.grade, shape.source, shape.note)

    def probability(self, shape: shapes.EstimateShape, what: str, fault: Callable[[str], None]) -> Estimate:
        if not 0 < shape.value < 1:
            fault(f"{what} lies outside 0 to 1")
        return self.estimate(shape, what, fault)

    def pedigree(self, grade: Grade, source: str, what: str, fault: Callable[[str], None]) -> None:
        if grade is not Grade.ESTIMATE and not source:
            fault(f"{what} is {grade.value}, so it needs a source")
        if source and source not in self.sources:
            fault(f"{what} cites {source!r}, which is not in sources.yaml")
