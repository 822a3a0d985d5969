"""An engine on its own: causes by the second, what stands, what was said."""

from itertools import count

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.loader import load
from holdfast.monitoring import alarms
from holdfast.monitoring.alarms import Cause, Key, Memory, Situation
from holdfast.record import alarm_state
from holdfast.record.alarm_events import (
    ANY_ALARM_EVENT,
    AlarmAcknowledged,
    AlarmCleared,
    AlarmEscalated,
    AlarmRaised,
    AlarmsPaused,
    AlarmSwitchedOff,
    EscalationStep,
)
from holdfast.record.alarm_state import AlarmState

START_US = 1_772_366_400 * US_PER_S
RULES = load().alarms
LADDER = (
    EscalationStep(priority="high", after_s=30, whom="technician"),
    EscalationStep(priority="high", after_s=60, whom="clinician"),
    EscalationStep(priority="medium", after_s=180, whom="technician"),
)


class Engine:
    """One bed with the real table of kinds."""

    def __init__(self) -> None:
        self.now_us = START_US
        self.memory = Memory()
        self.state = AlarmState()
        self.said: list[ANY_ALARM_EVENT] = []
        self._ids = count(1)

    def second(
        self, *causes: Cause, seconds: int = 1, unknown: set[Key] | None = None, forgotten: set[Key] | None = None
    ) -> list[ANY_ALARM_EVENT]:
        """The same causes for so many seconds; returns what was said."""
        said: list[ANY_ALARM_EVENT] = []
        for _ in range(seconds):
            numbers = [one for one in causes if one.signal in RULES.limits]
            seen = alarms.gathered([one for one in causes if one not in numbers], RULES)
            situation = Situation(self.now_us, (*seen, *numbers), frozenset(unknown or ()), frozenset(forgotten or ()))
            self.memory, events = alarms.step(
                self.memory, self.state, situation, RULES, LADDER, lambda: f"a{next(self._ids)}"
            )
            for event in events:
                self.state = alarm_state.apply(self.state, event, "holdfast")
            said += events
            self.now_us += US_PER_S
        self.said += said
        return said

    def acknowledge(self, alarm: str) -> None:
        (entry,) = [entry for entry in self.state.alarms if entry.alarm == alarm]
        event = AlarmAcknowledged(at_us=self.now_us, alarm_id=entry.alarm_id)
        self.state = alarm_state.apply(self.state, event, "kim")

    def pause(self, seconds: int) -> None:
        event = AlarmsPaused(at_us=self.now_us, until_us=self.now_us + seconds * US_PER_S)
        self.state = alarm_state.apply(self.state, event, "kim")

    def switch_off(self, alarm: str, seconds: int) -> None:
        event = AlarmSwitchedOff(at_us=self.now_us, alarm=alarm, reason="x", until_us=self.now_us + seconds * US_PER_S)
        self.state = alarm_state.apply(self.state, event, "kim")

    def standing(self) -> dict[str, str]:
        return {entry.alarm: entry.status.value for entry in self.state.alarms}


def cause(alarm: str, signal: str = "", *, about: str = "", priority: str = "", since_us: int = START_US) -> Cause:
    return Cause(alarm, signal, f"{alarm} now", since_us, about=about, priority=priority)


def raised(events: list[ANY_ALARM_EVENT]) -> list[str]:
    return [event.alarm for event in events if isinstance(event, AlarmRaised)]


def cleared(events: list[ANY_ALARM_EVENT]) -> list[str]:
    return [event.why for event in events if isinstance(event, AlarmCleared)]


def called(events: list[ANY_ALARM_EVENT]) -> list[str]:
    return [event.called for event in events if isinstance(event, AlarmEscalated)]
