"""How soon an arrest is called, and how often one is called that is none.

Run: ``python benchmarks/arrest.py DIR [--json] [--only PART]`` where DIR holds the WFDB folders ``dog_health_vitals``,
``vfdb``, ``cudb`` and ``cinc2015``. Parts: simulated, leads_off, spliced, dogs, vf. Everything goes through the whole
bed, one lead, one second per message. There is no recording of a dog's arrest: people's are spliced onto dogs' beats.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import wfdb

from arrest_signals import ASYSTOLES, LEADS_OFF, Floats, beating
from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import WfdbRecord
from holdfast.signals import bedside
from holdfast.signals.conditions import Began, Change

START_US = 1_700_000_000_000_000
ASYSTOLE, FIBRILLATION = "asystole", "ventricular_fibrillation_suspected"
TACHYCARDIA = "ventricular_tachycardia"


@dataclass(frozen=True)
class Piece:
    """One message of one wave."""

    key: str
    unit: str
    rate_hz: float
    start_us: int
    samples: bytes
    inoperative: bool = False


def play(trace: Floats, rate_hz: float, message_s: float = 1.0) -> list[tuple[float, Change]]:
    """Every change with the seconds of signal that had been sent when it was said."""
    state, out = bedside.initial(), []
    size = max(1, int(message_s * rate_hz))
    packed = trace.astype("<f4")
    for i in range(0, len(trace), size):
        at_us = START_US + round(i * 1e6 / rate_hz)
        piece = Piece("ecg_ii", "mV", rate_hz, at_us, packed[i : i + size].tobytes())
        state, said = bedside.step(state, [piece])
        out += [((i + size) / rate_hz, change) for change in said.conditions]
    return out


def began(changes: list[tuple[float, Change]], name: str) -> list[tuple[float, float]]:
    """(instant it bears, signal sent when it was said), both in seconds from the start."""
    return [
        ((change.at_us - START_US) / 1e6, said)
        for said, change in changes
        if isinstance(change, Began) and change.condition == name
    ]


def _held(changes: list[tuple[float, Change]], name: str, end_s: float) -> list[tuple[float, float]]:
    """From when to when the condition held (s)."""
    out: list[tuple[float, float]] = []
    for _, change in changes:
        if change.condition == name:
            at = (change.at_us - START_US) / 1e6
            out = [*out, (at, end_s)] if isinstance(change, Began) else [*out[:-1], (out[-1][0], at)]
    return out


def simulated(cases: int) -> dict[str, Any]:
    """Seeded flat lines after a dog's beats."""
    return _made(ASYSTOLES, 12.0, cases)


def leads_off(cases: int) -> dict[str, Any]:
    """Seeded leads that come off."""
    return _made(LEADS_OFF, 20.0, cases)


def _made(kinds: dict[str, Any], after_s: float, cases: int) -> dict[str, Any]:
    delays, said_delays, names = [], [], {}
    for index in range(cases):
        kind = list(kinds)[index % len(kinds)]
        rng, rate_hz = np.random.default_rng(index), float([130.0, 250.0, 500.0][index % 3])
        alive, last_s = beating(rng, 15.0 + rng.uniform(0, 1), rate_hz)
        t = np.arange(int(after_s * rate_hz)) / rate_hz
        changes = play(np.concatenate((alive, kinds[kind](rng, t))), rate_hz, 0.2)
        called = began(changes, ASYSTOLE)
        counter = names.setdefault(kind, Counter())
        counter.update({change.condition for _, change in changes if isinstance(change, Began)})
        if called:
            delays.append(called[0][0] - last_s)
            said_delays.append(called[0][1] - last_s)
    return {
        "cases": cases,
        "called_asystole": len(delays),
        "called_within_5_s": sum(bool(delay <= 5) for delay in delays),
        "delay_s": _spread(delays),
        "delay_until_said_s": _spread(said_delays),
        "conditions": {kind: dict(counter) for kind, counter in names.items()},
    }


def _spread(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {name: round(float(np.percentile(values, q)), 2) for name, q in (("p50", 50), ("p95", 95), ("max", 100))}


def _records(folder: Path) -> Iterator[WfdbRecord]:
    for header in wfdb_record.find(folder) if folder.is_dir() else []:
        yield wfdb_record.read(header)


def _rhythms(folder: Path, record: WfdbRecord) -> list[tuple[float, float, str]]:
    """(from, to, rhythm) in seconds, from rhythm marks and the [ ] of fibrillation."""
    marks = wfdb.rdann(str(next(folder.rglob(f"{record.name}.hea")).with_suffix("")), "atr")
    found = [(0.0, "")]
    for sample, symbol, text in zip(marks.sample, marks.symbol, marks.aux_note, strict=True):
        at_s, words = float(sample) / float(marks.fs or record.waves[0].rate_hz), text.strip("\0 (")
        if symbol in "[]":
            found.append((at_s, "VF" if symbol == "[" else "N"))
        elif symbol == "+" and words:
            found.append((at_s, "VF" if words == "VFIB" else words))
    ends = [at for at, _ in found[1:]] + [record.duration_s]
    return [(at, end, name) for (at, name), end in zip(found, ends, strict=True) if end > at]


def spliced(data: Path) -> dict[str, Any]:
    """Marked asystole of people (vfdb) after 20 s of a dog's beats, brought to the rate of the dog's recording."""
    dogs = []
    for record in _records(data / "dog_health_vitals"):
        beats = [at for at in record.beats_s or () if 30 < at < 50]
        if len(beats) > 15 and not any(start < 52 and end > 28 for start, end in record.bad_ecg_s):
            dogs.append((record.waves[0].samples, record.waves[0].rate_hz, beats[-1]))
        if len(dogs) == 12:
            break
    cases = []
    for folder in (data / "vfdb", data / "cudb"):
        for record in _records(folder):
            for start, end, name in _rhythms(folder, record):
                if name == "ASYS" and end - start >= 8:
                    lead = record.waves[0]
                    first = int((start + 1) * lead.rate_hz)
                    cases.append((record.name, start, lead.samples[first : int(end * lead.rate_hz)], lead.rate_hz))
    found, each = [], []
    for index, (name, start, stopped, rate_hz) in enumerate(cases):
        alive, dog_hz, last_s = dogs[index % len(dogs)]
        part = alive[int(30 * dog_hz) : int((last_s + 0.4) * dog_hz)]
        length = int(len(stopped) / rate_hz * dog_hz)
        resampled = np.interp(np.arange(length) / dog_hz, np.arange(len(stopped)) / rate_hz, stopped)
        trace = np.concatenate((part, resampled[: int(30 * dog_hz)] - resampled[0] + part[-1]))
        called = began(play(trace, dog_hz), ASYSTOLE)
        delay = called[0][0] - (last_s - 30) if called else None
        each.append({"record": name, "from_s": round(start), "seconds": round(length / dog_hz), "delay_s": delay})
        found.append(delay)
    return {
        "cases": len(cases),
        "called": sum(delay is not None for delay in found),
        "within_5_s": sum(delay is not None and bool(delay <= 5) for delay in found),
        "each": each,
    }


def dogs(data: Path, every: int = 1) -> dict[str, Any]:
    """Everything that is called on sleeping healthy dogs, and how much of what the authors marked bad is refused."""
    hours = bad_h = 0.0
    counts: dict[str, Counter[str]] = {"good": Counter(), "bad": Counter()}
    words: dict[str, Counter[str]] = {"good": Counter(), "bad": Counter()}
    false: list[dict[str, Any]] = []
    began_s = time.process_time()
    for record in list(_records(data / "dog_health_vitals"))[::every]:
        hours += record.duration_s / 3600
        bad_h += sum(end - start for start, end in record.bad_ecg_s) / 3600
        lead = record.waves[0]
        state = bedside.initial()
        packed, size = lead.samples.astype("<f4"), int(lead.rate_hz)
        for i in range(0, len(packed), size):
            at_us = START_US + round(i * 1e6 / lead.rate_hz)
            piece = Piece("ecg", "mV", lead.rate_hz, at_us, packed[i : i + size].tobytes())
            state, said = bedside.step(state, [piece])
            for signal in said.signals:
                at_s = (signal.start_us - START_US) / 1e6
                inside = any(a <= at_s and at_s + 1 <= b for a, b in record.bad_ecg_s)
                near = any(a < at_s + 2 and at_s - 1 < b for a, b in record.bad_ecg_s)
                if inside or not near:
                    words["bad" if inside else "good"][signal.quality] += 1
            for change in said.conditions:
                if isinstance(change, Began):
                    at_s = (change.at_us - START_US) / 1e6
                    place = "bad" if any(a <= at_s <= b + 5 for a, b in record.bad_ecg_s) else "good"
                    counts[place][change.condition] += 1
                    if change.condition in (ASYSTOLE, FIBRILLATION):
                        beats = record.beats_s or ()
                        marked = sum(at_s - 4.4 < at < at_s - 0.1 for at in beats)
                        what = {"record": record.name, "at_s": at_s, "place": place, "marked_beats": marked}
                        false.append({"condition": change.condition, **what})
    cpu_s = time.process_time() - began_s
    good_h = hours - bad_h
    refused = {
        place: 1 - (counter["usable"] + counter["flat"]) / max(1, sum(counter.values()))
        for place, counter in words.items()
    }
    return {
        "hours": round(hours, 2),
        "hours_marked_bad": round(bad_h, 2),
        "false_asystole": {place: counts[place][ASYSTOLE] for place in counts},
        "false_asystole_per_24_h_good": counts["good"][ASYSTOLE] / good_h * 24,
        "false_asystole_per_24_h_all": sum(counts[p][ASYSTOLE] for p in counts) / hours * 24,
        "false_vf_per_h_all": sum(counts[p][FIBRILLATION] for p in counts) / hours,
        "conditions_per_h_good": {name: round(n / good_h, 3) for name, n in counts["good"].most_common()},
        "conditions_bad": dict(counts["bad"]),
        "quality": {place: dict(counter) for place, counter in words.items()},
        "refused_share": refused,
        "ms_cpu_per_bed_second": 1000 * cpu_s / (hours * 3600),
        "false": false,
    }


def vf(data: Path) -> dict[str, Any]:
    """Fibrillation of people (vfdb, cudb): episodes of 10 s and longer, whether called within 10 s; false calls.

    Called is fibrillation or ventricular tachycardia: both are alarms of the same urgency that ask for the same look.

    The weights were fitted with these records in view: ``benchmarks/fit_fibrillation.py`` gives the figures of records
    left out.
    """
    episodes, false = [], Counter[str]()
    quiet_h = 0.0
    for folder in (data / "vfdb", data / "cudb"):
        for record in _records(folder):
            lead = record.waves[0]
            rhythms = _rhythms(folder, record)
            changes = play(lead.samples, lead.rate_hz)
            held = _held(changes, FIBRILLATION, record.duration_s)
            alarmed = sorted((*held, *_held(changes, TACHYCARDIA, record.duration_s)))
            for start, end, name in rhythms:
                if name in ("VF", "VFL") and end - start >= 10:
                    named, said = (
                        next((max(0.0, a - start) for a, b in spans if b > start and a <= end), None)
                        for spans in (held, alarmed)
                    )
                    one = {"record": record.name, "rhythm": name, "from_s": start, "delay_s": said, "named_s": named}
                    episodes.append(one)
                elif name not in ("VF", "VFL"):
                    false[name] += sum(start + 1 < at <= end for at, _ in held)
                    quiet_h += (end - start) / 3600
    real = [one for one in episodes if one["rhythm"] == "VF"]
    return {
        "episodes_vf": len(real),
        "within_10_s": sum(one["delay_s"] is not None and one["delay_s"] <= 10 for one in real),
        "named_fibrillation_within_10_s": sum(one["named_s"] is not None and one["named_s"] <= 10 for one in real),
        "hours_without": round(quiet_h, 2),
        "false_per_h": sum(n for name, n in false.items() if name != "VT") / quiet_h,
        "false_by_rhythm": dict(false),
        "each": episodes,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, metavar="DIR")
    parser.add_argument("--only", choices=["simulated", "leads_off", "spliced", "dogs", "vf"])
    parser.add_argument("--every", type=int, default=1, help="take only every so many-th dog recording")
    parser.add_argument("--cases", type=int, default=1000, help="of each simulation")
    parser.add_argument("--json", action="store_true", help="one line")
    options = parser.parse_args()
    parts = {
        "simulated": lambda: simulated(options.cases),
        "leads_off": lambda: leads_off(options.cases),
        "spliced": lambda: spliced(options.data),
        "vf": lambda: vf(options.data),
        "dogs": lambda: dogs(options.data, options.every),
    }
    figures = {name: part() for name, part in parts.items() if options.only in (None, name)}
    print(json.dumps(figures, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
