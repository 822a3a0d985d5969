"""One name for everything that is logged while one request (or one message of a monitor) is answered."""

import logging
import re
import secrets
import time
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("holdfast.request")

REQUEST_ID: ContextVar[str] = ContextVar("holdfast_request_id", default="")
"""Of what is being answered here; empty outside of it."""

_SENT = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What a proxy may give as the name of a request; anything else could be made to look like a line of the log."""


def new_request_id() -> str:
    return secrets.token_hex(8)


class RequestIds:
    """ASGI middleware: gives each request its name, answers with it, and logs one line when it is answered.

    The line has the name of the route, never the address itself: what somebody made of it could hold anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        request_id = sent if _SENT.fullmatch(sent) else new_request_id()
        reset, started, status = REQUEST_ID.set(request_id), time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            call = scope.get("state", {}).get("call")
            route = call.route if call else "none"
            log.info(
                "%s %s answered %s",
                scope["method"],
                route,
                status or "nothing",
                extra={"route": route, "status": status, "ms": round(1000 * (time.perf_counter() - started), 1)},
            )
            REQUEST_ID.reset(reset)
