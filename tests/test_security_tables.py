"""The table of the security standard: complete for what it claims to cover, and each test that it names is there."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ROWS = yaml.safe_load((ROOT / "docs" / "data" / "asvs.yaml").read_text(encoding="utf-8"))

LEVEL_1 = {
    "1.2": (1, 2, 3, 4, 5),
    "1.3": (1, 2),
    "1.5": (1,),
    "2.1": (1,),
    "2.2": (1, 2),
    "2.3": (1,),
    "3.2": (1, 2),
    "3.3": (1,),
    "3.4": (1, 2),
    "3.5": (1, 2, 3),
    "4.1": (1,),
    "4.4": (1,),
    "5.2": (1, 2),
    "5.3": (1, 2),
    "6.1": (1,),
    "6.2": (1, 2, 3, 4, 5, 6, 7, 8),
    "6.3": (1, 2),
    "6.4": (1, 2),
    "7.2": (1, 2, 3, 4),
    "7.4": (1, 2),
    "8.1": (1,),
    "8.2": (1, 2),
    "8.3": (1,),
    "9.1": (1, 2, 3),
    "9.2": (1,),
    "10.4": (1, 2, 3, 4, 5),
    "11.3": (1, 2),
    "11.4": (1,),
    "12.1": (1,),
    "12.2": (1, 2),
    "13.4": (1,),
    "14.2": (1,),
    "14.3": (1,),
    "15.1": (1,),
    "15.2": (1,),
    "15.3": (1,),
}
"""OWASP ASVS 5.0.0, all chapters: the numbers of level 1 by section."""
LEVEL_2 = {
    "6.1": (2, 3),
    "6.2": (9, 10, 11, 12),
    "6.3": (3, 4),
    "6.4": (3, 4),
    "6.5": (1, 2, 3, 4, 5),
    "6.6": (1, 2, 3),
    "6.8": (1, 2, 3, 4),
    "7.1": (1, 2, 3),
    "7.3": (1, 2),
    "7.4": (3, 4, 5),
    "7.5": (1, 2),
    "7.6": (1, 2),
    "8.1": (2,),
    "8.2": (3,),
    "8.4": (1,),
    "12.1": (2, 3),
    "12.3": (1, 2, 3, 4),
    "16.1": (1,),
    "16.2": (1, 2, 3, 4, 5),
    "16.3": (1, 2, 3, 4),
    "16.4": (1, 2, 3),
    "16.5": (1, 2, 3),
}
"""The same of level 2, chapters V6, V7, V8, V12 and V16."""


def numbers(by_section: dict[str, tuple[int, ...]], level: int) -> set[tuple[str, int]]:
    return {(f"{section}.{number}", level) for section, some in by_section.items() for number in some}


def test_every_requirement_is_answered_once_with_its_level() -> None:
    assert {(row["id"], row["level"]) for row in ROWS} == numbers(LEVEL_1, 1) | numbers(LEVEL_2, 2)
    assert len(ROWS) == 70 + 59


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_is_said_to_be_met_names_tests_that_are_there(row: dict[str, object]) -> None:
    assert set(row) == {"id", "level", "met", "says", "how", "tests"}
    assert row["met"] in ("yes", "partly", "no", "not applicable")
    assert row["says"]
    assert row["how"]
    for test in row["tests"]:
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), test
