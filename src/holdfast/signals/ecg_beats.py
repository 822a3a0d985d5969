"""Heart beats of a dog's ECG, live: causal, any rate from 100 to 1000 Hz, either polarity, any gain.

A candidate is a peak of the QRS-band envelope that nothing within 100 ms exceeds; ``ecg_judge`` says whether it is a
beat. A beat is reported at most ``DELAY_S`` after its R peak; only the first ones after a (re)start come later, when
enough signal has shown what beats look like. Times are those of the R peaks either way.
"""

import msgspec
import numpy as np

from holdfast.signals import ecg_filter
from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
from holdfast.signals.ecg_judge import JudgeState, Peak, judge

DELAY_S = 0.25
"""R peak to report at most: lag of the envelope, plus 0.1 s to see that nothing larger follows."""

SPACING_S = 0.1
"""A candidate is the largest within this on either side: half the shortest distance of two beats."""

REST_WINDOW_S = 1.0
"""The resting level of the envelope is its lower third over so long before the candidate."""

SEARCH_S = (0.07, 0.06)
"""The R peak is looked for so far before and after the envelope peak (both freed of their lag; estimate)."""


class Beat(msgspec.Struct, frozen=True):
    """One heart beat: instant of its R peak and signed height of the deflection (mV, 5 to 40 Hz)."""

    at_us: int
    height_mv: float


class BeatState(msgspec.Struct, frozen=True, tag="ecg_beats.1", forbid_unknown_fields=True):
    """Everything the detector remembers: about 5 kB at 130 Hz, 25 kB at 1000 Hz."""

    timeline: Timeline = Timeline()
    filters: ecg_filter.FilterState = ecg_filter.FilterState()
    tail: bytes = b""
    """(2, m) packed: peak band and envelope of the last samples that a later candidate can still need."""
    judged: JudgeState = JudgeState()


def initial() -> BeatState:
    """A detector that has seen nothing."""
    return BeatState()


def dump(state: BeatState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> BeatState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return msgspec.msgpack.decode(data, type=BeatState)


def step(state: BeatState, chunk: Chunk) -> tuple[BeatState, tuple[Beat, ...]]:
    """Take the next samples (mV); return the beats that became certain with them, oldest first."""
    timeline, laid = lay(state.timeline, chunk)
    if laid.restarted:
        state = BeatState()
    if not len(laid.samples):
        return msgspec.structs.replace(state, timeline=timeline), ()
    filters, out = ecg_filter.run(state.filters, laid.samples, timeline.rate_hz)
    band, envelope = out.peak, out.envelope
    if state.tail:
        old = unpack(state.tail).reshape(2, -1)
        band, envelope = np.concatenate((old[0], band)), np.concatenate((old[1], envelope))
    judged = state.judged
    found: list[Peak] = []
    for peak in _peaks(band, envelope, timeline.count, len(laid.samples), timeline.rate_hz):
        judged, beats = judge(judged, peak, timeline.rate_hz)
        found += beats
    keep = int((REST_WINDOW_S + 2 * SPACING_S + 0.1) * timeline.rate_hz)
    tail = pack(np.stack((band[-keep:], envelope[-keep:])))
    return BeatState(timeline, filters, tail, judged), tuple(Beat(timeline.time_us(p.index), p.height) for p in found)


def _peaks(band: Floats, envelope: Floats, count: int, fresh: int, rate_hz: float) -> list[Peak]:
    """Candidates that became certain with the last ``fresh`` samples; ``count`` is the index after the last sample."""
    plan = ecg_filter.design(rate_hz)
    side = round(SPACING_S * rate_hz)
    offset = count - len(envelope)
    first = max(1, len(envelope) - fresh - side)
    stop = len(envelope) - side
    if stop <= first:
        return []
    middle = envelope[first:stop]
    rising = middle > envelope[first - 1 : stop - 1]
    tops = first + np.flatnonzero(rising & (middle >= envelope[first + 1 : stop + 1]))
    peaks = []
    for top in tops.tolist():
        if envelope[top] < envelope[max(0, top - side) : top + side + 1].max():
            continue
        rest = np.sort(envelope[max(0, top - int(REST_WINDOW_S * rate_hz)) : top + side : max(1, int(rate_hz / 100))])
        centre = top - plan.envelope_lag + plan.peak_lag
        low = max(0, centre - round(SEARCH_S[0] * rate_hz))
        near = band[low : min(len(band), centre + round(SEARCH_S[1] * rate_hz) + 1)]
        if not len(near):
            continue
        highest = int(np.argmax(np.abs(near)))
        at = offset + low + highest - plan.peak_lag
        peaks.append(Peak(max(0, at), float(envelope[top]), float(rest[len(rest) // 3]), float(near[highest])))
    return peaks
