"""Procedure: what was done. Treatments, resuscitations, operations, the end-of-life act."""

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
from holdfast.record import cpr_events as cpr
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record import surgery_events as su
from holdfast.record.events import Recorded


def procedure(b: Building, item: Recorded, at_us: int, code: Resource, content: Resource) -> Resource:
    """A Procedure on this animal, at one moment unless ``content`` says a period."""
    moment = {} if "performedPeriod" in content else {"performedDateTime": when(at_us)}
    return filled(
        {
            "resourceType": "Procedure",
            "id": b.new_id(item),
            "status": "completed",
            "code": code,
            **b.subject(),
            **moment,
            "recorder": b.person(item.actor),
            **content,
        }
    )


def _given(b: Building, item: Recorded, event: ev.TreatmentGiven) -> None:
    content = {
        "identifier": [identifier(ours("treatment"), event.treatment_id)],
        "category": concept(coding(ours("treatment-category"), event.category)),
        "note": note(event.amount, event.note),
    }
    b.put(item, event.at_us, procedure(b, item, event.at_us, {"text": event.what}, content))


def _act(b: Building, item: Recorded, event: eol.EndOfLifePerformed) -> None:
    order = b.of("order", event.order_id)
    amount = ", ".join(part for part in (event.what, event.amount, event.route) if part)
    content = {
        "basedOn": [reference(order.kind, order.id)] if order else [],
        "performer": [{"actor": {"display": event.by}}] if event.by else [],
        "note": note(amount, event.note),
    }
    code = concept(coding(PROCEDURE, EUTHANASIA, "Euthanasia"), text="Euthanasia")
    b.put(item, event.at_us, procedure(b, item, event.at_us, code, content), entity=("act", event.order_id))


def _act_stopped(b: Building, item: Recorded, event: eol.EndOfLifeStopped) -> None:
    b.change(
        item,
        "act",
        event.order_id,
        lambda _: {"status": "stopped", "statusReason": {"text": event.reason or "stopped"}},
    )


def _cpr_started(b: Building, item: Recorded, event: cpr.CprStarted) -> None:
    doses = f"Doses for {event.weight_kg:g} kg" if event.weight_kg is not None else "Weight not known"
    content = {
        "identifier": [identifier(ours("resuscitation"), event.cpr_id)],
        "status": "in-progress",
        "performedPeriod": {"start": when(event.at_us)},
        "location": {"display": event.location} if event.location else {},
        "note": note(doses),
    }
    code = concept(coding(PROCEDURE, "resuscitation", "Cardiopulmonary resuscitation"), text="Resuscitation")
    b.put(item, event.at_us, procedure(b, item, event.at_us, code, content), entity=("cpr", event.cpr_id))


def _cpr_step(b: Building, item: Recorded, event: cpr.CprStepLogged) -> None:
    amount = f"{event.amount:g} {event.unit}" if event.amount is not None else ""
    words = ", ".join(
        part for part in (event.step.value.replace("_", " "), event.what, amount, event.route, event.note) if part
    )
    line = {
        "text": words,
        "time": when(event.at_us),
        "extension": [{"url": ours("entry"), "valueString": event.entry_id}],
    }

    def change(one: Resource) -> Resource:
        lines = one.get("note", [])
        if any(line["extension"] == other.get("extension") for other in lines):
            return {}  # the same touch, delivered again
        changed: Resource = {"note": [*lines, line]}
        if event.step is cpr.CprStep.STOPPED:
            changed |= {
                "status": "completed",
                "performedPeriod": {**one["performedPeriod"], "end": when(event.at_us)},
            }
            changed["outcome"] = {"text": event.what or "stopped"}
        elif event.step is cpr.CprStep.CIRCULATION:
            changed["outcome"] = {"text": "return of circulation"}
        return changed

    b.change(item, "cpr", event.cpr_id, change)


def _cpr_withdrawn(b: Building, item: Recorded, event: cpr.CprStepWithdrawn) -> None:
    def change(one: Resource) -> Resource:
        lines = [
            line | {"text": f"Taken back ({event.reason}): {line['text']}"}
            if line.get("extension") == [{"url": ours("entry"), "valueString": event.entry_id}]
            else line
            for line in one.get("note", [])
        ]
        return {"note": lines}

    b.change(item, "cpr", event.cpr_id, change)


def _cpr_fact(b: Building, item: Recorded, event: cpr.CprFactRecorded) -> None:
    words = f"{event.key.replace('_', ' ')}: {event.value}"
    b.change(item, "cpr", event.cpr_id, lambda one: {"note": noted(one, *note(words))})


def _planned(b: Building, item: Recorded, event: su.SurgeryPlanned) -> None:
    content = {
        "status": "preparation",
        "identifier": [identifier(ours("surgery"), event.surgery_id)],
        "performer": [{"actor": {"display": event.surgeon}}] if event.surgeon else [],
        "bodySite": [{"text": event.site}] if event.site else [],
        "note": note(event.risk and f"Risk as said: {event.risk}"),
    }
    made = procedure(b, item, event.at_us, {"text": event.procedure or "Operation"}, content)
    del made["performedDateTime"]
    if earlier := b.of("surgery", event.surgery_id):  # the plan was changed
        kept = ("status", "performedPeriod")
        made |= {"id": earlier.id} | {name: earlier.resource[name] for name in kept if name in earlier.resource}
    b.put(item, event.at_us, made, entity=("surgery", event.surgery_id))


def _surgery_line(
    b: Building,
    item: Recorded,
    event: su.AsaStatusSet | su.SurgeryItemAnswered | su.SurgeryStepped | su.AnaesthesiaNoted,
) -> None:
    match event:
        case su.AsaStatusSet():
            words = f"ASA {event.status}{'E' if event.emergency else ''}"
        case su.SurgeryItemAnswered():
            words = f"{event.item.replace('_', ' ')}: {event.answer}{f' ({event.reason})' if event.reason else ''}"
        case su.SurgeryStepped():
            words = f"{event.step.replace('_', ' ')} closed{f' ({event.reason})' if event.reason else ''}"
        case su.AnaesthesiaNoted():
            words = event.what
    line = {"text": words, "time": when(event.at_us)}
    b.change(item, "surgery", event.surgery_id, lambda one: {"note": noted(one, line)} if words else {})


def _began(b: Building, item: Recorded, event: su.AnaesthesiaBegan) -> None:
    at = {"status": "in-progress", "performedPeriod": {"start": when(event.at_us)}}
    words = note(event.anaesthetist and f"Anaesthetist: {event.anaesthetist}")
    b.change(item, "surgery", event.surgery_id, lambda one: at | {"note": noted(one, *words)})


def _ended(b: Building, item: Recorded, event: su.AnaesthesiaEnded) -> None:
    def change(one: Resource) -> Resource:
        period = one.get("performedPeriod", {"start": when(event.at_us)})
        return {"status": "completed", "performedPeriod": {**period, "end": when(event.at_us)}}

    b.change(item, "surgery", event.surgery_id, change)


MAPPERS: Mappers = {
    ev.TreatmentGiven: _given,
    eol.EndOfLifePerformed: _act,
    eol.EndOfLifeStopped: _act_stopped,
    cpr.CprStarted: _cpr_started,
    cpr.CprStepLogged: _cpr_step,
    cpr.CprStepWithdrawn: _cpr_withdrawn,
    cpr.CprFactRecorded: _cpr_fact,
    su.SurgeryPlanned: _planned,
    su.AsaStatusSet: _surgery_line,
    su.SurgeryItemAnswered: _surgery_line,
    su.SurgeryStepped: _surgery_line,
    su.AnaesthesiaNoted: _surgery_line,
    su.AnaesthesiaBegan: _began,
    su.AnaesthesiaEnded: _ended,
}
