"""A film file unpacked: DICOM in the usual transfer syntaxes, JPEG and PNG, to numbers in which bright is dense.

The file may be made to do harm. Its header was walked by our own bounded reader; the size that a compressed stream
claims is read and compared with the header before any library unpacks it.
"""

import struct
import warnings
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGLossless, JPEGLosslessSV1, RLELossless

from holdfast.gateways.dicom import jpeg_lossless
from holdfast.imaging.dicom_elements import DEFLATED_LE, EXPLICIT_BE, NATIVE, Element, Elements, Items, read_elements
from holdfast.imaging.film import Film
from holdfast.imaging.header import read_header
from holdfast.imaging.part10 import split_file
from holdfast.imaging.plain_pictures import form_of, size_of
from holdfast.imaging.scale import no_scale, scale_of
from holdfast.kernel.errors import SenderError
from holdfast.kernel.limits import FILM_PIXELS_MAX, IMAGE_BYTES_MAX

_KEEP = "It is kept as it came and can be opened with another viewer."
_PIXEL_REPRESENTATION, _CENTRE, _WIDTH = 0x00280103, 0x00281050, 0x00281051
_INTERCEPT, _SLOPE, _MODALITY_LUT = 0x00281052, 0x00281053, 0x00283000
_LUT_DESCRIPTOR, _LUT_DATA, _PLANAR = 0x00283002, 0x00283006, 0x00280006
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601


def read_film(data: bytes) -> Film:
    """The film in a file; of several frames the first.

    Raises ``SenderError`` for what is damaged, too large to unpack, or encoded in a way that is not read here.
    """
    form = form_of(data)
    if form == "dicom":
        return _dicom(data)
    if not form:
        raise SenderError("This is neither DICOM nor JPEG nor PNG.", "Send one of these.")
    columns, rows = size_of(data)
    _check_room(rows, columns)
    pixels, bits = _plain(data)
    scale = no_scale(f"a {form.upper()} states no spacing")
    return Film(pixels, bits, None, scale, None, simulated=False, problems=())


def _dicom(data: bytes) -> Film:
    syntax, at = split_file(data)
    data_set = data[at:]
    header = read_header(data_set, syntax)
    if syntax == DEFLATED_LE:
        data_set, syntax = _inflated(data_set), "1.2.840.10008.1.2.1"
    elements = read_elements(data_set, syntax)
    rows, columns = header.whole("Rows"), header.whole("Columns")
    if not elements.has_pixels or not rows:
        raise SenderError("The file holds no picture.", _KEEP)
    _check_room(rows, columns)
    numbers = _Numbers(elements)
    problems = []
    if (frames := max(1, header.whole("NumberOfFrames"))) > 1:
        problems.append(f"Only the first of {frames} frames was read.")
    stored_bits = header.whole("BitsStored") or header.whole("BitsAllocated") or 8
    shape = _Shape(
        rows=rows,
        columns=columns,
        colours=max(1, header.whole("SamplesPerPixel")),
        frames=frames,
        allocated=header.whole("BitsAllocated") or 8,
        stored=min(stored_bits, 16),
        signed=numbers.whole(_PIXEL_REPRESENTATION) == 1,
        planar=numbers.whole(_PLANAR),
        photometric=header["PhotometricInterpretation"] or "MONOCHROME2",
    )
    stored = (
        _native(elements, data_set, syntax, shape) if syntax in NATIVE else _packed(elements, data_set, syntax, shape)
    )
    pixels, bits, window, dense_low = _to_values(stored, shape, numbers)
    dense_low ^= shape.photometric == "MONOCHROME1"
    if dense_low:
        top = (1 << bits) - 1
        pixels = np.asarray(top - pixels, dtype=np.uint16)
        window = (top - window[0], window[1]) if window else None
    return Film(
        pixels=pixels,
        bits=bits,
        window=window,
        scale=scale_of(header),
        spacing_hint_mm=_hint(header["PixelSpacing"] or header["ImagerPixelSpacing"]),
        simulated=header["QualityControlImage"] == "YES",
        problems=tuple(problems),
    )


class _Shape:
    """How the pixels lie."""

    def __init__(
        self,
        *,
        rows: int,
        columns: int,
        colours: int,
        frames: int,
        allocated: int,
        stored: int,
        signed: bool,
        planar: int,
        photometric: str,
    ) -> None:
        self.rows, self.columns, self.colours, self.frames = rows, columns, colours, frames
        self.allocated, self.stored, self.signed = allocated, stored, signed
        self.planar, self.photometric = planar, photometric
        if allocated not in (8, 16) or colours not in (1, 3):
            raise SenderError(f"{colours} colours of {allocated} bits are not read here.", _KEEP)


class _Numbers:
    """Numbers of the header that the record does not keep."""

    def __init__(self, elements: Elements) -> None:
        self._top = elements.top
        self._order = "<" if elements.little_endian else ">"

    def whole(self, tag: int) -> int:
        return self.wholes(self._top.get(tag), "H")[0] if tag in self._top else 0

    def wholes(self, element: Element | None, code: str) -> tuple[int, ...]:
        value = element.value if element else b""
        return struct.unpack(f"{self._order}{len(value) // 2}{code}", value[: len(value) // 2 * 2]) or (0,)

    def decimal(self, tag: int) -> float | None:
        element = self._top.get(tag)
        if element is None:
            return None
        try:
            number = float(element.value.split(b"\\")[0].strip(b" \0"))
        except ValueError:
            return None
        return number if np.isfinite(number) else None

    def modality_lut(self) -> tuple[int, NDArray[np.uint16]] | None:
        """(first stored value, table)."""
        sequence = self._top.get(_MODALITY_LUT)
        item: Items = sequence.items[0] if sequence and sequence.items else {}
        if _LUT_DESCRIPTOR not in item or _LUT_DATA not in item:
            return None
        _, first, bits = (*self.wholes(item[_LUT_DESCRIPTOR], "H"), 0, 0, 0)[:3]
        kind = "u1" if bits == 8 and len(item[_LUT_DATA].value) < 1 << 9 else f"{self._order}u2"
        table = np.frombuffer(item[_LUT_DATA].value, dtype=kind).astype(np.uint16)
        return (first, table) if table.size > 1 else None


def _check_room(rows: int, columns: int) -> None:
    if rows * columns > FILM_PIXELS_MAX:
        raise SenderError(f"{columns} x {rows} pixels are too many to unpack.", _KEEP)


def _inflated(data_set: bytes) -> bytes:
    """The data set whole; how far it grows was bounded when its header was read, and is again."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    whole = inflater.decompress(data_set, IMAGE_BYTES_MAX)
    if not inflater.eof:
        raise SenderError("The deflated data set does not end.", _KEEP)
    return whole


def _native(elements: Elements, data_set: bytes, syntax: str, shape: _Shape) -> NDArray[Any]:
    order = ">" if syntax == EXPLICIT_BE else "<"
    kind = f"{order}u{shape.allocated // 8}"
    count = shape.rows * shape.columns * shape.colours
    if elements.pixels_at + count * (shape.allocated // 8) > len(data_set) or "422" in shape.photometric:
        raise SenderError("The pixels are not laid out as the header says.", _KEEP)
    flat = np.frombuffer(data_set, dtype=kind, count=count, offset=elements.pixels_at)
    return _laid(flat, shape)


def _laid(flat: NDArray[Any], shape: _Shape) -> NDArray[Any]:
    if shape.colours == 1:
        return flat.reshape(shape.rows, shape.columns)
    if shape.planar:
        return np.moveaxis(flat.reshape(shape.colours, shape.rows, shape.columns), 0, -1)
    return flat.reshape(shape.rows, shape.columns, shape.colours)


def _packed(elements: Elements, data_set: bytes, syntax: str, shape: _Shape) -> NDArray[Any]:
    fragments = data_set[elements.pixels_at :]
    try:
        frame = next(generate_frames(fragments, number_of_frames=shape.frames))
    except (ValueError, StopIteration, struct.error) as error:
        raise SenderError(f"The compressed pixels cannot be found ({error}).", _KEEP) from None
    if syntax in (JPEGLossless, JPEGLosslessSV1):
        return jpeg_lossless.decode(frame, shape.rows, shape.columns)
    if syntax != RLELossless:
        _check_stream(frame, syntax, shape)
    try:
        decoder = get_decoder(syntax)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asked: dict[str, Any] = {
                "rows": shape.rows,
                "columns": shape.columns,
                "samples_per_pixel": shape.colours,
                "number_of_frames": shape.frames,
                "bits_allocated": shape.allocated,
                "bits_stored": shape.stored,
                "pixel_representation": int(shape.signed),
                "photometric_interpretation": shape.photometric,
                "planar_configuration": shape.planar,
                "pixel_keyword": "PixelData",
            }
            array, _ = decoder.as_array(fragments, index=0, **asked)
    except Exception as error:
        # The decoders are libraries in C behind several layers; whatever they raise means the same to us.
        raise SenderError(f"The pixels cannot be unpacked ({type(error).__name__}).", _KEEP) from None
    return np.asarray(array)


def _check_stream(frame: bytes, syntax: str, shape: _Shape) -> None:
    """That a compressed stream holds as many pixels as the header says."""
    if syntax in (JPEG2000, JPEG2000Lossless):
        at = frame.find(b"\xff\x51", 0, 1024)
        if at < 0 or at + 22 > len(frame):
            raise SenderError("The JPEG 2000 stream is damaged.", _KEEP)
        x1, y1, x0, y0 = struct.unpack_from(">IIII", frame, at + 6)
        size = x1 - x0, y1 - y0
    else:
        size = _jpeg_frame_size(frame)
    if size != (shape.columns, shape.rows):
        raise SenderError(
            f"The compressed stream holds {size[0]} x {size[1]} pixels, the header says "
            f"{shape.columns} x {shape.rows}.",
            _KEEP,
        )


def _jpeg_frame_size(frame: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(frame) and frame[at] == 0xFF:
        mark = frame[at + 1]
        if mark == 0xF7 or (0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC)):
            rows, columns = struct.unpack_from(">HH", frame, at + 5)
            return columns, rows
        at += 1 if mark == 0xFF else 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
    return 0, 0


def _to_values(
    stored: NDArray[Any], shape: _Shape, numbers: _Numbers
) -> tuple[NDArray[np.uint16], int, tuple[float, float] | None, bool]:
    """(values from 0, bits, window in these values, whether a rescale turned dense to low)."""
    if stored.ndim == 3:
        grey = (stored[..., :3].astype(np.float32) @ _LUMA).astype(np.uint16)
        return grey, max(8, shape.stored), None, False
    mask = (1 << shape.stored) - 1
    if shape.signed:
        half = 1 << (shape.stored - 1)
        values = ((stored.astype(np.int32) + half) & mask).astype(np.uint16)
        offset = half
    else:
        values, offset = (stored.astype(np.uint16) & np.uint16(mask)), 0
    centre, width = numbers.decimal(_CENTRE), numbers.decimal(_WIDTH)
    window = (centre, width) if centre is not None and width is not None and width >= 1 else None
    bits = max(8, shape.stored)
    if (lut := numbers.modality_lut()) and not shape.signed:
        first, table = lut
        values = np.asarray(table[np.clip(values.astype(np.int64) - first, 0, table.size - 1)], dtype=np.uint16)
        bits = max(8, int(table.max()).bit_length())
        return values, bits, window, False
    slope, intercept = numbers.decimal(_SLOPE) or 1.0, numbers.decimal(_INTERCEPT) or 0.0
    if window:
        window = ((window[0] - intercept) / slope + offset, abs(window[1] / slope))
    if shape.stored < 8:
        values = np.asarray(values << (8 - shape.stored), dtype=np.uint16)
    return values, bits, window, slope < 0


def _hint(text: str) -> float | None:
    try:
        spacing = float(text.split("\\")[0])
    except ValueError:
        return None
    return spacing if 0.02 <= spacing <= 1.0 else None


def _plain(data: bytes) -> tuple[NDArray[np.uint16], int]:
    """A JPEG or PNG as grey values, and their bits; what is transparent is black."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
                if picture.mode in ("I;16", "I;16B", "I"):
                    return np.asarray(picture).astype(np.uint16), 16
                if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                    clear = picture.convert("RGBA")
                    grey = np.asarray(clear.convert("L")).astype(np.uint16)
                    return (grey * np.asarray(clear)[..., 3] // 255).astype(np.uint16), 8
                return np.asarray(picture.convert("L")).astype(np.uint16), 8
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise SenderError(f"The picture cannot be unpacked ({error}).", "Export the picture again.") from None
