"""The page of an end-of-life order: its steps, the last-minute watch, the act, death, aftercare."""

from starlette.responses import Response

from holdfast.knowledge.end_of_life import load
from holdfast.knowledge.tray_watch import watch_rule
from holdfast.record import end_of_life_events as eol
from holdfast.record.case_entries import OrderEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.end_of_life import current_order
from holdfast.usecases.end_of_life_views import EndOfLifeView, end_of_life_view
from holdfast.usecases.live_views import BedView
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.tiles import TILES

WATCHED_TILES = ("hr", "map", "spo2", "rr")
"""Places of the screen that stand beside the watch."""


def end_of_life_page(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    order = current_order(state)
    bed = _bed(call, state)
    return page(
        call,
        "end_of_life.html",
        case=state,
        order=order,
        bed=bed,
        tiles=[tile for tile in TILES if tile.name in WATCHED_TILES],
        view=_view(call, state, order, bed) if order else None,
        data=load(),
        drugs_back_min=watch_rule().drugs_back_min,
        tool=call.ctx.knowledge.care.scores["quality_of_life"],
        answered=_answered(order) if order else {},
        who=actor_names(call),
        reason_texts={r.key: r.text for r in call.ctx.knowledge.reasons.values()},
        checks=order.log.every(eol.DeathChecked) if order else (),
        stopped=order.log.last(eol.EndOfLifeStopped) if order else None,
        stop_texts={one.key: one.text for one in load().stop_reasons},
        sign_texts={one.key: one.text for one in load().signs},
    )


def end_of_life_api(call: Call) -> Response:
    """The running order, or the newest, as its page shows it; ``order`` is null when there is none."""
    state = call.ctx.book.case(call.part("case_id"))
    order = current_order(state)
    view = _view(call, state, order, _bed(call, state)) if order else None
    return json({"case_id": state.case_id, "name": state.name, "server_us": call.now_us, "order": view})


def _bed(call: Call, state: CaseState) -> BedView | None:
    return call.services.ward.view(state.bed, call.now_us) if state.bed else None


def _view(call: Call, state: CaseState, order: OrderEntry, bed: BedView | None) -> EndOfLifeView:
    return end_of_life_view(call.ctx, state, order, bed, call.now_us)


def _answered(order: OrderEntry) -> dict[str, eol.AftercareRecorded]:
    """The newest answer to each item of aftercare."""
    return {one.item: one for one, _ in order.log.every(eol.AftercareRecorded)}


PAGES = (
    Page("GET", "/cases/{case_id}/end-of-life", "end_of_life", lambda: end_of_life_page),
    Page("GET", "/api/cases/{case_id}/end-of-life", "api.end_of_life", lambda: end_of_life_api),
)
