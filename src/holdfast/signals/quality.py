"""What an ECG is worth, second by second.

The words matter more than the numbers: a lead that fell off is never called a flat line, a flat line with its
electrodes on is never called a lead off, and a signal that does not change at all is called neither.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec
import numpy as np

from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_filter
from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
from holdfast.signals.seconds import complete

RAIL_MV = 10.0
"""An ECG that rests this far from zero has no electrode (estimate: the largest QRS are 5 mV; the rail of the dog
recordings is 20 mV, of 12-bit converters mostly 5 to 10 mV but then with a message of the sender)."""

SWING_MV = 8.0
"""Nothing of the heart swings so far within a second: recovering from saturation, or movement (estimate)."""

CLIPPED_SHARE = 0.08
CLIPPED_MV = 2.0
"""So much of a second cut off at its own extreme value, on a swing of at least so many mV: saturated (estimate)."""

MISSING_SHARE = 0.5
"""With so much of a second missing there is no lead, whatever the rest looks like (estimate)."""

FLAT_MV = 0.15
"""Peak to peak in the QRS band below which a second holds nothing that may be counted as a beat (AJCC 24/6:545;
Edan X8 manual p. 87)."""

NOISY_REST_MV = 0.06
NOISY_SHARE = 0.3
"""The envelope between beats rests above both this and this share of its own peak: noise (estimate; see tests)."""

STILL_ON_RAIL_MV = 0.5
"""A railed input may carry a little noise: less than this, peak to peak (estimate)."""


class Quality(StrEnum):
    """One word for one second of ECG."""

    USABLE = "usable"
    NOISY = "noisy"
    SATURATED = "saturated"
    LEAD_OFF = "lead_off"
    FLAT = "flat"
    FROZEN = "frozen"
    """Not one step of the converter: the lead or the device, not the animal, unless another signal agrees."""


FIT = frozenset({Quality.USABLE, Quality.FLAT})
"""Seconds from which "there was no beat" may be concluded."""


@dataclass(frozen=True)
class QualitySecond:
    """What the second beginning at ``start_us`` is worth."""

    start_us: int
    quality: Quality


class QualityState(msgspec.Struct, frozen=True, tag="quality.1", forbid_unknown_fields=True):
    """At most one second of signal, and the filter memory."""

    timeline: Timeline = Timeline()
    filters: ecg_filter.FilterState = ecg_filter.FilterState()
    pending: bytes = b""
    """(3, m) packed: signal, QRS band and envelope of the samples not yet judged."""


def initial() -> QualityState:
    """A judge that has seen nothing."""
    return QualityState()


def dump(state: QualityState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> QualityState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return msgspec.msgpack.decode(data, type=QualityState)


def step(state: QualityState, chunk: Chunk) -> tuple[QualityState, tuple[QualitySecond, ...]]:
    """Take the next samples (mV, NaN where missing or where the sender calls the lead inoperative)."""
    timeline, laid = lay(state.timeline, chunk)
    if laid.restarted:
        state = QualityState()
    if not len(laid.samples):
        return msgspec.structs.replace(state, timeline=timeline), ()
    filters, out = ecg_filter.run(state.filters, laid.samples, timeline.rate_hz)
    pending = np.stack((laid.samples, out.qrs, out.envelope))
    if state.pending:
        pending = np.concatenate((unpack(state.pending).reshape(3, -1), pending), axis=1)
    first = timeline.count - pending.shape[1]
    seconds = complete(timeline, first)
    said = tuple(
        QualitySecond(second * US_PER_S, judge(*pending[:, start - first : end - first]))
        for second, start, end in seconds
    )
    done = seconds[-1][2] if seconds else first
    return QualityState(timeline, filters, pack(pending[:, done - first :])), said


def judge(samples: Floats, qrs: Floats, envelope: Floats) -> Quality:
    """The word for one second: raw samples (mV), their QRS band and its envelope, all (n,)."""
    seen = samples[~np.isnan(samples)]
    if len(seen) < (1 - MISSING_SHARE) * len(samples):
        return Quality.LEAD_OFF
    low, high = float(seen.min()), float(seen.max())
    span, level = high - low, abs(float(np.median(seen)))
    if level >= RAIL_MV and span < STILL_ON_RAIL_MV:
        return Quality.LEAD_OFF
    if span == 0:
        return Quality.FROZEN
    at_extreme = max(float(np.mean(seen == high)), float(np.mean(seen == low)))
    if span > SWING_MV or (span > CLIPPED_MV and at_extreme > CLIPPED_SHARE):
        return Quality.SATURATED
    if float(qrs.max() - qrs.min()) < FLAT_MV:
        return Quality.FLAT
    ordered = np.sort(envelope)
    if ordered[len(ordered) // 3] > max(NOISY_REST_MV, NOISY_SHARE * ordered[-1]):
        return Quality.NOISY
    return Quality.USABLE
