"""The last-minute watch over every order that runs: looks at the bed once a second and records what it sees.

It runs in the house and not on a page: what was to be seen is on record also when no screen was open.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from holdfast.hold import watch
from holdfast.hold.order import ENDS, OrderState, state_of
from holdfast.hold.watch import Change, Held, Reading, WatchState
from holdfast.knowledge.end_of_life import load
from holdfast.monitoring.shown import BY_KEY
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record.case_state import CaseState, OrderEntry
from holdfast.signals.conditions import ARREST, Condition
from holdfast.usecases.context import Context, record
from holdfast.usecases.end_of_life import current_order
from holdfast.usecases.live_views import BedView
from holdfast.usecases.ports import OWN_ACTOR

KEYS: dict[str, tuple[str, ...]] = {
    "heart": ("hr", "hr_ecg", "heart_rate", "pulse_art", "pulse_pleth", "pulse"),
    "pressure": ("art_mean", "art_mean_wave"),
    "breathing": ("rr", "rr_resp", "rr_co2"),
    "oxygen": ("spo2",),
}
"""The number of each kind of change. The monitor's own first: it averages over fewer seconds than our counts."""

DEFICIT = ("hr_ecg", ("pulse_art", "pulse_pleth"), 25.0)
"""Our count of beats less our count of pulses, of the same seconds; so much more than before is told (estimate)."""


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
SHAKEN = frozenset({"noisy", "saturated"})
"""What a movement makes of an ECG lead for a second."""

WATCHED = frozenset({OrderState.READY, OrderState.PERFORMED, OrderState.CONFIRMED})
"""A change is recorded and shown in these; before them only the seconds to compare with are kept."""


@dataclass
class TrayWatch:
    """Call ``follow`` about once a second. What is in memory is derived: after a restart a minute is gathered anew."""

    ctx: Context
    view: Callable[[str, int], BedView]
    """The bed at a moment, as the ward has it."""
    _states: dict[str, WatchState] = field(default_factory=dict)
    """By order."""

    def follow(self, now_us: int) -> None:
        """Look at the bed of every running order."""
        running = {
            order.order_id: (case, order)
            for case in self.ctx.book.open_cases()
            if case.bed and (order := current_order(case)) is not None and state_of(order) not in ENDS
        }
        self._states = {order_id: one for order_id, one in self._states.items() if order_id in running}
        for case, order in running.values():
            self._look(case, order, now_us)

    def _look(self, case: CaseState, order: OrderEntry, now_us: int) -> None:
        state = state_of(order)
        performed = state in (OrderState.PERFORMED, OrderState.CONFIRMED)
        bed = self.view(case.bed, now_us)
        before = self._states.get(order.order_id, WatchState())
        after, changes = watch.step(before, readings(bed), holding(bed), now_us, load().watch, performed=performed)
        self._states[order.order_id] = after
        if state in WATCHED and changes:
            self._record(case.case_id, order.order_id, changes, now_us)

    def _record(self, case_id: str, order_id: str, changes: tuple[Change, ...], now_us: int) -> None:
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
    beats, pulses, notable = DEFICIT
    pulse = next((fresh[key] for key in pulses if key in fresh), None)
    beat = fresh.get(beats)
    if beat and pulse and beat.value is not None and pulse.value is not None and pulse.at_us is not None:
        label = f"Beats without a pulse ({pulse.label.lower()})"
        found["deficit"] = Reading(pulse.at_us, max(0.0, beat.value - pulse.value), label, beat.unit, notable)
    return found


def holding(bed: BedView) -> dict[tuple[str, str], Held]:
    """The states of the bed, each with the kind of change that its beginning is."""
    held = {(one.condition, one.signal): Held(one.text, _kind(one.condition)) for one in bed.conditions}
    shaken = [one for one in bed.signals if one.key.startswith("ecg") and one.quality in SHAKEN]
    if shaken:
        held["shaken", ""] = Held("The ECG leads were shaken", "movement")
    return held


def _kind(condition: str) -> str:
    if condition in ARREST:
        return "arrest"
    if condition in RHYTHMS:
        return "rhythm"
    if condition == RALLY:
        return "rally"
    return "movement" if condition == Condition.ARTEFACT else ""
