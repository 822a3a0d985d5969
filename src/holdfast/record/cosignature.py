"""Cosignatures of witnesses on a checkpoint (C2SP tlog-cosignature, the Ed25519 kind).

A cosignature says: as of this moment, this is the largest record of this name that I have seen, and it contains every
earlier one that I signed. Pure, like ``signed_note``.
"""

import base64
import binascii
import hashlib

import msgspec

from holdfast.kernel.errors import IntegrityError, OperatorError
from holdfast.record.signed_note import Check

COSIGNATURE_ED25519 = b"\x04"
_MARK = "\u2014 "
_KEY_BYTES = 32
_TIME_BYTES = 8


class WitnessKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key of a witness, by the name it signs under."""

    name: str
    key: bytes
    """32 bytes."""

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE_ED25519 + self.key).digest()[:4]


def read_witness_key(line: str) -> WitnessKey:
    """Read ``name+id+key`` as a witness publishes it; raises ``OperatorError`` for anything else."""
    name, _, rest = line.strip().partition("+")
    stated, _, encoded = rest.partition("+")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not name or key[:1] != COSIGNATURE_ED25519 or len(key) != 1 + _KEY_BYTES:
        raise OperatorError(f"{line.strip()[:80]!r} is no key of an Ed25519 witness.", "Ask the witness for its vkey.")
    found = WitnessKey(name=name, key=key[1:])
    if found.key_id.hex() != stated:
        raise OperatorError(f"The key of {name} does not have the id {stated!r}.", "A letter of it was changed.")
    return found


def signed_at(text: str, lines: str, key: WitnessKey, check: Check) -> tuple[str, int]:
    """(signature line, POSIX seconds) of the cosignature by ``key`` among ``lines``; ``text`` is the checkpoint's.

    Raises ``IntegrityError`` when there is none or it does not hold. Lines of other keys are passed over.
    """
    for line in lines.split("\n"):
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        if not line.startswith(_MARK) or name != key.name:
            continue
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if raw[:4] != key.key_id:
            continue
        seconds, signature = int.from_bytes(raw[4 : 4 + _TIME_BYTES], "big"), raw[4 + _TIME_BYTES :]
        if not check(key.key, signature, f"cosignature/v1\ntime {seconds}\n{text}".encode()):
            raise IntegrityError(f"The signature of {key.name} does not hold.", "Ask the witness.")
        return line + "\n", seconds
    raise IntegrityError(f"{key.name} did not sign this.", "Is its key still the one that is configured?")
