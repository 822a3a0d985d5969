"""``holdfast scorecard shadow``: how often each silent rule would have spoken, and how often it was right."""

from dataclasses import asdict
from typing import Any

from holdfast.bootstrap.house import RandomIds, SystemClock, open_record
from holdfast.config import Config
from holdfast.knowledge.loader import load
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.shadow_scores import ShadowScore, scores


def run(config: Config) -> list[ShadowScore]:
    """The scores of the record, as of now."""
    store, clock = open_record(config), SystemClock()
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
