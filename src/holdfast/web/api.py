"""The JSON API: what the pages' own modules read, and what other programs may.

Errors have one shape everywhere: ``{"error": {"problem": ..., "remedy": ...}}``.
"""

from dataclasses import fields
from typing import Any

import msgspec
from starlette.responses import Response

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_H
from holdfast.record.case_state import CaseState
from holdfast.usecases import second_look
from holdfast.usecases.beds import require_bed
from holdfast.usecases.course_views import course_view
from holdfast.usecases.response_findings import suggestions
from holdfast.usecases.trends import trend_series
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names, facts
from holdfast.web.route import Page

_TREND_SPAN_MAX_US = 14 * 24 * US_PER_H


def json(content: Any) -> Response:
    """A JSON response of anything msgspec can encode."""
    return Response(msgspec.json.encode(content), media_type="application/json")


def board(call: Call) -> Response:
    return json({"server_us": call.now_us, "beds": call.services.ward.board(call.now_us)})


def bed(call: Call) -> Response:
    require_bed(call.ctx, call.part("bed"))
    return json(call.services.ward.view(call.part("bed"), call.now_us))


def case(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    who = actor_names(call)
    deciders = {actor for order in state.orders for _, actor in order.decisions}
    return json({**case_content(state), "names": {actor: who(actor) for actor in deciders}})


def case_content(state: CaseState) -> dict[str, Any]:
    """A case as plain values; second looks, comparisons with the past and what other systems asked and said are read
    one by one, not here, and of consults only what was said."""
    names = [field.name for field in fields(state) if field.name not in ("looks", "consults", "inquiry", "hooks")]
    content: dict[str, Any] = {name: msgspec.to_builtins(getattr(state, name)) for name in names}
    content["opinions"] = msgspec.to_builtins(state.consults.opinions)
    content["name"] = state.name
    content["training"] = state.training
    content["facts"] = facts(state)
    working = state.working
    content["working"] = msgspec.to_builtins(working) if working else None
    return content


def trends(call: Call) -> Response:
    """Series between ``from`` and ``to`` (microseconds UTC); the last hour when neither is given."""
    to_us = instant(call, "to", call.now_us)
    from_us = instant(call, "from", to_us - US_PER_H)
    if not from_us < to_us or to_us - from_us > _TREND_SPAN_MAX_US:
        raise OperatorError("That stretch of time cannot be shown.", "Ask for up to 14 days, earlier moment first.")
    series = trend_series(call.ctx, call.part("case_id"), from_us=from_us, to_us=to_us)
    return json({"from_us": from_us, "to_us": to_us, "series": series})


def course(call: Call) -> Response:
    """What holds, what changed, and what followed each treatment and each press, as of now."""
    view = course_view(call.ctx, call.part("case_id"), call.now_us)
    return json({**msgspec.to_builtins(view), "suggestions": suggestions(call.ctx, view)})


def look(call: Call) -> Response:
    """A second look now. Reading it here records nothing."""
    return json(second_look.look(call.ctx, call.part("case_id"), call.now_us))


def instant(call: Call, name: str, default: int) -> int:
    """A moment of the query in microseconds UTC; raises ``OperatorError``."""
    raw = call.query(name)
    if not raw:
        return default
    if not raw.lstrip("-").isdecimal():
        raise OperatorError(f"'{name}' is not an instant.", "Give microseconds since 1970 UTC as a whole number.")
    return int(raw)


PAGES = (
    Page("GET", "/api/board", "api.board", lambda: board),
    Page("GET", "/api/beds/{bed}", "api.bed", lambda: bed),
    Page("GET", "/api/cases/{case_id}", "api.case", lambda: case),
    Page("GET", "/api/cases/{case_id}/trends", "api.trends", lambda: trends),
    Page("GET", "/api/cases/{case_id}/course", "api.course", lambda: course),
    Page("GET", "/api/cases/{case_id}/second-look", "api.second_look", lambda: look),
)
