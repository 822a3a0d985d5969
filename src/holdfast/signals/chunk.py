"""Pieces of one signal, and the time axis that they are laid on.

Senders repeat themselves, overlap and leave holes. :func:`lay` turns whatever comes into one gapless run of
samples, so that no analyzer behind it ever has to think about it again: an exact repeat or overlap is dropped,
a short hole is filled with NaN (missing), a long one starts the axis anew.
"""

import math
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from holdfast.kernel.compiled import compiled

Floats = NDArray[np.float64]

GAP_RESET_S = 2.0
"""A hole longer than this makes what was learned too old to lean on (estimate: two beats of a resting dog)."""

STALE_RESTART_S = 10.0
"""So much signal in a row that lies in the past means that the sender's clock was set back, not that it repeats."""


class Chunk(msgspec.Struct, frozen=True, eq=False, gc=False):
    """``samples`` (n,) float64 in the signal's physical unit, NaN where missing, evenly spaced from ``start_us``."""

    start_us: int
    rate_hz: float
    samples: Floats


class WaveLike(Protocol):
    """What analysis needs of a monitor's waveform message (float32 little-endian ``samples`` in ``unit``)."""

    @property
    def key(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def rate_hz(self) -> float: ...
    @property
    def start_us(self) -> int: ...
    @property
    def samples(self) -> bytes: ...
    @property
    def inoperative(self) -> bool: ...


class Timeline(msgspec.Struct, frozen=True, gc=False):
    """Where a signal has got to: ``count`` samples laid at ``rate_hz`` from ``base_us``."""

    base_us: int = 0
    rate_hz: float = 0.0
    count: int = 0
    stale: int = 0

    def time_us(self, index: float) -> int:
        """Instant of a sample index on this axis."""
        return self.base_us + round(index * 1e6 / self.rate_hz)


class Laid(NamedTuple):
    """New samples on the axis: the first has index ``first``; a filled hole is in front as NaN."""

    first: int
    samples: Floats
    restarted: bool
    """The axis begins anew here (first chunk, other rate, long hole, clock set back): forget what was learned."""
    gap_us: int
    """Length of the hole before the new samples, 0 when there is none."""


def lay(timeline: Timeline, chunk: Chunk) -> tuple[Timeline, Laid]:
    """Put a chunk on the axis. ValueError for a rate that is not a positive number."""
    if not (math.isfinite(chunk.rate_hz) and chunk.rate_hz > 0):
        raise ValueError(f"a sampling rate of {chunk.rate_hz} Hz is not one")
    if timeline.rate_hz != chunk.rate_hz:
        return _restart(chunk, 0)
    hole = round((chunk.start_us - timeline.base_us) * chunk.rate_hz / 1e6) - timeline.count
    n = len(chunk.samples)
    if not hole and n:
        samples = np.asarray(chunk.samples, dtype=np.float64)
        return Timeline(timeline.base_us, timeline.rate_hz, timeline.count + n), Laid(timeline.count, samples, False, 0)
    if hole > GAP_RESET_S * chunk.rate_hz:
        return _restart(chunk, chunk.start_us - timeline.time_us(timeline.count))
    if hole + n <= 0:
        stale = timeline.stale + n
        if stale > STALE_RESTART_S * chunk.rate_hz:
            return _restart(chunk, 0)
        return msgspec.structs.replace(timeline, stale=stale), Laid(timeline.count, np.empty(0), False, 0)
    fresh = chunk.samples[-hole:] if hole < 0 else chunk.samples
    if hole > 0:
        fresh = np.concatenate((np.full(hole, np.nan), fresh))
    gap_us = round(hole * 1e6 / chunk.rate_hz) if hole > 0 else 0
    laid = Laid(timeline.count, np.asarray(fresh, dtype=np.float64), False, gap_us)
    return Timeline(timeline.base_us, timeline.rate_hz, timeline.count + len(fresh)), laid


def _restart(chunk: Chunk, gap_us: int) -> tuple[Timeline, Laid]:
    samples = np.asarray(chunk.samples, dtype=np.float64)
    return Timeline(chunk.start_us, chunk.rate_hz, len(samples)), Laid(0, samples, True, gap_us)


def from_wave(wave: WaveLike) -> Chunk:
    """A waveform message as a chunk: mV for any electrical unit, all missing when the sender calls it inoperative.

    ValueError when the bytes are not whole float32 numbers.
    """
    raw = np.frombuffer(wave.samples, dtype=_WIRE)
    if wave.inoperative:
        return Chunk(wave.start_us, wave.rate_hz, np.full(len(raw), np.nan))
    return Chunk(wave.start_us, wave.rate_hz, _physical(raw, _TO_MV.get(wave.unit, 1.0)))


@compiled
def _physical(raw: NDArray[np.float32], scale: float) -> Floats:
    """The samples times ``scale``, NaN for whatever is not a finite number."""
    out = np.empty(raw.shape[0])
    for i in range(raw.shape[0]):
        value = np.float64(raw[i]) * scale
        out[i] = value if np.isfinite(value) else np.nan
    return out


_WIRE, _KEPT = np.dtype("<f4"), np.dtype("<f8")
_TO_MV = {"V": 1e3, "mV": 1.0, "uV": 1e-3, "µV": 1e-3, "nV": 1e-6}


def pack(values: Any) -> bytes:
    """Float64 array as little-endian bytes, the form in which states keep samples (immutable, comparable)."""
    return np.asarray(values, dtype=_KEPT).tobytes()


def pack_few(values: Sequence[float]) -> bytes:
    """As :func:`pack`, for a handful of numbers that are no array yet."""
    return struct.pack(f"<{len(values)}d", *values)


def unpack(data: bytes) -> Floats:
    """The array that :func:`pack` packed (read-only)."""
    return np.frombuffer(data, dtype=_KEPT)
