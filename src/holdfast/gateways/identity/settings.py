"""What the clinic configured: ``sign-in.yaml`` in the folder of the record. Without it there is one way in.

The file holds a secret. No error and no log line repeats anything of it.
"""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from holdfast.gateways import settings_file
from holdfast.kernel.errors import OperatorError

FILE = "sign-in.yaml"
PAGE = "docs/reference/security.md"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One provider of OpenID Connect."""

    issuer: str
    client_id: str
    client_secret: str
    address: str
    """Ours, as browsers reach us: the provider sends people back to it."""
    claim: str = "preferred_username"
    """Whose value is the login of an account here. One that people cannot change themselves."""
    label: str = "your clinic's account"

    def __repr__(self) -> str:
        return f"Settings(issuer={self.issuer!r})"


def read_settings(folder: Path) -> Settings | None:
    """The settings of this folder; None when there is no file. Raises ``OperatorError``."""
    path = folder / FILE
    settings = settings_file.read(path, Settings, see=PAGE, secret=True)
    if settings and not (safe_address(settings.issuer) and safe_address(settings.address)):
        raise OperatorError(f"{path}: issuer and address begin with https://.", f"See {PAGE}.")
    return settings


def safe_address(address: str) -> bool:
    """Over TLS, or on this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
