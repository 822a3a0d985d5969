"""The shape of what another program writes: only what is read here, each part of the type that R4 says it has.

Checked once at the door, so that the mappers meet no list where they look for a word.
"""

from typing import Any

import msgspec

from holdfast.kernel import typed
from holdfast.usecases.exchange import ExchangeError


class _Coding(msgspec.Struct):
    system: str = ""
    code: str = ""
    display: str = ""


class _Concept(msgspec.Struct):
    coding: list[_Coding] = []
    text: str = ""


class _Quantity(msgspec.Struct):
    value: int | float | None = None
    unit: str = ""
    code: str = ""
    comparator: str = ""


class _Identifier(msgspec.Struct):
    system: str = ""
    value: str = ""


class _Reference(msgspec.Struct):
    reference: str = ""
    display: str = ""
    identifier: _Identifier | None = None


class _Extension(msgspec.Struct):
    url: str = ""
    extension: list["_Extension"] = []
    valueCodeableConcept: _Concept | None = None  # noqa: N815 - as FHIR spells it


class _Name(msgspec.Struct):
    text: str = ""
    given: list[str] = []
    family: str = ""


class _Contact(msgspec.Struct):
    name: _Name | None = None


class _Note(msgspec.Struct):
    text: str = ""


class _Period(msgspec.Struct):
    start: str = ""


class _Part(msgspec.Struct):
    code: _Concept | None = None
    valueQuantity: _Quantity | None = None  # noqa: N815
    valueBoolean: bool | None = None  # noqa: N815


class _Written(_Part):
    """What is read of the four kinds together; a member that a kind does not have is never there."""

    resourceType: str = ""  # noqa: N815
    status: str = ""
    intent: str = ""
    subject: _Reference | None = None
    requester: _Reference | None = None
    identifier: list[_Identifier] = []
    component: list[_Part] = []
    note: list[_Note] = []
    reasonCode: list[_Concept] = []  # noqa: N815
    effectiveDateTime: str = ""  # noqa: N815
    effectiveInstant: str = ""  # noqa: N815
    effectivePeriod: _Period | None = None  # noqa: N815
    extension: list[_Extension] = []
    name: list[_Name] = []
    contact: list[_Contact] = []
    gender: str = ""
    birthDate: str = ""  # noqa: N815
    verificationStatus: _Concept | None = None  # noqa: N815


class _Named(msgspec.Struct):
    resourceType: str  # noqa: N815


WRITTEN = frozenset({"Observation", "ServiceRequest", "Patient", "Condition"})


def checked(content: Any) -> dict[str, Any]:
    """The resource, when its parts have the types that R4 gives them; raises ``ExchangeError`` naming the first that
    does not. Kinds of which nothing is read here only have to name themselves."""
    try:
        kind = typed.convert(content, _Named).resourceType
        if kind in WRITTEN:
            typed.convert(content, _Written)
    except msgspec.ValidationError as error:
        raise ExchangeError(f"That is no FHIR resource: {error}.", "Send one.", code="structure", status=422) from None
    resource: dict[str, Any] = content
    return resource
