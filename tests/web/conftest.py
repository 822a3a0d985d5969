"""An application on an empty in-memory record, with people in every role and one dog on a bed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from making import StandingClock
from web.web_house import House, make_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_house(tmp_path, StandingClock())
    yield made
    made.ctx.store.close()
