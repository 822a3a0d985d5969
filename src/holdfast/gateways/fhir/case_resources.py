"""All resources of a case, made by going through its events once."""

from collections.abc import Iterable

from holdfast.gateways.fhir import (
    communications,
    consents,
    diagnoses,
    evidence,
    imaging,
    observations,
    patients,
    procedures,
    requests,
)
from holdfast.gateways.fhir.building import Building, Made, Mapper, Surroundings
from holdfast.gateways.fhir.provenance import provenance
from holdfast.record.events import Recorded

_FAMILIES = (
    patients.MAPPERS,
    observations.MAPPERS,
    diagnoses.MAPPERS,
    requests.MAPPERS,
    procedures.MAPPERS,
    consents.MAPPERS,
    communications.MAPPERS,
    evidence.MAPPERS,
    imaging.MAPPERS,
)
_MAPPERS: dict[type, list[Mapper]] = {}
for _family in _FAMILIES:
    for _kind, _mapper in _family.items():
        _MAPPERS.setdefault(_kind, []).append(_mapper)


def resources_of(case_id: str, recorded: Iterable[Recorded], around: Surroundings) -> list[Made]:
    """The resources of a case, a Provenance for each event among them. Events that no family maps (a bed alarm's
    limits, a link that was opened) have their Provenance alone."""
    building = Building(case_id, around)
    items = list(recorded)
    for item in items:
        event = item.event
        for mapper in _MAPPERS.get(type(event), ()):
            mapper(building, item, event)
    return [*building.made.values(), *(provenance(building, item) for item in items)]
