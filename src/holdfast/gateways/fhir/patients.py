"""Patient and Encounter: the animal, and its stay. A case is one stay, so each case has one of both under its id."""

from datetime import timedelta

from holdfast.gateways.fhir.basics import (
    Resource,
    coding,
    concept,
    extension,
    filled,
    identifier,
    ours,
    quantity,
    reference,
    terms,
    when,
)
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.gateways.fhir.observations import observation
from holdfast.kernel.time import to_datetime
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record.events import Recorded

ANIMAL = "http://hl7.org/fhir/StructureDefinition/patient-animal"
SPECIES = "http://hl7.org/fhir/animal-species"
GENDER_STATUS = "http://hl7.org/fhir/animal-genderstatus"
MICROCHIP = ours("microchip")
"""Naming system of transponder numbers (ISO 11784)."""
CASE = ours("case")

_SPECIES_CODES = {"dog": coding(SPECIES, "canislf", "Dog")}
_DAYS_PER_MONTH = 30.44


def _admitted(b: Building, item: Recorded, event: ev.PatientAdmitted) -> None:
    b.training = event.training
    case = b.case_id
    sex, _, neutered = event.sex.partition("_")
    species = _SPECIES_CODES.get(event.species)
    animal = [
        extension(
            "species", valueCodeableConcept=concept(*([species] if species else []), text=event.species or "unknown")
        )
    ]
    if event.breed:
        own = b.around.codings.get(f"breed:{event.breed.casefold()}", ())
        animal.append(extension("breed", valueCodeableConcept=concept(*own, text=event.breed)))
    if sex != "unknown":
        status = "neutered" if neutered else "intact"
        animal.append(extension("genderStatus", valueCodeableConcept=concept(coding(GENDER_STATUS, status))))
    patient: Resource = {
        "resourceType": "Patient",
        "id": case,
        "extension": [extension(ANIMAL, extension=animal)],
        "identifier": _identifiers(case, event.microchip),
        "active": True,
        "name": [{"use": "usual", "text": event.name, "given": [event.name]}],
        "gender": sex,
        "birthDate": _born(event),
        "contact": [
            {"relationship": [{"text": role}], "name": {"text": name}}
            for role, name in (("owner", event.owner), ("handler", event.handler))
            if name
        ],
    }
    b.put(item, event.at_us, patient, entity=("patient", ""))
    tags = ["working dog"] if event.working_dog else []
    encounter: Resource = {
        "resourceType": "Encounter",
        "id": case,
        "identifier": [identifier(CASE, case)],
        "status": "in-progress",
        "class": coding(terms("v3-ActCode"), "EMER", "emergency"),
        "type": [{"text": tag} for tag in tags],
        "subject": reference("Patient", case, event.name),
        "period": {"start": when(event.at_us)},
        "reasonCode": [{"text": event.complaint}] if event.complaint else [],
    }
    b.put(item, event.at_us, encounter, entity=("encounter", ""))
    if event.weight_kg is not None:
        _weight(b, item, event.at_us, event.weight_kg, "-weight")


def _identifiers(case_id: str, microchip: str) -> list[Resource]:
    chip = [identifier(MICROCHIP, microchip, "Microchip")] if microchip else []
    return [identifier(CASE, case_id), *chip]


def _born(event: ev.PatientAdmitted) -> str:
    """Year and month by the age in months at admission; FHIR has no age for a patient."""
    if event.age_months is None:
        return ""
    born = to_datetime(event.at_us) - timedelta(days=event.age_months * _DAYS_PER_MONTH)
    return f"{born.year:04}-{born.month:02}"


def _corrected(b: Building, item: Recorded, event: ev.PatientCorrected) -> None:
    def patient(one: Resource) -> Resource:
        match event.field:
            case "name":
                return {"name": [{"use": "usual", "text": event.value, "given": [event.value]}]}
            case "microchip":
                return {"identifier": _identifiers(b.case_id, event.value)}
            case "owner" | "handler":
                others = [c for c in one.get("contact", []) if c["relationship"] != [{"text": event.field}]]
                named = {"relationship": [{"text": event.field}], "name": {"text": event.value}}
                return {"contact": [*others, *([named] if event.value else [])]}
            case "breed":
                (animal,) = one["extension"]
                rest = [part for part in animal["extension"] if part["url"] != "breed"]
                new = [extension("breed", valueCodeableConcept={"text": event.value})] if event.value else []
                return {"extension": [extension(ANIMAL, extension=[*rest, *new])]}
        return {}

    if event.field == "complaint":
        b.change(item, "encounter", "", lambda _: {"reasonCode": [{"text": event.value}] if event.value else []})
    else:
        b.change(item, "patient", "", patient)


def _weight(b: Building, item: Recorded, at_us: int, weight_kg: float, suffix: str) -> None:
    code = concept(
        coding("http://loinc.org", "29463-7", "Body weight"), coding(ours("measure"), "weight"), text="Weight"
    )
    value = {"valueQuantity": quantity(weight_kg, "kg")}
    b.put(item, at_us, observation(b, item, at_us, code, "vital-signs", value, suffix=suffix))


def _weighed(b: Building, item: Recorded, event: ev.WeightMeasured) -> None:
    _weight(b, item, event.at_us, event.weight_kg, "")


def _bed(b: Building, item: Recorded, event: ev.BedAssigned) -> None:
    def change(one: Resource) -> Resource:
        at = when(event.at_us)
        before = [
            place | {"status": "completed", "period": {**place["period"], "end": at}}
            if place["status"] == "active"
            else place
            for place in one.get("location", [])
        ]
        now = {"location": {"display": event.bed}, "status": "active", "period": {"start": at}}
        return {"location": [*before, *([now] if event.bed else [])]}

    b.change(item, "encounter", "", change)


def _closed(b: Building, item: Recorded, event: ev.CaseClosed) -> None:
    def change(one: Resource) -> Resource:
        at = when(event.at_us)
        places = [
            place | {"status": "completed", "period": {**place["period"], "end": at}}
            if place["status"] == "active"
            else place
            for place in one.get("location", [])
        ]
        return filled(
            {
                "status": "finished",
                "period": {**one["period"], "end": at},
                "hospitalization": {"dischargeDisposition": {"text": event.outcome}},
                "location": places,
            }
        )

    b.change(item, "encounter", "", change)


def _died(b: Building, item: Recorded, event: eol.DeathConfirmed) -> None:
    b.change(item, "patient", "", lambda _: {"deceasedDateTime": when(event.at_us)})


MAPPERS: Mappers = {
    ev.PatientAdmitted: _admitted,
    ev.PatientCorrected: _corrected,
    ev.WeightMeasured: _weighed,
    ev.BedAssigned: _bed,
    ev.CaseClosed: _closed,
    eol.DeathConfirmed: _died,
}
