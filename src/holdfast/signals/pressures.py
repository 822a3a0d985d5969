"""Systolic, diastolic and mean pressure from an arterial wave: the middle of the last pulses, with their worth.

Pressure sways with breath and with a dog's uneven rhythm; the last pulse alone would jump about.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S
from holdfast.signals.levels import Level, spread, withheld
from holdfast.signals.pulses import Pulse

WINDOW_S = 10
"""Pulses so old count, as for the heart rate."""

PULSES_MIN = 2
"""Fewer pulses are no reading (estimate)."""

SILENCE_MAX_S = 5
"""Without a pulse for so long there is no pressure of a pulse (estimate; as for saying that a pulse is lost)."""

SPREAD_GOOD = 0.15
PULSES_GOOD = 4
"""Good: so many pulses, of which the middle ones differ from the median by less than this share of the pulse pressure
(median distance; estimate). A moved or damped line, and an uneven rhythm, are fair."""

OUTSIDE_MMHG = (5.0, 350.0)
"""A mean below or a peak above this is a line open to air, a flush or a fault (estimate)."""


class PressureState(msgspec.Struct, frozen=True, tag="pressures.1", forbid_unknown_fields=True):
    """Pulses of the last seconds."""

    recent: tuple[Pulse, ...] = ()


@dataclass(frozen=True)
class Pressures:
    """The three, mmHg. They share quality and age; the mean is missing until two pulses in a row were seen."""

    systolic: Level
    diastolic: Level
    mean: Level


def initial() -> PressureState:
    """Nothing seen yet."""
    return PressureState()


def dump(state: PressureState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> PressureState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, PressureState)


def step(state: PressureState, found: Sequence[Pulse], now_us: int, present: bool) -> tuple[PressureState, Pressures]:
    """Take the pulses of the second that ends at ``now_us``; ``present``: there was a wave in it."""
    oldest = now_us - WINDOW_S * US_PER_S
    recent = tuple(pulse for pulse in (*state.recent, *found) if pulse.at_us > oldest)
    after = PressureState(recent)
    at_us = recent[-1].at_us if recent else now_us
    why = _reason(recent, now_us, present)
    if why:
        nothing = withheld(why, at_us, now_us)
        return after, Pressures(nothing, nothing, nothing)
    pulse_pressure = statistics.median(pulse.systolic - pulse.diastolic for pulse in recent)
    tops, bottoms = [pulse.systolic for pulse in recent], [pulse.diastolic for pulse in recent]
    steady = max(spread(tops), spread(bottoms)) <= SPREAD_GOOD * pulse_pressure
    quality = "good" if steady and len(recent) >= PULSES_GOOD else "fair"
    age_us = max(0, now_us - at_us)
    means = [pulse.mean for pulse in recent if pulse.mean is not None]
    return after, Pressures(
        Level(statistics.median(tops), quality, "", at_us, age_us),
        Level(statistics.median(bottoms), quality, "", at_us, age_us),
        Level(statistics.median(means), quality, "", at_us, age_us)
        if means
        else withheld("no two pulses in a row yet", at_us, now_us),
    )


def _reason(recent: Sequence[Pulse], now_us: int, present: bool) -> str:
    """Why no pressure is given; empty when one is."""
    if not present:
        return "no signal"
    if len(recent) < PULSES_MIN:
        return f"fewer than {PULSES_MIN} pulses in the last {WINDOW_S} s"
    if now_us - recent[-1].at_us > SILENCE_MAX_S * US_PER_S:
        return f"no pulse for {(now_us - recent[-1].at_us) / US_PER_S:.0f} s"
    low = statistics.median(pulse.diastolic for pulse in recent)
    high = statistics.median(pulse.systolic for pulse in recent)
    if (low + high) / 2 < OUTSIDE_MMHG[0] or high > OUTSIDE_MMHG[1]:
        return f"{low:.0f} to {high:.0f} mmHg cannot be an artery: line open, flushed or not zeroed"
    return ""
