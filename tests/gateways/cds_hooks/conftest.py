"""One server for all tests of a module: starting it is what costs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.cds_hooks.made_hooks import Running, running


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("hooks")
    with running(folder) as made:
        yield made
