"""An operation: ready, sign in, time out, sign out, ASA, and the anaesthetic record, on screen and on paper."""

from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from holdfast.knowledge.surgery_lists import load
from holdfast.surgery.course import TRANSITIONS, Step, left_open, phase_of, reason_needed
from holdfast.usecases import surgery as use
from holdfast.usecases.cases import TREATMENTS
from holdfast.web.anaesthetic_chart import LINES, TOP, chart
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page, piece
from holdfast.web.route import Page


def surgeries(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    listed = [(one, phase_of(one).value) for one in reversed(list(state.surgeries.values()))]
    return page(call, "surgeries.html", case=state, listed=listed)


def surgery(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    one, lists = use.find(call.ctx, state.case_id, call.part("surgery_id")), load()
    phase = phase_of(one)
    return page(
        call,
        "surgery.html",
        case=state,
        one=one,
        phase=phase.value,
        lists=lists,
        hints=use.hints(call.ctx, state, one, call.now_us),
        open_lines={listed.key: left_open(one, listed) for listed in lists.lists},
        can_step={step.value: (phase, step) in TRANSITIONS for step in Step},
        needed={step.value: reason_needed(one, step, lists) for step in Step},
        stepped={stepped.step: (stepped, by) for stepped, by in one.steps},
        treatments=TREATMENTS,
        who=actor_names(call),
        **_record(call),
    )


def _record(call: Call) -> dict[str, Any]:
    """What the chart of an anaesthetic needs; without one, nothing of it."""
    one = use.find(call.ctx, call.part("case_id"), call.part("surgery_id"))
    if one.began_us is None:
        return {"record": None, "drawn": None, "lines": LINES, "top": TOP}
    record = use.anaesthetic_record(call.ctx, call.part("case_id"), one.surgery_id, call.now_us)
    return {"record": record, "drawn": chart(record), "lines": LINES, "top": TOP}


def surgery_chart(call: Call) -> Response:
    """A piece of the page: the record as it is now; the page asks for it while it is open."""
    state = call.ctx.book.case(call.part("case_id"))
    return piece(call, "surgery_record.html", case=state, who=actor_names(call), **_record(call))


def pdf(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    record = use.anaesthetic_record(call.ctx, state.case_id, call.part("surgery_id"), call.now_us)
    from holdfast.web.anaesthetic_pdf import anaesthetic_pdf  # what draws it is fetched when one is asked for

    data = anaesthetic_pdf(state, record, load(), actor_names(call))
    name = f'inline; filename="anaesthetic-{record.surgery.surgery_id}.pdf"'
    return Response(data, media_type="application/pdf", headers={"content-disposition": name})


def api_surgery(call: Call) -> Response:
    one = use.find(call.ctx, call.part("case_id"), call.part("surgery_id"))
    content: dict[str, object] = {"phase": phase_of(one).value, "open_lines": {}, "record": None}
    content["open_lines"] = {listed.key: left_open(one, listed) for listed in load().lists}
    if one.began_us is not None:
        content["record"] = asdict(use.anaesthetic_record(call.ctx, call.part("case_id"), one.surgery_id, call.now_us))
    return json(content)


_ONE = "/cases/{case_id}/surgery/{surgery_id}"
PAGES = (
    Page("GET", "/cases/{case_id}/surgery", "surgeries", lambda: surgeries),
    Page("GET", _ONE, "surgery", lambda: surgery),
    Page("GET", f"{_ONE}/record", "surgery.chart", lambda: surgery_chart),
    Page("GET", f"{_ONE}/record.pdf", "surgery.pdf", lambda: pdf),
    Page("GET", f"/api{_ONE}", "api.surgery", lambda: api_surgery),
)
