"""A dog's alarms: what stands, what is paused or off and why, the limits, and the log."""

from starlette.responses import Response

from holdfast.usecases import alarms as use
from holdfast.usecases.alarm_log import alarm_log
from holdfast.usecases.alarm_views import alarms_view
from holdfast.web import alarm_words
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page

OFF_MINUTES = (15, 60, 240)
"""Offered lengths; what may not be off so long says so when it is tried."""


def alarms(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    rules = call.ctx.knowledge.alarms
    if state.bed:
        view = call.services.ward.view(state.bed, call.now_us).alarms
    else:
        view = alarms_view(state.alarms, call.ctx.book.clinic, rules, call.now_us)
    return page(
        call,
        "alarms.html",
        case=state,
        view=view,
        unseen=[alarm for alarm in view.alarms if alarm.unseen and alarm.state == "acknowledged"],
        limits=use.limits(call.ctx, state.case_id),
        log=alarm_log(call.ctx, state.case_id),
        ended=lambda line: alarm_words.ended(line, rules),
        kinds=sorted(rules.kinds.values(), key=lambda kind: kind.label.casefold()),
        pause_minutes=rules.pause_minutes,
        off_minutes=OFF_MINUTES,
    )


PAGES = (Page("GET", "/cases/{case_id}/alarms", "case.alarms", lambda: alarms),)
