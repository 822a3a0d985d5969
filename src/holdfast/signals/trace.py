"""What an ECG trace looks like, once per second: the measurements under signal quality and under fibrillation.

One compiled pass filters the samples and keeps one value in every 15 to 20 ms of the results; one pass over the last
WINDOW_S of those measures. No beat is looked for here, so that these measurements can vouch for the beat detector.
"""

from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np

from holdfast.kernel import typed
from holdfast.kernel.compiled import compiled
from holdfast.kernel.time import US_PER_S
from holdfast.signals.chunk import Chunk, Floats, Timeline, lay, pack, unpack
from holdfast.signals.filters import butter, sosfilt_zi
from holdfast.signals.period import of_wave
from holdfast.signals.ranks import ranked
from holdfast.signals.seconds import complete

WINDOW_S = 4
"""Signal that the shape of a second rests on: fibrillation must be known within 10 s of its onset."""

QRS_BAND_HZ = (10.0, 35.0)
"""Keeps a dog's QRS at nine tenths of its height, 50 Hz mains at a quarter or less (measured)."""

SLOW_BAND_HZ = (3.0, 10.0)
"""T waves, wide beats, movement."""

WAVE_BAND_HZ = (1.0, 20.0)
"""Fibrillation lives at 3 to 10 Hz; wander and mains lie outside (estimate)."""

KEPT_HZ = 50
"""At least so many values per second are kept of each filtered signal, below twice as many."""

SMOOTH_S = 0.012
"""Time constant of each of the three smoothing stages of the QRS envelope."""

STILL_S = 0.15
"""A signal that has not moved at all for this long was held or railed; filters start afresh when it moves again."""

_ROWS = 8
"""Kept per block: wave, largest envelope, sums of QRS band^2, ^4, slow band^2, least and largest QRS band, missing."""


class Shape(NamedTuple):
    """The last WINDOW_S of a trace in numbers without unit, except ``height_mv``."""

    leakage: float
    """Phase leakage of the wave: 0 a pure wave, near 1 beats with rest between them."""
    steady_slope: float
    """Median slope as a share of the steepest (98th percentile): small when rest and beats take turns."""
    steady_height: float
    """Median distance from zero as a share of the largest (98th percentile)."""
    log_peaked: float
    """Natural logarithm of the fourth moment over the squared second: 0.4 for a sine, above 1.5 for beats."""
    above: float
    """Share of samples above a fifth of the largest in three seconds (threshold crossing sample count)."""
    crossings_hz: float
    """Zero crossings per second."""
    log_qrs_peaked: float
    """As ``log_peaked``, of the QRS band."""
    rest: float
    """Median of the QRS envelope as a share of its second largest peak."""
    peaks: float
    """Peaks of the QRS envelope of at least half the second largest, per second."""
    spread: float
    """Standard deviation of those as a share of their mean."""
    log_slow: float
    """Natural logarithm of the ratio of slow band to QRS band (root mean square)."""
    log_qrs_mv: float
    """Natural logarithm of the second largest peak of the envelope (mV)."""
    height_mv: float
    """5th to 95th percentile of the wave."""
    regular: float
    """Correlation of the wave with itself one period later: 1 when every beat looks like the one before."""
    per_min: float
    """The rate of that period, between 75 and 360 a minute."""


_NUMBERS = len(Shape._fields)


class TraceSecond(msgspec.Struct, frozen=True):
    """The second beginning at ``start_us``; raw values in mV, NaN when nothing of it was received."""

    start_us: int
    missing: float
    """Share of samples that are missing."""
    low: float
    high: float
    middle: float
    clipped: float
    """Share of samples at the least or at the largest value, whichever is more."""
    qrs_mv: float
    """Peak to peak in the QRS band."""
    step_mv: float
    """Median change from sample to sample: large in mains."""
    drift_mv: float
    """How far the mean has moved in one direction over the last four seconds; 0 when it turned."""
    shape: Shape | None
    """None until WINDOW_S of whole signal were seen."""


class TraceState(msgspec.Struct, frozen=True, tag="trace.2", forbid_unknown_fields=True):
    """At most a second of signal, filter memory, and WINDOW_S of what is kept: about 20 kB."""

    timeline: Timeline = Timeline()
    memory: bytes = b""
    """Packed: the places named below; what is kept, (m, 8), the newest last, the end of the last at a whole number of
    blocks from the base; samples of the second that is not over yet."""
    means: tuple[float, ...] = ()
    """Means of the last seconds (mV)."""


def initial() -> TraceState:
    """Nothing seen yet."""
    return TraceState()


def dump(state: TraceState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> TraceState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, TraceState)


Plan = tuple[Floats, Floats, float, int, float, int, float]
"""What one rate needs: six sections (QRS, slow, wave: two each), their state at rest for a level of 1, smoothing,
samples of a block, samples until a signal is still, blocks of the window, samples per second."""


@lru_cache(maxsize=16)
def _plan(rate_hz: float) -> Plan:
    sections, rests = [], []
    for low, high in (QRS_BAND_HZ, SLOW_BAND_HZ, WAVE_BAND_HZ):
        sos = butter(2, (low, min(high, 0.45 * rate_hz)), btype="bandpass", fs=rate_hz, output="sos")
        sections.append(sos)
        rests.append(sosfilt_zi(sos))
    keep = float(np.exp(-1.0 / (SMOOTH_S * rate_hz)))
    block = max(1, int(rate_hz // KEPT_HZ))
    window = round(WINDOW_S * rate_hz / block)
    return np.concatenate(sections), np.concatenate(rests), keep, block, STILL_S * rate_hz, window, rate_hz


_HELD, _STILL, _SMOOTH, _BLOCK = 12, 13, 14, 17
_KEPT = _BLOCK + _ROWS + 1
"""How many rows are kept; they follow behind it."""
_MEMORY = _KEPT + 1


@compiled
def _pass(
    samples: Floats, sos: Floats, rest: Floats, keep: float, block: int, still_max: float, memory: Floats, out: Floats
) -> int:
    """Filter and keep; ``memory`` is changed, rows of ``out`` are filled, their number is returned."""
    rows = 0
    for i in range(samples.shape[0]):
        raw = samples[i]
        missing = np.isnan(raw)
        held = memory[_HELD]
        x = raw
        if missing:
            x = 0.0 if np.isnan(held) else held
        if x == held:
            memory[_STILL] += 1.0
        else:
            if memory[_STILL] >= still_max:
                for s in range(6):
                    memory[2 * s] = rest[s, 0] * x
                    memory[2 * s + 1] = rest[s, 1] * x
            memory[_STILL] = 0.0
        memory[_HELD] = x
        wave = 0.0
        for band in range(3):
            y = x
            for s in range(2 * band, 2 * band + 2):
                v = y
                y = sos[s, 0] * v + memory[2 * s]
                memory[2 * s] = sos[s, 1] * v - sos[s, 4] * y + memory[2 * s + 1]
                memory[2 * s + 1] = sos[s, 2] * v - sos[s, 5] * y
            if band == 0:
                energy = y * y
                memory[_BLOCK + 2] += energy
                memory[_BLOCK + 3] += energy * energy
                memory[_BLOCK + 5] = min(memory[_BLOCK + 5], y)
                memory[_BLOCK + 6] = max(memory[_BLOCK + 6], y)
                smooth = energy
                for k in range(_SMOOTH, _SMOOTH + 3):
                    memory[k] = keep * memory[k] + (1.0 - keep) * smooth
                    smooth = memory[k]
                memory[_BLOCK + 1] = max(memory[_BLOCK + 1], smooth)
            elif band == 1:
                memory[_BLOCK + 4] += y * y
            else:
                wave = y
        if missing:
            memory[_BLOCK + 7] += 1.0
        memory[_BLOCK + 8] += 1.0
        if memory[_BLOCK + 8] >= block:
            out[rows, 0] = wave
            out[rows, 1] = np.sqrt(memory[_BLOCK + 1])
            for k in range(2, _ROWS):
                out[rows, k] = memory[_BLOCK + k]
            rows += 1
            for k in range(_BLOCK, _KEPT):
                memory[k] = 0.0
            memory[_BLOCK + 5] = np.inf
            memory[_BLOCK + 6] = -np.inf
    return rows


def _fresh_memory() -> Floats:
    memory = np.zeros(_MEMORY)
    memory[_STILL] = np.inf  # the first sample starts the filters at rest
    memory[_HELD] = np.nan
    memory[_BLOCK + 5], memory[_BLOCK + 6] = np.inf, -np.inf
    return memory


_FRESH = pack(_fresh_memory())


def step(state: TraceState, chunk: Chunk) -> tuple[TraceState, tuple[TraceSecond, ...]]:
    """Take the next samples (mV, NaN where missing); return the seconds that are over with them."""
    timeline, laid = lay(state.timeline, chunk)
    if laid.restarted:
        state = TraceState()
    if not len(laid.samples):
        return msgspec.structs.replace(state, timeline=timeline), ()
    measured, memory = _run(
        laid.samples, _plan(timeline.rate_hz), unpack(state.memory or _FRESH), timeline.base_us, timeline.count
    )
    said, means = [], state.means
    for numbers in measured.tolist():
        means = (*means, numbers[_MEAN])[-4:]
        said.append(_say(numbers, means))
    return TraceState(timeline, pack(memory), means), tuple(said)


_MEAN = 5
_SHAPE = 9
"""Places in a row of :func:`_run`."""


def _say(numbers: list[float], means: tuple[float, ...]) -> TraceSecond:
    second, missing, low, high, middle, _, clipped, qrs, moved = numbers[:_SHAPE]
    drift = 0.0
    if len(means) == 4:
        a, b, c, d = means
        drift = abs(d - a) if a <= b <= c <= d or a >= b >= c >= d else 0.0
    shape = Shape._make(numbers[_SHAPE:]) if numbers[_SHAPE] == numbers[_SHAPE] else None
    return TraceSecond(int(second) * US_PER_S, missing, low, high, middle, clipped, qrs, moved, drift, shape)


@compiled
def _run(fresh: Floats, plan: Plan, before: Floats, base_us: int, count: int) -> tuple[Floats, Floats]:
    """Filter, keep, and measure the seconds that are over. ``count``: samples on the axis with the fresh ones.

    Rows of second, :func:`_measure` and :func:`_shape`, the first of the latter NaN when there is none; and the memory.
    """
    sos, rest, keep, block, still_max, window, rate_hz = plan
    memory, old = before[:_MEMORY].copy(), int(before[_KEPT])
    known = before[_MEMORY + old * _ROWS :].shape[0]
    samples = np.concatenate((before[_MEMORY + old * _ROWS :], fresh))
    rows = np.empty((old + fresh.shape[0] // block + 1, _ROWS))
    rows[:old] = before[_MEMORY : _MEMORY + old * _ROWS].reshape(-1, _ROWS)
    total = old + _pass(samples[known:], sos, rest, keep, block, still_max, memory, rows[old:])
    rows = rows[:total]
    first, oldest = count - samples.shape[0], count // block - total
    done = first
    seconds = complete(base_us, rate_hz, count, first)
    out = np.full((seconds.shape[0], _SHAPE + _NUMBERS), np.nan)
    for k in range(seconds.shape[0]):
        start, done = seconds[k, 1], seconds[k, 2]
        upto = done // block - oldest
        out[k, 0] = seconds[k, 0]
        out[k, 1:_SHAPE] = _measure(samples[start - first : done - first], rows, start // block - oldest, upto)
        if upto >= window:
            out[k, _SHAPE:] = _shape(rows, upto, window, rate_hz / block, block)
    rows = rows[max(0, total - window - 2 * KEPT_HZ) :]
    memory[_KEPT] = rows.shape[0]
    return out, np.concatenate((memory, rows.ravel(), samples[done - first :]))


@compiled
def _measure(samples: Floats, kept: Floats, first: int, end: int) -> Floats:
    """Of the samples: missing share, least, largest, median, mean, clipped share; of the blocks: QRS peak to peak."""
    out = np.full(8, np.nan)
    out[7] = 0.0
    seen = samples[~np.isnan(samples)]
    n = seen.shape[0]
    out[0] = 1.0 - n / samples.shape[0]
    if n:
        least, largest = np.min(seen), np.max(seen)
        low = high = 0
        for value in seen:
            low += value == least
            high += value == largest
        out[1], out[2], out[4], out[5] = least, largest, np.mean(seen), max(low, high) / n
        if n > 1:
            out[7] = np.median(np.abs(seen[1:] - seen[:-1]))
        out[3] = ranked(seen, 0, n // 2)
    first = max(0, first)
    out[6] = 0.0
    if end > first:
        out[6] = np.max(kept[first:end, 6]) - np.min(kept[first:end, 5])
    return out


@compiled
def _peaks(envelope: Floats, side: int, seconds: float, out: Floats) -> None:
    """Fill the numbers about the peaks of the QRS envelope: local maxima that nothing within ``side`` exceeds."""
    n = envelope.shape[0]
    peaks = np.zeros(n)
    found = 0
    for i in range(1, n - 1):
        here = envelope[i]
        if here <= envelope[i - 1] or here < envelope[i + 1]:
            continue
        if here >= np.max(envelope[max(0, i - side) : i + side + 1]):
            peaks[found] = here
            found += 1
    ordered = np.sort(peaks[:found])
    second = ordered[max(0, found - 2)] if found else 0.0
    large = ordered[ordered >= 0.5 * second]
    out[7] = ranked(envelope, 0, n // 2) / (second + 1e-9)
    out[8] = large.shape[0] / seconds
    out[9] = np.std(large) / (np.mean(large) + 1e-9) if large.shape[0] > 1 else 0.0
    out[11] = np.log(second + 1e-4)


@compiled
def _shape(kept: Floats, end: int, window: int, kept_hz: float, block: int) -> Floats:
    """The numbers of :class:`Shape` for the blocks before ``end``; the first is NaN when signal is missing in them."""
    out = np.zeros(_NUMBERS)
    part = kept[end - window : end]
    if np.sum(part[:, 7]) > 0:
        out[0] = np.nan
        return out
    tiny = 1e-9
    wave = part[:, 0].copy()
    size = np.abs(wave)
    slope = np.abs(wave[1:] - wave[:-1])
    moved, total = np.sum(slope), np.sum(size[1:])
    out[0] = 1.0
    half = max(1, int(np.pi * total / (moved + tiny) + 0.5))
    if moved > 0 and half < window:
        together = np.abs(wave[half:] + wave[:-half])
        out[0] = np.sum(together) / (np.sum(size[half:]) + np.sum(size[:-half]) + tiny)
    square = wave * wave
    power = np.mean(square)
    out[3] = np.log(np.mean(square * square) / (power * power + tiny * tiny) + 1e-3)
    three = round(3 * kept_hz)
    for offset in (0, (window - three) // 2, window - three):
        piece = size[offset : offset + three]
        out[4] += np.mean(piece > 0.2 * np.max(piece)) / 3
    crossed = 0
    for i in range(1, window):
        if (wave[i] >= 0) != (wave[i - 1] >= 0):
            crossed += 1
    out[5] = crossed * kept_hz / window
    two, four, slow = np.sum(part[:, 2]), np.sum(part[:, 3]), np.sum(part[:, 4])
    out[6] = np.log(window * block * four / (two * two + tiny * tiny) + 1e-3)
    _peaks(part[:, 1].copy(), max(1, int(0.1 * kept_hz)), window / kept_hz, out)
    out[10] = 0.5 * np.log((slow + tiny) / (two + tiny))
    out[13], out[14] = of_wave(wave, kept_hz)
    # From here on the values are moved about.
    out[1] = ranked(slope, 0, (window - 1) // 2)
    out[1] /= ranked(slope, (window - 1) // 2, int(0.98 * (window - 1))) + tiny
    out[2] = ranked(size, 0, window // 2)
    out[2] /= ranked(size, window // 2, int(0.98 * window)) + tiny
    low = ranked(wave, 0, int(0.05 * window))
    out[12] = ranked(wave, int(0.05 * window), int(0.95 * window)) - low
    return out
