"""The alarms of one bed while it is watched: causes in, events on the record, a view out.

What stands is what the record says plus what was sent to the writer and is not read back yet. So an alarm is shown at
once and also when the disk is full, and what a person acknowledged in another process counts here.
"""

import math
from collections.abc import Container, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace

import msgspec

from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.limits import ALARM_RETRY_S
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.alarm_rules import PRIORITIES, AlarmRules
from holdfast.monitoring import alarms as engine
from holdfast.monitoring import limits as limits_engine
from holdfast.monitoring import lost_sight
from holdfast.monitoring.alarms import Cause, Key, Situation
from holdfast.monitoring.limits import VALUE_LOST, Limits, Watch
from holdfast.record import alarm_state
from holdfast.record import events as ev
from holdfast.record.alarm_events import ANY_ALARM_EVENT, AlarmCleared
from holdfast.record.alarm_state import AlarmState, AlarmStatus
from holdfast.record.monitor import Origin
from holdfast.signals.conditions import Ended
from holdfast.signals.observed import RateLimits
from holdfast.usecases import shadow
from holdfast.usecases.alarm_views import AlarmsView, alarms_view
from holdfast.usecases.alarms import ladder, limits_of
from holdfast.usecases.context import Context
from holdfast.usecases.live_alerts import MONITOR_SAYS
from holdfast.usecases.live_views import WAVE_LABELS, ConditionView
from holdfast.usecases.ports import OWN_ACTOR, Change, NewEvent, Receipt
from holdfast.usecases.second_opinion import MONITOR_ALERT, RecentSignals, opinions
from holdfast.usecases.shadow_alarms import ShadowAlarms

NO_DATA = "no_data"
"""The condition that nothing comes from the bed."""
DEVICE_SILENT = "device_silent"
"""The condition that one device is silent while another goes on."""
EXTREME = "hr_extreme"
"""The limits that the rules of the signals judge."""
NOT_KNOWN = "not known any more: no signal fit to tell"
"""Said with the alarm of a state that nobody can see any more."""

GRACE_S = 30.0
"""After a start the analysis has to see for itself what still holds: so long, from the first message on, an alarm that
the record holds is not cleared for want of its cause (our estimate: rules need up to ten seconds, rates ten)."""

LIMITS_KEPT_S = 60.0
"""Limits are looked up anew after this: an animal grows older."""


@dataclass
class _Sent:
    """Events on their way to the record."""

    change: Change
    receipt: Future[Receipt] | None
    tried_us: int


class BedAlarms:
    """Guarded by the ward's lock."""

    def __init__(self, ctx: Context, case_id: str, now_us: int) -> None:
        self._ctx = ctx
        self._case_id = case_id
        self._memory = engine.Memory()
        standing = ctx.book.case(case_id).alarms.alarms
        missed_us = {entry.signal: entry.since_us for entry in standing if entry.alarm == VALUE_LOST}
        self._watch = Watch(now_us, missed_us)
        self._heard_us: int | None = None
        self._lost_us: Mapping[Key, int] = {}
        self._sent: list[_Sent] = []
        self._texts: dict[Key, str] = {}
        self._limits: tuple[Limits, ...] = ()
        self._limits_for: tuple[object, ...] = ()
        self._shadow = ShadowAlarms(ctx, case_id)

    def heard(self, received_us: int) -> None:
        """A message came in."""
        if self._heard_us is None:
            self._heard_us = received_us

    def ended(self, change: Ended) -> None:
        """A condition is over, or no signal can tell of it any more: then its alarm is not over."""
        key = (change.condition, change.signal if self._ctx.knowledge.alarms.kind(change.condition).per_signal else "")
        lost_us = {other: at_us for other, at_us in self._lost_us.items() if other != key}
        self._lost_us = lost_us if change.known else {**lost_us, key: change.at_us}

    def follow(
        self,
        conditions: Iterable[ConditionView],
        fresh: Mapping[str, float],
        origin: Origin,
        recent: RecentSignals,
        now_us: int,
    ) -> None:
        """Raise, clear and escalate by what holds at this moment; ``fresh``: numbers that may be believed, by key.
        ``recent`` is asked about what threatens life."""
        rules, state = self._ctx.knowledge.alarms, self.state()
        lasting = {entry.key for entry in state.alarms if entry.status is not AlarmStatus.LATCHED}
        silent = self._ctx.book.clinic.silent
        lasting |= self._shadow.standing()
        self._watch, judged = limits_engine.judge(self._watch, self._limits_now(now_us), fresh, lasting, now_us)
        seen = engine.gathered([_cause(condition, rules) for condition in conditions], rules)
        sight = lost_sight.look(self._lost_us, seen, fresh, rules, now_us)
        self._lost_us = {key: at_us for key, at_us in sight.lost_us.items() if key in lasting}
        unknown = judged.unknown | sight.unknown | self._not_seen_yet(state, now_us)
        situation = Situation(now_us, (*seen, *judged.causes), unknown, judged.forgotten | sight.forgotten, origin)
        self._texts = {entry.key: f"{entry.text} ({NOT_KNOWN})" for entry in state.alarms if entry.key in self._lost_us}
        self._texts |= {cause.key: cause.text for cause in situation.causes}
        if untold := self._shadow.follow(situation, state, silent):
            shadow.queue(self._ctx, self._case_id, untold)
        situation = replace(situation, causes=[cause for cause in situation.causes if cause.alarm not in silent])
        self._memory, events = engine.step(
            self._memory, state, situation, rules, ladder(self._ctx), self._ctx.ids.new_id
        )
        events = tuple(_silenced(event, state, silent) for event in events)
        said = opinions(events, rules, recent, self.rate_limits(now_us), now_us)
        self._send((*events, *said), now_us)

    def rate_limits(self, now_us: int) -> RateLimits:
        """Heart rates that are extreme for this animal, for the rules of the signals; no limit: never reached."""
        extreme = next(one for one in self._limits_now(now_us) if one.rule.key == EXTREME)
        low, high = extreme.low, extreme.high
        return RateLimits(
            bradycardia_per_min=0.0 if low is None else low,
            tachycardia_per_min=math.inf if high is None else high,
        )

    def leave(self, now_us: int) -> None:
        """The case is no longer watched on this bed."""
        case = self._ctx.book.case(self._case_id)
        if untold := self._shadow.leave(now_us):
            shadow.queue(self._ctx, self._case_id, untold)
        self._send(engine.leave(self.state(), self._ctx.knowledge.alarms, now_us, closed=bool(case.closed)), now_us)

    def view(self, now_us: int) -> AlarmsView:
        clinic, rules = self._ctx.book.clinic, self._ctx.knowledge.alarms
        return alarms_view(self.state(), clinic, rules, now_us, self._texts, self._lost_us)

    def state(self) -> AlarmState:
        """What stands: as recorded, and what is on its way there."""
        case = self._ctx.book.case(self._case_id)
        self._sent = [sent for sent in self._sent if not _read_back(sent, case.version)]
        state = case.alarms
        for sent in self._sent:
            for new in sent.change.events:
                assert isinstance(new.event, ANY_ALARM_EVENT)
                state = alarm_state.apply(state, new.event, OWN_ACTOR)
        return state

    def _not_seen_yet(self, state: AlarmState, now_us: int) -> set[Key]:
        """Alarms from before a start that the analysis has not had the time to see again. Numbers and silence need
        none."""
        if self._heard_us is not None and abs(now_us - self._heard_us) >= GRACE_S * US_PER_S:
            return set()
        rules = [one.rule for one in self._limits if one.rule.numerics]
        at_once = {NO_DATA, DEVICE_SILENT, *(kind for rule in rules for kind in (rule.low_kind, rule.high_kind))}
        before = [entry for entry in state.alarms if entry.raised_us < self._watch.since_us]
        return {entry.key for entry in before if entry.alarm not in at_once}

    def _limits_now(self, now_us: int) -> tuple[Limits, ...]:
        case = self._ctx.book.case(self._case_id)
        basis = (case.admitted.species, case.weight_kg, case.alarms.limits, now_us // int(LIMITS_KEPT_S * US_PER_S))
        if basis != self._limits_for:
            self._limits, self._limits_for = limits_of(self._ctx, case, now_us), basis
        return self._limits

    def _send(self, events: tuple[ANY_ALARM_EVENT, ...], now_us: int) -> None:
        """Queue events; the live path does not wait for the disk. What could not be written is tried again."""
        for sent in self._sent:
            failed = sent.receipt is None or (sent.receipt.done() and sent.receipt.exception() is not None)
            if failed and abs(now_us - sent.tried_us) >= ALARM_RETRY_S * US_PER_S:
                sent.receipt, sent.tried_us = self._submit(sent.change), now_us
        if events:
            change = Change(
                command_id=self._ctx.ids.new_id(),
                actor=OWN_ACTOR,
                recorded_us=self._ctx.clock.now_us(),
                events=tuple(NewEvent(stream=ev.case_stream(self._case_id), event=event) for event in events),
            )
            self._sent.append(_Sent(change, self._submit(change), now_us))

    def _submit(self, change: Change) -> Future[Receipt] | None:
        try:
            return self._ctx.store.submit(change)
        except HoldfastError:
            return None


def _silenced(event: ANY_ALARM_EVENT, state: AlarmState, silent: Container[str]) -> ANY_ALARM_EVENT:
    """An alarm that stood when its rule was made silent is not over: nobody hears of it any more."""
    if isinstance(event, AlarmCleared) and (entry := state.by_id(event.alarm_id)) and entry.alarm in silent:
        return msgspec.structs.replace(event, why="silent_rule", latches=False)
    return event


def _read_back(sent: _Sent, version: int) -> bool:
    """Whether the case as read up to ``version`` holds these events."""
    if sent.receipt is None or not sent.receipt.done() or sent.receipt.exception() is not None:
        return False
    return all(item.version <= version for item in sent.receipt.result().recorded)


def _cause(condition: ConditionView, rules: AlarmRules) -> Cause:
    """A condition as the engine takes it; an alarm of the monitor itself keeps the priority that the monitor gave.

    One of ours may be more urgent than its kind (a deterioration that goes fast), never less.
    """
    if condition.condition.startswith(MONITOR_SAYS):
        said = condition.condition.removeprefix(MONITOR_SAYS)
        signal = f"{condition.signal}: {said}"
        return Cause(
            MONITOR_ALERT,
            signal,
            condition.text,
            condition.began_us,
            priority=condition.priority,
            technical=condition.technical,
        )
    of_kind = rules.kind(condition.condition).priority
    return Cause(
        condition.condition,
        condition.signal,
        condition.text,
        condition.began_us,
        about="" if condition.condition == DEVICE_SILENT else WAVE_LABELS.get(condition.signal, condition.signal),
        priority=min(of_kind, condition.priority, key=PRIORITIES.index),
        technical=condition.technical,
    )
