"""The handler's page: how the animal is in a clinician's words, a photograph, one telephone button, and what home saw.

Nobody is signed in; the link is the key. Nothing of the monitor and no alarm is here.
"""

from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge.recovery_care import load
from holdfast.record.case_state import CaseState
from holdfast.record.home_state import LinkEntry
from holdfast.usecases import discharge, home
from holdfast.usecases.plain_photos import keep_photo, photo_of, photo_ticket
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.link_door import Door, sent
from holdfast.web.pages.home import PHOTOS, letter_response, photo_response
from holdfast.web.render import page
from holdfast.web.route import Page

PATH = "/h"
"""Of the links."""
DOOR = Door("holdfast_home")
SHOWN = 6
"""Earlier words and observations on the page."""


def door(call: Call) -> Response:
    """What the link leads to; its script goes on at once."""
    return page(
        call,
        "outside_door.html",
        heading="Your animal, from the clinic",
        button="Open the page",
        otherwise="If it does not open, ask the clinic for a new link.",
    )


def open_page(call: Call) -> Response:
    token = sent(call)
    _, link = home.opened(call.ctx, call.services.desk.signer, token)
    response = RedirectResponse(_path(link), status_code=303)
    DOOR.let_in(call, response, token, path=_path(link), until_us=link.expires_us)
    return response


def _path(link: LinkEntry) -> str:
    """Each link has its own, and its own cookie: the pages of two animals lie beside each other in one browser."""
    return f"{PATH}/{link.link_id}"


def _opened(call: Call) -> tuple[CaseState, LinkEntry]:
    """The case and the link that opened this page, and no other one."""
    state, link = home.opened(call.ctx, call.services.desk.signer, DOOR.secret(call))
    if link.link_id != call.part("link_id"):
        raise NotFoundError("This page is of another link.", "Open your link again.")
    return state, link


def _posting(call: Call) -> tuple[CaseState, LinkEntry]:
    """The same for what is posted: with the token of the handler's own page."""
    opened = _opened(call)
    DOOR.check_form(call)
    return opened


def handler(call: Call) -> Response:
    state, link = _opened(call)
    home.note_opened(call.ctx, state, link)
    told = list(reversed(state.home.told))[: SHOWN + 1]
    care = load()
    rules = {rule.key: rule for rule in care.home}
    mine = [one for one in reversed(state.home.observed) if one.link_id == link.link_id][:SHOWN]
    return page(
        call,
        "handler.html",
        case=state,
        link=link,
        base=_path(link),
        guest_csrf=DOOR.csrf_of(call),
        told=told,
        by=call.ctx.book.clinic.name_of,
        photo=state.home.photos[-1] if state.home.photos else None,
        phone=call.ctx.book.clinic.calling.phone,
        letter=discharge.letter_of(state),
        observed=mine,
        rules=rules,
    )


def photo(call: Call) -> Response:
    state, _ = _opened(call)
    return photo_response(call, state, state.home.photos[-1][0] if state.home.photos else "")


def letter(call: Call) -> Response:
    state, _ = _opened(call)
    return letter_response(call, state)


def send_photo(call: Call) -> Response:
    """A photograph from home on its way into an observation: answered with a ticket that only this case takes."""
    state, _ = _posting(call)
    image_id = keep_photo(call.services.films, call.body)
    return json({"photo": photo_ticket(call.services.desk.signer, state.case_id, image_id)})


def observe(call: Call) -> Response:
    state, link = _posting(call)
    home.observe(
        call.ctx,
        state,
        link,
        breaths_per_min=_breaths(call.field("breaths"), call.field("seconds")),
        note=call.field("note"),
        image_id=photo_of(call.services.desk.signer, state.case_id, call.field("photo")),
        command_id=call.field("command_id")[:80] and f"{link.link_id}.{call.field('command_id')[:80]}",
        **{field: call.field(field) for field in home.CHOICES},
    )
    return RedirectResponse(f"{_path(link)}#advice", status_code=303)


def _breaths(count: str, seconds: str) -> float | None:
    """Breaths counted in so many seconds, as breaths a minute."""
    if not count.strip():
        return None
    try:
        counted, over_s = float(count), float(seconds or 30)
    except ValueError:
        raise OperatorError(f"{count[:20]!r} is no number of breaths.", "Write how many you counted.") from None
    if not 10 <= over_s <= 120:
        raise OperatorError("Count for 30 or 60 seconds.", "Then write the number.")
    return round(counted * 60 / over_s, 1)


PAGES = (
    Page("GET", PATH, "handler.door", lambda: door),
    Page("POST", f"{PATH}/open", "handler.open", lambda: open_page),
    Page("GET", f"{PATH}/{{link_id}}", "handler", lambda: handler),
    Page("GET", f"{PATH}/{{link_id}}/photo", "handler.photo", lambda: photo),
    Page("GET", f"{PATH}/{{link_id}}/letter.pdf", "handler.letter", lambda: letter),
    Page("POST", f"{PATH}/{{link_id}}/observations", "handler.observe", lambda: observe),
    Page("POST", f"{PATH}/{{link_id}}/photo", "handler.send_photo", lambda: send_photo, PHOTOS, _posting),
)
