"""The server as units meet it: with dcmtk's own tools where they are installed, and with a client of pynetdicom."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (
    ComputedRadiographyImageStorage,
    ModalityWorklistInformationFind,
    StorageCommitmentPushModel,
)

from holdfast.gateways.dicom.peers import Peer, allowed, peer_of
from holdfast.gateways.dicom.server import Answers, DicomServer
from holdfast.gateways.dicom.worklist import Entry
from holdfast.kernel.errors import OperatorError, SenderError, WorldError
from made_films import NATIVE, as_file, data_set, film

REX = Entry(
    accession_number="HF1",
    study_uid="2.25.7",
    modality="DX",
    what="thorax, two views",
    date="20260301",
    time="120000",
    patient_id="276098106234567",
    name="Rex",
    owner="City Police",
    species="dog",
    breed="German Shepherd",
    sex="male_neutered",
    weight_kg=34.5,
)


@dataclass
class House:
    """What the server asks, with a memory."""

    kept: list[tuple[bytes, str, str, str, str]] = field(default_factory=list)
    fails_with: Exception | None = None

    def keep(self, data: bytes, sop_class: str, sop_instance: str, syntax: str, source: str) -> None:
        if self.fails_with:
            raise self.fails_with
        self.kept.append((data, sop_class, sop_instance, syntax, source))

    def holds(self, sop_class: str, sop_instance: str) -> bool:
        return any((one[1], one[2]) == (sop_class, sop_instance) for one in self.kept)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def server(house: House) -> Iterator[DicomServer]:
    one = DicomServer(Answers(house.keep, house.holds, lambda: [REX]))
    one.start("127.0.0.1", 0)
    yield one
    one.close()


def tool(name: str) -> str:
    """dcmtk's: pynetdicom puts commands of the same names beside our Python."""
    folders = [one for one in os.environ["PATH"].split(os.pathsep) if Path(one) != Path(sys.executable).parent]
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        pytest.skip(f"{name} of dcmtk is not installed")
    return found


def run(name: str, server: DicomServer, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [tool(name), *map(str, arguments[:-1] if arguments else ()), "127.0.0.1", str(server.port)]
    return subprocess.run([*command, *map(str, arguments[-1:])], capture_output=True, text=True, timeout=30)


def associate(server: DicomServer, context: str, title: str = "XRAY1", **more: object) -> object:
    ae = AE(ae_title=title)
    ae.add_requested_context(context)
    return ae.associate("127.0.0.1", server.port, **more)


def test_echoscu_is_answered(server: DicomServer) -> None:
    assert run("echoscu", server).returncode == 0


@pytest.mark.parametrize(
    ("option", "syntax"), list(zip(("-xe", "-xi", "-xb", "-xd"), NATIVE, strict=True)), ids=lambda value: str(value)
)
def test_storescu_sends_and_the_data_set_is_kept_as_it_was(
    server: DicomServer, house: House, tmp_path: Path, option: str, syntax: str
) -> None:
    path = tmp_path / "film.dcm"
    path.write_bytes(as_file(film(), syntax))
    done = run("storescu", server, option, "-aet", "XRAY1", path)
    assert done.returncode == 0, done.stderr
    ((data, sop_class, _, came, source),) = house.kept
    assert (sop_class, came, source) == (ComputedRadiographyImageStorage, syntax, "XRAY1@127.0.0.1")
    assert len(data) > 100


def test_what_a_client_encoded_is_kept_to_the_byte(server: DicomServer, house: House) -> None:
    one = film()
    one.file_meta = dcmread_meta(one)
    association = associate(server, ComputedRadiographyImageStorage)
    assert association.send_c_store(one).Status == 0
    association.release()
    assert house.kept[0][0] == data_set(one, house.kept[0][3])


def dcmread_meta(one: Dataset) -> object:
    """What a client needs to know of a data set that was never in a file."""
    return dcmread(BytesIO(as_file(one, "1.2.840.10008.1.2"))).file_meta


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SenderError("The file is cut off.", "Send it again."), 0xC000),
        (WorldError("Disk full.", "Make room."), 0xA700),
        (RuntimeError("a mistake"), 0x0110),
    ],
)
def test_what_is_not_kept_is_not_answered_as_kept_and_the_server_goes_on(
    server: DicomServer, house: House, error: Exception, status: int
) -> None:
    house.fails_with = error
    one = film()
    one.file_meta = dcmread_meta(one)
    association = associate(server, ComputedRadiographyImageStorage)
    assert association.send_c_store(one).Status == status
    house.fails_with = None
    assert association.send_c_store(one).Status == 0
    association.release()


def test_a_stranger_is_turned_away(house: House) -> None:
    server = DicomServer(Answers(house.keep, house.holds, list), peers=(Peer("XRAY1", "127.0.0.1"),))
    server.start("127.0.0.1", 0)
    try:
        assert associate(server, ComputedRadiographyImageStorage, "STRANGER").is_rejected
        known = associate(server, ComputedRadiographyImageStorage, "XRAY1")
        assert known.is_established
        known.release()
    finally:
        server.close()


def test_closing_ends_the_associations_that_last(house: House) -> None:
    server = DicomServer(Answers(house.keep, house.holds, list))
    server.start("127.0.0.1", 0)
    association = associate(server, ComputedRadiographyImageStorage)
    assert association.is_established
    server.close()
    association.join(10)
    assert association.is_aborted


def test_bytes_that_are_no_dicom_do_not_end_the_server(server: DicomServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as stray:
        stray.sendall(b"GET / HTTP/1.1\r\n\r\n" * 50)
    association = associate(server, ComputedRadiographyImageStorage)
    assert association.is_established
    association.release()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 1),
        ({"PatientName": "*rex"}, 1),
        ({"PatientName": "bello*"}, 0),
        ({"AccessionNumber": "HF1"}, 1),
        ({"Modality": "DX", "ScheduledProcedureStepStartDate": "20260228-20260302"}, 1),
        ({"Modality": "CT"}, 0),
        ({"ScheduledProcedureStepStartDate": "20260302-"}, 0),
    ],
)
def test_the_worklist_answers_what_was_asked(server: DicomServer, asked: dict[str, str], found: int) -> None:
    query, step = Dataset(), Dataset()
    for keyword, value in asked.items():
        setattr(step if keyword in ("Modality", "ScheduledProcedureStepStartDate") else query, keyword, value)
    query.ScheduledProcedureStepSequence = [step]
    association = associate(server, ModalityWorklistInformationFind)
    answers = [one for status, one in association.send_c_find(query, ModalityWorklistInformationFind) if one]
    association.release()
    assert len(answers) == found
    for one in answers:
        assert (one.AccessionNumber, one.StudyInstanceUID, one.PatientID) == ("HF1", "2.25.7", "276098106234567")
        assert (str(one.PatientName), one.PatientSexNeutered) == ("City Police^Rex", "ALTERED")


def test_findscu_reads_the_worklist(server: DicomServer) -> None:
    keys = [part for key in ("0008,0050", "0010,0010", "0040,0100[0].0008,0060=DX") for part in ("-k", key)]
    command = [tool("findscu"), "-v", "-W", *keys, "127.0.0.1", str(server.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert "HF1" in done.stdout + done.stderr


def test_commitment_names_what_is_kept_and_what_is_not(server: DicomServer, house: House) -> None:
    house.kept.append((b"", ComputedRadiographyImageStorage, "1.2.3", "", ""))
    told: list[tuple[int, Dataset]] = []
    heard = threading.Event()

    def on_report(event: evt.Event) -> tuple[int, None]:
        told.append((event.event_type, event.event_information))
        heard.set()
        return 0, None

    asked = Dataset()
    asked.TransactionUID = "1.2.9"
    asked.ReferencedSOPSequence = []
    for instance in ("1.2.3", "1.2.4"):
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = ComputedRadiographyImageStorage, instance
        asked.ReferencedSOPSequence.append(item)
    association = associate(server, StorageCommitmentPushModel, evt_handlers=[(evt.EVT_N_EVENT_REPORT, on_report)])
    status, _ = association.send_n_action(asked, 1, StorageCommitmentPushModel, "1.2.840.10008.1.20.1.1")
    assert status.Status == 0
    assert heard.wait(10)
    association.release()
    ((kind, report),) = told
    assert kind == 2
    assert [item.ReferencedSOPInstanceUID for item in report.ReferencedSOPSequence] == ["1.2.3"]
    assert [(item.ReferencedSOPInstanceUID, item.FailureReason) for item in report.FailedSOPSequence] == [
        ("1.2.4", 0x0112)
    ]


def test_peers_are_a_title_and_an_address() -> None:
    listed = (peer_of("XRAY1@192.0.2.7:104"), peer_of("US@2001:db8::7"))
    assert allowed(listed, "XRAY1 ", "::ffff:192.0.2.7") == Peer("XRAY1", "192.0.2.7", 104)
    assert allowed(listed, "US", "2001:db8::7") is not None
    assert allowed(listed, "XRAY1", "192.0.2.8") is None
    assert allowed((), "ANY", "127.0.0.1") is not None
    assert allowed((), "ANY", "192.0.2.7") is None
    for wrong in ("XRAY1", "@192.0.2.7", "X@host.name", "A_TITLE_THAT_IS_TOO_LONG@192.0.2.7", "X@192.0.2.7:port"):
        with pytest.raises(OperatorError):
            peer_of(wrong)
