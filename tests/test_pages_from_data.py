"""Pages made from data say what the data say."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.knowledge.loader import load

DOCS = Path(__file__).parent.parent / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = generator()


@pytest.mark.parametrize("page", GENERATE.PARTS)
def test_the_page_is_up_to_date(page: str) -> None:
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    assert GENERATE.filled(page, text, load()) == text, "run python docs/generate.py"


def test_every_dose_row_shows_its_grade_and_source() -> None:
    knowledge = load()
    for dose in knowledge.care.doses.values():
        row = GENERATE.dose_row(knowledge, dose)
        assert all(row[:7]), dose.key
        assert row[5] in ("published", "secondary")
        assert "](http" in row[6]


def test_every_score_and_statement_shows_its_grade() -> None:
    knowledge = load()
    for rule in knowledge.care.scores.values():
        text = GENERATE.score(knowledge, rule)
        assert f"Grade {rule.grade.value}, source: [" in text
        assert text.count("limit of use") == len(rule.limits) > 0


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="has no place for course"):
        GENERATE.filled("resuscitation.md", "# Empty", load())
