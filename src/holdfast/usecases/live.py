"""The ward as it is now: latest values with their age, live analysis, conditions, silent monitors.

Everything here is derived and lives in memory; after a restart it fills again from the monitors.
What the analysis concludes (a condition began or ended, an alarm was raised or cleared) is recorded on the case.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.monitoring import two_rates
from holdfast.record import events as ev
from holdfast.record.case_state import CaseState
from holdfast.record.monitor import Origin, Wave
from holdfast.signals import bedside
from holdfast.signals.bedside import Outputs
from holdfast.signals.conditions import Began, Ended, held_before
from holdfast.usecases.alarm_views import AlarmsView, alarms_view
from holdfast.usecases.context import Context
from holdfast.usecases.device_clock import TOLERANCE_US
from holdfast.usecases.live_alarms import DEVICE_SILENT, NO_DATA, BedAlarms
from holdfast.usecases.live_arrivals import ANALYSIS_BEHIND, Arrivals
from holdfast.usecases.live_bed import Bed, keep_derived, keep_values, note_arrival, on_our_clock
from holdfast.usecases.live_before import heard_before, known_before
from holdfast.usecases.live_frames import frames_of
from holdfast.usecases.live_values import follow_step_back, fresh_values, good_value, not_of_now, value_views
from holdfast.usecases.live_views import WAVE_LABELS, BedView, ConditionView, Frame, SignalView
from holdfast.usecases.ports import Change, NewEvent, NewHeld


class Ward:
    """All beds. ``hear`` is called after a message is on disk; ``tick`` about once a second."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._lock = threading.RLock()
        self._analysing = threading.Lock()
        """Held by whoever analyses, and taken before the other one; screens never wait for it."""
        self._arrivals = Arrivals()
        self._beds: dict[str, Bed] = {}
        self._listeners: list[Callable[[Frame], None]] = []
        self._told: dict[str, dict[tuple[str, str], Began]] = {}
        """By case, states that were seen elsewhere and hold: whoever told them does not repeat them when the animal
        comes to another bed."""
        self._now_us = 0
        self._limited = {key for rule in ctx.knowledge.alarms.limits.values() for key in rule.numerics}

    def add_listener(self, callback: Callable[[Frame], None]) -> None:
        """``callback`` gets every frame, from whichever thread made it; it must return at once."""
        with self._lock:
            self._listeners.append(callback)

    def remove_listener(self, callback: Callable[[Frame], None]) -> None:
        with self._lock, contextlib.suppress(ValueError):
            self._listeners.remove(callback)

    def arrived(self, held: NewHeld) -> None:
        """A message was committed; its turn in the analysis comes. Returns at once, whatever the analysis does."""
        bound = held.message.device in self._ctx.book.clinic.devices_of(held.bed)
        self._arrivals.came(held, bound=bound)

    def not_followed(self, held: NewHeld) -> None:
        """One that arrived will not be analysed."""
        self._arrivals.waits_no_more(held, analysed=False)

    def hear(self, held: NewHeld, clock_note: str = "") -> None:
        """Take in one committed message: latest values, analysis, frames for the screens.

        ``clock_note`` is what the intake found odd about the device's clock.
        """
        self.arrived(held)
        analysed = False
        try:
            with self._analysing:
                self._hear(held, clock_note)
            analysed = True
        finally:
            self._arrivals.waits_no_more(held, analysed=analysed)

    def _hear(self, held: NewHeld, clock_note: str) -> None:
        message, received_us = held.message, held.received_us
        with self._lock:
            bed = self._bed_for(held.bed, held.case_id, received_us)
            note_arrival(bed, message, received_us, clock_note)
            keep_values(bed, message, received_us)
            waves, stray = on_our_clock(bed, message, received_us)
            before, limits = bed.analysis, bed.alarms.rate_limits(received_us)
        # Without the lock: however long the analysis takes, screens and the once-a-second round go on.
        after, outputs = bedside.step(before, waves, limits)
        with self._lock:
            if self._beds.get(held.bed) is not bed:
                return  # the animal was taken to another bed meanwhile
            bed.analysis = after
            self._follow_analysis(bed, held, waves, replace(outputs, signals=(*outputs.signals, *stray)))
            listeners = list(self._listeners)
        frames = frames_of(held.bed, message.origin, waves, outputs) if listeners else []
        for frame in frames:
            for listener in listeners:
                listener(frame)

    def _follow_analysis(self, bed: Bed, held: NewHeld, waves: Sequence[Wave], outputs: Outputs) -> None:
        message, received_us = held.message, held.received_us
        bed.recent.hear(waves, received_us)
        keep_derived(bed, outputs, received_us)
        behind_us = bed.clock(message.device).us
        behind = {wave.key: behind_us + bed.clock(message.device, wave.key).us for wave in message.waves}
        self._ctx.derived.keep(held, outputs.numerics, behind)
        for signal in outputs.signals:
            label = WAVE_LABELS.get(signal.key, signal.key)
            bed.signals[signal.key] = SignalView(key=signal.key, label=label, quality=signal.quality, text=signal.text)
        self._follow_conditions(bed, outputs.conditions)
        for alert in message.alerts:
            self._follow_conditions(bed, bed.alerts.hear(message.device, alert, received_us))
        bed.alarms.heard(received_us)
        if outputs.conditions or message.alerts:
            self._follow_alarms(bed, received_us)

    def tick(self, now_us: int) -> None:
        """Notice monitors that fell silent, beds that emptied, and a clock of our own that was set back."""
        with self._lock:
            self._follow_own_clock(now_us)
            occupied = {case.bed: case for case in self._ctx.book.open_cases() if case.bed}
            self._arrivals.keep_only({(name, case.case_id) for name, case in occupied.items()})
            for name, case_id in self._arrivals.late(now_us):
                self._bed_for(name, case_id, now_us)
            for name, bed in list(self._beds.items()):
                case = occupied.get(name)
                if case is None or case.case_id != bed.case_id:
                    self._leave(name, now_us)
                    continue
                self._follow_silence(name, bed, now_us)
                self._follow_lateness(name, bed, now_us)
                self._follow_conditions(bed, bed.alerts.overdue(now_us))
                monitor, ours = good_value(bed.latest, "hr", now_us), good_value(bed.latest, "hr_ecg", now_us)
                bed.rates, bed.remark = two_rates.step(bed.rates, monitor, ours, now_us)
                self._follow_alarms(bed, now_us)

    def _follow_silence(self, name: str, bed: Bed, now_us: int) -> None:
        """The whole bed is silent, or some of its devices are while others go on: by what arrived, not by what was
        analysed."""
        silent: dict[tuple[str, str], Began] = {}
        if self._arrivals.all_silent(name, bed.case_id, now_us):
            since_us = self._arrivals.last_us(name, bed.case_id) or now_us
            text = "Monitor is silent: no data arrive"
            silent[NO_DATA, ""] = Began(NO_DATA, "", text, since_us, True, "medium")
        bound = self._ctx.book.clinic.devices_of(name)
        for device, since_us in self._arrivals.silent_beside_others(name, bed.case_id, now_us, bound).items():
            text = f"{device or 'A device'} is silent: no data arrive from it"
            silent[DEVICE_SILENT, device] = Began(DEVICE_SILENT, device, text, since_us, True, "medium")
        for key in [key for key in bed.conditions if key[0] in (NO_DATA, DEVICE_SILENT) and key not in silent]:
            self._condition_ended(bed, *key, now_us)
        for began in silent.values():
            self._condition_began(bed, began)

    def _follow_lateness(self, name: str, bed: Bed, now_us: int) -> None:
        """Messages arrive and the analysis has not heard them: nobody watches meanwhile, and that is said."""
        behind = self._arrivals.behind(name, bed.case_id, now_us)
        if behind is not None:
            text = f"Analysis is {behind.by_us // US_PER_S} s behind: numbers shown are not of now"
            began = Began(ANALYSIS_BEHIND, "", text, now_us - behind.by_us, True, "medium")
            self._condition_began(bed, began)
        elif (ANALYSIS_BEHIND, "") in bed.conditions:
            self._condition_ended(bed, ANALYSIS_BEHIND, "", now_us)

    def tell(self, case_id: str, change: Began | Ended, now_us: int) -> None:
        """A state seen elsewhere (a deterioration over hours) began or ended; heeded for a case that is watched."""
        with self._lock:
            told, key = self._told.setdefault(case_id, {}), (change.condition, change.signal)
            told.pop(key, None)
            if isinstance(change, Began):
                told[key] = change
            elif not told:
                del self._told[case_id]
            for bed in self._beds.values():
                if bed.case_id == case_id:
                    self._follow_conditions(bed, (change,))
                    self._follow_alarms(bed, now_us)

    def watch_again(self, now_us: int) -> None:
        """At start: an animal whose monitor spoke a while ago is watched, so that its silence is an alarm."""
        with self._lock:
            for case in self._ctx.book.open_cases():
                heard = heard_before(self._ctx, case, now_us)
                if case.bed and case.bed not in self._beds and (heard or case.alarms.alarms):
                    self._bed_for(case.bed, case.case_id, now_us)
                    self._arrivals.watch(case.bed, case.case_id, heard)

    def end_what_is_left(self, now_us: int) -> None:
        """At start: end on the record every condition and alarm that it holds open and nobody watches any more."""
        with self._lock:
            watched = {(bed.case_id, *key) for bed in self._beds.values() for key in bed.conditions}
            for case in self._ctx.book.cases():
                left = {(c.condition, c.signal) for c in case.conditions if c.ended_us is None}
                for condition, signal in sorted(left):
                    if (case.case_id, condition, signal) not in watched:
                        event = ev.MonitorConditionEnded(at_us=now_us, condition=condition, signal=signal)
                        self._record(case.case_id, event)
                if case.alarms.alarms and (case.closed or not case.bed):
                    BedAlarms(self._ctx, case.case_id, now_us).leave(now_us)

    def _follow_own_clock(self, now_us: int) -> None:
        if now_us < self._now_us - TOLERANCE_US:
            for bed in self._beds.values():
                follow_step_back(bed.latest, self._now_us, now_us)
                bed.alerts.follow_step_back(self._now_us, now_us)
            self._arrivals.follow_step_back(self._now_us, now_us)
        self._now_us = now_us

    def _leave(self, name: str, now_us: int) -> None:
        """The case is no longer watched on this bed: nobody may read later that its conditions still hold."""
        bed = self._beds.pop(name)
        self._arrivals.forget(name, bed.case_id)
        for condition, signal in list(bed.conditions):
            self._condition_ended(bed, condition, signal, now_us)
        bed.alarms.leave(now_us)

    def board(self, now_us: int) -> list[BedView]:
        """Every bed in the clinic's order."""
        return [self.view(bed, now_us) for bed in self._ctx.book.clinic.beds]

    def without_bed(self, now_us: int) -> list[BedView]:
        """Animals that lie on no bed any more, or not yet, and have alarms that stand: no bed shows them."""
        cases = [case for case in self._ctx.book.open_cases() if not case.bed and case.alarms.alarms]
        return [self._view("", case, now_us) for case in cases]

    def view(self, bed_name: str, now_us: int) -> BedView:
        """One bed now. A bed without a case or without data says so by its empty fields."""
        return self._view(bed_name, self._ctx.book.case_on_bed(bed_name), now_us)

    def _view(self, bed_name: str, case: CaseState | None, now_us: int) -> BedView:
        with self._lock:
            bed = self._beds.get(bed_name)
            if bed is not None and (case is None or bed.case_id != case.case_id):
                bed = None
            told = [one for key, one in bed.conditions.items() if key not in bed.silent] if bed else []
            alarms = bed.alarms.view(now_us) if bed else self._recorded_alarms(case, now_us)
            here = bed_name, case.case_id if case else ""
            behind = self._arrivals.behind(*here, now_us)
            values = value_views(bed.latest, now_us, {"hr": bed.remark}) if bed else ()
            values = not_of_now(values) if behind else values
            return BedView(
                bed=bed_name,
                case_id=case.case_id if case else "",
                name=case.name if case else "",
                summary=summary(case) if case else "",
                training=bool(case and case.training),
                origin=bed.origin if bed else "",
                server_us=now_us,
                devices=self._ctx.book.clinic.devices_of(bed_name),
                values=values,
                conditions=tuple(sorted(told, key=_urgency)),
                signals=tuple(bed.signals.values()) if bed else (),
                last_message_us=self._arrivals.last_us(*here),
                silent=self._arrivals.all_silent(*here, now_us),
                behind_s=behind.by_us // US_PER_S if behind else 0,
                shown_from_us=behind.shown_from_us if behind else None,
                alarms=alarms,
                notes=tuple(bed.notes.values()) if bed else (),
            )

    def _bed_for(self, name: str, case_id: str, now_us: int) -> Bed:
        bed = self._beds.get(name)
        if bed is not None and bed.case_id != case_id:
            self._leave(name, now_us)
            bed = None
        if bed is None:
            before = known_before(self._ctx, self._ctx.book.case(case_id), now_us)
            bed = Bed(case_id, BedAlarms(self._ctx, case_id, now_us), bedside.initial(before))
            bed.conditions |= {(began.condition, began.signal): _shown(began) for began in held_before(before)}
            self._beds[name] = bed
            self._follow_conditions(bed, tuple(self._told.get(case_id, {}).values()))
        return bed

    def _recorded_alarms(self, case: CaseState | None, now_us: int) -> AlarmsView:
        """What stands on a case that no monitor speaks for."""
        if case is None:
            return AlarmsView()
        return alarms_view(case.alarms, self._ctx.book.clinic, self._ctx.knowledge.alarms, now_us)

    def _follow_alarms(self, bed: Bed, now_us: int) -> None:
        fresh = fresh_values(bed.latest, self._limited, now_us)
        origin = Origin(bed.origin or Origin.LIVE)
        bed.alarms.follow(bed.conditions.values(), fresh, origin, bed.recent, now_us)

    def _follow_conditions(self, bed: Bed, changes: Sequence[Began | Ended]) -> None:
        for change in changes:
            if isinstance(change, Began):
                self._condition_began(bed, change)
            else:
                bed.alarms.ended(change)
                self._condition_ended(bed, change.condition, change.signal, change.at_us)

    def _condition_began(self, bed: Bed, began: Began) -> None:
        key = (began.condition, began.signal)
        if known := bed.conditions.get(key):
            # It lasts, and may have become more urgent, technical, or be said in other words.
            bed.conditions[key] = msgspec.structs.replace(_shown(began), began_us=known.began_us)
            return
        bed.conditions[key] = _shown(began)
        if began.condition in self._ctx.book.clinic.silent:
            bed.silent.add(key)
            return
        event = ev.MonitorConditionBegan(
            at_us=began.at_us,
            condition=began.condition,
            text=began.text,
            signal=began.signal,
            origin=Origin(bed.origin or Origin.LIVE),
        )
        self._record(bed.case_id, event)

    def _condition_ended(self, bed: Bed, condition: str, signal: str, at_us: int) -> None:
        key, untold = (condition, signal), (condition, signal) in bed.silent
        bed.silent.discard(key)
        if bed.conditions.pop(key, None) is not None and not untold:
            event = ev.MonitorConditionEnded(at_us=at_us, condition=condition, signal=signal)
            self._record(bed.case_id, event)

    def _record(self, case_id: str, event: ev.MonitorConditionBegan | ev.MonitorConditionEnded) -> None:
        """Queue the event; the live path does not wait for the disk."""
        change = Change(
            command_id=self._ctx.ids.new_id(),
            actor="holdfast",
            recorded_us=self._ctx.clock.now_us(),
            events=(NewEvent(stream=ev.case_stream(case_id), event=event),),
        )
        self._ctx.store.submit(change)


def summary(case: CaseState) -> str:
    """Breed, weight and person in one line."""
    admitted = case.admitted
    weight = f"{case.weight_kg:g} kg" if case.weight_kg is not None else "not weighed"
    person = admitted.handler or admitted.owner
    return ", ".join(part for part in (admitted.breed or admitted.species, weight, person) if part)


def _shown(began: Began) -> ConditionView:
    return ConditionView(
        condition=began.condition,
        text=began.text,
        signal=began.signal,
        began_us=began.at_us,
        technical=began.technical,
        priority=began.priority,
    )


def _urgency(condition: ConditionView) -> tuple[int, int]:
    return ({"high": 0, "medium": 1, "low": 2}.get(condition.priority, 3), condition.began_us)
