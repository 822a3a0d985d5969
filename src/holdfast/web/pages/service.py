"""Working dogs: the list, one dog's history, reading a file into it, and on a case what could have done it."""

from dataclasses import fields
from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response

from holdfast.kernel.limits import SERVICE_FILE_BYTES_MAX
from holdfast.kernel.time import from_datetime
from holdfast.knowledge import injuries
from holdfast.record import inquiry_events as iq
from holdfast.record.service_state import ServiceDog, ServiceEntry
from holdfast.usecases import incidents, service, service_import
from holdfast.usecases.accounts import Role
from holdfast.usecases.custody import items_of
from holdfast.usecases.service_rows import DATES, FIELDS, Columns, Table, guessed, table
from holdfast.web import service_words as words
from holdfast.web.api import json
from holdfast.web.clinic_time import local_moment
from holdfast.web.gate import FORMS, Call, Takes
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.service_entries import ImportEntry

_ENCODED_MAX = 3
"""A posted form writes some characters as three."""
FILES = Takes(FORMS.kinds, SERVICE_FILE_BYTES_MAX * _ENCODED_MAX)
_PREVIEW_ROWS = 8


def dogs(call: Call) -> Response:
    return page(call, "service.html", dogs=_dogs(call))


def _dogs(call: Call) -> list[ServiceDog]:
    assert call.account is not None
    return [dog for dog in call.ctx.book.service_dogs() if service.may_reach(dog, call.account)]


def _dog(call: Call) -> ServiceDog:
    assert call.account is not None
    return service.reached(call.ctx, call.account, call.part("service_id"))


def dog(call: Call) -> Response:
    """One dog's history, with a form for each kind of entry; ``?correct=`` opens one filled with an entry."""
    found = _dog(call)
    wanted = call.query("correct")
    correcting = found.entries.get(wanted)
    only = call.query("kind")
    entries = [one for one in found.standing if not only or words.kind_of(one.event.what) == only]
    people = call.ctx.book.clinic.people
    return page(
        call,
        "service_dog.html",
        dog=found,
        entries=entries,
        only=only,
        gone=[one for one in found.entries.values() if not one.standing],
        correcting=correcting if correcting and correcting.standing else None,
        cases=_cases(call, found),
        handlers={key: one.name for key, one in people.items() if one.role == Role.HANDLER and not one.closed},
        who=actor_names(call),
        mechanisms=words.MECHANISMS,
        seen=words.SEEN,
        imaged=words.IMAGED,
        fitness=service.FITNESS,
        facts=service.FACTS,
        local=local_moment,
        **_wordings(call),
    )


def _wordings(call: Call) -> dict[str, Any]:
    regions = call.ctx.knowledge.regions
    return {
        "kinds": words.KINDS,
        "kind_of": words.kind_of,
        "headline": words.headline,
        "details": lambda what: [one for one in words.details(what, regions) if one[1]],
        "places": [
            (f"{side}:{region.key}", words.place_words(f"{side}:{region.key}", regions))
            for region in regions.values()
            for side in region.sides
        ],
        "place_words": lambda place: words.place_words(place, regions),
    }


def _cases(call: Call, found: ServiceDog) -> list[Any]:
    """Cases linked to this history, for those who may open them."""
    if not call.may("case"):
        return []
    linked = (case for case in call.ctx.book.cases() if case.inquiry.linked)
    return [case for case in linked if case.inquiry.linked.service_id == found.service_id]  # type: ignore[union-attr]


def file(call: Call) -> Response:
    """Where a file is chosen or pasted."""
    return page(call, "service_import.html", dog=_dog(call), step="choose", **_import_page(Columns(columns={}), "", ""))


def read_file(call: Call) -> Response:
    """One step of reading a file: ``map`` shows the columns, ``try`` what would happen, ``take`` does it."""
    found = _dog(call)
    if call.field("step") == "choose" or not call.field("csv").strip():
        return RedirectResponse(f"/service/{found.service_id}/import", status_code=303)
    text, name = call.field("csv"), call.field("name")
    rows = table(text)
    if call.field("step") == "map":
        said = Columns(columns=guessed(rows.header))
        shown = _import_page(said, text, name, rows)
        return page(call, "service_import.html", dog=found, step="map", **shown)
    said = _said(call)
    if call.field("step") == "take":
        receipt = service_import.take(
            call.ctx,
            actor=call.actor,
            service_id=found.service_id,
            text=text,
            said=said,
            instant=lambda local: from_datetime(local.astimezone()),
            name=name,
            expected=call.field("expected"),
        )
        return RedirectResponse(
            f"/service/{found.service_id}?imported={len(receipt.recorded)}#imports", status_code=303
        )
    trial = service_import.try_out(
        call.ctx, found.service_id, text, said, lambda local: from_datetime(local.astimezone())
    )
    shown = _import_page(said, text, name, rows)
    return page(call, "service_import.html", dog=found, step="try", trial=trial, **shown, **_wordings(call))


def _said(call: Call) -> Columns:
    columns = {field: column for field in FIELDS if (column := call.field(f"col_{field}"))}
    return Columns(columns=columns, dates=call.field("dates") or "iso", kind=call.field("kind"), by=call.field("by"))


def _import_page(said: Columns, text: str, name: str, rows: Table | None = None) -> dict[str, Any]:
    return {
        "said": said,
        "csv": text,
        "name": name,
        "table": rows,
        "preview": rows.rows[:_PREVIEW_ROWS] if rows else (),
        "fields": FIELDS,
        "dates": {key: example for key, (example, _) in DATES.items()},
        "kind_names": words.KINDS,
        "kilobytes": SERVICE_FILE_BYTES_MAX // 1024,
    }


def import_json(call: Call) -> Response:
    """Try a file, or take it."""
    found, entry = _dog(call), call.json(ImportEntry)
    said = Columns(columns=entry.columns, dates=entry.dates, kind=entry.kind, by=entry.by)

    def instant(local: Any) -> int:
        return from_datetime(local.astimezone())

    trial = service_import.try_out(call.ctx, found.service_id, entry.csv, said, instant)
    told: dict[str, Any] = {
        "sha256": trial.table.sha256,
        "new": len(trial.new),
        "known": len(trial.known),
        "refused": [{"row": one.row, "text": one.text, "why": one.why} for one in trial.refused],
        "taken": False,
    }
    if entry.take:
        receipt = service_import.take(
            call.ctx,
            actor=call.actor,
            service_id=found.service_id,
            text=entry.csv,
            said=said,
            instant=instant,
            name=entry.name,
            expected=entry.expected,
        )
        told |= {"taken": True, "duplicate": receipt.duplicate}
    return json(told)


def case_incidents(call: Call) -> Response:
    """What was found in this case, held against the dog's past."""
    ctx = call.ctx
    case = ctx.book.case(call.part("case_id"))
    linked = service.linked_dog(ctx, case.case_id)
    lesions = list(case.inquiry.lesions.values())
    wanted = call.query("lesion")
    lesion = case.inquiry.lesions.get(wanted) or (lesions[-1] if lesions else None)
    again = case.inquiry.lesions.get(call.query("again"))
    same_kind = [one for one in ctx.book.service_dogs() if one.added.training == case.training]
    return page(
        call,
        "incidents.html",
        case=case,
        dog=linked,
        differs=_differs(case, linked) if linked else [],
        linked_since=linked.changed_since(case.inquiry.linked.service_version)
        if linked and case.inquiry.linked
        else [],
        suggested=service.suggested(ctx, case.case_id),
        dogs=same_kind,
        lesions=lesions,
        lesion=lesion,
        again=again,
        compared=incidents.page_of(ctx, case.case_id, lesion.lesion_id) if lesion else None,
        statements=[
            {"event": event, "who": actor, "changed": incidents.changed_since(ctx, case.case_id, event)}
            for event, actor in reversed(case.inquiry.statements)
        ],
        items=[item for item in items_of(ctx, case.case_id).values() if item.created],
        who=actor_names(call),
        sources=injuries.load().sources,
        number_rows=list(injuries.rows(injuries.load())),
        choices={
            "depth": [one.value for one in iq.Depth],
            "found": [one.value for one in iq.ObjectFound],
            "found_basis": [one.value for one in iq.Basis],
            "material": [one.value for one in iq.Material],
            "age_basis": [one.value for one in iq.AgeBasis],
        },
        **_wordings(call),
    )


def _differs(case: Any, linked: ServiceDog) -> list[tuple[str, str, str]]:
    """(fact, here, there) where the case and the service history say different things of the same dog."""
    handler = linked.handler
    pairs = [
        ("name", case.name, linked.fact("name")),
        ("microchip", case.microchip, linked.fact("microchip")),
        ("breed", case.corrected("breed") or case.admitted.breed, linked.fact("breed")),
        ("handler", case.corrected("handler") or case.admitted.handler, handler.handler if handler else ""),
    ]
    return [
        (name, here, there) for name, here, there in pairs if here and there and here.casefold() != there.casefold()
    ]


def api_dogs(call: Call) -> Response:
    return json({"dogs": [_brief(one) for one in _dogs(call)]})


def api_dog(call: Call) -> Response:
    """One history with everything on record, corrected and withdrawn entries included."""
    found = _dog(call)
    entries = [_entry(one) for one in found.entries.values()]
    return json({**_brief(found), "entries": entries, "handlers": found.handlers, "imports": found.imports})


def _brief(one: ServiceDog) -> dict[str, Any]:
    facts = {name: one.fact(name) for name in service.FACTS}
    return {"service_id": one.service_id, "version": one.version, "training": one.added.training, **facts}


def _entry(one: ServiceEntry) -> dict[str, Any]:
    state = {field.name: getattr(one, field.name) for field in fields(one) if field.name != "event"}
    return {**msgspec.to_builtins(one.event), **state, "standing": one.standing}


def api_incidents(call: Call) -> Response:
    """The comparison of every finding of a case as it stands now, and what was put on record."""
    case = call.ctx.book.case(call.part("case_id"))
    pages = {lesion_id: incidents.page_of(call.ctx, case.case_id, lesion_id) for lesion_id in case.inquiry.lesions}
    stated = [{"event": event, "actor": actor} for event, actor in case.inquiry.statements]
    return json({"linked": case.inquiry.linked, "lesions": case.inquiry.lesions, "compared": pages, "stated": stated})


PAGES = (
    Page("GET", "/service", "service", lambda: dogs),
    Page("GET", "/service/{service_id}", "service.dog", lambda: dog),
    Page("GET", "/service/{service_id}/import", "service.file", lambda: file),
    Page("POST", "/service/{service_id}/import", "service.import", lambda: read_file, FILES),
    Page("GET", "/cases/{case_id}/incidents", "incidents", lambda: case_incidents),
    Page("GET", "/api/service", "api.service", lambda: api_dogs),
    Page("GET", "/api/service/{service_id}", "api.service.dog", lambda: api_dog),
    Page(
        "POST", "/api/service/{service_id}/import", "api.service.import", lambda: import_json, FILES, reads=ImportEntry
    ),
    Page("GET", "/api/cases/{case_id}/incidents", "api.incidents", lambda: api_incidents),
)
