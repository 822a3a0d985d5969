"""Fit the network that judges candidates of the beat detector, and write its weights with what they have seen.

The detector's own decisions shape what it sees next (templates, usual heights), so it is fitted in rounds: run it with
the weights of the round before, mark its candidates with the reference beats, fit again. The first round runs a rule by
hand. Everything is seeded; the same data and numpy give the same weights.

    python benchmarks/fit_beat_judge.py dog DIR --per-dog 12 --made 200 --epochs 4 --write FILE
    python benchmarks/fit_beat_judge.py human DIR --folds 5 --made 80 --epochs 4 --stretch DOGS --agreed BEATS \
        --write FILE

The dogs (in people: the records) are dealt into folds. One network is fitted for each fold, from all others, and judged
on it: those are the figures printed. What is shipped is the mean of these networks, so it has seen every dog.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.signal import resample_poly

import agreed_beats
from beat_network import Examples, by_hand, fit, mean
from holdfast.cli.scorecard_beats import flutter_s
from holdfast.gateways.files import wfdb_record
from holdfast.kernel import typed
from holdfast.signals import qrs_kernel
from holdfast.signals.qrs_front import Preset, design, split
from holdfast.signals.qrs_weights import Layers, Weights, decode, encode
from holdfast.signals.scoring import Score, add, match
from made_ecg import (
    Floats,
    Trace,
    other_waves,
    random_fast,
    random_silence,
    random_trace,
    random_ventricular,
    spoil,
    usual_height,
)

TOLERANCE_S = {Preset.DOG: 0.075, Preset.HUMAN: 0.15}
MARK_S = {Preset.DOG: 0.075, Preset.HUMAN: 0.12}
"""A candidate this near a mark may be its beat."""

EASY = 3.0
"""Of the peaks that the round before found plainly no beats one in so many is kept, and weighs as much."""

EDGE_S = 1.0
UNMARKED_S = 8.0
ROUNDS = 3
AGAIN = 2
"""Rounds when there are weights to start from."""

SEED = 20261122


STRETCHED = 12
"""Of the dogs to be stretched one record in so many is taken."""


def read(directory: Path, parity: str = "all", every: int = 1) -> list[Trace]:
    """First two ECG leads of one record in so many with beats; ``parity`` of the dog's number: odd, even or all."""
    traces = []
    for header in wfdb_record.find(directory)[::every]:
        record = wfdb_record.read(header)
        dog = next((int(c.split(":")[1]) for c in record.comments if c.strip().startswith("dog:")), -1)
        if record.beats_s is None or (parity != "all" and (dog % 2 == 0) != (parity == "even")):
            continue
        beats = np.array(record.beats_s)
        for i, lead in enumerate([wave for wave in record.waves if wave.key.startswith("ecg")][:2]):
            left_out = record.bad_ecg_s + flutter_s(header, lead.rate_hz)
            traces.append(Trace(lead.samples, lead.rate_hz, beats, left_out, dog=dog, name=record.name, lead=i))
    return traces


def counts(trace: Trace, at_s: Floats) -> Any:
    """Which instants are scored: not at the edges, not in stretches left out."""
    fit = (at_s > EDGE_S) & (at_s < trace.duration_s - EDGE_S)
    margin = EDGE_S if trace.dog >= 0 else 0.0
    for start, end in trace.left_out_s:
        fit &= (at_s < start - margin) | (at_s > end + margin)
    return fit


def detect(trace: Trace, layers: Layers, preset: Preset, disturb: np.random.Generator | None = None) -> Floats:
    """All judged candidates with their features.

    ``disturb``: at times the detector is made to take almost anything for a beat or almost nothing. What it remembers
    is then wrong, and it learns to find back; without this one false step can make it deaf to perfect beats.
    """
    plan = design(preset, trace.rate_hz)
    memory = split(np.zeros(plan.size), plan.capacity)
    samples = np.ascontiguousarray(trace.samples, dtype=np.float64)
    piece = int(8 * trace.rate_hz) if disturb else len(samples)
    parts = []
    for i in range(0, len(samples), piece):
        now = layers
        if disturb and disturb.random() < 0.15:
            memory[0][9] = memory[0][14] = 0.0  # as after a break: nothing is known
        if disturb and disturb.random() < 0.3:
            now = (*layers[:7], layers[7] + disturb.choice([-1.0, 1.0]) * disturb.uniform(2, 14))
        out = qrs_kernel.room(len(samples[i : i + piece]), plan)
        said = qrs_kernel.run(samples[i : i + piece], memory, plan.sos, plan.rest, plan.numbers, now, out)
        parts.append(out[:said].copy())
    return np.concatenate(parts)


def score(trace: Trace, rows: Floats, tolerance_s: float) -> Score:
    found = rows[rows[:, 1] > 0.5, 0] / trace.rate_hz
    found = found[counts(trace, found)]
    marks = trace.beats_s[counts(trace, trace.beats_s)]
    return match(np.round(found * 1e6).tolist(), np.round(marks * 1e6).tolist(), round(tolerance_s * 1e6))


def truth(trace: Trace, rows: Floats, tolerance_s: float) -> tuple[Any, Any]:
    """Which candidates are beats (the largest deflection near each mark), and which of them count."""
    at = rows[:, 0] / trace.rate_hz
    beat = np.zeros(len(at), dtype=bool)
    order = np.argsort(at, kind="stable")
    low = np.searchsorted(at[order], trace.beats_s - tolerance_s)
    high = np.searchsorted(at[order], trace.beats_s + tolerance_s)
    for a, b in zip(low, high, strict=True):
        near = np.sort(order[a:b])
        if len(near):
            beat[near[np.argmax(np.abs(rows[near, 3]))]] = True
    return beat, counts(trace, at)


def doubtful(trace: Trace) -> list[tuple[float, float]]:
    """Stretches whose marks cannot be learned from: none for 4 s, marks where the trace does nothing, and marks with
    2.5 times what is within 75 ms of them at 75 to 110 ms (they stand beside their beat)."""
    marks = np.concatenate(([0.0], trace.beats_s, [trace.duration_s]))
    gaps = [(a + 0.5, b - 0.5) for a, b in pairwise(marks) if b - a > 4]
    least = 0.25 * usual_height(trace)
    for beat in trace.beats_s:
        i, near, wide = (int(s * trace.rate_hz) for s in (beat, 0.075, 0.3))
        around = trace.samples[max(0, i - near) : i + near + 1]
        if len(around) and np.ptp(around) < least < np.ptp(trace.samples[max(0, i - wide) : i + wide]):
            gaps.append((beat - 1.0, beat + 1.0))
        beside = trace.samples[max(0, i - int(0.11 * trace.rate_hz)) : i + int(0.11 * trace.rate_hz) + 1]
        level = np.median(trace.samples[max(0, i - wide) : i + wide + 1])
        if len(around) and np.abs(beside - level).max() > 2.5 * np.abs(around - level).max():
            gaps.append((beat - 1.0, beat + 1.0))
    return gaps


def sure(traces: Sequence[Trace]) -> list[Trace]:
    """The same with their doubtful stretches noted."""
    return [replace(trace, doubt_s=tuple(doubtful(trace))) for trace in traces]


def collect(traces: Sequence[Trace], layers: Layers, preset: Preset, rng: np.random.Generator) -> Examples:
    """Candidates of these traces as the detector with these weights meets them."""
    features, beats, weights = [], [], []
    for trace in traces:
        rows = detect(trace, layers, preset, rng if rng.random() < 0.6 else None)
        beat, fit = truth(trace, rows, MARK_S[preset])
        at = rows[:, 0] / trace.rate_hz
        if trace.dog >= 0:
            for start, end in trace.doubt_s:
                fit &= (at < start) | (at > end)
        easy = ~beat & (rows[:, 2] < 0.001)
        fit &= ~easy | (rng.random(len(fit)) < 1 / EASY)
        features.append(rows[fit, qrs_kernel.OUT :].astype(np.float32))
        beats.append(beat[fit])
        weights.append(np.where(easy[fit], EASY, 1.0).astype(np.float32))
    return Examples(np.concatenate(features), np.concatenate(beats), np.concatenate(weights))


def slower(trace: Trace, times: float) -> Trace:
    """The same trace stretched in time: a larger heart; not below the lowest rate of the detector."""
    times = min(times, trace.rate_hz / 100.0)
    left_out, doubt = (tuple((a * times, b * times) for a, b in parts) for parts in (trace.left_out_s, trace.doubt_s))
    return replace(
        trace, rate_hz=trace.rate_hz / times, beats_s=trace.beats_s * times, left_out_s=left_out, doubt_s=doubt
    )


def spread(traces: Sequence[Trace], per_dog: int | None) -> list[Trace]:
    """At most so many traces of each dog, from all of its list: no dog shall be learned more than the others."""
    by_dog: dict[str, list[Trace]] = {}
    for trace in traces:
        by_dog.setdefault(_group(trace), []).append(trace)
    return [
        own[i * len(own) // count]
        for own in by_dog.values()
        for count in [min(len(own), per_dog or len(own))]
        for i in range(count)
    ]


def train(
    traces: Sequence[Trace], preset: Preset, epochs: int, made: int, start: Layers | None = None, rounds: int = ROUNDS
) -> Layers:
    """All rounds; candidates of all rounds but the first are kept, those of the last seen by the last fit too.

    With weights to ``start`` from, the rule by hand is not needed, and fewer rounds are enough.
    """
    layers, parts = start or by_hand(), []
    for turn in range(ROUNDS - rounds, ROUNDS):
        rng = np.random.default_rng(SEED + turn)
        spoiled = [spoil(trace, rng) for trace in traces if rng.random() < 0.35]
        changed = [other_waves(trace, rng) for trace in traces if rng.random() < 0.6]
        spoiled += [spoil(trace, rng) if rng.random() < 0.2 else trace for trace in changed]
        invented = [random_trace(rng) for _ in range(made)] + [random_silence(rng) for _ in range(made // 4)]
        invented += [random_ventricular(rng) for _ in range(made // 2)] + [random_fast(rng) for _ in range(4 * made)]
        if preset == Preset.HUMAN:
            invented = [slower(trace, rng.uniform(1.0, 1.9)) for trace in invented]
        parts.append(collect([*traces, *spoiled, *invented], layers, preset, rng))
        parts = parts[-2:]
        whole = Examples(*(np.concatenate([getattr(p, k) for p in parts]) for k in ("features", "beat", "weight")))
        layers = fit(whole, epochs, SEED + turn)
        print(f"round {turn}: {len(whole.beat)} candidates", flush=True)
    return layers


def unmarked(trace: Trace) -> tuple[tuple[float, float], ...]:
    """Stretches of UNMARKED_S and more without any mark: in many records marks stop 10 s before clear beats do."""
    marks = np.concatenate(([0.0], trace.beats_s, [trace.duration_s]))
    return tuple((a + EDGE_S + 0.3, b - EDGE_S - 0.3) for a, b in pairwise(marks) if b - a > UNMARKED_S)


def where_marked(traces: Sequence[Trace], found: Sequence[Floats], tolerance_s: float) -> dict[str, float | None]:
    """The same figures without such stretches: to be read beside those of all time, not instead."""
    kept = [replace(trace, left_out_s=trace.left_out_s + unmarked(trace)) for trace in traces]
    scores = [score(trace, rows, tolerance_s) for trace, rows in zip(kept, found, strict=True)]
    singles = [one.f1 for one in scores if one.f1 is not None]
    return {"f1": add(scores).f1, "p10": float(np.percentile(singles, 10))}


def figures(traces: Sequence[Trace], scores: Sequence[Score]) -> dict[str, Any]:
    """Pooled F1, the 10th percentile of the records, and each dog's (record's) own F1."""
    whole = add(scores)
    singles = [one.f1 for one in scores if one.f1 is not None]
    groups = sorted({_group(trace) for trace in traces})
    return {
        "f1": whole.f1, "sensitivity": whole.sensitivity, "ppv": whole.ppv, "p10": float(np.percentile(singles, 10)),
        "beats": whole.true_positives + whole.false_negatives,
        "by_group": {g: add([s for s, t in zip(scores, traces, strict=True) if _group(t) == g]).f1 for g in groups},
    }  # fmt: skip


def _group(trace: Trace) -> str:
    return str(trace.dog) if trace.dog >= 0 else trace.name


def cross_validate(
    traces: Sequence[Trace], scored: Sequence[Trace], preset: Preset, options: Any, others: Sequence[Trace]
) -> tuple[dict[str, Any], list[tuple[list[str], Layers]]]:
    """Each dog (record) judged by weights that have not seen it; the weights, and whom they have not seen."""
    groups = sorted({_group(trace) for trace in scored}, key=lambda g: (len(g), g))
    networks, rows = [], dict[str, Floats]()
    common = train(others, preset, options.epochs, options.made) if others else None
    if common:
        now = [score(trace, detect(trace, common, preset), TOLERANCE_S[preset]) for trace in scored]
        print("by weights that have seen none of them", json.dumps(figures(scored, now)), flush=True)
    for part in [groups[k :: options.folds] for k in range(options.folds)]:
        seen = [trace for trace in traces if _group(trace) not in part]
        start = _earlier(options.start / _name(preset, part)) if options.start else common
        rounds = AGAIN if start else ROUNDS
        layers = train([*seen, *others], preset, options.epochs, options.made, start, rounds)
        networks.append((part, layers))
        here = [trace for trace in scored if _group(trace) in part]
        rows |= {trace.name: detect(trace, layers, preset)[:, : qrs_kernel.OUT] for trace in here}
        print(json.dumps(result(here, rows, TOLERANCE_S[preset])), flush=True)
    return result(scored, rows, TOLERANCE_S[preset]), networks


def result(traces: Sequence[Trace], rows: dict[str, Floats], tolerance_s: float) -> dict[str, Any]:
    """All figures of the judged candidates (by record); also without stretches that carry no marks at all."""
    found = [rows[trace.name] for trace in traces]
    scores = [score(trace, one, tolerance_s) for trace, one in zip(traces, found, strict=True)]
    whole = add(scores)
    singles = [(one.f1, trace.name) for one, trace in zip(scores, traces, strict=True) if one.f1 is not None]
    return {
        **figures(traces, scores), "where_marked": where_marked(traces, found, tolerance_s),
        "error_ms": (whole.error_ms(50), whole.error_ms(95)), "worst": sorted(singles)[:10],
    }  # fmt: skip


def _name(preset: Preset, unseen: Sequence[str]) -> str:
    return f"{preset}_without_{'_'.join(unseen)}.json"


def _earlier(path: Path) -> Layers:
    return decode(typed.from_json(path.read_bytes(), Weights))


def stretched(traces: Sequence[Trace]) -> list[Trace]:
    """Dogs made as slow as people: ten records of people are too few to learn hearts from."""
    out = []
    for i, trace in enumerate(traces):
        double = resample_poly(np.nan_to_num(trace.samples), 2, 1)
        out.append(slower(replace(trace, samples=double, rate_hz=2 * trace.rate_hz), 1.3 + 0.1 * (i % 7)))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", type=Preset, choices=list(Preset))
    parser.add_argument("directory", type=Path)
    parser.add_argument("--dogs", choices=["odd", "even", "all"], default="all")
    parser.add_argument("--folds", type=int, default=4, help="by dog (by record in people)")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--made", type=int, default=400, help="made traces in each round")
    parser.add_argument("--per-dog", type=int, help="learn from so many records of each dog (all are scored)")
    parser.add_argument("--stretch", type=Path, help="dogs to learn from too, stretched in time")
    parser.add_argument("--agreed", type=Path, help="beats of agreed_beats.py to learn from too")
    parser.add_argument("--start", type=Path, help="folder with networks of an earlier run over the same folds")
    parser.add_argument("--write", type=Path, help="the mean of the networks goes to this file, each beside it")
    parser.add_argument("--source", default="", help="what the file says of its data")
    options = parser.parse_args()
    whole = read(options.directory, options.dogs)
    traces, scored = sure(spread(whole, options.per_dog)), [trace for trace in whole if trace.lead == 0]
    others = stretched(sure(read(options.stretch, every=STRETCHED))) if options.stretch else []
    others += agreed_beats.read(options.agreed) if options.agreed else []
    figures_of_all, networks = cross_validate(traces, scored, options.preset, options, others)
    print(json.dumps(figures_of_all))
    if options.write:
        _write(options.write, options, mean([layers for _, layers in networks]))
        for unseen, layers in networks:
            _write(options.write.with_name(_name(options.preset, unseen)), options, layers)


def _write(path: Path, options: Any, layers: Layers) -> None:
    path.write_bytes(msgspec.json.encode(encode(options.preset, options.source, layers)) + b"\n")


if __name__ == "__main__":
    main()
