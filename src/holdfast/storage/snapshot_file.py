"""One file beside the record that can be made again from it: replaced whole, believed only as it was written.

It begins with what wrote it (``made_by``) and the SHA-256 of the rest. It holds parts of the record, so only its owner
may read it.
"""

import contextlib
import hashlib
import os
from pathlib import Path

from holdfast.kernel.errors import IntegrityError

_HASH_BYTES = 32


def read_snapshot(path: Path, made_by: bytes) -> bytes | None:
    """What was written last by the same program; None without a file, or where another release wrote it. Raises
    ``IntegrityError`` for a damaged one."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    writer, digest, data = whole[:_HASH_BYTES], whole[_HASH_BYTES : 2 * _HASH_BYTES], whole[2 * _HASH_BYTES :]
    if writer != _told(made_by):
        return None
    if digest != hashlib.sha256(data).digest():
        raise IntegrityError(f"{path} is damaged.", "Nothing to do: it is made again from the record.")
    return data


def write_snapshot(path: Path, made_by: bytes, data: bytes) -> None:
    """Put it in the place of the one before; raises ``OSError``, and then the one before stays."""
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_told(made_by) + hashlib.sha256(data).digest())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _told(made_by: bytes) -> bytes:
    return hashlib.sha256(made_by).digest()
