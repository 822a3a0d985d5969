"""Provenance: one for every event of a case, with who, when, its place in the chain and what it made or changed."""

from holdfast.gateways.fhir.basics import (
    Resource,
    binary,
    coding,
    concept,
    extension,
    filled,
    ours,
    reference,
    terms,
    when,
)
from holdfast.gateways.fhir.building import Building, Made
from holdfast.record.events import Recorded, kind_of

ENVELOPE = ours("envelope")
"""Extension: everything of an event that its hash is over, but its bytes; and its number in the whole record."""
EVENT_TYPE = "application/vnd.holdfast.event+json"


def provenance(b: Building, item: Recorded) -> Made:
    """The Provenance of one event. Its own bytes are added only where a case leaves as a whole (``with_original``)."""
    kind = kind_of(item.event)
    targets = [reference(*key) for key in b.touched.get(item.version, [])] or [reference("Encounter", b.case_id)]
    resource = {
        "resourceType": "Provenance",
        "id": b.new_id(item),
        "meta": {"versionId": str(item.version), "lastUpdated": when(item.recorded_us)},
        "extension": [envelope(item)],
        "target": targets,
        "occurredDateTime": when(item.event.at_us),
        "recorded": when(item.recorded_us),
        "activity": concept(coding(ours("event"), kind)),
        "agent": [
            {"type": concept(coding(terms("provenance-participant-type"), "author")), "who": b.person(item.actor)}
        ],
    }
    return Made(filled(resource), item.version, item.recorded_us, item.event.at_us)


def envelope(item: Recorded) -> Resource:
    """Numbers as strings: FHIR's integers end at 32 bits, and microseconds do not."""
    return extension(
        ENVELOPE,
        extension=[
            extension("stream", valueString=item.stream),
            extension("seq", valueString=str(item.seq)),
            extension("version", valueString=str(item.version)),
            extension("recordedUs", valueString=str(item.recorded_us)),
            extension("actor", valueString=item.actor),
            extension("commandId", valueString=item.command_id),
            extension("prev", valueString=item.prev.hex()),
            extension("hash", valueString=item.hash.hex()),
        ],
    )


def with_original(made: Made, item: Recorded) -> Resource:
    """The same with the event's own bytes inside, bound by the hash of the envelope."""
    return {
        **made.resource,
        "contained": [binary("event", EVENT_TYPE, item.body)],
        "entity": [{"role": "source", "what": {"reference": "#event"}}],
    }
