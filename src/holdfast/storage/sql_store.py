"""The ``Store`` port in SQL: one writing thread with group commit, and readers that never wait for it."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future

from sqlalchemy import BigInteger, cast, func, select

from holdfast.record.events import Recorded
from holdfast.storage import copies, schema
from holdfast.storage.database import Database, Place, open_database
from holdfast.storage.group_writer import GroupWriter
from holdfast.storage.rows import EVENT_COLUMNS, to_held, to_recorded, to_trend_point
from holdfast.storage.sql_commit import Committer
from holdfast.storage.sql_trend import trend_rows, trend_stretches
from holdfast.usecases.ports import Anchor, Block, Change, Copies, Held, Quarantined, Receipt, TrendPoint

_event, _anchor, _held, _block = schema.event.c, schema.anchor.c, schema.held.c, schema.block.c
_trend, _quarantine, _command = schema.trend.c, schema.quarantine.c, schema.command.c


class SqlStore:
    """See ``usecases.ports.Store``. Any thread may call any method."""

    def __init__(self, where: Place | Database) -> None:
        """Open the record, creating it when missing; raises ``WorldError`` or ``IntegrityError`` in words."""
        self._database = where if isinstance(where, Database) else open_database(where)
        self._writer = GroupWriter(Committer(self._database).commit)
        self._counting = threading.Lock()
        self._counted_id = self._counted_bytes = 0

    def submit(self, change: Change) -> Future[Receipt]:
        return self._writer.submit(change)

    def head_seq(self) -> int:
        with self._database.reading("reading the record") as connection:
            return connection.execute(select(func.max(_event.seq))).scalar() or 0

    def read_stream(
        self,
        stream: str,
        *,
        after_version: int = 0,
        recorded_until_us: int | None = None,
        without_blocks: bool = False,
    ) -> list[Recorded]:
        query = select(*EVENT_COLUMNS).where(_event.stream == stream, _event.version > after_version)
        if without_blocks:
            query = query.where(schema.NO_BLOCK)
        if recorded_until_us is not None:
            query = query.where(_event.recorded_us <= recorded_until_us)
        with self._database.reading(f"reading {stream}") as connection:
            return [to_recorded(row) for row in connection.execute(query.order_by(_event.version))]

    def read_log(self, *, after_seq: int = 0, limit: int = 1_000, without_blocks: bool = False) -> list[Recorded]:
        query = select(*EVENT_COLUMNS).where(_event.seq > after_seq).order_by(_event.seq).limit(limit)
        if without_blocks:
            query = query.where(schema.NO_BLOCK)
        with self._database.reading("reading the record") as connection:
            return [to_recorded(row) for row in connection.execute(query)]

    def recorded_by(self, command_id: str) -> list[Recorded]:
        within = (_command.command_id == command_id) & _event.seq.between(_command.first_seq, _command.last_seq)
        query = select(*EVENT_COLUMNS).join(schema.command, within).order_by(_event.seq)
        with self._database.reading("looking for a command") as connection:
            return [to_recorded(row) for row in connection.execute(query)]

    def anchors(self, *, after_number: int = 0, limit: int = 1_000) -> list[Anchor]:
        query = (
            select(_anchor.number, _anchor.first_seq, _anchor.last_seq, _anchor.prev, _anchor.hash)
            .where(_anchor.number > after_number)
            .order_by(_anchor.number)
            .limit(limit)
        )
        with self._database.reading("reading the anchors") as connection:
            return [Anchor(**row._mapping) for row in connection.execute(query)]

    def anchor_over(self, seq: int) -> Anchor | None:
        newest = (
            select(_anchor.number, _anchor.first_seq, _anchor.last_seq, _anchor.prev, _anchor.hash)
            .where(_anchor.first_seq <= seq)
            .order_by(_anchor.number.desc())
            .limit(1)
        )
        with self._database.reading("reading the anchors") as connection:
            row = connection.execute(newest).first()
        return Anchor(**row._mapping) if row and row.last_seq >= seq else None

    def held(self, case_id: str | None = None) -> list[Held]:
        query = select(_held.held_id, _held.case_id, _held.bed, _held.received_us, _held.message)
        if case_id is not None:
            query = query.where(_held.case_id == case_id)
        with self._database.reading("reading held monitor messages") as connection:
            return [to_held(row) for row in connection.execute(query.order_by(_held.held_id))]

    def blocks(self, case_id: str, *, from_us: int, to_us: int) -> list[Block]:
        query = (
            select(*schema.block.c)
            .where(_block.case_id == case_id, _block.end_us > from_us, _block.start_us < to_us)
            .order_by(_block.start_us, _block.block_id)
        )
        with self._database.reading("reading monitor blocks") as connection:
            return [Block(**row._mapping) for row in connection.execute(query)]

    def block(self, block_id: str) -> Block | None:
        with self._database.reading("reading a monitor block") as connection:
            row = connection.execute(select(*schema.block.c).where(_block.block_id == block_id)).first()
        return Block(**row._mapping) if row else None

    def trend(
        self, case_id: str, *, from_us: int, to_us: int, keys: Sequence[str] = (), stretch_us: int = 0
    ) -> list[TrendPoint]:
        within = [_trend.case_id == case_id, _trend.at_us >= from_us, _trend.at_us < to_us]
        if keys:
            within.append(_trend.key.in_(keys))
        query = trend_stretches(case_id, within, from_us, stretch_us) if stretch_us else trend_rows(within)
        with self._database.reading("reading trends") as connection:
            return [to_trend_point(row) for row in connection.execute(query)]

    def monitored_cases(self) -> list[str]:
        query = select(_block.case_id).union(select(_trend.case_id))
        with self._database.reading("reading monitor blocks") as connection:
            return sorted(connection.execute(query).scalars())

    def quarantine(self, *, limit: int = 100, before_id: int | None = None) -> list[Quarantined]:
        query = select(*(column for column in _quarantine if column.name != "raw"))
        if before_id is not None:
            query = query.where(_quarantine.quarantine_id < before_id)
        query = query.order_by(_quarantine.quarantine_id.desc()).limit(limit)
        with self._database.reading("reading the quarantine") as connection:
            return [Quarantined(**row._mapping) for row in connection.execute(query)]

    def quarantine_raw(self, quarantine_id: int) -> bytes | None:
        query = select(_quarantine.raw).where(_quarantine.quarantine_id == quarantine_id)
        with self._database.reading("reading the quarantine") as connection:
            return connection.execute(query).scalar()

    def quarantine_bytes(self) -> int:
        # Asked for with every message that is quarantined. Rows are only ever added, so what was
        # counted stays counted.
        with self._counting, self._database.reading("reading the quarantine") as connection:
            query = select(func.max(_quarantine.quarantine_id), cast(func.sum(_quarantine.size_bytes), BigInteger))
            last, more = connection.execute(query.where(_quarantine.quarantine_id > self._counted_id)).one()
            if last is not None:
                self._counted_id, self._counted_bytes = last, self._counted_bytes + more
            return self._counted_bytes

    def compare_copies(self) -> Copies:
        with self._database.reading("comparing the indices with the rows") as connection:
            return copies.compare(connection)

    def renew_copies(self) -> None:
        """Make every index anew from its rows; ``IntegrityError`` or ``WorldError`` when that is not possible."""
        with self._database.writing("making the indices anew") as connection:
            copies.make_anew(connection)

    def close(self) -> None:
        self._writer.close()
        self._database.close()
