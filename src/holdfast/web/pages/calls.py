"""Calls: who can be called, what stands, the bar of every page, and the page behind the link in a message."""

from starlette.responses import RedirectResponse, Response

from holdfast.calling.course import STANDING, phase_of
from holdfast.kernel.errors import NotFoundError
from holdfast.kernel.time import US_PER_H
from holdfast.knowledge import calling_times
from holdfast.knowledge.calling_times import PLACES
from holdfast.record.call_state import CallEntry
from holdfast.usecases import calling as use
from holdfast.web.api import json
from holdfast.web.call_views import WHERE, call_view, standing_views
from holdfast.web.gate import Call
from holdfast.web.link_door import Door, sent
from holdfast.web.render import page, piece
from holdfast.web.route import Page

PATH = "/c"
"""Of the links in messages."""
DOOR = Door("holdfast_called")
OPEN_FOR_US = 24 * US_PER_H
"""So long a browser keeps the page of a call open; the link opens it again."""
RECENT = 20
"""Calls that are over and still listed on the page of the clinic."""


def calls(call: Call) -> Response:
    book = call.ctx.book.clinic.calling
    past = [
        (case, entry)
        for case in call.ctx.book.cases()
        for entry in case.calls.entries.values()
        if phase_of(entry) not in STANDING
    ]
    past = sorted(past, key=lambda pair: -pair[1].opened_us)[:RECENT]
    return page(
        call,
        "calls.html",
        contacts=sorted(book.contacts.values(), key=lambda one: one.name.casefold()),
        order=use.contact_list(call.ctx, book.order),
        phone=book.phone,
        kinds=call.services.desk.channels.kinds(),
        address=call.services.desk.address,
        standing=standing_views(call),
        past=[call_view(case, entry, call.now_us) for case, entry in past],
        figures=list(calling_times.load().figures.by_key.values()),
        places=PLACES,
        where=WHERE,
        accounts=[(key, one.name) for key, one in call.ctx.book.clinic.people.items() if not one.closed],
    )


def case_calls(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    book = call.ctx.book.clinic.calling
    entries = reversed(list(state.calls.entries.values()))
    return page(
        call,
        "case_calls.html",
        case=state,
        views=[call_view(state, entry, call.now_us) for entry in entries],
        contacts=sorted(book.contacts.values(), key=lambda one: one.name.casefold()),
        own=use.contact_list(call.ctx, state.calls.order),
        order=use.contact_list(call.ctx, state.calls.order or book.order),
    )


def bar(call: Call) -> Response:
    """What the bar of every page asks for every second or two."""
    return piece(call, "calls_bar.html", calls=standing_views(call))


def save_contact(call: Call) -> Response:
    desk = call.services.desk
    use.set_contact(
        call.ctx,
        desk.addresses,
        desk.channels,
        actor=call.actor,
        name=call.field("name"),
        place=call.field("place"),
        by_channel={kind: call.field(f"to_{kind}") for kind in desk.channels.kinds()},
        account=call.field("account"),
        contact_id=call.field("contact_id"),
        command_id=call.field("command_id"),
    )
    return RedirectResponse("/calls#contacts", status_code=303)


def remove_contact(call: Call) -> Response:
    use.remove_contact(call.ctx, call.services.desk.addresses, actor=call.actor, contact_id=call.part("contact_id"))
    return RedirectResponse("/calls#contacts", status_code=303)


def save_order(call: Call) -> Response:
    chosen = tuple(one for one in call.lists.get("contacts", ()) if one)
    use.set_list(call.ctx, actor=call.actor, contacts=chosen, why=call.field("why"))
    return RedirectResponse("/calls#order", status_code=303)


def save_phone(call: Call) -> Response:
    use.set_phone(call.ctx, actor=call.actor, phone=call.field("phone"))
    return RedirectResponse("/calls#phone", status_code=303)


def api_calls(call: Call) -> Response:
    return json({"server_us": call.now_us, "standing": standing_views(call)})


def api_case_calls(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    return json([call_view(state, entry, call.now_us) for entry in state.calls.entries.values()])


def called_door(call: Call) -> Response:
    """What the link of a message leads to; its script goes on at once."""
    return page(
        call,
        "outside_door.html",
        heading="You are called",
        button="Show who needs me",
        otherwise="If it does not open, call the clinic by telephone.",
    )


def called_open(call: Call) -> Response:
    token = sent(call)
    _, entry, place = use.linked(call.ctx, call.services.desk.signer, token)
    own = f"{PATH}/{entry.call_id}/{place}"
    response = RedirectResponse(own, status_code=303)
    DOOR.let_in(call, response, token, path=own, until_us=call.now_us + OPEN_FOR_US)
    return response


def _linked(call: Call) -> tuple[str, CallEntry, int]:
    """Case, call and place of the link that opened this page, and no other one's."""
    case_id, entry, place = use.linked(call.ctx, call.services.desk.signer, DOOR.secret(call))
    if (entry.call_id, str(place)) != (call.part("call_id"), call.part("place")):
        raise NotFoundError("This page is of another link.", "Open the link in the message again.")
    return case_id, entry, place


def called(call: Call) -> Response:
    """Behind the link of a message; nobody is signed in. Opening it says nothing yet: a mail program looks at links
    too. The page's own script says that it was seen."""
    case_id, entry, place = _linked(call)
    state = call.ctx.book.case(case_id)
    return page(
        call,
        "called.html",
        view=call_view(state, entry, call.now_us),
        person=entry.people[place - 1],
        guest_csrf=DOOR.csrf_of(call),
        phone=call.ctx.book.clinic.calling.phone,
    )


def called_seen(call: Call) -> Response:
    case_id, entry, place = _linked(call)
    DOOR.check_form(call)
    use.see_link(call.ctx, case_id=case_id, entry=entry, place=place)
    return Response(status_code=204)


def called_answer(call: Call) -> Response:
    case_id, entry, place = _linked(call)
    DOOR.check_form(call)
    use.answer_link(call.ctx, case_id=case_id, entry=entry, place=place)
    return RedirectResponse(f"{PATH}/{entry.call_id}/{place}", status_code=303)


PAGES = (
    Page("GET", "/calls", "calls", lambda: calls),
    Page("GET", "/calls/bar", "calls.bar", lambda: bar),
    Page("POST", "/calls/contacts", "calls.contact", lambda: save_contact),
    Page("POST", "/calls/contacts/{contact_id}/remove", "calls.remove", lambda: remove_contact),
    Page("POST", "/calls/order", "calls.order", lambda: save_order),
    Page("POST", "/calls/phone", "calls.phone", lambda: save_phone),
    Page("GET", "/cases/{case_id}/calls", "case.calls", lambda: case_calls),
    Page("GET", "/api/calls", "api.calls", lambda: api_calls),
    Page("GET", "/api/cases/{case_id}/calls", "api.case.calls", lambda: api_case_calls),
    Page("GET", PATH, "called.door", lambda: called_door),
    Page("POST", f"{PATH}/open", "called.open", lambda: called_open),
    Page("GET", f"{PATH}/{{call_id}}/{{place}}", "called", lambda: called),
    Page("POST", f"{PATH}/{{call_id}}/{{place}}/seen", "called.seen", lambda: called_seen),
    Page("POST", f"{PATH}/{{call_id}}/{{place}}/answer", "called.answer", lambda: called_answer),
)
