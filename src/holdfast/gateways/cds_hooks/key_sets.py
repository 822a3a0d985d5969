"""Public keys of clients: written in the settings, or fetched from the one address that the settings name."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from holdfast.gateways.cds_hooks.settings import Client
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.limits import HOOK_KEYS_BYTES_MAX
from holdfast.kernel.time import US_PER_S

log = logging.getLogger("holdfast")

FRESH_S = 600
"""A fetched set is used for so long; an unknown key id fetches it again sooner."""
AGAIN_S = 30
"""... but not more often than this: strangers choose key ids."""
FETCH_S = 3.0
RSA_BITS_MIN = 2048
_KINDS = {"EC", "RSA"}

Fetch = Callable[[str], bytes]


def fetch(address: str) -> bytes:
    """The bytes behind an address of the settings: no redirect is followed, and no more is read than keys need."""
    import httpx  # fetched with the first key: a server listens sooner without it

    with httpx.stream("GET", address, timeout=FETCH_S, follow_redirects=False) as answer:
        answer.raise_for_status()
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > HOOK_KEYS_BYTES_MAX:
                raise ValueError("the set of keys is too large")
        return bytes(body)


@dataclass
class _Held:
    keys: list[dict[str, Any]]
    at_us: int


class KeySets:
    """Keys by client. Any thread may ask."""

    def __init__(self, clients: dict[str, Client], fetch_bytes: Fetch = fetch) -> None:
        self._fetch = fetch_bytes
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        for key, client in clients.items():
            if client.keys is not None:
                self._held[key] = _Held(_usable(client.keys), 0)
                if not self._held[key].keys:
                    raise OperatorError(f"hooks.yaml: {key} has no key that can be used.", "Give it EC or RSA keys.")

    def find(self, key: str, client: Client, kid: str, algorithm: str, now_us: int) -> jwt.PyJWK | None:
        """The key of this id that this algorithm can use. Without an id there must be only one to choose from."""
        for fresh in (False, True):
            keys = self._keys(key, client, now_us, again=fresh)
            named = [one for one in keys if not kid or one.get("kid") == kid]
            made = [one for one in (_made(entry, algorithm) for entry in named) if one]
            if len(made) == 1:
                return made[0]
            if not client.jku:
                return None
        return None

    def _keys(self, key: str, client: Client, now_us: int, *, again: bool) -> list[dict[str, Any]]:
        if not client.jku:
            return self._held[key].keys
        with self._lock:
            held = self._held.get(key)
            lives_s = AGAIN_S if again else FRESH_S
            if held and 0 <= now_us - held.at_us < lives_s * US_PER_S:
                return held.keys
            try:
                keys = _usable(msgspec.json.decode(self._fetch(client.jku)))
            except Exception as error:  # their server, their bytes: whatever it is, there are no new keys
                log.warning("keys of %s could not be fetched: %s", client.name, type(error).__name__)
                keys = held.keys if held else []
            self._held[key] = _Held(keys, now_us)
            return keys


def _usable(keys: Any) -> list[dict[str, Any]]:
    """Public keys to verify with; anything else in the set is passed over."""
    entries = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(entries, list):
        return []
    return [
        one
        for one in entries
        if isinstance(one, dict) and one.get("kty") in _KINDS and one.get("use", "sig") == "sig" and "d" not in one
    ]


def _made(entry: dict[str, Any], algorithm: str) -> jwt.PyJWK | None:
    if entry.get("alg", algorithm) != algorithm:
        return None
    try:
        key = jwt.PyJWK(entry, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None  # another kind of key, or a damaged one
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < RSA_BITS_MIN:
        return None
    return key
