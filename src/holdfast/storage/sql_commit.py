"""Applying a batch of changes in one transaction."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from holdfast.kernel.chain import GENESIS
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.limits import COMMAND_WITHOUT_EVENT_KEPT_S
from holdfast.kernel.time import US_PER_S
from holdfast.record.chain import Head, anchor_hash, head_of, seal_all
from holdfast.record.events import Recorded
from holdfast.storage import schema
from holdfast.storage.database import Database
from holdfast.storage.faults import in_words, is_refusal
from holdfast.storage.rows import EVENT_COLUMNS, to_recorded
from holdfast.usecases.ports import Change, NewBlock, NewHeld, NewQuarantined, Receipt

# The one statement that is not in the common part of SQLAlchemy Core.
_INSERT_NEW_POINT = {
    "sqlite": sqlite.insert(schema.trend).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(schema.trend).on_conflict_do_nothing(),
}

_FORGET_EVERY_US = 600 * US_PER_S

_event, _command, _held = schema.event.c, schema.command.c, schema.held.c
_find_command = select(_command.first_seq, _command.last_seq).where(_command.command_id == bindparam("id"))
_find_head = (
    select(_event.version, _event.recorded_us, _event.hash)
    .where(_event.stream == bindparam("stream"))
    .order_by(_event.version.desc())
    .limit(1)
)
_last_seq = select(_event.seq).order_by(_event.seq.desc()).limit(1)
_last_anchor = select(schema.anchor.c.number, schema.anchor.c.hash).order_by(schema.anchor.c.number.desc()).limit(1)
_recorded_range = (
    select(*EVENT_COLUMNS).where(_event.seq.between(bindparam("first"), bindparam("last"))).order_by(_event.seq)
)
_release = delete(schema.held).where(_held.held_id == bindparam("id"))
_forget = delete(schema.command).where(_command.first_seq.is_(None), _command.recorded_us < bindparam("before_us"))


class Committer:
    """Writes batches of changes; used by the one writer thread of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forgot_us: int | None = None

    def commit(self, changes: Sequence[Change]) -> list[Receipt | Exception]:
        """One outcome for each change, durable; raises (in words) when the whole batch failed."""
        outcomes: list[Receipt | Exception] = []
        with self._database.writing("writing the record") as connection:
            batch = _Batch(connection)
            for change in changes:
                outcomes.append(_alone(batch, change))
            batch.anchor()
            self._forget_old_commands(connection, max(change.recorded_us for change in changes))
        return outcomes

    def _forget_old_commands(self, connection: Connection, now_us: int) -> None:
        if self._forgot_us is None or now_us - self._forgot_us >= _FORGET_EVERY_US:
            self._forgot_us = now_us
            connection.execute(_forget, {"before_us": now_us - COMMAND_WITHOUT_EVENT_KEPT_S * US_PER_S})


def _alone(batch: "_Batch", change: Change) -> Receipt | Exception:
    """Apply one change so that, if it is refused, the others of the batch do not notice."""
    savepoint = batch.connection.begin_nested()
    try:
        receipt, sealed = batch.apply(change)
    except Exception as error:
        if not is_refusal(error):
            raise
        savepoint.rollback()
        return in_words(error, "writing the record")
    savepoint.commit()
    batch.accept(sealed)
    return receipt


class _Batch:
    """Where the chains stand inside the open transaction.

    Heads are read inside the transaction, not kept between batches, because another process may
    have written in between.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._heads: dict[str, Head | None] = {}
        self._last_seq: int = connection.execute(_last_seq).scalar() or 0
        self._sealed: list[Recorded] = []

    def apply(self, change: Change) -> tuple[Receipt, list[Recorded]]:
        known = self.connection.execute(_find_command, {"id": change.command_id}).first()
        if known is not None:
            return Receipt(duplicate=True, recorded=self._earlier(*known)), []
        sealed = seal_all(
            ((new.stream, new.event) for new in change.events),
            self._head,
            after_seq=self._last_seq,
            recorded_us=change.recorded_us,
            actor=change.actor,
            command_id=change.command_id,
        )
        self._insert_command(change, sealed)
        if sealed:
            self.connection.execute(insert(schema.event), [msgspec.structs.asdict(one) for one in sealed])
        held_ids = tuple(self._insert_held(new) for new in change.held)
        for block in change.blocks:
            self._insert_block(block)
        self._release(change.release_held)
        for bad in change.quarantined:
            self._insert_quarantined(bad)
        return Receipt(duplicate=False, recorded=tuple(sealed), held_ids=held_ids), sealed

    def accept(self, sealed: list[Recorded]) -> None:
        """The change is in: the next one follows on these."""
        for recorded in sealed:
            self._heads[recorded.stream] = head_of(recorded)
            self._last_seq = recorded.seq
        self._sealed += sealed

    def anchor(self) -> None:
        """Bind what this batch recorded, if anything."""
        if not self._sealed:
            return
        last = self.connection.execute(_last_anchor).first()
        number, prev = (last.number + 1, last.hash) if last else (1, GENESIS)
        first_seq, last_seq = self._sealed[0].seq, self._sealed[-1].seq
        digest = anchor_hash(prev, number, first_seq, last_seq, self._sealed)
        row = {"number": number, "first_seq": first_seq, "last_seq": last_seq, "prev": prev, "hash": digest}
        self.connection.execute(insert(schema.anchor), row)

    def _head(self, stream: str) -> Head | None:
        if stream not in self._heads:
            row = self.connection.execute(_find_head, {"stream": stream}).first()
            self._heads[stream] = Head(version=row.version, recorded_us=row.recorded_us, hash=row.hash) if row else None
        return self._heads[stream]

    def _earlier(self, first_seq: int | None, last_seq: int | None) -> tuple[Recorded, ...]:
        if first_seq is None:
            return ()
        rows = self.connection.execute(_recorded_range, {"first": first_seq, "last": last_seq})
        return tuple(to_recorded(row) for row in rows)

    def _insert_command(self, change: Change, sealed: list[Recorded]) -> None:
        row = {
            "command_id": change.command_id,
            "first_seq": sealed[0].seq if sealed else None,
            "last_seq": sealed[-1].seq if sealed else None,
            "recorded_us": change.recorded_us,
        }
        self.connection.execute(insert(schema.command), row)

    def _insert_held(self, new: NewHeld) -> int:
        row = {
            "case_id": new.case_id,
            "bed": new.bed,
            "received_us": new.received_us,
            "message": msgspec.msgpack.encode(new.message),
        }
        key = self.connection.execute(insert(schema.held), row).inserted_primary_key
        return int(key[0]) if key else 0

    def _insert_block(self, new: NewBlock) -> None:
        row = {name: getattr(new, name) for name in ("block_id", "case_id", "start_us", "end_us", "data")}
        self.connection.execute(insert(schema.block), row)
        points = [{"case_id": new.case_id, **msgspec.to_builtins(point)} for point in new.trend]
        if points:
            self.connection.execute(_INSERT_NEW_POINT[self.connection.dialect.name], points)

    def _release(self, held_ids: tuple[int, ...]) -> None:
        if not held_ids:
            return
        gone = self.connection.execute(_release, [{"id": held_id} for held_id in held_ids]).rowcount
        if gone != len(held_ids):
            # Somebody else has put these messages into a block; a second block would chart them twice.
            raise OperatorError(
                f"{len(held_ids) - gone} of {len(held_ids)} held monitor messages are already in a block.",
                "Nothing was written; read the held messages again.",
            )

    def _insert_quarantined(self, new: NewQuarantined) -> None:
        row = {**msgspec.structs.asdict(new), "size_bytes": len(new.raw)}
        self.connection.execute(insert(schema.quarantine), row)
