"""The ``Store`` port in memory, for tests and dry runs. Nothing survives the process."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from holdfast.kernel.chain import GENESIS
from holdfast.kernel.errors import HoldfastError, IntegrityError, OperatorError, WorldError
from holdfast.kernel.limits import COMMAND_WITHOUT_EVENT_KEPT_S
from holdfast.kernel.time import US_PER_S
from holdfast.record.chain import Head, anchor_hash, head_of, seal_all
from holdfast.record.events import Recorded
from holdfast.storage.agreed import BLOCK_MARK, acted_in_between
from holdfast.usecases.ports import OWN_ACTOR, Anchor, Block, Change, Copies, Held, Quarantined, Receipt, TrendPoint


@dataclass
class _Tables:
    """What the SQL store keeps in tables, as lists and dictionaries."""

    log: list[Recorded] = field(default_factory=list)
    streams: dict[str, list[Recorded]] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)
    commands: dict[str, tuple[int, Receipt]] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)
    held_given: int = 0
    blocks: dict[str, Block] = field(default_factory=dict)
    trend: dict[tuple[str, TrendPoint], None] = field(default_factory=dict)
    quarantine: list[tuple[Quarantined, bytes]] = field(default_factory=list)


class MemoryStore:
    """See ``usecases.ports.Store``. Each change is applied, whole or not at all, inside ``submit``."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._tables = _Tables()
        self._closed = False

    def submit(self, change: Change) -> Future[Receipt]:
        future: Future[Receipt] = Future()
        with self._lock:
            if self._closed:
                raise WorldError("The store is closed.", "Holdfast is shutting down; send it again when it is back.")
            try:
                future.set_result(self._apply(change))
            except HoldfastError as error:
                future.set_exception(error)
        return future

    def head_seq(self) -> int:
        return len(self._tables.log)

    def read_stream(
        self,
        stream: str,
        *,
        after_version: int = 0,
        recorded_until_us: int | None = None,
        without_blocks: bool = False,
    ) -> list[Recorded]:
        with self._lock:
            events = self._tables.streams.get(stream, [])[after_version:]
        known = [one for one in events if recorded_until_us is None or one.recorded_us <= recorded_until_us]
        return [one for one in known if not (without_blocks and BLOCK_MARK in one.body)]

    def read_log(self, *, after_seq: int = 0, limit: int = 1_000, without_blocks: bool = False) -> list[Recorded]:
        with self._lock:
            events = self._tables.log[after_seq:]
        wanted = (one for one in events if not (without_blocks and BLOCK_MARK in one.body))
        return list(islice(wanted, limit))

    def recorded_by(self, command_id: str) -> list[Recorded]:
        with self._lock:
            known = self._tables.commands.get(command_id)
        return list(known[1].recorded) if known else []

    def anchors(self, *, after_number: int = 0, limit: int = 1_000) -> list[Anchor]:
        with self._lock:
            return self._tables.anchors[after_number : after_number + limit]

    def anchor_over(self, seq: int) -> Anchor | None:
        with self._lock:
            return next((one for one in reversed(self._tables.anchors) if one.first_seq <= seq <= one.last_seq), None)

    def held(self, case_id: str | None = None) -> list[Held]:
        with self._lock:
            return [one for one in self._tables.held.values() if case_id in (None, one.case_id)]

    def blocks(self, case_id: str, *, from_us: int, to_us: int) -> list[Block]:
        with self._lock:
            blocks = [one for one in self._tables.blocks.values() if one.case_id == case_id]
        overlapping = [one for one in blocks if one.end_us > from_us and one.start_us < to_us]
        return sorted(overlapping, key=lambda one: (one.start_us, one.block_id))

    def block(self, block_id: str) -> Block | None:
        return self._tables.blocks.get(block_id)

    def trend(
        self, case_id: str, *, from_us: int, to_us: int, keys: Sequence[str] = (), stretch_us: int = 0
    ) -> list[TrendPoint]:
        with self._lock:
            points = [point for case, point in self._tables.trend if case == case_id]
        wanted = [one for one in points if from_us <= one.at_us < to_us and (not keys or one.key in keys)]
        if stretch_us:
            stretches: dict[tuple[str, str, str, int], list[TrendPoint]] = {}
            for one in wanted:
                place = (one.key, one.unit, one.origin, (one.at_us - from_us) // stretch_us)
                stretches.setdefault(place, []).append(one)
            wanted = [_one_point(within) for within in stretches.values()]
        return sorted(wanted, key=lambda p: (p.at_us, p.key, p.unit, p.origin, p.last, p.low, p.high, p.count))

    def monitored_cases(self) -> list[str]:
        with self._lock:
            blocks = {block.case_id for block in self._tables.blocks.values()}
            return sorted(blocks | {case_id for case_id, _ in self._tables.trend})

    def quarantine(self, *, limit: int = 100, before_id: int | None = None) -> list[Quarantined]:
        with self._lock:
            listed = [one for one, _ in reversed(self._tables.quarantine)]
        return [one for one in listed if before_id is None or one.quarantine_id < before_id][:limit]

    def quarantine_raw(self, quarantine_id: int) -> bytes | None:
        with self._lock:
            rows = self._tables.quarantine
            return rows[quarantine_id - 1][1] if 0 < quarantine_id <= len(rows) else None

    def quarantine_bytes(self) -> int:
        with self._lock:
            return sum(one.size_bytes for one, _ in self._tables.quarantine)

    def compare_copies(self) -> Copies:
        return Copies()

    def close(self) -> None:
        self._closed = True

    def _apply(self, change: Change) -> Receipt:
        tables = self._tables
        known = tables.commands.get(change.command_id)
        if known:
            return Receipt(duplicate=True, recorded=known[1].recorded)
        since = change.unless_acted_since
        if since is not None and any(one.actor != OWN_ACTOR for one in tables.log[since:]):
            raise acted_in_between()
        # Everything that can be refused comes first; from there on nothing fails half way.
        sealed = seal_all(
            ((new.stream, new.event) for new in change.events),
            self._head,
            after_seq=len(tables.log),
            recorded_us=change.recorded_us,
            actor=change.actor,
            command_id=change.command_id,
        )
        self._check(change)
        for one in sealed:
            tables.log.append(one)
            tables.streams.setdefault(one.stream, []).append(one)
        if sealed:
            tables.anchors.append(self._anchor(sealed))
        held_ids = tuple(self._hold(change))
        for held_id in change.release_held:
            del tables.held[held_id]
        for new in change.blocks:
            tables.blocks[new.block_id] = Block(
                block_id=new.block_id, case_id=new.case_id, start_us=new.start_us, end_us=new.end_us, data=new.data
            )
            tables.trend.update({(new.case_id, point): None for point in new.trend})
        self._quarantine(change)
        receipt = Receipt(duplicate=False, recorded=tuple(sealed), held_ids=held_ids)
        tables.commands[change.command_id] = (change.recorded_us, receipt)
        self._forget(change.recorded_us - COMMAND_WITHOUT_EVENT_KEPT_S * US_PER_S)
        return receipt

    def _head(self, stream: str) -> Head | None:
        events = self._tables.streams.get(stream)
        return head_of(events[-1]) if events else None

    def _check(self, change: Change) -> None:
        ids = [new.block_id for new in change.blocks]
        if len(set(ids)) < len(ids) or any(block_id in self._tables.blocks for block_id in ids):
            raise IntegrityError("A monitor block of this id exists.", "Nothing of it was written.")
        gone = len(change.release_held) - len(set(change.release_held) & self._tables.held.keys())
        if gone:
            raise OperatorError(
                f"{gone} of {len(change.release_held)} held monitor messages are already in a block.",
                "Nothing was written; read the held messages again.",
            )

    def _anchor(self, sealed: list[Recorded]) -> Anchor:
        prev = self._tables.anchors[-1].hash if self._tables.anchors else GENESIS
        number, first, last = len(self._tables.anchors) + 1, sealed[0].seq, sealed[-1].seq
        digest = anchor_hash(prev, number, first, last, sealed)
        return Anchor(number=number, first_seq=first, last_seq=last, prev=prev, hash=digest)

    def _hold(self, change: Change) -> list[int]:
        ids = []
        for new in change.held:
            self._tables.held_given += 1
            ids.append(self._tables.held_given)
            self._tables.held[ids[-1]] = Held(
                held_id=ids[-1], case_id=new.case_id, bed=new.bed, received_us=new.received_us, message=new.message
            )
        return ids

    def _quarantine(self, change: Change) -> None:
        for new in change.quarantined:
            listed = Quarantined(
                quarantine_id=len(self._tables.quarantine) + 1,
                received_us=new.received_us,
                peer=new.peer,
                device=new.device,
                reason=new.reason,
                size_bytes=len(new.raw),
            )
            self._tables.quarantine.append((listed, new.raw))

    def _forget(self, before_us: int) -> None:
        commands = self._tables.commands
        for command_id in [
            one for one, (at_us, receipt) in commands.items() if at_us < before_us and not receipt.recorded
        ]:
            del commands[command_id]


def _one_point(points: Sequence[TrendPoint]) -> TrendPoint:
    newest = max(points, key=lambda one: (one.at_us, one.last))
    return msgspec.structs.replace(
        newest,
        low=min(one.low for one in points),
        high=max(one.high for one in points),
        count=sum(one.count for one in points),
    )
