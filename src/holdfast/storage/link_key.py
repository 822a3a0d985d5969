"""The key that signs links: 32 random bytes in a file beside the record that only its owner can read."""

import base64
import hmac
import os
from pathlib import Path

from holdfast.kernel.errors import IntegrityError, WorldError

FILE = "link-key"
_BYTES = 32
_SIGNATURE_BYTES = 18
"""144 bits."""


class LinkKey:
    """Signs what a link names (HMAC-SHA-256, cut to 144 bits). A new key makes every earlier link open nothing."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, text: str) -> str:
        digest = hmac.digest(self._key, text.encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()


def load_or_make(folder: Path) -> LinkKey:
    """The key of this folder; made when there is none. Raises ``WorldError`` or ``IntegrityError``."""
    path = folder / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.", "Give Holdfast the folder.") from error
    key = os.urandom(_BYTES)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return LinkKey(key)


def _read(path: Path) -> LinkKey:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise WorldError(f"{path} cannot be read: {error.strerror}.", "Its owner runs Holdfast.") from error
    if len(key) != _BYTES:
        raise IntegrityError(f"{path} is damaged.", "Restore it, or remove it: every link that was sent then ends.")
    return LinkKey(key)
