"""The page of a recovery: first signs by one touch, what is due, expected course against actual."""

from dataclasses import asdict

from starlette.responses import Response

from holdfast.knowledge.recovery_care import load
from holdfast.usecases.recovery import recovery_now
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page


def recovery(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    care = load()
    labels = {one.key: one.label for one in care.signs} | {one.key: one.label for one in care.sedation}
    return page(
        call,
        "recovery.html",
        case=state,
        now=recovery_now(call.ctx, state.case_id, call.now_us),
        care=care,
        marks=list(reversed(state.home.marks))[:12],
        labels=labels,
        who=actor_names(call),
    )


def api_recovery(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    now = recovery_now(call.ctx, state.case_id, call.now_us)
    return json(asdict(now))


PAGES = (
    Page("GET", "/cases/{case_id}/recovery", "recovery", lambda: recovery),
    Page("GET", "/api/cases/{case_id}/recovery", "api.recovery", lambda: api_recovery),
)
