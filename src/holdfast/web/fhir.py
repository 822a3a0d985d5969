"""FHIR over HTTP: a thin shell round ``usecases.exchange``. Every refusal is an OperationOutcome.

Who asks is a program with a bearer token, or somebody who is signed in; a token never opens a page, and a session that
writes here shows its own token against forgery, as everywhere. Each read is on record before it is answered.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from holdfast.kernel.errors import HoldfastError, NotAllowedError, NotFoundError
from holdfast.kernel.time import US_PER_S
from holdfast.usecases import exchange, machines
from holdfast.usecases.accounts import Role
from holdfast.usecases.context import Context
from holdfast.usecases.exchange import Answer, Asker, Content, ExchangeError
from holdfast.usecases.machines import Machine
from holdfast.web.access.roles import DECIDING
from holdfast.web.errors import status_of
from holdfast.web.gate import Call, SignInNeededError, Takes, TooLargeError, WrongTypeError, guarded
from holdfast.web.services import WebServices

FHIR_JSON = "application/fhir+json"
BODY_BYTES_MAX = 256 * 1024
"""An Observation or an order has a few thousand."""
_TAKES = Takes(frozenset({FHIR_JSON, "application/json"}), BODY_BYTES_MAX)
_ISSUE_OF_STATUS = {
    401: "login",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    413: "too-long",
    503: "transient",
}

_WRITING = ("system/Observation.c", "system/ServiceRequest.c")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ask:
    """One request of this interface, after whoever asks was recognised."""

    request: Request
    services: WebServices
    asker: Asker
    body: bytes
    role: str = ""
    machine: Machine | None = None

    @property
    def ctx(self) -> Context:
        return self.services.ctx

    @property
    def kind(self) -> str:
        kind = str(self.request.path_params["kind"])
        if kind not in self.services.exchange.kinds():
            raise NotFoundError(f"{kind!r} is not served here.", "See /fhir/metadata.")
        return kind

    @property
    def base(self) -> str:
        return f"{str(self.request.base_url).rstrip('/')}/fhir"

    def params(self) -> list[tuple[str, str]]:
        return list(self.request.query_params.multi_items())

    def check(self, kind: str, right: str) -> None:
        """Raises ``NotAllowedError`` unless a scope of the program, or the role of the person, reaches this."""
        if self.machine is not None:
            if not self.machine.may(kind, right):
                raise NotAllowedError(
                    f"{self.machine.name} has no scope system/{kind}.{right}.", "Ask who runs this Holdfast for it."
                )
        elif kind == "AuditEvent" and self.role != Role.ADMINISTRATOR:
            raise NotAllowedError("Who reads what is for administrators.", "Ask one of them.")
        elif right == "c" and kind == "ServiceRequest" and self.role not in DECIDING:
            raise NotAllowedError("Your role does not place orders here.", "Ask a clinician.")


Handler = Callable[[Ask], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(services: WebServices) -> list[Route]:
    """All below ``/fhir``; what is not served has an answer in FHIR's shape too."""
    served: tuple[tuple[str, str, str, Handler], ...] = (
        ("GET", "/fhir/{kind}", "fhir.search", _search),
        ("POST", "/fhir/{kind}", "fhir.create", _create),
        ("GET", "/fhir/{kind}/{id}", "fhir.read", _read),
        ("GET", "/fhir/{kind}/{id}/$everything", "fhir.everything", _everything),
    )
    return [
        Route("/fhir/metadata", _open(services, _metadata), methods=["GET"], name="fhir.metadata"),
        Route("/fhir/.well-known/smart-configuration", _open(services, _smart), methods=["GET"], name="fhir.smart"),
        *(
            Route(path, _endpoint(name, handler, services), methods=[method], name=name)
            for method, path, name, handler in served
        ),
        Route(
            "/fhir/{rest:path}",
            _endpoint("fhir.other", _not_served, services),
            methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            name="fhir.other",
        ),
    ]


def _endpoint(route: str, handler: Handler, services: WebServices) -> Endpoint:
    def by_session(call: Call) -> Response:
        assert call.account is not None
        account = call.account
        within = exchange.reach(call.ctx, account.account_id, account.role)
        asker = Asker(account.account_id, account.name, within)
        return handler(Ask(call.request, services, asker, call.body, role=account.role))

    with_session = guarded(route, by_session, services, _TAKES)

    async def endpoint(request: Request) -> Response:
        try:
            _check_format(request)
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.casefold() == "bearer":
                return await _by_token(request, services, handler, token.strip())
            return await with_session(request)
        except HoldfastError as error:
            return _refusal(error)
        except Exception as error:
            log.error("fault while answering %s %s", request.method, request.url.path, exc_info=error)
            return _outcome(500, "exception", "Holdfast made a mistake while answering this.", "Tell who runs it.")

    return endpoint


def _open(services: WebServices, handler: Callable[[Request, WebServices], Response]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return handler(request, services)

    return endpoint


async def _by_token(request: Request, services: WebServices, handler: Handler, token: str) -> Response:
    machine = await run_in_threadpool(machines.of_token, services.machines, token)
    if machine is None:
        raise SignInNeededError("This token opens nothing here.", "Ask who runs this Holdfast for one.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise TooLargeError("What was sent is too large.", f"Send at most {BODY_BYTES_MAX // 1024} kB.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if request.method == "POST" and kind not in _TAKES.kinds:
        raise WrongTypeError(f"A body of type {kind or 'unknown'!r} is not read here.", f"Send {FHIR_JSON}.")
    asker = Asker(f"machine:{machine.machine_id}", machine.name)

    def answer() -> Response:
        services.ctx.book.catch_up()
        return handler(Ask(request, services, asker, bytes(body), machine=machine))

    return await run_in_threadpool(answer)


def _check_format(request: Request) -> None:
    accepted = request.query_params.get("_format") or request.headers.get("accept", "*/*")
    if not any(word in accepted for word in ("json", "*/*", "application/*")):
        raise ExchangeError("Only JSON is served.", f"Ask for {FHIR_JSON}.", code="not-supported", status=406)


def _read(ask: Ask) -> Response:
    ask.check(ask.kind, "r")
    identity = str(ask.request.path_params["id"])
    answer = ask.services.exchange.read(ask.asker, ask.kind, identity)
    _record(ask, "read", f"{ask.kind}/{identity}", answer)
    etag = f'W/"{answer.version}"'
    if ask.request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"etag": etag})
    return _told(answer)


def _search(ask: Ask) -> Response:
    ask.check(ask.kind, "s")
    answer = ask.services.exchange.search(ask.asker, ask.kind, ask.params(), ask.base)
    _record(ask, "search", ask.kind, answer)
    return _told(answer)


def _everything(ask: Ask) -> Response:
    """All kinds at once: a program needs a scope for all of them."""
    if ask.machine is not None:
        for right in "rs":
            ask.check("*", right)
    identity = str(ask.request.path_params["id"])
    answer = ask.services.exchange.everything(ask.asker, ask.kind, identity, ask.params(), ask.base)
    _record(ask, "everything", f"{ask.kind}/{identity}", answer)
    return _told(answer)


def _create(ask: Ask) -> Response:
    ask.check(ask.kind, "c")
    once = ask.request.headers.get("idempotency-key") or ask.request.headers.get("x-request-id", "")
    answer = ask.services.exchange.create(ask.asker, ask.kind, ask.body, once=once)
    made = answer.content
    address = f"{ask.base}/{made['resourceType']}/{made['id']}/_history/{answer.version}"
    return _told(answer, 201, {"location": address})


def _record(ask: Ask, interaction: str, what: str, answer: Answer) -> None:
    exchange.read_recorded(
        ask.ctx,
        ask.asker,
        interaction=interaction,
        what=what,
        query=ask.request.url.query,
        cases=answer.cases,
    )


def _metadata(request: Request, services: WebServices) -> Response:
    return _json(services.exchange.capability(f"{str(request.base_url).rstrip('/')}/fhir"))


def _smart(_: Request, services: WebServices) -> Response:
    """Only what is there: no authorization server is, so no endpoint of one is named. Tokens are made in the house."""
    kinds = sorted(services.exchange.kinds())
    content: Content = {
        "capabilities": [],
        "grant_types_supported": [],
        "code_challenge_methods_supported": [],
        "scopes_supported": ["system/*.rs", *(f"system/{kind}.rs" for kind in kinds), *_WRITING],
    }
    return Response(msgspec.json.encode(content), media_type="application/json")


def _not_served(ask: Ask) -> Response:
    address = f"{ask.request.method} {ask.request.url.path}"
    raise ExchangeError(f"{address} is not served.", "See /fhir/metadata.", code="not-supported", status=404)


def _told(answer: Answer, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    found = dict(headers or {})
    if answer.version:
        found["etag"] = f'W/"{answer.version}"'
    if answer.changed_us is not None:
        found["last-modified"] = formatdate(answer.changed_us / US_PER_S, usegmt=True)
    return _json(answer.content, status, found)


def _json(content: Content, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(content), status_code=status, media_type=FHIR_JSON, headers=headers)


def _refusal(error: HoldfastError) -> Response:
    if isinstance(error, ExchangeError):
        return _outcome(error.status, error.code, error.problem, error.remedy)
    status = status_of(error)
    headers = {"www-authenticate": 'Bearer realm="holdfast"'} if status == 401 else None
    return _outcome(status, _ISSUE_OF_STATUS.get(status, "invalid"), error.problem, error.remedy, headers)


def _outcome(status: int, code: str, problem: str, remedy: str, headers: dict[str, str] | None = None) -> Response:
    issue = {"severity": "error", "code": code, "details": {"text": problem}}
    if remedy:
        issue["diagnostics"] = remedy
    return _json({"resourceType": "OperationOutcome", "issue": [issue]}, status, headers)
