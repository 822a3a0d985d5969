"""An archive concluded again: one task for each case, here or on many workers that reach the same record."""

from dataclasses import dataclass
from pathlib import Path

from holdfast.bootstrap.house import open_record
from holdfast.config import Config, keep_machine_code
from holdfast.engines.tasks import run_here, run_on_dask
from holdfast.kernel.errors import HoldfastError, OperatorError
from holdfast.knowledge.loader import load, load_from
from holdfast.knowledge.model import Knowledge
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.reanalysis import CaseReport, reanalyse


@dataclass(frozen=True)
class Task:
    """One case to be concluded again. Every worker opens the record itself: it must reach it."""

    config: Config
    case_id: str
    knowledge: Path | None
    """Folder of a release; None: the packaged one."""
    states: bool


def conclude_again(task: Task) -> CaseReport:
    """What would be different in one case; nothing is written. A case that cannot be read says so in its report."""
    keep_machine_code()
    store = open_record(task.config)
    try:
        knowledge = knowledge_of(task.knowledge)
        return reanalyse(store, MemoryStore(), MemoryStore(), task.case_id, knowledge, states=task.states)
    except HoldfastError as error:
        return CaseReport(case_id=task.case_id, name="", problem=error.problem)
    finally:
        store.close()


def knowledge_of(folder: Path | None) -> Knowledge:
    """The release in a folder, or the packaged one; raises ``KnowledgeError`` and ``OperatorError``."""
    if folder is None:
        return load()
    if not folder.is_dir():
        raise OperatorError(f"There is no folder {folder}.", "Name the folder that holds the release.")
    return load_from(folder)


def reanalyse_archive(
    config: Config,
    *,
    knowledge: Path | None = None,
    case_id: str = "",
    states: bool = True,
    workers: int = 0,
    scheduler: str = "",
) -> list[CaseReport]:
    """The report of each case, in the order of their ids; the same however many workers there are."""
    knowledge_of(knowledge)
    store = open_record(config)
    try:
        known = sorted(case.case_id for case in CaseBook(store).cases())
    finally:
        store.close()
    if case_id and case_id not in known:
        raise OperatorError(f"There is no case {case_id!r}.", "Look its id up in the address of its page.")
    tasks = [Task(config, one, knowledge, states) for one in ([case_id] if case_id else known)]
    if workers or scheduler:
        return run_on_dask(conclude_again, tasks, workers=workers, scheduler=scheduler)
    return run_here(conclude_again, tasks)
