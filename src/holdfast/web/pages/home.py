"""The way home, as the clinic sees it: pages for people outside, what they are told, the letter, what home saw."""

import base64
import io

import msgspec
from starlette.responses import Response

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge.recovery_care import load
from holdfast.record.case_state import CaseState
from holdfast.usecases import discharge as use_letter
from holdfast.usecases import home as use
from holdfast.usecases.plain_photos import PHOTO_BYTES_MAX, show_photo
from holdfast.usecases.timeline_care import ADVICE
from holdfast.web.api import json
from holdfast.web.entries import Entry
from holdfast.web.gate import Call, Takes
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page

PHOTOS = Takes(frozenset({"image/jpeg", "image/png"}), PHOTO_BYTES_MAX)
DAYS = (1, 3, 7, 14, 30)
"""Offered lengths of a link."""


class LinkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    who: str = ""
    days: int = 7


def home(call: Call) -> Response:
    return _page(call)


def _page(call: Call, made: str = "", made_for: str = "") -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    rules = {rule.key: rule for rule in load().home}
    return page(
        call,
        "home.html",
        case=state,
        draft=use.draft(call.ctx, state.case_id, call.now_us),
        made=made,
        made_for=made_for,
        qr=_qr(made) if made else "",
        days=DAYS,
        who=actor_names(call),
        rules=rules,
        advice=ADVICE,
        done=use_letter.done_on_record(call.ctx, state),
        standing_orders=use_letter.standing_orders(state),
        look_for=use_letter.look_for(),
        letter=use_letter.letter_of(state),
        phone=call.ctx.book.clinic.calling.phone,
    )


def _qr(text: str) -> str:
    """A QR code as a data address: a telephone reads it off the screen."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=5, border=3, light="#fff", xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


def make_link(call: Call) -> Response:
    """The link is shown once, on the page that answers; it is in no address and no redirect."""
    days = call.field("days")
    if not days.isdigit():
        raise OperatorError("For how many days?", "Choose one of the list.")
    return _page(call, _link(call, call.field("who"), int(days), call.field("command_id")), call.field("who"))


def api_make_link(call: Call) -> Response:
    entry = call.json(LinkEntry)
    made = _link(call, entry.who, entry.days, entry.command_id)
    return Response(msgspec.json.encode({"link": made}), media_type="application/json", status_code=201)


def _link(call: Call, who: str, days: int, command_id: str) -> str:
    desk = call.services.desk
    token = use.make_link(
        call.ctx,
        desk.signer,
        actor=call.actor,
        case_id=call.part("case_id"),
        who=who,
        days=days,
        command_id=command_id,
    )
    return f"{desk.address}/h#{token}"


def save_photo(call: Call) -> Response:
    show_photo(call.ctx, call.services.films, actor=call.actor, case_id=call.part("case_id"), data=call.body)
    return json({"location": f"/cases/{call.part('case_id')}/home"})


def file(call: Call) -> Response:
    """A photograph of the handler's page or from home, of this case only."""
    state = call.ctx.book.case(call.part("case_id"))
    return photo_response(call, state, call.part("image_id"))


def photo_response(call: Call, state: CaseState, image_id: str) -> Response:
    """The picture, shown and not run; raises ``NotFoundError`` for one of another case."""
    own = {one for one, _ in state.home.photos} | {one.image_id for one in state.home.observed if one.image_id}
    if image_id not in own:
        raise NotFoundError("There is no such photograph on this case.", "Reload the page.")
    data = call.services.films.read(image_id)
    media = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return Response(data, media_type=media, headers={"content-security-policy": "default-src 'none'; sandbox"})


def letter(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    return letter_response(call, state)


def letter_response(call: Call, state: CaseState) -> Response:
    """The newest letter as PDF; raises ``NotFoundError`` before the first."""
    found = use_letter.letter_of(state)
    if found is None:
        raise NotFoundError("No letter was written.", "Write it on the page of the way home.")
    written, by = found
    from holdfast.web.letter_pdf import letter_pdf  # what draws it is fetched when a letter is asked for

    data = letter_pdf(state, written, call.ctx.book.clinic.name_of(by), call.ctx.book.clinic.calling.phone)
    name = f'inline; filename="letter-{state.case_id}.pdf"'
    return Response(data, media_type="application/pdf", headers={"content-disposition": name})


def api_home(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    content = msgspec.to_builtins(state.home)
    for link in content["links"].values():
        del link["token_sha256"]
    return json(content)


PAGES = (
    Page("GET", "/cases/{case_id}/home", "home", lambda: home),
    Page("GET", "/api/cases/{case_id}/home", "api.home", lambda: api_home),
    Page("POST", "/cases/{case_id}/home/links", "home.link", lambda: make_link),
    Page("POST", "/api/cases/{case_id}/home/links", "api.home.link", lambda: api_make_link, reads=LinkEntry),
    Page("GET", "/cases/{case_id}/home/files/{image_id}", "home.file", lambda: file),
    Page("GET", "/cases/{case_id}/letter.pdf", "home.letter", lambda: letter),
    Page("POST", "/cases/{case_id}/home/photo", "home.photo", lambda: save_photo, PHOTOS),
)
