"""Which devices of a bed fell silent. Each is judged by its own habit: while one goes on, another may be dead."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S

SILENT_AFTER_S = 6.0
"""A monitor that speaks every second and then misses five is silent (our estimate)."""
SILENT_MISSED_PERIODS = 3.0
"""Slow senders are silent after missing this many of their own periods (our estimate)."""
PERIOD_MAX_S = 60.0
"""No device is waited for longer than for one that speaks once in so long (our estimate)."""


@dataclass
class _Heard:
    last_us: int
    period_s: float = 1.0
    times: int = 1
    bound: bool = False
    """Whether the clinic said then that the device belongs to this bed."""

    def is_silent(self, now_us: int) -> bool:
        limit_s = max(SILENT_AFTER_S, SILENT_MISSED_PERIODS * self.period_s)
        return now_us - self.last_us > limit_s * US_PER_S


class Devices:
    """When each device of a bed spoke last. Guarded by the ward's lock."""

    def __init__(self, before: Mapping[str, int]) -> None:
        """``before``: when which device spoke before the start (us); without a name: one of them."""
        self._heard = {device: _Heard(at_us, times=2) for device, at_us in before.items()}

    @property
    def last_us(self) -> int | None:
        """When any of them spoke last; None: none has."""
        return max((heard.last_us for heard in self._heard.values()), default=None)

    def hear(self, device: str, received_us: int, *, bound: bool) -> None:
        """A message of this device came in."""
        self._heard.pop("", None)
        known = self._heard.get(device)
        if known is None:
            self._heard[device] = _Heard(received_us, bound=bound)
            return
        if received_us > known.last_us:
            gap_s = min((received_us - known.last_us) / US_PER_S, PERIOD_MAX_S)
            # Two messages tell how often it speaks; from then on a single late one counts for little.
            known.period_s = gap_s if known.times == 1 else 0.8 * known.period_s + 0.2 * gap_s
        known.last_us, known.bound, known.times = received_us, bound, known.times + 1

    def all_silent(self, now_us: int) -> bool:
        """Nobody speaks for this animal."""
        return all(heard.is_silent(now_us) for heard in self._heard.values())

    def silent_beside_others(self, now_us: int, bound: Collection[str]) -> dict[str, int]:
        """Silent devices, and since when, of a bed that has several; ``bound``: those that belong to it now.

        One that was given to another bed is not missed, nor one that spoke only once, such as a thermometer.
        """
        if len(self._heard) < 2:
            return {}
        return {
            device: heard.last_us
            for device, heard in self._heard.items()
            if heard.is_silent(now_us) and heard.times > 1 and (device in bound or not heard.bound)
        }

    def follow_step_back(self, before_us: int, now_us: int) -> None:
        """Our own clock was set back: who spoke before that has been silent for as long as it was."""
        for heard in self._heard.values():
            if heard.last_us > now_us:
                heard.last_us = min(heard.last_us, before_us) + now_us - before_us
