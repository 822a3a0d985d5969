"""How many requests one address may make: ASGI middleware, before anything of a request is read."""

import json
import math
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast.kernel.limits import WEB_REQUESTS_BURST, WEB_REQUESTS_PER_S
from holdfast.kernel.pace import Pace
from holdfast.web.security_log import said

_SAID_EVERY_S = 60.0


class Throttle:
    """Answers 429 to an address that asks for more than a clinic's screens do."""

    def __init__(self, app: ASGIApp, pace: Pace | None = None) -> None:
        self._app = app
        self._pace = pace or Pace(WEB_REQUESTS_PER_S, WEB_REQUESTS_BURST)
        self._said_s = -_SAID_EVERY_S

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        now_s = time.monotonic()
        wait_s = self._pace.refuse(address, now_s)
        if not wait_s:
            await self._app(scope, receive, send)
            return
        if now_s - self._said_s >= _SAID_EVERY_S:
            self._said_s = now_s
            said("refused: too many requests", address=address)
        problem = {"problem": "This address asks for more than it may.", "remedy": "Wait a moment and ask more slowly."}
        headers = [
            (b"content-type", b"application/json"),
            (b"retry-after", str(math.ceil(wait_s)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps({"error": problem}).encode()})
