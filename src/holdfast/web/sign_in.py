"""What signing in needs while the application runs: who waits for their second step, and how often was guessed."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from holdfast.kernel.time import US_PER_MIN
from holdfast.usecases.accounts import Role
from holdfast.usecases.sign_in_ports import Begun, IdentityProvider, OutsideIdentities, SecondFactors
from holdfast.web.ratelimit import LoginLimiter

WAITING_US = 5 * US_PER_MIN
"""Long enough to find the telephone."""
_WAITING_MAX = 1_000
"""The one that has waited longest is forgotten first."""

T = TypeVar("T")


class Waiting(Generic[T]):
    """Something kept for one browser between two of its requests, found again by a secret in a cookie.

    Kept in memory: a restart asks for the password again. Safe to call from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[int, T]] = OrderedDict()

    def put(self, token: str, value: T, now_us: int) -> None:
        with self._lock:
            self._kept[_sha256(token)] = (now_us, value)
            while len(self._kept) > _WAITING_MAX:
                self._kept.popitem(last=False)

    def get(self, token: str, now_us: int) -> T | None:
        with self._lock:
            found = self._kept.get(_sha256(token)) if token else None
        return found[1] if found and 0 <= now_us - found[0] <= WAITING_US else None

    def take(self, token: str, now_us: int) -> T | None:
        """The same, for the only time."""
        value = self.get(token, now_us)
        with self._lock:
            gone = self._kept.pop(_sha256(token), None)
        return value if gone else None


@dataclass(frozen=True)
class HalfSignedIn:
    """Somebody whose password was right and whose code is still to come."""

    account_id: str
    target: str
    by: str
    """How the first step was done, for the log."""


@dataclass(frozen=True)
class Away:
    """A browser that was sent to the provider of identities."""

    begun: Begun
    target: str


@dataclass(frozen=True)
class SignIn:
    """Made once for an application."""

    factors: SecondFactors
    outside: OutsideIdentities
    required: frozenset[Role] = frozenset()
    """Roles that reach nothing without a second factor."""
    provider: IdentityProvider | None = None
    limiter: LoginLimiter = field(default_factory=LoginLimiter)
    waiting: Waiting[HalfSignedIn] = field(default_factory=Waiting)
    away: Waiting[Away] = field(default_factory=Waiting)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
