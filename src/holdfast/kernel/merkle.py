"""The Merkle tree of RFC 6962 (section 2.1): one hash stands for all entries, and short proofs show what is under it.

Pure hashing. ``Frontier`` grows a tree in O(log n) for each entry and holds no more than one hash for each level;
proofs are made from ``Roots``, which is asked for the hash of a whole subtree.
"""

import hashlib
from collections.abc import Callable, Sequence

import msgspec

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without entries."""

Roots = Callable[[int, int], bytes]
"""``roots(level, index)``: hash of the complete subtree over entries ``index << level`` to ``(index + 1) << level``."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash (32 bytes) of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of a node over its two halves. Its prefix keeps a node from being taken for an entry."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier(msgspec.Struct, frozen=True, kw_only=True):
    """A tree of which only the hashes of its complete subtrees are kept, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """The tree with one more leaf hash."""
        hashes, size = list(self.hashes), self.size
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        return Frontier(size=self.size + 1, hashes=(*hashes, leaf))

    def root(self) -> bytes:
        """Hash over all entries."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT


def subtree_root(leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree = tree.append(leaf)
    return tree.root()


def inclusion_proof(index: int, size: int, roots: Roots) -> tuple[bytes, ...]:
    """The siblings from entry ``index`` up to the root of the tree of ``size`` entries.

    Raises ``ValueError`` for an index outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a tree of {size}")
    return tuple(_path(index, 0, size, roots))


def consistency_proof(old: int, new: int, roots: Roots) -> tuple[bytes, ...]:
    """What shows that the tree of ``new`` entries begins with the ``old`` ones; empty for 0 and for equal sizes."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} entries does not begin with {old}")
    if old in (0, new):
        return ()
    return tuple(_subproof(old, 0, new, roots, whole=True))


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that this proof gives for a leaf hash; None when the proof has another length than the place asks."""
    if not 0 <= index < size:
        return None
    found, last, rest = leaf, size - 1, list(proof)
    while last:
        if index & 1:
            if not rest:
                return None
            found = node_hash(rest.pop(0), found)
        elif index < last:
            if not rest:
                return None
            found = node_hash(found, rest.pop(0))
        index, last = index >> 1, last >> 1
    return None if rest else found


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the newer tree begins with the older one (RFC 9162, section 2.1.4.2)."""
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new:
        return False
    rest = list(proof) if old & (old - 1) else [old_root, *proof]
    if not rest:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    was = now = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


def _fold(hashes: Sequence[bytes]) -> bytes:
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _split(width: int) -> int:
    """The largest power of two below ``width``: where RFC 6962 cuts a tree in two."""
    return 1 << (width - 1).bit_length() - 1


def _range_root(start: int, end: int, roots: Roots) -> bytes:
    """Hash over entries ``start`` to ``end``, a range as a proof cuts it: it begins at a multiple of its width."""
    complete = []
    while start < end:
        level = (end - start).bit_length() - 1
        complete.append(roots(level, start >> level))
        start += 1 << level
    return _fold(complete)


def _path(index: int, start: int, end: int, roots: Roots) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, roots), _range_root(middle, end, roots)]
    return [*_path(index, middle, end, roots), _range_root(start, middle, roots)]


def _subproof(old: int, start: int, end: int, roots: Roots, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [_range_root(start, end, roots)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, roots, whole=whole), _range_root(middle, end, roots)]
    return [*_subproof(old, middle, end, roots, whole=False), _range_root(start, middle, roots)]
