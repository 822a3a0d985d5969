"""Checkpoints (C2SP tlog-checkpoint) and proofs (C2SP tlog-proof v1) as text.

A checkpoint says: so many events, this root. Kept by somebody else, it finds out later whether the record was cut
off or rewritten. A proof says where one event stands under a checkpoint.
"""

import base64
from collections.abc import Sequence

import msgspec

from holdfast.kernel.errors import IntegrityError

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_HASH_BYTES = 32


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """How many events the record held and the root over them."""

    origin: str
    """Which record: the name that its key has."""
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; raises ``IntegrityError``. Extension lines are passed over."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise IntegrityError("This is no checkpoint.", "It needs a name, a number and a hash, one a line.")
    origin, number, encoded = lines[:3]
    try:
        root = base64.b64decode(encoded, validate=True)
    except ValueError:
        root = b""
    if not (number.isascii() and number.isdigit() and str(int(number)) == number):
        raise IntegrityError(f"{number[:40]!r} is not the size of a record.", "The checkpoint was changed.")
    if len(root) != _HASH_BYTES or base64.b64encode(root).decode() != encoded:
        raise IntegrityError("The root hash of the checkpoint cannot be read.", "The checkpoint was changed.")
    return Checkpoint(origin=origin, size=int(number), root=root)


def proof_text(index: int, proof: Sequence[bytes], checkpoint_note: str) -> str:
    """One event's proof: its place (from 0), the hashes from its sibling up, the signed checkpoint as it is."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    return f"{PROOF_HEADER}\nindex {index}\n{hashes}\n{checkpoint_note}"
