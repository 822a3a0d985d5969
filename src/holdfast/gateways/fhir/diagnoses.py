"""Condition: what the team was acting on, and the second look at it (DetectedIssue, GuidanceResponse)."""

from typing import Any

from holdfast.gateways.fhir.basics import Resource, coding, concept, filled, ours, reference, terms, when
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.record import events as ev
from holdfast.record.events import Recorded

MODULE = ours("second-look")
_CLINICAL, _VERIFICATION = terms("condition-clinical"), terms("condition-ver-status")
_DETAIL_MAX = 4_000
_SEVERITY = {"does_not_fit": "high", "leaves_open": "moderate"}
"""Of the issue that a second look of this level is."""
_ISSUE = {
    "does_not_fit": "The picture does not fit the working diagnosis",
    "leaves_open": "The working diagnosis leaves findings unexplained",
}


def _diagnosis(b: Building, item: Recorded, event: ev.WorkingDiagnosisSet) -> None:
    b.change(
        item,
        "diagnosis",
        "",
        lambda _: {
            "clinicalStatus": concept(coding(_CLINICAL, "inactive")),
            "verificationStatus": concept(coding(_VERIFICATION, "unconfirmed")),
            "abatementDateTime": when(event.at_us),
        },
    )
    code = b.known("disease", event.disease, event.text) if event.disease else {"text": event.text}
    evidence = [{"code": [b.finding(key)]} for key in event.supported_by]
    condition: Resource = {
        "resourceType": "Condition",
        "id": b.new_id(item),
        "clinicalStatus": concept(coding(_CLINICAL, "active")),
        "verificationStatus": concept(coding(_VERIFICATION, "provisional")),
        "category": [concept(coding(terms("condition-category"), "encounter-diagnosis"), text="Working diagnosis")],
        "code": code,
        **b.subject(),
        "recordedDate": when(event.at_us),
        "recorder": b.person(item.actor),
        "asserter": b.person(item.actor),
        "evidence": evidence,
    }
    b.put(item, event.at_us, condition, entity=("diagnosis", ""))


def _looked(b: Building, item: Recorded, event: ev.SecondLookShown) -> None:
    page = event.page
    verdict = _text(page.get("verdict"), "text")
    order = b.of("order", event.order_id)
    working = b.of("diagnosis", "")
    open_causes = [one for one in _rows(page.get("not_excluded")) if _text(one, "name")]
    tests = [one for one in _rows(page.get("next_tests")) if _text(one, "name")]
    parameters = [
        {"name": "level", "valueCode": _text(page.get("verdict"), "level") or "cannot_say"},
        *({"name": "verdict", "valueString": verdict} for _ in [0] if verdict),
        *({"name": "not-excluded", "valueCodeableConcept": _disease(b, one)} for one in open_causes),
        *({"name": "next-test", "valueString": _text(one, "name")} for one in tests[:3]),
        *({"name": "caveat", "valueString": one} for one in page.get("caveats", ()) if isinstance(one, str) and one),
    ]
    response: Resource = {
        "resourceType": "GuidanceResponse",
        "id": b.new_id(item),
        "contained": [{"resourceType": "Parameters", "id": "said", "parameter": parameters}],
        "identifier": [{"system": ours("look"), "value": event.look_id}],
        "moduleUri": f"{MODULE}/{event.knowledge_release}" if event.knowledge_release else MODULE,
        "status": "success",
        **b.subject(),
        "occurrenceDateTime": when(event.at_us),
        "performer": reference("Device", "holdfast", "Holdfast"),
        "reasonReference": [reference(one.kind, one.id) for one in (order, working) if one],
        "outputParameters": {"reference": "#said"},
    }
    b.put(item, event.at_us, response, entity=("look", event.look_id))
    level = _text(page.get("verdict"), "level")
    if level not in _SEVERITY:
        return
    unexplained = [one for one in _rows(page.get("unexplained")) if _text(one, "key")]
    issue: Resource = {
        "resourceType": "DetectedIssue",
        "id": b.new_id(item),
        "identifier": [{"system": ours("look"), "value": event.look_id}],
        "status": "final",
        "code": concept(coding(ours("issue"), level.replace("_", "-"), _ISSUE[level])),
        "severity": _SEVERITY[level],
        "patient": reference("Patient", b.case_id),
        "identifiedDateTime": when(event.at_us),
        "author": reference("Device", "holdfast", "Holdfast"),
        "implicated": [reference(one.kind, one.id) for one in (order, working) if one],
        "evidence": [
            filled({"code": [b.finding(_text(one, "key"))], "detail": _found(b, _text(one, "key"))})
            for one in unexplained
        ],
        "detail": "; ".join([verdict, *(_text(one, "reason") for one in unexplained)])[:_DETAIL_MAX],
    }
    b.put(item, event.at_us, issue, entity=("issue", event.look_id))


def _decided(b: Building, item: Recorded, event: ev.EndOfLifeDecided) -> None:
    """A decision on a look that found a misfit is what was done about it."""
    reason = b.around.knowledge.reasons.get(event.reason)
    words = "; ".join(part for part in (reason.text if reason else event.reason, event.words) if part)
    coded = [coding(ours("override-reason"), event.reason)] if event.reason else []
    action = concept(coding(ours("decision"), event.decision.value), *coded, text=words or event.decision.value)
    done = {"action": action, "date": when(event.at_us), "author": b.person(item.actor)}
    b.change(item, "issue", event.look_id, lambda one: {"mitigation": [*one.get("mitigation", []), done]})


def _disease(b: Building, row: dict[str, Any]) -> Resource:
    return b.known("disease", _text(row, "key"), _text(row, "name"))


def _found(b: Building, key: str) -> list[Resource]:
    """The standing observations of a finding."""
    return [
        reference("Observation", made.id)
        for (kind, _), made in b.made.items()
        if kind == "Observation"
        and made.resource["status"] != "entered-in-error"
        and any(
            one.get("system") == ours("finding") and one["code"] == key
            for one in made.resource["code"].get("coding", ())
        )
    ]


def _rows(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []


def _text(row: Any, name: str) -> str:
    """A text of a page that some release wrote; empty for what is not there."""
    value = row.get(name) if isinstance(row, dict) else None
    return value.strip() if isinstance(value, str) else ""


MAPPERS: Mappers = {
    ev.WorkingDiagnosisSet: _diagnosis,
    ev.SecondLookShown: _looked,
    ev.EndOfLifeDecided: _decided,
}
