"""``holdfast scorecard shadow``: how often each silent rule would have spoken, and how often it was right."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from holdfast.bootstrap.house import RandomIds, SystemClock, open_store
from holdfast.config import Config
from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.loader import load
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.shadow_scores import ShadowScore, scores


def run(data_dir: Path) -> list[ShadowScore]:
    """The scores of the record in this folder, as of now."""
    database = Config(data_dir=data_dir).database
    if not database.exists():
        raise OperatorError(f"There is no record in {data_dir}.", "Name the folder of the record with --data.")
    store, clock = open_store(database), SystemClock()
    try:
        ctx = Context(store=store, book=CaseBook(store), clock=clock, ids=RandomIds(), knowledge=load())
        return scores(ctx, clock.now_us())
    finally:
        store.close()


def as_builtins(found: list[ShadowScore]) -> list[dict[str, Any]]:
    return [asdict(one) | {"share_95": one.share, "says": one.in_words()} for one in found]


def in_words(found: list[ShadowScore]) -> list[str]:
    if not found:
        return ["No rule runs silently. Make one silent on the page Rules, for some weeks before it is switched on."]
    return [f"{one.name} ({'silent' if one.silent else 'on'}): {one.in_words()}" for one in found]
