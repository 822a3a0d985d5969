"""Between the pages' server, the calls of other systems (CDS Hooks) and our own questions to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class HookCall:
    """One request as it came; nothing of it is believed yet."""

    method: str
    path: str
    authorization: str
    origin: str
    address: str
    """Network address of the sender."""
    body: bytes


@dataclass(frozen=True)
class HookReply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


AnswerHook = Callable[[HookCall], HookReply]


def closed(_: HookCall) -> HookReply:
    """The answer where nothing was wired."""
    return HookReply(404)


@dataclass(frozen=True)
class Peer:
    """A system that our own end-of-life order is put before."""

    key: str
    name: str
    training: bool
    """True: it gets orders of training cases, and no others."""


@dataclass(frozen=True)
class Question:
    """Our order, as it is put before others."""

    hook_instance: str
    case_id: str
    order_id: str
    indication: str
    actor: str
    species: str
    breed: str
    sex: str
    microchip: str
    identifiers: tuple[tuple[str, str], ...]
    """(system, value) of each number on record."""


@dataclass(frozen=True)
class Said:
    """What came back; see ``HookSaid``."""

    outcome: str
    problem: str = ""
    cards: tuple[dict[str, Any], ...] = ()


class Peers(Protocol):
    """Systems that are asked. Any thread may call any method."""

    def all(self) -> Sequence[Peer]: ...

    def new_instance(self) -> str:
        """A fresh UUID."""
        ...

    def ask(self, key: str, question: Question) -> Said:
        """Waits for the network, ``HOOK_ANSWER_S`` at most; never raises for what the other side does."""
        ...
