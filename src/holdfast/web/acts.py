"""Everything that can be done to a case from a page or through the API: one table, two doors.

A form and a JSON body with the same content are the same act. Each act names the fields it takes
(a msgspec struct), what it calls, and where a form leads afterwards.

Entries are facts and are only ever added, so two people who write at once lose nothing. The
sender's ``command_id`` is bound to the content that came with it: sending the same entry again
writes nothing twice, and a changed entry sent under the old id is not mistaken for the old one.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.errors import OperatorError
from holdfast.record.events import Decision
from holdfast.usecases import cases, second_look, studies
from holdfast.usecases.ports import Receipt
from holdfast.web.entries import (
    AdmissionEntry,
    BedEntry,
    ClosingEntry,
    ComfortEntry,
    CorrectionEntry,
    DecisionEntry,
    DiagnosisEntry,
    Entry,
    FindingEntry,
    ImagingEntry,
    NoteEntry,
    OrderEntry,
    RetractionEntry,
    TestEntry,
    TouchEntry,
    TreatmentEntry,
    WeightEntry,
)
from holdfast.web.gate import Call
from holdfast.web.measured import unit_of

_COMMAND_ID_MAX = 80


@dataclass(frozen=True)
class Outcome:
    """What an act came to: where a form goes next, and what the API tells."""

    location: str
    told: dict[str, Any]


@dataclass(frozen=True)
class Act:
    """``run(call, case_id, entry, command_id)`` does it; ``entry`` is an instance of ``shape``."""

    name: str
    """In the route's name, and its path below the case unless ``path`` says otherwise."""
    shape: type[Entry]
    run: Callable[[Call, str, Any, str], Outcome]
    path: str = ""


def from_form(call: Call, shape: type[Entry]) -> Entry:
    """The posted fields as an entry. Empty fields take their default; fields it does not know are the form's own."""
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        values = tuple(value for value in call.lists.get(field.name, ()) if value.strip())
        if values:
            given[field.name] = values if field.type == tuple[str, ...] else values[-1]
    try:
        return typed.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise OperatorError(_in_words(str(error)), "Correct that field and send it again.") from None


def _in_words(error: str) -> str:
    _, _, path = error.partition("`$.")
    field = path.rstrip("`").replace("_", " ")
    if field:
        return f"What stands in '{field}' cannot be read."
    missing = error.rpartition("required field `")[2].rstrip("`").replace("_", " ")
    return f"Nothing was chosen for '{missing}'." if "required field" in error else "The entry cannot be read."


def command_of(entry: Entry) -> str:
    """The idempotency key: the sender's id and the content it came with. Empty when none was sent."""
    if not entry.command_id:
        return ""
    if len(entry.command_id) > _COMMAND_ID_MAX:
        raise OperatorError("The command id is too long.", f"Use at most {_COMMAND_ID_MAX} characters.")
    content = msgspec.json.encode(entry, order="sorted")
    return f"{entry.command_id}.{hashlib.sha256(content).hexdigest()[:12]}"


def recorded(receipt: Receipt, location: str) -> Outcome:
    """What was written, and where a form goes next."""
    told = {
        "duplicate": receipt.duplicate,
        "recorded": [{"seq": item.seq, "event": msgspec.to_builtins(item.event)} for item in receipt.recorded],
    }
    return Outcome(location, told)


def passed_on(use: Callable[..., Receipt], after: str, *parts: str) -> Callable[[Call, str, Any, str], Outcome]:
    """An act whose entry has the names that ``use`` takes; ``after``: where a form leads, with the case for {}.

    ``parts`` of the path are handed over as well, and ``after`` may name them.
    """

    def run(call: Call, case_id: str, entry: Entry, command_id: str) -> Outcome:
        named = {part: call.part(part) for part in parts}
        given = msgspec.structs.asdict(entry) | {"command_id": command_id} | named
        return recorded(use(call.ctx, actor=call.actor, case_id=case_id, **given), after.format(case_id, **named))

    return run


def _admit(call: Call, _: str, entry: AdmissionEntry, command_id: str) -> Outcome:
    admission = cases.Admission(
        name=entry.name,
        species=entry.species,
        breed=entry.breed,
        sex=entry.sex,
        weight_kg=entry.weight_kg,
        age_months=None if entry.age_years is None else round(entry.age_years * 12),
        microchip=entry.microchip,
        owner=entry.owner,
        handler=entry.handler,
        working_dog=entry.working_dog,
        complaint=entry.complaint,
        training=entry.training,
        bed=entry.bed,
    )
    case_id = cases.admit(call.ctx, actor=call.actor, admission=admission, command_id=command_id)
    return Outcome(f"/cases/{case_id}", {"case_id": case_id})


def _finding(call: Call, case_id: str, entry: FindingEntry, command_id: str) -> Outcome:
    key = _key_of_finding(call, entry.key)
    receipt = cases.record_finding(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        key=key,
        presence=entry.presence,
        value=entry.value,
        unit=entry.unit or ("" if entry.value is None else unit_of(call.ctx.knowledge, key)),
        region=entry.region,
        note=entry.note,
        at_us=entry.at_us,
        command_id=command_id,
    )
    return recorded(receipt, f"/cases/{case_id}#findings")


def _key_of_finding(call: Call, text: str) -> str:
    """The search field offers names; a name that is exactly one of ours means its key."""
    folded = text.strip().casefold()
    named = (finding.key for finding in call.ctx.knowledge.findings.values() if finding.name.casefold() == folded)
    return next(named, text)


def _retraction(call: Call, case_id: str, entry: RetractionEntry, command_id: str) -> Outcome:
    standing = [
        found.finding_id
        for found in call.ctx.book.case(case_id).findings
        if entry.key and found.key == entry.key and not found.region and not found.retracted
    ]
    told: list[Any] = []
    for finding_id in standing or [entry.finding_id]:
        receipt = cases.retract_finding(
            call.ctx,
            actor=call.actor,
            case_id=case_id,
            finding_id=finding_id,
            reason=entry.reason,
            command_id=f"{command_id}.{finding_id}" if command_id else "",
        )
        told += recorded(receipt, "").told["recorded"]
    return Outcome(f"/cases/{case_id}#findings", {"recorded": told})


def _touch(call: Call, case_id: str, entry: TouchEntry, command_id: str) -> Outcome:
    side, _, region = entry.place.partition(":") if entry.place else (entry.side, "", entry.region)
    receipt = cases.record_touch(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        side=side,
        region=region,
        strength=entry.strength,
        response=entry.response,
        note=entry.note,
        at_us=entry.at_us,
        command_id=command_id,
    )
    return recorded(receipt, f"/cases/{case_id}#chart")


def _diagnosis(call: Call, case_id: str, entry: DiagnosisEntry, command_id: str) -> Outcome:
    before = len(call.ctx.book.case(case_id).diagnoses)
    receipt = cases.set_working_diagnosis(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        diagnosis=entry.diagnosis,
        supported_by=entry.supported_by,
        command_id=command_id,
    )
    overtaken = entry.diagnoses_seen is not None and before > entry.diagnoses_seen and not receipt.duplicate
    outcome = recorded(receipt, f"/cases/{case_id}{f'?overtook={before}' if overtaken else ''}#diagnosis")
    return Outcome(outcome.location, {**outcome.told, "set_in_between": overtaken})


def _order(call: Call, case_id: str, entry: OrderEntry, command_id: str) -> Outcome:
    order_id = second_look.order(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        indication=entry.indication,
        consent_by=entry.consent_by,
        relation=entry.relation,
        consent_how=entry.consent_how,
        witness=entry.witness,
        command_id=command_id,
    )
    return Outcome(f"/cases/{case_id}/second-look", {"order_id": order_id})


def _comfort(call: Call, case_id: str, entry: ComfortEntry, command_id: str) -> Outcome:
    second_look.answer_comfort(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        order_id=entry.order_id,
        analgesia=entry.analgesia,
        sedation=entry.sedation,
        note=entry.note,
        command_id=command_id,
    )
    return Outcome(f"/cases/{case_id}/second-look", {"order_id": entry.order_id})


def _decision(call: Call, case_id: str, entry: DecisionEntry, command_id: str) -> Outcome:
    second_look.decide(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        order_id=entry.order_id,
        look_id=entry.look_id,
        decision=entry.decision,
        reason=entry.reason,
        words=entry.words,
        command_id=command_id,
    )
    after = {
        Decision.CALL_COLLEAGUE: f"/cases/{case_id}/second-look",
        Decision.PROCEED: f"/cases/{case_id}/end-of-life",
        Decision.HOLD: f"/cases/{case_id}#end-of-life",
    }
    return Outcome(after[entry.decision], {"order_id": entry.order_id, "decision": str(entry.decision)})


ADMIT = Act("admit", AdmissionEntry, _admit)

ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("findings", FindingEntry, _finding),
        Act("retractions", RetractionEntry, _retraction),
        Act("touches", TouchEntry, _touch),
        Act("treatments", TreatmentEntry, passed_on(cases.give_treatment, "/cases/{}#treatments")),
        Act("diagnosis", DiagnosisEntry, _diagnosis),
        Act("tests", TestEntry, passed_on(cases.order_test, "/cases/{}#tests")),
        Act("imaging", ImagingEntry, passed_on(studies.order_imaging, "/cases/{}#pictures")),
        Act("notes", NoteEntry, passed_on(cases.write_note, "/cases/{}#notes")),
        Act("weight", WeightEntry, passed_on(cases.measure_weight, "/cases/{}")),
        Act("bed", BedEntry, passed_on(cases.assign_bed, "/cases/{}")),
        Act("corrections", CorrectionEntry, passed_on(cases.correct_patient, "/cases/{}")),
        Act("close", ClosingEntry, passed_on(cases.close_case, "/cases/{}")),
        Act("order", OrderEntry, _order),
        Act("comfort", ComfortEntry, _comfort),
        Act("decision", DecisionEntry, _decision),
    )
}
