"""Studies and what is waited for, folded from the events of imaging.

One study is a frozen value; ``Studies`` holds them all and is changed in place: a clinic has tens of thousands of
pictures after some years, and copying the whole for each would make opening the record slow.
"""

from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record import events as ev
from holdfast.record.film_events import ANY_FILM_EVENT
from holdfast.record.film_state import FilmNotes
from holdfast.record.imaging_events import (
    IMAGING_STREAM,
    Animal,
    ImageReceived,
    ImagingOrdered,
    MetalMarkJudged,
    MetalSearched,
    Scale,
    StudyAttached,
    StudyDetached,
)
from holdfast.record.metal_state import MetalMarks
from holdfast.record.monitor import Origin

_CASE_MARKS = (b'"kind":"imaging_ordered.', b'"kind":"study_', b'"kind":"metal_mark_', b'"kind":"film_')
"""What the bytes of the events of a case hold that are read here: decoding all the others twice would double the time
in which a record opens."""


@dataclass(frozen=True)
class ImageEntry:
    """One picture; its header stays in the log, at ``version`` of the stream ``imaging``."""

    image_id: str
    version: int
    at_us: int
    size_bytes: int
    form: str
    source: str
    series_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    modality: str
    view: str
    series_number: str
    instance_number: str
    rows: str
    columns: str
    scale: Scale
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Attachment:
    """That a study was laid to a case; ``detached_why`` is set when it was taken away again."""

    case_id: str
    by: str
    why: str
    at_us: int
    actor: str
    detached_us: int | None = None
    detached_why: str = ""
    detached_by: str = ""


@dataclass(frozen=True)
class StudyEntry:
    """A study: what its first picture says of it, its pictures, and to which cases it was laid."""

    study_id: str
    study_uid: str
    origin: Origin
    patient_name: str
    patient_id: str
    accession_numbers: tuple[str, ...]
    description: str
    study_date: str
    animal: Animal
    match: str
    received_us: int
    images: tuple[ImageEntry, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def case_id(self) -> str:
        """The case it belongs to now; empty while it waits for a person."""
        last = self.attachments[-1] if self.attachments else None
        return last.case_id if last and last.detached_us is None else ""

    @property
    def modalities(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(image.modality for image in self.images if image.modality))

    @property
    def newest_images(self) -> tuple[ImageEntry, ...]:
        """Each picture once: where a unit sent another version of one, the later."""
        return tuple({image.sop_instance_uid: image for image in self.images}.values())


@dataclass(frozen=True)
class OrderedImaging:
    """A picture that was asked for."""

    case_id: str
    order: ImagingOrdered
    actor: str


@dataclass
class Studies:
    """All studies and orders. Not safe to change from several threads: the case book holds its lock."""

    by_id: dict[str, StudyEntry] = field(default_factory=dict)
    orders: dict[str, OrderedImaging] = field(default_factory=dict)
    """By accession number, oldest first."""
    images: dict[str, str] = field(default_factory=dict)
    """Study id by image id."""
    instances: dict[str, ImageEntry] = field(default_factory=dict)
    """By SOP instance identifier, the newest of each."""
    metal: MetalMarks = field(default_factory=MetalMarks)
    notes: FilmNotes = field(default_factory=FilmNotes)

    def apply(self, item: ev.Recorded) -> None:
        """Take in one more event of any stream."""
        if item.stream != IMAGING_STREAM and not any(mark in item.body for mark in _CASE_MARKS):
            return
        event = item.event
        if isinstance(event, ImageReceived):
            self._receive(event, item.version)
        elif isinstance(event, MetalSearched | MetalMarkJudged):
            self.metal.apply(event, item.actor)
        elif isinstance(event, ImagingOrdered | StudyAttached | StudyDetached):
            self._of_case(event, item)
        elif isinstance(event, ANY_FILM_EVENT):
            self.notes.apply(event, item.actor, item.stream.removeprefix(ev.case_stream("")))

    def _receive(self, event: ImageReceived, version: int) -> None:
        if event.image_id in self.images:
            return
        header = event.header
        image = ImageEntry(
            image_id=event.image_id,
            version=version,
            at_us=event.at_us,
            size_bytes=event.size_bytes,
            form=event.form,
            source=event.source,
            series_uid=event.series_uid,
            sop_class_uid=event.sop_class_uid,
            sop_instance_uid=event.sop_instance_uid,
            transfer_syntax=event.transfer_syntax,
            modality=header.get("Modality", ""),
            view=" ".join(filter(None, (header.get("BodyPartExamined"), header.get("ViewPosition")))),
            series_number=header.get("SeriesNumber", ""),
            instance_number=header.get("InstanceNumber", ""),
            rows=header.get("Rows", ""),
            columns=header.get("Columns", ""),
            scale=event.scale,
            problems=event.problems,
        )
        study = self.by_id.get(event.study_id) or StudyEntry(
            study_id=event.study_id,
            study_uid=event.study_uid,
            origin=event.origin,
            patient_name=header.get("PatientName", ""),
            patient_id=header.get("PatientID", ""),
            accession_numbers=event.accession_numbers,
            description=header.get("StudyDescription", ""),
            study_date=header.get("StudyDate", ""),
            animal=event.animal,
            match=event.match,
            received_us=event.at_us,
        )
        self.images[event.image_id] = event.study_id
        self.instances[event.sop_instance_uid] = image
        self.by_id[event.study_id] = replace(study, images=(*study.images, image))

    def _of_case(self, event: ImagingOrdered | StudyAttached | StudyDetached, item: ev.Recorded) -> None:
        case_id = item.stream.removeprefix(ev.case_stream(""))
        if isinstance(event, ImagingOrdered):
            self.orders[event.accession_number] = OrderedImaging(case_id, event, item.actor)
            return
        study = self.by_id.get(event.study_id)
        if study is None:
            return
        if isinstance(event, StudyAttached):
            # The first stands until somebody takes it back: two pictures of a study may arrive in the same instant.
            if not study.case_id:
                laid = Attachment(case_id, event.by, event.why, event.at_us, item.actor)
                self.by_id[study.study_id] = replace(study, attachments=(*study.attachments, laid))
        elif study.case_id == case_id:
            taken = replace(
                study.attachments[-1], detached_us=event.at_us, detached_why=event.why, detached_by=item.actor
            )
            self.by_id[study.study_id] = replace(study, attachments=(*study.attachments[:-1], taken))

    def of_case(self, case_id: str) -> list[StudyEntry]:
        """Its studies, newest first."""
        return sorted((s for s in self.by_id.values() if s.case_id == case_id), key=lambda s: -s.received_us)

    def waiting(self) -> list[StudyEntry]:
        """Studies of no case, newest first."""
        return self.of_case("")

    def arrived(self, accession_number: str) -> bool:
        """Whether a study with this number has come."""
        return any(accession_number in study.accession_numbers for study in self.by_id.values())
