"""Events of alarms: raised and cleared by Holdfast, acknowledged, paused and switched off by people.

The names are those of IEC 60601-1-8: an alarm *condition* is what is wrong (``monitor_condition_began.1`` when the
live analysis saw it, or a number beyond its limit); an alarm is raised when people are to notice it.
"""

import msgspec

from holdfast.record.event_base import CaseEvent, ClinicEvent
from holdfast.record.monitor import Origin


class AlarmRaised(CaseEvent, frozen=True, kw_only=True, tag="alarm_raised.1"):
    """An alarm condition has lasted as long as its delay: people are to notice.

    It takes the place of one that stands: a latched one that came back, or one that another signal joined.
    """

    alarm_id: str
    alarm: str
    """Which alarm: ``asystole``, ``hr_high`` ...; for a state that the analysis saw, its condition."""
    signal: str
    """The wave, numeric or device it is about; empty when it is about the heart or the bed."""
    text: str
    priority: str
    """high, medium or low."""
    technical: bool
    """About the equipment, not about the animal."""
    audible_when_over: bool
    """Whether it sounds on when its cause is gone, until somebody acknowledges it."""
    since_us: int
    """When the condition began; ``at_us`` is when the alarm was raised."""
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    signals: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """Of one that names several signals: which. Not written for another, so that older bytes stay as they are."""
    origin: Origin = Origin.LIVE


class AlarmCleared(CaseEvent, frozen=True, kw_only=True, tag="alarm_cleared.1"):
    """The cause of an alarm is gone."""

    alarm_id: str
    why: str
    """``over``; ``part_of:<alarm>``; ``not_known`` (no value or fit signal any more), ``said_over`` (then, by a
    person), ``silent_rule`` (its rule runs silently now), ``not_watched`` (the animal left the bed) or
    ``switched_off`` (in the same instant as it was raised)."""
    latches: bool
    """Unacknowledged, it stays visible until somebody acknowledges it."""


class AlarmAcknowledged(CaseEvent, frozen=True, kw_only=True, tag="alarm_acknowledged.1"):
    """A person took notice: its sound and its escalation end; it stays visible while its cause lasts."""

    alarm_id: str


class AlarmEscalated(CaseEvent, frozen=True, kw_only=True, tag="alarm_escalated.1"):
    """Nobody acknowledged in time: one more was called."""

    alarm_id: str
    called: str
    step: int
    """Place on the ladder of its priority, from 1."""


class AlarmSecondOpinion(CaseEvent, frozen=True, kw_only=True, tag="alarm_second_opinion.1"):
    """What the signals said of an alarm that threatens life when it was raised. It changes nothing about the alarm."""

    alarm_id: str
    verdict: str
    """agree, disagree or cannot_say."""
    text: str


class AlarmsPaused(CaseEvent, frozen=True, kw_only=True, tag="alarms_paused.1"):
    """The sound of the alarms that stand now pauses until ``until_us``. They stay visible, and a new one sounds."""

    until_us: int


class AlarmsResumed(CaseEvent, frozen=True, kw_only=True, tag="alarms_resumed.1"):
    """The pause is over: ended early, or said by Holdfast at its end, or when our clock was set back."""


class AlarmSwitchedOff(CaseEvent, frozen=True, kw_only=True, tag="alarm_switched_off.1"):
    """An alarm is not raised on this case until ``until_us`` (None: until switched on)."""

    alarm: str
    reason: str
    until_us: int | None


class AlarmSwitchedOn(CaseEvent, frozen=True, kw_only=True, tag="alarm_switched_on.1"):
    """An alarm that had been switched off is raised again; said by Holdfast when its time is over."""

    alarm: str


class AlarmLimitSet(CaseEvent, frozen=True, kw_only=True, tag="alarm_limit_set.1"):
    """A person set the limits of one number for this animal; None: no limit on this side."""

    key: str
    low: float | None
    high: float | None
    unit: str
    why: str


ANY_ALARM_EVENT = (
    AlarmRaised
    | AlarmCleared
    | AlarmAcknowledged
    | AlarmEscalated
    | AlarmSecondOpinion
    | AlarmsPaused
    | AlarmsResumed
    | AlarmSwitchedOff
    | AlarmSwitchedOn
    | AlarmLimitSet
)


class EscalationStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whom an unacknowledged alarm of this priority calls, so long after it was raised."""

    priority: str
    after_s: float
    whom: str


class EscalationSet(ClinicEvent, frozen=True, kw_only=True, tag="escalation_set.1"):
    """The clinic said who is called when nobody acknowledges. Empty: as Holdfast comes."""

    steps: tuple[EscalationStep, ...]
    why: str
