"""The elements of a DICOM data set up to its pixels, read from bytes that may have been made to do harm.

Not a decoder: values are left as bytes, sequences are walked only to find their end and the few attributes inside
that tell an animal apart. Everything is bounded (``kernel.limits``): depth, elements, what a deflated header may grow
to. Encoding rules: DICOM PS3.5 section 7 and annex A.
"""

import zlib
from dataclasses import dataclass
from typing import NamedTuple

from holdfast.kernel.errors import SenderError
from holdfast.kernel.limits import DICOM_DEPTH_MAX, DICOM_ELEMENTS_MAX, DICOM_HEADER_BYTES_MAX, IMAGE_BYTES_MAX

IMPLICIT_LE = "1.2.840.10008.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
DEFLATED_LE = "1.2.840.10008.1.2.1.99"
EXPLICIT_BE = "1.2.840.10008.1.2.2"
NATIVE = frozenset({IMPLICIT_LE, EXPLICIT_LE, DEFLATED_LE, EXPLICIT_BE})
"""Transfer syntaxes whose pixels are not compressed one by one."""

PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
"""Pixel Data, Double Float and Float Pixel Data: where a header ends."""

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_DEFLATE_PIECE = 256 * 1024

_AGAIN = "The file is damaged: send it again from the unit."


class Element(NamedTuple):
    """One attribute as it stands in the file."""

    vr: str
    """Two letters; empty where the transfer syntax states none (implicit)."""
    value: bytes
    items: tuple["Items", ...] = ()
    """Of a sequence: one set of elements for each item."""


Items = dict[int, Element]
"""Elements by their tag, ``0xGGGGEEEE``."""


@dataclass(frozen=True)
class Elements:
    """A data set up to its pixels."""

    top: Items
    little_endian: bool
    pixel_bytes: int | None
    """Length of native pixel data in the file; None when there is none, or it is in fragments (compressed)."""
    has_pixels: bool
    pixels_at: int = 0
    """Where the value of the pixels begins, in the data set (unpacked, if it was deflated)."""


def read_elements(data: bytes, transfer_syntax: str) -> Elements:
    """Read a data set without its file header.

    Raises ``SenderError`` when it ends too early, nests too deep, holds too much or is not what its transfer syntax
    says. Bytes behind the pixels are not looked at.
    """
    total = len(data)
    if transfer_syntax == DEFLATED_LE:
        data, total = _inflated(data)
    walk = _Walk(data, total, implicit=transfer_syntax == IMPLICIT_LE, big=transfer_syntax == EXPLICIT_BE)
    return walk.data_set()


def read_group(data: bytes, at: int, group: int) -> tuple[Items, int]:
    """The elements of one group (always explicit, little-endian, as a file header is), and where the next group begins.

    Raises ``SenderError`` when it ends too early.
    """
    walk = _Walk(data, len(data), implicit=False, big=False)
    return walk.group(at, group)


def _inflated(data: bytes) -> tuple[bytes, int]:
    """The first bytes of a deflated data set, and how long the whole is; only the first are ever kept."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    head = bytearray()
    total = 0
    left = data
    try:
        while not inflater.eof:
            piece = inflater.decompress(left, _DEFLATE_PIECE)
            left = inflater.unconsumed_tail
            total += len(piece)
            head += piece[: DICOM_HEADER_BYTES_MAX - len(head)]
            if total > IMAGE_BYTES_MAX:
                raise SenderError(
                    f"Deflated data set grows beyond {IMAGE_BYTES_MAX >> 20} MB.", "Send it without deflating."
                )
            if not piece and not left:
                raise SenderError("The deflated data set ends too early.", _AGAIN)
    except zlib.error as error:
        raise SenderError(f"The deflated data set cannot be unpacked ({error}).", _AGAIN) from None
    return bytes(head), total


class _Walk:
    """One pass along the bytes."""

    def __init__(self, data: bytes, total: int, *, implicit: bool, big: bool) -> None:
        self._data = data
        self._total = total
        self._implicit = implicit
        self._order: str = "big" if big else "little"
        self._count = 0

    def data_set(self) -> Elements:
        top: Items = {}
        at, end = 0, self._total
        while at < end:
            tag, vr, length, value_at = self._header(at, end, self._implicit)
            if tag in PIXELS:
                return self._with_pixels(top, length, value_at)
            element, at = self._element(vr, length, value_at, end, 0, self._implicit)
            top[tag] = element
        return Elements(top, self._order == "little", None, has_pixels=False)

    def group(self, at: int, group: int) -> tuple[Items, int]:
        items: Items = {}
        while at + 2 <= self._total and self._number(at, 2) == group:
            tag, vr, length, at = self._header(at, self._total, implicit=False)
            items[tag], at = self._element(vr, length, at, self._total, 0, implicit=False)
        return items, at

    def _with_pixels(self, top: Items, length: int, value_at: int) -> Elements:
        if length == _UNDEFINED:
            return Elements(top, self._order == "little", None, True, value_at)
        if value_at + length > self._total:
            missing = value_at + length - self._total
            raise SenderError(f"The pixels end {missing} bytes too early: the file is cut off.", _AGAIN)
        return Elements(top, self._order == "little", length, True, value_at)

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self._data[at : at + size], self._order)  # type: ignore[arg-type]

    def _header(self, at: int, end: int, implicit: bool) -> tuple[int, bytes, int, int]:
        """(tag, VR, length, where the value begins) of the element at ``at``."""
        self._count += 1
        if self._count > DICOM_ELEMENTS_MAX:
            raise SenderError(
                f"The header holds more than {DICOM_ELEMENTS_MAX} elements.", "No imaging unit sends that."
            )
        if at + 8 > min(end, len(self._data)):
            raise self._cut_off(at)
        tag = self._number(at, 2) << 16 | self._number(at + 2, 2)
        if implicit or tag >> 16 == 0xFFFE:
            return tag, b"", self._number(at + 4, 4), at + 8
        vr = self._data[at + 4 : at + 6]
        if vr in _SHORT:
            return tag, vr, self._number(at + 6, 2), at + 8
        if vr not in _LONG:
            raise SenderError(
                f"At byte {at} stands {vr!r} where the kind of a value (VR) belongs: "
                "the data set is not encoded as its transfer syntax says.",
                _AGAIN,
            )
        if at + 12 > min(end, len(self._data)):
            raise self._cut_off(at)
        return tag, vr, self._number(at + 8, 4), at + 12

    def _cut_off(self, at: int) -> SenderError:
        if at + 12 > len(self._data) and len(self._data) < self._total:
            return SenderError(
                f"The header is longer than {DICOM_HEADER_BYTES_MAX >> 20} MB.", "No imaging unit sends that."
            )
        return SenderError(f"The file ends in the middle of its header (byte {at}).", _AGAIN)

    def _element(self, vr: bytes, length: int, at: int, end: int, depth: int, implicit: bool) -> tuple[Element, int]:
        """The element, and where the next one begins."""
        if length == _UNDEFINED:
            # An unknown value of undefined length is a sequence in implicit encoding (PS3.5 section 6.2.2).
            if vr not in (b"SQ", b"UN", b""):
                raise SenderError(f"A value of kind {vr.decode()} has no length.", _AGAIN)
            items, after = self._items(at, end, None, depth + 1, implicit or vr == b"UN")
            return Element("SQ", b"", items), after
        after = at + length
        if after > end or after > len(self._data):
            raise self._cut_off(at)
        if vr == b"SQ":
            items, after = self._items(at, end, after, depth + 1, implicit)
            return Element("SQ", b"", items), after
        return Element(vr.decode(), self._data[at:after]), after

    def _items(self, at: int, end: int, until: int | None, depth: int, implicit: bool) -> tuple[tuple[Items, ...], int]:
        """The items of a sequence, and where what follows it begins."""
        if depth > DICOM_DEPTH_MAX:
            raise SenderError(f"Sequences lie more than {DICOM_DEPTH_MAX} deep.", "No imaging unit sends that.")
        items: list[Items] = []
        bound = end if until is None else until
        while until is None or at < until:
            tag, _, length, at = self._header(at, bound, implicit=True)
            if tag == _SEQUENCE_END and until is None:
                return tuple(items), at
            if tag != _ITEM:
                raise SenderError(f"Tag {tag:08x} stands where an item of a sequence belongs.", _AGAIN)
            item, at = self._item(at, bound, length, depth, implicit)
            items.append(item)
        return tuple(items), at

    def _item(self, at: int, end: int, length: int, depth: int, implicit: bool) -> tuple[Items, int]:
        until = None if length == _UNDEFINED else at + length
        if until is not None and until > end:
            raise self._cut_off(at)
        item: Items = {}
        bound = end if until is None else until
        while until is None or at < until:
            tag, vr, size, at = self._header(at, bound, implicit)
            if tag == _ITEM_END and until is None:
                return item, at
            item[tag], at = self._element(vr, size, at, bound, depth, implicit)
        return item, at


def implicit_items(element: Element) -> tuple[Items, ...]:
    """The items of a sequence of stated length in implicit encoding, where nothing says that it is one."""
    walk = _Walk(element.value, len(element.value), implicit=True, big=False)
    return walk._items(0, len(element.value), len(element.value), 1, True)[0]
