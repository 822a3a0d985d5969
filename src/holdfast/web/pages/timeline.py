"""The timeline of a case: everything that was known, when, by whom, as of any moment."""

import msgspec
from starlette.responses import Response

from holdfast.usecases.timeline import Line, with_responses
from holdfast.usecases.timeline_view import categories_of, chosen_of, whole_timeline
from holdfast.web.api import instant, json
from holdfast.web.clinic_time import moment
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page


def timeline(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    until_us = moment(call.query("until"))
    lines: list[Line] = whole_timeline(call.ctx, state.case_id, until_us)
    categories = categories_of(lines)
    chosen = [one for one in call.request.query_params.getlist("category") if one in categories]
    actors = list(dict.fromkeys(line.actor for line in lines))
    people = [one for one in call.request.query_params.getlist("person") if one in actors]
    shown = chosen_of(lines, categories=chosen, actors=people)
    if until_us is None:
        shown = with_responses(call.ctx, state.case_id, shown, call.now_us)
    return page(
        call,
        "timeline.html",
        case=state,
        lines=shown,
        who=actor_names(call),
        categories=categories,
        chosen=chosen,
        actors=actors,
        people=people,
        until=call.query("until") if until_us is not None else "",
        until_us=until_us,
        from_us=min((line.at_us for line in lines), default=state.admitted.at_us),
        admitted_us=state.admitted.at_us,
        to_us=min(until_us, call.now_us) if until_us is not None else call.now_us,
    )


def api_timeline(call: Call) -> Response:
    """All lines; ``until``: only what had been recorded by then; ``from`` and ``to``: when it happened, half open;
    ``category`` and ``person`` (an actor) may be repeated. Moments are microseconds UTC."""
    case_id = call.part("case_id")
    call.ctx.book.case(case_id)
    until_us = instant(call, "until", 0) or None
    who = actor_names(call)
    asked = call.request.query_params
    lines = chosen_of(
        whole_timeline(call.ctx, case_id, until_us),
        categories=asked.getlist("category"),
        actors=asked.getlist("person"),
        from_us=instant(call, "from", 0) or None,
        to_us=instant(call, "to", 0) or None,
    )
    return json({"lines": [{**msgspec.to_builtins(line), "actor_name": who(line.actor)} for line in lines]})


PAGES = (
    Page("GET", "/cases/{case_id}/timeline", "timeline", lambda: timeline),
    Page("GET", "/api/cases/{case_id}/timeline", "api.timeline", lambda: api_timeline),
)
