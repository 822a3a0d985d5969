"""Work that is handed out comes back once, in order, whoever dies over it."""

import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.engines import tasks
from holdfast.engines.tasks import run_here, run_on_dask
from holdfast.kernel.errors import OperatorError, WorldError

SCRIPT = """
import os, signal, sys
from pathlib import Path
from holdfast.engines.tasks import run_on_dask
from holdfast.kernel.errors import OperatorError

died = Path(sys.argv[1])

def squared(number):
    if number == 6 and not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if number < 0:
        raise OperatorError("It cannot be done.", "Leave it out.")
    return number * number

if __name__ == "__main__":
    print(run_on_dask(squared, range(12), workers=1))
    try:
        run_on_dask(squared, [-1], workers=1)
    except OperatorError as error:
        print(error.problem)
"""


def test_here_one_follows_the_other() -> None:
    assert run_here(str, [3, 1, 2]) == ["3", "1", "2"]


def test_a_worker_killed_at_its_work_changes_nothing_and_an_error_of_the_work_comes_through(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs holdfast[dask]")
    script, died = tmp_path / "work.py", tmp_path / "died"
    script.write_text(SCRIPT)
    ran = subprocess.run(
        [sys.executable, str(script), str(died)], check=True, capture_output=True, text=True, timeout=400
    )
    assert died.exists()
    assert ran.stdout.splitlines() == [str([number * number for number in range(12)]), "It cannot be done."]


def test_a_cluster_that_has_no_workers_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="needs holdfast[dask]")
    monkeypatch.setattr(tasks, "LOOK_S", 0.2)
    monkeypatch.setattr(tasks, "LOOKS_WITHOUT_WORKERS", 2)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster,
        pytest.raises(WorldError, match="No worker was there"),
    ):
        run_on_dask(str, [1], scheduler=cluster.scheduler_address)


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OperatorError, match="not installed") as caught:
        run_on_dask(str, [1], workers=1)
    assert "holdfast[dask]" in caught.value.remedy
