"""Events of an inquiry: whose service history a case belongs to, what was found in the animal, what was compared."""

from enum import StrEnum
from typing import Any

import msgspec

from holdfast.record.event_base import CaseEvent


class Depth(StrEnum):
    SKIN = "skin"
    MUSCLE = "muscle"
    BONE = "bone"
    CAVITY = "cavity"
    """Deep in the wall of chest or belly, or inside."""
    NOT_RECORDED = "not_recorded"


class ObjectFound(StrEnum):
    """What lay there, or that nothing did."""

    PROJECTILE = "projectile"
    """A bullet, pellet or slug, or part of one."""
    METAL_SPLINTER = "metal_splinter"
    """Torn or broken off something: a shell, a tool, a pipe."""
    METAL_POINT = "metal_point"
    """Needle, nail, wire."""
    METAL = "metal"
    """Metal, and nobody has said yet of what."""
    WOOD = "wood"
    TOOTH = "tooth"
    STONE_GLASS = "stone_glass"
    NONE = "none"
    """A wound and nothing in it."""
    NOT_RECORDED = "not_recorded"


class Material(StrEnum):
    SOFT_METAL = "soft_metal"
    """Lead, copper, brass."""
    IRON = "iron"
    """Iron or steel."""
    OTHER_METAL = "other_metal"
    NOT_RECORDED = "not_recorded"


class Basis(StrEnum):
    """How somebody came to know what they say."""

    LABORATORY = "laboratory"
    EYE = "eye"
    """Seen with the naked eye, in the wound or in the hand."""
    IMAGE = "image"
    NOT_RECORDED = "not_recorded"


class AgeBasis(StrEnum):
    """What the age of a wound was judged from."""

    HISTOLOGY = "histology"
    EYE = "eye"
    IMAGE = "image"
    NOT_RECORDED = "not_recorded"


class WoundAge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How old somebody holds a wound to be, counted back from when it was found."""

    low_days: float
    high_days: float
    basis: AgeBasis
    reason: str
    """What they saw: capsule, scar, iron in the tissue."""
    by: str


class ServiceDogLinked(CaseEvent, frozen=True, kw_only=True, tag="service_dog_linked.1"):
    """A person said whose service history this is."""

    service_id: str
    how: str
    """How they know: chip read, handler's word."""
    service_version: int
    """Of the history as it stood then."""


class ServiceDogUnlinked(CaseEvent, frozen=True, kw_only=True, tag="service_dog_unlinked.1"):
    """It was another dog's after all; both entries stay readable."""

    service_id: str
    reason: str


class LesionDescribed(CaseEvent, frozen=True, kw_only=True, tag="lesion_described.1"):
    """What was found in the animal, with whose word each part rests on; ``at_us`` is when it was found.

    The same ``lesion_id`` again corrects the earlier description.
    """

    lesion_id: str
    by: str
    item_id: str
    """The item of evidence that came out of it; empty when there is none."""
    side: str
    region: str
    depth: Depth
    found: ObjectFound
    found_basis: Basis
    material: Material
    age: WoundAge | None
    note: str
    reason: str = ""
    """Why an earlier description is corrected."""


class IncidentsCompared(CaseEvent, frozen=True, kw_only=True, tag="incidents_compared.1"):
    """A person put the comparison on record as it was shown, whole."""

    compare_id: str
    lesion_id: str
    service_id: str
    """Empty when the case has no service history."""
    service_version: int
    case_version: int
    data_release: str
    page: dict[str, Any]
    """As ``usecases.incidents`` made it; canonical JSON types only."""


ANY_INQUIRY_EVENT = ServiceDogLinked | ServiceDogUnlinked | LesionDescribed | IncidentsCompared
