"""What calling needs from the outside: addresses kept beside the record, channels that send, links that are signed."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from holdfast.kernel.errors import HoldfastError


class ChannelError(HoldfastError):
    """A channel did not take a message. The sentences hold no address and no secret."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to one person over one channel."""

    channel: str
    to: str
    """Address, number or topic: only on its way from the address book to the channel."""
    title: str
    text: str
    link: str
    urgent: bool


class Channels(Protocol):
    """The ways out of the house that were configured."""

    def kinds(self) -> tuple[str, ...]:
        """Names of the channels; empty: nothing is ever sent."""
        ...

    def check(self, channel: str, to: str) -> None:
        """Raise ``OperatorError`` when this can be no address of the channel."""
        ...

    def send(self, message: Message) -> str:
        """Hand it over; ``sent``, or ``delivered`` where the channel says so. Raises ``ChannelError``."""
        ...


class Addresses(Protocol):
    """Where people are reached. Beside the record, never in it."""

    def of(self, contact_id: str) -> Mapping[str, str]:
        """Address by channel."""
        ...

    def put(self, contact_id: str, by_channel: Mapping[str, str]) -> None:
        """Replace all addresses of a contact; an empty mapping forgets them."""
        ...


class Signer(Protocol):
    """Signs what a link names, with a key that only this Holdfast has."""

    def sign(self, text: str) -> str:
        """A URL-safe signature of at least 128 bits."""
        ...
