"""Connections to an SQLite file."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from holdfast.kernel.limits import DATABASE_BUSY_S, READ_CONNECTIONS_MAX


def engines(path: Path) -> tuple[Engine, Engine, Engine]:
    """One that writes, one that reads, one that reads what was committed at one moment (as the second does too)."""
    reader = _engine(path, begin="BEGIN", connections=READ_CONNECTIONS_MAX, read_only=True)
    return _engine(path, begin="BEGIN IMMEDIATE", connections=1, read_only=False), reader, reader


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
