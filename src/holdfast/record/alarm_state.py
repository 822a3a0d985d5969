"""The alarms of a case as they stand, folded from its events.

An alarm stands in one of three states; what moves it from one to another is the table ``TRANSITIONS``. When an alarm
is raised or cleared is decided in ``monitoring.alarms``; here is only what follows from it. An alarm that is gone is
forgotten here and stays in the log.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from holdfast.kernel.frozen import replace
from holdfast.record import alarm_events as al


class AlarmStatus(StrEnum):
    """How an alarm that stands is shown."""

    ACTIVE = "active"
    """Its cause lasts and nobody has acknowledged it: it sounds."""
    ACKNOWLEDGED = "acknowledged"
    """Its cause lasts and somebody knows: it is seen, not heard."""
    LATCHED = "latched"
    """Its cause is gone and nobody has acknowledged it: it stays visible."""


class Happening(StrEnum):
    """What can happen to an alarm."""

    RAISED = "raised"
    CLEARED = "cleared"
    CLEARED_LATCHING = "cleared, latching"
    ACKNOWLEDGED = "acknowledged"
    SWITCHED_OFF = "switched off"


TRANSITIONS: dict[tuple[AlarmStatus | None, Happening], AlarmStatus | None] = {
    (None, Happening.RAISED): AlarmStatus.ACTIVE,
    (AlarmStatus.ACTIVE, Happening.RAISED): AlarmStatus.ACTIVE,
    (AlarmStatus.ACTIVE, Happening.CLEARED): None,
    (AlarmStatus.ACTIVE, Happening.CLEARED_LATCHING): AlarmStatus.LATCHED,
    (AlarmStatus.ACTIVE, Happening.ACKNOWLEDGED): AlarmStatus.ACKNOWLEDGED,
    (AlarmStatus.ACTIVE, Happening.SWITCHED_OFF): None,
    (AlarmStatus.ACKNOWLEDGED, Happening.RAISED): AlarmStatus.ACTIVE,
    (AlarmStatus.ACKNOWLEDGED, Happening.CLEARED): None,
    (AlarmStatus.ACKNOWLEDGED, Happening.CLEARED_LATCHING): None,
    (AlarmStatus.ACKNOWLEDGED, Happening.SWITCHED_OFF): None,
    (AlarmStatus.LATCHED, Happening.RAISED): AlarmStatus.ACTIVE,
    (AlarmStatus.LATCHED, Happening.CLEARED): None,
    (AlarmStatus.LATCHED, Happening.ACKNOWLEDGED): None,
    (AlarmStatus.LATCHED, Happening.SWITCHED_OFF): None,
}
"""(state, what happens) -> state after it; None: no such alarm stands. What is not listed changes nothing."""


@dataclass(frozen=True)
class AlarmEntry:
    """One alarm that stands."""

    alarm_id: str
    alarm: str
    signal: str
    text: str
    priority: str
    technical: bool
    audible_when_over: bool
    since_us: int
    """When its condition began."""
    raised_us: int
    """When it was raised last."""
    waits_us: int
    """When it was raised first without having been acknowledged since: from then on people are called."""
    signals: tuple[str, ...] = ()
    """Of one that names several signals: all that it has named."""
    status: AlarmStatus = AlarmStatus.ACTIVE
    ended_us: int | None = None
    ended_why: str = ""
    """Of a latched one, see ``AlarmCleared.why``."""
    acknowledged_by: str = ""
    """Account."""
    acknowledged_us: int | None = None
    called: str = ""
    called_us: int | None = None
    called_step: int = 0
    times: int = 1
    """How often it was raised without having been acknowledged in between."""
    second_opinion: al.AlarmSecondOpinion | None = None

    @property
    def key(self) -> tuple[str, str]:
        """At most one alarm stands for it."""
        return self.alarm, self.signal


@dataclass(frozen=True)
class Pause:
    """A pause of the sound. It is kept when it is over: escalation counts on from its end."""

    at_us: int
    until_us: int
    by: str
    ended_us: int | None = None
    """When it was said to be over: it never lasts again, wherever our clock is set."""


@dataclass(frozen=True)
class OffEntry:
    """An alarm that was switched off, by whom and why."""

    alarm: str
    reason: str
    by: str
    at_us: int
    until_us: int | None


@dataclass(frozen=True)
class LimitEntry:
    """Limits that a person set for this animal."""

    key: str
    low: float | None
    high: float | None
    why: str
    by: str
    at_us: int


@dataclass(frozen=True)
class AlarmState:
    """All alarms that stand on a case, and what people changed about them."""

    alarms: tuple[AlarmEntry, ...] = ()
    """In the order they were first raised."""
    pause: Pause | None = None
    off: tuple[OffEntry, ...] = ()
    limits: dict[str, LimitEntry] = field(default_factory=dict)

    def find(self, alarm: str, signal: str) -> AlarmEntry | None:
        """The alarm of this name about this signal, if it stands."""
        return next((entry for entry in self.alarms if entry.key == (alarm, signal)), None)

    def by_id(self, alarm_id: str) -> AlarmEntry | None:
        return next((entry for entry in self.alarms if entry.alarm_id == alarm_id), None)

    def off_at(self, now_us: int) -> tuple[OffEntry, ...]:
        """What is off at this moment. A clock that was set back ends it early, never late."""
        return tuple(e for e in self.off if e.until_us is None or e.at_us <= now_us < e.until_us)

    def paused_at(self, now_us: int) -> Pause | None:
        """The pause that lasts at this moment."""
        pause = self.pause
        return pause if pause and pause.ended_us is None and pause.at_us <= now_us < pause.until_us else None

    def sounds(self, entry: AlarmEntry, now_us: int) -> bool:
        """Whether this alarm must be heard now: nobody acknowledged it, and no pause covers it."""
        pause = self.paused_at(now_us)
        if pause is not None and entry.raised_us < pause.at_us:
            return False
        return entry.status is AlarmStatus.ACTIVE or (entry.status is AlarmStatus.LATCHED and entry.audible_when_over)


def apply(state: AlarmState, event: al.ANY_ALARM_EVENT, actor: str) -> AlarmState:
    """The state after one more event. What does not fit the state changes nothing."""
    match event:
        case al.AlarmRaised():
            return _raised(state, event)
        case al.AlarmCleared():
            happening = Happening.CLEARED_LATCHING if event.latches else Happening.CLEARED
            return _moved(state, event.alarm_id, happening, ended_us=event.at_us, ended_why=event.why)
        case al.AlarmAcknowledged():
            return _moved(
                state,
                event.alarm_id,
                Happening.ACKNOWLEDGED,
                acknowledged_by=actor,
                acknowledged_us=event.at_us,
            )
        case al.AlarmEscalated():
            return _replaced(
                state,
                event.alarm_id,
                lambda entry: replace(entry, called=event.called, called_us=event.at_us, called_step=event.step),
            )
        case al.AlarmSecondOpinion():
            return _replaced(state, event.alarm_id, lambda entry: replace(entry, second_opinion=event))
        case al.AlarmsPaused():
            return replace(state, pause=Pause(event.at_us, event.until_us, actor))
        case al.AlarmsResumed():
            if state.pause is None or state.pause.ended_us is not None:
                return state
            return replace(state, pause=replace(state.pause, ended_us=min(event.at_us, state.pause.until_us)))
        case al.AlarmSwitchedOff():
            for entry in state.alarms:
                if entry.alarm == event.alarm:
                    state = _moved(state, entry.alarm_id, Happening.SWITCHED_OFF)
            rest = tuple(off for off in state.off if off.alarm != event.alarm)
            off = OffEntry(event.alarm, event.reason, actor, event.at_us, event.until_us)
            return replace(state, off=(*rest, off))
        case al.AlarmSwitchedOn():
            return replace(state, off=tuple(off for off in state.off if off.alarm != event.alarm))
        case al.AlarmLimitSet():
            limit = LimitEntry(event.key, event.low, event.high, event.why, actor, event.at_us)
            return replace(state, limits={**state.limits, event.key: limit})


def _raised(state: AlarmState, event: al.AlarmRaised) -> AlarmState:
    """An alarm that is raised while it stands is another one: who acknowledges the first has not seen the second.

    People have waited for since the first that nobody acknowledged, and who was called stays called. A higher priority
    has a ladder of its own.
    """
    entry = AlarmEntry(
        alarm_id=event.alarm_id,
        alarm=event.alarm,
        signal=event.signal,
        text=event.text,
        priority=event.priority,
        technical=event.technical,
        audible_when_over=event.audible_when_over,
        since_us=event.since_us,
        raised_us=event.at_us,
        waits_us=event.at_us,
        signals=event.signals or (),
    )
    before = state.find(event.alarm, event.signal)
    if before is None:
        return replace(state, alarms=(*state.alarms, entry))
    if before.status is not AlarmStatus.ACKNOWLEDGED:
        entry = replace(entry, times=before.times + (before.status is AlarmStatus.LATCHED))
        if before.priority == entry.priority:
            entry = replace(
                entry,
                waits_us=before.waits_us,
                called=before.called,
                called_us=before.called_us,
                called_step=before.called_step,
            )
    return _replaced(state, before.alarm_id, lambda _: entry)


def _moved(state: AlarmState, alarm_id: str, happening: Happening, **changes: Any) -> AlarmState:
    """The state with one alarm moved along the table; ``changes`` hold when it still stands after that."""
    standing = state.by_id(alarm_id)
    if standing is None or (standing.status, happening) not in TRANSITIONS:
        return state
    following = TRANSITIONS[standing.status, happening]
    if following is None:
        return replace(state, alarms=tuple(entry for entry in state.alarms if entry.alarm_id != alarm_id))
    return _replaced(state, alarm_id, lambda entry: replace(entry, status=following, **changes))


def _replaced(state: AlarmState, alarm_id: str, change: Callable[[AlarmEntry], AlarmEntry]) -> AlarmState:
    alarms = tuple(change(entry) if entry.alarm_id == alarm_id else entry for entry in state.alarms)
    return replace(state, alarms=alarms)
