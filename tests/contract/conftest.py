"""Every store that there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import (
    Store,
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqlStore(tmp_path / "record.db")
    yield made
    made.close()
