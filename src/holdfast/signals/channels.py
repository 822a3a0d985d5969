"""One waveform of a bed with everything that is derived from it alone.

A channel collects what its analyzers say until the second in question is over for every signal of the bed; then
``ecg_second`` and its siblings take that second out.
"""

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_beats, fibrillation, heart_rate, presence, pulses, quality, respiration, slow_wave
from holdfast.signals.chunk import Chunk
from holdfast.signals.conditions import EcgSecond, PulseSecond
from holdfast.signals.heart_rate import Rate
from holdfast.signals.quality import Quality


class Leak(msgspec.Struct, frozen=True, array_like=True):
    """Leakage statement waiting for its second."""

    start_us: int
    leakage: float
    height_mv: float


class EcgChannel(msgspec.Struct, frozen=True, tag="ecg", kw_only=True):
    """One ECG lead."""

    key: str
    end_us: int = 0
    beats: ecg_beats.BeatState = ecg_beats.BeatState()
    worth: quality.QualityState = quality.QualityState()
    waves: fibrillation.LeakageState = fibrillation.LeakageState()
    rate: heart_rate.RateState = heart_rate.RateState()
    waiting_beats: tuple[int, ...] = ()
    waiting_quality: tuple[tuple[int, Quality], ...] = ()
    waiting_leaks: tuple[Leak, ...] = ()


class PulseChannel(msgspec.Struct, frozen=True, tag="pulse", kw_only=True):
    """One pleth or pressure wave."""

    key: str
    detector: slow_wave.SlowWaveState
    end_us: int = 0
    moved: presence.PresenceState = presence.PresenceState()
    rate: heart_rate.RateState = heart_rate.RateState()
    waiting_pulses: tuple[pulses.Pulse, ...] = ()
    waiting_presence: tuple[tuple[int, bool], ...] = ()


class BreathChannel(msgspec.Struct, frozen=True, tag="breath", kw_only=True):
    """One respiration wave."""

    key: str
    detector: slow_wave.SlowWaveState
    end_us: int = 0
    moved: presence.PresenceState = presence.PresenceState()
    rate: heart_rate.RateState = heart_rate.RateState()
    waiting_breaths: tuple[int, ...] = ()
    waiting_presence: tuple[tuple[int, bool], ...] = ()


Channel = EcgChannel | PulseChannel | BreathChannel

_replace = msgspec.structs.replace


def channel_for(key: str) -> Channel | None:
    """A fresh channel for a wave key; None for a wave that nothing is derived from."""
    if key == "ecg" or key.startswith("ecg_"):
        return EcgChannel(key=key)
    if key == "pleth":
        return PulseChannel(key=key, detector=slow_wave.initial(slow_wave.Source.PLETH))
    if key == "art":
        return PulseChannel(key=key, detector=slow_wave.initial(slow_wave.Source.ARTERIAL))
    if key == "resp":
        return BreathChannel(key=key, detector=slow_wave.initial(slow_wave.Source.IMPEDANCE))
    if key == "co2":
        return BreathChannel(key=key, detector=slow_wave.initial(slow_wave.Source.CO2))
    return None


def rate_range_hz(channel: Channel) -> tuple[float, float]:
    """Sampling rates that the channel's analyzers can work with."""
    return (100.0, 2000.0) if isinstance(channel, EcgChannel) else (10.0, 2000.0)


def feed(channel: Channel, chunk: Chunk) -> Channel:
    """Run the channel's analyzers on the next samples."""
    if isinstance(channel, EcgChannel):
        return _feed_ecg(channel, chunk)
    present, seconds = presence.step(channel.moved, chunk)
    end_us = present.timeline.time_us(present.timeline.count)
    if isinstance(channel, PulseChannel):
        state, found = pulses.step(channel.detector, chunk)
        return _replace(
            channel,
            end_us=end_us,
            detector=state,
            moved=present,
            waiting_pulses=channel.waiting_pulses + found,
            waiting_presence=channel.waiting_presence + seconds,
        )
    breathing, breaths = respiration.step(channel.detector, chunk)
    return _replace(
        channel,
        end_us=end_us,
        detector=breathing,
        moved=present,
        waiting_breaths=channel.waiting_breaths + tuple(breath.at_us for breath in breaths),
        waiting_presence=channel.waiting_presence + seconds,
    )


def _feed_ecg(channel: EcgChannel, chunk: Chunk) -> EcgChannel:
    beats, found = ecg_beats.step(channel.beats, chunk)
    worth, seconds = quality.step(channel.worth, chunk)
    leakage, leaks = fibrillation.step(channel.waves, chunk)
    return _replace(
        channel,
        end_us=beats.timeline.time_us(beats.timeline.count),
        beats=beats,
        worth=worth,
        waves=leakage,
        waiting_beats=channel.waiting_beats + tuple(beat.at_us for beat in found),
        waiting_quality=channel.waiting_quality + tuple((s.start_us, s.quality) for s in seconds),
        waiting_leaks=channel.waiting_leaks + tuple(Leak(s.start_us, s.leakage, s.height_mv) for s in leaks),
    )


def ecg_second(channel: EcgChannel, start_us: int) -> tuple[EcgChannel, EcgSecond, Rate]:
    """Take out the second that begins at ``start_us``: what the rules need of it, and the rate at its end."""
    end_us = start_us + US_PER_S
    beats = tuple(at for at in channel.waiting_beats if at < end_us)
    said = dict(channel.waiting_quality).get(start_us)
    leak = next((one for one in channel.waiting_leaks if one.start_us == start_us), None)
    unfit = said not in (Quality.USABLE, Quality.FLAT)
    rate_state, rate = heart_rate.step(channel.rate, beats, end_us, unfit)
    second = EcgSecond(channel.key, said, len(beats), leak.leakage if leak else None, leak.height_mv if leak else 0.0)
    after = _replace(
        channel,
        rate=rate_state,
        waiting_beats=tuple(at for at in channel.waiting_beats if at >= end_us),
        waiting_quality=tuple(pair for pair in channel.waiting_quality if pair[0] > start_us),
        waiting_leaks=tuple(one for one in channel.waiting_leaks if one.start_us > start_us),
    )
    return after, second, rate


def pulse_second(
    channel: PulseChannel, start_us: int
) -> tuple[PulseChannel, PulseSecond, Rate, tuple[pulses.Pulse, ...]]:
    """The same for a pulse wave, with the pulses themselves."""
    end_us = start_us + US_PER_S
    found = tuple(pulse for pulse in channel.waiting_pulses if pulse.at_us < end_us)
    there = dict(channel.waiting_presence).get(start_us, False)
    rate_state, rate = heart_rate.step(channel.rate, [pulse.at_us for pulse in found], end_us, not there)
    after = _replace(
        channel,
        rate=rate_state,
        waiting_pulses=tuple(pulse for pulse in channel.waiting_pulses if pulse.at_us >= end_us),
        waiting_presence=tuple(pair for pair in channel.waiting_presence if pair[0] > start_us),
    )
    return after, PulseSecond(channel.key, there, len(found)), rate, found


def breath_second(channel: BreathChannel, start_us: int) -> tuple[BreathChannel, bool, Rate]:
    """The same for a respiration wave."""
    end_us = start_us + US_PER_S
    found = tuple(at for at in channel.waiting_breaths if at < end_us)
    there = dict(channel.waiting_presence).get(start_us, False)
    rate_state, rate = heart_rate.step(channel.rate, found, end_us, not there, heart_rate.BREATHS)
    after = _replace(
        channel,
        rate=rate_state,
        waiting_breaths=tuple(at for at in channel.waiting_breaths if at >= end_us),
        waiting_presence=tuple(pair for pair in channel.waiting_presence if pair[0] > start_us),
    )
    return after, there, rate
