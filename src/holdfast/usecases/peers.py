"""What wanted to send to us and was turned away: on record once an hour for each, and never more than some."""

import logging
import threading

from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.limits import REFUSALS_PER_HOUR_MAX
from holdfast.kernel.time import US_PER_H
from holdfast.record.events import CLINIC_STREAM
from holdfast.record.security_events import PeerRefused
from holdfast.usecases.context import Context, record
from holdfast.usecases.ports import OWN_ACTOR

log = logging.getLogger(__name__)

_TITLE_MAX = 16
_ADDRESS_MAX = 64


class Refusals:
    """Puts refusals on record. Any thread may call it; it never raises: a refusal stands without its event too."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._lock = threading.Lock()
        self._hour = -1
        self._told: set[tuple[str, str, str]] = set()

    def refused(self, protocol: str, address: str, title: str, reason: str) -> None:
        now_us = self._ctx.clock.now_us()
        title = "".join(char for char in title if char.isprintable())[:_TITLE_MAX]
        key = (protocol, address[:_ADDRESS_MAX], title)
        with self._lock:
            if self._hour != now_us // US_PER_H:
                self._hour, self._told = now_us // US_PER_H, set()
            if key in self._told or len(self._told) >= REFUSALS_PER_HOUR_MAX:
                return
            self._told.add(key)
        event = PeerRefused(at_us=now_us, protocol=protocol, address=key[1], title=title, reason=reason)
        try:
            record(self._ctx, actor=OWN_ACTOR, stream=CLINIC_STREAM, events=[event])
        except HoldfastError as error:
            log.error("That a peer was turned away could not be put on record: %s", error)


def refusals(ctx: Context, limit: int = 100) -> list[PeerRefused]:
    """The newest first."""
    recorded = ctx.store.read_stream(CLINIC_STREAM, without_blocks=True)
    return [one.event for one in reversed(recorded) if isinstance(one.event, PeerRefused)][:limit]
