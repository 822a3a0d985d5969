"""What to say of a TLS handshake that came to nothing: the libraries that serve keep silent about it.

A certificate that ran out, a monitor with an old version, somebody who tries the door: each is one line in the log
``holdfast.security``, with the door and the library's reason, and the same line once a minute at most.
"""

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable

log = logging.getLogger("holdfast.security")

AGAIN_S = 60.0
_REASONS_MAX = 100


class HandshakeLog:
    """For one door. Safe to call from several threads."""

    def __init__(self, door: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._door = door
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}

    def failed(self, error: ssl.SSLError) -> None:
        """Say it, unless the same was said within the last minute."""
        reason = getattr(error, "reason", "") or type(error).__name__
        now = self._clock()
        with self._lock:
            if now - self._said.get(reason, -AGAIN_S) < AGAIN_S or len(self._said) > _REASONS_MAX:
                return
            self._said[reason] = now
        log.warning("TLS handshake failed door=%s reason=%s", json.dumps(self._door), json.dumps(reason))


def told(context: ssl.SSLContext, door: str) -> ssl.SSLContext:
    """The same context, whose failed handshakes are logged, on sockets and under asyncio alike."""
    heard = HandshakeLog(door)

    class TellingObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                heard.failed(error)
                raise

    class TellingSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            try:
                super().do_handshake(block)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                heard.failed(error)
                raise

    context.sslobject_class = TellingObject
    context.sslsocket_class = TellingSocket
    return context
