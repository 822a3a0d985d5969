"""The examination of a case: the body chart, what was found system by system, photographs."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.limits import PHOTO_BYTES_MAX
from holdfast.knowledge.examination import Item, System, load
from holdfast.record.case_state import CaseState
from holdfast.record.events import Strength, TouchResponse
from holdfast.record.exam_state import AnswerEntry
from holdfast.usecases import photographs
from holdfast.usecases.context import Context
from holdfast.usecases.exam_views import exam_view
from holdfast.usecases.examination import Left, left_out
from holdfast.web.acts import recorded
from holdfast.web.api import json
from holdfast.web.bodychart import charts
from holdfast.web.bodychart_views import GROUPS, views
from holdfast.web.gate import Call, Takes
from holdfast.web.pages.cases import actor_names, facts
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.tiles import TILES

PHOTOGRAPHS = Takes(frozenset({"image/jpeg", "image/png", "application/octet-stream"}), PHOTO_BYTES_MAX)
"""One photograph for each request; what it is is told by its bytes."""

_US_DIGITS = 18
"""Microseconds since 1970 have no more for the next thousands of years."""

_MEDIA = {"jpeg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True)
class LineView:
    """A line of the form at one place, with the answer that stands."""

    item: Item
    place: str
    standing: AnswerEntry | None


@dataclass(frozen=True)
class SystemView:
    system: System
    lines: tuple[LineView, ...]
    left: tuple[Left, ...]
    """Lines that "all normal" would leave as they are."""
    last: AnswerEntry | None
    """The newest answer: what "undo" takes back."""

    @property
    def answered(self) -> int:
        return sum(line.standing is not None for line in self.lines)

    @property
    def odd(self) -> int:
        return sum(line.standing is not None and not line.standing.normal for line in self.lines)


def systems(ctx: Context, case: CaseState) -> tuple[SystemView, ...]:
    """The form with the answers that stand."""
    standing = case.exam.standing
    made = []
    for system in load().systems:
        lines = tuple(
            LineView(item, place, standing.get((item.key, place))) for item in system.items for place in item.places
        )
        given = [line.standing for line in lines if line.standing]
        last = max(given, key=lambda entry: entry.at_us, default=None)
        made.append(SystemView(system, lines, tuple(left_out(ctx, case, system)), last))
    return tuple(made)


def exam(call: Call) -> Response:
    """Everything that can be entered with one touch each."""
    ctx = call.ctx
    case = ctx.book.case(call.part("case_id"))
    regions = list(ctx.knowledge.regions.values())
    return page(
        call,
        "exam.html",
        case=case,
        bed=call.services.ward.view(case.bed, call.now_us) if case.bed else None,
        tiles=TILES,
        views=views(regions, case.standing_touches, case.exam.standing_marks),
        groups=GROUPS,
        places=charts(regions, ()).places,
        strengths=list(Strength),
        responses=list(TouchResponse),
        systems=systems(ctx, case),
        who=actor_names(call),
        facts=facts(case),
    )


def presses(call: Call) -> Response:
    """A piece of the page: it takes a moment to work out, so the page brings it by itself."""
    view = exam_view(call.ctx, call.part("case_id"), call.now_us)
    case = call.ctx.book.case(view.case_id)
    names = {key: found.name for key, found in call.ctx.knowledge.findings.items()}
    return page(call, "exam_presses.html", exam=view, case=case, who=actor_names(call), finding_names=names)


def api_exam(call: Call) -> Response:
    """The presses with what followed, what they say together, and every answer that stands."""
    view = exam_view(call.ctx, call.part("case_id"), call.now_us)
    case = call.ctx.book.case(view.case_id)
    return json(
        {
            "presses": view,
            "answers": sorted(case.exam.standing.values(), key=lambda one: (one.item, one.place)),
            "marks": case.exam.standing_marks,
            "photographs": case.exam.photographs,
        }
    )


def take_photograph(call: Call) -> Response:
    """One picture as the body; ``?what=`` says what it shows, ``?place=`` where, ``?at_us=`` when it was taken."""
    taken = call.query("at_us")
    if taken and not (taken.isascii() and taken.isdigit() and len(taken) <= _US_DIGITS):
        raise OperatorError("That is no moment.", "Leave at_us out, or give microseconds since 1970 in UTC.")
    receipt = photographs.keep(
        call.ctx,
        call.services.films,
        actor=call.actor,
        case_id=call.part("case_id"),
        data=call.body,
        what=call.query("what"),
        place=call.query("place"),
        at_us=int(taken) if taken else None,
        command_id=call.query("command_id"),
    )
    outcome = recorded(receipt, f"/cases/{call.part('case_id')}/exam#photographs")
    return JSONResponse({**outcome.told, "location": outcome.location}, status_code=201)


def photograph(call: Call) -> Response:
    """A photograph, shown as a picture and as nothing else."""
    entry, data = photographs.read(call.ctx, call.services.films, call.part("case_id"), call.part("photo_id"))
    return picture(entry.form, data)


def picture(form: str, data: bytes) -> Response:
    """Bytes that were told to be a JPEG or PNG; ``security`` adds that a browser may take them for nothing else."""
    return Response(data, media_type=_MEDIA[form], headers={"content-disposition": "inline"})


PAGES = (
    Page("GET", "/cases/{case_id}/exam", "exam", lambda: exam),
    Page("GET", "/cases/{case_id}/exam/presses", "exam.presses", lambda: presses),
    Page("GET", "/cases/{case_id}/photographs/{photo_id}", "photograph", lambda: photograph),
    Page("GET", "/api/cases/{case_id}/exam", "api.exam", lambda: api_exam),
    Page("POST", "/cases/{case_id}/photographs", "case.photographs", lambda: take_photograph, PHOTOGRAPHS),
)
