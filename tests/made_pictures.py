"""Photographs made for the tests: small PNG files."""

import struct
import zlib


def photograph(columns: int = 64, rows: int = 40, grey: int = 200) -> bytes:
    """A grey PNG with a dark spot in its middle."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = bytearray()
    for row in range(rows):
        inside = [abs(row - rows / 2) < rows / 5 and abs(at - columns / 2) < columns / 5 for at in range(columns)]
        lines += b"\0" + bytes(60 if one else grey for one in inside)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(lines))) + part(b"IEND", b"")
