"""``holdfast ingest``: read HL7 files exactly as the live gateway would, and say what became of every row.

Nothing is stored. The output is plain JSON types, one entry per file, and never a traceback.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from holdfast.gateways.hl7.framing import Frame, frames_of
from holdfast.gateways.hl7.reading import Reading, read_message
from holdfast.kernel.time import US_PER_S, iso
from holdfast.record.monitor import MonitorMessage, Numeric, Wave

_BYTES_PER_SAMPLE = 4
_DIGITS = 4  # of a value: finer than any monitor sends, coarser than the noise of unit conversion
_SHOWN = 100  # characters of a refused segment on a terminal line
_BATCH_SEGMENTS = (b"FHS", b"BHS", b"BTS", b"FTS")
_NO_MESSAGE = "The file holds no HL7 message (no MSH segment). Give a file with the messages as the monitor sent them."


def run(paths: Iterable[Path], default_offset_min: int = 0) -> list[dict[str, Any]]:
    """One entry per file, in order."""
    return [report(path, default_offset_min) for path in paths]


def report(path: Path, default_offset_min: int = 0) -> dict[str, Any]:
    """What the messages of one file say; see the keys below. Values in canonical units, times with offset."""
    entry: dict[str, Any] = {
        "file": str(path),
        "messages": 0,
        "charted": [],
        "waveforms": [],
        "refused": [],
        "alerts": [],
        "device": None,
        "problem": None,
    }
    try:
        data = path.read_bytes()
        received_us = int(path.stat().st_mtime * US_PER_S)
    except OSError as error:
        entry["problem"] = f"The file cannot be read: {error.strerror or error}."
        return entry
    problems = []
    for frame in frames_of(_as_utf8(data)):
        problem = _add_frame(entry, frame, received_us, default_offset_min)
        if problem:
            problems.append(problem)
    if not entry["messages"] and not problems:
        problems.append(_NO_MESSAGE)
    entry["problem"] = " ".join(dict.fromkeys(problems)) or None
    return entry


def _add_frame(entry: dict[str, Any], frame: Frame, received_us: int, default_offset_min: int) -> str | None:
    if frame.reason:
        if frame.data.strip().startswith(_BATCH_SEGMENTS):
            return None
        entry["refused"].append({"segment": _shown(frame.data), "reason": frame.reason})
        return _NO_MESSAGE if not entry["messages"] else None
    reading = read_message(frame.data, received_us=received_us, default_offset_min=default_offset_min)
    entry["messages"] += 1
    if reading.message:
        _add_message(entry, reading.message, _offset_min(reading, default_offset_min))
    return reading.problem


def _add_message(entry: dict[str, Any], message: MonitorMessage, offset_min: int) -> None:
    entry["device"] = entry["device"] or message.device
    entry["charted"] += [_numeric(numeric, message.device) for numeric in message.numerics]
    # A lead that is off is listed among the refused rows, not as a curve.
    entry["waveforms"] += [_wave(wave, offset_min) for wave in message.waves if not wave.inoperative]
    entry["refused"] += [{"segment": row.segment, "reason": row.reason} for row in message.refused]
    entry["alerts"] += [
        {
            "text": alert.text,
            "priority": alert.priority,
            "kind": alert.kind,
            "phase": alert.phase,
            "time": iso(alert.at_us, offset_min),
        }
        for alert in message.alerts
    ]


def _numeric(numeric: Numeric, device: str) -> dict[str, Any]:
    return {
        "code": numeric.code,
        "name": numeric.name,
        "key": numeric.key,
        "value": round(numeric.value, _DIGITS),
        "unit": numeric.unit,
        "time": iso(numeric.at_us, numeric.utc_offset_min),
        "channel": numeric.channel,
        "device": device,
    }


def _wave(wave: Wave, offset_min: int) -> dict[str, Any]:
    return {
        "code": wave.code,
        "name": wave.name,
        "key": wave.key,
        "rate_hz": wave.rate_hz,
        "samples": len(wave.samples) // _BYTES_PER_SAMPLE,
        "unit": wave.unit,
        "start": iso(wave.start_us, offset_min),
    }


def _offset_min(reading: Reading, default_offset_min: int) -> int:
    sent = reading.header.sent if reading.header else None
    return sent.offset_min if sent else default_offset_min


def _as_utf8(data: bytes) -> bytes:
    """Files saved by an editor as UTF-16: framing works on bytes and would not see MSH in them."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").encode("utf-8")
    return data


def _shown(data: bytes) -> str:
    return data[:200].decode("utf-8", errors="replace").strip()


def in_words(entry: dict[str, Any]) -> list[str]:
    """One report as lines for a terminal: what was charted, what was not and why. No file can steer the terminal."""
    device = entry["device"] or "no device"
    count = entry["messages"]
    lines = [f"{entry['file']}: {count} message{'' if count == 1 else 's'}, {device}"]
    if entry["problem"]:
        lines.append(f"  problem   {entry['problem']}")
    for row in entry["charted"]:
        channel = f"  channel {row['channel']}" if row["channel"] else ""
        lines.append(f"  charted   {row['key']:<16} {row['value']:g} {row['unit']}  at {row['time']}{channel}")
    for row in entry["waveforms"]:
        size = f"{row['samples']} samples at {row['rate_hz']:g} Hz, {row['unit']}"
        lines.append(f"  waveform  {row['key']:<16} {size}, from {row['start']}")
    for row in entry["alerts"]:
        marks = ", ".join(row[field] for field in ("priority", "kind", "phase") if row[field])
        lines.append(f"  alarm     {row['text']} ({marks or 'nothing more said'}) at {row['time']}")
    for row in entry["refused"]:
        segment = row["segment"] if len(row["segment"]) <= _SHOWN else row["segment"][:_SHOWN] + "..."
        lines += [f"  refused   {row['reason']}", f"            {segment}"]
    return ["".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line) for line in lines]
