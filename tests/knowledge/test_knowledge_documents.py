"""A release read before is taken from the folder that keeps it, and is the same release; a spoilt copy is not taken."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from holdfast.knowledge import documents
from holdfast.knowledge.loader import KnowledgeError, load_from
from holdfast.knowledge.pedigree import Problems
from knowledge.test_knowledge_loader import small_release, write


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write(small_release(), tmp_path / "release")


def test_a_release_read_before_is_not_read_as_yaml_again(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_from(release, tmp_path / "kept")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("read as YAML once more")

    monkeypatch.setattr(yaml, "load", refuse)
    assert load_from(release, tmp_path / "kept") == first


def test_what_is_kept_is_of_these_files_only(release: Path, tmp_path: Path) -> None:
    load_from(release, tmp_path / "kept")
    changed = small_release()
    changed["diseases/bleed.yaml"]["name"] = "Bleeding inside"
    knowledge = load_from(write(changed, tmp_path / "changed"), tmp_path / "kept")
    assert knowledge.diseases["bleed"].name == "Bleeding inside"
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize("spoilt", [b"", b"no line end", b"seal\nother"])
def test_a_spoilt_copy_is_not_taken(release: Path, tmp_path: Path, spoilt: bytes) -> None:
    first = load_from(release, tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(spoilt if spoilt != b"seal\nother" else kept.read_bytes()[:-1])
    assert load_from(release, tmp_path / "kept") == first


def test_a_release_with_problems_is_refused_each_time(tmp_path: Path) -> None:
    broken = small_release()
    broken["diseases/bleed.yaml"]["urgency"] = "whenever"
    release = write(broken, tmp_path / "release")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="urgency"):
            load_from(release, tmp_path / "kept")


def test_what_would_come_back_as_something_else_is_not_kept(tmp_path: Path) -> None:
    documents.keep_documents(tmp_path, "0" * 64, {"tests.yaml": {"seen": date(2026, 1, 1)}})
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written_the_files_are_read(release: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    assert load_from(release, tmp_path / "a file" / "kept") == load_from(release)


def test_unreadable_yaml_is_a_problem() -> None:
    problems = Problems()
    assert documents.read_documents({"tests.yaml": b"a: 1\na: 2\n"}, problems) == {"tests.yaml": None}
    assert "written twice" in str(problems.found)
