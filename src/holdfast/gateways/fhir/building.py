"""The resources of one case while its events are gone through, each with the version that last touched it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from holdfast.gateways.fhir.basics import (
    Resource,
    coding,
    concept,
    filled,
    identifier,
    note,
    noted,
    ours,
    reference,
    terms,
    when,
)
from holdfast.kernel.limits import TEXT_MAX
from holdfast.knowledge.model import Knowledge
from holdfast.record.events import AnyEvent, Recorded
from holdfast.record.imaging_state import StudyEntry
from holdfast.record.metal_state import MetalMarks

Codings = Mapping[str, tuple[Resource, ...]]
"""Codes of the clinic's own code systems by our key, as ``finding:lactate_high`` or ``disease:sepsis``."""


class Made:
    """A resource and what searching and versions need of it."""

    def __init__(self, resource: Resource, version: int, recorded_us: int, at_us: int) -> None:
        """``version``: of the stream, of the event that touched it last; ``at_us``: when what it tells happened."""
        self._resource = resource
        self.kind = str(resource["resourceType"])
        self.id = str(resource["id"])
        self.version = version
        self.recorded_us = recorded_us
        self.at_us = at_us

    @property
    def resource(self) -> Resource:
        return self._resource

    @property
    def pattern(self) -> Resource:
        """A resource that has the same codes, category and status: what a search by them looks at."""
        return self._resource


class Later(Made):
    """One that is made when it is shown: a stay has tens of thousands of measured values, and a page has fifty."""

    def __init__(self, identity: str, make: Callable[[], Resource], like: Resource, version: int, at_us: int) -> None:
        self.kind = str(like["resourceType"])
        self.id = identity
        self.version = version
        self.recorded_us = self.at_us = at_us
        self._make = make
        self._like = like

    @cached_property
    def _resource(self) -> Resource:  # type: ignore[override]
        return self._make()

    @property
    def pattern(self) -> Resource:
        return self._like


@dataclass(frozen=True)
class Surroundings:
    """What mapping a case needs besides its events."""

    knowledge: Knowledge
    names: Mapping[str, str]
    """Of people, by account."""
    codings: Codings = field(default_factory=dict)
    studies: tuple[StudyEntry, ...] = ()
    """Of this case."""
    metal: MetalMarks | None = None


@dataclass
class Building:
    """Where the mappers put resources. ``here`` is the event that is being mapped."""

    case_id: str
    around: Surroundings
    made: dict[tuple[str, str], Made] = field(default_factory=dict)
    named: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """(what, id in the record) -> (resource type, id): where a later event finds what it is about."""
    touched: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    """Resources by the version that made or changed them."""
    training: bool = False

    def subject(self) -> Resource:
        return {"subject": reference("Patient", self.case_id), "encounter": reference("Encounter", self.case_id)}

    def person(self, actor: str) -> Resource:
        """Somebody of the record as a Reference by identifier: people are no resources here."""
        if actor == "holdfast":
            return reference("Device", "holdfast", "Holdfast")
        name = self.around.names.get(actor, actor)
        return {"identifier": identifier(ours("account"), actor), "display": name}

    def new_id(self, item: Recorded, suffix: str = "") -> str:
        return f"{self.case_id}.{item.version}{suffix}"

    def put(self, item: Recorded, at_us: int, resource: Resource, *, entity: tuple[str, str] | None = None) -> None:
        """Add a resource, or put it in the place of the one with its type and id."""
        key = (resource["resourceType"], resource["id"])
        meta: dict[str, Any] = {"versionId": str(item.version), "lastUpdated": when(item.recorded_us)}
        if self.training:
            meta["tag"] = [coding(terms("v3-ActReason"), "HTEST", "test health data")]
        whole = filled({**resource, "meta": meta})
        self.made[key] = Made(whole, item.version, item.recorded_us, at_us)
        touched = self.touched.setdefault(item.version, [])
        if key not in touched:
            touched.append(key)
        if entity:
            self.named[entity] = key

    def of(self, what: str, identity: str) -> Made | None:
        """What an earlier event made under this name."""
        return self.made.get(self.named.get((what, identity), ("", "")))

    def change(
        self, item: Recorded, what: str, identity: str, change: Callable[[Resource], Resource] | None = None
    ) -> None:
        """Change what an earlier event made; nothing when there is no such thing."""
        made = self.of(what, identity)
        if made is not None:
            resource = dict(made.resource)
            self.put(item, made.at_us, resource | (change(resource) if change else {}))

    def withdraw(self, item: Recorded, what: str, identity: str, reason: str) -> None:
        """Taken back: it stays readable as entered in error, with the reason."""
        self.change(
            item,
            what,
            identity,
            lambda one: {
                "status": "entered-in-error",
                "note": noted(one, *note(f"Taken back: {reason}")),
            },
        )

    def known(self, kind: str, key: str, name: str) -> Resource:
        """A thing of our vocabulary as a CodeableConcept: our code first, then those of the clinic's code systems."""
        return concept(coding(ours(kind), key, name), *self.around.codings.get(f"{kind}:{key}", ()), text=name or key)

    def finding(self, key: str) -> Resource:
        known = self.around.knowledge.findings.get(key)
        if known is None:  # the team's own words
            return {"text": key[:TEXT_MAX]}
        return self.known("finding", key, known.name)

    def site(self, side: str, region: str) -> Resource:
        """A place of the body chart as a bodySite."""
        place = self.around.knowledge.regions.get(region)
        name = place.name if place else region
        words = name if side in ("", "midline") else f"{side} {name}"
        return concept(coding(ours("region"), f"{side}:{region}" if side else region), text=words) if region else {}


Mapper = Callable[[Building, Recorded, Any], None]
Mappers = Mapping[type[AnyEvent], Mapper]
