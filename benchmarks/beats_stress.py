"""Made dog ECGs at the limits of what a monitor must count: rates, tall T waves, breathing, polarity, arrest.

250 Hz, QRS 50 ms, T 90 ms, QT 190 ms, 10 uV of noise, chunks of 1 s; three shapes of wave. A beat counts within
75 ms; the first and last second are left out. ``after_arrest`` is beats per minute from 5 s after the last beat on.

    python benchmarks/beats_stress.py [--json]
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from holdfast.signals import ecg_beats
from holdfast.signals.chunk import Chunk
from holdfast.signals.scoring import match
from made_ecg import Floats, Shape, asystole, breathing, ecg, steady

RATE_HZ = 250.0
SECONDS = 30.0
RATES = (20, 30, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300)
T_SHARES = (0.0, 0.3, 0.6, 1.0, 1.5, 2.0)
KINDS = ("gauss", "cosine", "triangle")
NOISE_MV = 0.01
ENOUGH = 0.99
TOLERANCE_S = 0.075


def detect(samples: Floats) -> Floats:
    state, found, size = ecg_beats.initial(), [], int(RATE_HZ)
    for i in range(0, len(samples), size):
        state, beats = ecg_beats.step(state, Chunk(round(i * 1e6 / RATE_HZ), RATE_HZ, samples[i : i + size]))
        found += [beat.at_us / 1e6 for beat in beats]
    return np.array(found)


def worth(found: Floats, beats: Floats, seconds: float) -> tuple[float, float]:
    """Sensitivity and PPV from the first to the last second; a beat and its mark may lie on two sides of a limit."""
    near = np.abs(found[:, None] - beats[None, :]) <= TOLERANCE_S if len(found) else np.zeros((0, len(beats)), bool)
    wanted = (beats > 1) & (beats < seconds - 1)
    counted = (found > 1) & (found < seconds - 1)
    counted = (counted & ~near[:, ~wanted].any(axis=1)) | near[:, wanted].any(axis=1)
    at_us = [np.round(at * 1e6).tolist() for at in (found[counted], beats[wanted])]
    score = match(at_us[0], at_us[1], round(TOLERANCE_S * 1e6))
    return score.sensitivity or 0.0, score.ppv or 0.0


def rates_and_t_waves(rates: Sequence[int]) -> dict[str, Any]:
    failed, least = [], [1.0, 1.0]
    cells = [cell for cell in product(rates, T_SHARES, (1, -1), (1, -1), KINDS) if cell[1] or cell[2] > 0]
    for per_min, share, t_sign, sign, kind in cells:
        rng = np.random.default_rng(per_min)
        beats = steady(per_min, SECONDS)
        shape = Shape(kind=kind, t=share * t_sign)
        trace = sign * ecg(beats, SECONDS, RATE_HZ, shape)
        found = worth(detect(trace + rng.normal(0, NOISE_MV, len(trace))), beats, SECONDS)
        least = [min(a, b) for a, b in zip(least, found, strict=True)]
        if min(found) < ENOUGH:
            failed.append({"per_min": per_min, "t_share": share * t_sign, "sign": sign, "kind": kind, "se_ppv": found})
    return {"cells": len(cells), "failed": failed, "least_sensitivity": least[0], "least_ppv": least[1]}


def breathing_dog() -> dict[str, float]:
    out = {}
    for sign, kind in product((1, -1), KINDS):
        beats = breathing(50, 130, SECONDS)
        trace = sign * ecg(beats, SECONDS, RATE_HZ, Shape(kind=kind))
        trace += np.random.default_rng(3).normal(0, NOISE_MV, len(trace))
        out[f"{kind} {sign:+d}"] = min(worth(detect(trace), beats, SECONDS))
    return out


def after_arrest() -> dict[str, float]:
    """Beats per minute, worst of the shapes, rates and polarities before the arrest."""
    out: dict[str, float] = {}
    for name, noise, p_mv in (("10 uV", 0.01, 0.0), ("30 uV", 0.03, 0.0), ("P waves", 0.01, 0.12)):
        worst = 0.0
        for kind, sign, per_min in product(KINDS, (1, -1), (40, 90, 180)):
            rng = np.random.default_rng(per_min)
            beats = steady(per_min, 30.3)
            trace = ecg(beats, 30.5, RATE_HZ, replace(Shape(), kind=kind))
            silent = asystole(120.0, RATE_HZ, 0.0, p_mv, rng)
            whole = sign * np.concatenate((trace, silent))
            found = detect(whole + rng.normal(0, noise, len(whole)))
            worst = max(worst, float(np.sum(found > beats[-1] + 5)) / (len(whole) / RATE_HZ - beats[-1] - 5) * 60)
        out[name] = worst
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="beats per minute")
    options = parser.parse_args()
    result = {
        "rates_and_t_waves": rates_and_t_waves(options.rates),
        "breathing_50_130": breathing_dog(),
        "after_arrest": after_arrest(),
    }
    print(json.dumps(result, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
