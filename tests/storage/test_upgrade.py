"""A database of every shape that was ever in use opens, holds together and goes on.

``shapes/``: dumps of databases that earlier releases wrote (format number, then what was new in the shape). The newest
is the shape of today: a change of the tables needs a new dump beside the others.
"""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import inspect

from contract.examples import change, held, note
from holdfast.storage.database import Database, open_database
from holdfast.storage.schema import SCHEMA_VERSION, metadata
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_addresses import SqlAddresses
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import NewQuarantined
from holdfast.usecases.verification import verify

SHAPES = sorted((Path(__file__).parent / "shapes").glob("*.sql"))
NEWEST = "1-sign-in"


def loaded(shape: Path, folder: Path) -> Path:
    path = folder / f"{shape.stem}.db"
    connection = sqlite3.connect(path)
    connection.executescript(shape.read_text())
    connection.close()
    return path


@pytest.mark.parametrize("shape", SHAPES, ids=lambda path: path.stem)
def test_an_earlier_database_is_completed_and_goes_on(shape: Path, tmp_path: Path) -> None:
    path = loaded(shape, tmp_path)
    store = SqlStore(path)
    assert verify(store).ok
    assert [one.event.text for one in store.read_log()] == ["written by an earlier release", "again"]  # type: ignore[union-attr]
    bad = NewQuarantined(received_us=1, peer="p", device="", reason="later", raw=b"y")
    went_on = store.submit(change(note("today"), held=(held(5),), quarantined=(bad,))).result()
    assert (went_on.recorded[0].seq, went_on.held_ids) == (3, (3,))
    assert [(one.quarantine_id, one.reason) for one in store.quarantine()] == [(2, "later"), (1, "r")]
    assert store.submit(change(note(), command_id="c1")).result().duplicate
    assert verify(store).ok
    store.close()
    accounts, addresses = SqlAccounts(path), SqlAddresses(path)
    assert [one.login for one in accounts.all()] == ["osei"]
    addresses.put("c1", {"sms": "+1 555 0100"})
    accounts.close()
    addresses.close()
    assert parts(open_database(path)) == parts(open_database(tmp_path / "new.db"))


def test_the_shape_of_today_has_a_dump(tmp_path: Path) -> None:
    path = loaded(SHAPES[0].with_name(f"{NEWEST}.sql"), tmp_path)
    before = sqlite3.connect(path)
    tables = {name for (name,) in before.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    before.close()
    assert tables - {"sqlite_sequence"} == set(metadata.tables)
    assert NEWEST.startswith(f"{SCHEMA_VERSION}-")


def parts(database: Database) -> dict[str, tuple[set[str], set[str | None]]]:
    """Columns and indexes of each table."""
    with database.reading("looking") as connection:
        seen = inspect(connection)
        found = {
            table: (
                {f"{one['name']} {one['type']}" for one in seen.get_columns(table)},
                {one["name"] for one in seen.get_indexes(table)},
            )
            for table in metadata.tables
        }
    database.close()
    return found
