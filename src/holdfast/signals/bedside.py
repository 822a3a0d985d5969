"""Everything that is derived live from the waveforms of one bed: one state, one step.

Feed it the waves of each monitor message as they come. It speaks once per second of signal, when that second is over
on every wave that is being sent, so the answer does not depend on how the waves were cut into messages.
Nothing here knows the time of day: when all waves stop, so does this, and whoever owns a clock must say so.

Times of several devices, or of one whose clock jumps, may not fit together, so none is judged by those of another. The
bed has an axis of its own that goes on as signal comes in; what is said of a wave bears that wave's own times.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S
from holdfast.signals import apnoea, bed_numbers, channels, conditions, worth
from holdfast.signals.apnoea import ApnoeaState, BreathSecond
from holdfast.signals.bed_numbers import BreathWave, EcgBeats, PulseWave, Told, WaveSecond
from holdfast.signals.channels import Channel, EcgChannel, PulseChannel
from holdfast.signals.chunk import Chunk, Timeline, WaveLike, from_wave
from holdfast.signals.conditions import NOTHING_BEFORE, Before, Change
from holdfast.signals.heart_rate import Rate
from holdfast.signals.observed import ADULT_DOG, EcgSecond, PulseSecond, RateLimits
from holdfast.signals.presence import Presence
from holdfast.signals.quality import FIT
from holdfast.signals.worth import Signal

SETTLE_US = 300_000
"""A second is judged this long after its end: every beat and pulse of it is certain by then."""

TICK_US = 200_000
"""Asystole is looked for so often within a second, so that it need not wait for the end of one."""

LAG_US = 2 * US_PER_S
"""A wave that has missed one of its own messages and this much signal of the others is not waited for (it is no longer
sent). One that appears or jumps further than this from the others has another clock than they."""

DRIFT_US = 2 * LAG_US
"""A wave that has fallen this far behind the others while it is being sent has a clock that drifts from theirs."""

FORGET_US = 60 * US_PER_S
"""A wave not sent for so long is forgotten; an ECG lead only while another one is sent, else nobody would miss it."""

JUMP_S = 15
"""A longer hole on all waves is stepped over instead of judged second by second."""

WAVES_MAX = 16
"""Waves analysed per bed; a bedside monitor sends at most a dozen."""

LEAD_ORDER = ("ecg_ii", "ecg", "ecg_i", "ecg_iii", "ecg_v")
"""Which lead's heart rate is shown when several are equally good."""


class Derived(msgspec.Struct, frozen=True, gc=False):
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
    quality: str = ""
    """good or fair."""
    note: str = ""
    """What to keep in mind with it, in one sentence: another signal that says something else, for one."""


class Withheld(msgspec.Struct, frozen=True, gc=False):
    """A number that is not given, and why."""

    key: str
    reason: str
    at_us: int


@dataclass(frozen=True)
class Outputs:
    """What became known with one step, oldest first."""

    beats: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Instants (us) of R peaks per ECG lead."""
    numerics: tuple[Derived, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    signals: tuple[Signal, ...] = ()
    conditions: tuple[Change, ...] = ()


class Lane(msgspec.Struct, frozen=True):
    """One wave and its place on the axis of the bed."""

    channel: Channel
    shift_us: int = 0
    """Whole seconds by which its own times are ahead of the axis."""
    grown_us: int = 0
    """Where the axis was when the wave last brought new signal."""
    batch_us: int = 0
    """Length of its last piece: so long it may keep the others waiting without having stopped."""

    @property
    def end_us(self) -> int:
        """How far it has got, on the axis."""
        return self.channel.end_us - self.shift_us


class BedState(msgspec.Struct, frozen=True, tag="bedside.6", forbid_unknown_fields=True):
    """All waves of a bed and the rules over them; a few hundred kB at most."""

    lanes: tuple[Lane, ...] = ()
    axis_us: int = 0
    """How far the foremost wave has got, on the axis."""
    next_second: int = -1
    """The second of the axis to be judged next; -1 before anything came."""
    ticks: int = 0
    """How many ticks of that second are over."""
    rules: conditions.ConditionState = conditions.ConditionState()
    numbers: bed_numbers.NumbersState = bed_numbers.NumbersState()
    breathing: ApnoeaState = ApnoeaState()
    etco2_mmhg: float | None = None
    """What the last breaths brought up, while that is told and good: for the rule of beats without flow."""


def initial(before: Before = NOTHING_BEFORE) -> BedState:
    """A bed that has sent nothing since the analysis started; ``before``: what is known of the animal all the same."""
    return BedState(rules=conditions.initial(before))


def dump(state: BedState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> BedState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, BedState)


def step(state: BedState, waves: Sequence[WaveLike], limits: RateLimits = ADULT_DOG) -> tuple[BedState, Outputs]:
    """Take the waves of one message (any keys; those that nothing is derived from are passed over).

    ``limits``: the rates that are extreme for this animal.
    """
    lanes = {lane.channel.key: lane for lane in state.lanes}
    fed: dict[str, bool] = {}
    not_judged: list[Signal] = []
    collected = _Collected()
    for wave in sorted(waves, key=lambda w: (w.start_us, w.key)):
        known = lanes.get(wave.key)
        channel = known.channel if known else channels.channel_for(wave.key)
        if channel is None or (known is None and len(lanes) >= WAVES_MAX):
            continue
        low, high = channels.rate_range_hz(channel)
        if not low <= wave.rate_hz <= high or len(wave.samples) % 4:
            text = f"{wave.rate_hz:g} samples per second cannot be analysed (needs {low:g} to {high:g})"
            not_judged.append(Signal(wave.key, "not_analysed", text, wave.start_us))
            continue
        lane, strayed = _fed(known or Lane(channel), from_wave(wave))
        lanes[wave.key] = lane
        if isinstance(lane.channel, EcgChannel) and isinstance(channel, EcgChannel):
            fresh = lane.channel.waiting_beats[len(channel.waiting_beats) :]
            if fresh:
                known_us = collected.beats.get(wave.key, ())
                collected.beats[wave.key] = known_us + tuple([beat.at_us for beat in fresh])
        if lane.channel.end_us != channel.end_us:
            fed[wave.key] = strayed or fed.get(wave.key, False)
        else:
            text = "sent, but its times lie before those already sent: not judged"
            not_judged.append(Signal(wave.key, "not_judged", text, wave.start_us))
    state = _advance(_placed(state, lanes, fed), collected, limits)
    collected.signals += not_judged
    return state, collected.outputs()


def _fed(lane: Lane, chunk: Chunk) -> tuple[Lane, bool]:
    """The lane after one more piece, and whether its times jumped (or it is new)."""
    before_us = lane.channel.end_us
    channel = channels.feed(lane.channel, chunk)
    length_us = round(len(chunk.samples) * US_PER_S / chunk.rate_hz)
    strayed = not before_us or not 0 <= channel.end_us - before_us <= length_us + LAG_US
    return Lane(channel, lane.shift_us, lane.grown_us, length_us), strayed


def _placed(state: BedState, lanes: dict[str, Lane], fed: dict[str, bool]) -> BedState:
    """The bed with every wave that brought new signal (``fed``: key, whether it jumped) put in its place on the axis.

    When all waves jump together, the axis jumps with them: there was a hole. A single one that jumps is moved back.
    """
    if not fed:
        return msgspec.structs.replace(state, lanes=tuple(lanes.values()))
    steady = [lanes[key].end_us for key, strayed in fed.items() if not strayed]
    if steady or any(key not in fed and not _is_old(lane, state.axis_us) for key, lane in lanes.items()):
        reached_us = max([state.axis_us, *steady])
    else:
        reached_us = lanes[min(fed, key=_lead_rank)].end_us
    for key, strayed in fed.items():
        lanes[key] = _beside(lanes[key], reached_us, strayed, lanes)
    axis_us = max([reached_us, *[lanes[key].end_us for key in fed]])
    for key in fed:
        lane = lanes[key]
        lanes[key] = Lane(lane.channel, lane.shift_us, axis_us, lane.batch_us)
    return msgspec.structs.replace(state, lanes=tuple(lanes.values()), axis_us=axis_us)


def _beside(lane: Lane, reached_us: int, strayed: bool, lanes: dict[str, Lane]) -> Lane:
    """The lane, moved to where the axis is when it lies elsewhere; together with another whose clock it shares."""
    ahead_us = lane.end_us - reached_us
    if abs(ahead_us) <= LAG_US if strayed else ahead_us >= -DRIFT_US:
        return lane
    shifts = [0, *(other.shift_us for other in lanes.values() if other is not lane)]
    shared = [shift_us for shift_us in shifts if abs(lane.channel.end_us - shift_us - reached_us) <= LAG_US]
    own_us = round((lane.channel.end_us - reached_us) / US_PER_S) * US_PER_S
    return msgspec.structs.replace(lane, shift_us=shared[0] if shared else own_us)


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


def _is_sent(lane: Lane, axis_us: int) -> bool:
    return 0 <= axis_us - lane.grown_us <= LAG_US + lane.batch_us


def _is_old(lane: Lane, axis_us: int) -> bool:
    """Not sent for so long, or not since the axis was set back."""
    return not 0 <= axis_us - lane.grown_us <= FORGET_US + lane.batch_us


def _advance(state: BedState, collected: _Collected, limits: RateLimits) -> BedState:
    """Judge every second that is over on all waves that are being sent, and watch for asystole within them."""
    sent = [one for one in state.lanes if _is_sent(one, state.axis_us)]
    if not sent:
        return state
    missed = not any(isinstance(one.channel, EcgChannel) for one in sent)
    lanes = tuple(
        one
        for one in state.lanes
        if not _is_old(one, state.axis_us) or (missed and isinstance(one.channel, EcgChannel))
    )
    ready = min(one.end_us for one in sent) - SETTLE_US
    second, ticks, rules = state.next_second, state.ticks, state.rules
    newest = ready // US_PER_S
    if second < 0:
        second, ticks = _first_second(sent), 0
    elif second > newest + JUMP_S:
        second, ticks = _first_second(sent), 0
        rules = conditions.forget(rules, second * US_PER_S)
    elif newest - second > JUMP_S and newest - second > JUMP_S + _backlog_s(sent):
        second, ticks = newest - 1, 0
        rules = conditions.forget(rules, second * US_PER_S)
    state = msgspec.structs.replace(state, lanes=lanes, rules=rules)
    while (now_us := second * US_PER_S + (ticks + 1) * TICK_US) <= ready:
        ticks += 1
        if ticks * TICK_US < US_PER_S:
            state = _watch(state, now_us, collected)
        else:
            state = _judge(state, second, collected, limits)
            second, ticks = second + 1, 0
    return msgspec.structs.replace(state, next_second=second, ticks=ticks)


def _watch(state: BedState, now_us: int, collected: _Collected) -> BedState:
    if not conditions.is_silent(state.rules, now_us):
        return state
    ecgs = [(lane.channel, lane.shift_us) for lane in state.lanes if isinstance(lane.channel, EcgChannel)]
    beaten = any(
        beat.at_us - shift_us < now_us and conditions.may_count(state.rules, channel.key, beat)
        for channel, shift_us in ecgs
        for beat in channel.waiting_beats
    )
    rules, changes = conditions.watch(state.rules, now_us, beaten)
    collected.conditions += _stamped(changes, state.lanes)
    return msgspec.structs.replace(state, rules=rules)


def _stamped(changes: Sequence[Change], lanes: Sequence[Lane]) -> list[Change]:
    """The changes in the time of the first lead instead of that of the axis."""
    if not changes:
        return []
    shift_us = min(lanes, key=lambda lane: _lead_rank(lane.channel.key)).shift_us
    return [replace(change, at_us=change.at_us + shift_us) for change in changes]


def _first_second(lanes: Sequence[Lane]) -> int:
    return min(math.ceil((_timeline(one.channel).base_us - one.shift_us) / US_PER_S) for one in lanes)


def _backlog_s(lanes: Sequence[Lane]) -> int:
    """Seconds that were received but not judged: a long message is work, not a hole."""
    waiting = [one.channel for one in lanes]
    return max(len(c.waiting_quality if isinstance(c, EcgChannel) else c.waiting_presence) for c in waiting)


def _timeline(channel: Channel) -> Timeline:
    return channel.beats.timeline if isinstance(channel, EcgChannel) else channel.moved.timeline


def _judge(state: BedState, second: int, collected: _Collected, limits: RateLimits) -> BedState:
    lanes = {lane.channel.key: lane for lane in state.lanes}
    after: list[Lane] = []
    ecgs: list[EcgSecond] = []
    pulsing: list[PulseSecond] = []
    breaths: dict[str, Rate] = {}
    slow: list[WaveSecond] = []
    breathing: list[BreathSecond] = []
    for key, lane in lanes.items():
        start_us = second * US_PER_S + lane.shift_us
        channel: Channel
        if isinstance(lane.channel, EcgChannel):
            channel, ecg, breaths[key] = channels.ecg_second(lane.channel, start_us)
            ecgs.append(_on_axis(ecg, lane.shift_us))
            collected.signals.append(worth.of_ecg(ecg, start_us))
        elif isinstance(lane.channel, PulseChannel):
            channel, there, pulses = channels.pulse_second(lane.channel, start_us)
            pulsing.append(PulseSecond(key, there, len(pulses)))
            slow.append(PulseWave(key, pulses, there, lane.shift_us))
            collected.signals.append(worth.of_slow_wave(key, there, start_us))
        else:
            channel, presence, breathed = channels.breath_second(lane.channel, start_us)
            # Between two breaths, or without any, a capnograph stands still; a chest does not.
            there = presence is Presence.MOVING or (key == "co2" and presence is Presence.STILL)
            slow.append(BreathWave(key, breathed, there, lane.shift_us))
            breathing.append(BreathSecond(key, tuple(breath.at_us - lane.shift_us for breath in breathed), there))
            collected.signals.append(worth.of_slow_wave(key, there, start_us))
        after.append(Lane(channel, lane.shift_us, lane.grown_us, lane.batch_us))
    rules, changes = conditions.step(
        state.rules, second * US_PER_S, tuple(ecgs), tuple(pulsing), limits, state.etco2_mmhg
    )
    collected.conditions += _stamped(changes, state.lanes)
    counted = {key: memory.beats for key, memory in rules.leads}
    leads = [
        EcgBeats(
            ecg.key,
            tuple([beat.at_us + lanes[ecg.key].shift_us for beat in counted.get(ecg.key, ())]),
            ecg.quality in FIT,
            breaths[ecg.key],
            lanes[ecg.key].shift_us,
        )
        for ecg in sorted(ecgs, key=lambda one: _lead_rank(one.key))
    ]
    numbers, said = bed_numbers.step(state.numbers, second, [*leads, *slow])
    _say(collected, said.told)
    breathed_last, gap = apnoea.step(state.breathing, breathing, (second + 1) * US_PER_S)
    if gap is not None:
        at_us, quality = (second + 1) * US_PER_S + lanes[gap.wave].shift_us, "fair" if gap.note else "good"
        name, unit = "HOLDFAST_BREATH_GAP", "s"
        collected.numerics.append(
            Derived("breath_gap", "", name, gap.seconds, unit, at_us, gap.wave, quality=quality, note=gap.note)
        )
    end_tidal = next((one for one in said.told if one.key == "etco2_wave" and one.quality == "good"), None)
    return msgspec.structs.replace(
        state,
        lanes=tuple(after),
        rules=rules,
        numbers=numbers,
        breathing=breathed_last,
        etco2_mmhg=end_tidal.value if end_tidal else None,
    )


def _on_axis(ecg: EcgSecond, shift_us: int) -> EcgSecond:
    """The same with the times of its beats on the axis."""
    if not shift_us or not ecg.beats:
        return ecg
    beats = tuple(msgspec.structs.replace(beat, at_us=beat.at_us - shift_us) for beat in ecg.beats)
    return msgspec.structs.replace(ecg, beats=beats)


def _lead_rank(key: str) -> tuple[int, str]:
    """The ECG before everything else, in the order of its leads."""
    return LEAD_ORDER.index(key) if key in LEAD_ORDER else len(LEAD_ORDER), key


def _say(collected: _Collected, told: Sequence[Told]) -> None:
    for one in told:
        at_us = one.at_us + one.age_us
        if one.value is None:
            collected.withheld.append(Withheld(one.key, one.why, at_us))
        elif one.fresh:
            name, value = f"HOLDFAST_{one.key.upper()}", round(one.value, 1)
            collected.numerics.append(
                Derived(one.key, "", name, value, one.unit, at_us, one.wave, quality=one.quality, note=one.why)
            )
