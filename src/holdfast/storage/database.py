"""An open database, wherever it is: one connection that writes, a few that read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from holdfast.kernel.errors import WorldError
from holdfast.storage import postgres_engines, schema, sqlite_engines
from holdfast.storage.faults import in_words

Place = Path | str
"""A file (SQLite), or an address that begins with ``postgresql://``."""


@dataclass(frozen=True)
class Database:
    """An open database. Threads may share it; processes may each have their own of the same place.

    A write transaction begins by waiting for every other writer to end, in both homes. So numbers are given in the
    order of commits and without holes, and a reader that has seen one event has seen every event before it.
    """

    writer: Engine
    reader: Engine
    still: Engine

    @contextmanager
    def reading(self, doing: str) -> Iterator[Connection]:
        """For one statement: it sees what is committed as it begins. Driver errors come out in words."""
        try:
            with self.reader.begin() as connection:
                yield connection
        except Exception as error:
            raise in_words(error, doing) from error

    @contextmanager
    def snapshot(self, doing: str) -> Iterator[Connection]:
        """For many statements: all see what was committed when the first began."""
        try:
            with self.still.begin() as connection:
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
        self.still.dispose()
        self.reader.dispose()
        self.writer.dispose()


def open_database(where: Place) -> Database:
    """Open the place, creating the file and its tables when missing.

    Raises ``WorldError`` when it cannot be opened, ``IntegrityError`` when it is no database and ``OperatorError``
    when the address is none.
    """
    database = reached(where)
    try:
        with database.writing(f"opening {in_short(where)}") as connection:
            schema.prepare(connection)
    except Exception:
        database.close()
        raise
    return database


def reached(where: Place) -> Database:
    """As ``open_database``, but nothing is made in it: what it holds may be anything."""
    made = sqlite_engines.engines(where) if isinstance(where, Path) else postgres_engines.engines(where)
    database = Database(*made)
    if not isinstance(where, Path):
        try:
            with database.writing(f"opening {in_short(where)}") as connection:
                postgres_engines.check(connection)
        except Exception:
            database.close()
            raise
    return database


def holds_record(where: Place) -> bool:
    """Whether Holdfast has ever opened this place."""
    if isinstance(where, Path):
        return where.exists()
    database = reached(where)
    try:
        with database.reading(f"opening {in_short(where)}") as connection:
            return inspect(connection).has_table(schema.schema_version.name)
    finally:
        database.close()


def format_of(database: Path) -> int | None:
    """The format of a file, read without changing it as opening an older one would; ``WorldError`` in words."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5.0)) as connection:
            row = connection.execute("SELECT version FROM schema_version").fetchone()
    except sqlite3.Error as error:
        raise WorldError(f"{database.name} cannot be read: {error}.", "Restore it from a copy of it all.") from error
    return row[0] if row else None


def in_short(where: Place) -> str:
    """The place as it may be shown and logged: without a password."""
    return str(where) if isinstance(where, Path) else postgres_engines.without_password(where)
