"""AuditEvent: who read or wrote over this interface, and what an investigator read under a grant."""

from collections.abc import Callable

from holdfast.gateways.fhir.basics import (
    DICOM,
    Resource,
    coding,
    concept,
    filled,
    identifier,
    ours,
    reference,
    terms,
    when,
)
from holdfast.gateways.fhir.building import Made
from holdfast.record.events import Recorded
from holdfast.record.evidence_events import RecordRead
from holdfast.record.exchange_events import ExchangeRead, ExchangeRefused

_ACTION = {"read": "R", "search": "R", "everything": "R", "export": "R", "create": "C"}
_REST = "http://hl7.org/fhir/restful-interaction"
_REST_CODE = {"read": "read", "search": "search-type", "everything": "operation", "create": "create"}


def audit(item: Recorded, name_of: Callable[[str], str]) -> Made | None:
    """The AuditEvent of a recorded read or refusal; None for any other event."""
    event = item.event
    by = event.by if isinstance(event, ExchangeRead | ExchangeRefused) else item.actor
    who = {"identifier": identifier(ours("account"), by), "display": name_of(by)}
    match event:
        case ExchangeRead():
            subtype = [coding(_REST, code)] if (code := _REST_CODE.get(event.interaction)) else []
            what = [event.what] if event.what else []
            made = _audit(
                item,
                who,
                _ACTION.get(event.interaction, "E"),
                "0",
                subtype,
                event.cases,
                " ".join([*what, event.query]),
            )
        case ExchangeRefused():
            made = _audit(item, who, "C", "4", [coding(_REST, "create")], (), f"{event.what}: {event.why}")
        case RecordRead():
            cases = (event.case_id,) if event.case_id else ()
            made = _audit(item, who, "R", "0", [], cases, f"{event.page} {event.query}".strip())
        case _:
            return None
    return Made(made, 1, item.recorded_us, event.at_us)


def _audit(
    item: Recorded,
    who: Resource,
    action: str,
    outcome: str,
    subtype: list[Resource],
    cases: tuple[str, ...],
    words: str,
) -> Resource:
    entities = [
        {
            "what": reference("Patient", case),
            "type": coding(terms("audit-entity-type"), "1", "Person"),
            "role": coding(terms("object-role"), "1", "Patient"),
        }
        for case in cases
    ]
    asked = {
        "type": coding(terms("audit-entity-type"), "2", "System Object"),
        "description": words.strip() or "nothing named",
    }
    return filled(
        {
            "resourceType": "AuditEvent",
            "id": f"{item.stream}.{item.version}",
            "meta": {"versionId": "1", "lastUpdated": when(item.recorded_us)},
            "type": coding(terms("audit-event-type"), "rest", "RESTful Operation"),
            "subtype": subtype,
            "action": action,
            "recorded": when(item.recorded_us),
            "outcome": outcome,
            "agent": [
                {
                    "who": who,
                    "requestor": True,
                    "type": concept(coding(DICOM, "110153", "Source Role ID")),
                }
            ],
            "source": {"observer": reference("Device", "holdfast", "Holdfast")},
            "entity": [*entities, asked],
        }
    )
