"""The demo's films: they come only when they are asked for, through the real door, and are marked as what they are."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from holdfast.cli.demo_films import asks_for_films, checked_film, taken_films
from holdfast.gateways.dicom.pixels import read_film
from holdfast.gateways.dicom.sender import send_files
from holdfast.gateways.dicom.server import Answers, DicomServer
from holdfast.imaging.header import read_header
from holdfast.imaging.part10 import split_file
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.record import events as ev
from holdfast.record.imaging_events import ImagingOrdered
from holdfast.simulation.scenarios import ALL

ORDER = ImagingOrdered(at_us=1, accession_number="HF1", study_uid="2.25.7", modality="DX", what="thorax", note="")


def a_film() -> bytes:
    buffer = BytesIO()
    Image.new("L", (300, 200), 90).save(buffer, "PNG")
    return buffer.getvalue()


def test_films_come_when_the_chest_is_asked_for_and_for_nothing_else() -> None:
    assert asks_for_films(ORDER)
    assert asks_for_films(ev.TestOrdered(at_us=1, test="thoracic_radiographs"))
    assert not asks_for_films(ev.TestOrdered(at_us=1, test="blood_lead"))
    assert not asks_for_films(
        ImagingOrdered(at_us=1, accession_number="H", study_uid="2.25.8", modality="US", what="x")
    )


def test_the_films_answer_the_order_and_are_sent_through_the_real_door() -> None:
    files = taken_films(ALL["rex"].signalment, ORDER, a_film())
    kept: list[bytes] = []
    server = DicomServer(Answers(lambda data, *_: kept.append(data), lambda *_: True, list))
    server.start("127.0.0.1", 0)
    port = server.port
    try:
        send_files(files, "127.0.0.1", port)
    finally:
        server.close()
    header = read_header(kept[0], split_file(files[0]).transfer_syntax)
    assert header.accession_numbers == ("HF1",)
    assert header["StudyInstanceUID"] == "2.25.7"
    assert header["PatientID"] == ALL["rex"].signalment.microchip
    assert header["QualityControlImage"] == "YES"
    assert "another animal" in header["StudyDescription"]
    assert read_film(files[0]).pixels.max() > 90  # and the words are in the pixels
    with pytest.raises(WorldError):
        send_files(files, "127.0.0.1", port)


def test_what_is_no_film_is_refused_before_the_demo_begins(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no film")
    with pytest.raises(OperatorError, match="no film"):
        checked_film(tmp_path / "note.txt")
    with pytest.raises(OperatorError, match="Cannot read"):
        checked_film(tmp_path / "nothing.dcm")
