"""Measures, scales and the accuracy of tests, from their entries, with every reference and number checked."""

from collections.abc import Callable, Sequence

from holdfast.knowledge import shapes
from holdfast.knowledge.graded import Accuracy, Measure, Scale, Typical
from holdfast.knowledge.grades import Grade
from holdfast.knowledge.pedigree import Pedigree

Fault = Callable[[str], None]

MEASURES, SCALES = "measures.yaml", "scales.yaml"
_LEVELS_MIN = 2


def measures(entries: Sequence[shapes.MeasureShape], checks: Pedigree) -> dict[str, Measure]:
    """Measures by key, in the order of the file: where two cover one finding the first that has a value is used."""
    made = {}
    for shape in entries:
        fault = checks.faults(MEASURES, shape.key)
        checks.known_findings(shape.covers, "covers", fault)
        _spread(shape.mean.value, shape.spread.value, shape.log, "the background", fault)
        made[shape.key] = Measure(
            key=shape.key,
            name=shape.name,
            unit=shape.unit,
            log=shape.log,
            mean=checks.estimate(shape.mean, "mean", fault),
            spread=checks.estimate(shape.spread, "spread", fault),
            covers=shape.covers,
        )
    return made


def _spread(mean: float, spread: float, log: bool, what: str, fault: Fault) -> None:
    if log and not (mean > 0 and spread > 1):
        fault(f"{what} needs a mean above 0 and a spread that is a factor above 1: it is judged by its logarithm")
    if not log and not spread > 0:
        fault(f"{what} needs a spread above 0")


def values(
    entries: Sequence[shapes.ValueShape], known: dict[str, Measure], checks: Pedigree, fault: Fault
) -> tuple[Typical, ...]:
    """How measured values lie in one disease."""
    made: list[Typical] = []
    for shape in entries:
        what = f"value of {shape.measure!r}"
        measure = known.get(shape.measure)
        if measure is None:
            fault(f"{what} names no measure of {MEASURES}")
        else:
            spread = measure.spread.value if shape.spread is None else shape.spread
            _spread(shape.mean, spread, measure.log, what, fault)
        if shape.measure in {one.measure for one in made}:
            fault(f"{what} is there twice")
        checks.pedigree(shape.grade, shape.source, what, fault)
        _counted(shape.grade, shape.total, what, fault)
        made.append(
            Typical(shape.measure, shape.mean, shape.spread, shape.grade, shape.total, shape.source, shape.note)
        )
    return tuple(made)


def scales(
    entries: Sequence[shapes.ScaleShape], findings: Sequence[shapes.FindingShape], checks: Pedigree
) -> dict[str, Scale]:
    """Scales by key. A finding stands on one scale at most."""
    made: dict[str, Scale] = {}
    syndromes = {shape.key: shape.syndrome for shape in findings}
    taken: set[str] = set()
    for shape in entries:
        fault = checks.faults(SCALES, shape.key)
        checks.known_findings(shape.levels, "levels", fault)
        if len(shape.levels) < _LEVELS_MIN:
            fault("a scale needs two levels or more")
        for level in shape.levels:
            if level in taken:
                fault(f"{level!r} already stands on a scale")
            if syndromes.get(level):
                fault(f"{level!r} is in the syndrome {syndromes[level]!r}: a finding is on a scale or in a syndrome")
            taken.add(level)
        made[shape.key] = Scale(shape.key, shape.name, shape.levels, shape.note)
    return made


def accuracies(test: shapes.TestShape, checks: Pedigree, fault: Fault) -> tuple[Accuracy, ...]:
    """How often a test is right about its findings."""
    made = []
    for shape in test.accuracy:
        what = f"accuracy for {shape.finding!r}"
        if shape.finding not in test.reveals:
            fault(f"{what}: the test does not reveal it")
        if not (0 < shape.sensitivity < 1 and 0 < shape.specificity < 1):
            fault(f"{what} needs a sensitivity and a specificity between 0 and 1 (both excluded)")
        elif shape.sensitivity + shape.specificity <= 1:
            fault(f"{what} is no better than a coin")
        checks.pedigree(shape.grade, shape.source, what, fault)
        _counted(shape.grade, shape.total, what, fault)
        made.append(
            Accuracy(
                shape.finding,
                shape.sensitivity,
                shape.specificity,
                shape.grade,
                shape.total,
                shape.source,
                shape.note,
            )
        )
    return tuple(made)


def _counted(grade: Grade, total: int | None, what: str, fault: Fault) -> None:
    if grade is Grade.PUBLISHED and total is None:
        fault(f"{what} is published, so it needs the number of dogs (total)")
    if total is not None and total <= 0:
        fault(f"{what} has a total that is not positive")
