"""What a person does with a case: admit, examine, treat, name what they are acting on."""

import math

import msgspec

from holdfast.kernel.errors import OperatorError
from holdfast.record import events as ev
from holdfast.record.case_state import CaseState
from holdfast.usecases.beds import require_bed
from holdfast.usecases.context import Context, clean_text, not_after_now, record, record_checked, repeated
from holdfast.usecases.ports import Receipt

WEIGHT_KG_MIN = 0.2
"""A newborn toy puppy weighs about as much; below it a typing error is far likelier."""
WEIGHT_KG_MAX = 120.0
"""The heaviest giant breeds stay below it."""
AGE_MONTHS_MAX = 30 * 12
"""Older than any dog on record."""

SEXES = ("female", "female_neutered", "male", "male_neutered", "unknown")
TREATMENTS = (
    "oxygen",
    "fluid",
    "analgesic",
    "sedative",
    "vasopressor",
    "antibiotic",
    "antidote",
    "transfusion",
    "other",
)


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at the door. Only a name for the animal is indispensable."""

    name: str
    species: str = "dog"
    breed: str = ""
    sex: str = "unknown"
    weight_kg: float | None = None
    age_months: int | None = None
    microchip: str = ""
    owner: str = ""
    handler: str = ""
    working_dog: bool = False
    complaint: str = ""
    training: bool = False
    bed: str = ""


def admit(ctx: Context, *, actor: str, admission: Admission, command_id: str = "", at_us: int | None = None) -> str:
    """Open a case and return its id. A bed may hold one open case at a time."""
    at_us = ctx.clock.now_us() if at_us is None else at_us
    name = clean_text(admission.name, "The animal's name")
    if not name:
        raise OperatorError("The animal has no name.", "Write a name, or how it is called here (e.g. 'stray, brown').")
    if admission.sex not in SEXES:
        raise OperatorError(f"{admission.sex!r} is not a sex we record.", f"Choose one of {', '.join(SEXES)}.")
    if admission.weight_kg is not None:
        check_weight(admission.weight_kg)
    if admission.age_months is not None and not 0 <= admission.age_months <= AGE_MONTHS_MAX:
        raise OperatorError(f"An age of {admission.age_months} months is not a dog's.", "Correct it or leave it empty.")
    case_id = ctx.ids.new_id()
    admitted = ev.PatientAdmitted(
        at_us=at_us,
        name=name,
        species=clean_text(admission.species, "The species"),
        breed=clean_text(admission.breed, "The breed"),
        sex=admission.sex,
        weight_kg=admission.weight_kg,
        age_months=admission.age_months,
        microchip=clean_text(admission.microchip, "The microchip number"),
        owner=clean_text(admission.owner, "The owner"),
        handler=clean_text(admission.handler, "The handler"),
        working_dog=admission.working_dog,
        complaint=clean_text(admission.complaint, "The complaint"),
        training=admission.training,
    )
    opening: list[ev.AnyEvent] = [admitted]
    if admission.bed:
        opening.append(ev.BedAssigned(at_us=at_us, bed=admission.bed))

    def build() -> list[ev.AnyEvent]:
        if admission.bed:
            require_free_bed(ctx, admission.bed)
        return opening

    receipt = record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)
    return receipt.recorded[0].stream.removeprefix(ev.case_stream(""))


def check_weight(weight_kg: float) -> None:
    """Raise unless the weight can be a dog's."""
    if not math.isfinite(weight_kg) or not WEIGHT_KG_MIN <= weight_kg <= WEIGHT_KG_MAX:
        raise OperatorError(
            f"A weight of {weight_kg:g} kg cannot be right.",
            f"Enter kilograms between {WEIGHT_KG_MIN:g} and {WEIGHT_KG_MAX:g}, or leave it empty until weighed.",
        )


def require_free_bed(ctx: Context, bed: str, for_case: str = "") -> None:
    """Raise unless the bed exists and no other open case lies on it."""
    require_bed(ctx, bed)
    occupant = ctx.book.case_on_bed(bed)
    if occupant is not None and occupant.case_id != for_case:
        raise OperatorError(
            f"{occupant.name} lies on {bed}.", "Move or discharge that case first, so that no monitor feeds two dogs."
        )


def assign_bed(ctx: Context, *, actor: str, case_id: str, bed: str, command_id: str = "") -> Receipt:
    """Move a case to a bed; an empty name takes it off its bed."""

    def build() -> list[ev.AnyEvent]:
        _open_case(ctx, case_id)
        if bed:
            require_free_bed(ctx, bed, for_case=case_id)
        return [ev.BedAssigned(at_us=ctx.clock.now_us(), bed=bed)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def measure_weight(
    ctx: Context, *, actor: str, case_id: str, weight_kg: float, at_us: int | None = None, command_id: str = ""
) -> Receipt:
    _open_case(ctx, case_id, command_id)
    check_weight(weight_kg)
    event = ev.WeightMeasured(at_us=not_after_now(ctx, at_us), weight_kg=weight_kg)
    return _on_case(ctx, actor, case_id, event, command_id)


def correct_patient(
    ctx: Context, *, actor: str, case_id: str, field: str, value: str, reason: str, command_id: str = ""
) -> Receipt:
    """Correct a text field of the admission; the first entry stays on record."""
    _open_case(ctx, case_id, command_id)
    correctable = ("name", "breed", "microchip", "owner", "handler", "complaint")
    if field not in correctable:
        raise OperatorError(f"{field!r} cannot be corrected here.", f"Correctable: {', '.join(correctable)}.")
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("A correction needs a reason.", "Say in a few words why it changes.")
    event = ev.PatientCorrected(
        at_us=ctx.clock.now_us(), field=field, value=clean_text(value, "The value"), reason=reason
    )
    return _on_case(ctx, actor, case_id, event, command_id)


def close_case(ctx: Context, *, actor: str, case_id: str, outcome: str, command_id: str = "") -> Receipt:
    if not (outcome := clean_text(outcome, "The outcome")):
        raise OperatorError("A case is closed with an outcome.", "For example 'home', 'transferred', 'died'.")

    def build() -> list[ev.AnyEvent]:
        _open_case(ctx, case_id)
        return [ev.CaseClosed(at_us=ctx.clock.now_us(), outcome=outcome)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def record_finding(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    key: str,
    presence: ev.Presence,
    value: float | None = None,
    unit: str = "",
    region: str = "",
    note: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Record a finding, present or absent. A key that we do not know is kept as the team's own words."""
    _open_case(ctx, case_id, command_id)
    key = clean_text(key, "The finding")
    if not key:
        raise OperatorError("No finding was named.", "Choose one or write it in your own words.")
    if value is not None and not math.isfinite(value):
        raise OperatorError(f"{value} is not a value.", "Enter a number.")
    known = ctx.knowledge.findings.get(ctx.knowledge.aliases.get(key, key))
    event = ev.FindingRecorded(
        at_us=not_after_now(ctx, at_us),
        finding_id=ctx.ids.new_id(),
        key=known.key if known else key,
        presence=presence,
        stage=ev.Stage(known.stage) if known else ev.Stage.PRESENTING,
        value=value,
        unit=unit,
        region=region,
        note=clean_text(note, "The note"),
    )
    return _on_case(ctx, actor, case_id, event, command_id)


def retract_finding(
    ctx: Context, *, actor: str, case_id: str, finding_id: str, reason: str, command_id: str = ""
) -> Receipt:
    """Take a finding back, with a reason; both stay on the timeline."""
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Taking a finding back needs a reason.", "Say in a few words why.")

    def build() -> list[ev.AnyEvent]:
        case = _open_case(ctx, case_id)
        if not any(entry.finding_id == finding_id and not entry.retracted for entry in case.findings):
            raise OperatorError("That finding is not standing on this case.", "Reload the page to see what is.")
        return [ev.FindingRetracted(at_us=ctx.clock.now_us(), finding_id=finding_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def record_touch(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    side: str,
    region: str,
    strength: ev.Strength,
    response: ev.TouchResponse,
    note: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """One press on the body chart. ``at_us`` is the moment of the press, not of the saving."""
    _open_case(ctx, case_id, command_id)
    place = ctx.knowledge.regions.get(region)
    if place is None:
        raise OperatorError(f"The body chart has no region {region!r}.", "Press on the chart to choose one.")
    if side not in place.sides:
        raise OperatorError(f"{place.name} has no side {side!r}.", f"Sides: {', '.join(place.sides)}.")
    event = ev.TouchRecorded(
        at_us=not_after_now(ctx, at_us),
        touch_id=ctx.ids.new_id(),
        side=side,
        region=region,
        strength=strength,
        response=response,
        note=clean_text(note, "The note"),
    )
    return _on_case(ctx, actor, case_id, event, command_id)


def give_treatment(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    category: str,
    what: str,
    amount: str = "",
    note: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Record what was given, in the words of the one who gave it."""
    _open_case(ctx, case_id, command_id)
    if category not in TREATMENTS:
        raise OperatorError(f"{category!r} is not a kind of treatment.", f"Choose one of {', '.join(TREATMENTS)}.")
    if not (what := clean_text(what, "The treatment")):
        raise OperatorError("The treatment has no name.", "Write what was given.")
    event = ev.TreatmentGiven(
        at_us=not_after_now(ctx, at_us),
        treatment_id=ctx.ids.new_id(),
        category=category,
        what=what,
        amount=clean_text(amount, "The amount"),
        note=clean_text(note, "The note"),
    )
    return _on_case(ctx, actor, case_id, event, command_id)


def set_working_diagnosis(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    diagnosis: str,
    supported_by: tuple[str, ...] = (),
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Say what the team is acting on: a disease we know by key or name, or free text."""
    _open_case(ctx, case_id, command_id)
    text = clean_text(diagnosis, "The working diagnosis")
    if not text:
        raise OperatorError("The working diagnosis is empty.", "Choose one or write it in your own words.")
    disease = disease_key(ctx, text)
    name = ctx.knowledge.diseases[disease].name if disease else text
    event = ev.WorkingDiagnosisSet(
        at_us=not_after_now(ctx, at_us), disease=disease, text=name, supported_by=supported_by
    )
    return _on_case(ctx, actor, case_id, event, command_id)


def disease_key(ctx: Context, text: str) -> str:
    """Key of the disease meant by a key, a name or an unambiguous alias; empty when we know none."""
    diseases = ctx.knowledge.diseases
    if text in diseases:
        return text
    folded = text.casefold()
    for disease in diseases.values():
        if folded in (disease.name.casefold(), *(s.casefold() for s in disease.synonyms)):
            return disease.key
    candidates = ctx.knowledge.disease_aliases.get(folded.replace(" ", "_"), ())
    return candidates[0] if len(candidates) == 1 else ""


def order_test(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    test: str,
    note: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    _open_case(ctx, case_id, command_id)
    if test not in ctx.knowledge.tests:
        raise OperatorError(f"We know no test {test!r}.", "Choose one from the list, or write a note instead.")
    event = ev.TestOrdered(at_us=not_after_now(ctx, at_us), test=test, note=clean_text(note, "The note"))
    return _on_case(ctx, actor, case_id, event, command_id)


def write_note(
    ctx: Context, *, actor: str, case_id: str, text: str, at_us: int | None = None, command_id: str = ""
) -> Receipt:
    _open_case(ctx, case_id, command_id)
    if not (text := clean_text(text, "The note")):
        raise OperatorError("The note is empty.", "Write something first.")
    return _on_case(ctx, actor, case_id, ev.NoteWritten(at_us=not_after_now(ctx, at_us), text=text), command_id)


def _open_case(ctx: Context, case_id: str, command_id: str = "") -> CaseState:
    """The case; refuses a closed one.

    A fact (a finding, a touch, a note) is asked this once and then written as it is: when the case
    is closed in the same instant the fact is no less true, and losing it would be the greater harm.
    """
    case = ctx.book.case(case_id)
    if case.closed and not repeated(ctx, command_id):
        raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
    return case


def _on_case(ctx: Context, actor: str, case_id: str, event: ev.CaseEvent, command_id: str) -> Receipt:
    assert isinstance(event, ev.ANY_CASE_EVENT)
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)
