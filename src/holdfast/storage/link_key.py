"""The key that signs links: 32 random bytes in a file beside the record that only its owner can read."""

import base64
import hmac
from pathlib import Path

from holdfast.storage.key_file import key_in

FILE = "link-key"
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
    return LinkKey(key_in(folder / FILE, "every link that was sent then ends."))
