"""Specimen: an item of evidence and what was done with it; DiagnosticReport: what was measured or judged of it."""

from holdfast.gateways.fhir.basics import (
    Resource,
    coding,
    concept,
    filled,
    identifier,
    note,
    noted,
    ours,
    quantity,
    reference,
    when,
)
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.record import custody_events as cu
from holdfast.record.events import Recorded


def _created(b: Building, item: Recorded, event: cu.ItemCreated) -> None:
    sizes = " x ".join(f"{size:g}" for size in event.size_mm)
    specimen: Resource = {
        "resourceType": "Specimen",
        "id": b.new_id(item),
        "identifier": [identifier(ours("item"), event.item_id, f"Item {event.number}")],
        "status": "available",
        "type": {"text": event.description or "Item of evidence"},
        "subject": reference("Patient", b.case_id),
        "receivedTime": when(event.at_us),
        "collection": filled(
            {
                "collector": {"display": event.by} if event.by else {},
                "collectedDateTime": when(event.at_us),
                "method": {"text": event.method} if event.method else {},
                "bodySite": b.site(event.side, event.region),
                "quantity": quantity(event.weight_g, "g") if event.weight_g is not None else {},
            }
        ),
        "note": note(
            event.site and f"Place: {event.site}",
            event.orientation and f"Orientation: {event.orientation}",
            sizes and f"Size {sizes} mm",
            event.witness and f"Witness: {event.witness}",
            event.explanation,
            *(f"Photograph {one.shows or 'without words'}: SHA-256 {one.sha256}" for one in event.photographs),
        ),
    }
    b.put(item, event.at_us, specimen, entity=("item", event.item_id))


def _sealed(b: Building, item: Recorded, event: cu.ItemSealed) -> None:
    container = filled(
        {
            "identifier": [identifier(ours("seal"), event.seal), identifier(ours("bag"), event.bag)],
            "description": event.container,
        }
    )
    _step(b, item, event, f"Sealed in bag {event.bag}, seal {event.seal}", container=[container])


def _line(b: Building, item: Recorded, event: cu.CustodyFact) -> None:
    match event:
        case cu.SealOpened():
            words = f"Seal {event.seal} opened ({'intact' if event.intact else 'not intact'}): {event.reason}"
        case cu.ItemStored():
            words = f"Stored: {event.place} ({event.conditions})"
        case cu.ItemTaken():
            words = f"Taken out: {event.purpose}"
        case cu.HandOverOffered():
            words = f"Given to {event.to} {event.organisation}".rstrip() + f": {event.purpose}"
        case cu.HandOverAccepted():
            words = f"Received by {event.by}; seal {event.seal or 'none'}, {'intact' if event.intact else 'not intact'}"
        case cu.HandOverRefused():
            words = f"Hand-over refused: {event.reason}"
        case cu.BreakNoted():
            words = f"Break in the chain: {event.what}"
        case cu.EntryCorrected():
            words = f"Entry {event.version} corrected, {event.field}: {event.value} ({event.reason})"
        case _:
            words = type(event).__name__
    _step(b, item, event, words)


def _disposed(b: Building, item: Recorded, event: cu.ItemDisposed) -> None:
    _step(b, item, event, f"Disposed of: {event.how}, allowed by {event.authority}", status="unavailable")


def _step(b: Building, item: Recorded, event: cu.CustodyFact, words: str, **changes: object) -> None:
    """What was done with the item as a dated line of its Specimen. Provenance names the event itself."""
    lines = [{"text": text, "time": when(event.at_us)} for text in (f"{words} [{event.by}]", event.explanation) if text]
    b.change(item, "item", event.item_id, lambda one: {"note": noted(one, *lines), **changes})


def _report(b: Building, item: Recorded, at_us: int, item_id: str, code: str, who: str, words: str) -> Resource:
    specimen = b.of("item", item_id)
    return filled(
        {
            "resourceType": "DiagnosticReport",
            "id": b.new_id(item),
            "status": "final",
            "code": concept(coding(ours("report"), code)),
            **b.subject(),
            "effectiveDateTime": when(at_us),
            "issued": when(item.recorded_us),
            "performer": [{"display": who}] if who else [],
            "specimen": [reference("Specimen", specimen.id)] if specimen else [],
            "conclusion": words,
        }
    )


def _measured(b: Building, item: Recorded, event: cu.LaboratoryMeasured) -> None:
    asked = b.of("laboratory", event.request_id)
    made = _report(b, item, event.at_us, event.item_id, "laboratory", event.by, f"{event.method}: {event.result}")
    if asked:
        made["basedOn"] = [reference(asked.kind, asked.id)]
        b.change(item, "laboratory", event.request_id, lambda _: {"status": "completed"})
    b.put(item, event.at_us, made)


def _opinion(b: Building, item: Recorded, event: cu.OpinionStated) -> None:
    who = ", ".join(part for part in (event.by, event.profession, event.organisation) if part)
    words = f"Opinion: {event.text}{f' (rests on: {event.basis})' if event.basis else ''}"
    made = _report(b, item, event.at_us, event.item_id, "opinion", who, words)
    b.put(item, event.at_us, made, entity=("item-opinion", event.opinion_id))


def _withdrawn(b: Building, item: Recorded, event: cu.OpinionWithdrawn) -> None:
    b.change(
        item,
        "item-opinion",
        event.opinion_id,
        lambda one: {"status": "cancelled", "conclusion": f"Withdrawn ({event.reason}). It said: {one['conclusion']}"},
    )


MAPPERS: Mappers = {
    cu.ItemCreated: _created,
    cu.ItemSealed: _sealed,
    cu.SealOpened: _line,
    cu.ItemStored: _line,
    cu.ItemTaken: _line,
    cu.HandOverOffered: _line,
    cu.HandOverAccepted: _line,
    cu.HandOverRefused: _line,
    cu.BreakNoted: _line,
    cu.EntryCorrected: _line,
    cu.ItemDisposed: _disposed,
    cu.LaboratoryMeasured: _measured,
    cu.OpinionStated: _opinion,
    cu.OpinionWithdrawn: _withdrawn,
}
