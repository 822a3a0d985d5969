"""Findings told to other programs: read back by pydicom, highdicom and the tools of dcmtk."""

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from highdicom.sr import srread
from pydicom import dcmread

import made_views
from holdfast.gateways.dicom.film_reports import DicomFilmReports
from holdfast.imaging.projection import Lying
from holdfast.imaging.two_views import View, lower_bounds, place
from holdfast.kernel.errors import SenderError
from holdfast.record.imaging_events import MetalMark
from holdfast.usecases.film_reports import Told, ToldFilm, ToldMark, ToldNote
from holdfast.usecases.films import Located
from made_films import as_file, film

SAID = "Dr Ada Keller"


def mark(number: int, kind: str = "metal_unexplained", verdict: str = "") -> ToldMark:
    one = MetalMark(
        mark_id=f"m{number}", row=40.0, column=50.0, height_px=8.0, width_px=8.0,
        outline=((36.0, 46.0), (36.0, 54.0), (44.0, 54.0), (44.0, 46.0)), long_mm=3.2, short_mm=3.0,
        brightness=0.5, shape="round", kind=kind, confidence=0.93, instead=("an ECG clip",),
    )  # fmt: skip
    return ToldMark(one, verdict, "pellet" if verdict else "", SAID if verdict else "")


def views() -> list[View]:
    size, spacing = (made_views.COLUMNS, made_views.ROWS), (made_views.SPACING_MM, made_views.SPACING_MM)
    both = Lying.RIGHT, Lying.BACK
    return [View(one, made_views.taps(one), size, spacing, False, made_views.SID_MM) for one in both]


def told(*marks: ToldMark, located: Located | None = None, **header: object) -> Told:
    films = [
        ToldFilm(as_file(film(number, rows=820, columns=1000, **header)), True, marks, (), (120.0, 80.0), SAID)
        for number in (1, 2)
    ]
    films[0] = replace(films[0], notes=(ToldNote((10.0, 12.0), "What is that?", SAID),))
    return Told(tuple(films), located, "holdfast metal 1", (SAID,), 1_772_366_400_000_000, "2.25.11", "2.25.12")


def dumped(tool: str, data: bytes, folder: Path) -> str:
    if not shutil.which(tool):
        pytest.skip(f"{tool} (dcmtk) is not installed")
    path = folder / "one.dcm"
    path.write_bytes(data)
    done = subprocess.run([tool, str(path)], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_report_says_marks_and_distances_and_is_not_verified(tmp_path: Path) -> None:
    found = Located((), place(views(), 32.0), (), "")
    data = DicomFilmReports().report(told(mark(1, verdict="confirmed"), mark(2, "microchip"), located=found))
    read = srread(BytesIO(data))
    assert read.VerificationFlag == "UNVERIFIED"
    groups = read.content.get_planar_roi_measurement_groups()
    assert len(groups) == 2 * (2 + 1), "two marks and the placed point on each film"
    text = dumped("dsrdump", data, tmp_path)
    assert "Foreign body" in text
    assert "confirmed: pellet" in text
    aorta = next(zone for zone in found.place.zones if zone.key == "aorta")  # type: ignore[union-attr]
    assert f'"{aorta.mm:.1f}"' in text
    assert "Aorta" in text
    assert "Imaging Measurement Report" in text


def test_one_view_tells_least_distances_only(tmp_path: Path) -> None:
    found = Located((), None, lower_bounds(views()[0], 32.0), "One view only.")
    text = dumped("dsrdump", DicomFilmReports().report(told(mark(1), located=found)), tmp_path)
    assert "Least distance" in text
    assert "to the nearest border" not in text


def test_what_a_person_rejected_is_not_told_as_a_finding() -> None:
    read = srread(BytesIO(DicomFilmReports().report(told(mark(1, verdict="rejected")))))
    assert len(read.content.get_planar_roi_measurement_groups()) == 2, "only the points that a person placed"


def test_the_presentation_refers_to_its_film_and_draws_the_marks(tmp_path: Path) -> None:
    one = told(mark(1), WindowCenter=2000, WindowWidth=1500)
    data = DicomFilmReports().presentation(one)
    read = dcmread(BytesIO(data))
    source = dcmread(BytesIO(one.films[0].data))
    referenced = read.ReferencedSeriesSequence[0].ReferencedImageSequence[0]
    assert referenced.ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert read.StudyInstanceUID == source.StudyInstanceUID
    texts = [text.UnformattedTextValue for text in read.GraphicAnnotationSequence[0].TextObjectSequence]
    assert texts == ["1 metal unexplained 93%", f"What is that? ({SAID})"]
    assert float(read.SoftcopyVOILUTSequence[0].WindowCenter) == 2000
    assert "GrayscaleSoftcopyPresentationState" in dumped("dcmdump", data, tmp_path)


def test_the_same_content_has_the_same_identifier() -> None:
    reports = DicomFilmReports()
    first, second = (dcmread(BytesIO(reports.report(told(mark(1))))) for _ in range(2))
    assert first.SOPInstanceUID == second.SOPInstanceUID == "2.25.12"


def test_a_header_that_does_not_do_is_refused_in_words() -> None:
    broken = told(mark(1))
    films = (replace(broken.films[0], data=b"no film"),)
    with pytest.raises(SenderError):
        DicomFilmReports().report(replace(broken, films=films))
