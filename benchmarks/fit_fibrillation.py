"""Fit the weights of ``holdfast.signals.fibrillation``, and say how they do on records that are left out.

Run: ``python benchmarks/fit_fibrillation.py DIR`` where DIR holds ``vfdb``, ``cudb`` and ``dog_health_vitals``. Prints
JSON: the weights, and for each record with fibrillation what the weights fitted without it find in it. Flutter is in
neither class. Only even-numbered dogs are learned from; the odd-numbered ones are reported.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from arrest import _records, _rhythms
from arrest_signals import ASYSTOLES, LEADS_OFF, Floats
from holdfast.signals import trace
from holdfast.signals.arrest import VF_S, VF_WITHIN_S
from holdfast.signals.chunk import Chunk
from holdfast.signals.fibrillation import LIKELY, LOGARITHMS, WEIGHTS, may_be
from holdfast.signals.trace import Shape

NAMES = list(WEIGHTS)
DOG_RECORDINGS = 160


def shapes(samples: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Ends (s) of the seconds of which the weights are asked, and (n, features) of them."""
    state, rows, ends = trace.initial(), [], []
    for i in range(0, len(samples), int(10 * rate_hz)):
        chunk = Chunk(round(i * 1e6 / rate_hz), rate_hz, samples[i : i + int(10 * rate_hz)])
        state, seconds = trace.step(state, chunk)
        for second in seconds:
            if second.shape is not None and may_be(second.shape):
                rows.append(features(second.shape))
                ends.append(second.start_us / 1e6 + 1)
    return np.array(ends), np.array(rows).reshape(-1, len(NAMES))


def features(shape: Shape) -> list[float]:
    """The numbers that the rule weighs."""
    values = [(name, float(getattr(shape, name))) for name in NAMES]
    return [math.log(value + 0.01) if name in LOGARITHMS else value for name, value in values]


def logistic(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, float]:
    """Weights and offset of a ridge logistic regression (Newton's method on standardised columns)."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack(((x - mean) / scale, np.ones(len(x))))
    ridge = np.diag([2.0] * x.shape[1] + [0.0])
    beta = np.zeros(z.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
        slope = z.T @ (weight * (y - p)) - ridge @ beta
        beta += np.linalg.solve((z * (weight * p * (1 - p) + 1e-9)[:, None]).T @ z + ridge, slope)
    weights = beta[:-1] / scale
    return weights, float(beta[-1] - (mean * weights).sum())


def made() -> Floats:
    """Shapes of flat lines and of leads that are off."""
    rows = []
    for index in range(240):
        rng, rate_hz = np.random.default_rng(10_000 + index), float([130.0, 250.0, 500.0][index % 3])
        kinds = [*ASYSTOLES.values(), *LEADS_OFF.values()]
        t = np.arange(int(15 * rate_hz)) / rate_hz
        rows.append(shapes(kinds[index % len(kinds)](rng, t), rate_hz)[1])
    return np.concatenate(rows)


def main() -> None:
    """Print the weights and the figures."""
    data = Path(sys.argv[1])
    records: list[dict[str, Any]] = []
    for folder in (data / "vfdb", data / "cudb"):
        for record in _records(folder):
            rhythms = _rhythms(folder, record)
            for lead in record.waves:
                ends, x = shapes(lead.samples, lead.rate_hz)
                inside = [{n for a, b, n in rhythms if a < end and b > end - 4} for end in ends]
                names = np.array([next(iter(n)) if len(n) == 1 else "" for n in inside])
                records.append({"name": record.name, "ends": ends, "x": x, "names": names, "rhythms": rhythms})
    dogs = {0: [], 1: []}  # type: dict[int, list[Floats]]
    for record in list(_records(data / "dog_health_vitals"))[:: max(1, 648 // DOG_RECORDINGS)]:
        dog = next(int(c.partition(":")[2]) for c in record.comments if c.startswith("dog:"))
        dogs[dog % 2].append(shapes(record.waves[0].samples, record.waves[0].rate_hz)[1])
    classes = {"dogs": np.concatenate(dogs[0]), "made": made()}
    figures = []
    for name in sorted({record["name"] for record in records if "VF" in record["names"]}):
        weights, offset = _fit([r for r in records if r["name"] != name], classes)
        figures += [_judged(r, weights, offset) for r in records if r["name"] == name]
    weights, offset = _fit(records, classes)
    said = np.concatenate(dogs[1]) @ weights + offset > math.log(LIKELY / (1 - LIKELY))
    out = {
        "weights": {name: round(float(w), 3) for name, w in zip(NAMES, weights, strict=True)},
        "offset": round(offset, 3),
        "odd_dogs_share_of_seconds": float(said.mean()),
        "made_share_of_seconds": float((classes["made"] @ weights + offset > math.log(LIKELY / (1 - LIKELY))).mean()),
        "left_out": figures,
    }
    print(json.dumps(out, indent=1))


def _fit(records: list[dict[str, Any]], classes: dict[str, Floats]) -> tuple[Floats, float]:
    """Classes weigh as if they had as many seconds as said here, but no second more than two."""
    x = np.concatenate([r["x"] for r in records])
    names = np.concatenate([r["names"] for r in records])
    parts = [
        (x[names == "VF"], 1.0, 2000),
        (x[~np.isin(names, ["VF", "VFL", "VT", ""])], 0.0, 2000),
        (x[names == "VT"], 0.0, 150),
        (classes["dogs"], 0.0, 1500),
        (classes["made"], 0.0, 800),
    ]
    parts = [part for part in parts if len(part[0])]
    weight = np.concatenate([np.full(len(rows), min(2.0, seconds / len(rows))) for rows, _, seconds in parts])
    y = np.concatenate([np.full(len(rows), label) for rows, label, _ in parts])
    return logistic(np.concatenate([rows for rows, _, _ in parts]), y, weight)


def _judged(record: dict[str, Any], weights: Floats, offset: float) -> dict[str, Any]:
    """Share of fibrillating seconds found, and the delay of the rule at each episode of 10 s or more."""
    likely = record["x"] @ weights + offset > math.log(LIKELY / (1 - LIKELY))
    flags = {round(float(end)): bool(flag) for end, flag in zip(record["ends"], likely, strict=True)}
    delays = []
    for start, end, name in record["rhythms"]:
        if name == "VF" and end - start >= 10:
            seconds = range(math.floor(start), math.floor(end) + 1)
            called = [s for s in seconds if sum(flags.get(s - k, False) for k in range(VF_WITHIN_S)) >= VF_S]
            delays.append(round(max(0.0, called[0] - start), 1) if called else None)
    found = likely[record["names"] == "VF"]
    return {"record": record["name"], "seconds_found": float(found.mean()) if len(found) else None, "delays_s": delays}


if __name__ == "__main__":
    main()
