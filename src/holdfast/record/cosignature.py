"""Cosignatures of witnesses on a checkpoint (C2SP tlog-cosignature, the Ed25519 kind).

A cosignature says: as of this moment, this is the largest record of this name that I have seen, and it contains every
earlier one that I signed. Pure, like ``signed_note``.
"""

import msgspec

from holdfast.kernel.errors import IntegrityError
from holdfast.record.signed_note import Check, key_id, read_signature, read_vkey

COSIGNATURE_ED25519 = b"\x04"
_ID_BYTES, _TIME_BYTES = 4, 8


class WitnessKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key of a witness, by the name it signs under."""

    name: str
    key: bytes
    """32 bytes."""

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, COSIGNATURE_ED25519, self.key)


def read_witness_key(line: str) -> WitnessKey:
    """Read ``name+id+key`` as an Ed25519 witness publishes it; raises ``OperatorError`` for anything else."""
    name, key = read_vkey(line, COSIGNATURE_ED25519)
    return WitnessKey(name=name, key=key)


def signed_at(text: str, lines: str, key: WitnessKey, check: Check) -> tuple[str, int]:
    """(signature line, POSIX seconds) of the cosignature by ``key`` among ``lines``; ``text`` is the checkpoint's.

    Raises ``IntegrityError`` when there is none or it does not hold. Lines of other keys are passed over.
    """
    for line in lines.splitlines():
        name, raw = read_signature(line)
        if name != key.name or raw[:_ID_BYTES] != key.key_id:
            continue
        stated, signature = raw[_ID_BYTES:][:_TIME_BYTES], raw[_ID_BYTES + _TIME_BYTES :]
        seconds = int.from_bytes(stated, "big")
        if not check(key.key, signature, f"cosignature/v1\ntime {seconds}\n{text}".encode()):
            raise IntegrityError(f"The signature of {key.name} does not hold.", "Ask the witness.")
        return f"{line}\n", seconds
    raise IntegrityError(f"{key.name} did not sign this.", "Is its key still the one that is configured?")
