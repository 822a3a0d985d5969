"""What a device's clock is doing, told from when its messages were received. Nothing here reads a clock."""

import math

from holdfast.kernel.limits import CLOCK_BACK_TOLERANCE_S, CLOCK_SETTLED_S
from holdfast.kernel.time import US_PER_S
from holdfast.record.monitor import MonitorMessage, Wave

TOLERANCE_US = int(CLOCK_BACK_TOLERANCE_S * US_PER_S)


def wave_end_us(wave: Wave) -> int:
    """When the last sample of a wave is over."""
    return wave.start_us + math.ceil(len(wave.samples) // 4 * US_PER_S / wave.rate_hz)


def sent_by_its_clock(message: MonitorMessage, received_us: int) -> int:
    """What the device's clock showed when it sent: MSH-7. The reader writes the time of receipt where there is none;
    then only a time that lies after it tells anything of the clock."""
    if message.sent_us != received_us:
        return message.sent_us
    said = [*(value.at_us for value in message.numerics), *(wave_end_us(wave) for wave in message.waves)]
    return max([received_us, *said])


class Offset:
    """How far a clock is behind ours, while it is steady.

    One odd message moves nothing: another offset counts when it has been the same for ``CLOCK_SETTLED_S``. So a
    backlog that a device sends in one go keeps its own times (also the one it begins with after a network fault), and a
    clock that was set, or is simply wrong, is followed.
    """

    def __init__(self) -> None:
        self.us = 0
        self._other: tuple[int, int] | None = None

    def heard(self, behind_us: int, received_us: int) -> None:
        """Take in by how much one message, received then, was behind (negative: ahead)."""
        if abs(behind_us - self.us) <= TOLERANCE_US:
            self._other = None
        elif self._other is None or abs(behind_us - self._other[0]) > TOLERANCE_US:
            self._other = behind_us, received_us
        elif abs(received_us - self._other[1]) >= CLOCK_SETTLED_S * US_PER_S:
            self.us, self._other = behind_us, None
