"""The server for imaging units, the worklist that they read, and films as files.

The libraries of DICOM take longer to import than a record to open. They are fetched when the first of them is needed:
monitors and pages do not wait for imaging units.
"""

from typing import TYPE_CHECKING

from holdfast.bootstrap.house import House
from holdfast.bootstrap.peers import peers_tls
from holdfast.gateways.dicom.peers import peer_of
from holdfast.imaging.animal import microchip
from holdfast.imaging.film import Film
from holdfast.kernel.time import to_datetime
from holdfast.usecases.film_reports import Told
from holdfast.usecases.reception import Sent
from holdfast.usecases.studies import holds, open_orders

if TYPE_CHECKING:
    from holdfast.gateways.dicom.server import DicomServer
    from holdfast.gateways.dicom.worklist import Entry


def read_film(data: bytes) -> Film:
    """See ``usecases.ports.FilmReader``."""
    from holdfast.gateways.dicom import pixels

    return pixels.read_film(data)


class FilmFilesMade:
    """See ``usecases.film_reports.FilmReports``."""

    def report(self, told: Told) -> bytes:
        from holdfast.gateways.dicom.film_reports import DicomFilmReports

        return DicomFilmReports().report(told)

    def presentation(self, told: Told) -> bytes:
        from holdfast.gateways.dicom.film_reports import DicomFilmReports

        return DicomFilmReports().presentation(told)


def dicom_server(house: House) -> "DicomServer":
    """The server for imaging units, wired; it does not listen yet. Raises ``OperatorError`` for a peer misspelt."""

    from holdfast.gateways.dicom.server import Answers, DicomServer

    def keep(data_set: bytes, sop_class_uid: str, sop_instance_uid: str, transfer_syntax: str, source: str) -> None:
        house.reception.receive(Sent(data_set, sop_class_uid, sop_instance_uid, transfer_syntax), source)

    return DicomServer(
        Answers(
            keep=keep,
            holds=lambda sop_class_uid, sop_instance_uid: holds(
                house.ctx, house.films, sop_class_uid, sop_instance_uid
            ),
            worklist=lambda: worklist_entries(house),
        ),
        peers=tuple(peer_of(text) for text in house.config.dicom_peers),
        on_refused=lambda title, address, reason: house.refusals.refused("DICOM", address, title, reason),
        tls=peers_tls(house.config, house.config.dicom_tls, "imaging units"),
    )


def worklist_entries(house: House) -> "list[Entry]":
    """What imaging units read on their worklist: orders of open cases for which nothing has come."""
    from holdfast.gateways.dicom.worklist import Entry

    entries = []
    for ordered in open_orders(house.ctx):
        case, order = house.ctx.book.case(ordered.case_id), ordered.order
        when = to_datetime(order.at_us, house.config.utc_offset_min)
        entries.append(
            Entry(
                accession_number=order.accession_number,
                study_uid=order.study_uid,
                modality=order.modality,
                what=order.what,
                date=f"{when:%Y%m%d}",
                time=f"{when:%H%M%S}",
                patient_id=microchip(case.microchip) or case.case_id,
                name=case.name,
                owner=case.corrected("owner") or case.admitted.owner,
                species=case.admitted.species,
                breed=case.corrected("breed") or case.admitted.breed,
                sex=case.admitted.sex,
                weight_kg=case.weight_kg,
            )
        )
    return entries
