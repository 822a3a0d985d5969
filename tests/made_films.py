"""DICOM files made for the tests: small, with the header that a test asks for."""

from copy import deepcopy
from io import BytesIO
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from holdfast.imaging.part10 import split_file
from holdfast.usecases.reception import Sent

NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
STUDY, SERIES = "1.2.826.0.1.1", "1.2.826.0.1.1.1"


def film(number: int = 1, *, rows: int = 4, columns: int = 6, **attributes: Any) -> Dataset:
    """A CR picture of ``rows`` x ``columns`` pixels of 16 bit."""
    one = Dataset()
    one.SOPClassUID = ComputedRadiographyImageStorage
    one.SOPInstanceUID = f"{SERIES}.{number}"
    one.StudyInstanceUID, one.SeriesInstanceUID = STUDY, SERIES
    one.Modality = "CR"
    one.PatientName, one.PatientID = "Miller^Rex", "4711"
    one.Rows, one.Columns = rows, columns
    one.BitsAllocated = one.BitsStored = 16
    one.HighBit, one.PixelRepresentation = 15, 0
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.add_new(0x7FE00010, "OW", bytes(rows * columns * 2))
    for name, value in attributes.items():
        if value is None:
            delattr(one, name)
        else:
            setattr(one, name, value)
    return one


def as_file(one: Dataset, transfer_syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The bytes of a file (PS3.10)."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = transfer_syntax
    meta.MediaStorageSOPClassUID = one.get("SOPClassUID", ComputedRadiographyImageStorage)
    meta.MediaStorageSOPInstanceUID = one.get("SOPInstanceUID", "1.2.3")
    whole = deepcopy(one)
    whole.file_meta, whole.preamble = meta, bytes(128)
    buffer = BytesIO()
    whole.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def data_set(one: Dataset, transfer_syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The bytes without a file around them, as a network carries them."""
    data = as_file(one, transfer_syntax)
    return data[split_file(data).data_set_at :]


def sent(one: Dataset, transfer_syntax: str = ExplicitVRLittleEndian) -> Sent:
    return Sent(data_set(one, transfer_syntax), str(one.SOPClassUID), str(one.SOPInstanceUID), str(transfer_syntax))
