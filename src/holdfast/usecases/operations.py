"""What whoever runs Holdfast asks of it: is it ready, what is degraded, its figures. Never anything of a patient."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Part:
    """One part of a running Holdfast and how it is."""

    name: str
    ok: bool
    needed: bool
    """Without it nothing is ready; else the rest works and this part is degraded."""
    says: str = ""
    """What is wrong and what still works; empty while it is well. Never a secret, never anything of a patient."""


@dataclass(frozen=True)
class Readiness:
    """All parts at one moment."""

    parts: tuple[Part, ...]

    @property
    def ready(self) -> bool:
        return all(part.ok for part in self.parts if part.needed)

    @property
    def degraded(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.ok)


class Operations(Protocol):
    """Any thread may call any method."""

    def readiness(self) -> Readiness: ...

    def may_read_figures(self, peer: str, token: str, forwarded: bool) -> bool:
        """Whether this caller may read the figures. ``peer``: its network address; ``token``: what it sent as its
        bearer token; ``forwarded``: a proxy stands between, so that the address tells nothing."""
        ...

    def figures(self, followers: int) -> tuple[bytes, str]:
        """All figures in the text format of Prometheus, and its content type. ``followers``: live screens now."""
        ...
