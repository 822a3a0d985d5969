"""Calling without a network: addresses in memory, channels that do what a test says, a signer with a fixed key."""

import hashlib
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from typing import Any

from holdfast.usecases.call_desk import CallDesk
from holdfast.usecases.call_ports import ChannelError, Message
from holdfast.usecases.context import Context


class MemoryAddresses:
    def __init__(self) -> None:
        self.kept: dict[str, dict[str, str]] = {}

    def of(self, contact_id: str) -> Mapping[str, str]:
        return self.kept.get(contact_id, {})

    def put(self, contact_id: str, by_channel: Mapping[str, str]) -> None:
        self.kept[contact_id] = dict(by_channel)


class FakeChannels:
    """Two channels; ``cut`` is a network that is down."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.tries = 0
        self.cut = False

    def kinds(self) -> tuple[str, ...]:
        return ("email", "ntfy")

    def check(self, channel: str, to: str) -> None:
        pass

    def send(self, message: Message) -> str:
        self.tries += 1
        if self.cut:
            raise ChannelError("The network is cut.", "Wait.")
        self.sent.append(message)
        return "sent"


class PlainSigner:
    def sign(self, text: str) -> str:
        return hashlib.sha256(f"test key {text}".encode()).hexdigest()[:24]


class AtOnce(Executor):
    """Runs what it is given at once, on the same thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def make_desk(ctx: Context, channels: FakeChannels | None = None) -> CallDesk:
    return CallDesk(
        ctx, MemoryAddresses(), channels or FakeChannels(), PlainSigner(), "https://holdfast.test", AtOnce()
    )
