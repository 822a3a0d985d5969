"""States that no signal can tell of any more: they did not end, nobody can see them.

An electrode that is knocked off ends no arrest: its alarm stands as it was until the signals tell again, or a person
says that it is over. That of another state that stays when it is over (``AlarmKind.latching``) stands until nothing was
known for so long that it is given up and says so. What passes by itself is given up at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.alarm_rules import LIFE_THREATENING, AlarmRules
from holdfast.monitoring.alarms import Cause, Key

SEEN_AFTER_S = 20.0
"""A rate that is fresh so long after sight was lost was counted since: it is fresh for 15 s."""

BEATS = frozenset({"hr_ecg"})
"""Our own count on a fit ECG: where it is, the rules have judged the heart anew."""
PULSES = frozenset({"pulse_art", "pulse_pleth"})
TELL = {"pulseless_electrical_activity_suspected": PULSES}
"""Numbers that tell that a state is over; of another one, :data:`BEATS`."""

HEART = LIFE_THREATENING | {"ventricular_tachycardia", "extreme_bradycardia", "extreme_tachycardia"}
"""States of the heart: where one has begun since, the heart is seen again."""


@dataclass(frozen=True)
class Sight:
    """What is not seen at one moment."""

    lost_us: Mapping[Key, int]
    """Since when, of each that is still not seen."""
    unknown: frozenset[Key]
    forgotten: frozenset[Key]


def look(
    lost_us: Mapping[Key, int], causes: Collection[Cause], fresh: Collection[str], rules: AlarmRules, now_us: int
) -> Sight:
    """Which of those lost are still not seen, given what holds now and the keys of the ``fresh`` numbers."""
    holding = {cause.key for cause in causes}
    still = {
        key: min(at_us, now_us)
        for key, at_us in lost_us.items()
        if key not in holding and not _seen(key, at_us, causes, fresh, now_us)
    }
    forget_us = rules.forget_after_s * US_PER_S
    forgotten = frozenset(
        key
        for key, at_us in still.items()
        if rules.kind(key[0]).latching == "none" or (key[0] not in LIFE_THREATENING and now_us - at_us >= forget_us)
    )
    return Sight(still, frozenset(still) - forgotten, forgotten)


def _seen(key: Key, at_us: int, causes: Collection[Cause], fresh: Collection[str], now_us: int) -> bool:
    if any(cause.alarm in HEART and cause.since_us > at_us for cause in causes) and key[0] in HEART:
        return True
    counted = any(one in fresh for one in TELL.get(key[0], BEATS))
    return counted and now_us - at_us >= SEEN_AFTER_S * US_PER_S
