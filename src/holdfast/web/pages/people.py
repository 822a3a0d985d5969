"""The people who may sign in, and what an administrator does about them."""

from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import NotFoundError
from holdfast.usecases import accounts as use
from holdfast.usecases import second_factor
from holdfast.usecases.accounts import Role
from holdfast.usecases.passwords import PASSWORD_MIN
from holdfast.usecases.ports import Account
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.security_log import said


def people(call: Call) -> Response:
    return _people(call)


def _people(call: Call, made: str = "", made_for: str = "") -> Response:
    """The page; with the first password of somebody, shown for the only time."""
    standing = sorted(call.services.accounts.all(), key=lambda a: (a.closed, a.name.casefold()))
    factors = call.services.sign_in.factors
    return page(
        call,
        "people.html",
        people=standing,
        roles=list(Role),
        password_min=PASSWORD_MIN,
        coded={one.account_id for one in standing if second_factor.in_use(factors, one.account_id)},
        required=call.services.sign_in.required,
        made=made,
        made_for=made_for,
    )


def create_person(call: Call) -> Response:
    made = use.create_account(
        call.ctx,
        call.services.accounts,
        call.services.hasher,
        actor=call.actor,
        login=call.field("login"),
        name=call.field("name"),
        role=call.field("role"),
        password=call.field("password"),
    )
    use.hand_over(call.services.accounts, made, call.now_us)
    said("account made", account=made.account_id, role=made.role, by=call.actor, address=call.address)
    return _back()


def change_person_role(call: Call) -> Response:
    changed = use.change_role(
        call.ctx,
        call.services.accounts,
        actor=call.actor,
        account_id=call.part("account_id"),
        role=call.field("role"),
    )
    said("role changed", account=changed.account_id, role=changed.role, by=call.actor, address=call.address)
    return _back()


def close_person(call: Call) -> Response:
    use.close_account(call.ctx, call.services.accounts, actor=call.actor, account_id=call.part("account_id"))
    said("account closed", account=call.part("account_id"), by=call.actor, address=call.address)
    return _back()


def reset_password(call: Call) -> Response:
    """For somebody who forgot theirs: what is shown now opens only the way to one of their own."""
    services, account = call.services, _named(call)
    made = use.reset_password(
        call.ctx, services.accounts, services.hasher, actor=call.actor, account_id=account.account_id
    )
    said("password reset", account=account.account_id, by=call.actor, address=call.address)
    return _people(call, made, account.name)


def remove_factor(call: Call) -> Response:
    """For somebody who lost the telephone and the recovery codes. Their sessions end; the record says who did it."""
    account = _named(call)
    second_factor.remove(call.ctx, call.services.sign_in.factors, actor=call.actor, account=account)
    call.services.accounts.close_sessions_of(account.account_id)
    said("second factor removed", account=account.account_id, by=call.actor, address=call.address)
    return _back()


def end_sessions(call: Call) -> Response:
    account = _named(call)
    call.services.accounts.close_sessions_of(account.account_id)
    said("signed out everywhere", account=account.account_id, by=call.actor, address=call.address)
    return _back()


def _named(call: Call) -> Account:
    account = call.services.accounts.by_id(call.part("account_id"))
    if account is None:
        raise NotFoundError("There is no such account.", "Reload the list of people.")
    return account


def _back() -> Response:
    return RedirectResponse("/people", status_code=303)


_ONE = "/people/{account_id}"

PAGES = (
    Page("GET", "/people", "people", lambda: people),
    Page("POST", "/people", "people.create", lambda: create_person),
    Page("POST", f"{_ONE}/role", "people.role", lambda: change_person_role),
    Page("POST", f"{_ONE}/close", "people.close", lambda: close_person),
    Page("POST", f"{_ONE}/password", "people.password", lambda: reset_password),
    Page("POST", f"{_ONE}/second-factor/remove", "people.second_factor.remove", lambda: remove_factor),
    Page("POST", f"{_ONE}/sessions/end", "people.sessions.end", lambda: end_sessions),
)
