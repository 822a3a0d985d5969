"""The file around a data set."""

import pytest
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

from holdfast.imaging.part10 import file_bytes, split_file
from holdfast.kernel.errors import SenderError
from made_films import NATIVE, as_file, data_set, film, sent


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda uid: uid.name)
def test_what_came_over_a_network_becomes_a_file_that_others_read(syntax: str) -> None:
    one = sent(film(), syntax)
    data = file_bytes(
        one.data_set,
        sop_class_uid=one.sop_class_uid,
        sop_instance_uid=one.sop_instance_uid,
        transfer_syntax=one.transfer_syntax,
    )
    read = dcmread(DicomBytesIO(data))
    assert (read.file_meta.TransferSyntaxUID, read.PatientName) == (syntax, "Miller^Rex")
    parts = split_file(data)
    assert (parts.transfer_syntax, data[parts.data_set_at :]) == (syntax, one.data_set)


@pytest.mark.parametrize("length", [b"", b"\x02\x00\x00\x00UL\x04\x00\xff\xff\x00\x00"], ids=["missing", "wrong"])
def test_a_file_header_whose_length_is_missing_or_wrong_is_read(length: bytes) -> None:
    whole = as_file(film())
    parts = split_file(whole[:132] + length + whole[144:])
    assert (whole[:132] + length + whole[144:])[parts.data_set_at :] == data_set(film())


@pytest.mark.parametrize("end", [0, 100, 132, 150, 200])
def test_no_whole_file_header_is_refused(end: int) -> None:
    with pytest.raises(SenderError):
        split_file(as_file(film())[:end])
