"""Targets ``dicom`` (a file, through header, keeping and pixels) and ``association`` (the bytes of a connection).

Faults of a file: an exception besides a refusal in words; a picture said to be kept that cannot be read again byte for
byte; a refused one that is neither in the quarantine nor said not to be. Faults of an association: afterwards a unit
that keeps the rules gets no answer to an echo, or threads are left over.
"""

import socket
import threading
from io import BytesIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
)
from pynetdicom import AE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from fuzz_bytes import Fault, Target
from holdfast.bootstrap.house import RandomIds, SystemClock
from holdfast.gateways.dicom.pixels import read_film
from holdfast.gateways.dicom.server import Answers, DicomServer
from holdfast.kernel.errors import SenderError
from holdfast.knowledge.loader import load
from holdfast.storage.film_files import MemoryFilms
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.reception import Reception, RefusedError

FRESH_EVERY = 300
ECHO_EVERY = 200
TOKENS = (
    b"\xff" * 4, bytes(4), b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f", b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0",
    b"\xfe\xff\xdd\xe0\x00\x00\x00\x00", b"OB", b"OW", b"SQ", b"UN", b"US", b"DS", b"\xe0\x7f\x10\x00",
    b"\x28\x00\x10\x00", b"\x28\x00\x11\x00", b"\x28\x00\x00\x01", b"DICM", b"1.2.840.10008.1.2.4.50",
    b"1.2.840.10008.1.2.1.99", b"1e308", b"-1", b"\xff\xd8\xff", b"\\", b"\x00",
)  # fmt: skip


def drawn(transfer_syntax: str, *, side: int = 8, pixels: bytes | None = None) -> bytes:
    """A small film with the sequences in which animals and requests stand."""
    one, number, request = Dataset(), Dataset(), Dataset()
    number.PatientID, request.AccessionNumber = "276098106234567", "HF1"
    one.SOPClassUID, one.SOPInstanceUID = ComputedRadiographyImageStorage, "1.2.3"
    one.StudyInstanceUID, one.SeriesInstanceUID, one.Modality = "1.2", "1.2.4", "CR"
    one.PatientName, one.PatientWeight = "Miller^Rex", "34.5"
    one.OtherPatientIDsSequence, one.RequestAttributesSequence = [number], [request]
    one.ImagerPixelSpacing = [0.15, 0.15]
    one.Rows = one.Columns = side
    one.SamplesPerPixel, one.PhotometricInterpretation, one.PixelRepresentation = 1, "MONOCHROME2", 0
    one.BitsAllocated = one.BitsStored = 16
    one.HighBit = 15
    one.WindowCenter, one.WindowWidth = "500", "1000"
    if pixels is None:
        one.add_new(0x7FE00010, "OW", bytes(range(256))[: side * side * 2] * 1)
    else:
        one.BitsAllocated = one.BitsStored = 8
        one.HighBit = 7
        one.add_new(0x7FE00010, "OB", encapsulate([pixels]))
        one["PixelData"].is_undefined_length = True
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = transfer_syntax
    one.preamble = bytes(128)
    buffer = BytesIO()
    one.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _plain(form: str) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.new("L", (8, 8), 90).save(buffer, form)
    return buffer.getvalue()


def files() -> Target:
    knowledge = load()
    state: dict[str, object] = {"taken": 0}

    def begin() -> None:
        store = MemoryStore()
        films = MemoryFilms()
        ctx = Context(store, CaseBook(store), SystemClock(), RandomIds(), knowledge)
        state.update(store=store, films=films, reception=Reception(ctx, films))

    def check(data: bytes) -> str:
        if int(str(state["taken"])) % FRESH_EVERY == 0:
            begin()
        state["taken"] = int(str(state["taken"])) + 1
        store, films, reception = state["store"], state["films"], state["reception"]
        assert isinstance(store, MemoryStore)
        assert isinstance(films, MemoryFilms)
        assert isinstance(reception, Reception)
        try:
            kept = reception.upload(data, actor="fuzz")
        except RefusedError as refusal:
            there = any(store.quarantine_raw(one.quarantine_id) == data for one in store.quarantine(limit=3))
            if refusal.quarantined != there and not _seen_before(store, data):
                raise Fault(f"refused ({refusal}), quarantined: {there}") from None
            return "refused"
        if films.read(kept.image_id) != data:
            raise Fault("what is read is not what was kept")
        try:
            film = read_film(data)
        except SenderError:
            return "kept, not shown"
        if film.pixels.ndim != 2 or not film.pixels.size:
            raise Fault(f"pixels of shape {film.pixels.shape}")
        return "shown"

    def _seen_before(store: MemoryStore, data: bytes) -> bool:
        return any(store.quarantine_raw(one.quarantine_id) == data for one in store.quarantine(limit=FRESH_EVERY))

    seeds = [
        drawn(ExplicitVRLittleEndian),
        drawn(ImplicitVRLittleEndian),
        drawn(JPEGBaseline8Bit, pixels=_plain("JPEG")),
        drawn(RLELossless, pixels=b"\x01\x00\x00\x00\x40\x00\x00\x00" + bytes(56) + b"\xc1\x05"),
        _plain("JPEG"),
        _plain("PNG"),
    ]
    packages = ("holdfast.imaging", "holdfast.gateways.dicom", "holdfast.usecases.reception")
    return Target(seeds, TOKENS, check, packages, separators=(b"\x08\x00", b"\x28\x00"), header_bytes=3_000)


def _said_by_a_unit() -> bytes:
    """What a unit that keeps the rules sends: association, a film, release; caught from the wire."""
    heard = bytearray()

    def listen(door: socket.socket, port: int) -> None:
        near, _ = door.accept()
        with near, socket.create_connection(("127.0.0.1", port)) as far:

            def back() -> None:
                while piece := far.recv(65_536):
                    near.sendall(piece)

            threading.Thread(target=back, daemon=True).start()
            while piece := near.recv(65_536):
                heard.extend(piece)
                far.sendall(piece)

    server = _server()
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=listen, args=(door, server.port), daemon=True).start()
        unit = AE(ae_title="XRAY1")
        unit.add_requested_context(ComputedRadiographyImageStorage, ExplicitVRLittleEndian)
        line = unit.associate("127.0.0.1", door.getsockname()[1])
        from pydicom import dcmread

        film = dcmread(BytesIO(drawn(ExplicitVRLittleEndian)))
        film.file_meta.MediaStorageSOPClassUID = film.SOPClassUID
        film.file_meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID
        line.send_c_store(film)
        line.release()
    server.close()
    return bytes(heard)


def _server() -> DicomServer:
    def keep(data_set: bytes, *_: str) -> None:
        if not data_set:
            raise SenderError("It holds nothing.", "Send it again.")

    server = DicomServer(Answers(keep=keep, holds=lambda *_: False, worklist=lambda: ()))
    server.start("127.0.0.1", 0)
    return server


def association() -> Target:
    whole = _said_by_a_unit()
    server = _server()
    counted = {"cases": 0, "threads": threading.active_count()}

    def echo() -> None:
        unit = AE(ae_title="XRAY1")
        unit.add_requested_context(Verification)
        line = unit.associate("127.0.0.1", server.port)
        answer = line.send_c_echo() if line.is_established else Dataset()
        line.release()
        if answer.get("Status") != 0:
            raise Fault("a unit that keeps the rules gets no answer")
        if threading.active_count() > counted["threads"] + 40:
            raise Fault(f"{threading.active_count()} threads run")

    def check(data: bytes) -> str:
        counted["cases"] += 1
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
            heard = b""
            try:
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
                line.settimeout(0.5)
                while piece := line.recv(65_536):
                    heard += piece
            except OSError:
                pass
        if counted["cases"] % ECHO_EVERY == 0:
            echo()
        return {0: "silence", 2: "accepted", 3: "rejected", 7: "aborted"}.get(heard[0] if heard else 0, "other")

    tokens = (*TOKENS, b"\x01\x00", b"\x04\x00", b"\x05\x00", b"\x07\x00", b"1.2.840.10008.3.1.1.1", b"HOLDFAST")
    return Target([whole, whole[:300]], tokens, check, (), separators=(b"1.2.840",), close=server.close)
