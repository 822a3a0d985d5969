"""Signed notes (C2SP signed-note v1): plain text with signature lines below, that mail and paper carry unharmed.

Pure: who signs and who checks a signature comes from outside (see ``storage.signing_key``). Only Ed25519 is written
and read; signatures by keys that the reader does not know are passed over, as the format asks: that is how keys are
rotated and how a witness signs beside us.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable

import msgspec

from holdfast.kernel.errors import IntegrityError, OperatorError

ED25519 = b"\x01"
"""Identifies the kind of signature inside a key's id."""

_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_MARK = "\u2014 "

Sign = Callable[[bytes], bytes]
Check = Callable[[bytes, bytes, bytes], bool]
"""``check(public key, signature, text)``."""


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that signs notes, by the name it signs under."""

    name: str
    key: bytes
    """32 bytes, RFC 8032."""

    @property
    def key_id(self) -> bytes:
        """Four bytes that a signature line carries to say which key made it."""
        return key_id(self.name, ED25519, self.key)

    def written(self) -> str:
        """One line to hand out: ``name+id+key``, as the Go note tools read it."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.key).decode()}"


def key_id(name: str, kind: bytes, key: bytes) -> bytes:
    """What a signature line names a key by; ``kind``: one byte for the kind of signature."""
    return hashlib.sha256(name.encode() + b"\n" + kind + key).digest()[:4]


def read_key(line: str) -> PublicKey:
    """Read what ``PublicKey.written`` wrote; raises ``OperatorError`` for anything else."""
    name, key = read_vkey(line, ED25519)
    return PublicKey(name=name, key=key)


def read_vkey(line: str, kind: bytes) -> tuple[str, bytes]:
    """(name, 32 bytes) of ``name+id+key`` for this kind of signature; raises ``OperatorError``."""
    name, _, rest = line.strip().partition("+")
    stated, _, encoded = rest.partition("+")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not name or key[:1] != kind or len(key) != 1 + _KEY_BYTES:
        raise OperatorError(f"{line.strip()[:80]!r} is no such public key.", "It reads name+8 hex digits+base64.")
    if key_id(name, kind, key[1:]).hex() != stated:
        raise OperatorError(f"The key of {name} does not have the id {stated!r}.", "A letter of it was changed.")
    return name, key[1:]


def check_name(name: str) -> str:
    """A name that a key may have; raises ``OperatorError``."""
    if not name or "+" in name or any(char.isspace() or not char.isprintable() for char in name):
        raise OperatorError(
            f"{name!r} cannot be the name of a key.", "Use letters, digits, dots, dashes and slashes: clinic.example/er"
        )
    return name


def signed(text: str, keys: Iterable[tuple[PublicKey, Sign]]) -> str:
    """The note: the text (it ends in a newline), a blank line, one line for each key."""
    if not text.endswith("\n") or any(ord(char) < 32 and char != "\n" for char in text):
        raise ValueError("the text of a note ends in a newline and holds no control characters")
    lines = []
    for key, sign in keys:
        line = base64.b64encode(key.key_id + sign(text.encode())).decode()
        lines.append(f"{_MARK}{key.name} {line}\n")
    return text + "\n" + "".join(lines)


def opened(note: str, keys: Iterable[PublicKey], check: Check) -> str:
    """The text of a note that at least one of these keys signed.

    Raises ``IntegrityError`` when it is no note, when none of the keys signed it, or when a signature by one of them
    does not hold.
    """
    text, blank, below = note.rpartition("\n\n")
    lines = below.split("\n")
    if not blank or lines.pop() or not lines:
        raise IntegrityError("This is no signed note.", "It needs a text, an empty line and signature lines.")
    text += "\n"
    known = {(key.name, key.key_id): key for key in keys}
    held = 0
    for line in lines:
        name, signature = read_signature(line)
        key = known.get((name, signature[:4]))
        if key is None:
            continue
        if not check(key.key, signature[4:], text.encode()):
            raise IntegrityError(f"The signature of {name} does not hold.", "The text or the signature was changed.")
        held += 1
    if not held:
        raise IntegrityError("No key that you trust signed this note.", "Ask the signer for the public key.")
    return text


def read_signature(line: str) -> tuple[str, bytes]:
    """(name, key id and signature) of a signature line; raises ``IntegrityError``."""
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except ValueError:
        signature = b""
    if not line.startswith(_MARK) or not name or len(signature) < 5:
        raise IntegrityError("A signature line of the note cannot be read.", "The note was changed or cut.")
    return name, signature
