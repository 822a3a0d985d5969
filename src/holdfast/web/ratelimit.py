"""Login attempts: after a few failures for one login from one address, wait.

Kept in memory: a restart forgets it, which costs an attacker more than it gives. Counting per
login *and* address means that nobody can lock a colleague out from elsewhere; a second, wider
count per address stops one machine from trying many logins.
"""

import threading
from collections import OrderedDict, deque

from holdfast.kernel.time import US_PER_MIN

WINDOW_US = 5 * US_PER_MIN
PER_LOGIN = 5
PER_ADDRESS = 30
_KEYS_MAX = 10_000
"""Keys remembered; the one touched longest ago is forgotten first."""


class LoginLimiter:
    """Counts failures within a sliding window. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, str], deque[int]] = OrderedDict()

    def begin(self, login: str, address: str, now_us: int) -> int:
        """Count an attempt as failed until proved otherwise, so that parallel guesses count too.

        Returns microseconds to wait; when that is not 0 the attempt must not be made.
        """
        by_login, by_address = (_fold(login), address), ("", address)
        with self._lock:
            wait = max(self._wait(by_login, PER_LOGIN, now_us), self._wait(by_address, PER_ADDRESS, now_us))
            if wait:
                return wait
            for key in (by_login, by_address):
                self._failures.setdefault(key, deque(maxlen=PER_ADDRESS)).append(now_us)
                self._failures.move_to_end(key)
            while len(self._failures) > _KEYS_MAX:
                self._failures.popitem(last=False)
            return 0

    def succeeded(self, login: str, address: str) -> None:
        """The attempt that was begun last was right: forget the failures of this login."""
        with self._lock:
            self._failures.pop((_fold(login), address), None)
            if by_address := self._failures.get(("", address)):
                by_address.pop()

    def _wait(self, key: tuple[str, str], allowed: int, now_us: int) -> int:
        times = self._failures.get(key)
        if not times:
            return 0
        while times and now_us - times[0] >= WINDOW_US:
            times.popleft()
        return times[-allowed] + WINDOW_US - now_us if len(times) >= allowed else 0


def _fold(login: str) -> str:
    return login.strip().casefold() or " "
