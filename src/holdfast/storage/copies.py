"""What a database keeps twice: its indices. Do they still say what the rows say, and how they are made anew."""

import re
from collections.abc import Iterator
from contextlib import nullcontext

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from holdfast.kernel.limits import PROBLEMS_LISTED_MAX
from holdfast.storage import schema
from holdfast.usecases.ports import Copies

_WITHOUT_AMCHECK = (
    "Indices were not compared with the rows: that needs the extension amcheck in the database and the right to use it "
    "(as its administrator: CREATE EXTENSION amcheck; GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean))."
)


def compare(connection: Connection) -> Copies:
    """Every index against its rows. May take as long as reading the whole database; nothing is changed."""
    if connection.dialect.name == "postgresql":
        return _compare_postgresql(connection)
    asked = connection.exec_driver_sql(f"PRAGMA integrity_check({PROBLEMS_LISTED_MAX})")
    return Copies(damaged=tuple(_sentence(row[0]) for row in asked if row[0] != "ok"))


def make_anew(connection: Connection) -> None:
    """Make every index again from the rows."""
    for table in schema.metadata.sorted_tables:
        anew = f"REINDEX TABLE {table.name}" if connection.dialect.name == "postgresql" else f"REINDEX {table.name}"
        connection.exec_driver_sql(anew)


def _sentence(said: str) -> str:
    """SQLite's finding, with the index named first when it names one."""
    named = re.search(r"\bindex (\S+)$", said)
    return (
        f"Index {named[1]}: {said}." if named else f"Database file: {said.removeprefix('*** in database main *** ')}."
    )


def _compare_postgresql(connection: Connection) -> Copies:
    may = connection.execute(
        text("SELECT has_function_privilege(to_regprocedure('bt_index_check(regclass, boolean)'), 'execute')")
    ).scalar()
    if not may:
        return Copies(not_compared=_WITHOUT_AMCHECK)
    damaged = []
    # A check that fails ends the transaction it is in: where there is one, each check has its own inside it.
    alone = connection.connection.dbapi_connection.autocommit  # type: ignore[union-attr]
    for index in _indices(connection):
        try:
            with nullcontext() if alone else connection.begin_nested():
                connection.execute(text("SELECT bt_index_check(cast(:index AS regclass), true)"), {"index": index})
        except DatabaseError as error:
            damaged.append(f"Index {index}: {str(error.orig).splitlines()[0]}.")
    return Copies(damaged=tuple(damaged))


def _indices(connection: Connection) -> Iterator[str]:
    """Names of the B-tree indices of our tables."""
    query = text("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(:tables)")
    tables = [table.name for table in schema.metadata.sorted_tables]
    for row in connection.execute(query, {"tables": tables}).all():
        yield f'"{row[0]}"'
