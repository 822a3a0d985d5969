"""Turns ``scores.yaml`` into :class:`ScoreRule` values; a score without source, limits of use or range is refused."""

from typing import Literal

from holdfast.knowledge.grades import Grade
from holdfast.knowledge.pedigree import Pedigree, Problems
from holdfast.knowledge.scores import Band, Condition, Item, Level, Risk, ScoreRule, Statement
from holdfast.knowledge.shapes import Shape, SourceShape

SCORES = "scores.yaml"


class StatementShape(Shape, frozen=True, kw_only=True):
    text: str
    grade: Grade
    source: str = ""


class ConditionShape(Shape, frozen=True, kw_only=True):
    finding: str = ""
    present: bool = True
    observation: str = ""
    low: float | None = None
    high: float | None = None


class LevelShape(Shape, frozen=True, kw_only=True):
    score: float
    text: str
    when: tuple[ConditionShape, ...] = ()
    any_of: bool = False


class BandShape(Shape, frozen=True, kw_only=True):
    score: float
    up_to: float | None = None


class ItemShape(Shape, frozen=True, kw_only=True):
    key: str
    name: str
    levels: tuple[LevelShape, ...] = ()
    observation: str = ""
    divide_by: float = 1.0
    decimals: int = 0
    whole: bool = False
    bands: tuple[BandShape, ...] = ()
    steps: tuple[float, float] | None = None


class RiskShape(Shape, frozen=True, kw_only=True):
    of: str
    slope: float
    intercept: float
    grade: Grade
    source: str


class ScoreShape(Shape, frozen=True, kw_only=True):
    key: str
    name: str
    kind: Literal["sum", "ratio", "recorded"]
    worse: Literal["up", "down"]
    low: float
    high: float
    items: tuple[ItemShape, ...]
    species: tuple[str, ...]
    within_h: float
    grade: Grade
    source: str
    limits: tuple[StatementShape, ...]
    evidence: tuple[StatementShape, ...] = ()
    risk: RiskShape | None = None
    form: str = ""
    note: str = ""
    minimum: int = 0


def assemble_scores(
    shapes: list[ScoreShape], sources: list[SourceShape], findings: set[str], problems: Problems
) -> dict[str, ScoreRule]:
    """The scores by key; faults are added to ``problems`` and the value is then not to be used."""
    checks = Pedigree(problems, {source.id for source in sources}, findings)
    made: dict[str, ScoreRule] = {}
    for shape in shapes:
        rule = _rule(shape)
        _check(rule, checks)
        if rule.key in made:
            problems.add(SCORES, rule.key, "this key is used twice")
        made[rule.key] = rule
    return made


def _check(rule: ScoreRule, checks: Pedigree) -> None:
    fault = checks.faults(SCORES, rule.key)
    checks.pedigree(rule.grade, rule.source, "it", fault)
    if rule.grade is Grade.ESTIMATE:
        fault("a score is published by somebody")
    for statement in (*rule.limits, *rule.evidence):
        checks.pedigree(statement.grade, statement.source, repr(statement.text), fault)
    if rule.risk is not None:
        checks.pedigree(rule.risk.grade, rule.risk.source, "its risk", fault)
    if not rule.limits:
        fault("it must say what it is not to be used for")
    if rule.kind == "recorded" and not rule.form:
        fault("a recorded total names the form that it comes from")
    if rule.kind == "sum" and not all(item.scores for item in rule.items):
        fault("every item of a sum has points")
    elif rule.kind == "sum":
        ends = (sum(min(i.scores) for i in rule.items), sum(max(i.scores) for i in rule.items))
        if ends != (rule.low, rule.high):
            fault(f"its items add up to {ends[0]:g} to {ends[1]:g}, not to {rule.low:g} to {rule.high:g}")
    for item in rule.items:
        _check_item(item, checks, rule.key)


def _check_item(item: Item, checks: Pedigree, score: str) -> None:
    fault = checks.faults(SCORES, f"{score}, {item.key}")
    if item.bands and not item.observation:
        fault("bands are for an observation")
    if item.divide_by <= 0 or item.decimals < 0:
        fault("a value is divided by more than nothing and rounded to a place after the point")
    edges = [band.up_to for band in item.bands]
    if edges and (edges[-1] is not None or None in edges[:-1] or edges[:-1] != sorted(edges[:-1], key=_edge)):
        fault("bands follow each other upwards, and the last holds all above")
    for level in item.levels:
        checks.known_findings((c.finding for c in level.when if c.finding), "a level", fault)
        if any(bool(c.finding) == bool(c.observation) for c in level.when):
            fault("a condition is about a finding or about an observation")


def _edge(edge: float | None) -> float:
    return float("inf") if edge is None else edge


def _rule(shape: ScoreShape) -> ScoreRule:
    risk = shape.risk
    return ScoreRule(
        key=shape.key,
        name=shape.name,
        kind=shape.kind,
        worse=shape.worse,
        low=shape.low,
        high=shape.high,
        items=tuple(_item(item) for item in shape.items),
        species=shape.species,
        within_h=shape.within_h,
        grade=shape.grade,
        source=shape.source,
        limits=tuple(Statement(s.text, s.grade, s.source) for s in shape.limits),
        evidence=tuple(Statement(s.text, s.grade, s.source) for s in shape.evidence),
        risk=Risk(risk.of, risk.slope, risk.intercept, risk.grade, risk.source) if risk else None,
        form=shape.form,
        note=shape.note,
        minimum=shape.minimum,
    )


def _item(shape: ItemShape) -> Item:
    return Item(
        key=shape.key,
        name=shape.name,
        levels=tuple(
            Level(
                level.score,
                level.text,
                tuple(Condition(c.finding, c.present, c.observation, c.low, c.high) for c in level.when),
                level.any_of,
            )
            for level in shape.levels
        ),
        observation=shape.observation,
        divide_by=shape.divide_by,
        decimals=shape.decimals,
        whole=shape.whole,
        bands=tuple(Band(band.up_to, band.score) for band in shape.bands),
        steps=shape.steps,
    )
