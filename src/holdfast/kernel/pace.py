"""How fast one sender may go: a token bucket for each, by the time that the caller tells."""

import threading
from collections import OrderedDict


class Pace:
    """``per_s`` a second in the long run, ``burst`` at once. Safe to call from several threads."""

    def __init__(self, per_s: float, burst: float, keys_max: int = 10_000) -> None:
        self._per_s = per_s
        self._burst = burst
        self._keys_max = keys_max
        self._lock = threading.Lock()
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Tokens spent and not yet given back, and when that was counted; the one heard longest ago is forgotten."""

    def take(self, key: str, now_s: float, amount: float = 1.0) -> float:
        """Count ``amount``; returns the seconds that this sender is ahead of its pace, 0 when it is not."""
        with self._lock:
            spent, then_s = self._spent.pop(key, (0.0, now_s))
            spent = max(0.0, spent - max(0.0, now_s - then_s) * self._per_s) + amount
            self._spent[key] = (spent, max(now_s, then_s))
            while len(self._spent) > self._keys_max:
                self._spent.popitem(last=False)
            return max(0.0, spent - self._burst) / self._per_s

    def refuse(self, key: str, now_s: float) -> float:
        """The same for who is turned away instead of waiting: what is refused is not counted."""
        wait_s = self.take(key, now_s)
        if wait_s:
            with self._lock:
                spent, then_s = self._spent[key]
                self._spent[key] = (spent - 1.0, then_s)
        return wait_s
