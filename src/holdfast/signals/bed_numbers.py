"""All numbers of a bed, second by second, from what its waves brought: each with quality, age, source, or the reason
why it is not given.

The channels find beats, pulses and breaths; here they become rates and levels, are set beside each other, and where
two sources disagree a sentence says so. Times are those of each wave; ``shift_us`` takes them to the axis of the bed.
"""

import math
from collections.abc import Sequence

import msgspec

from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S
from holdfast.signals import breath_modulation, capnogram, fusion, heart_rate, pressures, pulse_deficit, variability
from holdfast.signals.breath_modulation import ModulationState
from holdfast.signals.fusion import Fused, Reading
from holdfast.signals.heart_rate import Rate
from holdfast.signals.levels import Level
from holdfast.signals.pulse_deficit import Deficit
from holdfast.signals.pulses import Pulse
from holdfast.signals.respiration import Breath
from holdfast.signals.variability import Variability

SLOW_EVERY_S = 10
"""What rests on minutes is told at every tenth second."""

PULSE_RANK = ("art", "pleth")
"""Which pulse is held beside the beats when there are several."""


class EcgBeats(msgspec.Struct, frozen=True):
    """What one second of a lead brought."""

    key: str
    beats_us: tuple[int, ...]
    fit: bool
    """Whether "there was no beat" may be concluded from it."""
    breath: Rate
    """Breathing as this lead's ECG shows it."""
    shift_us: int = 0


class PulseWave(msgspec.Struct, frozen=True):
    """What one second of a pleth or pressure wave brought."""

    key: str
    pulses: tuple[Pulse, ...]
    present: bool
    shift_us: int = 0


class BreathWave(msgspec.Struct, frozen=True):
    """What one second of an impedance or carbon dioxide wave brought."""

    key: str
    breaths: tuple[Breath, ...]
    present: bool
    shift_us: int = 0


WaveSecond = EcgBeats | PulseWave | BreathWave


class Told(msgspec.Struct, frozen=True, gc=False):
    """One number, or why it is not given (``value`` None)."""

    key: str
    value: float | None
    unit: str
    quality: str
    """good, fair or none."""
    why: str
    """Why it is not given, or what to keep in mind with it; often empty."""
    at_us: int
    """The last beat, pulse or breath it rests on, in the times of its wave."""
    age_us: int
    wave: str
    """The wave it was made from."""
    fresh: bool = True
    """Whether this second brought something new to it; else it stands as it was told before."""


class Numbers(msgspec.Struct, frozen=True):
    """What stands at the end of one second."""

    told: tuple[Told, ...]
    heart: Fused
    breathing: Fused
    variability: Variability | None = None
    deficit: Deficit | None = None
    """These two at every tenth second."""


class WaveNumbers(msgspec.Struct, frozen=True):
    """What is remembered of one wave."""

    key: str
    rate: heart_rate.RateState = heart_rate.RateState()
    varied: variability.VariabilityState | None = None
    sway: ModulationState | None = None
    pressure: pressures.PressureState | None = None
    gas: capnogram.CapnogramState | None = None


class NumbersState(msgspec.Struct, frozen=True, tag="bed_numbers.1", forbid_unknown_fields=True):
    """All waves, and the pair of waves whose beats and pulses are held beside each other."""

    waves: tuple[WaveNumbers, ...] = ()
    pair: tuple[str, str] = ("", "")
    deficit: pulse_deficit.DeficitState = pulse_deficit.DeficitState()


def initial() -> NumbersState:
    """Nothing seen yet."""
    return NumbersState()


def dump(state: NumbersState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> NumbersState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, NumbersState)


def step(state: NumbersState, second: int, waves: Sequence[WaveSecond]) -> tuple[NumbersState, Numbers]:
    """Take what all waves brought in a second of the axis (seconds since its start); waves not named are forgotten."""
    known = {one.key: one for one in state.waves}
    after: list[WaveNumbers] = []
    told: list[Told] = []
    hearts: list[Reading] = []
    breaths: list[Reading] = []
    for wave in waves:
        end_us = (second + 1) * US_PER_S + wave.shift_us
        memory = known.get(wave.key) or WaveNumbers(wave.key)
        if isinstance(wave, EcgBeats):
            rate_state, rate = heart_rate.step(memory.rate, wave.beats_us, end_us, not wave.fit)
            intervals = variability.step(memory.varied or variability.initial(), wave.beats_us, end_us, not wave.fit)
            memory = WaveNumbers(wave.key, rate_state, intervals)
            hearts.append(Reading("ecg", wave.key, rate))
            breaths.append(Reading("ecg", wave.key, wave.breath))
        elif isinstance(wave, PulseWave):
            memory, rate, breath = _pulse(memory, wave, end_us, told)
            hearts.append(Reading(wave.key, wave.key, rate))
            breaths.append(Reading(wave.key, wave.key, breath))
            told += [_rate(f"pulse_{wave.key}", rate, wave.key), _sway(f"rr_{wave.key}", breath, wave.key)]
        else:
            memory, rate = _breath(memory, wave, end_us, told)
            breaths.append(Reading(wave.key, wave.key, rate))
            told.append(_rate(f"rr_{wave.key}", rate, wave.key))
        after.append(memory)
    ecg = _best_ecg(hearts)
    heart = fusion.heart(hearts)
    breathing = fusion.breathing(breaths, heart.rate.per_min)
    if ecg is not None:
        told.append(_rate("hr_ecg", ecg.rate, ecg.wave))
        told.append(_sway("rr_ecg", next(one.rate for one in breaths if one.wave == ecg.wave), ecg.wave))
    told += _fused("heart_rate", heart) + _fused("breath_rate", breathing)
    state = _beside(state, tuple(after), second, waves, ecg.wave if ecg else "")
    if (second + 1) % SLOW_EVERY_S:
        return state, Numbers(tuple(told), heart, breathing)
    varied = _variability(state, second, waves, ecg.wave if ecg else "", breathing, told)
    deficit = _deficit(state, second, told)
    return state, Numbers(tuple(told), heart, breathing, varied, deficit)


def _best_ecg(hearts: Sequence[Reading]) -> Reading | None:
    """The lead whose count is best; of equals the first, so the caller's order of leads decides."""
    leads = [one for one in hearts if one.source == "ecg"]
    return min(leads, key=lambda one: fusion.QUALITIES.index(one.rate.quality), default=None)


def _pulse(memory: WaveNumbers, wave: PulseWave, end_us: int, told: list[Told]) -> tuple[WaveNumbers, Rate, Rate]:
    rate_state, rate = heart_rate.step(memory.rate, [pulse.at_us for pulse in wave.pulses], end_us, not wave.present)
    sway = memory.sway or breath_modulation.initial(2, chest=False)
    sway = breath_modulation.add(
        sway,
        [
            (pulse.at_us, (math.log(max(pulse.systolic - pulse.diastolic, 1e-9)), pulse.diastolic))
            for pulse in wave.pulses
        ],
    )
    sway, breath = breath_modulation.step(sway, end_us, not wave.present)
    pressure = None
    if wave.key == "art":
        pressure, read = pressures.step(memory.pressure or pressures.initial(), wave.pulses, end_us, wave.present)
        for part, level in (("sys", read.systolic), ("dia", read.diastolic), ("mean", read.mean)):
            told.append(_level(f"art_{part}_wave", level, wave.key))
    return WaveNumbers(wave.key, rate_state, sway=sway, pressure=pressure), rate, breath


def _breath(memory: WaveNumbers, wave: BreathWave, end_us: int, told: list[Told]) -> tuple[WaveNumbers, Rate]:
    at = [breath.at_us for breath in wave.breaths]
    rate_state, rate = heart_rate.step(memory.rate, at, end_us, not wave.present, heart_rate.BREATHS)
    gas = None
    if wave.key == "co2":
        gas, read = capnogram.step(memory.gas or capnogram.initial(), wave.breaths, end_us, wave.present)
        told += [_level("etco2_wave", read.end_tidal, wave.key), _level("fico2_wave", read.inspired, wave.key)]
    return WaveNumbers(wave.key, rate_state, gas=gas), rate


def _beside(
    state: NumbersState, after: tuple[WaveNumbers, ...], second: int, waves: Sequence[WaveSecond], lead: str
) -> NumbersState:
    """Beats and pulses of the same second side by side, both on the axis of the bed; ``after``: what is remembered of
    the waves after it."""
    ecg = next((one for one in waves if isinstance(one, EcgBeats) and one.key == lead), None)
    pulsing = [one for one in waves if isinstance(one, PulseWave)]
    pulse = min(pulsing, key=lambda one: PULSE_RANK.index(one.key), default=None)
    if ecg is None or pulse is None:
        return NumbersState(after)
    before = state.deficit if state.pair == (ecg.key, pulse.key) else pulse_deficit.initial()
    beats = [at - ecg.shift_us for at in ecg.beats_us]
    pulses = [one.at_us - pulse.shift_us for one in pulse.pulses]
    fit = ecg.fit and pulse.present
    deficit = pulse_deficit.step(before, beats, pulses, (second + 1) * US_PER_S, fit)
    return NumbersState(after, (ecg.key, pulse.key), deficit)


def _variability(
    state: NumbersState, second: int, waves: Sequence[WaveSecond], lead: str, breathing: Fused, told: list[Told]
) -> Variability | None:
    memory = next((one.varied for one in state.waves if one.key == lead), None)
    shift_us = next((one.shift_us for one in waves if one.key == lead), 0)
    if memory is None:
        return None
    at_us = (second + 1) * US_PER_S + shift_us
    breaths = breathing.rate.per_min if breathing.rate.quality == "good" else None
    said = variability.measure(memory, at_us, breaths)
    for key, value, unit in (
        ("hrv_sdnn", said.sdnn_ms, "ms"),
        ("hrv_rmssd", said.rmssd_ms, "ms"),
        ("hrv_double", None if said.double_share is None else 100 * said.double_share, "%"),
        ("hrv_breath", said.sway_ms, "ms"),
    ):
        why = said.why or ("" if value is not None else f"sinus arrhythmia with the breath: {said.sway.value}")
        told.append(Told(key, value, unit, said.quality if value is not None else "none", why, at_us, 0, lead))
    return said


def _deficit(state: NumbersState, second: int, told: list[Told]) -> Deficit | None:
    if not state.pair[0]:
        return None
    said = pulse_deficit.measure(state.deficit, (second + 1) * US_PER_S)
    share = None if said.share is None else 100 * said.share
    for key, value, unit in (("pulse_deficit", said.per_min, "/min"), ("pulse_deficit_share", share, "%")):
        told.append(Told(key, value, unit, said.quality, said.why, said.at_us, 0, state.pair[1]))
    return said


def _rate(key: str, rate: Rate, wave: str) -> Told:
    return Told(key, rate.per_min, "/min", rate.quality, rate.why, rate.at_us, rate.age_us, wave)


def _sway(key: str, rate: Rate, wave: str) -> Told:
    """A rate that is made anew every few seconds only."""
    return Told(key, rate.per_min, "/min", rate.quality, rate.why, rate.at_us, rate.age_us, wave, not rate.age_us)


def _level(key: str, level: Level, wave: str) -> Told:
    fresh = level.age_us <= US_PER_S
    return Told(key, level.value, "mmHg", level.quality, level.why, level.at_us, level.age_us, wave, fresh)


def _fused(key: str, fused: Fused) -> list[Told]:
    """Only where several sources were set beside each other; one alone is told already."""
    if not fused.agreeing and not fused.disagreement:
        return []
    rate = fused.rate
    why = fused.disagreement or rate.why
    return [Told(key, rate.per_min, "/min", rate.quality, why, rate.at_us, rate.age_us, fused.wave)]
