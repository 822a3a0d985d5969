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


def test_a_change_in_any_loop_gives_all_of_them_a_new_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signals = tmp_path / "signals"
    shutil.copytree(Path(config.__file__).parent / "signals", signals)
    before = _folder(monkeypatch, tmp_path)
    assert _folder(monkeypatch, tmp_path) == before
    (signals / "qrs_features.py").write_text((signals / "qrs_features.py").read_text() + "\n# changed\n")
    assert _folder(monkeypatch, tmp_path) != before


def test_whoever_runs_it_may_choose_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    config.keep_machine_code()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path)
