"""One's own account: its password, where it is signed in, and its second factor."""

import base64

from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.usecases import accounts as use
from holdfast.usecases import second_factor, totp
from holdfast.usecases.passwords import PASSWORD_MIN
from holdfast.usecases.ports import Account
from holdfast.web.gate import Call
from holdfast.web.pages.signin import forget_session, local
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.security_log import said


def account(call: Call) -> Response:
    assert call.session is not None
    sessions = call.services.accounts.sessions_of(call.actor)
    alive = [one for one in sessions if use.session_stands(one, call.now_us)]
    return page(
        call,
        "account.html",
        password_min=PASSWORD_MIN,
        factor=call.services.sign_in.factors.of(call.actor),
        first=call.services.accounts.first_password_until(call.actor) is not None,
        required=_own(call).role in call.services.sign_in.required,
        sessions=alive,
        here=call.session.token_sha256,
    )


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
    said("password changed", account=call.actor, address=call.address)
    return forget_session(call, "/login")


def end_sessions(call: Call) -> Response:
    """Sign out everywhere, this browser included: nobody has to know which line of the list was the stranger's."""
    call.services.accounts.close_sessions_of(call.actor)
    said("signed out everywhere", account=call.actor, address=call.address)
    return forget_session(call, "/login")


def factor(call: Call) -> Response:
    """Where a second factor is set up: what it is, then the code for the telephone."""
    own = _own(call)
    found = call.services.sign_in.factors.of(own.account_id)
    waiting = found if found and not found.enrolled_us else None
    return page(
        call,
        "second_factor.html",
        factor=found if found and found.enrolled_us else None,
        waiting=waiting,
        drawn=_drawn(call, totp.as_uri(waiting.secret, own.login)) if waiting else "",
        secret=second_factor.secret_as_text(waiting.secret) if waiting else "",
        next=local(call.query("next")),
        codes=(),
        required=own.role in call.services.sign_in.required,
    )


def offer(call: Call) -> Response:
    second_factor.offer(call.ctx, call.services.sign_in.factors, _own(call))
    return RedirectResponse("/account/second-factor", status_code=303)


def save(call: Call) -> Response:
    """The first code: from here on it is asked for. Shows the recovery codes, for the only time."""
    services, own = call.services, _own(call)
    codes = second_factor.enrol(
        call.ctx, services.sign_in.factors, services.hasher, own, call.field("one_time_password")
    )
    said("second factor set", account=call.actor, address=call.address)
    kept = services.sign_in.factors.of(own.account_id)
    return page(
        call, "second_factor.html", factor=kept, waiting=None, drawn="", secret="", next="", codes=codes,
        required=own.role in services.sign_in.required,
    )  # fmt: skip


def remove(call: Call) -> Response:
    second_factor.remove(call.ctx, call.services.sign_in.factors, actor=call.actor, account=_own(call))
    call.services.accounts.close_sessions_of(call.actor)
    said("second factor removed", account=call.actor, address=call.address)
    return forget_session(call, "/login")


def _own(call: Call) -> Account:
    assert call.account is not None
    return call.account


def _drawn(call: Call, text: str) -> str:
    """The QR code as a data address: the secret is in no address of ours and in no second answer."""
    return "data:image/svg+xml;base64," + base64.b64encode(call.services.paper.qr_svg(text)).decode()


PAGES = (
    Page("GET", "/account", "account", lambda: account),
    Page("POST", "/account/password", "account.password", lambda: save_password),
    Page("POST", "/account/sessions/end", "account.sessions.end", lambda: end_sessions),
    Page("GET", "/account/second-factor", "account.second_factor", lambda: factor),
    Page("POST", "/account/second-factor", "account.second_factor.offer", lambda: offer),
    Page("POST", "/account/second-factor/first-code", "account.second_factor.save", lambda: save),
    Page("POST", "/account/second-factor/remove", "account.second_factor.remove", lambda: remove),
)
