"""How long ago the last breath was, second by second, on the waves that can show one.

The carbon dioxide wave decides where it is on: a chest that moves without air is no breath, and the chest's impedance
shows the heart's ripple when breathing stops. A wave counts from its fourth breath on (as the apnoea alarm of Philips'
Efficia CM, manual p. 69), and only while it can show one: a capnograph that stands still goes on doing so, a chest that
does not move at all is an electrode.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S

BREATHS_KNOWN = 4
"""Breaths a wave must have shown before their absence is told."""

WAVE_RANK = ("co2", "resp")
"""Which wave decides when several can."""

MOVES_S = 10
"""Another wave that has shown a breath within so long, while the one that decides has not, is told with it
(estimate)."""


class BreathsOfWave(msgspec.Struct, frozen=True):
    """What one wave has shown."""

    key: str
    seen: int = 0
    since_us: int = 0
    """The last breath, or since when the wave can show one again."""


class ApnoeaState(msgspec.Struct, frozen=True, tag="apnoea.1", forbid_unknown_fields=True):
    """All breath waves."""

    waves: tuple[BreathsOfWave, ...] = ()
    end_us: int = 0
    """End of the second taken last: nothing is known of a hole after it."""


@dataclass(frozen=True)
class BreathSecond:
    """One second of one breath wave; times on the axis of the bed."""

    key: str
    breaths_us: tuple[int, ...]
    can_show: bool
    """Whether a breath would have been seen."""


@dataclass(frozen=True)
class Gap:
    """Time since the last breath (s), on which wave, and what another wave says to it."""

    seconds: int
    wave: str
    note: str = ""


def initial() -> ApnoeaState:
    """Nothing seen yet."""
    return ApnoeaState()


def dump(state: ApnoeaState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> ApnoeaState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, ApnoeaState)


def step(state: ApnoeaState, waves: Sequence[BreathSecond], end_us: int) -> tuple[ApnoeaState, Gap | None]:
    """Take the second that ends at ``end_us`` of every breath wave; None when none can say when the last breath was."""
    known = {one.key: one for one in state.waves}
    whole = end_us - state.end_us == US_PER_S
    after = {wave.key: _wave(known.get(wave.key, BreathsOfWave(wave.key)), wave, end_us, whole) for wave in waves}
    able = {wave.key for wave in waves if wave.can_show and after[wave.key].seen >= BREATHS_KNOWN}
    said = None
    if deciding := next((key for key in WAVE_RANK if key in able), None):
        last_us = after[deciding].since_us
        recent_us = end_us - MOVES_S * US_PER_S
        moves = last_us < recent_us and any(after[key].since_us >= recent_us for key in able)
        note = "the chest moves, but no carbon dioxide comes: look at the dog, then at the line" if moves else ""
        said = Gap((end_us - last_us) // US_PER_S, deciding, note)
    return ApnoeaState(tuple(after.values()), end_us), said


def _wave(before: BreathsOfWave, wave: BreathSecond, end_us: int, whole: bool) -> BreathsOfWave:
    since_us = max([before.since_us, *wave.breaths_us])
    if not (wave.can_show and whole):
        since_us = end_us
    return BreathsOfWave(wave.key, min(before.seen + len(wave.breaths_us), BREATHS_KNOWN), since_us)
