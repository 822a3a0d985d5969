"""End-tidal and inspired carbon dioxide, breath by breath, from the capnogram."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S
from holdfast.signals.levels import Level, spread, withheld
from holdfast.signals.respiration import Breath

BREATHS_KEPT = 3
"""The middle of so many breaths is shown: one cough does not move it (estimate)."""

SILENCE_MAX_S = 20
"""After so long without a breath the last one says nothing any more; as for counted breaths (estimate)."""

SPREAD_GOOD = 0.1
"""Good when the breaths differ from their median by less than this share of it (median distance; estimate)."""

FAST_PER_MIN = 60.0
"""Above this rate a dog's breaths are too shallow to bring up alveolar gas: the value is a lower bound (estimate)."""


class CapnogramState(msgspec.Struct, frozen=True, tag="capnogram.1", forbid_unknown_fields=True):
    """The last breaths."""

    recent: tuple[Breath, ...] = ()


@dataclass(frozen=True)
class Capnogram:
    """End-tidal and inspired carbon dioxide, mmHg."""

    end_tidal: Level
    inspired: Level


def initial() -> CapnogramState:
    """Nothing seen yet."""
    return CapnogramState()


def dump(state: CapnogramState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> CapnogramState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, CapnogramState)


def step(
    state: CapnogramState, found: Sequence[Breath], now_us: int, present: bool
) -> tuple[CapnogramState, Capnogram]:
    """Take the breaths of the second that ends at ``now_us``; ``present``: there was a wave in it."""
    recent = (*state.recent, *found)[-BREATHS_KEPT:]
    after = CapnogramState(recent)
    at_us = recent[-1].at_us if recent else now_us
    age_us = max(0, now_us - at_us)
    why = ""
    if not present:
        why = "no signal"
    elif not recent:
        why = "no breath yet"
    elif age_us > SILENCE_MAX_S * US_PER_S:
        why = f"no breath for {age_us / US_PER_S:.0f} s"
    if why:
        nothing = withheld(why, at_us, now_us)
        return after, Capnogram(nothing, nothing)
    tops, bottoms = [breath.high for breath in recent], [breath.low for breath in recent]
    quality, note = "good", ""
    if len(recent) < BREATHS_KEPT or spread(tops) > SPREAD_GOOD * statistics.median(tops):
        quality, note = "fair", "breaths differ, or are few"
    elif 60 * US_PER_S * (len(recent) - 1) > FAST_PER_MIN * (recent[-1].at_us - recent[0].at_us):
        quality, note = "fair", "fast shallow breaths: the true value is higher"
    return after, Capnogram(
        Level(statistics.median(tops), quality, note, at_us, age_us),
        Level(max(0.0, statistics.median(bottoms)), quality, note, at_us, age_us),
    )
