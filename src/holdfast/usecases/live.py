"""The ward as it is now: latest values with their age, live analysis, conditions, silent monitors.

Everything here is derived and lives in memory; after a restart it fills again from the monitors.
What the analysis concludes (a condition began or ended) is recorded on the case.
"""

import math
import threading
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

from holdfast.kernel.time import US_PER_S, age_words
from holdfast.monitoring.shown import BY_KEY, OTHER, SHOWN, Shown
from holdfast.record import events as ev
from holdfast.record.case_state import CaseState
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave
from holdfast.signals import bedside
from holdfast.signals.bedside import BedState, Derived, Outputs
from holdfast.signals.conditions import Began
from holdfast.usecases.context import Context
from holdfast.usecases.ingest import clock_note
from holdfast.usecases.live_views import (
    WAVE_LABELS,
    BeatsFrame,
    BedView,
    ConditionView,
    Frame,
    SignalView,
    ValueView,
    WaveFrame,
)
from holdfast.usecases.ports import Change, NewEvent, NewHeld

SILENT_AFTER_S = 6.0
"""A monitor that speaks every second and then misses five is silent (our estimate)."""
SILENT_MISSED_PERIODS = 3.0
"""Slow senders are silent after missing this many of their own periods (our estimate)."""


@dataclass
class _Latest:
    value: float | None
    unit: str
    at_us: int
    source: str
    name: str
    reason: str = ""


@dataclass
class _Bed:
    """Everything live about one bed. Guarded by the ward's lock."""

    case_id: str
    analysis: BedState = field(default_factory=bedside.initial)
    latest: dict[str, _Latest] = field(default_factory=dict)
    conditions: dict[tuple[str, str], ConditionView] = field(default_factory=dict)
    signals: dict[str, SignalView] = field(default_factory=dict)
    origin: str = ""
    last_message_us: int | None = None
    period_s: float = 1.0
    notes: dict[str, str] = field(default_factory=dict)


class Ward:
    """All beds. ``hear`` is called after a message is on disk; ``tick`` about once a second."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._lock = threading.RLock()
        self._beds: dict[str, _Bed] = {}
        self._listeners: list[Callable[[Frame], None]] = []

    def add_listener(self, callback: Callable[[Frame], None]) -> None:
        """``callback`` gets every frame, from whichever thread made it; it must return at once."""
        with self._lock:
            self._listeners.append(callback)

    def remove_listener(self, callback: Callable[[Frame], None]) -> None:
        with self._lock:
            if callback in self._listeners:
                self._listeners.remove(callback)

    def hear(self, held: NewHeld) -> None:
        """Take in one committed message: latest values, analysis, frames for the screens."""
        with self._lock:
            bed = self._bed_for(held.bed, held.case_id)
            message = held.message
            _note_arrival(bed, message, held.received_us)
            for numeric in message.numerics:
                _keep_latest(bed, numeric, f"monitor {message.device}")
            for refusal in message.refused:
                if refusal.key:
                    bed.latest[refusal.key] = _no_value(refusal.key, message, refusal.reason)
            bed.analysis, outputs = bedside.step(bed.analysis, message.waves)
            for derived in outputs.numerics:
                _keep_latest(bed, derived, f"our analysis of {WAVE_LABELS.get(derived.channel, derived.channel)}")
            for withheld in outputs.withheld:
                if withheld.key in bed.latest or withheld.key in BY_KEY:
                    unit = BY_KEY[withheld.key].unit if withheld.key in BY_KEY else ""
                    bed.latest[withheld.key] = _Latest(
                        None, unit, withheld.at_us, "our analysis", withheld.key, withheld.reason
                    )
            for signal in outputs.signals:
                label = WAVE_LABELS.get(signal.key, signal.key)
                bed.signals[signal.key] = SignalView(
                    key=signal.key, label=label, quality=signal.quality, text=signal.text
                )
            self._follow_conditions(bed, outputs)
            frames = _frames(held.bed, message, outputs)
            listeners = list(self._listeners)
        for frame in frames:
            for listener in listeners:
                listener(frame)

    def tick(self, now_us: int) -> None:
        """Notice monitors that fell silent, and beds that emptied."""
        with self._lock:
            occupied = {case.bed: case for case in self._ctx.book.open_cases() if case.bed}
            for name, bed in list(self._beds.items()):
                case = occupied.get(name)
                if case is None or case.case_id != bed.case_id:
                    del self._beds[name]
                    continue
                silent = _is_silent(bed, now_us)
                if silent and ("no_data", "") not in bed.conditions:
                    since_us = bed.last_message_us or now_us
                    began = Began("no_data", "", "Monitor is silent: no data arrive", since_us, True, "medium")
                    self._condition_began(bed, began)
                elif not silent and ("no_data", "") in bed.conditions:
                    self._condition_ended(bed, "no_data", "", now_us)

    def board(self, now_us: int) -> list[BedView]:
        """Every bed in the clinic's order."""
        return [self.view(bed, now_us) for bed in self._ctx.book.clinic.beds]

    def view(self, bed_name: str, now_us: int) -> BedView:
        """One bed now. A bed without a case or without data says so by its empty fields."""
        case = self._ctx.book.case_on_bed(bed_name)
        with self._lock:
            bed = self._beds.get(bed_name)
            if bed is not None and (case is None or bed.case_id != case.case_id):
                bed = None
            values = _value_views(bed, now_us) if bed else ()
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
                conditions=tuple(sorted(bed.conditions.values(), key=_urgency)) if bed else (),
                signals=tuple(bed.signals.values()) if bed else (),
                last_message_us=bed.last_message_us if bed else None,
                silent=_is_silent(bed, now_us) if bed else True,
                notes=tuple(bed.notes.values()) if bed else (),
            )

    def _bed_for(self, name: str, case_id: str) -> _Bed:
        bed = self._beds.get(name)
        if bed is None or bed.case_id != case_id:
            bed = self._beds[name] = _Bed(case_id)
        return bed

    def _follow_conditions(self, bed: _Bed, outputs: Outputs) -> None:
        for change in outputs.conditions:
            if isinstance(change, Began):
                self._condition_began(bed, change)
            else:
                self._condition_ended(bed, change.condition, change.signal, change.at_us)

    def _condition_began(self, bed: _Bed, began: Began) -> None:
        key = (began.condition, began.signal)
        if key in bed.conditions:
            return
        bed.conditions[key] = ConditionView(
            condition=began.condition,
            text=began.text,
            signal=began.signal,
            began_us=began.at_us,
            technical=began.technical,
            priority=began.priority,
        )
        event = ev.MonitorConditionBegan(
            at_us=began.at_us,
            condition=began.condition,
            text=began.text,
            signal=began.signal,
            origin=Origin(bed.origin or Origin.LIVE),
        )
        self._record(bed.case_id, event)

    def _condition_ended(self, bed: _Bed, condition: str, signal: str, at_us: int) -> None:
        if bed.conditions.pop((condition, signal), None) is not None:
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


def _note_arrival(bed: _Bed, message: MonitorMessage, received_us: int) -> None:
    if bed.last_message_us is not None and received_us > bed.last_message_us:
        gap_s = (received_us - bed.last_message_us) / US_PER_S
        bed.period_s = 0.8 * bed.period_s + 0.2 * min(gap_s, 60.0)
    bed.last_message_us = received_us
    bed.origin = message.origin.value
    note = clock_note(message, received_us)
    if note:
        bed.notes[message.device] = f"{message.device}: {note}"
    else:
        bed.notes.pop(message.device, None)


def _keep_latest(bed: _Bed, numeric: Numeric | Derived, source: str) -> None:
    """A late or repeated older value never replaces a newer one."""
    known = bed.latest.get(numeric.key)
    if known is None or numeric.at_us >= known.at_us:
        bed.latest[numeric.key] = _Latest(numeric.value, numeric.unit, numeric.at_us, source, numeric.name)


def _no_value(key: str, message: MonitorMessage, reason: str) -> _Latest:
    shown = BY_KEY.get(key, OTHER)
    return _Latest(None, shown.unit, message.sent_us, f"monitor {message.device}", key, reason)


def _is_silent(bed: _Bed, now_us: int) -> bool:
    if bed.last_message_us is None:
        return True
    limit_s = max(SILENT_AFTER_S, SILENT_MISSED_PERIODS * bed.period_s)
    return (now_us - bed.last_message_us) > limit_s * US_PER_S


def _value_views(bed: _Bed, now_us: int) -> tuple[ValueView, ...]:
    order = {shown.key: rank for rank, shown in enumerate(SHOWN)}
    keys = sorted(bed.latest, key=lambda key: (order.get(key, len(order)), key))
    return tuple(_value_view(key, bed.latest[key], now_us) for key in keys)


def _value_view(key: str, latest: _Latest, now_us: int) -> ValueView:
    shown = BY_KEY.get(key, OTHER)
    age_us = now_us - latest.at_us
    state, reason = _believed(shown, age_us / US_PER_S)
    if latest.value is None:
        state, reason = "blank", latest.reason
    visible = state != "blank" and latest.value is not None
    return ValueView(
        key=key,
        label=shown.label or latest.name,
        value=latest.value if visible else None,
        text=f"{latest.value:.{shown.decimals}f}" if visible else "--",
        unit=latest.unit,
        at_us=latest.at_us,
        age_s=round(age_us / US_PER_S, 1),
        age=age_words(age_us),
        source=latest.source,
        state=state,
        reason=reason,
    )


def _believed(shown: Shown, age_s: float) -> tuple[str, str]:
    if age_s > shown.blank_s:
        return "blank", f"last value is {age_words(int(age_s * US_PER_S))} old"
    return ("stale", "not new") if age_s > shown.stale_s else ("fresh", "")


def _urgency(condition: ConditionView) -> tuple[int, int]:
    return ({"high": 0, "medium": 1, "low": 2}.get(condition.priority, 3), condition.began_us)


def _frames(bed: str, message: MonitorMessage, outputs: Outputs) -> list[Frame]:
    frames: list[Frame] = [_wave_frame(bed, wave, message.origin) for wave in message.waves]
    frames += [BeatsFrame(bed=bed, signal=signal, at_us=times) for signal, times in outputs.beats.items() if times]
    return frames


def _wave_frame(bed: str, wave: Wave, origin: Origin) -> WaveFrame:
    return WaveFrame(
        bed=bed,
        key=wave.key,
        label=WAVE_LABELS.get(wave.key, wave.name),
        unit=wave.unit,
        rate_hz=wave.rate_hz,
        start_us=wave.start_us,
        samples=_drawable(wave),
        origin=origin.value,
    )


def _drawable(wave: Wave) -> tuple[float | None, ...]:
    """Samples as a screen needs them: four decimals are finer than any pixel."""
    samples = array("f")
    samples.frombytes(wave.samples)
    return tuple(None if math.isnan(x) else round(x, 4) for x in samples)
