"""Consult: inviting a colleague and reading what they think; and the pages that the link opens."""

from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.record.case_state import CaseState
from holdfast.usecases import consults, examination, photographs, second_look
from holdfast.usecases.consults import HOURS_USUAL, actor_of
from holdfast.usecases.exam_views import exam_view
from holdfast.usecases.exam_words import STANCES
from holdfast.usecases.live import summary
from holdfast.usecases.timeline import timeline
from holdfast.web import acts
from holdfast.web.acts import recorded
from holdfast.web.api import json
from holdfast.web.bodychart_views import GROUPS, views
from holdfast.web.consult_acts import GuestOpinionEntry, InvitationEntry
from holdfast.web.consult_door import DOOR, PATH, guest, posting_guest
from holdfast.web.exam_acts import MarkBackEntry, MarkEntry, points_of
from holdfast.web.gate import Call, wants_json
from holdfast.web.link_door import sent as sent_token
from holdfast.web.pages.cases import actor_names, entry_views
from holdfast.web.pages.exam import picture
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.tiles import TILES

GUEST = f"{PATH}/case"
LINES = 30
"""Of the timeline, newest first, on the guest's page."""
CAUSES = 5
"""Treatable causes that the guest's page names."""


def consult(call: Call) -> Response:
    """Invitations and opinions of a case."""
    return _consult_page(call, call.ctx.book.case(call.part("case_id")))


def _consult_page(call: Call, case: CaseState, link: str = "", link_of: str = "", again: bool = False) -> Response:
    return page(
        call,
        "consult.html",
        case=case,
        who=actor_names(call),
        stances=STANCES,
        hours_usual=HOURS_USUAL,
        link=link,
        link_of=link_of,
        link_again=again,
    )


def invite(call: Call) -> Response:
    """Make a link. It is shown in the answer to this very request and never again."""
    case_id = call.part("case_id")
    sent_json = call.request.headers.get("content-type", "").startswith("application/json")
    entry = call.json(InvitationEntry) if sent_json else acts.from_form(call, InvitationEntry)
    assert isinstance(entry, InvitationEntry)
    made = consults.invite(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        name=entry.name,
        contact=entry.contact,
        question=entry.question,
        hours=entry.hours,
        command_id=acts.command_of(entry),
    )
    link = f"{call.request.url.scheme}://{call.request.url.netloc}{PATH}#{made.token}" if made.token else ""
    if wants_json(call.request):
        return JSONResponse({"consult_id": made.consult_id, "link": link}, status_code=201)
    return _consult_page(call, call.ctx.book.case(case_id), link=link, link_of=entry.name, again=not made.token)


def door(call: Call) -> Response:
    """What the link leads to. The secret stands behind the ``#`` and reaches no server's log; whoever follows the link
    presses a button, so that a mail scanner opens nothing."""
    return page(call, "consult_door.html")


def open_case(call: Call) -> Response:
    token = sent_token(call)
    case, entry = consults.let_in(call.ctx, token)
    client = call.request.client
    browser = call.request.headers.get("user-agent", "")
    consults.opened(call.ctx, case, entry, address=client.host if client else "", browser=browser)
    response = RedirectResponse(GUEST, status_code=303)
    DOOR.let_in(call, response, token, path=PATH, until_us=entry.until_us)
    return response


def guest_case(call: Call) -> Response:
    """The live case as the guest sees it."""
    case, entry = guest(call)
    ctx = call.ctx
    return page(
        call,
        "consult_case.html",
        case=case,
        entry=entry,
        summary=summary(case),
        bed=call.services.ward.view(case.bed, call.now_us) if case.bed else None,
        tiles=TILES,
        guest_csrf=DOOR.csrf_of(call),
        guest=actor_of(entry),
        views=views(ctx.knowledge.regions.values(), case.standing_touches, case.exam.standing_marks),
        groups=GROUPS,
        entries=entry_views(ctx.knowledge, case),
        lines=timeline(ctx, case.case_id)[-LINES:][::-1],
        who=actor_names(call),
        stances=STANCES,
    )


def guest_live(call: Call) -> Response:
    """The bed now, for the tiles of the guest's page."""
    case, _ = guest(call)
    view = call.services.ward.view(case.bed, call.now_us) if case.bed else None
    return json({"server_us": call.now_us, "bed": view, "version": case.version})


def guest_presses(call: Call) -> Response:
    case, _ = guest(call)
    names = {key: found.name for key, found in call.ctx.knowledge.findings.items()}
    view = exam_view(call.ctx, case.case_id, call.now_us)
    return page(call, "exam_presses.html", exam=view, case=case, who=actor_names(call), finding_names=names)


def guest_look(call: Call) -> Response:
    """What the second look says now; reading it here records nothing."""
    case, _ = guest(call)
    look = second_look.look(call.ctx, case.case_id, call.now_us)
    return page(call, "consult_look.html", look=look, most=CAUSES)


def guest_photograph(call: Call) -> Response:
    case, _ = guest(call)
    entry, data = photographs.read(call.ctx, call.services.films, case.case_id, call.part("photo_id"))
    return picture(entry.form, data)


def guest_mark(call: Call) -> Response:
    case, entry = posting_guest(call)
    sent = acts.from_form(call, MarkEntry)
    assert isinstance(sent, MarkEntry)
    receipt = examination.mark(
        call.ctx,
        actor=actor_of(entry),
        case_id=case.case_id,
        view=sent.view,
        points=points_of(sent),
        words=sent.words,
        command_id=acts.command_of(sent),
    )
    return _answered(call, recorded(receipt, GUEST).told)


def guest_unmark(call: Call) -> Response:
    case, entry = posting_guest(call)
    sent = acts.from_form(call, MarkBackEntry)
    assert isinstance(sent, MarkBackEntry)
    receipt = examination.withdraw_mark(
        call.ctx,
        actor=actor_of(entry),
        case_id=case.case_id,
        mark_id=sent.mark_id,
        reason=sent.reason,
        command_id=acts.command_of(sent),
    )
    return _answered(call, recorded(receipt, GUEST).told)


def guest_opinion(call: Call) -> Response:
    case, entry = posting_guest(call)
    sent = acts.from_form(call, GuestOpinionEntry)
    assert isinstance(sent, GuestOpinionEntry)
    if sent.stance is None:
        raise OperatorError("The opinion does not say how it stands to the working diagnosis.", "Choose one of three.")
    receipt = consults.give_opinion(
        call.ctx,
        actor=actor_of(entry),
        case_id=case.case_id,
        name=sent.name or entry.name,
        stance=sent.stance,
        words=sent.words,
        consult_id=entry.consult_id,
        command_id=acts.command_of(sent),
    )
    return _answered(call, recorded(receipt, GUEST).told)


def leave(call: Call) -> Response:
    response = RedirectResponse(PATH, status_code=303)
    DOOR.forget(call, response, path=PATH)
    return response


def _answered(call: Call, told: dict[str, Any]) -> Response:
    if wants_json(call.request):
        return JSONResponse({**told, "location": GUEST})
    return RedirectResponse(GUEST, status_code=303)


PAGES = (
    Page("GET", "/cases/{case_id}/consult", "consult", lambda: consult),
    Page("POST", "/cases/{case_id}/consult", "consult.invite", lambda: invite),
    Page("POST", "/api/cases/{case_id}/consult", "api.consult.invite", lambda: invite, reads=InvitationEntry),
    Page("GET", PATH, "consult.door", lambda: door),
    Page("POST", f"{PATH}/open", "consult.open", lambda: open_case),
    Page("GET", GUEST, "consult.case", lambda: guest_case),
    Page("GET", f"{PATH}/live", "consult.live", lambda: guest_live),
    Page("GET", f"{PATH}/presses", "consult.presses", lambda: guest_presses),
    Page("GET", f"{PATH}/look", "consult.look", lambda: guest_look),
    Page("GET", f"{PATH}/photographs/{{photo_id}}", "consult.photograph", lambda: guest_photograph),
    Page("POST", f"{PATH}/marks", "consult.marks", lambda: guest_mark),
    Page("POST", f"{PATH}/marks/withdraw", "consult.marks.withdraw", lambda: guest_unmark),
    Page("POST", f"{PATH}/opinion", "consult.opinion", lambda: guest_opinion),
    Page("POST", f"{PATH}/leave", "consult.leave", lambda: leave),
)
