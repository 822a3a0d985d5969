"""One waveform of a bed with everything that is derived from it alone.

A channel collects what its analyzers say until the second in question is over for every signal of the bed; then
``ecg_second`` and its siblings take that second out.
"""

import msgspec

from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_beats, ecg_respiration, presence, pulses, quality, respiration, slow_wave
from holdfast.signals.chunk import Chunk
from holdfast.signals.ecg_beats import Beat
from holdfast.signals.heart_rate import Rate
from holdfast.signals.observed import EcgSecond
from holdfast.signals.quality import QualitySecond


class EcgChannel(msgspec.Struct, frozen=True, tag="ecg", kw_only=True):
    """One ECG lead."""

    key: str
    end_us: int = 0
    beats: ecg_beats.BeatState = ecg_beats.BeatState()
    worth: quality.QualityState = quality.QualityState()
    breath: ecg_respiration.EcgBreathState = ecg_respiration.EcgBreathState()
    waiting_beats: tuple[Beat, ...] = ()
    waiting_quality: tuple[QualitySecond, ...] = ()


class PulseChannel(msgspec.Struct, frozen=True, tag="pulse", kw_only=True):
    """One pleth or pressure wave."""

    key: str
    detector: slow_wave.SlowWaveState
    end_us: int = 0
    moved: presence.PresenceState = presence.PresenceState()
    waiting_pulses: tuple[pulses.Pulse, ...] = ()
    waiting_presence: tuple[tuple[int, bool], ...] = ()


class BreathChannel(msgspec.Struct, frozen=True, tag="breath", kw_only=True):
    """One respiration wave."""

    key: str
    detector: slow_wave.SlowWaveState
    end_us: int = 0
    moved: presence.PresenceState = presence.PresenceState()
    waiting_breaths: tuple[respiration.Breath, ...] = ()
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
        waiting_breaths=channel.waiting_breaths + breaths,
        waiting_presence=channel.waiting_presence + seconds,
    )


def _feed_ecg(channel: EcgChannel, chunk: Chunk) -> EcgChannel:
    beats, found = ecg_beats.step(channel.beats, chunk)
    worth, seconds = quality.step(channel.worth, chunk)
    return _replace(
        channel,
        end_us=beats.timeline.time_us(beats.timeline.count),
        beats=beats,
        worth=worth,
        breath=ecg_respiration.feed(channel.breath, chunk, [beat.at_us for beat in found]),
        waiting_beats=channel.waiting_beats + found,
        waiting_quality=channel.waiting_quality + seconds,
    )


def ecg_second(channel: EcgChannel, start_us: int) -> tuple[EcgChannel, EcgSecond, Rate]:
    """Take out the second that begins at ``start_us``: what the rules need of it, and the breathing that it shows."""
    end_us = start_us + US_PER_S
    waiting = channel.waiting_beats
    beats = tuple([beat for beat in waiting if beat.at_us < end_us])
    later = tuple([beat for beat in waiting if beat.at_us >= end_us])
    said = next((second for second in channel.waiting_quality if second.start_us == start_us), None)
    word = said.quality if said else None
    breath, breathing = ecg_respiration.step(channel.breath, end_us, word not in quality.FIT)
    if said:
        second = EcgSecond(
            channel.key,
            word,
            beats,
            said.qrs_mv,
            said.fibrillation,
            said.level_mv,
            said.regular_per_min,
            said.slow_share,
        )
    else:
        second = EcgSecond(channel.key, None, beats)
    after = _replace(
        channel,
        breath=breath,
        waiting_beats=later,
        waiting_quality=tuple([one for one in channel.waiting_quality if one.start_us > start_us]),
    )
    return after, second, breathing


def pulse_second(channel: PulseChannel, start_us: int) -> tuple[PulseChannel, bool, tuple[pulses.Pulse, ...]]:
    """The same for a pulse wave: whether there was a signal, and its pulses."""
    end_us = start_us + US_PER_S
    found = tuple([pulse for pulse in channel.waiting_pulses if pulse.at_us < end_us])
    after = _replace(
        channel,
        waiting_pulses=tuple([pulse for pulse in channel.waiting_pulses if pulse.at_us >= end_us]),
        waiting_presence=tuple([pair for pair in channel.waiting_presence if pair[0] > start_us]),
    )
    return after, dict(channel.waiting_presence).get(start_us, False), found


def breath_second(channel: BreathChannel, start_us: int) -> tuple[BreathChannel, bool, tuple[respiration.Breath, ...]]:
    """The same for a respiration wave."""
    end_us = start_us + US_PER_S
    found = tuple([breath for breath in channel.waiting_breaths if breath.at_us < end_us])
    after = _replace(
        channel,
        waiting_breaths=tuple([breath for breath in channel.waiting_breaths if breath.at_us >= end_us]),
        waiting_presence=tuple([pair for pair in channel.waiting_presence if pair[0] > start_us]),
    )
    return after, dict(channel.waiting_presence).get(start_us, False), found
