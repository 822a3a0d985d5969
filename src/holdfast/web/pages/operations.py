"""What a supervisor of services asks: is it alive, is it ready, its figures. Nothing here is about a patient."""

from dataclasses import asdict

from starlette.responses import JSONResponse, PlainTextResponse, Response

from holdfast.kernel.errors import NotAllowedError, NotFoundError
from holdfast.web.gate import Call
from holdfast.web.route import Page

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def live(_: Call) -> Response:
    """The process answers. Nothing is looked at: a supervisor that restarts on a full disk would only add harm."""
    return PlainTextResponse("ok\n")


def ready(call: Call) -> Response:
    """200 once the record is open and the analysis compiled, else 503; both name every part and what is degraded."""
    if call.services.operations is None:
        raise NotFoundError("This Holdfast was put together without its operations.", "Start it with holdfast serve.")
    found = call.services.operations.readiness()
    content = {
        "ready": found.ready,
        "degraded": [part.name for part in found.degraded],
        "parts": [asdict(part) for part in found.parts],
    }
    return JSONResponse(content, status_code=200 if found.ready else 503)


def metrics(call: Call) -> Response:
    operations = call.services.operations
    if operations is None:
        raise NotFoundError("This Holdfast was put together without its operations.", "Start it with holdfast serve.")
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    peer = call.request.client.host if call.request.client else ""
    forwarded = any(name in call.request.headers for name in _FORWARDED)
    if not operations.may_read_figures(peer, token if scheme.lower() == "bearer" else "", forwarded):
        raise NotAllowedError(
            "The figures are read from this machine, or with their token.",
            "Start Holdfast with --metrics-token-file and send the token as: Authorization: Bearer TOKEN.",
        )
    text, content_type = operations.figures(call.request.app.state.hub.followers)
    return Response(text, headers={"content-type": content_type})


PAGES = (
    Page("GET", "/health", "health", lambda: live),
    Page("GET", "/health/live", "health.live", lambda: live),
    Page("GET", "/health/ready", "health.ready", lambda: ready),
    Page("GET", "/metrics", "metrics", lambda: metrics),
)
