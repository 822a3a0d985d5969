"""Turns ``doses.yaml`` into :class:`Dose` values; a dose without a source that was read is refused."""

import re
from typing import Literal

from holdfast.knowledge.doses import (
    BOLUS_UNITS,
    INFUSION_UNITS,
    Concentration,
    Disagreement,
    Dose,
    DoseRange,
    Most,
    Repeat,
)
from holdfast.knowledge.grades import Grade
from holdfast.knowledge.pedigree import Problems
from holdfast.knowledge.shapes import Shape, SourceShape

DOSES = "doses.yaml"


class RangeShape(Shape, frozen=True, kw_only=True):
    low: float
    high: float
    unit: str
    grade: Grade
    source: str
    note: str = ""


class NumbersShape(Shape, frozen=True, kw_only=True):
    low: float
    high: float
    unit: str


class DisagreementShape(Shape, frozen=True, kw_only=True):
    says: str
    source: str
    superseded: bool
    range: NumbersShape | None = None


class DoseShape(Shape, frozen=True, kw_only=True):
    key: str
    drug: str
    use: Literal["cpr", "reversal", "defibrillation", "emergency", "analgesia"]
    indication: str
    species: tuple[str, ...]
    routes: tuple[str, ...]
    range: RangeShape
    checked: str
    give_over: str = ""
    repeat: Repeat | None = None
    most: Most | None = None
    concentrations: tuple[Concentration, ...] = ()
    cautions: tuple[str, ...] = ()
    agrees: tuple[str, ...] = ()
    disagrees: tuple[DisagreementShape, ...] = ()


def assemble_doses(shapes: list[DoseShape], sources: list[SourceShape], problems: Problems) -> dict[str, Dose]:
    """The doses by key; faults are added to ``problems`` and the value is then not to be used."""
    read = {source.id for source in sources if source.text_seen != "none"}
    made: dict[str, Dose] = {}
    for shape in shapes:
        dose = _dose(shape)
        _check(dose, read, problems)
        if dose.key in made:
            problems.add(DOSES, dose.key, "this key is used twice")
        made[dose.key] = dose
    return made


def _check(dose: Dose, read: set[str], problems: Problems) -> None:
    for source in dose.citations():
        if source not in read:
            problems.add(DOSES, dose.key, f"the source {source!r} is not in sources.yaml as one that was read")
    if dose.range.grade is Grade.ESTIMATE:
        problems.add(DOSES, dose.key, "nobody estimates a dose: it needs a source")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", dose.checked):
        problems.add(DOSES, dose.key, "checked is the day on which the source was read")
    for numbers in (dose.range, *(one.range for one in dose.disagrees if one.range is not None)):
        if not 0 < numbers.low <= numbers.high:
            problems.add(DOSES, dose.key, "a range goes from low to high, above nothing")
        if numbers.unit not in (*BOLUS_UNITS, *INFUSION_UNITS):
            problems.add(DOSES, dose.key, f"{numbers.unit!r} is no unit of a dose")
    if not dose.species or not dose.routes or not dose.indication:
        problems.add(DOSES, dose.key, "species, routes and indication must be said")
    repeat = dose.repeat
    if repeat and repeat.from_s is not None and repeat.to_s is not None and not 0 < repeat.from_s <= repeat.to_s:
        problems.add(DOSES, dose.key, "it cannot be overdue before it is due")


def _dose(shape: DoseShape) -> Dose:
    one = shape.range
    return Dose(
        key=shape.key,
        drug=shape.drug,
        use=shape.use,
        indication=shape.indication,
        species=shape.species,
        routes=shape.routes,
        range=DoseRange(one.low, one.high, one.unit, one.grade, one.source, one.note),
        checked=shape.checked,
        give_over=shape.give_over,
        repeat=shape.repeat,
        most=shape.most,
        concentrations=shape.concentrations,
        cautions=shape.cautions,
        agrees=shape.agrees,
        disagrees=tuple(_disagreement(other) for other in shape.disagrees),
    )


def _disagreement(shape: DisagreementShape) -> Disagreement:
    numbers = shape.range
    # Beside a dose only to be seen: its pedigree is that somebody prints it.
    other = DoseRange(numbers.low, numbers.high, numbers.unit, Grade.SECONDARY, shape.source) if numbers else None
    return Disagreement(shape.says, shape.source, shape.superseded, other)
