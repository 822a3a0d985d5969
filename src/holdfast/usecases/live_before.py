"""What the record knows of an animal from before a start, or from its bed before: when its monitor spoke, which waves
showed that its heart beats, and whether it is in an arrest."""

from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.time import US_PER_S
from holdfast.record.alarm_state import AlarmStatus
from holdfast.record.case_state import CaseState
from holdfast.signals.conditions import ARREST, Before
from holdfast.usecases.context import Context

WATCHED_BEFORE_S = 3600.0
"""An animal whose monitor spoke so shortly before a start is missed when it does not speak again (our estimate)."""

SHOWN_WITHIN_S = 24 * 3600.0
"""A wave that showed beats or pulses within so long is known to show them (our estimate). By the time of day of the
device, which may be that of another zone, so as long ahead of now as well."""

_OF_MONITORS = ("hr", "spo2", "rr")
_BEATS = "hr_ecg"
_PULSES = {"pulse_pleth": "pleth", "pulse_art": "art"}
"""Number of our own analysis, and the wave that it tells of."""


def heard_before(ctx: Context, case: CaseState, now_us: int) -> dict[str, int]:
    """When which device of this case last spoke, as the record knows it; only what was within ``WATCHED_BEFORE_S``.

    Of what is in blocks already the device is not known: it stands without a name, and only when there is no other.
    """
    since_us = now_us - int(WATCHED_BEFORE_S * US_PER_S)
    heard = [(held.message.device, held.received_us) for held in ctx.store.held(case.case_id)]
    if not (spoke := {device: at_us for device, at_us in sorted(heard, key=_when) if since_us <= at_us <= now_us}):
        points = ctx.store.trend(case.case_id, from_us=since_us, to_us=now_us, keys=(*_OF_MONITORS, _BEATS))
        spoke = {"": max(at_us)} if (at_us := [p.at_us for p in points if since_us <= p.at_us <= now_us]) else {}
    return spoke


def _when(heard: tuple[str, int]) -> int:
    return heard[1]


def known_before(ctx: Context, case: CaseState, now_us: int) -> Before:
    """What an analysis that starts now must not have to see again before it can tell an arrest.

    A record that cannot be read keeps no message waiting: then it is seen again.
    """
    within_us = int(SHOWN_WITHIN_S * US_PER_S)
    from_us, to_us = now_us - within_us, now_us + within_us
    try:
        points = ctx.store.trend(case.case_id, from_us=from_us, to_us=to_us, keys=(_BEATS, *_PULSES))
    except HoldfastError:
        points = []
    seen = {point.key for point in points}
    return Before(
        beats=_BEATS in seen,
        pulses=tuple(wave for key, wave in _PULSES.items() if key in seen),
        arrests=tuple(sorted(_arrests(case).items())),
    )


def _arrests(case: CaseState) -> dict[str, int]:
    """Since when each arrest holds: what is open on the record, and what an alarm stands for that is not over."""
    began_us = {c.condition: c.began_us for c in case.conditions if c.ended_us is None}
    began_us |= {a.alarm: a.since_us for a in case.alarms.alarms if a.status is not AlarmStatus.LATCHED}
    return {name: at_us for name, at_us in began_us.items() if name in ARREST}
