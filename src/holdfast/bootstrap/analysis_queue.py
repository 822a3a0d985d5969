"""The one thread that analyses: each monitor's messages in their order, and the monitors take turns.

A monitor that sends faster than it can be followed waits for its own messages, not for anybody else's, and what waits
is bounded. What is not analysed is on disk all the same.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from holdfast.kernel.errors import WorldError
from holdfast.kernel.limits import ANALYSIS_WAITING_MAX

Work = tuple[Callable[[], Any], "Future[Any]"]


class AnalysisQueue:
    """Any thread may call any method."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._waiting: OrderedDict[str, deque[Work]] = OrderedDict()
        """By who sent it. The first one's turn is next; who was served goes to the end."""
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="analysis", daemon=True)
        self._thread.start()

    def has_room(self, who: str) -> bool:
        """Whether this sender may hand in another message."""
        with self._change:
            return len(self._waiting.get(who, ())) < ANALYSIS_WAITING_MAX

    def submit(self, who: str, work: Callable[[], Any]) -> "Future[Any]":
        """Have it done when it is this sender's turn. Raises ``WorldError`` without room, and after ``close``."""
        future: Future[Any] = Future()
        with self._change:
            if self._closed:
                raise WorldError("The analysis has ended.", "Holdfast is shutting down.")
            waiting = self._waiting.setdefault(who, deque())
            if len(waiting) >= ANALYSIS_WAITING_MAX:
                raise WorldError(f"{who} sends faster than it can be analysed.", "Look at what it sends.")
            waiting.append((work, future))
            self._change.notify()
        return future

    def close(self) -> None:
        """Do what waits, then stop. Calling it twice is fine."""
        with self._change:
            self._closed = True
            self._change.notify()
        self._thread.join()

    def _run(self) -> None:
        while (next_one := self._next()) is not None:
            work, future = next_one
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # whoever asked learns of it; the thread lives on
                future.set_exception(error)

    def _next(self) -> Work | None:
        with self._change:
            while not self._waiting:
                if self._closed:
                    return None
                self._change.wait()
            who, waiting = next(iter(self._waiting.items()))
            one = waiting.popleft()
            if waiting:
                self._waiting.move_to_end(who)
            else:
                del self._waiting[who]
            return one
