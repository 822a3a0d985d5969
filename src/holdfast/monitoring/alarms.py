"""When an alarm is raised, cleared and escalated: the engine of one bed.

It is told every cause that holds now and answers with events. It looks at levels, not at edges: asked again with the
same causes it says nothing new, so nothing is lost when a message, a second or the whole process is. What stands is
folded from the events (``record.alarm_state``, with the table of transitions); only how long a cause has waited or has
been away is kept here, and that is worth some seconds at most.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.alarm_rules import PRIORITIES, AlarmKind, AlarmRules
from holdfast.record import alarm_state
from holdfast.record.alarm_events import (
    ANY_ALARM_EVENT,
    AlarmCleared,
    AlarmEscalated,
    AlarmRaised,
    AlarmsResumed,
    AlarmSwitchedOn,
    EscalationStep,
)
from holdfast.record.alarm_state import AlarmEntry, AlarmState, AlarmStatus
from holdfast.record.monitor import Origin

Key = tuple[str, str]
"""(alarm, signal): at most one alarm stands for it."""

CLOCK_BACK_US = 2 * US_PER_S
"""Our clock was set when it steps back by more; messages that were received together come in any order."""


@dataclass(frozen=True)
class Cause:
    """Something that calls for an alarm at this moment."""

    alarm: str
    signal: str
    text: str
    since_us: int
    """When it began."""
    about: str = ""
    """The signal in words."""
    priority: str = ""
    """Empty: that of its kind."""
    technical: bool = False
    """Also where its kind is not: an alarm of a monitor may be about the monitor."""
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    signals: tuple[str, ...] = ()
    """Of one that names several signals: which."""

    @property
    def key(self) -> Key:
        return self.alarm, self.signal

    @property
    def members(self) -> tuple[Key, ...]:
        """Each signal that it names."""
        return tuple((self.alarm, signal) for signal in self.signals)


@dataclass(frozen=True)
class Memory:
    """What is not on the record: since when a cause waits to be raised, since when that of an alarm is away."""

    waiting_us: Mapping[Key, int] = field(default_factory=lambda: MappingProxyType({}))
    away_us: Mapping[Key, int] = field(default_factory=lambda: MappingProxyType({}))
    now_us: int | None = None
    """When it was asked last."""


@dataclass(frozen=True)
class Situation:
    """Everything that is known at one moment."""

    now_us: int
    causes: Sequence[Cause]
    unknown: Container[Key] = frozenset()
    """Alarms of which nothing can be said now: they are neither raised nor cleared."""
    forgotten: Container[Key] = frozenset()
    """Alarms of which nothing has been known for long: they are given up."""
    origin: Origin = Origin.LIVE


def gathered(causes: Sequence[Cause], rules: AlarmRules) -> tuple[Cause, ...]:
    """Conditions as causes, one for each alarm: a kind that does not tell its signals apart names them all."""
    by_key: dict[Key, list[Cause]] = {}
    for cause in (cause for cause in causes if cause.alarm not in rules.not_alarms):
        signal = cause.signal if rules.kind(cause.alarm).per_signal else ""
        by_key.setdefault((cause.alarm, signal), []).append(cause)
    made = []
    for (_, signal), alike in by_key.items():
        about = ", ".join(cause.about for cause in alike if cause.about)
        text = f"{alike[0].text} ({about})" if about else alike[0].text
        named = tuple(cause.signal for cause in alike if cause.signal != signal)
        since_us = min(cause.since_us for cause in alike)
        made.append(replace(alike[0], signal=signal, text=text, since_us=since_us, signals=named))
    return tuple(made)


def step(
    memory: Memory,
    state: AlarmState,
    situation: Situation,
    rules: AlarmRules,
    ladder: Sequence[EscalationStep],
    new_id: Callable[[], str],
) -> tuple[Memory, tuple[ANY_ALARM_EVENT, ...]]:
    """What happens at this moment, given what stands. No two causes have the same key (see :func:`gathered`)."""
    now_us = situation.now_us
    events = _time_is_up(memory, state, now_us)
    state = _applied(state, events)
    off = {entry.alarm for entry in state.off_at(now_us)}
    present = {cause.key: cause for cause in situation.causes if cause.alarm not in off}
    standing = {entry.key: entry for entry in state.alarms}
    waited = {*present, *(member for cause in present.values() for member in cause.members)}
    waiting_us = _clocks(memory.waiting_us, waited, now_us, situation.unknown)
    due = {key for key in waited if now_us - waiting_us[key] >= rules.kind(key[0]).delay_s * US_PER_S}
    lasting = {key for key, entry in standing.items() if _lasts(entry)}
    part_of = _part_of((due & set(present)) | {k for k in lasting if k in present or k in situation.unknown}, rules)
    # Raised in the same instant as somebody switched it off.
    said: list[ANY_ALARM_EVENT] = [
        _cleared(entry, now_us, "switched_off", latches=False) for entry in state.alarms if entry.alarm in off
    ]
    for key, cause in present.items():
        entry = standing.get(key)
        if cause_of := part_of.get(key[0]):
            # What somebody knows of already makes no sound: it stays, so that it does not come back as a new one.
            if entry and entry.status is AlarmStatus.ACTIVE:
                said.append(_cleared(entry, now_us, f"part_of:{cause_of}", latches=False))
        elif key in due and (entry is None or not _lasts(entry) or _is_more(cause, entry, due, rules)):
            said.append(_raised(cause, entry, rules.kind(key[0]), situation, new_id))
    gone = [key for key in lasting if key not in present and key not in situation.unknown and key[0] not in off]
    away_us = _clocks(memory.away_us, gone, now_us)
    for key in gone:
        kind = rules.kind(key[0])
        if now_us - away_us[key] >= kind.clear_s * US_PER_S:
            why = "not_known" if key in situation.forgotten else "over"
            said.append(_cleared(standing[key], now_us, why, latches=_latches(standing[key], kind)))
    said += _escalations(_applied(state, said), ladder, now_us)
    return Memory(waiting_us, away_us, now_us), (*events, *said)


def leave(state: AlarmState, rules: AlarmRules, now_us: int, *, closed: bool) -> tuple[ANY_ALARM_EVENT, ...]:
    """Nobody watches this animal any more. What nobody has acknowledged stays visible, unless the case is closed."""
    events = []
    for entry in state.alarms:
        if closed or _lasts(entry):
            latches = not closed and _latches(entry, rules.kind(entry.alarm))
            events.append(_cleared(entry, now_us, "not_watched", latches=latches))
    return tuple(events)


def _applied(state: AlarmState, events: Iterable[ANY_ALARM_EVENT]) -> AlarmState:
    for event in events:
        state = alarm_state.apply(state, event, "")
    return state


def _time_is_up(memory: Memory, state: AlarmState, now_us: int) -> list[ANY_ALARM_EVENT]:
    """A pause, and what is off for a time, end for good: at their end, or when our clock is set back.

    Without the event a clock that runs through the same hours once more would silence what sounds now.
    """
    set_back = memory.now_us is not None and now_us < memory.now_us - CLOCK_BACK_US
    events: list[ANY_ALARM_EVENT] = []
    if state.pause and state.pause.ended_us is None and (set_back or state.paused_at(now_us) is None):
        events.append(AlarmsResumed(at_us=now_us))
    lasting = state.off_at(now_us)
    for entry in state.off:
        if entry.until_us is not None and (set_back or entry not in lasting):
            events.append(AlarmSwitchedOn(at_us=now_us, alarm=entry.alarm))
    return events


def _is_more(cause: Cause, entry: AlarmEntry, due: Container[Key], rules: AlarmRules) -> bool:
    """Whether a cause is more than the alarm that stands for it has said: more urgent, about the equipment now or the
    animal, or about one more signal."""
    kind = rules.kind(cause.alarm)
    if PRIORITIES.index(cause.priority or kind.priority) < PRIORITIES.index(entry.priority):
        return True
    if (kind.technical or cause.technical) != entry.technical:
        return True
    return any(member in due and member[1] not in entry.signals for member in cause.members)


def _clocks(
    running_us: Mapping[Key, int], keys: Iterable[Key], now_us: int, held: Container[Key] = frozenset()
) -> dict[Key, int]:
    """Since when each of ``keys`` has been so without a break; what is ``held`` is not known: it keeps its time.

    A clock of ours that was set back begins anew, it does not hold an alarm back.
    """
    clocks = {key: at_us for key, at_us in running_us.items() if key in held}
    return clocks | {key: min(running_us.get(key, now_us), now_us) for key in keys}


def _part_of(effective: set[Key], rules: AlarmRules) -> dict[str, str]:
    """Which alarm each kind is a part of now."""
    return {other: alarm for alarm, _ in sorted(effective) for other in rules.kind(alarm).suppresses}


def _lasts(entry: AlarmEntry) -> bool:
    return entry.status is not AlarmStatus.LATCHED


def _latches(entry: AlarmEntry, kind: AlarmKind) -> bool:
    return entry.status is AlarmStatus.ACTIVE and kind.latching != "none"


def _raised(
    cause: Cause, entry: AlarmEntry | None, kind: AlarmKind, situation: Situation, new_id: Callable[[], str]
) -> AlarmRaised:
    """``entry`` is the alarm in whose place it comes; while it lasts, what it named is not new when it comes again."""
    named = (*(entry.signals if entry and _lasts(entry) else ()), *cause.signals)
    return AlarmRaised(
        at_us=situation.now_us,
        alarm_id=new_id(),
        alarm=cause.alarm,
        signal=cause.signal,
        text=cause.text,
        priority=cause.priority or kind.priority,
        technical=kind.technical or cause.technical,
        audible_when_over=kind.latching == "audible",
        since_us=min(cause.since_us, situation.now_us),
        value=cause.value,
        limit=cause.limit,
        unit=cause.unit,
        signals=tuple(dict.fromkeys(named)) or msgspec.UNSET,
        origin=situation.origin,
    )


def _cleared(entry: AlarmEntry, now_us: int, why: str, *, latches: bool) -> AlarmCleared:
    return AlarmCleared(at_us=now_us, alarm_id=entry.alarm_id, why=why, latches=latches)


def _escalations(state: AlarmState, ladder: Sequence[EscalationStep], now_us: int) -> list[AlarmEscalated]:
    """Who is called now: one rung at a time, of each alarm that sounds or would without a pause that is over."""
    events = []
    for entry in state.alarms:
        rungs = [rung for rung in ladder if rung.priority == entry.priority][entry.called_step :]
        since_us = waits_since_us(entry, state, now_us)
        # In both directions: a clock of ours that was set back must not leave anybody uncalled.
        if rungs and since_us is not None and abs(now_us - since_us) >= rungs[0].after_s * US_PER_S:
            step = entry.called_step + 1
            events.append(
                AlarmEscalated(at_us=now_us, alarm_id=entry.alarm_id, called=rungs[0].whom, step=step),
            )
    return events


def waits_since_us(entry: AlarmEntry, state: AlarmState, now_us: int) -> int | None:
    """Since when this alarm has waited for a person; None: it does not sound, or somebody paused its sound just now.

    What comes back again and again is waited for since it came first. Who pauses the sound has been there: the time
    counts on from the end of the pause, of what is raised anew through a pause from the beginning of it.
    """
    if not state.sounds(entry, now_us):
        return None
    pause = state.pause
    if pause is None or entry.waits_us >= pause.at_us:
        return entry.waits_us
    if entry.raised_us >= pause.at_us:
        return pause.at_us
    return max(entry.waits_us, pause.until_us if pause.ended_us is None else pause.ended_us)
