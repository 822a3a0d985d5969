"""A thin DICOM server: associations on one side, functions that keep and answer on the other.

pynetdicom runs a thread for each association; messages of one association are answered in order. A picture is handed
over as the bytes that were sent, and success is answered only after ``keep`` returned. A handler that fails costs its
message, never the server.
"""

import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts, build_context, build_role, evt
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityWorklistInformationFind,
    StorageCommitmentPushModel,
    Verification,
)

from holdfast.gateways.dicom import worklist
from holdfast.gateways.dicom.peers import TITLE, Peer, allowed
from holdfast.kernel.errors import SenderError, WorldError
from holdfast.kernel.limits import (
    DICOM_ASSOCIATIONS_MAX,
    DICOM_ASSOCIATIONS_PER_PEER_MAX,
    DICOM_OPENING_S,
    DICOM_PICTURES_BURST,
    DICOM_PICTURES_PER_S,
    DICOM_SILENCE_S,
    IMAGE_BYTES_MAX,
)
from holdfast.kernel.pace import Pace

log = logging.getLogger(__name__)

SUCCESS, CANNOT_UNDERSTAND, OUT_OF_RESOURCES, FAILURE = 0x0000, 0xC000, 0xA700, 0x0110
PENDING, CANCELLED = 0xFF00, 0xFE00
_NOT_ALLOWED = (0x01, 0x01, 0x03)  # A-ASSOCIATE-RJ: permanent, by the user of the service, calling title not known
_TOO_MANY = (0x02, 0x03, 0x02)  # A-ASSOCIATE-RJ: transient, by the provider, local limit exceeded
_NO_LIMIT = 100_000
_COMMENT_MAX = 64
_PDU_BYTES = 128 * 1024
_NO_SUCH_OBJECT = 0x0112
_COMMITTED, _PARTLY_COMMITTED = 1, 2
_COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1"

Keep = Callable[[bytes, str, str, str, str], None]
"""(data set, SOP class, SOP instance, transfer syntax, source); returns when it is on disk and on record, or raises
``SenderError`` (the picture is refused) or ``WorldError`` (send it again later)."""


@dataclass(frozen=True)
class Answers:
    """What the server asks the house."""

    keep: Keep
    holds: Callable[[str, str], bool]
    """Whether a picture of this SOP class and instance is safely kept."""
    worklist: Callable[[], Iterable[worklist.Entry]]


@dataclass
class DicomServer:
    """Listens from ``start`` to ``close``."""

    answers: Answers
    peers: tuple[Peer, ...] = ()
    title: str = TITLE
    on_refused: Callable[[str, str, str], None] = lambda _title, _address, _reason: None
    """(AE title, address, reason in one sentence) of an association that was turned away."""
    tls: ssl.SSLContext | None = None
    _server: Any = None
    _pace: Pace = field(default_factory=lambda: Pace(DICOM_PICTURES_PER_S, DICOM_PICTURES_BURST))
    _unfinished: dict[int, int] = field(default_factory=dict)
    """Bytes that came on an association since its last whole message, by the association's id."""

    def start(self, host: str, port: int) -> None:
        """Bind and listen; raises ``OSError`` when the port is taken."""
        ae = AE(ae_title=self.title)
        # Counted by us, when a unit asks (``_on_request``): the library counts connections that never said who they
        # are, and a score of those would turn every unit away.
        ae.maximum_associations = _NO_LIMIT
        ae.maximum_pdu_size = _PDU_BYTES
        ae.network_timeout = ae.dimse_timeout = DICOM_SILENCE_S
        ae.acse_timeout = DICOM_OPENING_S
        handlers: list[Any] = [
            (evt.EVT_REQUESTED, self._on_request),
            (evt.EVT_DATA_RECV, self._on_bytes),
            (evt.EVT_CONN_CLOSE, self._on_close),
            (evt.EVT_C_ECHO, _on_echo),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_C_FIND, self._on_find),
            (evt.EVT_N_ACTION, self._on_commitment),
        ]
        self._server = ae.start_server(
            (host, port), block=False, evt_handlers=handlers, contexts=_contexts(), ssl_context=self.tls
        )

    @property
    def port(self) -> int:
        """The port that is listened on (useful after asking for port 0)."""
        return int(self._server.socket.getsockname()[1])

    def close(self) -> None:
        """Stop listening and end every association; a picture being written is finished by the store."""
        if self._server is None:
            return
        lasting = self._server.active_associations
        self._server.shutdown()
        for association in lasting:
            association.abort()
        self._server = None

    def _on_request(self, event: Any) -> None:
        requestor = event.assoc.requestor
        title, address = requestor.primitive.calling_ae_title.strip(), requestor.address
        if allowed(self.peers, title, address) is None:
            log.warning("DICOM: %s at %s is not on the list of peers and was turned away.", title, address)
            self._refuse(event, _NOT_ALLOWED, title, "It is not on the list of imaging units.")
            return
        lasting = [one for one in self._server.active_associations if one.is_established]
        if sum(one.requestor.address == address for one in lasting) >= DICOM_ASSOCIATIONS_PER_PEER_MAX:
            log.warning("DICOM: %s at %s has too many connections.", title, address)
            self._refuse(event, _TOO_MANY, title, f"It has {DICOM_ASSOCIATIONS_PER_PEER_MAX} connections already.")
        elif len(lasting) >= DICOM_ASSOCIATIONS_MAX:
            log.warning("DICOM: %s at %s was told to come again, too many are connected.", title, address)
            self._refuse(event, _TOO_MANY, title, f"{DICOM_ASSOCIATIONS_MAX} units are connected already.")

    def _refuse(self, event: Any, code: tuple[int, int, int], title: str, reason: str) -> None:
        event.assoc.acse.send_reject(*code)
        event.assoc.kill()
        self.on_refused(title, event.assoc.requestor.address, reason)

    def _on_bytes(self, event: Any) -> None:
        """A sender that never ends its picture must not fill the memory."""
        number = id(event.assoc)
        self._unfinished[number] = self._unfinished.get(number, 0) + len(event.data)
        if self._unfinished[number] > IMAGE_BYTES_MAX:
            log.warning("DICOM: %s sends a picture beyond %d MB.", _source(event), IMAGE_BYTES_MAX >> 20)
            self._unfinished[number] = 0
            event.assoc.abort()

    def _on_close(self, event: Any) -> None:
        self._unfinished.pop(id(event.assoc), None)

    def _on_store(self, event: Any) -> int | Dataset:
        self._unfinished[id(event.assoc)] = 0
        time.sleep(self._pace.take(event.assoc.requestor.address, time.monotonic()))
        request = event.request
        try:
            self.answers.keep(
                event.encoded_dataset(include_meta=False),
                str(request.AffectedSOPClassUID),
                str(request.AffectedSOPInstanceUID),
                str(event.context.transfer_syntax),
                _source(event),
            )
        except SenderError as error:
            log.warning("DICOM: a picture of %s was refused. %s", _source(event), error)
            return _status(CANNOT_UNDERSTAND, error.problem)
        except WorldError as error:
            log.error("DICOM: a picture of %s could not be kept. %s", _source(event), error)
            return _status(OUT_OF_RESOURCES, error.problem)
        except Exception:  # one picture must not end the server; it was not answered as kept
            log.exception("DICOM: fault while taking in a picture of %s", _source(event))
            return _status(FAILURE, "Holdfast made a mistake; the picture was not kept.")
        return SUCCESS

    def _on_find(self, event: Any) -> Iterator[tuple[int, Dataset | None]]:
        try:
            found = list(worklist.answers(event.identifier, self.answers.worklist()))
        except Exception:  # a query that cannot be read, or a failing store
            log.exception("DICOM: fault while answering the worklist to %s", _source(event))
            yield FAILURE, None
            return
        for answer in found:
            if event.is_cancelled:
                yield CANCELLED, None
                return
            yield PENDING, answer

    def _on_commitment(self, event: Any) -> tuple[int, Dataset | None]:
        """Storage commitment: answered now, reported as soon as the answer has left."""
        try:
            asked = event.action_information
            transaction = str(asked.TransactionUID)
            pictures = [
                (str(item.ReferencedSOPClassUID), str(item.ReferencedSOPInstanceUID))
                for item in asked.ReferencedSOPSequence
            ]
        except Exception as error:  # whatever a peer wrote there
            log.warning("DICOM: a storage commitment of %s cannot be read: %s", _source(event), error)
            return FAILURE, None
        threading.Thread(
            target=self._report, args=(event.assoc, transaction, pictures), name="commitment", daemon=True
        ).start()
        return SUCCESS, None

    def _report(self, association: Any, transaction: str, pictures: list[tuple[str, str]]) -> None:
        report, kind = commitment_report(transaction, pictures, self.answers.holds)
        arguments = (report, kind, StorageCommitmentPushModel, _COMMITMENT_INSTANCE)
        title, address = association.requestor.ae_title.strip(), association.requestor.address
        peer = allowed(self.peers, title, address)
        try:
            if peer and peer.port:
                self._report_to(peer, arguments)
            elif association.is_established:
                association.send_n_event_report(*arguments)
            else:
                log.warning("DICOM: %s at %s hung up before its storage commitment was told.", title, address)
        except Exception:
            log.exception("DICOM: the storage commitment of %s could not be told", title)

    def _report_to(self, peer: Peer, arguments: tuple[Dataset, int, str, str]) -> None:
        """On a connection of our own, as most units want it; our role there is that of the provider."""
        ae = AE(ae_title=self.title)
        ae.add_requested_context(StorageCommitmentPushModel)
        role = build_role(StorageCommitmentPushModel, scp_role=True)
        association = ae.associate(peer.address, peer.port, ae_title=peer.title, ext_neg=[role])
        if not association.is_established:
            log.warning("DICOM: %s does not take its storage commitment at port %d.", peer.title, peer.port)
            return
        association.send_n_event_report(*arguments)
        association.release()


def commitment_report(
    transaction: str, pictures: list[tuple[str, str]], holds: Callable[[str, str], bool]
) -> tuple[Dataset, int]:
    """What is told of a storage commitment (DICOM PS3.4 J.3.3), and its event type."""
    kept = [one for one in pictures if holds(*one)]
    lost = [one for one in pictures if one not in kept]
    report = Dataset()
    report.TransactionUID = transaction
    if kept:
        report.ReferencedSOPSequence = [_reference(*one) for one in kept]
    if lost:
        report.FailedSOPSequence = [_reference(*one, reason=_NO_SUCH_OBJECT) for one in lost]
    return report, _PARTLY_COMMITTED if lost else _COMMITTED


def _reference(sop_class: str, sop_instance: str, reason: int = 0) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = sop_class
    item.ReferencedSOPInstanceUID = sop_instance
    if reason:
        item.FailureReason = reason
    return item


def _contexts() -> list[PresentationContext]:
    """What a unit may propose: every kind of object to store in every encoding, and the services."""
    storage = [build_context(str(one.abstract_syntax), ALL_TRANSFER_SYNTAXES) for one in AllStoragePresentationContexts]
    services = (Verification, ModalityWorklistInformationFind, StorageCommitmentPushModel)
    return [*storage, *(build_context(one) for one in services)]


def _on_echo(_event: Any) -> int:
    return SUCCESS


def _source(event: Any) -> str:
    requestor = event.assoc.requestor
    return f"{str(requestor.ae_title).strip()}@{requestor.address}"


def _status(code: int, comment: str) -> Dataset:
    status = Dataset()
    status.Status = code
    status.ErrorComment = comment.encode("ascii", "replace").decode()[:_COMMENT_MAX]
    return status
