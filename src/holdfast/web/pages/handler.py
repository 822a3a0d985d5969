"""The handler's page: how the animal is in a clinician's words, a photograph, one telephone button, and what home saw.

Nobody is signed in; the link is the key. Nothing of the monitor and no alarm is here.
"""

from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.recovery_care import load
from holdfast.record.case_state import CaseState
from holdfast.record.home_state import LinkEntry
from holdfast.usecases import discharge, home
from holdfast.usecases.plain_photos import keep_photo, photo_of, photo_ticket
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.home import PHOTOS, letter_response, photo_response
from holdfast.web.render import page
from holdfast.web.route import Page

SHOWN = 6
"""Earlier words and observations on the page."""


def _opened(call: Call) -> tuple[CaseState, LinkEntry]:
    return home.opened(call.ctx, call.services.desk.signer, call.part("token"))


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
        token=call.part("token"),
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
    state, _ = _opened(call)
    image_id = keep_photo(call.services.films, call.body)
    return json({"photo": photo_ticket(call.services.desk.signer, state.case_id, image_id)})


def observe(call: Call) -> Response:
    state, link = _opened(call)
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
    return RedirectResponse(f"/h/{call.part('token')}#advice", status_code=303)


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
    Page("GET", "/h/{token}", "handler", lambda: handler),
    Page("GET", "/h/{token}/photo", "handler.photo", lambda: photo),
    Page("GET", "/h/{token}/letter.pdf", "handler.letter", lambda: letter),
    Page("POST", "/h/{token}/observations", "handler.observe", lambda: observe),
    Page("POST", "/h/{token}/photo", "handler.send_photo", lambda: send_photo, PHOTOS, _opened),
)
