"""The tree over the whole record, and the proofs made from it.

Nothing of it is stored: it is derived from the events like everything else, and grows with them. Kept in memory is one
hash for every 256 events; what lies below is computed again from those 256 when a proof asks for it.
"""

from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.merkle import Frontier, consistency_proof, inclusion_proof, node_hash, subtree_root
from holdfast.record.checkpoint import Checkpoint
from holdfast.record.leaf import entry_hash
from holdfast.usecases.ports import Store

_LEVEL = 8
_CHUNK = 1 << _LEVEL
_PAGE = 4 * _CHUNK


class LogTree:
    """Follows the record of one store. For one thread at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tree = Frontier()
        self._chunks: list[bytes] = []
        """Roots of the complete subtrees of ``_CHUNK`` events."""
        self._tail: list[bytes] = []
        """Leaf hashes after the last complete one."""
        self._above: dict[tuple[int, int], bytes] = {}
        self._opened: int | None = None
        """The chunk that a proof asked for last: proofs of neighbours ask again."""
        self._within: dict[tuple[int, int], bytes] = {}
        """Hashes inside it."""
        self._last: dict[tuple[int, int], bytes] = {}
        """Hashes inside the chunk that is not complete yet: every proof asks for some."""

    @property
    def size(self) -> int:
        """Events in the tree."""
        return self._tree.size

    def catch_up(self) -> None:
        """Take in what was committed since; raises ``IntegrityError`` for a damaged or missing event."""
        self._last = {}
        more = True
        while more:
            leaves = self._read(self.size, _PAGE)
            more = len(leaves) == _PAGE
            for leaf in leaves:
                self._tree = self._tree.append(leaf)
                self._tail.append(leaf)
                if len(self._tail) == _CHUNK:
                    self._chunks.append(subtree_root(self._tail))
                    self._tail = []

    def checkpoint(self, origin: str) -> Checkpoint:
        """The size and the root as of the last ``catch_up``."""
        return Checkpoint(origin=origin, size=self.size, root=self._tree.root())

    def inclusion(self, seq: int, size: int) -> tuple[bytes, ...]:
        """The proof of event ``seq`` (from 1) in the record of ``size`` events."""
        return inclusion_proof(seq - 1, size, self._roots)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """The proof that the record of ``size`` events begins with the ``old`` ones."""
        return consistency_proof(old, size, self._roots)

    def _roots(self, level: int, index: int) -> bytes:
        if level == _LEVEL:
            return self._chunks[index]
        known = self._above if level > _LEVEL else self._of_chunk(index >> (_LEVEL - level))
        if (level, index) not in known:
            halves = self._roots(level - 1, 2 * index), self._roots(level - 1, 2 * index + 1)
            known[level, index] = node_hash(*halves)
        return known[level, index]

    def _of_chunk(self, chunk: int) -> dict[tuple[int, int], bytes]:
        """Hashes inside a chunk as far as they are known: at least its leaves."""
        if chunk == len(self._chunks):
            self._last = self._last or _numbered(chunk, self._tail)
            return self._last
        if self._opened != chunk:
            self._within = _numbered(chunk, self._read(chunk << _LEVEL, _CHUNK))
            self._opened = chunk
        return self._within

    def _read(self, after_seq: int, limit: int) -> list[bytes]:
        leaves = []
        for seq, recorded in enumerate(self._store.read_log(after_seq=after_seq, limit=limit), start=after_seq + 1):
            if recorded.seq != seq:
                raise IntegrityError(f"Event {seq} of the log is missing.", "Run 'holdfast verify' on this record.")
            leaves.append(entry_hash(recorded))
        return leaves


def _numbered(chunk: int, leaves: list[bytes]) -> dict[tuple[int, int], bytes]:
    return {(0, number): leaf for number, leaf in enumerate(leaves, start=chunk << _LEVEL)}
