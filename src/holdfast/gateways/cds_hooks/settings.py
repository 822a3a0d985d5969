"""What the clinic configured: ``hooks.yaml`` in the folder of the record. Without it nobody may call or is asked.

Keys of clients are public keys; the file holds no secret.
"""

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from holdfast.gateways import settings_file
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.limits import HOOK_CALLS_PER_MIN

FILE = "hooks.yaml"
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,29}")
PAGE = "docs/reference/cds-hooks.md"
_REMEDY = f"See {PAGE}."
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Algorithm = Literal["ES384", "RS384", "ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512"]
"""Signatures with a key pair only: a secret that both sides know proves nothing about either."""


class OwnCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code of this clinic that means an end-of-life order."""

    system: str
    code: str


class Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A system that may call."""

    name: str
    issuer: str
    """``iss`` of its tokens."""
    algorithms: tuple[Algorithm, ...] = ("ES384", "RS384")
    keys: dict[str, Any] | None = None
    """Its JSON Web Key Set, or"""
    jku: str = ""
    """where that is fetched from. Nothing else that a token names is ever fetched."""
    patients: str = ""
    """Address of its patients: what its ``patientId`` is a number of. Empty: its issuer."""
    training: bool = False
    """True: it finds training cases, and no others."""
    calls_per_minute: int = HOOK_CALLS_PER_MIN


class PeerService(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A service that our own end-of-life order is put before."""

    name: str
    address: str
    """Of the service itself: ``https://.../cds-services/{id}``."""
    training: bool = False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    address: str = ""
    """Where other systems reach Holdfast; their tokens are made out to it."""
    origins: tuple[str, ...] = ()
    """Pages in a browser that may call (CORS)."""
    order_codes: tuple[OwnCode, ...] = ()
    clients: dict[str, Client] = {}
    peers: dict[str, PeerService] = {}


def read_settings(folder: Path) -> Settings:
    """The settings of this folder; empty when there is no file. Raises ``OperatorError``."""
    path = folder / FILE
    settings = settings_file.read(path, Settings, see=PAGE) or Settings()
    check(settings, str(path))
    return msgspec.structs.replace(settings, address=settings.address.rstrip("/"))


def check(settings: Settings, where: str) -> None:
    """Raise ``OperatorError`` for what cannot be meant."""
    for key in (*settings.clients, *settings.peers):
        if not _KEY.fullmatch(key):
            raise OperatorError(f"{where}: the name {key!r} is not of small letters and digits.", _REMEDY)
    issuers = [client.issuer for client in settings.clients.values()]
    if len(set(issuers)) < len(issuers):
        raise OperatorError(f"{where}: two clients have the same issuer.", "A token names its client by it.")
    for key, client in settings.clients.items():
        if (client.keys is None) == (not client.jku):
            raise OperatorError(f"{where}: {key} needs either keys or a jku.", _REMEDY)
        if not client.algorithms or not client.issuer or client.calls_per_minute < 1:
            raise OperatorError(f"{where}: {key} lacks an issuer, an algorithm or calls.", _REMEDY)
    addresses = {key: client.jku for key, client in settings.clients.items() if client.jku}
    addresses |= {key: peer.address for key, peer in settings.peers.items()}
    for key, address in addresses.items():
        _check_address(address, f"{where}: {key}")
    for origin in settings.origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}" or not parts.netloc:
            raise OperatorError(f"{where}: {origin!r} is no origin.", "Write https://host, without a path; never '*'.")
    if settings.address and not settings.address.startswith(("http://", "https://")):
        raise OperatorError(f"{where}: the address does not begin with https://.", _REMEDY)


def _check_address(address: str, where: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return
    raise OperatorError(f"{where}: {address!r} is not an https:// address.", "Without TLS only this machine is asked.")
