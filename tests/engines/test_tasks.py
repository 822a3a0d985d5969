"""Work that is handed out comes back once, in order, whoever dies over it."""

import os
import signal
from pathlib import Path

import pytest

from holdfast.engines.tasks import run_here, run_on_dask
from holdfast.kernel.errors import OperatorError

TASKS = 12


def squared_by_a_worker_that_dies_once(task: tuple[int, Path]) -> int:
    number, folder = task
    died = folder / "died"
    if number == TASKS // 2 and not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def fails(task: int) -> int:
    raise OperatorError(f"Task {task} cannot be done.", "Leave it out.")


def test_here_one_follows_the_other() -> None:
    assert run_here(str, [3, 1, 2]) == ["3", "1", "2"]


def test_a_worker_killed_at_its_work_changes_nothing_and_an_error_of_the_work_comes_through(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs holdfast[dask]")
    tasks = [(number, tmp_path) for number in range(TASKS)]
    found = run_on_dask(squared_by_a_worker_that_dies_once, tasks, workers=2)
    assert (tmp_path / "died").exists()
    assert found == [number * number for number in range(TASKS)]
    with pytest.raises(OperatorError, match="Task 1 cannot be done"):
        run_on_dask(fails, [1], workers=1)


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OperatorError, match="not installed") as caught:
        run_on_dask(str, [1], workers=1)
    assert "holdfast[dask]" in caught.value.remedy
