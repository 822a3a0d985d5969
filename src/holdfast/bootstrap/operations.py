"""The ``Operations`` port of a house: readiness and figures, and who may read the figures."""

import hmac
import ipaddress
from pathlib import Path

from holdfast.bootstrap.figures import CONTENT_TYPE, AtTheMoment, Figures
from holdfast.bootstrap.health import Health
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.kernel.limits import METRICS_TOKEN_MIN
from holdfast.usecases.context import Context
from holdfast.usecases.live import Ward
from holdfast.usecases.operations import Readiness


class HouseOperations:
    """See ``usecases.operations.Operations``."""

    def __init__(self, ctx: Context, ward: Ward, health: Health, figures: Figures, token: str) -> None:
        self._health = health
        self._figures = figures
        self._token = token
        figures.registry.register(
            AtTheMoment(
                lambda: ward.board(ctx.clock.now_us()),
                health.readiness,
                lambda: (ctx.book.seq, len(ctx.book.open_cases()), ctx.store.quarantine_bytes()),
            )
        )
        ctx.book.on_event(figures.hear)

    def readiness(self) -> Readiness:
        return self._health.readiness()

    def may_read_figures(self, peer: str, token: str, forwarded: bool) -> bool:
        if self._token and hmac.compare_digest(token.encode(), self._token.encode()):
            return True
        # Behind a proxy everybody comes from this machine: then only the token tells.
        return not forwarded and _loopback(peer)

    def figures(self, followers: int) -> tuple[bytes, str]:
        return self._figures.text(followers), CONTENT_TYPE


def read_token(file: Path | None) -> str:
    """The token in this file; empty without a file. Raises ``WorldError`` or ``OperatorError`` in words."""
    if file is None:
        return ""
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"{file} cannot be read: {error}.", "Name the file that holds the token.") from error
    if len(token) < METRICS_TOKEN_MIN:
        raise OperatorError(
            f"The token in {file} has {len(token)} characters.", f"Use at least {METRICS_TOKEN_MIN} random ones."
        )
    return token


def _loopback(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
