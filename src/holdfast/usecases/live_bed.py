"""Everything live about one bed, and how a monitor's message enters it."""

from dataclasses import dataclass, field

import msgspec

from holdfast.monitoring.shown import BY_KEY, OTHER
from holdfast.monitoring.two_rates import TwoRates
from holdfast.record.monitor import MonitorMessage, Wave
from holdfast.signals.bedside import BedState, Outputs
from holdfast.signals.worth import Signal
from holdfast.usecases.device_clock import TOLERANCE_US, Offset, sent_by_its_clock, wave_end_us
from holdfast.usecases.live_alarms import BedAlarms
from holdfast.usecases.live_alerts import MonitorAlerts
from holdfast.usecases.live_values import Latest, keep
from holdfast.usecases.live_views import WAVE_LABELS, ConditionView, SignalView
from holdfast.usecases.second_opinion import RecentSignals


@dataclass
class Bed:
    """Everything live about one bed. Guarded by the ward's lock."""

    case_id: str
    alarms: BedAlarms
    analysis: BedState
    recent: RecentSignals = field(default_factory=RecentSignals)
    latest: dict[str, Latest] = field(default_factory=dict)
    conditions: dict[tuple[str, str], ConditionView] = field(default_factory=dict)
    signals: dict[str, SignalView] = field(default_factory=dict)
    origin: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    clocks: dict[tuple[str, str], Offset] = field(default_factory=dict)
    """By device and wave (empty: the device itself): how far its times are behind ours. For what is live only."""
    alerts: MonitorAlerts = field(default_factory=MonitorAlerts)
    rates: TwoRates = field(default_factory=TwoRates)
    silent: set[tuple[str, str]] = field(default_factory=set)
    """Conditions whose rules are silent."""
    remark: str = ""
    """What is to be said of the monitor's heart rate beside ours."""

    def clock(self, device: str, wave: str = "") -> Offset:
        return self.clocks.setdefault((device, wave), Offset())


def note_arrival(bed: Bed, message: MonitorMessage, received_us: int, note: str) -> None:
    """Whether it was measured just now, and what its device's clock does; ``note``: what is odd about that clock."""
    bed.origin = message.origin.value
    bed.clock(message.device).heard(received_us - sent_by_its_clock(message, received_us), received_us)
    if note:
        bed.notes[message.device] = f"{message.device}: {note}"
    else:
        bed.notes.pop(message.device, None)


def keep_values(bed: Bed, message: MonitorMessage, received_us: int) -> None:
    """What the monitor measured, and what of it was refused."""
    behind_us, source = bed.clock(message.device).us, f"monitor {message.device}"

    def kept(key: str, value: float | None, unit: str, at_us: int, name: str, reason: str = "") -> None:
        order_us = min(at_us + behind_us, received_us)
        keep(bed.latest, key, Latest(value, unit, min(at_us, received_us), received_us, order_us, source, name, reason))

    for one in message.numerics:
        kept(one.key, one.value, one.unit, one.at_us, one.name)
    for refusal in message.refused:
        if refusal.key:
            unit = BY_KEY.get(refusal.key, OTHER).unit
            kept(refusal.key, None, unit, message.sent_us, refusal.key, refusal.reason)


def on_our_clock(bed: Bed, message: MonitorMessage, received_us: int) -> tuple[list[Wave], tuple[Signal, ...]]:
    """The waves with their times put on our clock, and what is said of those that are left out.

    A wave that lies ahead of now although the clocks were told off against each other is one stray message: it would
    make the next ones look like repetitions, so it is left to the record.
    """
    waves: list[Wave] = []
    stray: list[Signal] = []
    behind_us = bed.clock(message.device).us
    for wave in message.waves:
        ahead_us = wave_end_us(wave) + behind_us - received_us
        own = bed.clock(message.device, wave.key)
        own.heard(min(0, -ahead_us), received_us)
        if ahead_us + own.us > TOLERANCE_US:
            text = "sent, but its times lie ahead of now: not judged"
            stray.append(Signal(wave.key, "not_judged", text, wave.start_us))
        else:
            waves.append(msgspec.structs.replace(wave, start_us=wave.start_us + behind_us + own.us))
    return waves, tuple(stray)


def keep_derived(bed: Bed, outputs: Outputs, received_us: int) -> None:
    """What our analysis measured, and why it did not."""
    for one in outputs.numerics:
        source, at_us = f"our analysis of {WAVE_LABELS.get(one.channel, one.channel)}", min(one.at_us, received_us)
        new = Latest(one.value, one.unit, at_us, received_us, at_us, source, one.name, "", one.quality, one.note, True)
        keep(bed.latest, one.key, new)
    for withheld in outputs.withheld:
        if withheld.key in bed.latest or withheld.key in BY_KEY:
            unit, at_us = BY_KEY.get(withheld.key, OTHER).unit, min(withheld.at_us, received_us)
            new = Latest(
                None, unit, at_us, received_us, at_us, "our analysis", withheld.key, withheld.reason, ours=True
            )
            keep(bed.latest, withheld.key, new)
