"""Turns the alarm files into :class:`AlarmRules` and checks every reference and number on the way."""

import re
from collections.abc import Container
from types import MappingProxyType
from typing import Literal

from holdfast.knowledge.alarm_rules import (
    DELAY_MAX_S,
    LIFE_THREATENING,
    PRIORITIES,
    AlarmKind,
    AlarmRules,
    LimitRow,
    LimitRule,
    MonitorWords,
    Rung,
)
from holdfast.knowledge.grades import Estimate, Grade
from holdfast.knowledge.pedigree import Problems
from holdfast.knowledge.shapes import EstimateShape, Shape

KINDS, LIMITS, HANDLING = "alarm_kinds.yaml", "alarm_limits.yaml", "alarm_handling.yaml"

WORDS = "alarm_words.yaml"

Asked = Literal["asystole", "bradycardia", "tachycardia", "fibrillation", "ventricular_tachycardia"]
"""The questions that the signals can be asked (``signals.corroborate.Kind``)."""

_WHEN = re.compile(r"species:[a-z]+|(weight_kg|age_months)(<|>=)\d+(\.\d+)?")


class KindShape(Shape, frozen=True, kw_only=True):
    key: str
    label: str
    priority: Literal["high", "medium", "low"]
    technical: bool
    delay_s: float
    clear_s: float
    latching: Literal["none", "visible", "audible"]
    off_max_min: int | None
    grade: Grade
    per_signal: bool = False
    suppresses: tuple[str, ...] = ()
    asked_as: tuple[Asked, ...] = ()
    rule: str = ""
    source: str = ""
    note: str = ""


class WordsShape(Shape, frozen=True, kw_only=True):
    words: tuple[str, ...]
    asked_as: tuple[Asked, ...]
    grade: Grade
    source: str = ""
    note: str = ""


class RowShape(Shape, frozen=True, kw_only=True):
    when: tuple[str, ...]
    low: EstimateShape | None
    high: EstimateShape | None


class LimitShape(Shape, frozen=True, kw_only=True):
    key: str
    label: str
    unit: str
    decimals: int
    numerics: tuple[str, ...]
    bounds: tuple[float, float]
    hysteresis: float
    lost_after_s: float | None
    forget_after_s: float
    rows: tuple[RowShape, ...]
    low_kind: str = ""
    """Empty: ``<key>_low``."""
    high_kind: str = ""


class PauseShape(Shape, frozen=True, kw_only=True):
    choices: tuple[int, ...]
    grade: Grade
    source: str = ""
    note: str = ""


class NotKnownShape(Shape, frozen=True, kw_only=True):
    forget_after_s: float
    grade: Grade
    source: str = ""
    note: str = ""


class RungShape(Shape, frozen=True, kw_only=True):
    priority: Literal["high", "medium", "low"]
    after_s: float
    whom: str
    grade: Grade
    source: str = ""
    note: str = ""


class HandlingShape(Shape, frozen=True, kw_only=True):
    pause_minutes: PauseShape
    not_known: NotKnownShape
    not_alarms: tuple[str, ...] = ()
    escalation: tuple[RungShape, ...]


def assemble_alarms(
    kinds: list[KindShape],
    limits: list[LimitShape],
    handling: HandlingShape,
    words: list[WordsShape],
    sources: Container[str],
    problems: Problems,
) -> AlarmRules:
    """The rules; faults are added to ``problems`` and the value is then not to be used."""
    known = {shape.key for shape in kinds}
    suppressed_by = {shape.key: shape.suppresses for shape in kinds}
    for shape in kinds:
        _check_kind(shape, known, sources, problems)
        for other in shape.suppresses:
            if shape.key in suppressed_by.get(other, ()):
                problems.add(KINDS, shape.key, f"it and {other} suppress each other: neither would be raised")
    for limit in limits:
        _check_limit(limit, known, sources, problems)
    for key in sorted(LIFE_THREATENING - known):
        problems.add(KINDS, key, "the entry is missing")
    for file, what in ((KINDS, [k.key for k in kinds]), (LIMITS, [one.key for one in limits])):
        for key in sorted({key for key in what if what.count(key) > 1}):
            problems.add(file, key, "this key is used twice")
    for row in words:
        _pedigree(WORDS, ", ".join(row.words), row, sources, problems)
        for phrase in row.words:
            if not re.fullmatch("[a-z0-9]+( [a-z0-9]+)*", phrase):
                problems.add(WORDS, phrase, "it is not lower-case words with single spaces between them")
    _pedigree(HANDLING, "pause_minutes", handling.pause_minutes, sources, problems)
    _pedigree(HANDLING, "not_known", handling.not_known, sources, problems)
    for rung in handling.escalation:
        _pedigree(HANDLING, rung.whom, rung, sources, problems)
    return AlarmRules(
        kinds=MappingProxyType({shape.key: _kind(shape) for shape in kinds}),
        limits=MappingProxyType({shape.key: _limit(shape) for shape in limits}),
        monitor_words=tuple(MonitorWords(w.words, w.asked_as, w.grade, w.source, w.note) for w in words),
        escalation=tuple(
            Rung(rung.priority, Estimate(rung.after_s, rung.grade, rung.source, rung.note), rung.whom)
            for rung in sorted(handling.escalation, key=lambda r: (PRIORITIES.index(r.priority), r.after_s))
        ),
        not_alarms=frozenset(handling.not_alarms),
        pause_minutes=handling.pause_minutes.choices,
        pause_source=handling.pause_minutes.source,
        forget_after_s=handling.not_known.forget_after_s,
    )


def _check_kind(shape: KindShape, known: set[str], sources: Container[str], problems: Problems) -> None:
    _pedigree(KINDS, shape.key, shape, sources, problems)
    for other in shape.suppresses:
        if other not in known:
            problems.add(KINDS, shape.key, f"it suppresses {other!r}, which is no kind")
        if other == shape.key:
            problems.add(KINDS, shape.key, "it suppresses itself")
    if not 0 <= shape.delay_s <= DELAY_MAX_S or shape.clear_s < 0:
        problems.add(KINDS, shape.key, f"a delay lies between 0 and {DELAY_MAX_S:g} s")
    if shape.key in LIFE_THREATENING:
        if shape.priority != "high" or shape.delay_s or shape.off_max_min is None:
            what = "it threatens life: priority high, no delay, and never off without an end"
            problems.add(KINDS, shape.key, what)
        if shape.latching == "none":
            problems.add(KINDS, shape.key, "it threatens life: it must latch")


def _check_limit(shape: LimitShape, known: set[str], sources: Container[str], problems: Problems) -> None:
    if not shape.rows or shape.rows[-1].when:
        problems.add(LIMITS, shape.key, "the last row must fit every animal (when: [])")
    for row in shape.rows:
        for when in row.when:
            if not _WHEN.fullmatch(when):
                problems.add(LIMITS, shape.key, f"{when!r} is not a condition")
        sides = {_low_kind(shape): row.low, _high_kind(shape): row.high}
        for kind, side in sides.items():
            if side is None:
                continue
            _pedigree(LIMITS, f"{shape.key}, {kind}", side, sources, problems)
            if kind not in known:
                problems.add(LIMITS, shape.key, f"there is no kind {kind} in {KINDS}")
            if not shape.bounds[0] <= side.value <= shape.bounds[1]:
                problems.add(LIMITS, shape.key, f"{side.value:g} lies outside its own bounds")
        if row.low and row.high and row.low.value + 2 * shape.hysteresis >= row.high.value:
            problems.add(LIMITS, shape.key, "between low and high there is no room")


def _pedigree(
    file: str,
    entry: str,
    shape: KindShape | WordsShape | PauseShape | NotKnownShape | RungShape | EstimateShape,
    sources: Container[str],
    problems: Problems,
) -> None:
    if shape.source and shape.source not in sources:
        problems.add(file, entry, f"the source {shape.source!r} is not in sources.yaml")
    if not shape.source and shape.grade is not Grade.ESTIMATE:
        problems.add(file, entry, f"grade {shape.grade.value} needs a source")


def _kind(shape: KindShape) -> AlarmKind:
    return AlarmKind(
        key=shape.key,
        label=shape.label,
        priority=shape.priority,
        technical=shape.technical,
        delay_s=shape.delay_s,
        clear_s=shape.clear_s,
        latching=shape.latching,
        off_max_min=shape.off_max_min,
        per_signal=shape.per_signal,
        suppresses=shape.suppresses,
        asked_as=shape.asked_as,
        rule=shape.rule,
        grade=shape.grade,
        source=shape.source,
        note=shape.note,
    )


def _limit(shape: LimitShape) -> LimitRule:
    return LimitRule(
        key=shape.key,
        label=shape.label,
        unit=shape.unit,
        decimals=shape.decimals,
        numerics=shape.numerics,
        bounds=shape.bounds,
        hysteresis=shape.hysteresis,
        lost_after_s=shape.lost_after_s,
        forget_after_s=shape.forget_after_s,
        low_kind=_low_kind(shape),
        high_kind=_high_kind(shape),
        rows=tuple(LimitRow(row.when, _estimate(row.low), _estimate(row.high)) for row in shape.rows),
    )


def _low_kind(shape: LimitShape) -> str:
    return shape.low_kind or f"{shape.key}_low"


def _high_kind(shape: LimitShape) -> str:
    return shape.high_kind or f"{shape.key}_high"


def _estimate(shape: EstimateShape | None) -> Estimate | None:
    return Estimate(shape.value, shape.grade, shape.source, shape.note) if shape else None
