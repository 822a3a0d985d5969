"""What lets a browser go on without the server: its worker, and who it is when the server answers again."""

from starlette.responses import FileResponse, JSONResponse, Response

from holdfast.web.gate import Call
from holdfast.web.render import STATIC
from holdfast.web.route import Page


def worker(_: Call) -> Response:
    """At the root, because a worker answers only for what lies below it."""
    return FileResponse(STATIC / "sw.js", media_type="text/javascript")


def session(call: Call) -> Response:
    """Who is signed in, and the token of this sign-in for entries made before it. Read only by our own pages: no
    other site's script can read an answer of ours."""
    assert call.account is not None
    assert call.session is not None
    return JSONResponse(
        {
            "account_id": call.account.account_id,
            "name": call.account.name,
            "csrf": call.session.csrf_token,
            "server_us": call.now_us,
        }
    )


PAGES = (
    Page("GET", "/sw.js", "worker", lambda: worker),
    Page("GET", "/api/session", "api.session", lambda: session),
)
