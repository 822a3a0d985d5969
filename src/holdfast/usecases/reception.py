"""A picture on its way in: kept, put on record, and laid to a case where a number says whose it is.

The rule of this module: when it says kept, the bytes and the event are on disk. The header is read before anything is
written; what cannot be read goes to the quarantine, whole, and is answered as refused.
"""

import hashlib
import threading
from dataclasses import dataclass
from typing import NamedTuple

from holdfast.imaging.animal import animal_of
from holdfast.imaging.header import Header, read_header
from holdfast.imaging.matching import Match, Wanted, match
from holdfast.imaging.part10 import file_bytes, split_file
from holdfast.imaging.plain_pictures import form_of, size_of
from holdfast.imaging.scale import no_scale, scale_of
from holdfast.kernel.errors import OperatorError, SenderError, WorldError
from holdfast.kernel.limits import IMAGE_BYTES_MAX, QUARANTINE_BYTES_MAX, QUARANTINE_RESERVE_BYTES
from holdfast.record.case_state import CaseState
from holdfast.record.events import case_stream
from holdfast.record.imaging_events import IMAGING_STREAM, Animal, ImageReceived, StudyAttached
from holdfast.record.monitor import Origin
from holdfast.usecases.context import Context
from holdfast.usecases.ports import Change, Films, NewEvent, NewQuarantined


class Sent(NamedTuple):
    """A data set as it came over a network, without a file around it."""

    data_set: bytes
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str


@dataclass(frozen=True)
class Kept:
    """A picture that is on disk and on record."""

    image_id: str
    study_id: str
    case_id: str
    """Empty while it waits for a person."""
    duplicate: bool
    """The same bytes had come before."""


class RefusedError(SenderError):
    """Not taken. ``quarantined`` says whether its bytes were kept for a person to look at."""

    def __init__(self, problem: str, remedy: str, quarantined: bool) -> None:
        super().__init__(problem, remedy)
        self.quarantined = quarantined


class Reception:
    """Takes pictures in. Safe to call from several threads; each call waits for the disk."""

    def __init__(self, ctx: Context, films: Films) -> None:
        self._ctx = ctx
        self._films = films
        self._deciding = threading.Lock()
        self._being_laid: set[str] = set()
        """Studies whose way to a case is being written: of two pictures in the same instant one lays the study."""

    def receive(self, sent: Sent, source: str) -> Kept:
        """One picture of a unit; returns when it is durable. Raises ``RefusedError`` or ``WorldError``."""
        try:
            _check_bytes(sent.data_set)
            header = read_header(sent.data_set, sent.transfer_syntax)
            _check_same(header, sent)
        except SenderError as error:
            raise self._refused(error, sent.data_set, source) from None
        data = file_bytes(
            sent.data_set,
            sop_class_uid=sent.sop_class_uid,
            sop_instance_uid=sent.sop_instance_uid,
            transfer_syntax=sent.transfer_syntax,
        )
        return self._keep_dicom(header, data, source, f"dicom:{source}", "")

    def upload(self, data: bytes, *, actor: str, case_id: str = "") -> Kept:
        """A file that a person gives: DICOM, JPEG or PNG. With a case it is laid there, because that person says so."""
        if case_id:
            case = self._ctx.book.case(case_id)
            if case.closed:
                raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
        source = "upload"
        try:
            _check_bytes(data)
            form = form_of(data)
            if form == "dicom":
                parts = split_file(data)
                header = read_header(data[parts.data_set_at :], parts.transfer_syntax)
                return self._keep_dicom(header, data, source, actor, case_id)
            if not form:
                raise SenderError("This is neither DICOM nor JPEG nor PNG.", "Send one of these.")
            size = size_of(data)
        except SenderError as error:
            raise self._refused(error, data, source) from None
        return self._keep_plain(data, form, size, actor, case_id)

    def _keep_dicom(self, header: Header, data: bytes, source: str, actor: str, case_id: str) -> Kept:
        simulated = header["QualityControlImage"] == "YES"
        study_id = _study_id(header["StudyInstanceUID"], header["PatientID"], header["PatientName"])
        animal = animal_of(header)
        found = match(
            self._wanted(),
            accession_numbers=header.accession_numbers,
            study_uid=header["StudyInstanceUID"],
            patient_id=header["PatientID"],
            microchips=animal.microchips,
            simulated=simulated,
        )
        event = ImageReceived(
            at_us=self._ctx.clock.now_us(),
            image_id=self._films.keep(data),
            size_bytes=len(data),
            form="dicom",
            source=source,
            origin=Origin.SIMULATED if simulated else Origin.LIVE,
            study_id=study_id,
            study_uid=header["StudyInstanceUID"],
            series_uid=header["SeriesInstanceUID"],
            sop_class_uid=header["SOPClassUID"],
            sop_instance_uid=header["SOPInstanceUID"],
            transfer_syntax=header.transfer_syntax,
            header=header.values,
            other_ids=header.other_ids,
            accession_numbers=header.accession_numbers,
            animal=animal,
            scale=scale_of(header),
            problems=header.problems,
            match=found.why,
        )
        return self._record(event, found, actor, case_id)

    def _keep_plain(self, data: bytes, form: str, size: tuple[int, int], actor: str, case_id: str) -> Kept:
        image_id = self._films.keep(data)
        uid = uid_of(image_id)
        columns, rows = size
        case = self._ctx.book.case(case_id) if case_id else None
        event = ImageReceived(
            at_us=self._ctx.clock.now_us(),
            image_id=image_id,
            size_bytes=len(data),
            form=form,
            source="upload",
            origin=Origin.SIMULATED if case and case.training else Origin.LIVE,
            study_id=image_id[:16],
            study_uid=uid,
            series_uid=uid,
            sop_class_uid="",
            sop_instance_uid=uid,
            transfer_syntax="",
            header={"Columns": str(columns), "Rows": str(rows)},
            other_ids=(),
            accession_numbers=(),
            animal=Animal(),
            scale=no_scale(f"a {form.upper()} states no spacing"),
            problems=(),
            match="A plain picture carries no number of an animal.",
        )
        return self._record(event, Match("", "", event.match), actor, case_id)

    def _record(self, event: ImageReceived, found: Match, actor: str, case_id: str) -> Kept:
        ctx = self._ctx
        if case_id:
            check_origin(ctx.book.case(case_id), event.origin)
            found = Match(case_id, "person", "Uploaded on the page of this case.")
        study_id = event.study_id
        new = [NewEvent(stream=IMAGING_STREAM, event=event)]
        with self._deciding:
            laid = found.case_id and self._may_attach(study_id, by_person=bool(case_id))
            if laid:
                self._being_laid.add(study_id)
                attached = StudyAttached(at_us=event.at_us, study_id=study_id, by=found.by, why=found.why)
                new.append(NewEvent(stream=case_stream(found.case_id), event=attached))
        change = Change(command_id=f"image:{event.image_id}", actor=actor, recorded_us=event.at_us, events=tuple(new))
        try:
            receipt = ctx.store.submit(change).result()
            ctx.book.catch_up()
        finally:
            if laid:
                with self._deciding:
                    self._being_laid.discard(study_id)
        with ctx.book.studies() as studies:
            study = studies.by_id[studies.images[event.image_id]]
        return Kept(event.image_id, study.study_id, study.case_id, receipt.duplicate)

    def _may_attach(self, study_id: str, *, by_person: bool) -> bool:
        """A study that lies somewhere stays there; what a person took away, no rule lays down again."""
        if study_id in self._being_laid:
            return False
        with self._ctx.book.studies() as studies:
            study = studies.by_id.get(study_id)
        return study is None or (not study.case_id and (by_person or not study.attachments))

    def _wanted(self) -> list[Wanted]:
        """The open cases with the numbers that lead to them."""
        book = self._ctx.book
        with book.studies() as studies:
            orders = list(studies.orders.values())
        return [
            Wanted(
                case_id=case.case_id,
                training=case.training,
                microchip=case.microchip,
                accession_numbers=tuple(o.order.accession_number for o in orders if o.case_id == case.case_id),
                study_uids=tuple(o.order.study_uid for o in orders if o.case_id == case.case_id),
            )
            for case in book.open_cases()
        ]

    def _refused(self, error: SenderError, data: bytes, source: str) -> RefusedError:
        """Keep the bytes where there is room, and say so."""
        ctx = self._ctx
        if ctx.store.quarantine_bytes() + len(data) > QUARANTINE_BYTES_MAX - QUARANTINE_RESERVE_BYTES:
            return RefusedError(error.problem, f"{error.remedy} Not kept: the quarantine is full.", quarantined=False)
        now_us = ctx.clock.now_us()
        kept = NewQuarantined(received_us=now_us, peer=source, device="", reason=str(error), raw=data)
        change = Change(
            command_id=f"quarantine:image:{hashlib.sha256(data).hexdigest()}",
            actor=f"dicom:{source}",
            recorded_us=now_us,
            quarantined=(kept,),
        )
        try:
            ctx.store.submit(change).result()
        except WorldError as world:
            return RefusedError(error.problem, f"{error.remedy} Not kept: {world.problem}", quarantined=False)
        return RefusedError(error.problem, f"{error.remedy} Its bytes are kept in the quarantine.", quarantined=True)


def uid_of(digest: str) -> str:
    """A DICOM identifier made of the first 128 bits of a hex digest (PS3.5 annex B.2)."""
    return f"2.25.{int(digest[:32], 16)}"


def check_origin(case: CaseState, origin: Origin) -> None:
    """Simulated pictures only come to training cases, and others never do."""
    if case.training != (origin is Origin.SIMULATED):
        kinds = (
            ("A simulated picture", "a patient's case") if not case.training else ("A real picture", "a training case")
        )
        raise OperatorError(f"{kinds[0]} never comes to {kinds[1]}: {case.name}.", "Choose another case.")


def _study_id(study_uid: str, patient_id: str, patient_name: str) -> str:
    parts = "\0".join((study_uid, patient_id, patient_name))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _check_bytes(data: bytes) -> None:
    if len(data) > IMAGE_BYTES_MAX:
        raise SenderError(f"It is {len(data) >> 20} MB large.", f"At most {IMAGE_BYTES_MAX >> 20} MB are taken.")


def _check_same(header: Header, sent: Sent) -> None:
    if (header["SOPInstanceUID"], header["SOPClassUID"]) != (sent.sop_instance_uid, sent.sop_class_uid):
        raise SenderError("The header names another picture than the message that brought it.", "Restart the unit.")
