"""What can be posted to a case: the fields of each entry, by form or as JSON."""

import msgspec

from holdfast.record.events import Decision, Presence, Strength, TouchResponse


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is posted. ``at_us`` (where taken) is when it happened, in microseconds UTC."""

    command_id: str = ""


class AdmissionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str = ""
    species: str = "dog"
    breed: str = ""
    sex: str = "unknown"
    weight_kg: float | None = None
    age_years: float | None = None
    microchip: str = ""
    owner: str = ""
    handler: str = ""
    working_dog: bool = False
    complaint: str = ""
    training: bool = False
    bed: str = ""


class FindingEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str = ""
    presence: Presence = Presence.PRESENT
    value: float | None = None
    unit: str = ""
    region: str = ""
    note: str = ""
    at_us: int | None = None


class RetractionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    finding_id: str = ""
    key: str = ""
    """With a key every standing entry of that finding (without a place) is taken back, not only the one named:
    who clears a chip after yes and then no wants neither."""
    reason: str = ""


class TouchEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    side: str = ""
    region: str = ""
    place: str = ""
    """``side:region`` in one field, as the page's list sends it; instead of the two above."""
    strength: Strength = Strength.MODERATE
    response: TouchResponse
    note: str = ""
    at_us: int | None = None


class TreatmentEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    category: str = ""
    what: str = ""
    amount: str = ""
    note: str = ""
    at_us: int | None = None


class DiagnosisEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    diagnosis: str = ""
    supported_by: tuple[str, ...] = ()
    diagnoses_seen: int | None = None
    """How many working diagnoses the writer had seen; tells when somebody set one in between."""


class TestEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    __test__ = False
    test: str = ""
    note: str = ""
    at_us: int | None = None


class ImagingEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    modality: str = "DX"
    what: str = ""
    note: str = ""
    at_us: int | None = None


class NoteEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: str = ""
    at_us: int | None = None


class WeightEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    weight_kg: float
    at_us: int | None = None


class BedEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    bed: str = ""


class CorrectionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    field: str = ""
    value: str = ""
    reason: str = ""


class ClosingEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    outcome: str = ""


class OrderEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    indication: str = ""
    consent_by: str = ""
    relation: str = ""
    consent_how: str = ""
    witness: str = ""


class ComfortEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    order_id: str = ""
    analgesia: str = ""
    sedation: str = ""
    note: str = ""


class DecisionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    order_id: str = ""
    look_id: str = ""
    decision: Decision
    reason: str = ""
    words: str = ""


class AcknowledgeEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alarm stands in the path."""


class PauseEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    minutes: int


class ResumeEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class SwitchOffEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str = ""
    reason: str = ""
    minutes: int | None = None
    """None: until somebody switches it on, where the kind of alarm allows that."""


class SwitchOnEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str = ""


class LimitEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``low`` or ``high`` left out: no limit on that side."""

    key: str = ""
    low: float | None = None
    high: float | None = None
    why: str = ""
