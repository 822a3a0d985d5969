"""One POST to a configured address: no redirect is followed, nothing large is read, nothing waits long."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from holdfast.kernel.errors import WorldError

TIMEOUT_S = 10.0
ANSWER_BYTES_MAX = 64 * 1024
"""Ten times what an authority with a long chain of certificates answers."""


@dataclass(frozen=True)
class Answered:
    status: int
    kind: str
    """Content type without parameters."""
    body: bytes


def post(url: str, body: bytes, kind: str) -> Answered:
    """Raises ``WorldError`` when nobody answers."""
    parts = urlsplit(url)
    connecting = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connecting(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, {"content-type": kind})
        answer = connection.getresponse()
        data = answer.read(ANSWER_BYTES_MAX + 1)
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise WorldError(f"{parts.netloc} was not reached: {why}.", "It is tried again.") from error
    finally:
        connection.close()
    if len(data) > ANSWER_BYTES_MAX:
        raise WorldError(f"{parts.netloc} answered more than it should.", "It is tried again.")
    return Answered(answer.status, (answer.getheader("content-type") or "").partition(";")[0].strip().lower(), data)
