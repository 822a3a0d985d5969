"""What this interface can do, said in FHIR's own words. Nothing is named that is not served."""

from holdfast import __version__
from holdfast.gateways.fhir.basics import FHIR_VERSION, JSON, Resource
from holdfast.gateways.fhir.search import PARAMETERS

CREATED = ("Observation", "ServiceRequest")
RELEASED = "2026-11-22"


def capability(base: str) -> Resource:
    """The CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": RELEASED,
        "kind": "instance",
        "software": {"name": "Holdfast", "version": __version__},
        "implementation": {"description": "The second look for critically ill dogs", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": [JSON],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "One Patient and one Encounter for each case, under its id. A search parameter that is not served "
                    "is refused, not passed over. Waves: category=waveform, one patient and at most ten minutes."
                ),
                "security": {
                    "cors": False,
                    "description": "A bearer token of a machine account, with scopes, or a session of the house.",
                },
                "resource": [_resource(kind) for kind in PARAMETERS],
            }
        ],
    }


def _resource(kind: str) -> Resource:
    interactions = [{"code": "read"}, {"code": "search-type"}]
    resource: Resource = {
        "type": kind,
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalRead": "not-match",
        "searchParam": [
            *({"name": name, "type": of} for name, of in PARAMETERS[kind].items()),
            {"name": "_id", "type": "token"},
            {"name": "_lastUpdated", "type": "date"},
        ],
    }
    if kind in CREATED:
        interactions.append({"code": "create"})
    if kind in ("Patient", "Encounter"):
        name = "everything"
        resource["operation"] = [{"name": name, "definition": f"http://hl7.org/fhir/OperationDefinition/{kind}-{name}"}]
    return resource | {"interaction": interactions}
