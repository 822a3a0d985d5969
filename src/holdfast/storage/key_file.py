"""Keys as files beside the record that only their owner can read: made at the first use, never shown."""

import os
from pathlib import Path

from holdfast.kernel.errors import IntegrityError, WorldError

KEY_BYTES = 32


def key_in(path: Path, lost: str) -> bytes:
    """The key in this file, 32 random bytes; made when there is none.

    ``lost`` is a sentence that says what a new key would cost. Raises ``WorldError`` or ``IntegrityError``.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path, lost)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.", "Give Holdfast the folder.") from error
    key = os.urandom(KEY_BYTES)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def _read(path: Path, lost: str) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise WorldError(f"{path} cannot be read: {error.strerror}.", "Its owner runs Holdfast.") from error
    if len(key) != KEY_BYTES:
        raise IntegrityError(f"{path} is damaged.", f"Restore it, or remove it: {lost}")
    return key
