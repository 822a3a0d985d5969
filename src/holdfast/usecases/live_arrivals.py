"""What came from each bed, and how much of it the live analysis has not heard yet.

Whether a monitor is silent is a matter of what arrived and was committed, never of what was analysed: an analysis that
is behind is a fault of ours, and is said as one.
"""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from holdfast.kernel.time import US_PER_S
from holdfast.usecases.live_silence import Devices
from holdfast.usecases.ports import NewHeld

BEHIND_SAID_S = 5.0
"""From here on a screen says that its numbers are not of now (our estimate: one second before a monitor that stopped
would be called silent)."""

ANALYSIS_BEHIND = "analysis_behind"
"""The condition that says so."""


@dataclass(frozen=True)
class Behind:
    """An analysis that is late, by so much (us), and when what it heard last had come (None: it heard nothing yet)."""

    by_us: int
    shown_from_us: int | None


@dataclass
class _Bed:
    devices: Devices
    waiting: dict[int, int] = field(default_factory=dict)
    """When each message that is not analysed yet was received, by its identity."""
    heard_us: int | None = None
    """When the newest of those that were analysed was received."""


class Arrivals:
    """Any thread may call any method; none waits for an analysis. A bed is one bed with one case."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._beds: dict[tuple[str, str], _Bed] = {}

    def watch(self, bed: str, case_id: str, heard: Mapping[str, int]) -> None:
        """At start: ``heard`` says when which device spoke last."""
        with self._lock:
            self._beds.setdefault((bed, case_id), _Bed(Devices(heard)))

    def came(self, held: NewHeld, *, bound: bool) -> None:
        """A message was committed and waits for its analysis. Said twice, it counts once."""
        with self._lock:
            bed = self._beds.setdefault((held.bed, held.case_id), _Bed(Devices({})))
            if id(held) not in bed.waiting:
                bed.waiting[id(held)] = held.received_us
                bed.devices.hear(held.message.device, held.received_us, bound=bound)

    def waits_no_more(self, held: NewHeld, *, analysed: bool) -> None:
        """It was analysed, or never will be."""
        with self._lock:
            bed = self._beds.get((held.bed, held.case_id))
            if bed is not None:
                bed.waiting.pop(id(held), None)
                if analysed:
                    bed.heard_us = max(bed.heard_us or 0, held.received_us)

    def forget(self, bed: str, case_id: str) -> None:
        """The case lies there no more."""
        with self._lock:
            self._beds.pop((bed, case_id), None)

    def keep_only(self, beds: Collection[tuple[str, str]]) -> None:
        """Those that are left out hold no case, or another one, by now."""
        with self._lock:
            self._beds = {key: bed for key, bed in self._beds.items() if key in beds}

    def late(self, now_us: int) -> list[tuple[str, str]]:
        """Beds, each with its case, whose analysis is behind."""
        with self._lock:
            return [key for key, bed in self._beds.items() if _behind(bed, now_us)]

    def behind(self, bed: str, case_id: str, now_us: int) -> Behind | None:
        """None: it keeps up, or what came last is analysed."""
        with self._lock:
            known = self._beds.get((bed, case_id))
            return _behind(known, now_us) if known else None

    def last_us(self, bed: str, case_id: str) -> int | None:
        """When anything came last; None: nothing did."""
        with self._lock:
            known = self._beds.get((bed, case_id))
            return known.devices.last_us if known else None

    def all_silent(self, bed: str, case_id: str, now_us: int) -> bool:
        """Nobody speaks for this animal."""
        with self._lock:
            known = self._beds.get((bed, case_id))
            return known is None or known.devices.all_silent(now_us)

    def silent_beside_others(self, bed: str, case_id: str, now_us: int, bound: Collection[str]) -> dict[str, int]:
        """As ``Devices.silent_beside_others``."""
        with self._lock:
            known = self._beds.get((bed, case_id))
            return known.devices.silent_beside_others(now_us, bound) if known else {}

    def follow_step_back(self, before_us: int, now_us: int) -> None:
        """Our own clock was set back."""
        with self._lock:
            for bed in self._beds.values():
                bed.devices.follow_step_back(before_us, now_us)
                for key, received_us in bed.waiting.items():
                    if received_us > now_us:
                        bed.waiting[key] = min(received_us, before_us) + now_us - before_us


def _behind(bed: _Bed, now_us: int) -> Behind | None:
    by_us = now_us - min(bed.waiting.values(), default=now_us)
    return Behind(by_us, bed.heard_us) if by_us > BEHIND_SAID_S * US_PER_S else None
