"""How often somebody may call: a bucket that fills again evenly. Safe to call from several threads."""

import threading
from collections import OrderedDict

from holdfast.kernel.time import US_PER_MIN

_KEYS_MAX = 10_000


class Rates:
    """``take(key, per_minute)``: a minute's worth at once, then evenly."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, per_minute: int, now_us: int, *, only_look: bool = False) -> bool:
        """Whether one more is allowed; it is counted unless ``only_look``."""
        with self._lock:
            left, then_us = self._left.get(key, (float(per_minute), now_us))
            left = min(float(per_minute), left + max(0, now_us - then_us) * per_minute / US_PER_MIN)
            allowed = left >= 1.0
            if allowed and not only_look:
                left -= 1.0
            self._left[key] = (left, now_us)
            self._left.move_to_end(key)
            while len(self._left) > _KEYS_MAX:
                self._left.popitem(last=False)
            return allowed
