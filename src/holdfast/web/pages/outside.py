"""Signing in at the clinic's provider of identities: there, and back."""

from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import NotAllowedError, NotFoundError
from holdfast.usecases.outside_sign_in import account_of
from holdfast.usecases.sign_in_ports import IdentityProvider
from holdfast.web.gate import Call, cookie_name
from holdfast.web.pages.signin import first_step_done, local, set_cookie
from holdfast.web.route import Page
from holdfast.web.security_log import said
from holdfast.web.sign_in import WAITING_US, Away

COOKIE = "holdfast_outside"


def go(call: Call) -> Response:
    """Off to the provider. Nobody is signed in by another site's link."""
    if call.request.headers.get("sec-fetch-site") == "cross-site":
        return RedirectResponse("/login", status_code=303)
    begun, token = _provider(call).begin(), call.ctx.ids.new_secret()
    call.services.sign_in.away.put(token, Away(begun, local(call.query("next"))), call.now_us)
    response = RedirectResponse(begun.url, status_code=303)
    set_cookie(call, response, COOKIE, token, WAITING_US // 1_000_000)
    return response


def come_back(call: Call) -> Response:
    """With the provider's answer, into the browser that was sent there, once."""
    services = call.services
    token = call.request.cookies.get(cookie_name(COOKIE, services), "")
    away = services.sign_in.away.take(token, call.now_us)
    if away is None:
        said("sign-in failed: none was begun in this browser", address=call.address)
        raise NotAllowedError("No sign-in was begun in this browser, or it took too long.", "Begin again.")
    try:
        identity = _provider(call).finish(
            away.begun, state=call.query("state"), code=call.query("code"), issuer=call.query("iss")
        )
    except NotAllowedError:
        said("sign-in failed: answer of the provider", address=call.address)
        raise
    account = account_of(services.accounts, services.sign_in.outside, identity)
    if account is None:
        said("sign-in failed: no account for this identity", address=call.address)
        raise NotAllowedError(
            "You have no account here.", "An administrator makes it, with the login that your service knows you by."
        )
    response = first_step_done(call, account, away.target, by="provider")
    response.delete_cookie(cookie_name(COOKIE, services), secure=services.secure_cookies)
    return response


def _provider(call: Call) -> IdentityProvider:
    if (provider := call.services.sign_in.provider) is None:
        raise NotFoundError("This clinic has no other way to sign in.", "Use login and password.")
    return provider


PAGES = (
    Page("GET", "/login/outside", "login.outside", lambda: go),
    Page("GET", "/login/outside/return", "login.outside.return", lambda: come_back),
)
