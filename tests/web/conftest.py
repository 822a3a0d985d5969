"""An application on an empty in-memory record, with people in every role and one dog on a bed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from making import StandingClock
from web.web_house import LOOPS, House, make_house


@pytest.fixture(scope="session", autouse=True)
def one_event_loop() -> Iterator[None]:
    with start_blocking_portal() as portal:
        LOOPS.append(portal)
        yield
        LOOPS.remove(portal)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_house(tmp_path, StandingClock())
    yield made
    made.ctx.store.close()
