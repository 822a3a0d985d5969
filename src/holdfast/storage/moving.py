"""A record from one home into another: row by row, in one transaction, compared and checked before it is kept."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from holdfast.kernel.errors import IntegrityError, OperatorError, WorldError
from holdfast.kernel.limits import COPIED_AT_ONCE_BYTES
from holdfast.storage import postgres_engines, schema
from holdfast.storage.database import Database, Place, in_short, open_database, reached
from holdfast.storage.film_files import sync_folder
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.verification import VerifyReport, verify

Tell = Callable[[str], None]
_FETCHED = 256
"""Rows that are taken from the old home at a time."""
_FETCHED_LARGE = {schema.block: 8, schema.quarantine: 2}
"""Where a row may be large: waveforms of ten seconds, a whole message that nobody could read."""


@dataclass(frozen=True)
class Moved:
    """What was copied, and what the check of the new home found."""

    rows: dict[str, int]
    """Rows of each table, the same in both homes."""
    report: VerifyReport


def move(source: Place, target: Place, tell: Tell, *, snapshot: bool = False) -> Moved:
    """Copy the whole record; the new home exists only once both were found equal and whole.

    Nobody writes in the old home meanwhile. Raises ``OperatorError`` when the new home is in use and
    ``IntegrityError`` when one of them does not hold together; then nothing is left in the new one, as after a kill.
    ``snapshot``: for a backup, of this moment, while others go on writing, and of a broken record as well.
    """
    if not isinstance(target, Path):
        return _moved(source, target, tell, snapshot)
    if target.exists():
        raise _in_use(target)
    with becoming(target) as unfinished:
        return _moved(source, unfinished, tell, snapshot)


@contextmanager
def becoming(target: Path) -> Iterator[Path]:
    """A name for a database file that is being written; it gets its own name when it is whole and on disk."""
    unfinished = target.with_name(target.name + ".part")
    for left in target.parent.glob(unfinished.name + "*"):  # of one that was killed, and its journal
        left.unlink()
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise WorldError(f"{target} could not be written: {error.strerror}.", "Is the disk full?") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _moved(source: Place, target: Place, tell: Tell, snapshot: bool) -> Moved:
    old, new = open_database(source), reached(target)
    doing = f"copying the record to {in_short(target)}"
    begin = old.snapshot if snapshot else old.writing
    try:
        with begin(doing) as there, _fresh(new, target, doing) as here:
            _patient(there, here)
            if not snapshot:
                _demand(_check(there, tell), "the old home")
            rows = {}
            for table in schema.metadata.sorted_tables:
                copied = _copy(table, there, here)
                if _content(table, here) != copied:
                    raise IntegrityError(f"The copy of {table.name} is not what was copied.", "Nothing was kept.")
                rows[table.name], _ = copied
            tell(f"Copied {sum(rows.values())} rows in {len(rows)} tables; each table is equal in both homes.")
            report = _check(here, tell)
            if not snapshot:
                _demand(report, "the new home")
        return Moved(rows, report)
    finally:
        old.close()
        new.close()


def end_sessions(connection: Connection) -> None:
    """Sign everybody out: who was signed out since must not be signed in again by a record of the past."""
    connection.execute(delete(schema.session))
    connection.execute(delete(schema.setup_token))


def _in_use(place: Place) -> OperatorError:
    return OperatorError(
        f"{in_short(place)} holds a record already.", "Name an empty database, or a folder without a record."
    )


@contextmanager
def _fresh(database: Database, place: Place, doing: str) -> Iterator[Connection]:
    """A transaction in which the tables are made. Raises ``OperatorError`` when something is in them already."""
    with database.writing(doing) as connection:
        schema.prepare(connection)
        for table in schema.metadata.sorted_tables:
            own = table in (schema.schema_version, schema.held_number)
            if not own and connection.execute(select(func.count()).select_from(table)).scalar_one():
                raise _in_use(place)
        connection.execute(delete(schema.held_number))
        connection.execute(delete(schema.schema_version))
        yield connection


def _patient(*connections: Connection) -> None:
    for connection in connections:
        if connection.dialect.name == "postgresql":
            postgres_engines.let_think(connection)


def _check(connection: Connection, tell: Tell) -> VerifyReport:
    store = SqlStore(_OneConnection(connection.engine, connection.engine, connection.engine, connection))
    try:
        report = verify(store)
    finally:
        store.close()
    where = "PostgreSQL" if connection.dialect.name == "postgresql" else "SQLite"
    tell(f"{where}: {' '.join(report.in_words())}")
    return report


def _demand(report: VerifyReport, home: str) -> None:
    if not report.ok:
        raise IntegrityError(f"The record in {home} is broken: {report.wrong[0]}", "Nothing was kept.")


def _copy(table: Table, source: Connection, target: Connection) -> tuple[int, str]:
    """Number of rows and the hash over them."""
    count, digest, size = 0, hashlib.sha256(), 0
    batch: list[dict[str, Any]] = []
    for row in _rows(table, source):
        count += 1
        size += _add(digest, row)
        batch.append(dict(zip(table.c.keys(), row, strict=True)))
        if size >= COPIED_AT_ONCE_BYTES:
            target.execute(insert(table), batch)
            batch, size = [], 0
    if batch:
        target.execute(insert(table), batch)
    return count, digest.hexdigest()


def _content(table: Table, connection: Connection) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    for row in _rows(table, connection):
        count += 1
        _add(digest, row)
    return count, digest.hexdigest()


def _rows(table: Table, connection: Connection) -> Iterator[tuple[Any, ...]]:
    fetched = _FETCHED_LARGE.get(table, _FETCHED)
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=fetched)
    for row in connection.execute(query):
        yield tuple(row)


def _add(digest: Any, row: tuple[Any, ...]) -> int:
    """Take a row into the hash; roughly its bytes."""
    written = repr(row).encode("utf-8", "surrogatepass")
    digest.update(written + b"\n")
    return len(written)


@dataclass(frozen=True)
class _OneConnection(Database):
    """A database as an open transaction sees it."""

    connection: Connection

    @contextmanager
    def reading(self, doing: str) -> Iterator[Connection]:  # noqa: ARG002
        yield self.connection

    def close(self) -> None:
        """The transaction is its owner's."""
