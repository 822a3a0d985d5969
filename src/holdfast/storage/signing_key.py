"""The keys that sign checkpoints and exports: Ed25519, in a file beside the record that only its owner can read.

The newest key signs; earlier ones stay in the file as public keys, so that what they signed can still be told to be
ours. A key that is replaced signs, as its last act, the line of the one that follows it.
"""

import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from holdfast.kernel import typed
from holdfast.kernel.errors import IntegrityError, OperatorError, WorldError
from holdfast.record.signed_note import PublicKey, Sign, check_name, signed

FILE = "signing-key.json"
LAST_CHECKPOINT = "last-checkpoint.txt"


class _Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the file holds."""

    name: str
    private: bytes
    """32 bytes."""
    earlier: tuple[bytes, ...] = ()
    """Public keys that signed before, oldest first."""
    handed_over: tuple[str, ...] = ()
    """For each earlier key the note in which it names the next one."""


class SigningKey:
    """The newest key of a record, and the public part of those before it."""

    def __init__(self, folder: Path, keys: _Keys) -> None:
        self._path = folder / FILE
        self._keys = keys
        self._private = Ed25519PrivateKey.from_private_bytes(keys.private)

    @property
    def name(self) -> str:
        return self._keys.name

    def public(self, purpose: str = "") -> PublicKey:
        """The key that signs; with a purpose, under a name of its own, so that no text can be taken for another."""
        return PublicKey(name=self._keys.name + purpose, key=self._private.public_key().public_bytes_raw())

    def earlier(self) -> tuple[PublicKey, ...]:
        """Keys that signed before, oldest first."""
        return tuple(PublicKey(name=self._keys.name, key=key) for key in self._keys.earlier)

    @property
    def handed_over(self) -> tuple[str, ...]:
        """For each earlier key its note that names the next one."""
        return self._keys.handed_over

    @property
    def sign(self) -> Sign:
        return self._private.sign

    def rotated(self) -> "SigningKey":
        """Make a new key, have the old one sign its line, and keep the old one's public part. On disk on return."""
        new = Ed25519PrivateKey.generate()
        old = self.public("/key")
        follows = PublicKey(name=self._keys.name, key=new.public_key().public_bytes_raw())
        note = signed(f"{self._keys.name}/key\n{follows.written()}\n", [(old, self.sign)])
        keys = _Keys(
            name=self._keys.name,
            private=new.private_bytes_raw(),
            earlier=(*self._keys.earlier, old.key),
            handed_over=(*self._keys.handed_over, note),
        )
        _write(self._path, msgspec.json.encode(keys))
        return SigningKey(self._path.parent, keys)


def load_key(folder: Path) -> SigningKey | None:
    """The key of the record in this folder; None before ``create_key``."""
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WorldError(f"{folder / FILE} cannot be read: {error.strerror}.", "Its owner runs Holdfast.") from error
    try:
        return SigningKey(folder, typed.from_json(data, _Keys))
    except (msgspec.MsgspecError, ValueError) as error:
        raise IntegrityError(f"{folder / FILE} is damaged: {error}.", "Restore it from a copy.") from error


def create_key(folder: Path, name: str) -> SigningKey:
    """Make the first key of a record under this name; raises ``OperatorError`` when it has one already."""
    if load_key(folder) is not None:
        raise OperatorError("This record has a key already.", "Give it a new one with --rotate-key.")
    keys = _Keys(name=check_name(name), private=Ed25519PrivateKey.generate().private_bytes_raw())
    _write(folder / FILE, msgspec.json.encode(keys))
    return SigningKey(folder, keys)


def last_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint that was signed for the record in this folder; None before the first."""
    try:
        return (folder / LAST_CHECKPOINT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"{folder / LAST_CHECKPOINT} cannot be read: {error}.", "Restore it from a copy.") from error


def keep_checkpoint(folder: Path, note: str) -> None:
    """Keep a checkpoint that was signed, before anybody is handed it."""
    _write(folder / LAST_CHECKPOINT, note.encode())


def check_signature(key: bytes, signature: bytes, text: bytes) -> bool:
    """Whether this Ed25519 key (32 bytes) made this signature of the text."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a key that is half written could never be read again."""
    fresh = path.with_suffix(".new")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise WorldError(
            f"{path} cannot be written: {error.strerror}.", "Make room or give Holdfast the folder."
        ) from error
