"""What in the signals suggests that circulation has returned. A person feels for the pulse and says so, never this.

Compressions make pulses in every signal, so pulses count only while nobody compresses. A jump of EtCO2 counts always.
"""

from dataclasses import dataclass

from holdfast.resuscitation.course import Phase
from holdfast.resuscitation.protocol import Protocol


@dataclass(frozen=True)
class Signs:
    """What fit signals say at one moment; None where they say nothing, or are not fit to."""

    etco2_mmhg: float | None = None
    etco2_before_mmhg: float | None = None
    """The middle of the last minute before."""
    pulse_per_min: float | None = None
    """From the arterial pressure or the pulse oximeter, counted since compressions paused."""
    art_sys_mmhg: float | None = None
    """Since compressions paused."""


@dataclass(frozen=True)
class Suggestion:
    """Look for a pulse, and why."""

    reasons: tuple[str, ...]
    text: str = "Circulation may have returned: feel for a pulse, and confirm or go on compressing"


def suggested(phase: Phase, signs: Signs, numbers: Protocol) -> Suggestion | None:
    """A suggestion, or None: no suggestion is no sign that circulation has not returned."""
    if phase not in (Phase.COMPRESSIONS, Phase.PAUSE):
        return None
    reasons = [*_jump(signs, numbers)]
    if phase is Phase.PAUSE:
        reasons += _pulses(signs, numbers)
    return Suggestion(tuple(reasons)) if reasons else None


def _jump(signs: Signs, numbers: Protocol) -> list[str]:
    now, before = signs.etco2_mmhg, signs.etco2_before_mmhg
    if now is None or before is None:
        return []
    if now < numbers.etco2_rise_to_mmhg or now - before < numbers.etco2_rise_mmhg:
        return []
    return [f"EtCO2 rose from {before:.0f} to {now:.0f} mmHg"]


def _pulses(signs: Signs, numbers: Protocol) -> list[str]:
    reasons = []
    if signs.pulse_per_min is not None and signs.pulse_per_min >= numbers.pulse_low_per_min:
        reasons.append(f"a pulse of {signs.pulse_per_min:.0f} /min without compressions")
    if signs.art_sys_mmhg is not None and signs.art_sys_mmhg >= numbers.pulse_pressure_mmhg:
        reasons.append(f"a systolic pressure of {signs.art_sys_mmhg:.0f} mmHg without compressions")
    return reasons
