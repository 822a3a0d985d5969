"""Other systems and a case: the dog's numbers there, what they asked and were told, what they said about our order."""

from starlette.responses import Response

from holdfast.kernel.errors import NotFoundError
from holdfast.record.case_state import CaseState
from holdfast.usecases.hook_words import OUTCOMES
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.hook_views import OutsideSaid, said_of_order
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page, piece
from holdfast.web.route import Page


def hooks_page(call: Call) -> Response:
    case = call.ctx.book.case(call.part("case_id"))
    return page(
        call,
        "hooks.html",
        case=case,
        who=actor_names(call),
        told=list(case.hooks.told.values())[::-1],
        asked=_asked(call, case),
        systems=call.services.hook_systems,
        outcomes=OUTCOMES,
    )


def said(call: Call) -> Response:
    """The part of the second look that fills itself; its script asks until everybody has answered."""
    case = call.ctx.book.case(call.part("case_id"))
    order_id = call.query("order")
    order = next((one for one in case.orders if one.order_id == order_id), None)
    if order is None:
        raise NotFoundError("There is no such end-of-life order on this case.", "Reload the page.")
    return piece(call, "hook_said.html", outside=said_of_order(call, case, order_id, order.at_us))


def hooks_api(call: Call) -> Response:
    case = call.ctx.book.case(call.part("case_id"))
    return json(
        {
            "case_id": case.case_id,
            "server_us": call.now_us,
            "identifiers": case.hooks.identifiers,
            "told": list(case.hooks.told.values()),
            "asked": list(case.hooks.asked.values()),
        }
    )


def _asked(call: Call, case: CaseState) -> list[OutsideSaid]:
    found = (said_of_order(call, case, order.order_id, order.at_us) for order in reversed(case.orders))
    return [one for one in found if one and one.said]


PAGES = (
    Page("GET", "/cases/{case_id}/hooks", "case.hooks", lambda: hooks_page),
    Page("GET", "/cases/{case_id}/hooks/said", "case.hooks.said", lambda: said),
    Page("GET", "/api/cases/{case_id}/hooks", "api.case.hooks", lambda: hooks_api),
)
