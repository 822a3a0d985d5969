"""Turns ``resuscitation.yaml`` into :class:`Figure` values."""

from holdfast.knowledge.care import Figure
from holdfast.knowledge.grades import Grade
from holdfast.knowledge.pedigree import Pedigree, Problems
from holdfast.knowledge.shapes import Shape, SourceShape

CPR = "resuscitation.yaml"


class FigureShape(Shape, frozen=True, kw_only=True):
    key: str
    label: str
    value: float
    unit: str
    grade: Grade
    source: str = ""
    note: str = ""
    high: float | None = None
    conflict: str = ""
    conflict_source: str = ""


def assemble_figures(shapes: list[FigureShape], sources: list[SourceShape], problems: Problems) -> dict[str, Figure]:
    """The figures by key; faults are added to ``problems`` and the value is then not to be used."""
    checks = Pedigree(problems, {source.id for source in sources}, set())
    made: dict[str, Figure] = {}
    for shape in shapes:
        checks.pedigree(shape.grade, shape.source, "it", checks.faults(CPR, shape.key))
        if shape.conflict:
            checks.pedigree(Grade.SECONDARY, shape.conflict_source, "the conflict", checks.faults(CPR, shape.key))
        if shape.grade is Grade.ESTIMATE and not shape.note:
            problems.add(CPR, shape.key, "an estimate of ours says why")
        if shape.high is not None and shape.high <= shape.value:
            problems.add(CPR, shape.key, "a range goes from low to high")
        if shape.key in made:
            problems.add(CPR, shape.key, "this key is used twice")
        made[shape.key] = Figure(
            key=shape.key,
            label=shape.label,
            value=shape.value,
            unit=shape.unit,
            grade=shape.grade,
            source=shape.source,
            note=shape.note,
            high=shape.high,
            conflict=shape.conflict,
            conflict_source=shape.conflict_source,
        )
    return made
