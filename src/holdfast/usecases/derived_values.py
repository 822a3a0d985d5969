"""Numbers of our own analysis on their way into the record, and back out of it.

The live analysis runs after a message is on disk and before its block is built. What it makes waits here, in memory,
and goes into the block of the messages it was made from. After a crash the last seconds of it are missing from the
record; the samples are there, so nothing that was measured is lost.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from holdfast import __version__
from holdfast.kernel.limits import DERIVED_WAITING_MAX, LATEST_US
from holdfast.record.blocks import decode_block
from holdfast.record.derived import DerivedValue
from holdfast.record.monitor import Origin
from holdfast.usecases.ports import Held, NewHeld, Store

ANALYSIS_RELEASE = f"holdfast {__version__}"
"""Which analysis made the numbers that are written from now on."""


class Source(NamedTuple):
    """What may share a block."""

    bed: str
    device: str
    origin: Origin


class Made(NamedTuple):
    """A derived value and the message that brought the last signal it needed."""

    received_us: int
    value: DerivedValue


Taken = dict[Source, list[Made]]


class Number(Protocol):
    """What the analysis says (``signals.bedside.Derived``)."""

    @property
    def key(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def at_us(self) -> int: ...
    @property
    def channel(self) -> str: ...
    @property
    def quality(self) -> str: ...


class DerivedValues:
    """What waits for its block. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Taken] = {}
        self._sent: dict[tuple[str, str], tuple[Source, int]] = {}
        """By case and wave: which source sent it last, and how far its times were behind ours."""

    def keep(self, held: NewHeld, numbers: Sequence[Number], behind_us: Mapping[str, int]) -> None:
        """Note what became known with a message. ``behind_us``: for each wave of the message, how far the times that
        the analysis was given are ahead of those that the device wrote."""
        with self._lock:
            for channel, shift_us in behind_us.items():
                self._sent[held.case_id, channel] = (source_of(held), shift_us)
            waiting = self._waiting.setdefault(held.case_id, {})
            for one in numbers:
                source, shift_us = self._sent.get((held.case_id, one.channel), (source_of(held), 0))
                at_us = one.at_us - shift_us
                if not -LATEST_US <= at_us <= LATEST_US:
                    continue
                value = DerivedValue(
                    key=one.key,
                    value=one.value,
                    unit=one.unit,
                    at_us=at_us,
                    channel=one.channel,
                    release=ANALYSIS_RELEASE,
                    quality=one.quality,
                )
                waiting.setdefault(source, []).append(Made(held.received_us, value))
            for made in waiting.values():
                del made[: max(0, len(made) - DERIVED_WAITING_MAX)]

    def take(self, case_id: str, held: Iterable[Held]) -> Taken:
        """Hand over what was made by the time the last of these messages came, for each of their sources."""
        until_us: dict[Source, int] = {}
        for one in held:
            source = source_of(one)
            until_us[source] = max(one.received_us, until_us.get(source, one.received_us))
        with self._lock:
            waiting = self._waiting.get(case_id, {})
            taken: Taken = {}
            for source, last_us in until_us.items():
                made = waiting.pop(source, [])
                taken[source] = [one for one in made if one.received_us <= last_us]
                if later := [one for one in made if one.received_us > last_us]:
                    waiting[source] = later
            return taken

    def put_back(self, case_id: str, taken: Taken) -> None:
        """The block could not be written: the values wait for the next try."""
        with self._lock:
            waiting = self._waiting.setdefault(case_id, {})
            for source, made in taken.items():
                waiting[source] = [*made, *waiting.get(source, [])][-DERIVED_WAITING_MAX:]


def source_of(held: Held | NewHeld) -> Source:
    """Bed, device and origin of a held message."""
    return Source(held.bed, held.message.device, held.message.origin)


@dataclass(frozen=True)
class Stored:
    """A derived value as read from a block."""

    device: str
    origin: Origin
    value: DerivedValue


def read_derived(store: Store, case_id: str, from_us: int, to_us: int) -> list[Stored]:
    """Derived values in the half-open range (µs, the device's time) that blocks hold, by time.

    What is still waiting for its block is not here: it follows within seconds.
    """
    found = [
        Stored(content.messages[0].device, content.messages[0].origin, value)
        for content in (decode_block(block.data) for block in store.blocks(case_id, from_us=from_us, to_us=to_us))
        if content.messages
        for value in content.derived
        if from_us <= value.at_us < to_us
    ]
    return sorted(found, key=lambda one: (one.value.at_us, one.value.key))
