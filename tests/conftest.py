"""For all tests: compiled loops are kept as the command keeps them, and never outlive a change of their sources."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import postgres_server
from holdfast.config import keep_machine_code

keep_machine_code()
# How fast a busy machine draws and judges examples is no property of ours.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server that all tests of this process share; each asks it for a place of its own."""
    with postgres_server.running() as server:
        yield server
