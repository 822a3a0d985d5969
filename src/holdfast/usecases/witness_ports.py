"""What sends checkpoints out of the house: witnesses (C2SP tlog-witness) and time-stamping authorities (RFC 3161)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from holdfast.kernel.errors import HoldfastError
from holdfast.record.cosignature import WitnessKey


class RefusedError(HoldfastError):
    """A witness looked at the checkpoint and will not sign it. Trying again as it is changes nothing."""


@dataclass(frozen=True)
class Holds:
    """It last signed a checkpoint of this size, and not the one that was named."""

    size: int


class Witness(Protocol):
    """Any thread may call ``submit``, which waits for the network."""

    @property
    def key(self) -> WitnessKey: ...

    @property
    def every_us(self) -> int: ...

    def submit(self, old: int, proof: Sequence[str], note: str) -> str | Holds:
        """Its signature lines, or what it holds. Raises ``RefusedError``, ``WorldError`` where it was not reached."""
        ...


@dataclass(frozen=True)
class Dated:
    """A reply of an authority that was checked, and the time that it states."""

    reply: bytes
    stated_us: int


class Authority(Protocol):
    """Any thread may call ``date``, which waits for the network."""

    @property
    def name(self) -> str: ...

    @property
    def every_us(self) -> int: ...

    def date(self, data: bytes) -> Dated:
        """Raises ``RefusedError`` for a reply that does not hold, ``WorldError`` where it was not reached."""
        ...
