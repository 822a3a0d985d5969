"""JPEG lossless (ITU-T T.81 process 14), which older imaging units send: one component, 2 to 16 bit.

The free libraries that read it are under licences that do not fit, or very large. The stream is hostile until read:
every table and length is checked, and what it claims to hold is compared with the header before room is made.
"""

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.kernel.compiled import compiled_aside
from holdfast.kernel.errors import SenderError

_SOF3, _DHT, _SOS, _DRI, _EOI = 0xC3, 0xC4, 0xDA, 0xDD, 0xD9
_AGAIN = "Export the picture again, uncompressed."


class _Scan(NamedTuple):
    precision: int
    rows: int
    columns: int
    counts: NDArray[np.uint8]
    symbols: NDArray[np.uint8]
    predictor: int
    shift: int
    restart: int
    data_at: int


def decode(stream: bytes, rows: int, columns: int) -> NDArray[np.uint16]:
    """The samples, rows x columns. Raises ``SenderError`` when the stream is damaged, of another kind, or holds a
    picture of another size than the header says."""
    scan = _read_marks(stream)
    if (scan.rows, scan.columns) != (rows, columns):
        raise _damaged(f"it holds {scan.columns} x {scan.rows} pixels, the header says {columns} x {rows}")
    codes, lengths = _lookup(scan.counts, scan.symbols)
    out = np.zeros((rows, columns), dtype=np.int32)
    data = np.frombuffer(stream, dtype=np.int8, offset=scan.data_at)
    whole = _decode(
        data, codes, lengths, out, scan.predictor, 1 << (scan.precision - scan.shift - 1), scan.shift, scan.restart
    )
    if not whole:
        raise _damaged("it ends too early")
    return out.astype(np.uint16)


def warm_up() -> None:
    """Have the loop compiled before a film comes, on the smallest picture: two by two, no difference anywhere."""
    frame = struct.pack(">BBHBHHBBBB", 0xFF, _SOF3, 11, 12, 2, 2, 1, 1, 0x11, 0)
    table = struct.pack(">BBHB", 0xFF, _DHT, 20, 0) + bytes([1]) + bytes(15) + bytes([0])
    scan = struct.pack(">BBHBBBBBB", 0xFF, _SOS, 8, 1, 1, 0, 1, 0, 0)
    decode(b"\xff\xd8" + frame + table + scan + bytes(8) + b"\xff\xd9", 2, 2)


def _damaged(why: str) -> SenderError:
    return SenderError(f"The JPEG lossless stream cannot be read: {why}.", _AGAIN)


def _read_marks(stream: bytes) -> _Scan:
    if stream[:2] != b"\xff\xd8":
        raise _damaged("it does not begin as one")
    at, restart = 2, 0
    frame: tuple[int, int, int] | None = None
    tables: dict[int, tuple[bytes, bytes]] = {}
    while at + 4 <= len(stream):
        if stream[at] != 0xFF:
            raise _damaged(f"byte {at} is no mark")
        mark = stream[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        (length,) = struct.unpack_from(">H", stream, at + 2)
        body = stream[at + 4 : at + 2 + length]
        if length < 2 or len(body) < length - 2:
            raise _damaged("it is cut off")
        at += 2 + length
        if mark == _SOF3 and length >= 11:
            precision, rows, columns, components = struct.unpack_from(">BHHB", body)
            if components != 1 or not 2 <= precision <= 16:
                raise _damaged(f"{components} colours of {precision} bits are not read here")
            frame = precision, rows, columns
        elif 0xC0 <= mark <= 0xCF and mark not in (_DHT, 0xC8, 0xCC):
            raise _damaged(f"it is of another process ({mark:02x})")
        elif mark == _DHT:
            tables |= _tables(body)
        elif mark == _DRI and length >= 4:
            (restart,) = struct.unpack_from(">H", body)
        elif mark == _SOS:
            if frame is None or length < 8 or body[0] != 1 or body[2] >> 4 not in tables:
                raise _damaged("its scan does not fit")
            counts, symbols = tables[body[2] >> 4]
            predictor, shift = body[3], body[5] & 15
            if not 1 <= predictor <= 7 or shift >= frame[0]:
                raise _damaged(f"predictor {predictor} is not known")
            packed = np.frombuffer(counts, np.uint8), np.frombuffer(symbols, np.uint8)
            return _Scan(*frame, *packed, predictor, shift, restart, at)
    raise _damaged("it has no scan")


def _tables(body: bytes) -> dict[int, tuple[bytes, bytes]]:
    found = {}
    while body:
        counts = body[1:17]
        symbols = body[17 : 17 + sum(counts)]
        if len(counts) < 16 or len(symbols) < sum(counts) or any(one > 16 for one in symbols):
            raise _damaged("a table is damaged")
        found[body[0] & 15] = counts, symbols
        body = body[17 + len(symbols) :]
    return found


def _lookup(counts: NDArray[np.uint8], symbols: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Symbol and length of the code that the next 16 bits begin with; length 0: none does."""
    codes, lengths = np.zeros(1 << 16, np.int32), np.zeros(1 << 16, np.int32)
    code = number = 0
    for length in range(1, 17):
        for _ in range(int(counts[length - 1])):
            first = code << (16 - length)
            if first >= 1 << 16:
                raise _damaged("a table is damaged")
            codes[first : first + (1 << (16 - length))] = symbols[number]
            lengths[first : first + (1 << (16 - length))] = length
            code, number = code + 1, number + 1
        code <<= 1
    return codes, lengths


@compiled_aside
def _decode(
    data: NDArray[np.int8],
    codes: NDArray[np.int32],
    lengths: NDArray[np.int32],
    out: NDArray[np.int32],
    predictor: int,
    middle: int,
    shift: int,
    restart: int,
) -> bool:
    """Fill ``out``; False when the data end first or hold a code that is in no table. A byte FF is -1 here."""
    rows, columns = out.shape
    at, bits, held = 0, 0, 0
    missing = 0
    fresh_row = 0  # where prediction began anew
    left = restart
    for row in range(rows):
        for column in range(columns):
            if restart > 0 and left == 0:
                bits, held, missing = 0, 0, 0
                while at + 1 < data.size and not (data[at] == -1 and -48 <= data[at + 1] <= -41):
                    at += 1
                at += 2
                left = restart
                fresh_row = row
            left -= 1
            while bits < 32:
                byte = 0  # behind a mark or the end come noughts; too many of them mean that the data are cut off
                if at < data.size and data[at] != -1:
                    byte = int(data[at]) & 0xFF
                    at += 1
                elif at + 1 < data.size and data[at + 1] == 0:
                    byte = 0xFF
                    at += 2
                else:
                    missing += 1
                    if missing > 8:
                        return False
                held = ((held << 8) | byte) & 0xFFFFFFFFFF
                bits += 8
            top = (held >> (bits - 16)) & 0xFFFF
            length = int(lengths[top])
            if length == 0:
                return False
            bits -= length
            size = int(codes[top])
            difference = 0
            if size == 16:
                difference = 32768
            elif size > 0:
                difference = (held >> (bits - size)) & ((1 << size) - 1)
                bits -= size
                if difference < (1 << (size - 1)):
                    difference -= (1 << size) - 1
            if row == fresh_row:
                predicted = middle if column == 0 else int(out[row, column - 1]) >> shift
            elif column == 0:
                predicted = int(out[row - 1, column]) >> shift
            else:
                a = int(out[row, column - 1]) >> shift
                b = int(out[row - 1, column]) >> shift
                c = int(out[row - 1, column - 1]) >> shift
                if predictor == 1:
                    predicted = a
                elif predictor == 2:
                    predicted = b
                elif predictor == 3:
                    predicted = c
                elif predictor == 4:
                    predicted = a + b - c
                elif predictor == 5:
                    predicted = a + ((b - c) >> 1)
                elif predictor == 6:
                    predicted = b + ((a - c) >> 1)
                else:
                    predicted = (a + b) >> 1
            out[row, column] = ((predicted + difference) & 0xFFFF) << shift & 0xFFFF
    return True
