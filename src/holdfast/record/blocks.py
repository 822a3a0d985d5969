"""Monitor blocks: some seconds of everything one device said, as bytes.

A block gives back the messages it was made of, in order: control ids, numerics, refused rows and
alerts exactly, and so the numbers that our analysis made of them; waveform samples exactly where
the sender's converter step allows it, and otherwise within one 65,000th of their range (a negative
zero comes back as zero). Layout of version 2::

    4 bytes   b"HFMB"
    2 bytes   version, big-endian
    4 bytes   length of head, big-endian
    4 bytes   length of samples, big-endian
    32 bytes  SHA-256 over everything else (the 14 bytes before, head and samples)
    head      MessagePack of Head, zstd
    samples   the channels one after the other, each coded as its Channel says, zstd

A channel coded ``step`` holds one int16 per sample, differenced (wrapping), low bytes first and
then high bytes; value = (code + base) * gain + offset; code -32768 is a missing sample (NaN).
A channel coded ``float`` holds float32, byte planes apart. Version 1 is the same without derived numbers, and is read.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from holdfast.kernel import typed
from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.limits import BLOCK_BYTES_MAX
from holdfast.record.derived import DerivedRun, DerivedValue, from_runs, to_runs
from holdfast.record.monitor import MonitorMessage, Wave

MAGIC = b"HFMB"
VERSION = 2
_READ = (1, 2)

_FIXED = struct.Struct(">4sHII")
_DIGEST_BYTES = 32
_LEVEL = 3
_CODE_MAX = 32_767
_MISSING = -32_768
_STEPS = 2 * _CODE_MAX  # Steps between the lowest and the highest code.

_Codes = NDArray[np.int16]
_Floats = NDArray[np.float32]
_Same = tuple[str, str, str, str, float, float]


class Coding(StrEnum):
    """How the samples of a channel are written."""

    STEP = "step"
    FLOAT = "float"


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """What the runs of one waveform have in common, and how its samples are coded."""

    key: str
    code: str
    name: str
    unit: str
    rate_hz: float
    resolution: float
    coding: Coding
    samples: int
    base: int = 0
    gain: float = 1.0
    offset: float = 0.0


class Run(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The next ``samples`` samples of a channel: one waveform row of one message."""

    channel: int
    start_us: int
    samples: int
    inoperative: bool


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One message; its waves are taken out and left behind as runs."""

    received_us: int
    message: MonitorMessage
    runs: tuple[Run, ...]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The table of contents of a block."""

    channels: tuple[Channel, ...]
    entries: tuple[Entry, ...]
    derived: tuple[DerivedRun, ...] = ()


class BlockContent(msgspec.Struct, frozen=True, kw_only=True):
    """The messages of a block, when each was received, and what our analysis made of them."""

    messages: tuple[MonitorMessage, ...]
    received_us: tuple[int, ...]
    derived: tuple[DerivedValue, ...] = ()
    """By time."""


def encode_block(
    messages: Sequence[MonitorMessage], received_us: Sequence[int], derived: Sequence[DerivedValue] = ()
) -> bytes:
    """Bytes of a block.

    Raises ``ValueError`` for samples that are no whole number of float32, and for more than fits one block.
    """
    gathered: dict[_Same, list[_Floats]] = {}
    numbers: dict[_Same, int] = {}
    entries = []
    for message, at_us in zip(messages, received_us, strict=True):
        runs = []
        for wave in message.waves:
            samples = np.frombuffer(wave.samples, dtype="<f4")
            same = (wave.key, wave.code, wave.name, wave.unit, wave.rate_hz, wave.resolution)
            gathered.setdefault(same, []).append(samples)
            runs.append(
                Run(
                    channel=numbers.setdefault(same, len(numbers)),
                    start_us=wave.start_us,
                    samples=samples.size,
                    inoperative=wave.inoperative,
                )
            )
        bare = msgspec.structs.replace(message, waves=())
        entries.append(Entry(received_us=at_us, message=bare, runs=tuple(runs)))
    coded = [_code(same, np.concatenate(parts)) for same, parts in gathered.items()]
    channels = tuple(channel for channel, _ in coded)
    head = msgspec.msgpack.encode(Head(channels=channels, entries=tuple(entries), derived=to_runs(derived)))
    return _seal(head, b"".join(planes for _, planes in coded))


def decode_block(data: bytes) -> BlockContent:
    """The content of a block; raises ``IntegrityError`` that says what is wrong with the bytes."""
    packed_head, packed_samples = _open(data)
    try:
        head = typed.from_msgpack(_unpack(packed_head), Head)
        samples = [_floats(channel, planes) for channel, planes in _cut(head, _unpack(packed_samples))]
        derived = from_runs(head.derived)
    except (msgspec.MsgspecError, zstandard.ZstdError, ValueError) as error:
        raise IntegrityError(f"The monitor block's bytes are whole but make no sense: {error}.") from error
    taken = [0] * len(head.channels)
    messages = []
    for entry in head.entries:
        waves = []
        for run in entry.runs:
            channel, start = head.channels[run.channel], taken[run.channel]
            taken[run.channel] += run.samples
            waves.append(_wave(channel, run, samples[run.channel][start : taken[run.channel]]))
        messages.append(msgspec.structs.replace(entry.message, waves=tuple(waves)))
    received_us = tuple(entry.received_us for entry in head.entries)
    return BlockContent(messages=tuple(messages), received_us=received_us, derived=derived)


def _seal(head: bytes, samples: bytes) -> bytes:
    if max(len(head), len(samples)) > BLOCK_BYTES_MAX:
        raise ValueError(f"a monitor block holds at most {BLOCK_BYTES_MAX} bytes")
    packer = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True)
    packed_head, packed_samples = packer.compress(head), packer.compress(samples)
    fixed = _FIXED.pack(MAGIC, VERSION, len(packed_head), len(packed_samples))
    digest = hashlib.sha256(fixed + packed_head + packed_samples).digest()
    return fixed + digest + packed_head + packed_samples


def _open(data: bytes) -> tuple[bytes, bytes]:
    """Head and samples as packed, after checking that not a bit of the block has changed."""
    start = _FIXED.size + _DIGEST_BYTES
    if len(data) < start:
        raise IntegrityError(
            f"The monitor block ends mid-block: {len(data)} bytes, and its opening alone needs {start}."
        )
    magic, version, head_length, samples_length = _FIXED.unpack_from(data)
    if magic != MAGIC:
        raise IntegrityError("The bytes are not a monitor block: they do not begin as one.")
    if version not in _READ:
        raise IntegrityError(f"The monitor block has version {version}; this Holdfast reads up to {VERSION}.")
    expected = start + head_length + samples_length
    if len(data) < expected:
        raise IntegrityError(f"The monitor block ends mid-block: {len(data)} of {expected} bytes.")
    if len(data) > expected:
        raise IntegrityError(f"The monitor block has {len(data) - expected} bytes too many.")
    if hashlib.sha256(data[: _FIXED.size] + data[start:]).digest() != data[_FIXED.size : start]:
        raise IntegrityError("The monitor block has changed: its bytes do not match its own checksum.")
    return data[start : start + head_length], data[start + head_length :]


def _unpack(packed: bytes) -> bytes:
    size = zstandard.frame_content_size(packed)
    if size > BLOCK_BYTES_MAX:
        raise ValueError(f"unpacked it would be {size} bytes, above the limit of {BLOCK_BYTES_MAX}")
    return zstandard.ZstdDecompressor().decompress(packed)


def _cut(head: Head, planes: bytes) -> list[tuple[Channel, bytes]]:
    """The bytes of each channel, after checking that runs, channels and bytes agree in number."""
    counted = [0] * len(head.channels)
    for entry in head.entries:
        for run in entry.runs:
            if not 0 <= run.channel < len(counted) or run.samples < 0:
                raise ValueError("a run names no channel")
            counted[run.channel] += run.samples
    if counted != [channel.samples for channel in head.channels]:
        raise ValueError("runs and channels differ in the number of samples")
    widths = [channel.samples * (2 if channel.coding is Coding.STEP else 4) for channel in head.channels]
    if sum(widths) != len(planes):
        raise ValueError(f"{len(planes)} bytes of samples where {sum(widths)} were announced")
    ends = np.cumsum([0, *widths])
    return [(channel, planes[ends[i] : ends[i + 1]]) for i, channel in enumerate(head.channels)]


def _wave(channel: Channel, run: Run, samples: _Floats) -> Wave:
    return Wave(
        key=channel.key,
        code=channel.code,
        name=channel.name,
        unit=channel.unit,
        rate_hz=channel.rate_hz,
        start_us=run.start_us,
        samples=samples.astype("<f4").tobytes(),
        resolution=channel.resolution,
        inoperative=run.inoperative,
    )


def _code(same: _Same, samples: _Floats) -> tuple[Channel, bytes]:
    """A channel and its coded bytes: exact steps if any, else the whole range in steps, else floats."""
    key, code, name, unit, rate_hz, resolution = same
    channel = Channel(
        key=key,
        code=code,
        name=name,
        unit=unit,
        rate_hz=rate_hz,
        resolution=resolution,
        coding=Coding.FLOAT,
        samples=samples.size,
    )
    present = samples[~np.isnan(samples)].astype(np.float64)
    low, high = (float(present.min()), float(present.max())) if present.size else (0.0, 0.0)
    if np.isfinite(high - low):
        for base, gain, offset in _exact_scales(low, high, resolution):
            scaled = msgspec.structs.replace(channel, coding=Coding.STEP, base=base, gain=gain, offset=offset)
            codes = _quantise(scaled, samples)
            if np.array_equal(_values(scaled, codes), samples, equal_nan=True):
                return scaled, _planes(np.diff(codes, prepend=np.int16(0)))
        gain = (high - low) / _STEPS
        # One artefact of a thousand volts must not flatten the beats around it: steps coarser than
        # the sender's own are refused, and the floats are kept.
        if resolution <= 0 or gain <= resolution:
            scaled = msgspec.structs.replace(channel, coding=Coding.STEP, base=_CODE_MAX, gain=gain, offset=low)
            return scaled, _planes(np.diff(_quantise(scaled, samples), prepend=np.int16(0)))
    return channel, _planes(samples.view(np.int32))


def _exact_scales(low: float, high: float, resolution: float) -> Iterator[tuple[int, float, float]]:
    """Base, gain and offset that may give every sample back exactly."""
    if low == high:
        yield 0, 0.0, low
    # Without a word from the sender whole units are still worth a try: many send counts.
    for step in (resolution, 1.0):
        if step > 0 and (high - low) / step <= _STEPS and abs(low / step) < 2**52:
            yield round(low / step) + _CODE_MAX, step, 0.0
            yield _CODE_MAX, step, low


def _quantise(channel: Channel, samples: _Floats) -> _Codes:
    missing = np.isnan(samples)
    wide = np.where(missing, channel.offset, samples).astype(np.float64)
    steps = np.rint((wide - channel.offset) / (channel.gain or 1.0)) - channel.base
    # Rounding may step just over the edge; the caller compares what comes back.
    codes: _Codes = np.clip(steps, -_CODE_MAX, _CODE_MAX).astype(np.int16)
    codes[missing] = _MISSING
    return codes


def _floats(channel: Channel, planes: bytes) -> _Floats:
    if channel.coding is Coding.FLOAT:
        return _joined(planes, np.int32).view(np.float32)
    differences = _joined(planes, np.int16)
    codes: _Codes = np.cumsum(differences, dtype=np.int16)
    return _values(channel, codes)


def _values(channel: Channel, codes: _Codes) -> _Floats:
    exact = (codes.astype(np.float64) + channel.base) * channel.gain + channel.offset
    values: _Floats = exact.astype(np.float32)
    values[codes == _MISSING] = np.nan
    return values


def _planes(values: NDArray[np.int16] | NDArray[np.int32]) -> bytes:
    """Byte planes: all low bytes, then all next ones. High bytes hardly change, so they pack well together."""
    width = values.dtype.itemsize
    little = values.astype(values.dtype.newbyteorder("<"))
    return np.frombuffer(little.tobytes(), dtype=np.uint8).reshape(-1, width).T.tobytes()


def _joined(planes: bytes, kind: type[np.int16] | type[np.int32]) -> NDArray[Any]:
    width = np.dtype(kind).itemsize
    joined = np.frombuffer(planes, dtype=np.uint8).reshape(width, -1).T.tobytes()
    return np.frombuffer(joined, dtype=np.dtype(kind).newbyteorder("<")).astype(kind)
