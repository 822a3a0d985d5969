"""Scores of a case: filled from the record, with what is missing, their limits, how they went, and what is due."""

from dataclasses import dataclass

from starlette.responses import Response

from holdfast.knowledge.scores import Item, ScoreRule
from holdfast.recovery.scores import Filled, Missing, Score
from holdfast.usecases.score_views import DueView, PointView, due_now, scores_and_histories, ward_due
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names, facts
from holdfast.web.render import page
from holdfast.web.route import Page

UNASKED = ("apple_fast", "apple_full")
"""Shown only to who opens them: they were made to compare groups of patients."""
WHY_MISSING = {"not_recorded": "not on record", "too_old": "too old", "unclear": "what is on record contradicts itself"}
_WIDTH, _HEIGHT = 220, 44


@dataclass(frozen=True)
class LineView:
    """One line of a score."""

    item: Item
    filled: Filled | None
    missing: Missing | None


@dataclass(frozen=True)
class ScoreView:
    """One score as the page shows it."""

    rule: ScoreRule
    score: Score
    lines: tuple[LineView, ...]
    due: DueView | None
    history: tuple[PointView, ...]
    drawn: str
    """Points of the history in a drawing of 220 by 44; empty with fewer than two."""


def scores(call: Call) -> Response:
    case = call.ctx.book.case(call.part("case_id"))
    now, histories = scores_and_histories(call.ctx, case.case_id, call.now_us)
    asked = {one.score: one for one in due_now(call.ctx, case, call.now_us)}
    rules = call.ctx.knowledge.care.scores
    views = [_view(rules[key], one, asked.get(key), histories[key]) for key, one in now.items()]
    views.sort(key=lambda one: not (one.due and one.due.overdue))
    return page(
        call,
        "scores.html",
        case=case,
        scores=[one for one in views if one.rule.key not in UNASKED],
        unasked=[one for one in views if one.rule.key in UNASKED],
        why_missing=WHY_MISSING,
        sources=call.ctx.knowledge.sources,
        who=actor_names(call),
        facts=facts(case),
    )


def _view(rule: ScoreRule, one: Score, asked: DueView | None, history: tuple[PointView, ...]) -> ScoreView:
    filled = {line.item: line for line in one.filled}
    missing = {line.item: line for line in one.missing}
    lines = tuple(LineView(item, filled.get(item.key), missing.get(item.key)) for item in rule.items)
    return ScoreView(rule, one, lines, asked, history, _drawn(history))


def _drawn(history: tuple[PointView, ...]) -> str:
    """Time runs to the right, a higher total stands higher."""
    if len(history) < 2:
        return ""
    first, last = history[0].at_us, history[-1].at_us
    totals = [one.total for one in history]
    low, span = min(totals), (max(totals) - min(totals)) or 1.0
    width = (last - first) or 1

    def place(one: PointView) -> str:
        right = 4 + (_WIDTH - 8) * (one.at_us - first) / width
        down = _HEIGHT - 5 - (_HEIGHT - 10) * (one.total - low) / span
        return f"{right:.1f},{down:.1f}"

    return " ".join(place(one) for one in history)


def api_scores(call: Call) -> Response:
    """Every score with what fills it, what is missing, its limits and history; and what is due."""
    case = call.ctx.book.case(call.part("case_id"))
    now, histories = scores_and_histories(call.ctx, case.case_id, call.now_us)
    return json({"scores": now, "history": histories, "due": due_now(call.ctx, case, call.now_us)})


def api_ward_due(call: Call) -> Response:
    """What is overdue, by dog."""
    return json({"server_us": call.now_us, "cases": ward_due(call.ctx, call.now_us)})


PAGES = (
    Page("GET", "/cases/{case_id}/scores", "scores", lambda: scores),
    Page("GET", "/api/cases/{case_id}/scores", "api.scores", lambda: api_scores),
    Page("GET", "/api/scores/due", "api.scores.due", lambda: api_ward_due),
)
