"""The one gate every request passes: who is it, may they, is the form theirs, how big is it.

A handler is a plain function from a :class:`Call` to a response and runs in a worker thread, so
it may wait for the disk. Everything it refuses it raises as a ``HoldfastError``; ``errors`` turns
that into a page or into the one JSON error shape.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from holdfast.kernel import typed
from holdfast.kernel.errors import NotAllowedError, OperatorError
from holdfast.kernel.limits import FORM_BYTES_MAX
from holdfast.usecases import grants, second_factor
from holdfast.usecases.accounts import Role, is_fresh, resume_session
from holdfast.usecases.context import Context
from holdfast.usecases.ports import Account, Session
from holdfast.web.access import ALLOWED, may_open
from holdfast.web.access.account import FRESH, WITHOUT_FACTOR
from holdfast.web.access.roles import GRANTED
from holdfast.web.security_log import said
from holdfast.web.services import WebServices

SESSION_COOKIE = "holdfast_session"
_FIELDS_MAX = 200
_FORM_TYPE = "application/x-www-form-urlencoded"
_JSON_TYPE = "application/json"

T = TypeVar("T")


class SignInNeededError(OperatorError):
    """Nobody is signed in, and the page needs somebody."""


class ProofNeededError(NotAllowedError):
    """Who is signed in must say again who they are before this."""


class SecondFactorNeededError(NotAllowedError):
    """The clinic asks this role for a second factor, and the account has none yet."""


class OwnPasswordNeededError(NotAllowedError):
    """Somebody else typed this account's password."""


class TooLargeError(OperatorError):
    """The posted body is larger than any form of ours."""


class WrongTypeError(OperatorError):
    """The posted body is neither a form nor JSON."""


@dataclass(frozen=True)
class Call:
    """One request, after the gate."""

    request: Request
    route: str
    services: WebServices
    account: Account | None
    session: Session | None
    fields: Mapping[str, str]
    """Fields of a posted form; the last one wins where a name repeats."""
    lists: Mapping[str, tuple[str, ...]]
    """The same with every value of a repeated name."""
    body: bytes

    @property
    def ctx(self) -> Context:
        return self.services.ctx

    @property
    def actor(self) -> str:
        """Account id of who is signed in; a route that is open to all has no actor."""
        assert self.account is not None
        return self.account.account_id

    @property
    def now_us(self) -> int:
        return self.services.ctx.clock.now_us()

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    @property
    def address(self) -> str:
        """Where the request came from, as far as we can tell."""
        return self.request.client.host if self.request.client else ""

    def field(self, name: str) -> str:
        return self.fields.get(name, "")

    def query(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def may(self, route: str) -> bool:
        return may_open(route, self.account.role if self.account else "")

    def json(self, shape: type[T]) -> T:
        """The JSON body as ``shape``; raises ``OperatorError`` naming what does not fit."""
        try:
            return typed.from_json(self.body, shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise OperatorError(f"The entry cannot be read: {error}.", "See the API's description.") from None

    def names(self) -> dict[str, str]:
        """Names of all accounts, for showing who did something."""
        return {account.account_id: account.name for account in self.services.accounts.all()}


Handler = Callable[[Call], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Takes:
    """What may be posted to a route."""

    kinds: frozenset[str]
    bytes_max: int


FORMS = Takes(frozenset({_FORM_TYPE, _JSON_TYPE}), FORM_BYTES_MAX)


def guarded(
    route: str,
    handler: Handler,
    services: WebServices,
    takes: Takes = FORMS,
    first: Callable[[Call], object] | None = None,
) -> Endpoint:
    """The handler behind the gate; ``first``: see ``route.Page``."""

    async def endpoint(request: Request) -> Response:
        if takes is not FORMS or first:
            # Before a large body is read: who may not send it must not fill the memory.
            await run_in_threadpool(_admit, request)
        body = await _read_body(request, takes.bytes_max)
        return await run_in_threadpool(_answer, request, body)

    def _admit(request: Request) -> None:
        account, session = identify(request, services)
        call = Call(request, route, services, account, session, {}, {}, b"")
        _check_role(call)
        if request.method == "POST" and _kind(request) != _FORM_TYPE:  # a form has its token in the body
            _check_forgery(call)
        if first:
            services.ctx.book.catch_up()
            first(call)

    def _answer(request: Request, body: bytes) -> Response:
        account, session = identify(request, services)
        lists = _form_lists(request, body, takes)
        call = Call(
            request=request,
            route=route,
            services=services,
            account=account,
            session=session,
            fields={name: values[-1] for name, values in lists.items()},
            lists=lists,
            body=body,
        )
        request.state.call = call
        _check_role(call)
        if request.method == "POST":
            _check_forgery(call)
        _check_password(call)
        _check_factor(call)
        _check_fresh(call)
        services.ctx.book.catch_up()  # a command on this machine may have written a moment ago
        if needs_grant(route, account):
            _read_under_grant(call)
        elif account is not None and request.method == "GET" and "case_id" in request.path_params:
            services.reads.note(services.ctx, account=account.account_id, case_id=call.part("case_id"), route=route)
        return handler(call)

    return endpoint


def identify(connection: HTTPConnection, services: WebServices) -> tuple[Account | None, Session | None]:
    """Who the session cookie belongs to."""
    token = connection.cookies.get(cookie_name(SESSION_COOKIE, services), "")
    found = resume_session(services.accounts, token=token, now_us=services.ctx.clock.now_us())
    return found or (None, None)


def cookie_name(name: str, services: WebServices) -> str:
    """Behind TLS a browser takes the cookie only from this very host, over TLS and for all of it."""
    return f"__Host-{name}" if services.secure_cookies else name


def same_origin(connection: HTTPConnection) -> bool:
    """Whether the browser says that our own page made the request. Tools that send no Origin pass."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


def wants_json(request: HTTPConnection) -> bool:
    """True for the API and for our own modules, which ask for it."""
    return request.url.path.startswith(("/api/", "/dicomweb/")) or _JSON_TYPE in request.headers.get("accept", "")


def _check_role(call: Call) -> None:
    if may_open(call.route, call.account.role if call.account else ""):
        return
    if call.account is None:
        raise SignInNeededError("You are not signed in.", "Sign in and try again.")
    said("refused: role", account=call.account.account_id, route=call.route, address=call.address)
    needed = ", ".join(sorted(ALLOWED.get(call.route, ()))) or "nobody"
    raise NotAllowedError(
        f"Your account is a {call.account.role}'s and does not reach this page.", f"It is open to: {needed}."
    )


def _check_password(call: Call) -> None:
    if call.account is None or not ALLOWED[call.route] or call.route in WITHOUT_FACTOR:
        return
    if call.services.accounts.first_password_until(call.account.account_id) is not None:
        raise OwnPasswordNeededError("Your password was chosen by somebody else.", "Choose your own on your account.")


def _check_factor(call: Call) -> None:
    """Whoever must have a second factor sets one up first; that takes a minute and locks no record."""
    required = call.services.sign_in.required
    if call.account is None or call.account.role not in required or call.route in WITHOUT_FACTOR:
        return
    if not second_factor.in_use(call.services.sign_in.factors, call.account.account_id):
        raise SecondFactorNeededError(
            f"A {call.account.role} signs in with a second factor here, and you have none yet.",
            "Set it up on the page of your account: it takes a minute.",
        )


def _check_fresh(call: Call) -> None:
    if call.session is None or call.route not in FRESH or is_fresh(call.session, call.now_us):
        return
    raise ProofNeededError(
        "It is a while since you signed in.", "Open 'Say again who you are', then send it again: nothing is lost."
    )


def needs_grant(route: str, account: Account | None) -> bool:
    """An investigator opens nothing about an animal but what a grant reaches. Over FHIR the cases of an answer are only
    known once it is there (``usecases.exchange``)."""
    return (
        not route.startswith("fhir.")
        and account is not None
        and account.role == Role.INVESTIGATOR
        and ALLOWED.get(route) == GRANTED
    )


def _read_under_grant(call: Call) -> None:
    """On record before it is answered: a read that could not be recorded does not happen."""
    parts = call.request.path_params
    grants.read(
        call.ctx,
        account=call.actor,
        case_id=str(parts.get("case_id", "")),
        item_id=str(parts.get("item_id", "")),
        page=call.route,
        query=call.request.url.query,
    )


def _check_forgery(call: Call) -> None:
    """Every POST comes from our own page; where somebody is signed in, with their session's token."""
    if not same_origin(call.request):
        said("refused: another site's form", route=call.route, address=call.address)
        raise NotAllowedError("This entry came from another site's page.", "Make it here.")
    if call.session is None or not ALLOWED[call.route]:
        return  # signing in needs no session, and must work beside one
    sent = call.request.headers.get("x-csrf-token") or call.field("csrf")
    if not hmac.compare_digest(sent.encode(), call.session.csrf_token.encode()):
        said("refused: form without its token", account=call.actor, route=call.route, address=call.address)
        raise NotAllowedError("This form belongs to an earlier sign-in.", "Reload the page and enter it again.")


async def _read_body(request: Request, bytes_max: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > bytes_max:
            raise TooLargeError("What was sent is too large.", f"Send at most {bytes_max // 1024} kB.")
    return bytes(body)


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _form_lists(request: Request, body: bytes, takes: Takes) -> dict[str, tuple[str, ...]]:
    """Fields of a posted form; empty for JSON, which the handler decodes into its own shape."""
    kind = _kind(request)
    if not body or kind == _JSON_TYPE:
        return {}
    if kind not in takes.kinds:
        known = ", ".join(sorted(takes.kinds))
        raise WrongTypeError(f"A body of type {kind or 'unknown'!r} is not read here.", f"Send one of: {known}.")
    if kind != _FORM_TYPE:
        return {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="strict")
    except ValueError:
        raise OperatorError("The form cannot be read.", "Reload the page and enter it again.") from None
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        lists[name] = (*lists.get(name, ()), value)
    return lists
