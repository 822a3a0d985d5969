"""What a DICOM header says, as it was sent. What to make of it is in ``animal``, ``scale`` and ``matching``."""

import re
import struct
from dataclasses import dataclass

from holdfast.imaging.dicom_elements import NATIVE, Element, Elements, Items, implicit_items, read_elements
from holdfast.imaging.dicom_text import codec_of, decoded
from holdfast.kernel.errors import SenderError
from holdfast.kernel.limits import (
    DICOM_VALUE_KEPT_MAX,
    IMAGE_SAMPLES_MAX,
    IMAGE_SIDE_MAX,
)

KEPT = {
    "SpecificCharacterSet": 0x00080005,
    "ImageType": 0x00080008,
    "SOPClassUID": 0x00080016,
    "SOPInstanceUID": 0x00080018,
    "StudyDate": 0x00080020,
    "SeriesDate": 0x00080021,
    "AcquisitionDate": 0x00080022,
    "ContentDate": 0x00080023,
    "StudyTime": 0x00080030,
    "AcquisitionTime": 0x00080032,
    "ContentTime": 0x00080033,
    "AccessionNumber": 0x00080050,
    "Modality": 0x00080060,
    "PresentationIntentType": 0x00080068,
    "Manufacturer": 0x00080070,
    "InstitutionName": 0x00080080,
    "StationName": 0x00081010,
    "StudyDescription": 0x00081030,
    "SeriesDescription": 0x0008103E,
    "ManufacturerModelName": 0x00081090,
    "TimezoneOffsetFromUTC": 0x00080201,
    "PatientName": 0x00100010,
    "PatientID": 0x00100020,
    "PatientBirthDate": 0x00100030,
    "PatientSex": 0x00100040,
    "OtherPatientIDs": 0x00101000,
    "PatientAge": 0x00101010,
    "PatientWeight": 0x00101030,
    "PatientSpeciesDescription": 0x00102201,
    "PatientSexNeutered": 0x00102203,
    "AnatomicalOrientationType": 0x00102210,
    "PatientBreedDescription": 0x00102292,
    "ResponsiblePerson": 0x00102297,
    "ResponsiblePersonRole": 0x00102298,
    "ResponsibleOrganization": 0x00102299,
    "PatientComments": 0x00104000,
    "BodyPartExamined": 0x00180015,
    "KVP": 0x00180060,
    "DistanceSourceToDetector": 0x00181110,
    "DistanceSourceToPatient": 0x00181111,
    "EstimatedRadiographicMagnificationFactor": 0x00181114,
    "ImagerPixelSpacing": 0x00181164,
    "ExposureIndex": 0x00181411,
    "DeviationIndex": 0x00181413,
    "ViewPosition": 0x00185101,
    "StudyInstanceUID": 0x0020000D,
    "SeriesInstanceUID": 0x0020000E,
    "StudyID": 0x00200010,
    "SeriesNumber": 0x00200011,
    "InstanceNumber": 0x00200013,
    "PatientOrientation": 0x00200020,
    "Laterality": 0x00200060,
    "ImageLaterality": 0x00200062,
    "SamplesPerPixel": 0x00280002,
    "PhotometricInterpretation": 0x00280004,
    "NumberOfFrames": 0x00280008,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "PixelSpacing": 0x00280030,
    "BitsAllocated": 0x00280100,
    "BitsStored": 0x00280101,
    "PixelSpacingCalibrationType": 0x00280A02,
    "PixelSpacingCalibrationDescription": 0x00280A04,
    "QualityControlImage": 0x00280300,
    "BurnedInAnnotation": 0x00280301,
    "LossyImageCompression": 0x00282110,
}
"""What is kept in the record beside the file, by its keyword."""

_OTHER_IDS, _PATIENT_ID, _ID_TYPE = 0x00101002, 0x00100020, 0x00100022
_SPECIES_CODES, _BREED_CODES, _CODE, _SCHEME = 0x00102202, 0x00102293, 0x00080100, 0x00080102
_BREED_REGISTRATION = 0x00102294
_REQUEST, _ACCESSION = 0x00400275, 0x00080050

_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_BINARY_WHEN_IMPLICIT = frozenset(
    {0x00280002, 0x00280010, 0x00280011, 0x00280100, 0x00280101}
)  # the only US of KEPT: implicit encoding states no kind
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_UID_MAX = 64
_PICTURES = frozenset({"CR", "CT", "DX", "ES", "IO", "MG", "MR", "NM", "PT", "RF", "US", "XA"})
"""Modalities whose every object is a picture; reports and presentation states have their own."""


@dataclass(frozen=True)
class Header:
    """The header of one image, nothing made of it yet."""

    transfer_syntax: str
    values: dict[str, str]
    """By keyword of ``KEPT``, only those that are there; several values of one stand apart by a backslash."""
    other_ids: tuple[str, ...]
    """Further numbers of the patient (a microchip often stands here)."""
    species_codes: tuple[tuple[str, str], ...]
    """(code, coding scheme)."""
    breed_codes: tuple[tuple[str, str], ...]
    accession_numbers: tuple[str, ...]
    """Of the study and of the requests that its images answer."""
    has_pixels: bool
    problems: tuple[str, ...]
    """Values that could not be read, in words; the image is kept all the same."""

    def __getitem__(self, keyword: str) -> str:
        return self.values.get(keyword, "")

    def whole(self, keyword: str) -> int:
        """A whole number; 0 where there is none."""
        text = self[keyword].partition("\\")[0]
        return int(text) if text.isdecimal() and len(text) < 19 else 0


def read_header(data_set: bytes, transfer_syntax: str) -> Header:
    """The header of a data set; raises ``SenderError`` when it cannot be walked, does not say which image it is, or
    claims a size that no image has."""
    elements = read_elements(data_set, transfer_syntax)
    header = _collected(elements, transfer_syntax)
    for keyword in ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        uid = header[keyword]
        if len(uid) > _UID_MAX or not _UID.fullmatch(uid):
            raise SenderError(f"{keyword} is {uid!r}, which is no identifier.", "Set the unit to send complete files.")
    _check_size(header, elements, transfer_syntax)
    return header


def _collected(elements: Elements, transfer_syntax: str) -> Header:
    top = elements.top
    problems: list[str] = []
    charset = top.get(KEPT["SpecificCharacterSet"])
    codec = codec_of(decoded(charset.value, "ascii") if charset else "")
    values = {}
    for keyword, tag in KEPT.items():
        if element := top.get(tag):
            try:
                text = _text(tag, element, codec, little=elements.little_endian)
            except ValueError as error:
                problems.append(f"{keyword} cannot be read: {error}.")
                continue
            if text:
                values[keyword] = text[:DICOM_VALUE_KEPT_MAX]

    def inside(items: tuple[Items, ...], tag: int) -> tuple[str, ...]:
        return tuple(decoded(item[tag].value, codec) if tag in item else "" for item in items)

    others = _sequence(top, _OTHER_IDS)
    requests = _sequence(top, _REQUEST)
    species, breeds = _sequence(top, _SPECIES_CODES), _sequence(top, _BREED_CODES)
    accessions = (values.get("AccessionNumber", ""), *inside(requests, _ACCESSION))
    more = values.get("OtherPatientIDs", "").split("\\")
    return Header(
        transfer_syntax=transfer_syntax,
        values=values,
        other_ids=tuple(dict.fromkeys(one for one in (*inside(others, _PATIENT_ID), *more) if one)),
        species_codes=tuple(zip(inside(species, _CODE), inside(species, _SCHEME), strict=True)),
        breed_codes=tuple(zip(inside(breeds, _CODE), inside(breeds, _SCHEME), strict=True)),
        accession_numbers=tuple(dict.fromkeys(one for one in accessions if one)),
        has_pixels=elements.has_pixels,
        problems=tuple(problems),
    )


def _sequence(top: Items, tag: int) -> tuple[Items, ...]:
    element = top.get(tag)
    if element is None:
        return ()
    if element.vr == "" and element.value:
        return implicit_items(element)
    return element.items


def _text(tag: int, element: Element, codec: str, *, little: bool) -> str:
    """A value as text, read by the kind that the file states, also where the standard names another for it."""
    kind = element.vr or ("US" if tag in _BINARY_WHEN_IMPLICIT else "")
    if kind == "SQ" or element.items:
        raise ValueError("it is a sequence")
    if code := _BINARY.get(kind):
        size = struct.calcsize(code)
        if len(element.value) % size:
            raise ValueError(f"{len(element.value)} bytes are no whole numbers of kind {kind}")
        count = len(element.value) // size
        numbers = struct.unpack(f"{'<' if little else '>'}{count}{code}", element.value)
        return "\\".join(f"{number:g}" if code in "fd" else str(number) for number in numbers[:DICOM_VALUE_KEPT_MAX])
    if kind in ("OB", "OW", "OF", "OD", "OL", "OV", "AT"):
        raise ValueError(f"its kind is {kind}")
    return decoded(element.value[: 4 * DICOM_VALUE_KEPT_MAX], codec)


def _check_size(header: Header, elements: Elements, transfer_syntax: str) -> None:
    rows, columns = header.whole("Rows"), header.whole("Columns")
    frames = max(1, header.whole("NumberOfFrames"))
    colours = max(1, header.whole("SamplesPerPixel"))
    if not elements.has_pixels:
        if rows or header["Modality"] in _PICTURES:
            raise SenderError("It is a picture without pixels: it is cut off.", "Send it again from the unit.")
        return
    if not rows or not columns:
        raise SenderError("There are pixels but no number of rows or columns.", "Export the file again.")
    samples = rows * columns * frames * colours
    if max(rows, columns) > IMAGE_SIDE_MAX or samples > IMAGE_SAMPLES_MAX:
        raise SenderError(
            f"The image claims {columns} x {rows} pixels in {frames} frames: larger than any we take.",
            "Check the file; export the frames one by one if they are real.",
        )
    bits = header.whole("BitsAllocated") or 8
    needed = (samples * bits + 7) // 8
    if header["PhotometricInterpretation"].startswith(("YBR_FULL_422", "YBR_PARTIAL_42")):
        needed = needed * 2 // 3  # two colours are stored for every other pixel
    if transfer_syntax in NATIVE and elements.pixel_bytes is not None and elements.pixel_bytes < needed:
        raise SenderError(
            f"The image claims {needed} bytes of pixels and holds {elements.pixel_bytes}: it is cut off.",
            "Send it again from the unit.",
        )
