"""How often the rules over hours are wrong, and how late they are right, on simulated dogs with a known truth.

    python benchmarks/trend_watch.py [DIR] [--dogs N] [--first-seed N] [--json]

Stable dogs of 24 h (day and night, sinus arrhythmia, waking, panting, drugs on record, artefacts, holes) give the false
states; the same dogs that lose pressure and gain rate at a known slope give the delay. Both are told beside a simple
threshold on the same values. DIR: a folder with animal anaesthesia exports (HR, mean pressure, SpO2), where every
state is printed. Seeds below 100 were looked at while the rules were written; the figures are for those from 100 on.
"""

import argparse
import csv
import json
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge import courses as known
from holdfast.monitoring import watch
from holdfast.monitoring.deterioration import Worsening
from holdfast.monitoring.given import Given, given
from holdfast.monitoring.rally import Improvement
from holdfast.record.case_entries import TreatmentEntry

STEP_S = 10
HOUR_S = 3600
T0_US = 1_772_366_400_000_000
Floats = NDArray[np.float64]

SIMPLE = {"hr": (50.0, 150.0), "art_mean": (65.0, 999.0), "spo2": (92.0, 999.0), "rr": (6.0, 60.0)}
SIMPLE_HOLD_S = (60, 300)
"""The rival: a fixed limit that is broken for a minute, or for five; again only after ten minutes within it."""
SIMPLE_REARM_S = 600


@dataclass
class Dog:
    """Some hours of one dog: values every ten seconds, NaN where there is none, and what was given."""

    values: dict[str, Floats]
    treatments: list[TreatmentEntry] = field(default_factory=list)

    @property
    def seconds(self) -> int:
        return len(self.values["hr"]) * STEP_S


def wander(rng: np.random.Generator, n: int, sd: float, tau_s: float) -> Floats:
    """Red noise of that standard deviation and time constant."""
    keep = np.exp(-STEP_S / tau_s)
    noise = rng.normal(0, sd * np.sqrt(1 - keep**2), n)
    out = np.empty(n)
    last = rng.normal(0, sd)
    for i in range(n):
        last = out[i] = keep * last + noise[i]
    return out


def bumps(
    rng: np.random.Generator, n: int, per_h: float, minutes: tuple[float, float], heights: tuple[float, float]
) -> Floats:
    """Stretches of a random height, with soft edges of a minute."""
    out = np.zeros(n)
    for _ in range(rng.poisson(per_h * n * STEP_S / HOUR_S)):
        start, length = rng.integers(n), int(rng.uniform(*minutes) * 60 / STEP_S)
        out[start : start + length] = np.maximum(out[start : start + length], rng.uniform(*heights))
    return np.convolve(out, np.ones(6) / 6, "same")


def stable_dog(seed: int, hours: float = 24.0, restless: bool = False) -> Dog:
    """A dog in the ward that is neither better nor worse at the end than at the beginning.

    ``restless``: awake and panting about twice as often and as long, levels that wander twice as far, more artefacts.
    """
    more = 2.0 if restless else 1.0
    rng = np.random.default_rng(seed)
    n = int(hours * HOUR_S / STEP_S)
    t_h = np.arange(n) * STEP_S / HOUR_S
    day = np.cos(2 * np.pi * (t_h - rng.uniform(0, 24)) / 24)
    awake = bumps(rng, n, 0.3 * (more + 1) ** 2 / 2, (3, 30 * more), (0.3, 1.0))
    panting = bumps(rng, n, 0.15 * more, (5, 45 * more), (40, 150))
    rate = rng.uniform(70, 115)
    hr = rate * (1 + 0.1 * day) + wander(rng, n, 5 * more, 600) + rng.normal(0, 6, n) + awake * rng.uniform(25, 55)
    hr += 0.1 * panting
    rr = 20 + 3 * day + wander(rng, n, 2 * more, 900) + rng.normal(0, 2, n) + awake * 12 + panting
    pressure = rng.uniform(80, 105) + 4 * day + wander(rng, n, 4 * more, 900) + rng.normal(0, 2, n) + awake * 12
    spo2 = np.minimum(100, rng.uniform(96, 98.5) + wander(rng, n, 0.5, 900) + rng.normal(0, 0.4, n))
    temp = rng.uniform(38.1, 38.9) + 0.3 * day + wander(rng, n, 0.08, 3600) + 0.002 * panting
    treatments = []
    for at_h in np.arange(rng.uniform(1, 4), hours, rng.uniform(4, 6)):
        since = (t_h - at_h) / 0.3
        effect = np.where(since > 0, since * np.exp(1 - since / 3) / 3, 0.0)
        hr *= 1 - 0.22 * np.clip(effect, 0, 1)
        treatments.append(
            TreatmentEntry("t", "analgesic", "methadone", "", "", T0_US + int(at_h * HOUR_S) * US_PER_S, "vet")
        )
    made = {"hr": hr, "rr": rr, "art_mean": pressure, "art_sys": pressure * 1.35, "spo2": spo2, "temp": temp}
    return Dog(spoilt(rng, made, more), treatments)


def spoilt(rng: np.random.Generator, values: dict[str, Floats], more: float) -> dict[str, Floats]:
    """Artefacts and holes of every sensor, each on its own; whole numbers as a monitor shows them."""
    n = len(values["hr"])
    artefacts = {
        "hr": (0.5, (0.5, 8), (60, 160)),
        "rr": (0.5, (0.5, 10), (20, 80)),
        "art_mean": (0.4, (0.5, 6), (-50, -20)),
        "spo2": (0.5, (0.5, 12), (-15, -4)),
        "temp": (0.05, (2, 15), (-6, -2)),
    }
    for key, (per_h, minutes, heights) in artefacts.items():
        low, high = sorted((abs(heights[0]), abs(heights[1])))
        shape = bumps(rng, n, per_h * more, minutes, (low, high)) * np.sign(heights[0])
        values[key] = values[key] + shape
        if key == "art_mean":
            values["art_sys"] = values["art_sys"] + 1.3 * shape
        for _ in range(rng.poisson(0.15 * n * STEP_S / HOUR_S)):
            start, length = rng.integers(n), int(rng.uniform(1, 40) * 60 / STEP_S)
            values[key][start : start + length] = np.nan
    digits = {"temp": 1}
    return {key: np.round(np.maximum(series, 0), digits.get(key, 0)) for key, series in values.items()}


def failing_dog(seed: int, hr_per_h: float, start_h: float = 6.0, hours: float = 18.0) -> Dog:
    """A stable dog that from ``start_h`` on gains rate and loses 0.6 mmHg of mean pressure for each beat of it."""
    dog = stable_dog(seed, hours)
    n = len(dog.values["hr"])
    t_h = np.maximum(0, np.arange(n) * STEP_S / HOUR_S - start_h)
    gained = np.minimum(hr_per_h * t_h, 90)
    dog.values["hr"] = dog.values["hr"] + np.round(gained)
    dog.values["art_mean"] = np.maximum(25, dog.values["art_mean"] - np.round(0.6 * gained))
    dog.values["art_sys"] = np.maximum(40, dog.values["art_sys"] - np.round(0.8 * gained))
    return dog


def rallying_dog(seed: int, start_h: float = 4.0, hours: float = 8.0) -> Dog:
    """A dog in shock that comes back within half an hour, with nothing given."""
    dog = stable_dog(seed, hours)
    n = len(dog.values["hr"])
    share = np.clip((np.arange(n) * STEP_S / HOUR_S - start_h) / 0.5, 0, 1)
    dog.values["hr"] = dog.values["hr"] + np.round(75 * (1 - share))
    dog.values["art_mean"] = np.maximum(25, dog.values["art_mean"] - np.round(45 * (1 - share)))
    dog.values["art_sys"] = np.maximum(40, dog.values["art_sys"] - np.round(60 * (1 - share)))
    return Dog(dog.values)


def watched(dog: Dog, courses: known.Courses) -> list[watch.Told]:
    """What the rules say of a dog, fed in pieces of five minutes."""
    state, told = watch.initial(), []
    treatments: tuple[Given, ...] = given(courses, dog.treatments)
    n, piece = len(dog.values["hr"]), 300 // STEP_S
    for start in range(0, n, piece):
        stop = min(n, start + piece)
        at_us = T0_US + np.arange(start, stop) * STEP_S * US_PER_S
        points = {
            key: [(int(t), float(v)) for t, v in zip(at_us, series[start:stop], strict=True) if v == v]
            for key, series in dog.values.items()
        }
        upto_us = T0_US + stop * STEP_S * US_PER_S
        state, said = watch.step(state, courses, points, upto_us, treatments)
        told += said
    return told


def simple(dog: Dog, hold_s: int) -> list[float]:
    """Hours at which the fixed limits call."""
    calls: list[float] = []
    for key, (low, high) in SIMPLE.items():
        broken = (dog.values[key] < low) | (dog.values[key] > high)
        run, quiet = 0, SIMPLE_REARM_S
        for i, bad in enumerate(broken):
            run = run + STEP_S if bad else 0
            quiet = 0 if bad and quiet < SIMPLE_REARM_S else quiet + STEP_S
            if run == hold_s and quiet >= SIMPLE_REARM_S:
                calls.append(i * STEP_S / HOUR_S)
                quiet = 0
    return sorted(calls)


def hours(at_us: int) -> float:
    return (at_us - T0_US) / US_PER_S / HOUR_S


def false_states(seeds: range, restless: bool, verbose: bool) -> dict[str, object]:
    """States that the rules and the fixed limits call on dogs that do not change."""
    courses, cpu = known.load(), time.process_time()
    counts = {"deterioration": 0, "of high priority": 0, "sustained_improvement": 0, "of which after a treatment": 0}
    fixed = dict.fromkeys(SIMPLE_HOLD_S, 0)
    for seed in seeds:
        dog = stable_dog(seed, restless=restless)
        for one in watched(dog, courses):
            if isinstance(one, Worsening):
                counts["deterioration"] += 1
                counts["of high priority"] += one.priority == "high"
            elif isinstance(one, Improvement):
                counts["sustained_improvement"] += 1
                counts["of which after a treatment"] += bool(one.after)
            if verbose and isinstance(one, Worsening | Improvement):
                print(f"  seed {seed} {hours(one.at_us):5.1f} h {one.kind}: {one.text}", file=sys.stderr)
        for hold_s in fixed:
            fixed[hold_s] += len(simple(dog, hold_s))
    dogs = len(seeds)
    return {
        "hours": dogs * 24,
        "per_24_h": {key: round(count / dogs, 3) for key, count in counts.items()},
        "fixed_limits_per_24_h": {f"held {hold_s} s": round(count / dogs, 2) for hold_s, count in fixed.items()},
        "cpu_s_per_24_h": round((time.process_time() - cpu) / dogs, 3),
    }


def run(first_seed: int, dogs: int, verbose: bool) -> dict[str, object]:
    courses = known.load()
    seeds = range(first_seed, first_seed + dogs)
    out: dict[str, object] = {
        "false_on_stable_dogs": false_states(seeds, False, verbose),
        "false_on_restless_dogs": false_states(seeds, True, verbose),
    }
    slopes = {}
    for slope in (5, 10, 20, 40, 80):
        delays, before, missed, fixed_delays = [], 0, 0, []
        for seed in range(first_seed, first_seed + dogs):
            dog = failing_dog(seed, slope)
            at = [hours(one.at_us) for one in watched(dog, courses) if isinstance(one, Worsening)]
            before += sum(one < 6 for one in at)
            after = [one - 6 for one in at if one >= 6]
            missed += not after
            delays += after[:1]
            fixed_delays += [one - 6 for one in simple(dog, SIMPLE_HOLD_S[-1]) if one >= 6][:1]
        slopes[f"{slope}/min per h"] = {
            "found": f"{dogs - missed}/{dogs}",
            "median_delay_h": round(float(np.median(delays)), 2) if delays else None,
            "p90_delay_h": round(float(np.quantile(delays, 0.9)), 2) if delays else None,
            "gained_at_detection_per_min": round(float(np.median(delays)) * slope) if delays else None,
            "fixed_limits_held_300_s_median_h": round(float(np.median(fixed_delays)), 2) if fixed_delays else None,
            "called_before_it_began": before,
        }
    out["ramps"] = slopes
    rallies = [
        [one for one in watched(rallying_dog(seed), courses) if isinstance(one, Improvement)]
        for seed in range(first_seed, first_seed + dogs)
    ]
    late = [hours(found[0].at_us) - 4.5 for found in rallies if found]
    out["rallies"] = {
        "found": f"{len(late)}/{dogs}",
        "median_delay_h": round(float(np.median(late)), 2) if late else None,
    }
    return out


def anaesthesia(folder: Path) -> dict[str, list[str]]:
    """What the rules say of real exports: every row with a time and columns that can be told."""
    said: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.csv")):
        dog = _export(path)
        if dog is None:
            continue
        told = [one for one in watched(dog, known.load()) if isinstance(one, Worsening | Improvement)]
        said[f"{path.name} ({dog.seconds / HOUR_S:.1f} h)"] = [f"{hours(one.at_us):.1f} h {one.text}" for one in told]
    return said


_COLUMNS = {
    "hr": "hr",
    "ecg hr": "hr",
    "ip1pr": "hr",
    "mean": "art_mean",
    "map": "art_mean",
    "ip1_m": "art_mean",
    "ip1_s": "art_sys",
    "saturation": "spo2",
    "spo2": "spo2",
    "resp": "rr",
}


def _export(path: Path) -> Dog | None:
    rows = list(csv.reader(path.read_text(encoding="utf-8", errors="replace").splitlines()))
    head = next((i for i, row in enumerate(rows) if sum(c.strip().lower() in _COLUMNS for c in row) >= 2), None)
    if head is None:
        return None
    places = {_COLUMNS[c.strip().lower()]: i for i, c in enumerate(rows[head]) if c.strip().lower() in _COLUMNS}
    clock = next(i for i, c in enumerate(rows[head]) if c.strip().lower().startswith("time"))
    found: dict[str, dict[int, float]] = {key: {} for key in places}
    first: float | None = None
    for row in rows[head + 1 :]:
        stamp = row[clock].strip() if len(row) > clock else ""
        parts = re.match(r"(\d+):(\d+):(\d+)$", stamp)
        if not parts and not stamp.isdigit():
            continue
        second = sum(int(p) * f for p, f in zip(parts.groups(), (3600, 60, 1), strict=True)) if parts else int(stamp)
        first = second if first is None else first
        for key, place in places.items():
            try:
                value = float(row[place])
            except (ValueError, IndexError):
                continue
            if value > 0:
                found[key][int(second - first) // STEP_S] = value
    n = max((max(series, default=0) for series in found.values()), default=0) + 1
    if n < 60 or "hr" not in found:
        return None
    return Dog({key: np.array([series.get(i, np.nan) for i in range(n)]) for key, series in found.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--dogs", type=int, default=40)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    out = run(options.first_seed, options.dogs, not options.json)
    if options.folder:
        out["exports"] = anaesthesia(options.folder)
    print(json.dumps(out, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
