"""What other programs ask: people by their role; programs by their token and its scopes (``web.fhir``)."""

from holdfast.web.access.roles import CLINICAL, GRANTED, PUBLIC, Roles

ALLOWED: dict[str, Roles] = {
    "fhir.metadata": PUBLIC,
    "fhir.smart": PUBLIC,
    "fhir.search": GRANTED,
    "fhir.read": GRANTED,
    "fhir.everything": GRANTED,
    "fhir.create": CLINICAL,
    "fhir.other": CLINICAL,
}
