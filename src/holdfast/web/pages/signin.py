"""Set-up, sign-in, one's own account, and the people who may sign in."""

from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.usecases import accounts as use
from holdfast.usecases.accounts import Role
from holdfast.usecases.ports import Account
from holdfast.web.access import may_open
from holdfast.web.gate import SESSION_COOKIE, Call
from holdfast.web.ratelimit import LoginLimiter
from holdfast.web.render import page
from holdfast.web.route import Page


def setup(call: Call) -> Response:
    """The form for the first administrator, reached by the one-time link."""
    if call.services.accounts.count():
        return RedirectResponse("/login", status_code=303)
    return page(call, "setup.html", token=call.query("token"), password_min=use.PASSWORD_MIN)


def save_setup(call: Call) -> Response:
    services = call.services
    account = use.set_up(
        services.ctx,
        services.accounts,
        services.hasher,
        token=call.field("token"),
        login=call.field("login"),
        name=call.field("name"),
        password=call.field("password"),
    )
    return _signed_in(call, account, "/people")


def login(call: Call) -> Response:
    if call.account is not None:
        return RedirectResponse(home_of(call.account.role), status_code=303)
    return page(call, "login.html", next=_local(call.query("next")), login="", problem="")


class SaveLogin:
    """Signs in, slowly for those who guess."""

    def __init__(self) -> None:
        self._limiter = LoginLimiter()

    def __call__(self, call: Call) -> Response:
        login, target = call.field("login"), _local(call.field("next"))
        client = call.request.client
        address = client.host if client else ""
        wait_us = self._limiter.begin(login, address, call.now_us)
        if wait_us:
            minutes = -(-wait_us // US_PER_MIN)
            problem = f"Too many attempts. Try again in {minutes} min, or ask an administrator."
            return page(call, "login.html", 429, next=target, login=login, problem=problem)
        services = call.services
        account = use.authenticate(services.accounts, services.hasher, login=login, password=call.field("password"))
        if account is None:
            problem = "Login and password do not belong together."
            return page(call, "login.html", 403, next=target, login=login, problem=problem)
        self._limiter.succeeded(login, address)
        return _signed_in(call, account, target or home_of(account.role))


def logout(call: Call) -> Response:
    if call.session is not None:
        call.services.accounts.close_session(call.session.token_sha256)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response


def account(call: Call) -> Response:
    return page(call, "account.html", password_min=use.PASSWORD_MIN)


def save_password(call: Call) -> Response:
    if call.field("password_new") != call.field("password_again"):
        raise OperatorError("The two new passwords differ.", "Type the new one twice.")
    use.change_password(
        call.services.accounts,
        call.services.hasher,
        account_id=call.actor,
        old=call.field("password_old"),
        new=call.field("password_new"),
    )
    return RedirectResponse("/login", status_code=303)


def people(call: Call) -> Response:
    standing = sorted(call.services.accounts.all(), key=lambda a: (a.closed, a.name.casefold()))
    return page(call, "people.html", people=standing, roles=list(Role), password_min=use.PASSWORD_MIN)


def create_person(call: Call) -> Response:
    use.create_account(
        call.ctx,
        call.services.accounts,
        call.services.hasher,
        actor=call.actor,
        login=call.field("login"),
        name=call.field("name"),
        role=call.field("role"),
        password=call.field("password"),
    )
    return RedirectResponse("/people", status_code=303)


def change_person_role(call: Call) -> Response:
    use.change_role(
        call.ctx,
        call.services.accounts,
        actor=call.actor,
        account_id=call.part("account_id"),
        role=call.field("role"),
    )
    return RedirectResponse("/people", status_code=303)


def close_person(call: Call) -> Response:
    use.close_account(call.ctx, call.services.accounts, actor=call.actor, account_id=call.part("account_id"))
    return RedirectResponse("/people", status_code=303)


def home_of(role: str) -> str:
    """Where somebody of this role begins."""
    return next(
        (path for route, path in (("board", "/"), ("granted", "/granted")) if may_open(route, role)), "/account"
    )


def _signed_in(call: Call, account: Account, target: str) -> Response:
    token, _ = use.open_session(call.services.accounts, call.ctx.ids, account=account, now_us=call.now_us)
    response = RedirectResponse(target, status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=None,
        path="/",
        secure=call.services.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


def _local(target: str) -> str:
    """The target when it is a page of ours, else empty: a link must not lead a signed-in person elsewhere."""
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if local else ""


PAGES = (
    Page("GET", "/setup", "setup", lambda: setup),
    Page("POST", "/setup", "setup.save", lambda: save_setup),
    Page("GET", "/login", "login", lambda: login),
    Page("POST", "/login", "login.save", SaveLogin),
    Page("POST", "/logout", "logout", lambda: logout),
    Page("GET", "/account", "account", lambda: account),
    Page("POST", "/account/password", "account.password", lambda: save_password),
    Page("GET", "/people", "people", lambda: people),
    Page("POST", "/people", "people.create", lambda: create_person),
    Page("POST", "/people/{account_id}/role", "people.role", lambda: change_person_role),
    Page("POST", "/people/{account_id}/close", "people.close", lambda: close_person),
)
