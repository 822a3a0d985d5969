"""An open database, wherever it is: one connection that writes, a few that read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

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


def open_database(where: Place) -> Database:
    """Open the place, creating the file and its tables when missing.

    Raises ``WorldError`` when it cannot be opened, ``IntegrityError`` when it is no database and ``OperatorError``
    when the address is none.
    """
    engines = sqlite_engines if isinstance(where, Path) else postgres_engines
    writer, reader = engines.engines(where)
    database = Database(writer, reader)
    try:
        with database.writing(f"opening {in_short(where)}") as connection:
            engines.check(connection)
            schema.prepare(connection)
    except Exception:
        database.close()
        raise
    return database


def in_short(where: Place) -> str:
    """The place as it may be shown and logged: without a password."""
    return str(where) if isinstance(where, Path) else postgres_engines.without_password(where)
