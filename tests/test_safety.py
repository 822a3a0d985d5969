"""The table of hazards names a test for every control; a control without a living test fails here."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DATA = yaml.safe_load((ROOT / "docs" / "data" / "hazards.yaml").read_text(encoding="utf-8"))
SEVERITIES = {"catastrophic", "critical", "serious", "minor", "negligible"}


def test_the_table_is_read() -> None:
    assert len(DATA["hazards"]) >= 80
    assert {one["harm"] for one in DATA["hazards"]} == set(DATA["harms"])
    assert {one["severity"] for one in DATA["harms"].values()} <= SEVERITIES


@pytest.mark.parametrize("row", DATA["hazards"], ids=lambda row: row["hazard"])
def test_the_guard_of_each_hazard_exists(row: dict[str, str]) -> None:
    assert set(row) == {"hazard", "harm", "does", "test"}
    path, _, name = row["test"].partition("::")
    text = (ROOT / path).read_text()
    assert f"def {name}(" in text if name else "def test_" in text, row["hazard"]
