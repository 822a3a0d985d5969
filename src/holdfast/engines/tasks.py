"""Independent pieces of work, done here one after the other or by Dask workers: the same answers in the same order.

Work that runs here must be a function of a module, its argument and answer plain values, and it must change nothing: a
worker that dies has its work done again by another one.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from holdfast.kernel.errors import OperatorError, WorldError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

DEATHS_MAX = 10
"""Workers that one piece of work may outlive; then it is taken for what kills them (our choice)."""

CONNECT_S = 120
"""A worker on a busy machine takes long to answer for the first time; Dask's own half minute was seen to be too short
at a load of eight times the cores."""

LOOK_S = 15
LOOKS_WITHOUT_WORKERS = 20
"""When no worker was there at so many looks, one after the other, nobody is coming any more (our choice: five
minutes). Dask itself would wait for ever."""


def run_here(work: Callable[[Task], Answer], tasks: Sequence[Task]) -> list[Answer]:
    """One after the other, in this process."""
    return [work(task) for task in tasks]


def run_on_dask(
    work: Callable[[Task], Answer], tasks: Sequence[Task], *, workers: int = 0, scheduler: str = ""
) -> list[Answer]:
    """On ``workers`` processes of this machine, or on the cluster whose ``scheduler`` is named (``tcp://HOST:PORT``).

    Raises ``OperatorError`` where Dask is not installed and ``WorldError`` when workers go on dying or none is left;
    whatever ``work`` itself raises comes through.
    """
    try:
        import dask
        from distributed import Client, KilledWorker, LocalCluster, wait
    except ImportError as error:
        raise OperatorError(
            "Dask is not installed, so only this process can work.", "pip install 'holdfast[dask]', or leave it out."
        ) from error

    settings = {
        "distributed.scheduler.allowed-failures": DEATHS_MAX,
        "distributed.comm.timeouts.connect": f"{CONNECT_S} s",
    }
    with dask.config.set(settings):
        cluster = scheduler or LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        )
        try:
            with Client(cluster) as client:
                asked = client.map(work, tasks, pure=False)
                without = 0
                while without < LOOKS_WITHOUT_WORKERS:
                    try:
                        wait(asked, timeout=LOOK_S)
                    except TimeoutError:
                        without = 0 if client.nthreads() else without + 1
                        continue
                    answers: list[Answer] = client.gather(asked)
                    return answers
                raise WorldError(
                    f"No worker was there for {LOOKS_WITHOUT_WORKERS * LOOK_S} s, and work is left.",
                    "See the workers' own log, start them again, then ask again.",
                )
        except KilledWorker as error:
            raise WorldError(
                f"Workers died {DEATHS_MAX} times at the same work.", "Give them more memory, or fewer at a time."
            ) from error
        finally:
            if not isinstance(cluster, str):
                cluster.close()
