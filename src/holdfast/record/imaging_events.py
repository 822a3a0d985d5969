"""Events of imaging: a picture was asked for, one arrived, a study was laid to a case or taken from it, a film was
searched for metal, a person judged a mark.

A picture arrives before anybody knows whose it is, so its arrival is on a stream of its own (``imaging``), and that it
belongs to a case is an event of that case. The file itself lies outside the chain, bound to it by its hash.
"""

from enum import StrEnum

import msgspec

from holdfast.record.event_base import CaseEvent, ClinicEvent
from holdfast.record.monitor import Origin

IMAGING_STREAM = "imaging"


class Plane(StrEnum):
    """Where a millimetre of the stated scale is a millimetre."""

    DETECTOR = "detector"
    """In front of the detector: what lies in the animal appears larger, by its height above the detector."""
    PATIENT = "patient"
    """At the depth of the object of known size, or of the stated geometry."""
    UNKNOWN = "unknown"
    """Nothing may be measured in mm."""


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Millimetres per pixel; None when it is not known."""

    plane: Plane
    row_mm: float | None
    """From one row to the next."""
    column_mm: float | None
    why: str
    """Which attribute it comes from, or why there is none."""


class Animal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may be believed of the animal in a header; empty or None where it does not say it in known words."""

    species: str = ""
    """dog or cat."""
    sex: str = "unknown"
    """As of an admission: female, female_neutered, male, male_neutered or unknown."""
    weight_kg: float | None = None
    microchips: tuple[str, ...] = ()
    """Fifteen-digit transponder numbers (ISO 11784) among the patient's numbers."""
    breed: str = ""
    """As written."""
    responsible: str = ""
    """Owner or whoever brought it, as written; the parts of a name stand apart by blanks."""


class ImagingOrdered(CaseEvent, frozen=True, kw_only=True, tag="imaging_ordered.1"):
    """A picture was asked for: it stands on the worklist until a study with its number has arrived."""

    accession_number: str
    """Given out by us, at most 16 characters; what comes back with it is of this case."""
    study_uid: str
    modality: str
    """DICOM's two letters: DX, CR, US, CT ..."""
    what: str
    """Region and views, in the words of the one who asks."""
    note: str = ""


class StudyAttached(CaseEvent, frozen=True, kw_only=True, tag="study_attached.1"):
    """A study belongs to this case from now on, with every picture of it, earlier and later ones."""

    study_id: str
    by: str
    """accession_number, study_uid, case_id, microchip, or person."""
    why: str


class StudyDetached(CaseEvent, frozen=True, kw_only=True, tag="study_detached.1"):
    """A study does not belong to this case after all; it waits for a person, and no rule lays it anywhere again."""

    study_id: str
    why: str


class ImageReceived(ClinicEvent, frozen=True, kw_only=True, tag="image_received.1"):
    """A picture is on our disk, byte for byte as it was sent."""

    image_id: str
    """SHA-256 of the file, hex; the file is kept under it."""
    size_bytes: int
    form: str
    """dicom, jpeg or png. The last two state no scale."""
    source: str
    """``AE@address``, or ``upload``."""
    origin: Origin
    study_id: str
    """Study identifier, patient number and patient name taken together: pictures of one study identifier that carry
    different patients never come together by themselves."""
    study_uid: str
    series_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    header: dict[str, str]
    """As sent, by DICOM keyword; long values are cut, the file holds the whole."""
    other_ids: tuple[str, ...]
    accession_numbers: tuple[str, ...]
    animal: Animal
    scale: Scale
    problems: tuple[str, ...]
    """What could not be read, in words."""
    match: str
    """What was found about whose it is, in one sentence."""


class MetalMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something on a film brighter than its surroundings should be. Places are in pixels of the film as sent."""

    mark_id: str
    """Of this film and detector: the same film searched again by the same detector has the same marks."""
    row: float
    column: float
    """The middle."""
    height_px: float
    width_px: float
    """Of the upright box around it."""
    outline: tuple[tuple[float, float], ...]
    """(row, column) of the corners of its outline, in order."""
    long_mm: float | None
    short_mm: float | None
    """In the plane of the film's scale; None when the film states no scale."""
    brightness: float
    """By how much it exceeds what is expected there, as a part of the film's whole range (0 to 1)."""
    shape: str
    """round, elongated, line, bent_line, sheet or irregular."""
    kind: str
    """metal_unexplained, or what it looks like: marker_or_text, microchip, ecg_clip_or_lead, implant, collimator_edge,
    dense_bone, contrast_medium, outside_animal."""
    confidence: float
    """That it is metal or as dense, 0 to 1, as the insertion bench calibrates it."""
    instead: tuple[str, ...]
    """What it might be instead, in words, the likeliest first."""


class MetalSearched(ClinicEvent, frozen=True, kw_only=True, tag="metal_searched.1"):
    """A detector searched a film for metal. No mark never means no metal."""

    image_id: str
    study_id: str
    detector: str
    """Name and version."""
    marks: tuple[MetalMark, ...]
    searched: str
    """What was searched for, in one sentence; empty when the film could not be searched."""
    limits: tuple[str, ...]
    """How badly it can see on this film, or why it could not be searched, in sentences."""


class MarkVerdict(StrEnum):
    """What a person says of a mark."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNSURE = "unsure"
    """The earlier word on it is taken back."""


class MetalMarkJudged(CaseEvent, frozen=True, kw_only=True, tag="metal_mark_judged.1"):
    """A person looked at a mark. Only a confirmed one becomes a finding, by an event of its own beside this one."""

    image_id: str
    study_id: str
    mark_id: str
    verdict: MarkVerdict
    what: str
    """What the person takes it to be, in their words; may be empty."""
    finding_id: str = ""
    """Of the finding that was recorded with it, or taken back with it."""


ANY_IMAGING_CASE_EVENT = ImagingOrdered | StudyAttached | StudyDetached | MetalMarkJudged
