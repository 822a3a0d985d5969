"""The file format around a data set (DICOM PS3.10 section 7): 128 bytes, ``DICM``, group 2, then the data set."""

from typing import NamedTuple

from holdfast.imaging.dicom_elements import read_group
from holdfast.kernel.errors import SenderError

_IMPLEMENTATION_CLASS_UID = "2.25.209803726512098735241167350941120713489"
"""Ours: a UUID under the root that needs no registration (PS3.5 annex B.2)."""
_PREAMBLE = bytes(128) + b"DICM"
_GROUP_AT = len(_PREAMBLE)


class FileParts(NamedTuple):
    """A file cut in two."""

    transfer_syntax: str
    data_set_at: int
    """Where the data set begins."""


def file_bytes(data_set: bytes, *, sop_class_uid: str, sop_instance_uid: str, transfer_syntax: str) -> bytes:
    """The file of a data set that came over a network. The same arguments always give the same bytes."""
    group = b"".join(
        (
            b"\x02\x00\x01\x00OB\x00\x00\x02\x00\x00\x00\x00\x01",
            _uid(0x0002, sop_class_uid),
            _uid(0x0003, sop_instance_uid),
            _uid(0x0010, transfer_syntax),
            _uid(0x0012, _IMPLEMENTATION_CLASS_UID),
        )
    )
    length = b"\x02\x00\x00\x00UL\x04\x00" + len(group).to_bytes(4, "little")
    return b"".join((_PREAMBLE, length, group, data_set))


def split_file(data: bytes) -> FileParts:
    """Where the data set of a file begins and how it is encoded; raises ``SenderError`` for anything else.

    The group ends where another begins: its length stands in it, but is left out or wrong in files that are whole.
    """
    if data[128:132] != b"DICM":
        raise SenderError("This is no DICOM file: the letters DICM are missing at byte 128.", "Send another file.")
    group, at = read_group(data, _GROUP_AT, 0x0002)
    syntax = group.get(0x00020010)
    uid = syntax.value.rstrip(b"\0 ").decode("ascii", "replace") if syntax else ""
    if not uid:
        raise SenderError("The file header names no transfer syntax.", "Export the file again.")
    return FileParts(uid, at)


def _uid(element: int, uid: str) -> bytes:
    value = uid.encode("ascii", "replace")
    value += b"\0" * (len(value) % 2)
    return b"\x02\x00" + element.to_bytes(2, "little") + b"UI" + len(value).to_bytes(2, "little") + value
