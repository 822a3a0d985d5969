"""Items of evidence: those of a case, one with every hand it passed through, its label, its pictures."""

from typing import Any
from urllib.parse import quote

import msgspec
from starlette.responses import JSONResponse, Response

from holdfast.custody.item import Item, Step
from holdfast.custody.words import label_code, label_lines, sentence
from holdfast.imaging.plain_pictures import form_of
from holdfast.kernel.errors import NotFoundError
from holdfast.kernel.limits import IMAGE_BYTES_MAX
from holdfast.record import custody_events as cu
from holdfast.record.case_state import CaseState
from holdfast.usecases import custody as use
from holdfast.usecases.documents import Label
from holdfast.web.api import json
from holdfast.web.bodychart import charts
from holdfast.web.clinic_time import stamp
from holdfast.web.gate import Call, Takes
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page

PHOTOGRAPHS = Takes(frozenset({"application/octet-stream", "image/jpeg", "image/png"}), IMAGE_BYTES_MAX)
"""One picture for each request; what it is is told by its bytes."""


def items(call: Call) -> Response:
    """The items of a case, and the entry of a new one."""
    case = call.ctx.book.case(call.part("case_id"))
    return page(
        call,
        "items.html",
        case=case,
        items=list(use.items_of(call.ctx, case.case_id).values()),
        place=lambda item: place_of(call, item),
        places=charts(call.ctx.knowledge.regions.values(), ()).places,
    )


def item(call: Call) -> Response:
    case, found = _found(call)
    opinions, withdrawn = _opinions(found)
    return page(
        call,
        "item.html",
        case=case,
        item=found,
        place=place_of(call, found),
        said=lambda event: sentence(event, _regions(call)),
        who=actor_names(call),
        pictures=use.pictures_of(found),
        opinions=opinions,
        withdrawn=withdrawn,
        names=sorted({a.name for a in call.services.accounts.all() if not a.closed}),
        receivable=_offered_to(found),
    )


def label(call: Call) -> Response:
    case, found = _found(call)
    return page(call, "item_label.html", case=case, item=found, label=_label(call, case, found))


def label_pdf(call: Call) -> Response:
    case, found = _found(call)
    number = found.created.number if found.created else 0
    headers = {"content-disposition": f'inline; filename="label-{case.case_id}-{number}.pdf"'}
    data = call.services.paper.label(_label(call, case, found))
    return Response(data, media_type="application/pdf", headers=headers)


def label_code_svg(call: Call) -> Response:
    case, found = _found(call)
    data = call.services.paper.qr_svg(_label(call, case, found).address)
    return Response(data, media_type="image/svg+xml")


def picture(call: Call) -> Response:
    """A picture that an entry about this item names; no other file can be had here."""
    _, found = _found(call)
    digest = call.part("digest")
    if digest not in use.pictures_of(found):
        raise NotFoundError("No entry about this item names such a picture.", "Open it from the page of the item.")
    data = call.services.films.read(digest)
    return Response(data, media_type="image/png" if form_of(data) == "png" else "image/jpeg")


def photograph(call: Call) -> Response:
    """One picture as the body; the entry that names it follows."""
    call.ctx.book.case(call.part("case_id"))
    return JSONResponse({"sha256": use.keep_picture(call.services.films, call.body)}, status_code=201)


def api_items(call: Call) -> Response:
    found = use.items_of(call.ctx, call.part("case_id"))
    return json({"items": [content(call, one) for one in found.values()]})


def api_item(call: Call) -> Response:
    _, found = _found(call)
    return json(content(call, found))


def content(call: Call, found: Item) -> dict[str, Any]:
    """An item as plain values."""
    who = actor_names(call)

    def told(step: Step) -> dict[str, Any]:
        return {
            "version": step.version,
            "at_us": step.at_us,
            "recorded_us": step.recorded_us,
            "entered_by": who(step.actor),
            "text": sentence(step.event, _regions(call)),
            "breaks": step.breaks,
            "event": msgspec.to_builtins(step.event),
        }

    return {
        "item_id": found.item_id,
        "number": found.created.number if found.created else None,
        "wrap": found.wrap,
        "where": found.where,
        "holder": found.holder,
        "organisation": found.organisation,
        "place": found.place,
        "bag": found.bag,
        "seal": found.seal,
        "facts": [told(step) for step in found.facts],
        "opinions": [told(step) for step in found.opinions],
        "breaks": [{"version": step.version, "text": text} for step, text in found.breaks],
        "gaps": found.gaps,
    }


def _regions(call: Call) -> dict[str, str]:
    return {region.key: region.name for region in call.ctx.knowledge.regions.values()}


def place_of(call: Call, found: Item) -> str:
    """Where in the body it came from, in words."""
    made = found.created
    if made is None:
        return ""
    region = call.ctx.knowledge.regions.get(made.region)
    side = "" if made.side == "midline" else made.side
    return ", ".join(part for part in (side, region.name if region else made.region, made.site) if part)


def _found(call: Call) -> tuple[CaseState, Item]:
    case_id = call.part("case_id")
    return call.ctx.book.case(case_id), use.item_of(call.ctx, case_id, call.part("item_id"))


def _label(call: Call, case: CaseState, found: Item) -> Label:
    made = found.created
    region = call.ctx.knowledge.regions.get(made.region) if made else None
    when = stamp(made.at_us) if made else ""
    lines = label_lines(case.case_id, case.name, case.microchip, found, when, region.name if region else "")
    base = str(call.request.base_url).rstrip("/")
    return Label(
        lines=tuple(lines),
        address=f"{base}/cases/{quote(case.case_id)}/items/{quote(found.item_id)}",
        code=label_code(call.services.proofs.name(), case.case_id, found),
    )


def _opinions(found: Item) -> tuple[list[Step], dict[str, Step]]:
    """Statements, and by their id the steps that withdrew them."""
    stated = [step for step in found.opinions if isinstance(step.event, cu.OpinionStated)]
    withdrawn = {step.event.opinion_id: step for step in found.opinions if isinstance(step.event, cu.OpinionWithdrawn)}
    return stated, withdrawn


def _offered_to(found: Item) -> str:
    """Whom the open hand-over names; empty when none is open."""
    return str(getattr(found.offer.event, "to", "")) if found.offer else ""


_ITEM = "/cases/{case_id}/items/{item_id}"

PAGES = (
    Page("GET", "/cases/{case_id}/items", "items", lambda: items),
    Page("GET", _ITEM, "item", lambda: item),
    Page("GET", f"{_ITEM}/label", "item.label", lambda: label),
    Page("GET", f"{_ITEM}/label.pdf", "item.label.pdf", lambda: label_pdf),
    Page("GET", f"{_ITEM}/label.svg", "item.label.svg", lambda: label_code_svg),
    Page("GET", f"{_ITEM}/pictures/{{digest}}", "item.picture", lambda: picture),
    Page("GET", f"/api{_ITEM}", "api.item", lambda: api_item),
    Page("GET", "/api/cases/{case_id}/items", "api.items", lambda: api_items),
    Page("POST", "/cases/{case_id}/items/photographs", "items.photograph", lambda: photograph, PHOTOGRAPHS),
)
