"""Time-based one-time passwords: RFC 6238 with HMAC-SHA-1, six digits and steps of 30 s, as every authenticator app
takes them."""

import hmac
from base64 import b32encode
from urllib.parse import quote

from holdfast.kernel.time import US_PER_S

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20
"""160 bits, as RFC 4226 advises."""
_STEPS_EITHER_SIDE = 1
"""A telephone's clock is not ours; what is typed in the last second arrives in the next step."""


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(now_us: int) -> int:
    """The step that a moment lies in."""
    return now_us // (STEP_S * US_PER_S)


def matching_step(secret: bytes, code: str, now_us: int) -> int | None:
    """The step that this code belongs to, of those that are taken now; None when it belongs to none."""
    here = step_at(now_us)
    # Every step is compared, so that the time it takes tells nothing.
    found = [
        step
        for step in range(max(0, here - _STEPS_EITHER_SIDE), here + _STEPS_EITHER_SIDE + 1)
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode())
    ]
    return found[-1] if found else None


def as_text(secret: bytes) -> str:
    """The secret for typing by hand."""
    return b32encode(secret).decode()


def as_uri(secret: bytes, login: str, issuer: str = "Holdfast") -> str:
    """What the QR code says (the ``otpauth`` form that authenticator apps read)."""
    return (
        f"otpauth://totp/{quote(issuer)}:{quote(login, safe='')}?secret={as_text(secret)}&issuer={quote(issuer)}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )
