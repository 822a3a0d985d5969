"""Set-up, signing in in one step or two, signing out, and saying again who one is."""

from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import NotAllowedError, OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.usecases import accounts as use
from holdfast.usecases import second_factor
from holdfast.usecases.passwords import PASSWORD_MIN
from holdfast.usecases.ports import Account
from holdfast.web.access import may_open
from holdfast.web.gate import SESSION_COOKIE, Call, cookie_name
from holdfast.web.link_door import sent
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.security_log import said
from holdfast.web.sign_in import WAITING_US, HalfSignedIn

WAITING_COOKIE = "holdfast_second_step"
_WRONG = "Login and password do not belong together."
_TOO_OLD = "This first password was not changed in time. An administrator makes you a new account."
_WRONG_CODE = "That code is not right, or it was used already. Wait for the next one."


def setup(call: Call) -> Response:
    """The form for the first administrator, reached by the one-time link."""
    if call.services.accounts.count():
        return RedirectResponse("/login", status_code=303)
    return _setup_page(call, 200)


def save_setup(call: Call) -> Response:
    """What does not do is answered with the form as it was: its secret is in no address that could be opened again."""
    services, token = call.services, sent(call)
    login, name = call.field("login"), call.field("name")
    try:
        account = use.set_up(
            services.ctx,
            services.accounts,
            services.hasher,
            token=token,
            login=login,
            name=name,
            password=call.field("password"),
        )
    except NotAllowedError:  # the link opens nothing (any more)
        raise
    except OperatorError as error:
        return _setup_page(call, 400, token, name, login, f"{error.problem} {error.remedy}")
    said("first administrator made", account=account.account_id, address=call.address)
    return signed_in(call, account, "/people", by="one-time link")


def _setup_page(
    call: Call, status: int, token: str = "", name: str = "", login: str = "", problem: str = ""
) -> Response:
    return page(
        call, "setup.html", status, token=token, name=name, login=login, problem=problem, password_min=PASSWORD_MIN
    )


def login(call: Call) -> Response:
    if call.account is not None:
        return RedirectResponse(home_of(call.account.role), status_code=303)
    return _login_page(call, 200, local(call.query("next")))


def save_login(call: Call) -> Response:
    """The password. Guessing is slowed down before it is looked at."""
    login, target = call.field("login"), local(call.field("next"))
    if problem := _too_often(call, login, call.address):
        return _login_page(call, 429, target, login, problem)
    services = call.services
    account = use.authenticate(services.accounts, services.hasher, login=login, password=call.field("password"))
    if account is None:
        known = services.accounts.by_login(login.strip().casefold())
        said("sign-in failed: password", account=known.account_id if known else "unknown", address=call.address)
        return _login_page(call, 403, target, login, _WRONG)
    services.sign_in.limiter.succeeded(login, call.address)
    until_us = services.accounts.first_password_until(account.account_id)
    if until_us is not None and until_us < call.now_us:
        said("sign-in failed: first password too old", account=account.account_id, address=call.address)
        return _login_page(call, 403, target, login, _TOO_OLD)
    return first_step_done(call, account, target, by="password")


def first_step_done(call: Call, account: Account, target: str, by: str) -> Response:
    """Signed in; or on to the code, for an account that has a second factor."""
    if not second_factor.in_use(call.services.sign_in.factors, account.account_id):
        return signed_in(call, account, target or home_of(account.role), by)
    token = call.ctx.ids.new_secret()
    call.services.sign_in.waiting.put(token, HalfSignedIn(account.account_id, target, by), call.now_us)
    response = RedirectResponse("/login/code", status_code=303)
    set_cookie(call, response, WAITING_COOKIE, token, WAITING_US // 1_000_000)
    return response


def code(call: Call) -> Response:
    if _waiting(call) is None:
        return RedirectResponse("/login", status_code=303)
    return page(call, "login_code.html", problem="")


def save_code(call: Call) -> Response:
    """The second step. Wrong codes count for the account, wherever they come from: the password is known already."""
    half = _waiting(call)
    account = call.services.accounts.by_id(half.account_id) if half else None
    if half is None or account is None or account.closed:
        return RedirectResponse("/login", status_code=303)
    problem = _wrong_code(call, account)
    if problem:
        return page(call, "login_code.html", 403, problem=problem)
    call.services.sign_in.waiting.take(_waiting_token(call), call.now_us)
    response = signed_in(call, account, half.target or home_of(account.role), by=f"{half.by} and code")
    response.delete_cookie(cookie_name(WAITING_COOKIE, call.services), secure=call.services.secure_cookies)
    return response


def prove(call: Call) -> Response:
    """Asks somebody who is signed in to say again who they are."""
    return page(call, "prove.html", next=local(call.query("next")), problem="", coded=_coded(call))


def save_prove(call: Call) -> Response:
    """A new session in the place of the old one, so that a stolen token is worth nothing afterwards."""
    assert call.account is not None
    assert call.session is not None
    account, services, target = call.account, call.services, local(call.field("next"))
    problem = _too_often(call, account.login, call.address)
    if not problem:
        password = call.field("password")
        known = use.authenticate(services.accounts, services.hasher, login=account.login, password=password)
        problem = (
            _wrong_code(call, account) if known and _coded(call) else "" if known else "That is not your password."
        )
        said("said again who they are" if not problem else "proof failed", account=call.actor, address=call.address)
    if problem:
        return page(call, "prove.html", 403, next=target, problem=problem, coded=_coded(call))
    services.sign_in.limiter.succeeded(account.login, call.address)
    token, _ = use.renew_session(services.accounts, call.ctx.ids, account=account, old=call.session, now_us=call.now_us)
    response = RedirectResponse(target or home_of(account.role), status_code=303)
    set_cookie(call, response, SESSION_COOKIE, token)
    return response


def logout(call: Call) -> Response:
    if call.session is not None:
        call.services.accounts.close_session(call.session.token_sha256)
        said("signed out", account=call.actor, address=call.address)
    return forget_session(call, "/login")


def forget_session(call: Call, target: str) -> Response:
    """On to a page, without the cookie of a session that has ended."""
    response = RedirectResponse(target, status_code=303)
    response.delete_cookie(cookie_name(SESSION_COOKIE, call.services), secure=call.services.secure_cookies)
    return response


def home_of(role: str) -> str:
    """Where somebody of this role begins."""
    return next(
        (path for route, path in (("board", "/"), ("granted", "/granted")) if may_open(route, role)), "/account"
    )


def signed_in(call: Call, account: Account, target: str, by: str) -> Response:
    """Open a session and go on. A session that this browser had before ends: its token is never used again."""
    if call.session is not None:
        call.services.accounts.close_session(call.session.token_sha256)
    token, _ = use.open_session(call.services.accounts, call.ctx.ids, account=account, now_us=call.now_us)
    said("signed in", account=account.account_id, by=by, address=call.address)
    response = RedirectResponse(target, status_code=303)
    set_cookie(call, response, SESSION_COOKIE, token)
    return response


def set_cookie(call: Call, response: Response, name: str, token: str, max_age: int | None = None) -> None:
    """A cookie that only we read; behind TLS only this host is ever sent it."""
    response.set_cookie(
        cookie_name(name, call.services),
        token,
        max_age=max_age,
        path="/",
        secure=call.services.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def local(target: str) -> str:
    """The target when it is a page of ours, else empty: a link must not lead a signed-in person elsewhere."""
    own = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if own else ""


def _login_page(call: Call, status: int, target: str, login: str = "", problem: str = "") -> Response:
    provider = call.services.sign_in.provider
    label = provider.label if provider else ""
    return page(call, "login.html", status, next=target, login=login, problem=problem, outside=label)


def _too_often(call: Call, who: str, address: str) -> str:
    """Counts an attempt; words when there were too many."""
    wait_us = call.services.sign_in.limiter.begin(who, address, call.now_us)
    if not wait_us:
        return ""
    said("sign-in held back: too many attempts", address=call.address)
    return f"Too many attempts. Try again in {-(-wait_us // US_PER_MIN)} min, or ask an administrator."


def _wrong_code(call: Call, account: Account) -> str:
    """Words when the posted code is not right; it is spent when it is."""
    if problem := _too_often(call, "code", account.account_id):
        return problem
    services = call.services
    by = second_factor.check(
        services.sign_in.factors,
        services.hasher,
        account_id=account.account_id,
        code=call.field("one_time_password"),
        now_us=call.now_us,
    )
    if not by:
        said("sign-in failed: code", account=account.account_id, address=call.address)
        return _WRONG_CODE
    services.sign_in.limiter.succeeded("code", account.account_id)
    if by == "recovery code":
        said("recovery code used", account=account.account_id, address=call.address)
    return ""


def _coded(call: Call) -> bool:
    return second_factor.in_use(call.services.sign_in.factors, call.actor)


def _waiting_token(call: Call) -> str:
    return call.request.cookies.get(cookie_name(WAITING_COOKIE, call.services), "")


def _waiting(call: Call) -> HalfSignedIn | None:
    return call.services.sign_in.waiting.get(_waiting_token(call), call.now_us)


PAGES = (
    Page("GET", "/setup", "setup", lambda: setup),
    Page("POST", "/setup", "setup.save", lambda: save_setup),
    Page("GET", "/login", "login", lambda: login),
    Page("POST", "/login", "login.save", lambda: save_login),
    Page("GET", "/login/code", "login.code", lambda: code),
    Page("POST", "/login/code", "login.code.save", lambda: save_code),
    Page("GET", "/prove", "prove", lambda: prove),
    Page("POST", "/prove", "prove.save", lambda: save_prove),
    Page("POST", "/logout", "logout", lambda: logout),
)
