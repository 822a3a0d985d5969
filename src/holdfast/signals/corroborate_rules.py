"""What physiology says of four alarms: when a believed signal speaks against one, and when for it.

A rule answers with two witnesses, the one against the alarm and the one for it. A signal that is not believed is not
heard at all. Ventricular tachycardia has no such rule: a pulse may go on through it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from holdfast.signals.corroborate_data import Demands, Limits
from holdfast.signals.corroborate_witness import Witness

COUNT_MIN = 4
"""Fewer beats cannot be said to be alike (estimate)."""

HEIGHT_SPREAD_MAX = 0.6
"""Beats of a believed signal vary in height by less than this, as a coefficient of variation (estimate; ectopic beats
of one rhythm reach 0.4)."""

REST_MAX = 0.45
"""Between beats a believed signal is below this share of them (estimate; noise through the same filters has 0.6)."""

STILL_MAX = 0.5
MISSING_MAX = 0.2
"""A believed signal stands still or is missing for less than these shares of the time (estimates)."""

HEIGHT_MIN_MV = 0.15
"""Nothing smaller in an ECG counts as a beat when it speaks against asystole: in an arrest P waves may go on (AJCC
24/6:545; Edan X8 manual p. 87)."""

VANISHED_LIKENESS = 0.9
"""Pulses as alike as this that then fail for as long as asystole lasts overrule every ECG lead (estimate)."""

PAUSE_BEATS = 2.5
"""A signal against bradycardia has no pause longer than this many intervals at the limit (estimate)."""

FLUTTER_PER_MIN = 200.0
"""Above this rate an ECG lead cannot speak against fibrillation: flutter is as regular and as fast (estimate)."""

RATE_BEATS_MIN = 6
"""A rate that speaks against tachycardia rests on at least so many beats (estimate)."""


@dataclass(frozen=True)
class Heard:
    """The witness against an alarm and the witness for it, where there is one."""

    against: Witness | None = None
    favour: Witness | None = None


Rule = Callable[[Sequence[Witness], Limits, Demands], Heard]


def believed(witness: Witness, likeness: float) -> bool:
    """Whether a signal shows beats that can be counted on."""
    return (
        witness.count >= COUNT_MIN
        and witness.likeness >= likeness
        and witness.height_spread < HEIGHT_SPREAD_MAX
        and witness.rest < REST_MAX
        and witness.still < STILL_MAX
        and witness.missing < MISSING_MAX
    )


def asystole(witnesses: Sequence[Witness], limits: Limits, demands: Demands) -> Heard:
    """Against: a believed signal without a long gap. For: a believed signal, or a vanished pulse, with one."""
    sure = [one for one in witnesses if believed(one, demands.likeness)]
    vanished = [
        one
        for one in witnesses
        if not one.electrical
        and one.count >= COUNT_MIN
        and one.likeness > VANISHED_LIKENESS
        and one.gap_s >= limits.asystole_s
    ]
    silent = vanished + [one for one in sure if one.gap_s >= limits.asystole_s]
    beating = [
        one
        for one in sure
        if one.gap_s < demands.margin * limits.asystole_s and (not one.electrical or _heart_beat(one, demands))
    ]
    against = None if vanished else _most_alike(beating)
    return Heard(against, None if against else _most_alike(silent))


def _heart_beat(lead: Witness, demands: Demands) -> bool:
    """Complexes of an ECG that may stand for a beating heart: large enough, and not those of a dying one."""
    return lead.height >= HEIGHT_MIN_MV and lead.interval_spread < demands.interval_spread


def bradycardia(witnesses: Sequence[Witness], limits: Limits, demands: Demands) -> Heard:
    """The signal whose beats are most alike decides: extra beats in an ECG may hide that few of them make a pulse."""
    one = _most_alike([one for one in witnesses if believed(one, demands.likeness)])
    if one is None:
        return Heard()
    slowest = one.slowest_per_min(limits.brady_beats)
    pause = one.gap_s >= PAUSE_BEATS * 60 / limits.brady_per_min
    if slowest is None or pause or slowest <= limits.brady_per_min * demands.margin:
        return Heard(favour=one)
    return Heard(against=one)


def tachycardia(witnesses: Sequence[Witness], limits: Limits, demands: Demands) -> Heard:
    """Against: a believed and regular signal well below the limit. For: a believed signal at it."""
    sure = [one for one in witnesses if believed(one, demands.likeness) and one.count >= RATE_BEATS_MIN]
    fast = [one for one in sure if _fastest(one, limits) >= limits.tachy_per_min]
    slow = [
        one
        for one in sure
        if _fastest(one, limits) < demands.margin * limits.tachy_per_min
        and one.interval_spread < demands.interval_spread
    ]
    against = _most_alike(slow)
    return Heard(against, None if against else _most_alike(fast))


def _fastest(witness: Witness, limits: Limits) -> float:
    return witness.fastest_per_min(min(limits.tachy_beats, witness.count)) or 0.0


def fibrillation(witnesses: Sequence[Witness], limits: Limits, demands: Demands) -> Heard:
    """Against: a believed and regular signal without a gap; no pulse and no separate QRS comes out of fibrillation.

    For: pulses that were alike and then failed for as long as the alarm asks.
    """
    regular = [
        one
        for one in witnesses
        if believed(one, demands.likeness)
        and one.interval_spread < demands.interval_spread
        and one.gap_s < demands.margin * limits.vf_s
        and not (one.electrical and (one.fastest_per_min(COUNT_MIN) or 0.0) > FLUTTER_PER_MIN)
    ]
    failed = [
        one for one in witnesses if not one.electrical and believed(one, demands.likeness) and one.gap_s >= limits.vf_s
    ]
    against = _most_alike(regular)
    return Heard(against, None if against else _most_alike(failed))


def _most_alike(witnesses: Sequence[Witness]) -> Witness | None:
    return max(witnesses, key=lambda one: one.likeness, default=None)
