"""Film files unpacked: every encoding gives the same numbers, bright is dense, what is made to do harm is refused."""

import os
import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from holdfast.gateways.dicom.jpeg_lossless import decode
from holdfast.gateways.dicom.pixels import read_film
from holdfast.kernel.errors import SenderError
from made_films import NATIVE, as_file, film

ROWS, COLUMNS = 24, 31
VALUES = (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) * 5 % 4096).astype(np.uint16)


def made(**attributes: object) -> Dataset:
    one = film(rows=ROWS, columns=COLUMNS, **attributes)
    one.BitsStored, one.HighBit = 12, 11
    one.PixelData = VALUES.tobytes()
    return one


def packed(syntax: str) -> bytes:
    one = made()
    if syntax == JPEG2000Lossless:
        stream = BytesIO()
        Image.fromarray(VALUES).save(stream, "JPEG2000", no_jp2=True, irreversible=False)
        one.PixelData = encapsulate([stream.getvalue()])
        one["PixelData"].is_undefined_length = True
        return as_file(one, syntax)
    one.file_meta = Dataset()
    one.file_meta.TransferSyntaxUID = NATIVE[0]
    one.compress(syntax, generate_instance_uid=False)
    return as_file(one, syntax)


@pytest.mark.parametrize("syntax", NATIVE)
def test_native_encodings_give_the_values_as_sent(syntax: str) -> None:
    one = made()
    if "1.2.2" in syntax:
        one.PixelData = VALUES.astype(">u2").tobytes()
    read = read_film(as_file(one, syntax))
    assert np.array_equal(read.pixels, VALUES)
    assert read.bits == 12


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_lossless_encodings_give_the_values_as_sent(syntax: str) -> None:
    assert np.array_equal(read_film(packed(syntax)).pixels, VALUES)


def test_bright_is_dense_whichever_way_it_was_stored() -> None:
    turned = read_film(as_file(made(PhotometricInterpretation="MONOCHROME1", WindowCenter="1000", WindowWidth="400")))
    assert np.array_equal(turned.pixels, 4095 - VALUES)
    assert turned.window == (3095.0, 400.0)
    falling = read_film(as_file(made(RescaleSlope="-1", RescaleIntercept="4095")))
    assert np.array_equal(falling.pixels, 4095 - VALUES)


def test_signed_values_are_moved_to_begin_at_zero() -> None:
    one = made(PixelRepresentation=1, WindowCenter="0", WindowWidth="100")
    one.PixelData = (VALUES.astype(np.int16) - 2048).tobytes()
    read = read_film(as_file(one))
    assert np.array_equal(read.pixels, VALUES)
    assert read.window == (2048.0, 100.0)


def test_jpeg_lossless_gives_the_values_that_were_packed() -> None:
    assert np.array_equal(decode(jpeg_lossless(VALUES, 12), ROWS, COLUMNS), VALUES)
    with pytest.raises(SenderError, match="ends too early"):
        decode(jpeg_lossless(VALUES, 12)[:200], ROWS, COLUMNS)
    with pytest.raises(SenderError, match="the header says"):
        decode(jpeg_lossless(VALUES, 12), ROWS + 1, COLUMNS)


def test_any_cut_or_changed_byte_of_a_jpeg_lossless_stream_is_refused_or_read() -> None:
    whole = bytearray(jpeg_lossless(VALUES, 12))
    rng = np.random.default_rng(3)
    for _ in range(300):
        bad = whole.copy()
        bad[int(rng.integers(len(bad)))] = int(rng.integers(256))
        try:
            assert decode(bytes(bad), ROWS, COLUMNS).shape == (ROWS, COLUMNS)
        except SenderError:
            continue


def test_a_stream_that_claims_another_size_than_the_header_is_not_unpacked() -> None:
    data = bytearray(packed(JPEG2000Lossless))
    at = data.find(b"\xff\x51")
    data[at + 6 : at + 14] = struct.pack(">II", 30_000, 30_000)
    with pytest.raises(SenderError, match="30000 x 30000"):
        read_film(bytes(data))


def test_a_picture_too_large_to_unpack_is_refused_in_words() -> None:
    buffer = BytesIO()
    Image.new("1", (10_000, 9_000)).save(buffer, "PNG")
    with pytest.raises(SenderError, match="too many to unpack"):
        read_film(buffer.getvalue())


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_a_damaged_stream_raises_nothing_but_a_refusal(syntax: str) -> None:
    data = packed(syntax)
    rng = np.random.default_rng(4)
    refused = 0
    for _ in range(60):
        bad = bytearray(data)
        bad[int(rng.integers(len(data) - 500, len(data)))] ^= int(rng.integers(1, 256))
        try:
            assert read_film(bytes(bad)).pixels.shape == (ROWS, COLUMNS)
        except SenderError:
            refused += 1
    assert refused or syntax == RLELossless


def test_plain_pictures_keep_their_depth_and_state_no_scale() -> None:
    buffer = BytesIO()
    Image.fromarray(VALUES).save(buffer, "PNG")
    deep = read_film(buffer.getvalue())
    assert deep.bits == 16
    assert np.array_equal(deep.pixels, VALUES)
    assert deep.scale.row_mm is None
    clear = BytesIO()
    Image.new("RGBA", (8, 8), (255, 255, 255, 0)).save(clear, "PNG")
    assert read_film(clear.getvalue()).pixels.max() == 0


def test_all_real_films_are_unpacked() -> None:
    data = os.environ.get("HOLDFAST_DATA")
    if not data or not (Path(data) / "imaging" / "dicom_cr_samples").is_dir():
        pytest.skip("HOLDFAST_DATA names no folder with films")
    for path in (Path(data) / "imaging" / "dicom_cr_samples").glob("*.dcm"):
        read = read_film(path.read_bytes())
        assert read.pixels.max() > read.pixels.min()
        assert read.pixels.max() < 1 << read.bits


def jpeg_lossless(values: np.ndarray, precision: int) -> bytes:
    """A stream with predictor 1 and a code of five bits for every size of difference."""
    rows, columns = values.shape
    bits = []
    for row in range(rows):
        for column in range(columns):
            above = int(values[row - 1, 0]) if row else 1 << (precision - 1)
            before = int(values[row, column - 1]) if column else above
            difference = int(values[row, column]) - before
            size = abs(difference).bit_length()
            bits.append(f"{size:05b}")
            if size:
                bits.append(f"{difference if difference > 0 else difference + (1 << size) - 1:0{size}b}")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\x00")
    table = bytes([0] + [0] * 4 + [17] + [0] * 11) + bytes(range(17))
    frame = struct.pack(">BHHB", precision, rows, columns, 1) + b"\x01\x11\x00"
    marks = [
        b"\xff\xc3" + struct.pack(">H", len(frame) + 2) + frame,
        b"\xff\xc4" + struct.pack(">H", len(table) + 2) + table,
        b"\xff\xda\x00\x08\x01\x01\x00\x01\x00\x00",
    ]
    return b"\xff\xd8" + b"".join(marks) + scan + b"\xff\xd9"
