"""Courses that many scripts need, as timed changes. Levels and times are our estimates; they drive drills and tests."""

from collections.abc import Sequence

from holdfast.simulation.changes import Change, Compress, HeadFor, Run, SetRhythm, Timed, Ventilate
from holdfast.simulation.states import (
    AFTER_ARREST,
    RECOVERING,
    SHOCK_COMPENSATED,
    SHOCK_DECOMPENSATING,
    Rhythm,
    Vitals,
)

_CYCLE_S, _CHECK_S = 120.0, 8.0
"""Two minutes of compressions, then hands off to look at the rhythm (RECOVER 2024 asks for cycles of two minutes)."""


def timed(*changes: tuple[float, Change]) -> tuple[Timed, ...]:
    """(seconds, change) pairs as a script."""
    return tuple(Timed(at_s, change) for at_s, change in changes)


def bleeding(at_s: float, over_s: float) -> tuple[Timed, ...]:
    """Shock over hours: compensated for two thirds of the time, then sinking."""
    return timed(
        (at_s, HeadFor(SHOCK_COMPENSATED, over_s=0.6 * over_s)),
        (at_s + 0.65 * over_s, HeadFor(SHOCK_DECOMPENSATING, over_s=0.35 * over_s)),
    )


def apnoea(before: Vitals, at_s: float, duration_s: float) -> tuple[Timed, ...]:
    """Breathing stops for longer than half a minute, after which saturation falls; the first breaths bring out what was
    held back."""
    held = before._replace(rr_per_min=0, etco2_mmhg=before.etco2_mmhg + 14)
    return timed(
        (at_s, HeadFor(held)),
        (at_s + 30, HeadFor(held._replace(spo2_pct=76, hr_per_min=0.75 * before.hr_per_min), over_s=duration_s - 30)),
        (at_s + duration_s, HeadFor(before._replace(etco2_mmhg=before.etco2_mmhg + 14, rr_per_min=28))),
        (at_s + duration_s + 60, HeadFor(before, over_s=60)),
    )


def collapse(at_s: float) -> tuple[Timed, ...]:
    """Runs of ventricular beats, ventricular tachycardia half a minute later, fibrillation after another."""
    return timed(
        (at_s, Run(5, 190)),
        (at_s + 14, Run(9, 205)),
        (at_s + 30, SetRhythm(Rhythm.VT, 225)),
        (at_s + 60, SetRhythm(Rhythm.VF)),
    )


def resuscitation(at_s: float, rhythms: Sequence[Rhythm], *, breaths_per_min: float = 10.0) -> tuple[Timed, ...]:
    """Cycles of compressions and breaths; after each cycle the next of ``rhythms`` is what the check shows."""
    script = [Timed(at_s, Ventilate(breaths_per_min))]
    for rhythm in rhythms:
        script += timed((at_s, Compress(_CYCLE_S)), (at_s + _CYCLE_S - 1, SetRhythm(rhythm)))
        at_s += _CYCLE_S + _CHECK_S
    return tuple(script)


def resuscitation_s(cycles: int) -> float:
    """How long so many cycles last."""
    return cycles * (_CYCLE_S + _CHECK_S)


def circulation_returns(at_s: float, later: Vitals = RECOVERING) -> tuple[Timed, ...]:
    """The heart beats by itself again: carbon dioxide jumps, pressure comes, breathing follows minutes later."""
    return timed(
        (at_s, SetRhythm(Rhythm.SINUS)),
        (at_s, HeadFor(AFTER_ARREST)),
        (at_s + 60, HeadFor(AFTER_ARREST._replace(etco2_mmhg=40, spo2_pct=96), over_s=60)),
        (at_s + 240, Ventilate(0)),
        (at_s + 240, HeadFor(later, over_s=900)),
    )
