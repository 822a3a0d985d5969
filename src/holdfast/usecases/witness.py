"""Signing checkpoints, and comparing the record with one kept elsewhere: that finds a cut end or a rolled back copy."""

import base64
from collections.abc import Iterable
from typing import Protocol

import msgspec

from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.merkle import consistent
from holdfast.record.checkpoint import read_checkpoint
from holdfast.record.signed_note import Check, PublicKey, Sign, opened, signed
from holdfast.usecases.log_tree import LogTree


class Signer(Protocol):
    """The key of the record; see ``storage.signing_key``."""

    @property
    def name(self) -> str: ...

    @property
    def sign(self) -> Sign: ...

    @property
    def handed_over(self) -> tuple[str, ...]:
        """For each earlier key its note that names the next one."""
        ...

    def public(self, purpose: str = "") -> PublicKey: ...

    def earlier(self) -> tuple[PublicKey, ...]: ...


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


def sign_checkpoint(tree: LogTree, signer: Signer, last: str | None, check: Check) -> str:
    """The signed checkpoint of the record as ``tree`` has it.

    Raises ``IntegrityError`` when the record does not continue the one of the ``last`` checkpoint that was signed: two
    that contradict each other must never both bear our name.
    """
    if last is not None:
        found = compare(tree, last, [signer.public(), *signer.earlier()], check, signer.name)
        if not found.ok:
            raise IntegrityError(found.words, "Nothing was signed. Restore the record from its newest copy.")
    return signed(tree.checkpoint(signer.name).text(), [(signer.public(), signer.sign)])
