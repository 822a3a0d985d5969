"""ServiceRequest: what was asked for. Euthanasia, tests, pictures, treatments, laboratory work on an item."""

from holdfast.gateways.fhir.basics import (
    EUTHANASIA,
    PROCEDURE,
    Resource,
    coding,
    concept,
    filled,
    identifier,
    note,
    noted,
    ours,
    reference,
    when,
)
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.record import custody_events as cu
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record import imaging_events as im
from holdfast.record import treatment_events as tr
from holdfast.record.events import Recorded

_AFTER_DECISION = {ev.Decision.PROCEED: "active", ev.Decision.HOLD: "on-hold"}


def request(b: Building, item: Recorded, at_us: int, code: Resource, content: Resource) -> Resource:
    """A ServiceRequest of this case by whoever recorded it."""
    return filled(
        {
            "resourceType": "ServiceRequest",
            "id": b.new_id(item),
            "status": "active",
            "intent": "order",
            "code": code,
            **b.subject(),
            "authoredOn": when(at_us),
            "requester": b.person(item.actor),
            **content,
        }
    )


def _end_of_life(b: Building, item: Recorded, event: ev.EndOfLifeOrdered) -> None:
    """Draft until somebody decides: the second look stands between the order and the act."""
    content = {
        "identifier": [identifier(ours("order"), event.order_id)],
        "status": "draft",
        "category": [concept(coding(ours("category"), "end-of-life"))],
        "reasonCode": [{"text": event.indication}] if event.indication else [],
        "note": note(event.witness and f"Witness: {event.witness}"),
    }
    code = concept(coding(PROCEDURE, EUTHANASIA, "Euthanasia"), text="Euthanasia")
    b.put(item, event.at_us, request(b, item, event.at_us, code, content), entity=("order", event.order_id))


def _decided(b: Building, item: Recorded, event: ev.EndOfLifeDecided) -> None:
    if status := _AFTER_DECISION.get(event.decision):
        b.change(item, "order", event.order_id, lambda _: {"status": status})


def _comfort(b: Building, item: Recorded, event: ev.ComfortAnswered) -> None:
    words = f"Analgesia: {event.analgesia.replace('_', ' ')}; sedation: {event.sedation.replace('_', ' ')}"
    b.change(item, "order", event.order_id, lambda one: {"note": noted(one, *note(words, event.note))})


def _performed(b: Building, item: Recorded, event: eol.EndOfLifePerformed) -> None:
    b.change(item, "order", event.order_id, lambda _: {"status": "completed"})


def _stopped(b: Building, item: Recorded, event: eol.EndOfLifeStopped) -> None:
    why = "; ".join(part for part in (event.reason, event.words) if part)
    b.change(
        item,
        "order",
        event.order_id,
        lambda one: {"status": "revoked", "note": noted(one, *note(why and f"Stopped: {why}"))},
    )


def _test(b: Building, item: Recorded, event: ev.TestOrdered) -> None:
    known = b.around.knowledge.tests.get(event.test)
    code = b.known("test", event.test, known.name if known else event.test)
    b.put(item, event.at_us, request(b, item, event.at_us, code, {"note": note(event.note)}))


def _pictures(b: Building, item: Recorded, event: im.ImagingOrdered) -> None:
    content: Resource = {
        "identifier": [identifier(ours("accession-number"), event.accession_number, "Accession number")],
        "category": [concept(coding(ours("category"), "imaging"))],
        "note": note(event.note),
    }
    arrived = any(event.accession_number in study.accession_numbers for study in b.around.studies)
    if arrived:
        content["status"] = "completed"
    code = concept(
        coding("http://dicom.nema.org/resources/ontology/DCM", event.modality), text=event.what or event.modality
    )
    b.put(item, event.at_us, request(b, item, event.at_us, code, content), entity=("imaging", event.accession_number))


def _treatment(b: Building, item: Recorded, event: tr.TreatmentOrdered) -> None:
    amount = ", ".join(part for part in (event.amount, event.route) if part)
    period = filled({"start": when(event.first_us), "end": when(event.until_us) if event.until_us else ""})
    timing: Resource = {"occurrencePeriod": period}
    if event.every_min:
        repeat = {"boundsPeriod": period, "frequency": 1, "period": event.every_min, "periodUnit": "min"}
        timing = {"occurrenceTiming": {"repeat": repeat}}
    content = {
        "identifier": [identifier(ours("order"), event.order_id)],
        "status": "draft" if event.waits else "active",
        "category": [concept(coding(ours("category"), "treatment"), text=event.category or event.order_kind.value)],
        "note": note(amount, event.outside_reason, event.weight_reason, event.note),
        **timing,
    }
    code = {"text": event.what}
    b.put(item, event.at_us, request(b, item, event.at_us, code, content), entity=("treatment-order", event.order_id))


def _approved(b: Building, item: Recorded, event: tr.TreatmentOrderApproved | tr.TreatmentOrderSpoken) -> None:
    b.change(item, "treatment-order", event.order_id, lambda _: {"status": "active"})


def _treatment_stopped(b: Building, item: Recorded, event: tr.TreatmentOrderStopped) -> None:
    b.change(
        item,
        "treatment-order",
        event.order_id,
        lambda one: {"status": "revoked", "note": noted(one, *note(f"Stopped: {event.reason}"))},
    )


def _laboratory(b: Building, item: Recorded, event: cu.LaboratoryRequested) -> None:
    specimen = b.of("item", event.item_id)
    content = {
        "identifier": [identifier(ours("laboratory-request"), event.request_id)],
        "category": [concept(coding(ours("category"), "laboratory"))],
        "performer": [{"display": event.laboratory}] if event.laboratory else [],
        "specimen": [reference("Specimen", specimen.id)] if specimen else [],
        "note": note(event.explanation),
    }
    code = {"text": event.question or "Laboratory work"}
    b.put(item, event.at_us, request(b, item, event.at_us, code, content), entity=("laboratory", event.request_id))


MAPPERS: Mappers = {
    ev.EndOfLifeOrdered: _end_of_life,
    ev.EndOfLifeDecided: _decided,
    ev.ComfortAnswered: _comfort,
    ev.TestOrdered: _test,
    eol.EndOfLifePerformed: _performed,
    eol.EndOfLifeStopped: _stopped,
    im.ImagingOrdered: _pictures,
    tr.TreatmentOrdered: _treatment,
    tr.TreatmentOrderApproved: _approved,
    tr.TreatmentOrderSpoken: _approved,
    tr.TreatmentOrderStopped: _treatment_stopped,
    cu.LaboratoryRequested: _laboratory,
}
