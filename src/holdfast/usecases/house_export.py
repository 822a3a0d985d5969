"""The whole house as files that anybody can check without Holdfast (``tools/verify_house.py``): every event of every
case, item and dog, the monitors' blocks, pictures, accounts without secrets, what waits and what is in quarantine.

Made piece by piece, so that a large record needs no large memory. No single proofs are needed: whoever has all events
computes the root themselves and compares it with the signed checkpoint.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from holdfast.kernel.canonical import encode
from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.time import iso
from holdfast.record.events import MonitorBlockStored, case_stream
from holdfast.record.leaf import shown
from holdfast.record.signed_note import signed
from holdfast.usecases.ports import Account, Store
from holdfast.usecases.witness import Signer

FORMAT = "holdfast house 1"
PURPOSE = "/house"
EVENTS_IN_A_FILE = 4_096
_PAGE = 512
_QUARANTINE_PAGE = 100
_SHA256 = re.compile(rb'"([0-9a-f]{64})"')
_BLOCK = b'"kind":"monitor_block_stored.'

File = tuple[str, Iterator[bytes]]
"""A path inside the export, and its bytes piece by piece."""
Picture = Callable[[str], bytes | None]
"""The bytes with this SHA-256 (hex); None when they are not at hand."""


@dataclass
class House:
    """What is exported, and what was counted on the way."""

    store: Store
    accounts: Sequence[Account]
    picture: Picture
    size: int
    """Events; those recorded later are left out, and their blocks with them."""
    blocks: int = 0
    pictures: int = 0
    quarantined: int = 0
    absent: list[str] = field(default_factory=list)
    """Hashes that events name and whose bytes are not in the house."""
    _named: dict[str, None] = field(default_factory=dict)
    _cases: set[str] = field(default_factory=set)

    def files(self) -> Iterator[File]:
        """Every file but the head, in order; to be used up one after the other."""
        for first in range(0, self.size, EVENTS_IN_A_FILE):
            yield f"events/{first + 1:012}.ndjson", self._events(first, min(self.size, first + EVENTS_IN_A_FILE))
        for case_id in sorted(self._cases):
            name = f"blocks/{quote(case_id, safe='')}"
            index: list[str] = []
            yield f"{name}.pack", self._blocks(case_id, index)
            yield f"{name}.index", iter(["".join(index).encode()])
        for digest in self._named:
            data = self.picture(digest)
            if data is None or hashlib.sha256(data).hexdigest() != digest:
                self.absent.append(digest)
            else:
                self.pictures += 1
                yield f"images/{digest}", iter([data])
        yield "accounts.json", iter([msgspec.json.encode([_without_secret(one) for one in self.accounts])])
        yield "held.ndjson", (msgspec.json.encode(one) + b"\n" for one in self.store.held())
        yield from self._quarantine()

    def _events(self, after: int, until: int) -> Iterator[bytes]:
        while after < until:
            page = self.store.read_log(after_seq=after, limit=min(_PAGE, until - after))
            for one in page:
                if _BLOCK in one.body:
                    self._cases.add(one.stream.removeprefix(case_stream("")))
                else:
                    self._named |= dict.fromkeys(digest.decode() for digest in _SHA256.findall(one.body))
                yield encode(shown(one)) + b"\n"
            if not page or page[-1].seq != after + len(page):
                raise IntegrityError(f"Events after {after} of the log are missing.", "Run 'holdfast verify'.")
            after = page[-1].seq

    def _blocks(self, case_id: str, index: list[str]) -> Iterator[bytes]:
        for one in self.store.read_stream(case_stream(case_id)):
            event = one.event
            if one.seq > self.size or not isinstance(event, MonitorBlockStored):
                continue
            block = self.store.block(event.block_id)
            if block is None or hashlib.sha256(block.data).hexdigest() != event.sha256:
                raise IntegrityError(
                    f"Block {event.block_id} of case {case_id} is missing or damaged.", "Run 'holdfast verify'."
                )
            self.blocks += 1
            index.append(f"{event.sha256} {len(block.data)} {event.block_id}\n")
            yield block.data

    def _quarantine(self) -> Iterator[File]:
        before: int | None = None
        while page := self.store.quarantine(limit=_QUARANTINE_PAGE, before_id=before):
            for one in page:
                self.quarantined += 1
                name = f"quarantine/{one.quarantine_id:09}"
                yield f"{name}.json", iter([msgspec.json.encode(one)])
                yield f"{name}.bin", iter([self.store.quarantine_raw(one.quarantine_id) or b""])
            before = page[-1].quarantine_id


def head_files(checkpoint: str, signer: Signer) -> Iterator[File]:
    """The checkpoint and the keys."""
    yield "checkpoint.txt", iter([checkpoint.encode()])
    yield "keys.txt", iter([f"{signer.public().written()}\n".encode()])
    for number, note in enumerate(signer.handed_over, start=1):
        yield f"key-changes/{number:04}.txt", iter([note.encode()])


def manifest(house: House, signer: Signer, made_us: int, hashes: Sequence[tuple[str, str]]) -> str:
    """The signed list of all files. ``hashes``: path and SHA-256 (hex) of each."""
    head = [
        signer.name + PURPOSE,
        FORMAT,
        f"made {iso(made_us)}",
        f"checkpoint {house.size}",
        f"blocks {house.blocks}",
        f"pictures {house.pictures}",
        f"absent {len(house.absent)}",
        *(f"not here {digest}" for digest in house.absent),
        *(f"file {digest} {path}" for path, digest in sorted(hashes)),
    ]
    return signed("\n".join([*head, ""]), [(signer.public(PURPOSE), signer.sign)])


def _without_secret(account: Account) -> dict[str, object]:
    return {
        "account_id": account.account_id,
        "login": account.login,
        "name": account.name,
        "role": account.role,
        "closed": account.closed,
    }
