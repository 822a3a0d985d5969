"""Rates against reference marks: how far off, and in what share of the time a number is given.

``python benchmarks/rates.py bidmc DIR [--json]``: BIDMC records as CSV (PhysioNet; people in intensive care). Pulse
rate of the pleth and heart rate of the ECG against the monitor's HR; breathing from impedance, ECG and pleth against
the breaths of two annotators; pulse deficit and disagreements as found.
``python benchmarks/rates.py heart DIR [--json]``: WFDB records with beat marks. Our heart rate against the same
arithmetic on the marks.
"""

import argparse
import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.gateways.files import wfdb_record
from holdfast.signals import (
    breath_modulation,
    ecg_beats,
    ecg_respiration,
    fusion,
    heart_rate,
    presence,
    pulse_deficit,
    pulses,
    quality,
    respiration,
    slow_wave,
)
from holdfast.signals.chunk import Chunk
from holdfast.signals.heart_rate import BREATHS, Rate

S = 1_000_000
RATE_HZ = 125.0
LATE_S = 1
"""A second is judged so much later: its last beats are certain then."""


class Errors:
    """Absolute errors of a number where both it and its reference stand, and how often the number stood."""

    def __init__(self) -> None:
        self.errors: list[float] = []
        self.good: list[float] = []
        self.given = self.asked = 0

    def add(self, rate: Rate, reference: float | None) -> None:
        if reference is None:
            return
        self.asked += 1
        if rate.per_min is not None:
            self.given += 1
            self.errors.append(abs(rate.per_min - reference))
            if rate.quality == "good":
                self.good.append(self.errors[-1])

    def figures(self) -> dict[str, float | None]:
        return {
            "median_error_per_min": float(np.median(self.errors)) if self.errors else None,
            "p90_error_per_min": float(np.percentile(self.errors, 90)) if self.errors else None,
            "given_share": self.given / self.asked if self.asked else None,
            "good_median_error_per_min": float(np.median(self.good)) if self.good else None,
            "good_p90_error_per_min": float(np.percentile(self.good, 90)) if self.good else None,
            "good_share": len(self.good) / self.asked if self.asked else None,
            "seconds": self.asked,
        }


def bidmc(directory: Path) -> dict[str, Any]:
    """All records of a folder, pooled and one by one."""
    names = ("heart_ecg", "pulse_pleth", "breath_impedance", "breath_ecg", "breath_pleth", "breath_fused")
    pooled = {name: Errors() for name in names}
    records: dict[str, Any] = {}
    for file in sorted(directory.glob("*_Signals.csv.gz")):
        name = file.name.removesuffix("_Signals.csv.gz")
        one = {key: Errors() for key in names}
        more = _bidmc_record(directory, name, one, pooled)
        records[name] = {**{key: errors.figures() for key, errors in one.items()}, **more}
    return {**{key: errors.figures() for key, errors in pooled.items()}, "per_record": records}


def _columns(file: Path) -> dict[str, np.ndarray]:
    with gzip.open(file, "rt") as lines:
        rows = list(csv.reader(lines))
    body = np.array([[float(cell) if cell.strip() not in ("", "NaN") else np.nan for cell in row] for row in rows[1:]])
    return {title.strip(): body[:, i] for i, title in enumerate(rows[0])}


def _breaths_at(file: Path) -> list[dict[int, float]]:
    """Per annotator: the rate at the end of each second, by the arithmetic of our own counted breaths."""
    with gzip.open(file, "rt") as lines:
        rows = list(csv.reader(lines))[1:]
    marks = [[int(row[i]) / RATE_HZ for row in rows if len(row) > i and row[i].strip().isdigit()] for i in (0, 1)]
    rates = []
    for marked in marks:
        state, at = heart_rate.initial(), {}
        for second in range(int(marked[-1])):
            inside = [round(m * S) for m in marked if second <= m < second + 1]
            state, rate = heart_rate.step(state, inside, (second + 1) * S, pace=BREATHS)
            if rate.per_min is not None:
                at[second + 1] = rate.per_min
        rates.append(at)
    return rates


def _second_chunks(samples: np.ndarray, rate_hz: float) -> Iterator[Chunk]:
    size = round(rate_hz)
    for i in range(0, len(samples) - size + 1, size):
        yield Chunk(round(i * S / rate_hz), rate_hz, samples[i : i + size])


def _bidmc_record(
    directory: Path, name: str, one: dict[str, Errors], pooled: dict[str, Errors]
) -> dict[str, float | None]:
    waves = _columns(directory / f"{name}_Signals.csv.gz")
    numerics = _columns(directory / f"{name}_Numerics.csv.gz")
    annotated = _breaths_at(directory / f"{name}_Breaths.csv.gz")
    # The CSV is scaled to 0..1 of an unknown range; people's lead II is set to 1.5 mV from end to end.
    ecg = 1.5 * waves["II"] / float(np.nanmax(waves["II"]) - np.nanmin(waves["II"]))
    beats, worth, swaying = ecg_beats.initial(), quality.initial(), ecg_respiration.initial()
    pleth, resp = slow_wave.initial(slow_wave.Source.PLETH), slow_wave.initial(slow_wave.Source.IMPEDANCE)
    there, breathing = presence.initial(), presence.initial()
    swell = breath_modulation.initial(2, chest=False)
    heart = pulse = breath = heart_rate.initial()
    deficit = pulse_deficit.initial()
    said: dict[str, list[Any]] = {"beats": [], "pulses": [], "breaths": []}
    fit: dict[int, bool] = {}
    moved: dict[int, bool] = {}
    deficits: list[float] = []
    disagreed = asked = 0
    chunks = zip(*(_second_chunks(w, RATE_HZ) for w in (ecg, waves["PLETH"], waves["RESP"])), strict=True)
    for second, (lead, volume, chest) in enumerate(chunks):
        beats, found = ecg_beats.step(beats, lead)
        worth, qualities = quality.step(worth, lead)
        swaying = ecg_respiration.feed(swaying, lead, [beat.at_us for beat in found])
        pleth, pulsed = pulses.step(pleth, volume)
        resp, breathed = respiration.step(resp, chest)
        there, present = presence.step(there, volume)
        breathing, _ = presence.step(breathing, chest)
        swell = breath_modulation.add(
            swell, [(p.at_us, (np.log(p.systolic - p.diastolic), p.diastolic)) for p in pulsed]
        )
        said["beats"] += [beat.at_us for beat in found]
        said["pulses"] += pulsed
        said["breaths"] += [b.at_us for b in breathed]
        fit |= {q.start_us: q.quality in quality.FIT for q in qualities}
        moved |= dict(present)
        start_us = (second - LATE_S) * S
        if start_us < 0:
            continue
        end_us = start_us + S
        ecg_fit, pleth_fit = fit.get(start_us, False), moved.get(start_us, False)
        now_beats = [at for at in said["beats"] if start_us <= at < end_us]
        now_pulses = [p for p in said["pulses"] if start_us <= p.at_us < end_us]
        heart, rate = heart_rate.step(heart, now_beats, end_us, not ecg_fit)
        pulse, pulse_rate = heart_rate.step(pulse, [p.at_us for p in now_pulses], end_us, not pleth_fit)
        now_breaths = [at for at in said["breaths"] if start_us <= at < end_us]
        breath, breath_rate = heart_rate.step(breath, now_breaths, end_us, False, BREATHS)
        swaying, from_ecg = ecg_respiration.step(swaying, end_us, not ecg_fit)
        swell, from_pleth = breath_modulation.step(swell, end_us, not pleth_fit)
        deficit = pulse_deficit.step(deficit, now_beats, [p.at_us for p in now_pulses], end_us, ecg_fit and pleth_fit)
        fused = fusion.breathing(
            [
                fusion.Reading("resp", "resp", breath_rate),
                fusion.Reading("ecg", "ecg_ii", from_ecg),
                fusion.Reading("pleth", "pleth", from_pleth),
            ],
            rate.per_min,
        )
        hearts = fusion.heart([fusion.Reading("ecg", "ecg_ii", rate), fusion.Reading("pleth", "pleth", pulse_rate)])
        at = end_us // S
        if at < BREATHS.window_s:
            continue
        asked += 1
        disagreed += bool(hearts.disagreement)
        if at % 10 == 0:
            short = pulse_deficit.measure(deficit, end_us)
            deficits += [short.share] if short.share is not None else []
        wanted = float(numerics["HR"][at]) if at < len(numerics["HR"]) else np.nan
        # Both annotators, where they agree within 2 a minute.
        both = [marked.get(at) for marked in annotated]
        truth = None
        if both[0] is not None and both[1] is not None and abs(both[0] - both[1]) <= 2:
            truth = (both[0] + both[1]) / 2
        for errors in (one, pooled):
            errors["heart_ecg"].add(rate, None if np.isnan(wanted) else wanted)
            errors["pulse_pleth"].add(pulse_rate, None if np.isnan(wanted) else wanted)
            errors["breath_impedance"].add(breath_rate, truth)
            errors["breath_ecg"].add(from_ecg, truth)
            errors["breath_pleth"].add(from_pleth, truth)
            errors["breath_fused"].add(fused.rate, truth)
    return {
        "heart_disagreed_share": disagreed / asked if asked else None,
        "deficit_share_median": float(np.median(deficits)) if deficits else None,
        "deficits": len(deficits),
    }


def heart(directory: Path) -> dict[str, Any]:
    """All WFDB records with beat marks below a folder; stretches marked bad are left out."""
    pooled, records = Errors(), {}
    for header in wfdb_record.find(directory):
        record = wfdb_record.read(header)
        lead = next((wave for wave in record.waves if wave.key.startswith("ecg")), None)
        if record.beats_s is None or lead is None:
            continue
        one = Errors()
        beats, worth = ecg_beats.initial(), quality.initial()
        ours = marked = heart_rate.initial()
        marks = np.array(record.beats_s)
        found: list[int] = []
        fit: dict[int, bool] = {}
        for second, chunk in enumerate(_second_chunks(lead.samples, lead.rate_hz)):
            beats, fresh = ecg_beats.step(beats, chunk)
            worth, qualities = quality.step(worth, chunk)
            found = [at for at in found if at >= (second - 2) * S] + [beat.at_us for beat in fresh]
            fit |= {q.start_us: q.quality in quality.FIT for q in qualities}
            start = second - LATE_S
            bad = any(a < start + 1 + LATE_S and b > start - heart_rate.BEATS.window_s for a, b in record.bad_ecg_s)
            now = [at for at in found if start * S <= at < (start + 1) * S]
            ours, rate = heart_rate.step(ours, now, (start + 1) * S, not fit.get(start * S, False))
            inside = [round(m * S) for m in marks[(marks >= start) & (marks < start + 1)]]
            marked, reference = heart_rate.step(marked, inside, (start + 1) * S)
            if second > 15 and not bad:
                one.add(rate, reference.per_min)
                pooled.add(rate, reference.per_min)
        records[header.stem] = one.figures()
    return {**pooled.figures(), "records": len(records), "per_record": records}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["bidmc", "heart"])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = (bidmc if options.what == "bidmc" else heart)(options.directory)
    if options.json:
        print(json.dumps(figures, indent=1))
    else:
        for name, value in figures.items():
            if name != "per_record":
                print(name, value)


if __name__ == "__main__":
    main()
