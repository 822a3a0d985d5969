"""SAFETY.md names a test for every control; a control without a living test fails here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = re.findall(r"^\| (?!hazard|---)(.+?) \| .+? \| `(.+?)` \|$", (ROOT / "SAFETY.md").read_text(), re.MULTILINE)


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("hazard", "guard"), ROWS)
def test_the_guard_of_each_hazard_exists(hazard: str, guard: str) -> None:
    path, _, name = guard.partition("::")
    text = (ROOT / path).read_text()
    assert f"def {name}(" in text if name else "def test_" in text, hazard
