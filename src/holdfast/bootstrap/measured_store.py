"""The store with a watch beside it: how long each change waits until it is on disk, and how many wait now."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, cast

from holdfast.usecases.ports import Change, Receipt, Store


class MeasuredStore:
    """Passes everything on to the store it is given; only ``submit`` is looked at."""

    def __init__(self, store: Store, began: Callable[[], None], ended: Callable[[float, bool], None]) -> None:
        self._store = store
        self._began = began
        self._ended = ended

    def submit(self, change: Change) -> Future[Receipt]:
        started = time.perf_counter()
        future = self._store.submit(change)
        self._began()
        future.add_done_callback(lambda done: self._ended(time.perf_counter() - started, _kept(done)))
        return future

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def measured(store: Store, began: Callable[[], None], ended: Callable[[float, bool], None]) -> Store:
    """``began`` is called with each change, ``ended`` with the seconds it took and whether it is on disk."""
    return cast(Store, MeasuredStore(store, began, ended))


def _kept(done: Future[Receipt]) -> bool:
    return not done.cancelled() and done.exception() is None
