"""Everything that is derived live from the waveforms of one bed: one state, one step.

Feed it the waves of each monitor message as they come. It speaks once per second of signal, when that second is over
on every wave that is being sent, so the answer does not depend on how the waves were cut into messages.
Nothing here knows the time of day: when all waves stop, so does this, and whoever owns a clock must say so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals import channels, conditions
from holdfast.signals.channels import Channel, EcgChannel, PulseChannel
from holdfast.signals.chunk import Timeline, WaveLike, from_wave
from holdfast.signals.conditions import Change, EcgSecond, PulseSecond
from holdfast.signals.heart_rate import Rate
from holdfast.signals.pulses import Pulse
from holdfast.signals.quality import Quality

SETTLE_US = 300_000
"""A second is judged this long after its end: every beat and pulse of it is certain by then."""

LAG_US = 2 * US_PER_S
"""A wave this far behind the others is not waited for (it is no longer sent)."""

FORGET_US = 60 * US_PER_S
"""A wave not sent for so long is forgotten."""

JUMP_S = 15
"""A hole longer than this on all waves is stepped over instead of judged second by second."""

WAVES_MAX = 16
"""Waves analysed per bed; a bedside monitor sends at most a dozen."""

LEAD_ORDER = ("ecg_ii", "ecg", "ecg_i", "ecg_iii", "ecg_v")
"""Which lead's heart rate is shown when several are equally good."""


@dataclass(frozen=True)
class Derived:
    """One number made from a wave, with the fields of a monitor's numeric."""

    key: str
    code: str
    name: str
    value: float
    unit: str
    at_us: int
    channel: str
    """The wave it was made from."""
    source: str = "analysis"


@dataclass(frozen=True)
class Withheld:
    """A number that is not given, and why."""

    key: str
    reason: str
    at_us: int


@dataclass(frozen=True)
class Signal:
    """What one wave was worth in the second beginning at ``start_us``."""

    key: str
    quality: str
    text: str
    start_us: int


@dataclass(frozen=True)
class Outputs:
    """What became known with one step, oldest first."""

    beats: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Instants (us) of R peaks per ECG lead."""
    numerics: tuple[Derived, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    signals: tuple[Signal, ...] = ()
    conditions: tuple[Change, ...] = ()


class BedState(msgspec.Struct, frozen=True, tag="bedside.1", forbid_unknown_fields=True):
    """All channels of a bed and the rules over them; a few hundred kB at most."""

    channels: tuple[Channel, ...] = ()
    next_second: int = -1
    """The second (since the epoch) to be judged next; -1 before anything came."""
    rules: conditions.ConditionState = conditions.ConditionState()


def initial() -> BedState:
    """A bed that has sent nothing."""
    return BedState()


def dump(state: BedState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> BedState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return msgspec.msgpack.decode(data, type=BedState)


def step(state: BedState, waves: Sequence[WaveLike]) -> tuple[BedState, Outputs]:
    """Take the waves of one message (any keys; those that nothing is derived from are passed over)."""
    lanes: dict[str, Channel] = {channel.key: channel for channel in state.channels}
    refused: list[Signal] = []
    for wave in sorted(waves, key=lambda w: (w.start_us, w.key)):
        channel = lanes.get(wave.key) or channels.channel_for(wave.key)
        if channel is None or (wave.key not in lanes and len(lanes) >= WAVES_MAX):
            continue
        low, high = channels.rate_range_hz(channel)
        if not low <= wave.rate_hz <= high or len(wave.samples) % 4:
            text = f"{wave.rate_hz:g} samples per second cannot be analysed (needs {low:g} to {high:g})"
            refused.append(Signal(wave.key, "not_analysed", text, wave.start_us))
            continue
        lanes[wave.key] = channels.feed(channel, from_wave(wave))
    collected = _Collected(signals=refused)
    _collect_beats(collected, state.channels, lanes)
    state = _advance(state, lanes, collected)
    return state, collected.outputs()


@dataclass
class _Collected:
    """What one step has gathered so far."""

    beats: dict[str, tuple[int, ...]] = field(default_factory=dict)
    numerics: list[Derived] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    conditions: list[Change] = field(default_factory=list)

    def outputs(self) -> Outputs:
        return Outputs(
            self.beats, tuple(self.numerics), tuple(self.withheld), tuple(self.signals), tuple(self.conditions)
        )


def _collect_beats(collected: _Collected, before: Sequence[Channel], lanes: dict[str, Channel]) -> None:
    waiting = {c.key: len(c.waiting_beats) for c in before if isinstance(c, EcgChannel)}
    for key, channel in lanes.items():
        if isinstance(channel, EcgChannel) and len(channel.waiting_beats) > waiting.get(key, 0):
            collected.beats[key] = channel.waiting_beats[waiting.get(key, 0) :]


def _advance(state: BedState, lanes: dict[str, Channel], collected: _Collected) -> BedState:
    """Judge every second that is over on all waves that are being sent."""
    if not lanes:
        return state
    leader = max(channel.end_us for channel in lanes.values())
    lanes = {key: channel for key, channel in lanes.items() if channel.end_us > leader - FORGET_US}
    ready = min(c.end_us for c in lanes.values() if c.end_us > leader - LAG_US) - SETTLE_US
    second, rules = state.next_second, state.rules
    newest = ready // US_PER_S
    if second < 0 or second > newest + JUMP_S:
        second = _first_second(lanes)
    elif newest - second > JUMP_S + _backlog_s(lanes):
        second = newest - 1
        rules = conditions.ConditionState(holding=rules.holding)
    while (second + 1) * US_PER_S <= ready:
        lanes, rules = _judge(lanes, rules, second, collected)
        second += 1
    return BedState(tuple(lanes.values()), second, rules)


def _first_second(lanes: dict[str, Channel]) -> int:
    return min(math.ceil(_timeline(channel).base_us / US_PER_S) for channel in lanes.values())


def _backlog_s(lanes: dict[str, Channel]) -> int:
    """Seconds that were received but not judged: a long message is work, not a hole."""
    return max(len(c.waiting_quality if isinstance(c, EcgChannel) else c.waiting_presence) for c in lanes.values())


def _timeline(channel: Channel) -> Timeline:
    return channel.beats.timeline if isinstance(channel, EcgChannel) else channel.moved.timeline


def _judge(
    lanes: dict[str, Channel], rules: conditions.ConditionState, second: int, collected: _Collected
) -> tuple[dict[str, Channel], conditions.ConditionState]:
    start_us = second * US_PER_S
    after: dict[str, Channel] = {}
    ecgs: list[EcgSecond] = []
    rates: list[tuple[str, Rate]] = []
    pulsing: list[PulseSecond] = []
    for key, channel in lanes.items():
        if isinstance(channel, EcgChannel):
            after[key], ecg, rate = channels.ecg_second(channel, start_us)
            ecgs.append(ecg)
            rates.append((key, rate))
            collected.signals.append(_ecg_signal(ecg, start_us))
        elif isinstance(channel, PulseChannel):
            after[key], pulse, rate, found = channels.pulse_second(channel, start_us)
            pulsing.append(pulse)
            collected.signals.append(_slow_signal(key, pulse.present, start_us))
            _say(collected, f"pulse_{key}", "PULSE", rate, key, start_us)
            if key == "art" and found:
                _say_pressures(collected, found[-1])
        else:
            after[key], there, rate = channels.breath_second(channel, start_us)
            collected.signals.append(_slow_signal(key, there, start_us))
            _say(collected, f"rr_{key}", "RESP", rate, key, start_us)
    if rates:
        key, rate = min(rates, key=_preference)
        _say(collected, "hr_ecg", "HEART_RATE", rate, key, start_us)
    rules, changes = conditions.step(rules, start_us, tuple(ecgs), tuple(pulsing))
    collected.conditions += changes
    return after, rules


def _preference(lead: tuple[str, Rate]) -> tuple[int, int, str]:
    key, rate = lead
    worth = ("good", "fair", "none").index(rate.quality)
    return worth, LEAD_ORDER.index(key) if key in LEAD_ORDER else len(LEAD_ORDER), key


def _say(collected: _Collected, key: str, name: str, rate: Rate, wave: str, start_us: int) -> None:
    end_us = start_us + US_PER_S
    if rate.per_min is None:
        collected.withheld.append(Withheld(key, rate.why, end_us))
    else:
        label = f"HOLDFAST_{name}"
        collected.numerics.append(Derived(key, "", label, round(rate.per_min, 1), "/min", end_us, wave))


def _say_pressures(collected: _Collected, pulse: Pulse) -> None:
    for part, value in (("sys", pulse.systolic), ("dia", pulse.diastolic), ("mean", pulse.mean)):
        if value is None:
            continue
        key, name = f"art_{part}_wave", f"HOLDFAST_ART_{part.upper()}"
        collected.numerics.append(Derived(key, "", name, round(value, 1), "mmHg", pulse.at_us, "art"))


_ECG_TEXTS = {
    Quality.USABLE: "good",
    Quality.NOISY: "noise: beats cannot be trusted",
    Quality.SATURATED: "saturated: beyond what the input can show",
    Quality.LEAD_OFF: "lead off",
    Quality.FLAT: "flat: electrodes on, nothing like a beat in this second",
    Quality.FROZEN: "no signal change: lead or device?",
}


def _ecg_signal(ecg: EcgSecond, start_us: int) -> Signal:
    if ecg.quality is None:
        return Signal(ecg.key, "missing", "not sent", start_us)
    return Signal(ecg.key, ecg.quality.value, _ECG_TEXTS[ecg.quality], start_us)


def _slow_signal(key: str, there: bool, start_us: int) -> Signal:
    return Signal(key, "usable" if there else "missing", "good" if there else "no signal", start_us)
