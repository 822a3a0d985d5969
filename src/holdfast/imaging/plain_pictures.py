"""Photographs of film and other pictures that are no DICOM: told by their first bytes, never by a file's name."""

from holdfast.kernel.errors import SenderError
from holdfast.kernel.limits import IMAGE_SAMPLES_MAX, IMAGE_SIDE_MAX

_PNG = b"\x89PNG\r\n\x1a\n"
_AGAIN = "Export the picture again."
_NO_SIZE = frozenset((*range(0xD0, 0xDA), 0x01))  # JPEG marks without a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG marks that begin a frame


def form_of(data: bytes) -> str:
    """dicom, png, jpeg, or empty."""
    if data[128:132] == b"DICM":
        return "dicom"
    if data.startswith(_PNG):
        return "png"
    return "jpeg" if data.startswith(b"\xff\xd8\xff") else ""


def size_of(data: bytes) -> tuple[int, int]:
    """(columns, rows) of a PNG or JPEG; raises ``SenderError`` when they cannot be told, are beyond what we take, or
    the file has no end."""
    columns, rows = _png_size(data) if data.startswith(_PNG) else _jpeg_size(data)
    if not columns or not rows:
        raise SenderError("The picture has no size.", _AGAIN)
    if max(columns, rows) > IMAGE_SIDE_MAX or columns * rows > IMAGE_SAMPLES_MAX:
        raise SenderError(f"The picture claims {columns} x {rows} pixels: larger than any we take.", _AGAIN)
    return columns, rows


def _png_size(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR" or b"IEND" not in data[-12:]:
        raise SenderError("The PNG is cut off.", _AGAIN)
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    if b"\xff\xd9" not in data[-64:]:
        raise SenderError("The JPEG is cut off.", _AGAIN)
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        mark = data[at + 1]
        if mark in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 if mark in _NO_SIZE else 1 if mark == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise SenderError("The JPEG names no size.", _AGAIN)
