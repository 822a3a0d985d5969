"""Scores as a screen shows them: filled, missing, how they went, and which are due."""

import msgspec

from holdfast.kernel.time import US_PER_H, US_PER_MIN
from holdfast.knowledge.score_times import load as load_times
from holdfast.knowledge.scores import ScoreRule
from holdfast.record.case_state import CaseState
from holdfast.record.events import Presence
from holdfast.recovery.due import Due, Trigger, due
from holdfast.recovery.scores import Answer, OnRecord, Score, score
from holdfast.usecases.context import Context
from holdfast.usecases.evidence import is_evidence
from holdfast.usecases.scoring import scores_now

HISTORY_H = 72
"""How far back a score is drawn (estimate: three days of intensive care)."""
PAIR_MIN = 2
"""A heart rate belongs to a pressure that was measured at most so many minutes apart (estimate)."""


class DueView(msgspec.Struct, frozen=True, kw_only=True):
    """A score that is asked for."""

    score: str
    name: str
    due_us: int
    overdue: bool
    last_us: int | None
    every_h: float | None
    why: str
    grade: str
    note: str


class PointView(msgspec.Struct, frozen=True, kw_only=True):
    at_us: int
    total: float


class CaseDueView(msgspec.Struct, frozen=True, kw_only=True):
    """What is due for one dog."""

    case_id: str
    name: str
    bed: str
    due: tuple[DueView, ...]


def due_now(ctx: Context, case: CaseState, now_us: int) -> tuple[DueView, ...]:
    """What is asked for; what lies in the future has ``overdue`` false."""
    rules = {key: rule for key, rule in ctx.knowledge.care.scores.items() if case.admitted.species in rule.species}
    triggers = [Trigger(e.key, False, e.at_us) for e in case.standing_findings if e.presence is Presence.PRESENT] + [
        Trigger(t.category, True, t.at_us) for t in case.treatments
    ]
    answers = {key: _answers(case, key) for key in rules}
    found = due(load_times(), rules, triggers, answers, now_us)
    return tuple(_due(one, rules[one.score], now_us) for one in found)


def ward_due(ctx: Context, now_us: int) -> tuple[CaseDueView, ...]:
    """What is overdue on the whole ward, by dog."""
    views = []
    for case in ctx.book.open_cases():
        asked = tuple(one for one in due_now(ctx, case, now_us) if one.overdue)
        if asked:
            views.append(CaseDueView(case_id=case.case_id, name=case.name, bed=case.bed, due=asked))
    return tuple(views)


def scores_and_histories(
    ctx: Context, case_id: str, now_us: int
) -> tuple[dict[str, Score], dict[str, tuple[PointView, ...]]]:
    """Every score now, and each as it went over the last days. Raises ``NotFoundError``."""
    case = ctx.book.case(case_id)
    now = scores_now(ctx, case_id, now_us)
    rules = ctx.knowledge.care.scores
    return now, {key: history(ctx, case, rules[key], now_us) for key in now}


def history(ctx: Context, case: CaseState, rule: ScoreRule, now_us: int) -> tuple[PointView, ...]:
    """Totals at the moments at which a person completed it; of a ratio, at each measured pressure."""
    from_us = now_us - HISTORY_H * US_PER_H
    if rule.kind == "ratio":
        return _ratios(ctx, case, rule, from_us, now_us)
    answers = _answers(case, rule.key)
    points: dict[int, float] = {}
    for at_us in sorted({one.at_us for one in answers if from_us <= one.at_us <= now_us}):
        then = score(rule, OnRecord({}, {}, tuple(one for one in answers if one.at_us <= at_us)), at_us)
        if then.total is not None:
            points[at_us] = then.total
    return tuple(PointView(at_us=at_us, total=total) for at_us, total in points.items())


def _ratios(ctx: Context, case: CaseState, rule: ScoreRule, from_us: int, now_us: int) -> tuple[PointView, ...]:
    over, under = (item.observation for item in rule.items[:2])
    series: dict[str, list[tuple[int, float]]] = {over: [], under: []}
    for point in ctx.store.trend(case.case_id, from_us=from_us, to_us=now_us, keys=(over, under)):
        if is_evidence(case, point.origin):
            series[point.key].append((point.at_us, point.last))
    points = []
    for at_us, value in series[under]:
        near = min(series[over], key=lambda one: abs(one[0] - at_us), default=None)
        if near is None or value <= 0 or abs(near[0] - at_us) > PAIR_MIN * US_PER_MIN:
            continue
        if rule.low <= near[1] / value <= rule.high:
            points.append(PointView(at_us=at_us, total=near[1] / value))
    return tuple(points)


def _answers(case: CaseState, key: str) -> tuple[Answer, ...]:
    return tuple(Answer(e.item, e.points, e.at_us, by) for e, by in case.score_answers if e.score == key)


def _due(one: Due, rule: ScoreRule, now_us: int) -> DueView:
    return DueView(
        score=one.score,
        name=rule.name,
        due_us=one.due_us,
        overdue=one.overdue(now_us),
        last_us=one.last_us,
        every_h=one.time.every_h,
        why=one.time.why,
        grade=one.time.grade,
        note=one.time.note,
    )
