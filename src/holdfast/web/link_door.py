"""Links that are keys. The secret stands behind the ``#``, which a browser sends to no server; the page of the link
takes it out of the address and into a form (``static/link_door.js``), and then it is in a cookie of its own.

So no address ever holds it. The cookie goes to the pages below one path, is no session, and the gate knows nothing of
it: what it opens is asked anew at every request.
"""

import hashlib
import hmac
from dataclasses import dataclass

from starlette.responses import Response

from holdfast.kernel.errors import NotAllowedError
from holdfast.kernel.time import US_PER_S
from holdfast.web.gate import Call

_TOKEN_MAX = 200


def sent(call: Call) -> str:
    """The secret that the form of the link brings. Where no script filled it in, somebody pasted the whole link."""
    return call.field("token").strip().rpartition("#")[2]


@dataclass(frozen=True)
class Door:
    """One kind of link."""

    cookie: str

    def let_in(self, call: Call, response: Response, token: str, *, path: str, until_us: int) -> None:
        """Let the browser keep the secret for as long as it opens anything, for the pages below ``path`` alone."""
        response.set_cookie(
            self._name(call),
            token,
            max_age=max(1, (until_us - call.now_us) // US_PER_S),
            path=path,
            secure=call.services.secure_cookies,
            httponly=True,
            samesite="strict",
        )

    def forget(self, call: Call, response: Response, *, path: str) -> None:
        """Let the browser forget it."""
        response.delete_cookie(self._name(call), path=path, secure=call.services.secure_cookies, httponly=True)

    def secret(self, call: Call) -> str:
        """Empty when the browser has none for this page."""
        return call.request.cookies.get(self._name(call), "")[:_TOKEN_MAX]

    def csrf_of(self, call: Call) -> str:
        """What a form of a page behind this door must carry."""
        return hashlib.sha256(f"{self.cookie} form {self.secret(call)}".encode()).hexdigest()

    def check_form(self, call: Call) -> None:
        """Raises ``NotAllowedError`` for what is posted without it."""
        token = call.field("csrf") or call.request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(token.encode(), self.csrf_of(call).encode()):
            raise NotAllowedError("This form is not of the page that the link opens.", "Open the link again.")

    def _name(self, call: Call) -> str:
        """Behind TLS a browser takes it over TLS alone. It has a path, so it cannot be one of the whole host."""
        return f"__Secure-{self.cookie}" if call.services.secure_cookies else self.cookie
