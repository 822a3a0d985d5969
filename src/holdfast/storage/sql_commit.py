"""Applying a batch of changes in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from holdfast.kernel.chain import GENESIS
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.limits import COMMAND_WITHOUT_EVENT_KEPT_S
from holdfast.kernel.time import US_PER_S
from holdfast.record.chain import Head, anchor_hash, head_of, seal_all
from holdfast.record.events import Recorded
from holdfast.storage import schema
from holdfast.storage.agreed import acted_in_between
from holdfast.storage.database import Database
from holdfast.storage.faults import in_words, is_refusal
from holdfast.storage.group_writer import Outcome
from holdfast.storage.rows import EVENT_COLUMNS, to_recorded
from holdfast.usecases.ports import OWN_ACTOR, Change, Receipt

_DOING = "writing the record"
_FORGET_EVERY_US = 600 * US_PER_S

_event, _command, _held = schema.event.c, schema.command.c, schema.held.c
_find_commands = select(_command.command_id, _command.first_seq, _command.last_seq).where(
    _command.command_id.in_(bindparam("ids", expanding=True))
)
_find_head = (
    select(_event.version, _event.recorded_us, _event.hash)
    .where(_event.stream == bindparam("stream"))
    .order_by(_event.version.desc())
    .limit(1)
)
# Blocks are Holdfast's own; naming them here lets the search take the index without them.
_acted = (
    select(_event.seq)
    .where(_event.actor != OWN_ACTOR, schema.NO_BLOCK, _event.seq > bindparam("since"))
    .order_by(_event.seq)
    .limit(1)
)
_last_anchor = select(schema.anchor.c.number, schema.anchor.c.hash).order_by(schema.anchor.c.number.desc()).limit(1)
# In one statement: each is a trip to the server.
_last_numbers = select(
    func.coalesce(select(func.max(_event.seq)).scalar_subquery(), 0),
    select(schema.held_number.c.last).scalar_subquery(),
    func.coalesce(select(func.max(schema.quarantine.c.quarantine_id)).scalar_subquery(), 0),
)
_recorded_range = (
    select(*EVENT_COLUMNS).where(_event.seq.between(bindparam("first"), bindparam("last"))).order_by(_event.seq)
)
_release = delete(schema.held).where(_held.held_id == bindparam("id"))
_forget = delete(schema.command).where(_command.first_seq.is_(None), _command.recorded_us < bindparam("before_us"))

_INSERT = {table: insert(table) for table in schema.metadata.sorted_tables}
# The one statement that is not in the common part of SQLAlchemy Core.
_INSERT_NEW_POINT = {
    "sqlite": sqlite.insert(schema.trend).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(schema.trend).on_conflict_do_nothing(),
}


class Committer:
    """Writes batches of changes; used by the one writer thread of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forgot_us: int | None = None

    def commit(self, changes: Sequence[Change]) -> list[Outcome]:
        """One outcome for each change, durable; raises (in words) when the whole batch failed."""
        with self._database.writing(_DOING) as connection:
            batch = _Batch(connection)
            outcomes = batch.apply(changes)
            batch.finish()
            # Only the times of what was accepted: a refused change may hold any number as its time.
            accepted = zip(changes, outcomes, strict=True)
            times_us = [change.recorded_us for change, outcome in accepted if isinstance(outcome, Receipt)]
            if times_us:
                self._forget_old_commands(connection, max(times_us))
        return outcomes

    def _forget_old_commands(self, connection: Connection, now_us: int) -> None:
        if self._forgot_us is None or now_us - self._forgot_us >= _FORGET_EVERY_US:
            self._forgot_us = now_us
            connection.execute(_forget, {"before_us": now_us - COMMAND_WITHOUT_EVENT_KEPT_S * US_PER_S})


@dataclass
class _Plan:
    """The rows of some changes, ready to be written, and what their writers will be told."""

    last_seq: int
    last_held: int
    last_quarantined: int
    heads: dict[str, Head] = field(default_factory=dict)
    sealed: list[Recorded] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    known: dict[str, Receipt] = field(default_factory=dict)
    """What a repeated command is told, by its id."""
    acted_seq: int = 0
    """The last event in this plan that somebody else than Holdfast itself recorded."""
    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    released: list[int] = field(default_factory=list)

    def add(self, table: Table, row: dict[str, Any]) -> None:
        self.rows.setdefault(table, []).append(row)

    def add_change(self, change: Change, sealed: list[Recorded]) -> None:
        """Everything that the change writes, once its events are sealed."""
        first_seq, last_seq = (sealed[0].seq, sealed[-1].seq) if sealed else (None, None)
        self.add(
            schema.command,
            {
                "command_id": change.command_id,
                "first_seq": first_seq,
                "last_seq": last_seq,
                "recorded_us": change.recorded_us,
            },
        )
        for one in sealed:
            self.add(schema.event, msgspec.structs.asdict(one))
            self.heads[one.stream] = head_of(one)
            if one.actor != OWN_ACTOR:
                self.acted_seq = one.seq
        first_held = self.last_held + 1
        for held in change.held:
            self.last_held += 1
            row = {"held_id": self.last_held, "case_id": held.case_id, "bed": held.bed}
            packed = msgspec.msgpack.encode(held.message)
            self.add(schema.held, {**row, "received_us": held.received_us, "message": packed})
        for block in change.blocks:
            self.add(
                schema.block,
                {name: getattr(block, name) for name in ("block_id", "case_id", "start_us", "end_us", "data")},
            )
            for point in block.trend:
                self.add(schema.trend, {"case_id": block.case_id, **msgspec.to_builtins(point)})
        for bad in change.quarantined:
            self.last_quarantined += 1
            row = {"quarantine_id": self.last_quarantined, "size_bytes": len(bad.raw)}
            self.add(schema.quarantine, row | msgspec.structs.asdict(bad))
        self.released += change.release_held
        self.sealed += sealed
        self.last_seq += len(sealed)
        self.known[change.command_id] = Receipt(duplicate=True, recorded=tuple(sealed))
        held_ids = tuple(range(first_held, self.last_held + 1))
        self.outcomes.append(Receipt(duplicate=False, recorded=tuple(sealed), held_ids=held_ids))

    def write(self, connection: Connection) -> None:
        for table, rows in self.rows.items():
            statement = _INSERT_NEW_POINT[connection.dialect.name] if table is schema.trend else _INSERT[table]
            connection.execute(statement, rows)
        if not self.released:
            return
        gone = connection.execute(_release, [{"id": held_id} for held_id in self.released]).rowcount
        if gone != len(self.released):
            # Somebody else has put these messages into a block; a second block would chart them twice.
            raise OperatorError(
                f"{len(self.released) - gone} of {len(self.released)} held monitor messages are already in a block.",
                "Nothing was written; read the held messages again.",
            )


class _Batch:
    """Where the chains stand inside the open transaction.

    Heads are read inside the transaction, not kept between batches, because another process may
    have written in between.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[str, Head | None] = {}
        self._last_seq, self._first_held, self._last_quarantined = connection.execute(_last_numbers).one()
        self._last_held = self._first_held
        self._sealed: list[Recorded] = []

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        """Apply all of them together; when something is refused, each alone, so that only the culprit fails."""
        savepoint = self._connection.begin_nested()
        try:
            plan = self._plan(changes)
            plan.write(self._connection)
        except Exception as error:
            if not is_refusal(error):
                raise
            savepoint.rollback()
            if len(changes) == 1:
                return [in_words(error, _DOING)]
            return [self.apply([change])[0] for change in changes]
        savepoint.commit()
        self._heads |= plan.heads
        self._last_seq, self._last_held = plan.last_seq, plan.last_held
        self._last_quarantined = plan.last_quarantined
        self._sealed += plan.sealed
        return plan.outcomes

    def finish(self) -> None:
        """Bind what this batch recorded, if anything, and note how far numbers were given."""
        if self._last_held != self._first_held:
            self._connection.execute(update(schema.held_number).values(last=self._last_held))
        if not self._sealed:
            return
        last = self._connection.execute(_last_anchor).first()
        number, prev = (last.number + 1, last.hash) if last else (1, GENESIS)
        first_seq, last_seq = self._sealed[0].seq, self._sealed[-1].seq
        digest = anchor_hash(prev, number, first_seq, last_seq, self._sealed)
        row = {"number": number, "first_seq": first_seq, "last_seq": last_seq, "prev": prev, "hash": digest}
        self._connection.execute(_INSERT[schema.anchor], row)

    def _plan(self, changes: Sequence[Change]) -> _Plan:
        plan = _Plan(self._last_seq, self._last_held, self._last_quarantined)
        for row in self._connection.execute(_find_commands, {"ids": [change.command_id for change in changes]}):
            plan.known[row.command_id] = Receipt(duplicate=True, recorded=self._earlier(row.first_seq, row.last_seq))
        for change in changes:
            if known := plan.known.get(change.command_id):
                plan.outcomes.append(known)
                continue
            if self._acted_since(change.unless_acted_since, plan):
                plan.outcomes.append(acted_in_between())
                continue
            sealed = seal_all(
                ((new.stream, new.event) for new in change.events),
                lambda stream: plan.heads.get(stream) or self._head(stream),
                after_seq=plan.last_seq,
                recorded_us=change.recorded_us,
                actor=change.actor,
                command_id=change.command_id,
            )
            plan.add_change(change, sealed)
        return plan

    def _acted_since(self, seq: int | None, plan: _Plan) -> bool:
        if seq is None:
            return False
        return plan.acted_seq > seq or self._connection.execute(_acted, {"since": seq}).first() is not None

    def _head(self, stream: str) -> Head | None:
        if stream not in self._heads:
            row = self._connection.execute(_find_head, {"stream": stream}).first()
            self._heads[stream] = Head(version=row.version, recorded_us=row.recorded_us, hash=row.hash) if row else None
        return self._heads[stream]

    def _earlier(self, first_seq: int | None, last_seq: int | None) -> tuple[Recorded, ...]:
        if first_seq is None:
            return ()
        rows = self._connection.execute(_recorded_range, {"first": first_seq, "last": last_seq})
        return tuple(to_recorded(row) for row in rows)
