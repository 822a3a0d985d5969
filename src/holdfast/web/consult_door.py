"""Who came by the link of a consult: its secret in a cookie of its own, looked up anew at every request.

It opens the pages below ``/consult`` and nothing else: it is no session, and the gate knows nothing of it.
"""

import hashlib
import hmac

from starlette.responses import Response

from holdfast.kernel.errors import NotAllowedError
from holdfast.kernel.time import US_PER_S
from holdfast.record.case_state import CaseState
from holdfast.record.consult_state import ConsultEntry
from holdfast.usecases import consults
from holdfast.web.gate import Call

COOKIE = "holdfast_consult"
PATH = "/consult"
_TOKEN_MAX = 200


def _cookie(call: Call) -> str:
    """Behind TLS a browser takes it over TLS alone. It has a path, so it cannot be one of the whole host."""
    return f"__Secure-{COOKIE}" if call.services.secure_cookies else COOKIE


def _secret(call: Call) -> str:
    return call.request.cookies.get(_cookie(call), "")[:_TOKEN_MAX]


def guest(call: Call) -> tuple[CaseState, ConsultEntry]:
    """The case and the invitation of whoever asks; raises ``NotAllowedError``."""
    return consults.let_in(call.ctx, _secret(call))


def csrf_of(call: Call) -> str:
    """What a form of the guest's page must carry."""
    return hashlib.sha256(f"consult form {_secret(call)}".encode()).hexdigest()


def posting_guest(call: Call) -> tuple[CaseState, ConsultEntry]:
    """The same for what is posted: with the token of the guest's own page."""
    case, entry = guest(call)
    sent = call.field("csrf") or call.request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(sent.encode(), csrf_of(call).encode()):
        raise NotAllowedError("This form is not of the page that the link opens.", "Open the link again.")
    return case, entry


def open_door(call: Call, response: Response, token: str, entry: ConsultEntry) -> None:
    """Let the browser keep the secret for as long as it opens anything."""
    response.set_cookie(
        _cookie(call),
        token,
        max_age=max(1, (entry.until_us - call.now_us) // US_PER_S),
        path=PATH,
        secure=call.services.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def close_door(call: Call, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_cookie(call), path=PATH, secure=call.services.secure_cookies, httponly=True)
