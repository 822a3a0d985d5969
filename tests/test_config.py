"""Where compiled loops are kept."""

import os
import shutil
from pathlib import Path

import pytest

import holdfast.config as config


def _folder(monkeypatch: pytest.MonkeyPatch, package: Path) -> str:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(config, "__file__", str(package / "config.py"))
    config.keep_machine_code()
    return os.environ["NUMBA_CACHE_DIR"]


@pytest.mark.parametrize("changed", ["signals/qrs_features.py", "reasoning/weighing.py", "kernel/compiled.py"])
def test_a_change_in_any_loop_gives_all_of_them_a_new_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: str
) -> None:
    package = Path(config.__file__).parent
    for folder in ("signals", "reasoning", "kernel"):
        shutil.copytree(package / folder, tmp_path / folder)
    before = _folder(monkeypatch, tmp_path)
    assert _folder(monkeypatch, tmp_path) == before
    with (tmp_path / changed).open("a") as loop:
        loop.write("\n# changed\n")
    assert _folder(monkeypatch, tmp_path) != before


def test_every_compiled_loop_is_in_a_file_that_is_looked_at() -> None:
    package = Path(config.__file__).parent
    compiled = {path for path in package.rglob("*.py") if "@compiled\n" in path.read_text()}
    assert compiled <= {*(package / "signals").glob("*.py"), package / "reasoning" / "weighing.py"}


def test_whoever_runs_it_may_choose_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    config.keep_machine_code()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path)
