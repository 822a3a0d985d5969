"""Opening the database file: one connection that writes, a few that read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from holdfast.kernel.limits import DATABASE_BUSY_S, READ_CONNECTIONS_MAX
from holdfast.storage import schema
from holdfast.storage.faults import in_words


@dataclass(frozen=True)
class Database:
    """An open database. Threads may share it; processes may each have their own of the same file."""

    writer: Engine
    reader: Engine

    @contextmanager
    def reading(self, doing: str) -> Iterator[Connection]:
        """A consistent view for the length of the block; driver errors come out in words."""
        try:
            with self.reader.begin() as connection:
                yield connection
        except Exception as error:
            raise in_words(error, doing) from error

    @contextmanager
    def writing(self, doing: str) -> Iterator[Connection]:
        """A write transaction, committed and durable when the block ends well; errors come out in words."""
        try:
            with self.writer.begin() as connection:
                yield connection
        except Exception as error:
            raise in_words(error, doing) from error

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.reader.dispose()
        self.writer.dispose()


def open_database(path: Path) -> Database:
    """Open the file, creating it and its tables when missing.

    Raises ``WorldError`` when it cannot be opened and ``IntegrityError`` when it is no database.
    """
    database = Database(
        writer=_engine(path, begin="BEGIN IMMEDIATE", connections=1, read_only=False),
        reader=_engine(path, begin="BEGIN", connections=READ_CONNECTIONS_MAX, read_only=True),
    )
    with database.writing(f"opening {path}") as connection:
        schema.prepare(connection)
    return database


def _engine(path: Path, *, begin: str, connections: int, read_only: bool) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"timeout": DATABASE_BUSY_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own habit of opening transactions would start them late and deferred;
        # ours begin where the code says so (see _begin).
        connection.isolation_level = None
        # A damaged text must reach verification as damaged text, not as a driver error without a row.
        connection.text_factory = _forgiving_text
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL: every commit is on the disk before it is acknowledged, power loss included.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _forgiving_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
