"""The alarms that a clinic lets run silently: the same engine as the loud ones, and no word of it on any screen.

The engine sees every cause, silent or not, as if all rules were on: what is a part of something else would not have
been said either. Of what it raises, only what silent rules say is recorded.
"""

from collections.abc import Container

from holdfast.monitoring import alarms as engine
from holdfast.monitoring.alarms import Key, Situation
from holdfast.record import alarm_state
from holdfast.record.alarm_events import AlarmCleared, AlarmRaised
from holdfast.record.alarm_state import AlarmEntry, AlarmState
from holdfast.record.events import AnyEvent
from holdfast.record.shadow_events import ShadowEnded, ShadowSpoke
from holdfast.usecases.context import Context


class ShadowAlarms:
    """Of one case on a bed. Guarded by the ward's lock."""

    def __init__(self, ctx: Context, case_id: str) -> None:
        self._ctx = ctx
        self._memory = engine.Memory()
        open_ones = [one.said for one in ctx.book.case(case_id).shadow if one.ended_us is None]
        self._spoken = {(said.rule, said.signal): said.spoke_id for said in open_ones}
        self._state = AlarmState(alarms=tuple(_standing(said, ctx) for said in open_ones))

    def standing(self) -> frozenset[Key]:
        """What silent rules would be saying now."""
        return frozenset(self._spoken)

    def follow(self, situation: Situation, off: AlarmState, silent: Container[str]) -> list[AnyEvent]:
        """What is to be recorded at this moment. ``off``: the case's own alarms, for what is switched off there."""
        if not silent and not self._spoken:
            return []
        before = AlarmState(alarms=self._state.alarms, off=off.off)
        self._memory, events = engine.step(
            self._memory, before, situation, self._ctx.knowledge.alarms, (), self._ctx.ids.new_id
        )
        said: list[AnyEvent] = []
        for event in events:
            if isinstance(event, AlarmCleared) and (entry := before.by_id(event.alarm_id)):
                said += self._over(entry.key, event.why, situation.now_us)
            elif isinstance(event, AlarmRaised) and event.alarm in silent:
                said += self._spoke(event)
            before = alarm_state.apply(before, event, "")
        self._state = before
        for key in [key for key in self._spoken if key[0] not in silent]:
            said += self._over(key, "switched_on", situation.now_us)
        return said

    def leave(self, now_us: int) -> list[AnyEvent]:
        """Nobody watches this animal any more."""
        return [event for key in list(self._spoken) for event in self._over(key, "not_watched", now_us)]

    def _spoke(self, event: AlarmRaised) -> list[AnyEvent]:
        key = (event.alarm, event.signal)
        if key in self._spoken:  # it would have said more of the same
            return []
        self._spoken[key] = event.alarm_id
        return [
            ShadowSpoke(
                at_us=event.at_us,
                spoke_id=event.alarm_id,
                rule=event.alarm,
                signal=event.signal,
                text=event.text,
                priority=event.priority,
                since_us=event.since_us,
                origin=event.origin,
            )
        ]

    def _over(self, key: Key, why: str, now_us: int) -> list[AnyEvent]:
        spoke_id = self._spoken.pop(key, None)
        return [ShadowEnded(at_us=now_us, spoke_id=spoke_id, why=why)] if spoke_id else []


def _standing(said: ShadowSpoke, ctx: Context) -> AlarmEntry:
    """What was said before a start, as the engine takes an alarm that stands."""
    kind = ctx.knowledge.alarms.kind(said.rule)
    return AlarmEntry(
        alarm_id=said.spoke_id,
        alarm=said.rule,
        signal=said.signal,
        text=said.text,
        priority=said.priority,
        technical=kind.technical,
        audible_when_over=kind.latching == "audible",
        since_us=said.since_us,
        raised_us=said.at_us,
        waits_us=said.at_us,
    )
