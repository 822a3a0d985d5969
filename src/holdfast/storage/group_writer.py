"""One thread that writes for everybody: whoever waits shares one commit, and so one trip to the disk."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from holdfast.kernel.errors import WorldError
from holdfast.kernel.limits import COMMIT_BATCH_MAX, COMMIT_QUEUE_MAX
from holdfast.usecases.ports import Change, Receipt

Outcome = Receipt | Exception
Waiting = tuple[Change, Future[Receipt]]


class GroupWriter:
    """Drains a queue of changes into ``commit``, at most ``COMMIT_BATCH_MAX`` at a time.

    ``commit`` returns one outcome for each change, in order, after all that succeeded are durable;
    or it raises, and then no change of the batch was applied.
    """

    def __init__(self, commit: Callable[[Sequence[Change]], Sequence[Outcome]]) -> None:
        self._commit = commit
        self._queue: queue.Queue[Waiting | None] = queue.Queue(COMMIT_QUEUE_MAX)
        self._gate = threading.Lock()
        self._closed = False
        # A daemon: an interpreter that is told to leave does not wait for changes nobody was promised.
        self._thread = threading.Thread(target=self._run, name="holdfast-writer", daemon=True)
        self._thread.start()

    def submit(self, change: Change) -> Future[Receipt]:
        """Queue a change. Blocks while the queue is full; raises ``WorldError`` after ``close``."""
        future: Future[Receipt] = Future()
        # Held across the put, so that nothing can slip in behind the end mark of ``close``.
        with self._gate:
            if self._closed:
                raise WorldError("The store is closed.", "Holdfast is shutting down; send it again when it is back.")
            self._queue.put((change, future))
        return future

    def close(self) -> None:
        """Write what is queued, then stop. Calling it twice is fine."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._next_batch()
            # A caller that gave up before its turn is skipped; from here on it can no longer give up.
            live = [(change, future) for change, future in batch if future.set_running_or_notify_cancel()]
            if live:
                self._write(live)

    def _next_batch(self) -> tuple[list[Waiting], bool]:
        """What is waiting now (at least one), and whether the end mark was among it."""
        batch: list[Waiting] = []
        first = self._queue.get()
        if first is None:
            return batch, True
        batch.append(first)
        while len(batch) < COMMIT_BATCH_MAX:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                return batch, True
            batch.append(item)
        return batch, False

    def _write(self, batch: list[Waiting]) -> None:
        outcomes: Sequence[Outcome]
        try:
            outcomes = self._commit([change for change, _ in batch])
        except Exception as error:  # Whatever it was, the writer must live on and nobody may wait for ever.
            outcomes = [error] * len(batch)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
