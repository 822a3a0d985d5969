"""Does the record still hold what a checkpoint kept elsewhere says? That finds a cut end and a rolled back copy."""

import base64
from collections.abc import Iterable

import msgspec

from holdfast.kernel.merkle import consistent
from holdfast.record.checkpoint import read_checkpoint
from holdfast.record.signed_note import Check, PublicKey, opened
from holdfast.usecases.log_tree import LogTree


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; ``proof`` lets another party repeat it without the record."""

    ok: bool
    words: str
    kept_size: int
    size: int
    proof: tuple[str, ...] = ()
    """Base64, as RFC 6962 orders them; empty unless ``ok``."""


def compare(tree: LogTree, note: str, keys: Iterable[PublicKey], check: Check, origin: str) -> Comparison:
    """Compare the record with one checkpoint; ``tree`` has caught up.

    Raises ``IntegrityError`` when the note itself does not hold or names another record.
    """
    kept = read_checkpoint(opened(note, keys, check))
    now = tree.checkpoint(origin)
    said = f"The checkpoint speaks of {kept.size} events"
    if kept.origin != origin:
        words = f"The checkpoint is of {kept.origin}, this record is {origin}."
        return Comparison(ok=False, words=words, kept_size=kept.size, size=now.size)
    if kept.size > now.size:
        words = f"{said}, the record holds {now.size}: its last {kept.size - now.size} events are gone."
        return Comparison(ok=False, words=words, kept_size=kept.size, size=now.size)
    proof = tree.consistency(kept.size, now.size)
    if not consistent(kept.size, kept.root, now.size, now.root, proof):
        words = f"{said}: the first {kept.size} events of this record are not those any more. It was rewritten."
        return Comparison(ok=False, words=words, kept_size=kept.size, size=now.size)
    return Comparison(
        ok=True,
        words=f"{said}; all of them stand unchanged, and {now.size - kept.size} came after them.",
        kept_size=kept.size,
        size=now.size,
        proof=tuple(base64.b64encode(one).decode() for one in proof),
    )
