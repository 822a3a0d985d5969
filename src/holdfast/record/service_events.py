"""Events of a working dog's service: who led it, where it was, what happened to it, and what it was exposed to.

They lie on a stream of the dog's own (``service/<service_id>``), which outlives every case; a person says that a case
is this dog's. What was entered is corrected by a new entry that names the old one. A thing that nobody wrote down is
``NOT_RECORDED``, which is neither yes nor no.
"""

from enum import StrEnum

import msgspec

from holdfast.record.event_base import ClinicEvent

SERVICE_PREFIX = "service/"


def service_stream(service_id: str) -> str:
    """Name of a working dog's stream."""
    return f"{SERVICE_PREFIX}{service_id}"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_RECORDED = "not_recorded"


class Mechanism(StrEnum):
    """What kind of force an incident brought, as far as anybody saw."""

    GUNSHOT = "gunshot"
    EXPLOSION = "explosion"
    BLOW = "blow"
    FALL = "fall"
    VEHICLE = "vehicle"
    STAB = "stab"
    IMPALEMENT = "impalement"
    BITE = "bite"
    OTHER = "other"


class Seen(StrEnum):
    """The gravest thing that was seen on the dog after an incident."""

    NOTHING = "nothing"
    """Looked for, and no wound was found: a statement of its own."""
    PAIN = "pain"
    """Pain or lameness, nothing to see."""
    BRUISE = "bruise"
    OPEN_WOUND = "open_wound"
    BLEEDING = "bleeding"
    """Bled heavily or collapsed."""
    NOT_RECORDED = "not_recorded"


class Imaged(StrEnum):
    """Whether the place was looked into with X-rays or ultrasound afterwards."""

    NOT_IMAGED = "not_imaged"
    NOTHING_FOUND = "nothing_found"
    FOUND = "found"
    NOT_RECORDED = "not_recorded"


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="deployment"):
    """The dog worked."""

    task: str = ""
    gunfire: Answer = Answer.NOT_RECORDED
    """Whether shots were fired near the dog."""
    explosion: Answer = Answer.NOT_RECORDED
    gear: str = ""
    """Vest, harness, collar; on or off lead."""


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="training"):
    task: str = ""
    gunfire: Answer = Answer.NOT_RECORDED


class Incident(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="incident"):
    """Something befell the dog."""

    mechanism: Mechanism
    what: str
    """In words: what hit him, from where."""
    side: str = ""
    region: str = ""
    """Region of the body chart; empty when nobody knows where it struck."""
    witnesses: str = ""
    seen: Seen = Seen.NOT_RECORDED
    seen_words: str = ""
    treated: str = ""
    imaged: Imaged = Imaged.NOT_RECORDED


class Exposure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="exposure"):
    """Smoke, heat, a toxin, noise."""

    agent: str
    minutes: float | None = None
    signs: str = ""


class VetCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="vet_check"):
    result: str
    places_imaged: tuple[str, ...] = ()
    """``side:region`` of the body chart."""
    metal_seen: Answer = Answer.NOT_RECORDED


class Fitness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="fitness"):
    """Fit for duty or not, from the moment of the event on."""

    state: str
    """fit, limited or unfit."""
    reason: str = ""


Happening = Deployment | Training | Incident | Exposure | VetCheck | Fitness


class ServiceDogAdded(ClinicEvent, frozen=True, kw_only=True, tag="service_dog_added.1"):
    """A working dog has a history here."""

    name: str
    service_number: str
    microchip: str
    breed: str
    unit: str
    training: bool
    """Simulated: may be linked to training cases only."""


class ServiceDogCorrected(ClinicEvent, frozen=True, kw_only=True, tag="service_dog_corrected.1"):
    """What identifies the dog was corrected; the earlier entry stays readable."""

    field: str
    value: str
    reason: str


class HandlerAssigned(ClinicEvent, frozen=True, kw_only=True, tag="service_handler_assigned.1"):
    """From this moment on somebody leads the dog."""

    handler: str
    unit: str
    account: str
    """Of the handler, who then may write here; empty when they have none."""


class ServiceEntryMade(ClinicEvent, frozen=True, kw_only=True, tag="service_entry_made.1"):
    """Something of the dog's service was written down; ``at_us`` is when it happened or began."""

    entry_id: str
    end_us: int | None
    place: str
    by: str
    """Name of who told it, as on paper."""
    note: str
    what: Happening
    replaces: str = ""
    """The entry that this one corrects; it stays readable."""
    reason: str = ""
    """Why it is corrected."""
    source: str = ""
    """Of an imported entry, the file's SHA-256 and the row; empty when a person typed it here."""


class ServiceEntryWithdrawn(ClinicEvent, frozen=True, kw_only=True, tag="service_entry_withdrawn.1"):
    """An entry was a mistake altogether: another dog, entered twice."""

    entry_id: str
    reason: str


class RefusedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of a file that could not be read, kept as it stood."""

    row: int
    text: str
    why: str


class ServiceImported(ClinicEvent, frozen=True, kw_only=True, tag="service_imported.1"):
    """A file was read into the history; its entries were recorded in the same instant."""

    sha256: str
    name: str
    columns: dict[str, str]
    """Our field -> the file's column, as a person said."""
    rows: int
    taken: int
    known: int
    """Rows that were on record already."""
    refused: tuple[RefusedRow, ...]


ANY_SERVICE_EVENT = (
    ServiceDogAdded | ServiceDogCorrected | HandlerAssigned | ServiceEntryMade | ServiceEntryWithdrawn | ServiceImported
)
