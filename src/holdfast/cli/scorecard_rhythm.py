"""How often arrest and fibrillation are called rightly on WFDB records with rhythm marks (vfdb and cudb layout)."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import wfdb

from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import WfdbRecord
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_S
from holdfast.signals import bedside
from holdfast.signals.conditions import Began, Condition

KINDS = {
    "ventricular_fibrillation": (frozenset({"VF", "VFIB"}), Condition.VENTRICULAR_FIBRILLATION),
    "ventricular_flutter": (frozenset({"VFL"}), Condition.VENTRICULAR_FIBRILLATION),
    "asystole": (frozenset({"ASYS"}), Condition.ASYSTOLE),
    "ventricular_tachycardia": (frozenset({"VT"}), Condition.VENTRICULAR_TACHYCARDIA),
}
"""Rhythm marks (WFDB Applications Guide; vfdb writes VF, VFIB, VFL, ASYS, VT), and what we should say of them."""

ALLOWED = {"ventricular_fibrillation": {"VFL", "VT"}, "asystole": {"VF", "VFIB"}}
"""Marks during which a call is counted apart instead of as false."""

EPISODE_MIN_S = 10.0
WITHIN_S = 10.0


@dataclass(frozen=True)
class _Piece:
    key: str
    unit: str
    rate_hz: float
    start_us: int
    samples: bytes
    inoperative: bool = False


def run(directory: Path) -> dict[str, Any]:
    """Score all records with rhythm marks, all their ECG leads together, one second per message.

    Of each kind: episodes of 10 s or more, and how many were called within 10 s of their onset (a call that already
    held counts); calls per hour while something else was marked. OperatorError when there are no such records.
    """
    episodes: dict[str, list[float | None]] = {kind: [] for kind in KINDS}
    false: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    elsewhere_s = dict.fromkeys(KINDS, 0.0)
    records = 0
    for header in wfdb_record.find(directory) if directory.is_dir() else []:
        rhythms = _rhythms(header)
        if not rhythms:
            continue
        records += 1
        record = wfdb_record.read(header)
        called = _called(record)
        for kind, (marks, condition) in KINDS.items():
            held = called.get(condition.value, [])
            for start, end, mark in _ends(rhythms, record.duration_s):
                if mark in marks:
                    if end - start >= EPISODE_MIN_S:
                        episodes[kind].append(
                            next((max(0.0, a - start) for a, b in held if b > start and a <= end), None)
                        )
                else:
                    elsewhere_s[kind] += end - start
                    false[kind][mark] += sum(start < at <= end for at, _ in held)
    if not records:
        problem = f"There are no WFDB records with rhythm marks below {directory}."
        raise OperatorError(problem, "Name a folder with .hea, .dat and .atr files that hold rhythm changes.")
    kinds = {kind: _figures(kind, episodes[kind], false[kind], elsewhere_s[kind]) for kind in KINDS}
    shown = {
        f"{kind}_{name}": figures[name] for kind, figures in kinds.items() for name in ("sensitivity", "false_per_hour")
    }
    return {"records": records, **shown, "kinds": kinds}


def _figures(kind: str, delays: list[float | None], false: Counter[str], elsewhere_s: float) -> dict[str, Any]:
    found = [delay for delay in delays if delay is not None]
    apart = ALLOWED.get(kind, set())
    hours = elsewhere_s / 3600
    return {
        "episodes": len(delays),
        "called_within_10_s": sum(delay <= WITHIN_S for delay in found),
        "sensitivity": sum(delay <= WITHIN_S for delay in found) / len(delays) if delays else None,
        "median_delay_s": float(np.median(found)) if found else None,
        "false_per_hour": sum(n for mark, n in false.items() if mark not in apart) / hours if hours else None,
        "called_during": {mark: n for mark, n in sorted(false.items()) if n},
    }


def _rhythms(header: Path) -> list[tuple[float, str]]:
    """(from second, rhythm), from the start of the record; empty without rhythm marks."""
    base = header.with_suffix("")
    if not base.with_suffix(".atr").is_file():
        return []
    marks: Any = wfdb.rdann(str(base), "atr")
    rate_hz = float(marks.fs or wfdb.rdheader(str(base)).fs)
    found: list[tuple[float, str]] = []
    for sample, symbol, text in zip(marks.sample, marks.symbol, marks.aux_note, strict=True):
        words = text.strip("\0 (")
        if symbol in "[]":
            found.append((float(sample) / rate_hz, "VF" if symbol == "[" else "N"))
        elif symbol == "+" and words:
            found.append((float(sample) / rate_hz, words))
    return [(0.0, "unmarked"), *found] if found else []


def _ends(rhythms: list[tuple[float, str]], duration_s: float) -> list[tuple[float, float, str]]:
    """With the end of each, neighbours of the same name joined."""
    out: list[tuple[float, float, str]] = []
    for (start, name), end in zip(rhythms, [*(at for at, _ in rhythms[1:]), duration_s], strict=True):
        if out and out[-1][2] == name:
            out[-1] = (out[-1][0], end, name)
        elif end > start:
            out.append((start, end, name))
    return out


def _called(record: WfdbRecord) -> dict[str, list[tuple[float, float]]]:
    """When each condition held (s)."""
    leads = [wave for wave in record.waves if wave.key.startswith("ecg")]
    packed = [(wave, wave.samples.astype("<f4")) for wave in leads]
    held: dict[str, list[tuple[float, float]]] = {}
    state = bedside.initial()
    for second in range(int(record.duration_s) + 1):
        message = []
        for wave, samples in packed:
            first, end = round(second * wave.rate_hz), round((second + 1) * wave.rate_hz)
            if first < len(samples):
                data = samples[first:end].tobytes()
                message.append(_Piece(wave.key, wave.unit, wave.rate_hz, round(first * 1e6 / wave.rate_hz), data))
        state, said = bedside.step(state, message)
        for change in said.conditions:
            at_s = change.at_us / US_PER_S
            runs = held.setdefault(change.condition, [])
            if isinstance(change, Began):
                runs.append((at_s, record.duration_s))
            elif runs:
                runs[-1] = (runs[-1][0], at_s)
    return held
