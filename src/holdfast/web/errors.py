"""What a refusal looks like: one page, one JSON shape, never a traceback."""

import logging
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from holdfast.kernel.errors import (
    HoldfastError,
    IntegrityError,
    NotAllowedError,
    NotFoundError,
    WorldError,
)
from holdfast.web.gate import (
    Call,
    OwnPasswordNeededError,
    ProofNeededError,
    SecondFactorNeededError,
    SignInNeededError,
    TooLargeError,
    WrongTypeError,
    wants_json,
)
from holdfast.web.render import bare_page

log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[HoldfastError], int], ...] = (
    (SignInNeededError, 401),
    (TooLargeError, 413),
    (WrongTypeError, 415),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (IntegrityError, 409),
    (WorldError, 503),
    (HoldfastError, 400),
)
"""The first match counts, so the special ones stand above the general ones."""

_DOORS: tuple[tuple[type[HoldfastError], str], ...] = (
    (SignInNeededError, "/login"),
    (ProofNeededError, "/prove"),
    (SecondFactorNeededError, "/account/second-factor"),
    (OwnPasswordNeededError, "/account"),
)
"""Where a person is sent who opened a page and lacks something that can be had there."""

_HTTP_WORDS = {
    404: ("There is no such page.", "Go to the board and on from there."),
    405: ("This address does not take that kind of request.", "Use the page's own buttons."),
}


def status_of(error: HoldfastError) -> int:
    return next(status for kind, status in _STATUS if isinstance(error, kind))


async def on_holdfast_error(request: Request, error: Exception) -> Response:
    """A refusal on purpose."""
    assert isinstance(error, HoldfastError)
    door = next((path for kind, path in _DOORS if isinstance(error, kind)), "")
    if door and request.method == "GET" and not wants_json(request):
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{door}?next={quote(target, safe='')}", status_code=303)
    return _refusal(request, status_of(error), error.problem, error.remedy, prove=isinstance(error, ProofNeededError))


async def on_http_error(request: Request, error: Exception) -> Response:
    """No such route or method."""
    assert isinstance(error, HTTPException)
    problem, remedy = _HTTP_WORDS.get(error.status_code, ("The request cannot be answered.", "Go to the board."))
    return _refusal(request, error.status_code, problem, remedy)


async def on_fault(request: Request, error: Exception) -> Response:
    """A mistake of ours. The log has the details; the person gets two sentences."""
    log.error("fault while answering %s %s", request.method, request.url.path, exc_info=error)
    return _refusal(
        request, 500, "Holdfast made a mistake while answering this.", "Try again; if it stays, tell who runs it."
    )


def _refusal(request: Request, status: int, problem: str, remedy: str, prove: bool = False) -> Response:
    if wants_json(request):
        return JSONResponse({"error": {"problem": problem, "remedy": remedy}}, status_code=status)
    call: Call | None = getattr(request.state, "call", None)
    kept = _kept_fields(call)
    return bare_page(
        call,
        "error.html",
        status,
        problem=problem,
        remedy=remedy,
        kept=kept,
        action=request.url.path,
        code=status,
        prove=prove,
    )


def _kept_fields(call: Call | None) -> list[tuple[str, str]]:
    """What was typed into a form that failed, so that it can be sent again; never a password."""
    if call is None:
        return []
    return [
        (name, value)
        for name, values in call.lists.items()
        for value in values
        if name != "csrf" and "password" not in name and name != "token"
    ]
