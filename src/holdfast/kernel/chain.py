"""The hash link that binds one record to the one before it.

``link_hash`` is SHA-256 over length-prefixed fields. The prefix makes the encoding injective:
no two different sequences of fields give the same bytes, so a value cannot slide from one field
into its neighbour unnoticed.
"""

import hashlib
from collections.abc import Iterable

GENESIS = b"\x00" * 32
"""What the first record of every chain points back to."""


def link_hash(fields: Iterable[bytes | str | int]) -> bytes:
    """SHA-256 (32 bytes) over the fields, each prefixed by its length in 8 bytes big-endian."""
    digest = hashlib.sha256()
    for field in fields:
        data = _as_bytes(field)
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def _as_bytes(field: bytes | str | int) -> bytes:
    if isinstance(field, bytes):
        return field
    return (field if isinstance(field, str) else str(field)).encode("utf-8")
