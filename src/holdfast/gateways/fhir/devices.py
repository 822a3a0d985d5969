"""Device: Holdfast itself, and the monitors that a person bound to a bed."""

from holdfast import __version__
from holdfast.gateways.fhir.basics import Resource, concept, filled, identifier, ours
from holdfast.gateways.fhir.building import Made
from holdfast.gateways.fhir.measurements import device_id


def holdfast_device(release: str) -> Made:
    """The software, with the release of its knowledge."""
    resource: Resource = {
        "resourceType": "Device",
        "id": "holdfast",
        "meta": {"versionId": "1"},
        "status": "active",
        "deviceName": [{"name": "Holdfast", "type": "user-friendly-name"}],
        "type": concept(text="Software: bedside monitoring and second look"),
        "version": _versions(release),
    }
    return Made(resource, 1, 0, 0)


def _versions(release: str) -> list[Resource]:
    return [{"value": __version__}, *([{"type": {"text": "knowledge"}, "value": release}] if release else [])]


def monitor(key: str, bed: str) -> Made:
    """A monitor by its own key, standing at a bed."""
    resource = filled(
        {
            "resourceType": "Device",
            "id": device_id(key),
            "meta": {"versionId": "1"},
            "identifier": [identifier(ours("device"), key)],
            "status": "active",
            "type": concept(text="Patient monitor"),
            "location": {"display": bed} if bed else {},
        }
    )
    return Made(resource, 1, 0, 0)
