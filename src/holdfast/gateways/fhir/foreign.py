"""A Bundle of another program: an animal is admitted and what can be entered is entered; the rest is refused in words.

Nothing is guessed and nothing is dropped: what was not taken lies in the quarantine, whole, with the reason.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from holdfast.gateways.fhir.basics import Resource, moment_us
from holdfast.gateways.fhir.building import Codings
from holdfast.gateways.fhir.creation import Asked, Observed, read_asked, read_observed, unknown
from holdfast.gateways.fhir.patients import ANIMAL, MICROCHIP
from holdfast.gateways.fhir.shapes import checked
from holdfast.gateways.fhir.taking import take
from holdfast.kernel.errors import HoldfastError, SenderError
from holdfast.kernel.time import US_PER_H
from holdfast.knowledge.model import Knowledge
from holdfast.usecases import cases, exchange
from holdfast.usecases.context import Context
from holdfast.usecases.exchange import Asker

_DOG, _CAT = frozenset({"canislf", "dog", "canine"}), frozenset({"felisc", "cat", "feline"})
_HOURS_PER_MONTH = 30.44 * 24

Mapped = cases.Admission | Observed | Asked | str
"""What a resource would become: an admission, an entry, an order, or the words of a working diagnosis."""


def read_resource(content: Any, knowledge: Knowledge, codings: Codings, now_us: int) -> Mapped:
    """What one resource of another program is here. Raises ``ExchangeError`` with the reason for what is not taken."""
    content = checked(content)
    kind = content["resourceType"]
    match kind:
        case "Patient":
            return admission_of(content, now_us)
        case "Observation":
            return read_observed(content, knowledge, codings)
        case "ServiceRequest":
            return read_asked(content, knowledge, codings)
        case "Condition":
            return _diagnosis(content)
    raise unknown(
        f"A {kind} of another program is not taken: nothing here is entered from one.",
        "It stays in the quarantine, where a person can read it.",
        "not-supported",
    )


def admission_of(content: Resource, now_us: int) -> cases.Admission:
    """An animal. A Patient without the extension for animals is a person, and no patient of ours."""
    animal = next((one for one in _list(content, "extension") if one.get("url") == ANIMAL), None)
    if animal is None:
        raise unknown(
            "This Patient does not say that it is an animal.", "Send the extension patient-animal.", "required"
        )
    parts = {one.get("url"): one.get("valueCodeableConcept") or {} for one in _list(animal, "extension")}
    neutered = {one.get("code") for one in _list(parts.get("genderStatus") or {}, "coding")}
    gender = content.get("gender")
    sex = gender if gender in ("female", "male") else "unknown"
    if sex != "unknown" and "neutered" in neutered:
        sex += "_neutered"
    names = _list(content, "name")
    given = " ".join(str(one) for one in (names[0].get("given") or ())) if names else ""
    contacts = [_name(one.get("name")) for one in _list(content, "contact")]
    chip = next(
        (str(one.get("value", "")) for one in _list(content, "identifier") if one.get("system") == MICROCHIP), ""
    )
    return cases.Admission(
        name=str(names[0].get("text") or given) if names else "not named",
        species=_species(parts.get("species") or {}),
        breed=_words(parts.get("breed") or {}),
        sex=sex,
        age_months=_age(content.get("birthDate"), now_us),
        microchip=chip,
        owner=next((one for one in contacts if one), ""),
        complaint="Read from another program's FHIR Bundle",
    )


def _species(concept: Resource) -> str:
    said = {str(one.get("code", "")).casefold() for one in _list(concept, "coding")}
    said |= {str(one.get("display", "")).casefold() for one in _list(concept, "coding")}
    said.add(str(concept.get("text", "")).casefold())
    if said & _DOG:
        return "dog"
    if said & _CAT:
        return "cat"
    raise unknown(f"The species {_words(concept) or 'that was not named'} is not one we know.", "Dog or cat.", "value")


def _age(born: Any, now_us: int) -> int | None:
    if not isinstance(born, str) or not born:
        return None
    try:
        months = (now_us - moment_us(born)) / (US_PER_H * _HOURS_PER_MONTH)
    except ValueError:
        raise unknown(f"{born!r} is not a date of birth.", "Write for example 2019-04.", "value") from None
    return round(months) if 0 <= months <= cases.AGE_MONTHS_MAX else None


def _diagnosis(content: Resource) -> str:
    status = [str(one.get("code")) for one in _list(content.get("verificationStatus") or {}, "coding")]
    if {"refuted", "entered-in-error"} & set(status):
        raise unknown("A diagnosis that does not stand is not taken.", "Send what is acted on.", "value")
    words = _words(content.get("code") or {})
    if not words:
        raise unknown("The Condition does not say what it is.", "Send its name.", "required")
    return words


def _words(concept: Resource) -> str:
    coded = next((str(one.get("display") or one.get("code") or "") for one in _list(concept, "coding")), "")
    return str(concept.get("text") or coded)


def _name(name: Any) -> str:
    if not isinstance(name, dict):
        return ""
    given = " ".join(str(one) for one in name.get("given") or ())
    return str(name.get("text") or f"{given} {name.get('family', '')}".strip())


def _list(content: Any, name: str) -> list[Resource]:
    found = content.get(name, []) if isinstance(content, dict) else []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def take_foreign(ctx: Context, codings: Codings, content: Any, raw: bytes, *, training: bool) -> Iterator[str]:
    """Enter what can be entered of a Bundle with one animal, and say of each resource what became of it."""
    entries = [one.get("resource") for one in _list(content, "entry")] if isinstance(content, dict) else []
    resources = entries or [content]
    animals = [one for one in resources if isinstance(one, dict) and one.get("resourceType") == "Patient"]
    asker = Asker("holdfast", "a Bundle that was read in")
    digest = hashlib.sha256(raw).hexdigest()
    if len(animals) != 1:
        exchange.refused(ctx, asker, what="Bundle", why=f"It names {len(animals)} animals.", body=raw, sha256=digest)
        raise SenderError(f"The Bundle names {len(animals)} animals.", "Give one with one Patient. It was kept.")
    try:
        admission = msgspec.structs.replace(admission_of(checked(animals[0]), ctx.clock.now_us()), training=training)
        case_id = cases.admit(ctx, actor=asker.actor, admission=admission, command_id=f"fhir-foreign/{digest}")
    except HoldfastError as error:
        exchange.refused(ctx, asker, what="Bundle", why=f"{error}", body=raw, sha256=digest)
        raise
    yield f"Patient: admitted as {admission.name}, case {case_id}"
    for number, one in enumerate(resources):
        if one is animals[0]:
            continue
        kind = one.get("resourceType") if isinstance(one, dict) else None
        named = f"{kind}/{one.get('id', number)}" if isinstance(one, dict) else f"entry {number}"
        try:
            yield f"{named}: {_enter(ctx, codings, asker, case_id, one, f'{digest}/{number}')}"
        except HoldfastError as error:
            yield f"{named}: not taken. {error}"


def _enter(ctx: Context, codings: Codings, asker: Asker, case_id: str, content: Any, once: str) -> str:
    kind = content.get("resourceType") if isinstance(content, dict) else None
    if kind in ("Observation", "ServiceRequest"):
        # Its subject is the Bundle's only animal, under the id that it has here.
        body = msgspec.json.encode({**content, "subject": {"reference": f"Patient/{case_id}"}})
        return f"entered as {take(ctx, codings, asker, kind, body, once)}"
    body = msgspec.json.encode(content)
    try:
        read = read_resource(content, ctx.knowledge, codings, ctx.clock.now_us())
    except HoldfastError as error:
        why = f"{error}"
        exchange.refused(ctx, asker, what=str(kind), why=why, body=body, sha256=hashlib.sha256(body).hexdigest())
        raise
    cases.set_working_diagnosis(
        ctx, actor=asker.actor, case_id=case_id, diagnosis=str(read), command_id=f"fhir-foreign/{once}"
    )
    return "entered as the working diagnosis"
