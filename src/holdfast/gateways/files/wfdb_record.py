"""A WFDB record (PhysioNet's format) as plain values: waves in canonical units, beats, header comments.

The ``wfdb`` package does the decoding (all sample formats, FLAC, MATLAB files, several segments); this module finds the
files, says in words what is wrong with them, and names and scales what they hold.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import wfdb
from numpy.typing import NDArray

from holdfast.kernel.errors import SenderError

Floats = NDArray[np.float64]

BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")
"""Annotation codes that stand for a heart beat (WFDB Applications Guide, annotation codes)."""

BEAT_FILES = ("atr", "hfd", "qrs", "ecg")
"""Annotation files that may hold reference beats, the most trusted first."""

RAIL_MIN_MV = 5.0
RAIL_RUN_S = 0.5
"""An ECG that stands still this long at its own extreme, this far from zero, was at the rail of its input (estimate;
in the dog recordings the rail is 20 mV)."""

_LEADS = {
    "ECG": "ecg", "I": "ecg_i", "II": "ecg_ii", "III": "ecg_iii", "MLI": "ecg_i", "MLII": "ecg_ii", "MLIII": "ecg_iii",
    "AVR": "ecg_avr", "AVL": "ecg_avl", "AVF": "ecg_avf", "V": "ecg_v",
}  # fmt: skip
_OTHERS = {
    "PLETH": "pleth", "PPG": "pleth", "RESP": "resp", "ABP": "art", "ART": "art", "AOBP": "art", "BP": "art",
    "CO2": "co2", "CVP": "cvp", "PAP": "pap",
}  # fmt: skip
_CHEST_LEAD = re.compile(r"(MCL|CM|V)\d")
_TO_MV = {"V": 1e3, "MV": 1.0, "UV": 1e-3, "NV": 1e-6}
_BYTES_PER_SAMPLE = {"8": 1.0, "16": 2.0, "24": 3.0, "32": 4.0, "61": 2.0, "80": 1.0, "160": 2.0, "212": 1.5}
_BROKEN = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RuntimeError, EOFError)
"""What wfdb, NumPy, SciPy and soundfile raise on files that are not what they say."""


@dataclass(frozen=True, eq=False)
class RecordedWave:
    """One signal: (n,) float64 in ``unit``, NaN where missing."""

    key: str
    label: str
    """What the file calls it."""
    unit: str
    rate_hz: float
    samples: Floats
    resolution: float
    """Value of one step of the converter, 0 when unknown."""
    rail: float | None
    """Value (in ``unit``) at which the input stands when the lead is off; None when it never does."""


@dataclass(frozen=True, eq=False)
class WfdbRecord:
    """A record, whole. Times count from its start."""

    name: str
    duration_s: float
    waves: tuple[RecordedWave, ...]
    beats_s: tuple[float, ...] | None
    """Reference beats; None when there is no annotation file with beats."""
    comments: tuple[str, ...]
    bad_ecg_s: tuple[tuple[float, float], ...]
    """Stretches that whoever made the record calls unusable."""


def find(directory: Path) -> list[Path]:
    """Headers of all records below a directory, sorted; segments of a longer record are not listed on their own."""
    headers = sorted(directory.rglob("*.hea"))
    parts = {header.parent / segment for header in headers for segment in _segment_names(header)}
    return [header for header in headers if header.with_suffix("") not in parts]


def read(path: Path) -> WfdbRecord:
    """Read a record by its header file (or its name without ``.hea``). SenderError says what is wrong with it."""
    base = path.with_suffix("") if path.suffix in (".hea", ".dat", ".mat") else path
    if not base.with_suffix(base.suffix + ".hea").is_file():
        raise SenderError(f"There is no header {base.name}.hea.", "Name the .hea file of a WFDB record.")
    for segment in _segment_names(base.with_suffix(base.suffix + ".hea")):
        if not (base.parent / f"{segment}.hea").is_file():
            raise SenderError(f"{base.name} lacks its segment {segment}.", _REMEDY)
    try:
        header: Any = wfdb.rdheader(str(base), rd_segments=True)
    except _BROKEN as error:
        raise SenderError(f"The header {base.name}.hea cannot be read ({_first_line(error)}).", _REMEDY) from error
    _check(base, header)
    try:
        record: Any = wfdb.rdrecord(str(base))
    except _BROKEN as error:
        raise SenderError(f"The signals of {base.name} cannot be read ({_first_line(error)}).", _REMEDY) from error
    if record.p_signal is None or not len(record.p_signal):
        raise SenderError(f"{base.name} holds no samples.", _REMEDY)
    rate_hz = float(record.fs)
    comments = tuple(str(line) for line in record.comments or ())
    return WfdbRecord(
        name=base.name,
        duration_s=len(record.p_signal) / rate_hz,
        waves=_waves(record, rate_hz),
        beats_s=_beats(base, rate_hz),
        comments=comments,
        bad_ecg_s=_bad_stretches(comments),
    )


_REMEDY = "Copy the record again, with all its files."


def _segment_names(header: Path) -> list[str]:
    """Names of the segments of a multi-segment header, straight from its text."""
    lines = header.read_text(encoding="latin-1").splitlines()
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines or "/" not in lines[0].split()[0]:
        return []
    return [line.split()[0] for line in lines[1:] if line.split()[0] != "~"]


def _check(base: Path, header: Any) -> None:
    """Look for what wfdb would read wrongly or explain badly."""
    if not header.fs or not header.fs > 0:
        raise SenderError(f"{base.name} says it has {header.fs} samples per second.", "Correct the rate in its header.")
    segments = getattr(header, "segments", None)
    if segments is None:
        _check_files(base, header)
        return
    for name, segment in zip(header.seg_name, segments, strict=True):
        if segment is not None and segment.sig_len:
            _check_files(base.parent / name, segment)


def _check_files(base: Path, header: Any) -> None:
    if not header.n_sig or not header.file_name:
        raise SenderError(f"{base.name} lists no signals.", _REMEDY)
    for file_name in dict.fromkeys(header.file_name):
        if file_name == "~":
            continue
        file = base.parent / file_name
        if not file.is_file():
            raise SenderError(f"{base.name} lacks its signal file {file_name}.", _REMEDY)
        mine = [i for i, name in enumerate(header.file_name) if name == file_name]
        frame = sum(
            _BYTES_PER_SAMPLE.get(header.fmt[i].split("+")[0], 0.0) * (header.samps_per_frame[i] or 1) for i in mine
        )
        size = file.stat().st_size - (header.byte_offset[mine[0]] or 0)
        if frame <= 0:
            raise SenderError(f"{base.name} does not say how {file_name} writes its samples.", _REMEDY)
        if header.sig_len and size < frame * header.sig_len:
            raise SenderError(
                f"{file_name} ends mid-block: its header promises {header.sig_len} samples per signal, "
                f"{int(size / frame)} are there.",
                _REMEDY,
            )


def _waves(record: Any, rate_hz: float) -> tuple[RecordedWave, ...]:
    waves: list[RecordedWave] = []
    taken: set[str] = set()
    for i, written in enumerate(record.sig_name):
        label = written or ""  # a signal may come without a name
        key = wave_key(label)
        if key in taken:
            key = _plain(label)
        if key in taken:
            key = f"{key}_{i + 1}"
        taken.add(key)
        unit, scale = _unit(key, record.units[i] if record.units else "")
        samples = np.asarray(record.p_signal[:, i], dtype=np.float64) * scale
        gain = record.adc_gain[i] if record.adc_gain else 0
        resolution = scale / gain if gain else 0.0
        rail = _rail(samples, rate_hz) if key.startswith("ecg") else None
        waves.append(RecordedWave(key, label, unit, rate_hz, samples, resolution, rail))
    return tuple(waves)


def wave_key(label: str) -> str:
    """Canonical key for a signal's name in a file: ``MLII`` is ``ecg_ii``, ``ABP`` is ``art``."""
    name = label.strip().strip(",").upper()
    name = name.removeprefix("ECG ").removeprefix("LEAD ")
    if name in _LEADS:
        return _LEADS[name]
    if name in _OTHERS:
        return _OTHERS[name]
    return "ecg_v" if _CHEST_LEAD.fullmatch(name) else _plain(label)


def _plain(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "unnamed"


def _unit(key: str, unit: str | None) -> tuple[str, float]:
    """Canonical unit, and what to multiply with. Only ECG is converted: nothing else comes in several units here."""
    plain = (unit or "").strip()
    if key.startswith("ecg"):
        return "mV", _TO_MV.get(plain.replace("µ", "u").upper(), 1.0)
    return ("1" if plain.upper() in ("", "NU", "NORM") else plain), 1.0


def _rail(samples: Floats, rate_hz: float) -> float | None:
    seen = samples[~np.isnan(samples)]
    if not len(seen):
        return None
    for extreme in (float(seen.max()), float(seen.min())):
        if abs(extreme) >= RAIL_MIN_MV and _longest_run(samples == extreme) >= RAIL_RUN_S * rate_hz:
            return extreme
    return None


def _longest_run(flags: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def _beats(base: Path, rate_hz: float) -> tuple[float, ...] | None:
    for extension in BEAT_FILES:
        if not base.with_suffix(f"{base.suffix}.{extension}").is_file():
            continue
        try:
            marks: Any = wfdb.rdann(str(base), extension)
        except _BROKEN as error:
            problem = f"The beat marks {base.name}.{extension} cannot be read ({_first_line(error)})."
            raise SenderError(problem, _REMEDY) from error
        beats = [s / rate_hz for s, code in zip(marks.sample, marks.symbol, strict=True) if code in BEAT_SYMBOLS]
        if beats:
            return tuple(float(beat) for beat in beats)
    return None


def _bad_stretches(comments: tuple[str, ...]) -> tuple[tuple[float, float], ...]:
    """The ``bad_ecg_s: [[from, to], ...]`` comment of the dog recordings."""
    for line in comments:
        name, _, text = line.partition(":")
        if name.strip() == "bad_ecg_s":
            try:
                return tuple((float(start), float(end)) for start, end in ast.literal_eval(text.strip()))
            except (ValueError, SyntaxError, TypeError) as error:
                raise SenderError(f"The comment {line!r} is not a list of pairs of seconds.", "Correct it.") from error
    return ()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
