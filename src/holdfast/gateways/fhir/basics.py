"""The small parts that every resource is made of: codes, references, moments. Resources are plain dicts."""

import base64
import hashlib
import re
from typing import Any

from holdfast.kernel.time import from_iso, iso

Resource = dict[str, Any]

FHIR_VERSION = "4.0.1"
JSON = "application/fhir+json"

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
MDC = "urn:iso:std:iso:11073:10101"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
CATEGORY = f"{_TERMS}observation-category"

OURS = "urn:holdfast:"
"""Begins every code system and extension of ours: ``docs/reference/fhir.md`` lists them."""
EUTHANASIA = "euthanasia"
PROCEDURE = f"{OURS}procedure"

CODE_OF_UNIT = {
    "mmHg": "mm[Hg]",
    "degC": "Cel",
    "k/uL": "10*3/uL",
    "U/L": "U/L",
    "mEq/L": "meq/L",
    "points": "{score}",
}
"""Units of ours that UCUM writes otherwise."""
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_UCUM_PLAIN = re.compile(r"[A-Za-z0-9%/.*{}\[\]_^+\-]+")


def terms(name: str) -> str:
    """Address of a code system of HL7's terminology."""
    return _TERMS + name


def ours(name: str) -> str:
    """Address of a code system or extension of ours."""
    return OURS + name


def is_id(text: str) -> bool:
    """Whether FHIR allows it as an id."""
    return _ID.fullmatch(text) is not None


def id_part(text: str) -> str:
    """A key as a part of an id; what FHIR does not allow in one becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "x"


def digest_id(prefix: str, text: str) -> str:
    """An id for something whose own name may hold anything (a device key)."""
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def when(at_us: int) -> str:
    """An instant as FHIR writes it, in UTC."""
    return iso(at_us)


def moment_us(text: str) -> int:
    """The instant of a FHIR dateTime, the beginning of it where only a year, month or day is given.

    Raises ``ValueError``.
    """
    if re.fullmatch(r"\d{4}(-\d\d)?", text):
        text += "-01" if len(text) == 7 else "-01-01"
    return from_iso(text)


def coding(system: str, code: str, display: str = "") -> Resource:
    return filled({"system": system, "code": code, "display": display})


def concept(*codings: Resource, text: str = "") -> Resource:
    """A CodeableConcept."""
    return filled({"coding": list(codings), "text": text})


def quantity(value: float, unit: str) -> Resource:
    """A Quantity; with a UCUM code where our unit has one, else with the words of the unit alone."""
    code = CODE_OF_UNIT.get(unit, unit)
    coded = {"system": UCUM, "code": code} if code and _UCUM_PLAIN.fullmatch(code) else {}
    return filled({"value": value, "unit": unit}) | coded


def reference(kind: str, identity: str, display: str = "") -> Resource:
    return filled({"reference": f"{kind}/{identity}", "display": display})


def identifier(system: str, value: str, text: str = "") -> Resource:
    return filled({"type": {"text": text} if text else {}, "system": system, "value": value})


def extension(url: str, **value: Any) -> Resource:
    return {"url": url, **value}


def note(*texts: str) -> list[Resource]:
    return [{"text": text} for text in texts if text]


def noted(one: Resource, *lines: Resource) -> list[Resource]:
    """Its notes with these after them."""
    return [*one.get("note", []), *lines]


def binary(identity: str, content_type: str, data: bytes) -> Resource:
    return {
        "resourceType": "Binary",
        "id": identity,
        "contentType": content_type,
        "data": base64.b64encode(data).decode(),
    }


def filled(content: Resource) -> Resource:
    """Without what is empty: FHIR knows no empty string, list or object. Zero and false are values."""
    return {name: value for name, value in content.items() if value not in ("", None, [], {}, ())}
