"""The last-minute watch over every order that runs: looks at the bed once a second and records what it sees.

It runs in the house and not on a page: what was to be seen is on record also when no screen was open.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from holdfast.hold import shake, watch
from holdfast.hold.order import ENDS, OrderState, state_of
from holdfast.hold.shake import ShakeState
from holdfast.hold.watch import Change, Held, Reading, WatchState
from holdfast.knowledge.tray_watch import shake_rule, watch_rule
from holdfast.monitoring.rally import LOOK_AGAIN
from holdfast.monitoring.shown import BY_KEY
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record.case_entries import OrderEntry
from holdfast.record.case_state import CaseState
from holdfast.signals.conditions import ARREST, Condition
from holdfast.usecases import shadow
from holdfast.usecases.context import Context, record
from holdfast.usecases.end_of_life import current_order
from holdfast.usecases.live_views import BedView, Frame, WaveFrame
from holdfast.usecases.ports import OWN_ACTOR

KEYS: dict[str, tuple[str, ...]] = {
    "heart": ("hr", "hr_ecg", "heart_rate", "pulse_art", "pulse_pleth", "pulse"),
    "pressure": ("art_mean", "art_mean_wave"),
    "breathing": ("rr", "rr_resp", "rr_co2"),
    "oxygen": ("spo2",),
}
"""The number of each kind of change. The monitor's own first: it averages over fewer seconds than our counts."""

DEFICIT = ("hr_ecg", ("pulse_art", "pulse_pleth"))
"""Our count of beats less our count of pulses, of the same seconds."""

RHYTHMS = frozenset(
    {
        Condition.VENTRICULAR_RUN,
        Condition.VENTRICULAR_TACHYCARDIA,
        Condition.PAUSE,
        Condition.DROPPED_BEATS,
        Condition.EXTREME_BRADYCARDIA,
        Condition.EXTREME_TACHYCARDIA,
    }
)
RALLY = "sustained_improvement"
FRAMES_MAX = 500
"""Stretches of waves that wait for the next look; older ones fall out."""

SHAKEN_WORDS = {"ecg": "the ECG", "pleth": "the pulse sensor", "resp": "the breathing"}

WATCHED = frozenset({OrderState.READY, OrderState.PERFORMED, OrderState.CONFIRMED})
"""A change is recorded and shown in these; before them only the seconds to compare with are kept."""


class Second(NamedTuple):
    """One second of one wave."""

    key: str
    rough: float
    at_us: int


@dataclass
class TrayWatch:
    """Call ``follow`` about once a second. What is in memory is derived: after a restart a minute is gathered anew."""

    ctx: Context
    view: Callable[[str, int], BedView]
    """The bed at a moment, as the ward has it."""
    _states: dict[str, WatchState] = field(default_factory=dict)
    """By order."""
    _shakes: dict[str, ShakeState] = field(default_factory=dict)
    """By order, too."""
    _beds: frozenset[str] = frozenset()
    """Beds with a running order: waves of others are let pass."""
    _frames: deque[WaveFrame] = field(default_factory=lambda: deque(maxlen=FRAMES_MAX))
    _begun: dict[tuple[str, str], list[float | None]] = field(default_factory=dict)
    """Samples of a second that is not whole yet, by bed and wave."""

    def hear(self, frame: Frame) -> None:
        """Take a stretch of a wave, from any thread; it is looked at in ``follow``."""
        if isinstance(frame, WaveFrame) and frame.bed in self._beds and frame.key.startswith(shake.WAVES):
            self._frames.append(frame)

    def follow(self, now_us: int) -> None:
        """Look at the bed of every running order."""
        running = {
            order.order_id: (case, order)
            for case in self.ctx.book.open_cases()
            if case.bed and (order := current_order(case)) is not None and state_of(order) not in ENDS
        }
        self._states = {order_id: one for order_id, one in self._states.items() if order_id in running}
        self._shakes = {order_id: one for order_id, one in self._shakes.items() if order_id in running}
        self._beds = frozenset(case.bed for case, _ in running.values())
        rough = self._rough()
        for case, order in running.values():
            self._look(case, order, rough.get(case.bed, []), now_us)

    def _rough(self) -> dict[str, list[Second]]:
        """How rough each whole second of a wave was that has come since the last look, by bed."""
        found: dict[str, list[Second]] = {}
        for _ in range(len(self._frames)):
            frame = self._frames.popleft()
            samples = self._begun.setdefault((frame.bed, frame.key), [])
            samples += frame.samples
            if len(samples) < frame.rate_hz:
                continue
            value = shake.roughness(frame.key, samples, frame.rate_hz)
            self._begun[frame.bed, frame.key] = []
            if value is not None:
                found.setdefault(frame.bed, []).append(Second(frame.key, value, frame.start_us))
        return found

    def _shaken(self, order_id: str, seconds: list[Second]) -> str:
        """What was shaken in these seconds, in words; empty when nothing was."""
        state, words = self._shakes.get(order_id, ShakeState()), ""
        for one in seconds:
            state, kinds = shake.step(state, one.key, one.rough, one.at_us, shake_rule())
            if kinds:
                words = f"{' and '.join(SHAKEN_WORDS[kind] for kind in kinds)} were shaken at once"
        self._shakes[order_id] = state
        return words[:1].upper() + words[1:]

    def _look(self, case: CaseState, order: OrderEntry, rough: list[Second], now_us: int) -> None:
        state = state_of(order)
        performed = state in (OrderState.PERFORMED, OrderState.CONFIRMED)
        bed = self.view(case.bed, now_us)
        before = self._states.get(order.order_id, WatchState())
        held = {**holding(bed), **rallied(case)}
        if shaken := self._shaken(order.order_id, rough):
            held["shaken", ""] = Held(shaken, "movement")
        after, changes = watch.step(before, readings(bed), held, now_us, watch_rule(), performed=performed)
        # What was seen before the tray was ready was shown to nobody: it must not keep back the same change after it.
        self._states[order.order_id] = after if state in WATCHED else replace(after, told={})
        if state in WATCHED and changes:
            self._record(case.case_id, order.order_id, changes, now_us)

    def _record(self, case_id: str, order_id: str, changes: tuple[Change, ...], now_us: int) -> None:
        if shadow.LAST_MINUTES in self.ctx.book.clinic.silent:
            for one in changes:
                shadow.spoke_once(self.ctx, case_id, shadow.LAST_MINUTES, one.text, min(one.at_us, now_us))
            return
        events = [
            eol.LastMinuteChange(at_us=min(one.at_us, now_us), order_id=order_id, change=one.change, text=one.text)
            for one in changes
        ]
        record(self.ctx, actor=OWN_ACTOR, stream=ev.case_stream(case_id), events=events)


def readings(bed: BedView) -> dict[str, Reading]:
    """The quickest number that may be believed, for each kind of change."""
    fresh = {one.key: one for one in bed.values if one.state == "fresh" and one.value is not None}
    found = {}
    for kind, keys in KEYS.items():
        one = next((fresh[key] for key in keys if key in fresh), None)
        if one is not None and one.value is not None and one.at_us is not None:
            notable = BY_KEY[one.key].notable_change
            found[kind] = Reading(one.at_us, one.value, one.label, one.unit, notable)
    beats, pulses = DEFICIT
    pulse = next((fresh[key] for key in pulses if key in fresh), None)
    beat = fresh.get(beats)
    if beat and pulse and beat.value is not None and pulse.value is not None and pulse.at_us is not None:
        label = f"Beats without a pulse ({pulse.label.lower()})"
        found["deficit"] = Reading(
            pulse.at_us, max(0.0, beat.value - pulse.value), label, beat.unit, watch_rule().deficit_per_min
        )
    return found


def holding(bed: BedView) -> dict[tuple[str, str], Held]:
    """The states of the bed, each with the kind of change that its beginning is."""
    return {(one.condition, one.signal): Held(one.text, _kind(one.condition)) for one in bed.conditions}


def rallied(case: CaseState) -> dict[tuple[str, str], Held]:
    """An improvement that stands and that no treatment explains: the rule of hours writes it into the record and tells
    no bed of it."""
    return {
        (one.condition, one.signal): Held(one.text, "rally")
        for one in case.conditions
        if one.condition == RALLY and one.ended_us is None and one.text.startswith(LOOK_AGAIN)
    }


def _kind(condition: str) -> str:
    if condition in ARREST:
        return "arrest"
    if condition in RHYTHMS:
        return "rhythm"
    return "movement" if condition == Condition.ARTEFACT else ""
