"""Every store that there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.storage.database import Place
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import (
    Store,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A home for a record that nobody has used yet."""
    if request.param == "sqlite":
        return tmp_path / "record.db"
    address: str = request.getfixturevalue("postgres").address()
    return address


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqlStore(tmp_path / "record.db")
    else:
        made = SqlStore(request.getfixturevalue("postgres").address())
    yield made
    made.close()
