"""What a screen is told about the alarms of a bed: what stands, what sounds, what is off, and the limits."""

from collections.abc import Container, Mapping
from types import MappingProxyType

import msgspec

from holdfast.knowledge.alarm_rules import PRIORITIES, AlarmRules
from holdfast.record.alarm_state import AlarmEntry, AlarmState, AlarmStatus
from holdfast.record.clinic_state import ClinicState

_STATES = (AlarmStatus.ACTIVE, AlarmStatus.LATCHED, AlarmStatus.ACKNOWLEDGED)
"""The most urgent first."""


class OpinionView(msgspec.Struct, frozen=True, kw_only=True):
    """What our signals said of an alarm when it was raised."""

    verdict: str
    """agree, disagree or cannot_say."""
    text: str


class AlarmView(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm that stands."""

    alarm_id: str
    kind: str
    """asystole, hr_high, spo2_low, lead_off, no_data, deterioration, monitor_alert ..."""
    label: str
    """The kind in words."""
    signal: str
    """Wave, numeric or device it is about; empty when it is about the heart or the bed."""
    text: str
    priority: str
    """high, medium or low."""
    technical: bool
    state: str
    """active, acknowledged, or latched: the cause is gone and nobody has acknowledged it yet."""
    began_us: int
    raised_us: int
    """When it was raised last: its delay after the condition began."""
    ended_us: int | None
    ended_why: str
    """Of a latched one: over, or not_known or not_watched any more; empty while it lasts."""
    acknowledged_by: str
    """Name, empty when not."""
    acknowledged_us: int | None
    called: str
    """Whom it called last because nobody acknowledged, empty when nobody yet."""
    called_us: int | None
    unseen: bool
    """No signal can tell of it any more: an arrest then stands until one can, or a person says that it is over."""
    times: int
    """How often it was raised without having been acknowledged in between."""
    sounding: bool
    rule: str
    """Key of the rule's scorecard, empty when it has none."""
    second_opinion: OpinionView | None
    """None: they were not asked."""


class OffView(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that a person switched off."""

    kind: str
    label: str
    by: str
    reason: str
    at_us: int
    until_us: int | None
    """None: until it is switched on."""


class LimitView(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one number for this animal. ``low`` or ``high`` None: no limit on that side."""

    key: str
    label: str
    unit: str
    low: float | None
    high: float | None
    default_low: float | None
    default_high: float | None
    lowest: float
    """A limit below it is refused as a typing error."""
    highest: float
    source: str
    """A sentence: the default and where it comes from, or set by whom."""
    grade: str
    """published, secondary or estimate; empty when a person set it."""
    why: str
    set_by: str
    set_us: int | None


class AlarmsView(msgspec.Struct, frozen=True, kw_only=True):
    """The alarms of one bed at one moment."""

    alarms: tuple[AlarmView, ...] = ()
    """The most urgent first."""
    paused_until_us: int | None = None
    """The sound of what stood when the pause began is paused until then; what is new sounds."""
    paused_by: str = ""
    off: tuple[OffView, ...] = ()
    sound: str = ""
    """high, medium or low: what must sound now. Empty: nothing."""
    new_since_us: int | None = None
    """When the newest alarm that stands was raised."""


def alarms_view(
    state: AlarmState,
    clinic: ClinicState,
    rules: AlarmRules,
    now_us: int,
    texts: Mapping[tuple[str, str], str] = MappingProxyType({}),
    unseen: Container[tuple[str, str]] = (),
) -> AlarmsView:
    """The alarms of a case; ``texts`` says of those whose cause lasts how it is now (by alarm and signal), ``unseen``
    which of them no signal can tell of any more."""
    pause = state.paused_at(now_us)
    views = tuple(
        _alarm(entry, state, clinic, rules, now_us, texts, unseen) for entry in sorted(state.alarms, key=_urgency)
    )
    return AlarmsView(
        alarms=views,
        paused_until_us=pause.until_us if pause else None,
        paused_by=clinic.name_of(pause.by) if pause else "",
        off=tuple(
            OffView(
                kind=off.alarm,
                label=label(rules, off.alarm),
                by=clinic.name_of(off.by),
                reason=off.reason,
                at_us=off.at_us,
                until_us=off.until_us,
            )
            for off in state.off_at(now_us)
        ),
        sound=next((p for p in PRIORITIES if any(v.sounding and v.priority == p for v in views)), ""),
        new_since_us=max((entry.raised_us for entry in state.alarms), default=None),
    )


def urgency(alarms: AlarmsView) -> tuple[int, int, int]:
    """Sorts beds: the one that needs a person first is the smallest.

    By what nobody has acknowledged, then by what stands at all, each by priority; then the one that has waited longest.
    """
    waiting = [view for view in alarms.alarms if view.state != AlarmStatus.ACKNOWLEDGED]
    none = len(PRIORITIES)
    first = min((PRIORITIES.index(view.priority) for view in waiting), default=none)
    any_ = min((PRIORITIES.index(view.priority) for view in alarms.alarms), default=none)
    since_us = min((view.raised_us for view in waiting if PRIORITIES.index(view.priority) == first), default=0)
    return first, any_, since_us


def label(rules: AlarmRules, kind: str) -> str:
    """A kind of alarm in words, also one that the table does not know."""
    return rules.kind(kind).label or kind.replace("_", " ").capitalize()


def _alarm(
    entry: AlarmEntry,
    state: AlarmState,
    clinic: ClinicState,
    rules: AlarmRules,
    now_us: int,
    texts: Mapping[tuple[str, str], str],
    unseen: Container[tuple[str, str]],
) -> AlarmView:
    kind, said = rules.kind(entry.alarm), entry.second_opinion
    lasts = entry.status is not AlarmStatus.LATCHED
    return AlarmView(
        alarm_id=entry.alarm_id,
        kind=entry.alarm,
        label=label(rules, entry.alarm),
        signal=entry.signal,
        text=texts.get(entry.key, entry.text) if lasts else entry.text,
        priority=entry.priority,
        technical=entry.technical,
        state=entry.status.value,
        began_us=entry.since_us,
        raised_us=entry.raised_us,
        ended_us=entry.ended_us,
        ended_why=entry.ended_why,
        acknowledged_by=clinic.name_of(entry.acknowledged_by) if entry.acknowledged_by else "",
        acknowledged_us=entry.acknowledged_us,
        called=entry.called,
        called_us=entry.called_us,
        unseen=lasts and entry.key in unseen,
        times=entry.times,
        sounding=state.sounds(entry, now_us),
        rule=kind.rule,
        second_opinion=OpinionView(verdict=said.verdict, text=said.text) if said else None,
    )


def _urgency(entry: AlarmEntry) -> tuple[int, int, int]:
    return PRIORITIES.index(entry.priority), _STATES.index(entry.status), entry.raised_us
