"""Headers of real habits and of ill will."""

import contextlib
import struct
import zlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless

from holdfast.imaging import dicom_elements
from holdfast.imaging.animal import animal_of
from holdfast.imaging.header import Header, read_header
from holdfast.imaging.scale import scale_of
from holdfast.kernel.errors import SenderError
from holdfast.kernel.limits import DICOM_DEPTH_MAX
from holdfast.record.imaging_events import Plane
from made_films import NATIVE, data_set, film


def read(one: Dataset, syntax: str = ExplicitVRLittleEndian) -> Header:
    return read_header(data_set(one, syntax), syntax)


def code(value: str, scheme: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, "x"
    return item


def number(value: str) -> Dataset:
    item = Dataset()
    item.PatientID, item.TypeOfPatientID = value, "TEXT"
    return item


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda uid: uid.name)
def test_the_same_header_in_every_encoding(syntax: str) -> None:
    one = film(
        AccessionNumber="A1",
        OtherPatientIDsSequence=[number("276098106234567")],
        PatientSpeciesCodeSequence=[code("448771007", "SCT")],
    )
    header = read(one, syntax)
    assert (header["Rows"], header["Columns"], header["Modality"]) == ("4", "6", "CR")
    assert header.other_ids == ("276098106234567",)
    assert header.accession_numbers == ("A1",)
    assert animal_of(header).species == "dog"
    assert header.has_pixels
    assert header.problems == ()


def test_cyrillic_is_read_in_its_own_character_set() -> None:
    header = read(film(SpecificCharacterSet="ISO_IR 144", PatientSpeciesDescription="лайка"))
    assert header["PatientSpeciesDescription"] == "лайка"


def test_a_breed_in_the_species_field_makes_no_species() -> None:
    header = read(film(SpecificCharacterSet="ISO_IR 192", PatientSpeciesDescription="лайка", PatientID="8 лет"))
    animal = animal_of(header)
    assert animal.species == ""
    assert animal.microchips == ()
    assert header["PatientSpeciesDescription"] == "лайка", "as written it stays"


def test_species_code_and_words_that_disagree_say_nothing() -> None:
    cat = film(PatientSpeciesDescription="feline", PatientSpeciesCodeSequence=[code("448771007", "SCT")])
    assert animal_of(read(cat)).species == ""


def test_owner_and_dog_in_one_name_are_not_taken_apart() -> None:
    header = read(film(PatientName="Müller^Rex", SpecificCharacterSet="ISO_IR 100"))
    assert header["PatientName"] == "Müller^Rex"
    assert animal_of(header).responsible == ""


def test_sex_weight_and_owner() -> None:
    one = film(PatientSex="M", PatientSexNeutered="ALTERED", PatientWeight="34.5", ResponsiblePerson="Miller^Ann")
    animal = animal_of(read(one))
    assert (animal.sex, animal.weight_kg, animal.responsible) == ("male_neutered", 34.5, "Miller Ann")
    assert animal_of(read(film(PatientWeight="34500"))).weight_kg is None


def test_study_and_series_of_one_identifier_are_taken() -> None:
    assert read(film(SeriesInstanceUID="1.2.3", StudyInstanceUID="1.2.3"))["SeriesInstanceUID"] == "1.2.3"


@pytest.mark.parametrize(
    ("attributes", "plane", "column_mm"),
    [
        ({"PixelSpacing": [0.2, 0.2]}, Plane.UNKNOWN, None),
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.15, 0.15]}, Plane.DETECTOR, 0.15),
        ({"PixelSpacing": [0.2, 0.1], "PixelSpacingCalibrationType": "FIDUCIAL"}, Plane.PATIENT, 0.1),
        ({"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "MAYBE"}, Plane.UNKNOWN, None),
        ({"PixelSpacing": [0.5, 0.5], "Modality": "CT"}, Plane.PATIENT, 0.5),
        ({"ImagerPixelSpacing": [0, 0]}, Plane.UNKNOWN, None),
        ({}, Plane.UNKNOWN, None),
    ],
)
def test_millimetres_only_where_the_calibration_is_stated(
    attributes: dict[str, object], plane: Plane, column_mm: float | None
) -> None:
    scale = scale_of(read(film(**attributes)))
    assert (scale.plane, scale.column_mm) == (plane, column_mm)
    assert scale.why


def test_a_value_of_a_wrong_kind_is_read_by_the_kind_in_the_file() -> None:
    whole = data_set(film(rows=4))
    rows = b"\x28\x00\x10\x00US\x02\x00\x04\x00"
    assert rows in whole
    header = read_header(whole.replace(rows, b"\x28\x00\x10\x00LO\x02\x004 "), ExplicitVRLittleEndian)
    assert header["Rows"] == "4"


def test_an_unreadable_value_is_said_and_the_picture_taken() -> None:
    whole = data_set(film(ExposureIndex="12"))
    index = b"\x18\x00\x11\x14DS\x02\x0012"
    assert index in whole
    header = read_header(whole.replace(index, b"\x18\x00\x11\x14FD\x02\x0012"), ExplicitVRLittleEndian)
    assert header["ExposureIndex"] == ""
    assert "ExposureIndex" in header.problems[0]


def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut() -> None:
    whole = data_set(film())
    for end in range(1, len(whole)):
        with pytest.raises(SenderError):
            read_header(whole[:end], ExplicitVRLittleEndian)


def test_huge_dimensions_are_refused() -> None:
    with pytest.raises(SenderError, match="larger than any"):
        read(film(NumberOfFrames="2000000000"))
    big = film()
    big.Rows = big.Columns = 60_000
    with pytest.raises(SenderError, match="larger than any"):
        read_header(data_set(big), ExplicitVRLittleEndian)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_elements, "IMAGE_BYTES_MAX", 4 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = packer.compress(bytes(64 << 20)) + packer.flush()
    assert len(bomb) < 1 << 17
    with pytest.raises(SenderError, match="grows beyond"):
        read_header(bomb, DeflatedExplicitVRLittleEndian)


def test_deep_nesting_is_refused() -> None:
    inner = film(OtherPatientIDsSequence=[number("1")])
    for _ in range(DICOM_DEPTH_MAX):
        outer = film()
        outer.RequestAttributesSequence = [inner]
        inner = outer
    with pytest.raises(SenderError, match="deep"):
        read(inner)
    opened = struct.pack("<HH2sHI", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    with pytest.raises(SenderError, match="deep"):
        read_header(opened * 20_000, ExplicitVRLittleEndian)


def test_implicit_data_under_an_explicit_label_is_refused() -> None:
    with pytest.raises(SenderError, match="transfer syntax"):
        read_header(data_set(film(), ImplicitVRLittleEndian), ExplicitVRLittleEndian)


def test_a_file_without_identifiers_is_refused() -> None:
    with pytest.raises(SenderError, match="StudyInstanceUID"):
        read(film(StudyInstanceUID=None))


def test_compressed_pixels_are_taken_unopened() -> None:
    whole = data_set(film())
    at = whole.index(b"\xe0\x7f\x10\x00")
    fragments = b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\x00\x00\x00\x00"
    assert read_header(whole[:at] + fragments, JPEG2000Lossless).has_pixels


@cache
def _whole(syntax: str) -> bytes:
    return data_set(film(OtherPatientIDsSequence=[number("1")], PatientWeight="3"), syntax)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_do_more_harm_than_a_refusal(data: st.DataObject) -> None:
    syntax = data.draw(st.sampled_from(NATIVE))
    whole = bytearray(_whole(syntax))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SenderError):
        header = read_header(bytes(whole), syntax)
        scale_of(header)
        animal_of(header)
