"""Beats of recordings without beat marks, where four other detectors agree: to learn people's hearts from.

    python benchmarks/agreed_beats.py DIR FILE          # needs benchmarks/requirements-peers.txt

DIR holds WFDB records. Of each the first two ECG leads are run through the detectors of ``beats_vs_peers.py`` named
here, each freed of its usual offset. What comes out (an npz for ``fit_beat_judge.py --agreed``) are the beats of the
first of them and the instants where another has a beat more or less within 50 ms. Around these nothing is learned. Such
beats are no truth: only where they are easy do four detectors agree, and they are never scored.
"""

import argparse
import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from beats_vs_peers import PEERS, Floats
from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import RecordedWave
from made_ecg import Trace

USED = ("openecg detect_qrs", "neurokit2 rodrigues2021", "sleepecg", "biosppy hamilton")
TOLERANCE_S = 0.05
OFFSET_S = 0.1
"""Nearest beats this near are taken for the same when a detector's usual offset is measured."""

APART_S = 5.0
"""So far around an instant where detectors disagree nothing is learned."""

GAP_S = 3.0
"""Nor where there is no beat for so long."""

FEWEST = 8


def disagreements(beats: Sequence[Floats]) -> Floats:
    """Instants at which the first list and another do not hold the same beat; all of time when one is empty."""
    first, wrong = beats[0], [np.empty(0)]
    for other in beats[1:]:
        if not len(first) or not len(other):
            return np.array([-np.inf])
        apart = _to_nearest(first, other)
        near = apart[np.abs(apart) < OFFSET_S]
        moved = other - (np.median(near) if len(near) else 0.0)
        wrong.append(first[np.abs(_to_nearest(first, moved)) > TOLERANCE_S])
        wrong.append(moved[np.abs(_to_nearest(moved, first)) > TOLERANCE_S])
    return np.sort(np.concatenate(wrong))


def _to_nearest(of: Floats, among: Floats) -> Floats:
    """For each of the first the way to the nearest of the others."""
    after = np.searchsorted(among, of).clip(1, max(1, len(among) - 1))
    ways = np.stack((among[after - 1], among[np.minimum(after, len(among) - 1)])) - of
    return np.asarray(np.where(np.abs(ways[0]) < np.abs(ways[1]), ways[0], ways[1]))


def found(lead: RecordedWave) -> list[Floats] | None:
    """Beats of each detector in seconds; None when one cannot take the lead."""
    seen = np.isfinite(lead.samples)
    if seen.mean() < 0.5:
        return None
    places = np.arange(len(lead.samples))
    trace = np.interp(places, places[seen], lead.samples[seen])
    out = []
    for name in USED:
        try:
            out.append(np.sort(np.asarray(PEERS[name][1]()(trace, lead.rate_hz), dtype=np.float64)) / lead.rate_hz)
        except Exception:  # detectors fail on what they do not know; such a lead is left out
            return None
    return out


def read(path: Path) -> list[Trace]:
    """Traces with the beats of such a file; stretches not to be learned from are left out of them."""
    traces = []
    with np.load(path) as whole:
        for i in range(len(whole["rate_hz"])):
            samples, rate_hz, beats = whole[f"samples_{i}"], float(whole["rate_hz"][i]), whole[f"beats_{i}"]
            wrong, end = whole[f"wrong_{i}"], len(samples) / rate_hz
            out = [(at - APART_S, at + APART_S) for at in wrong] + [(-1.0, beats[0] - 0.3), (beats[-1] + 0.3, end + 1)]
            out += [(a + 0.3, b - 0.3) for a, b in pairwise(beats) if b - a > GAP_S]
            trace = Trace(samples.astype(np.float64), rate_hz, beats, tuple(out), name=str(whole["names"][i]))
            left = [at for at in beats if not any(a < at < b for a, b in out)]
            if len(left) >= FEWEST:
                traces.append(trace)
    return traces


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # detectors warn about short traces
    arrays: dict[str, Floats] = {}
    names, rates = [], []
    for header in wfdb_record.find(options.directory):
        for lead in [wave for wave in wfdb_record.read(header).waves if wave.key.startswith("ecg")][:2]:
            beats = found(lead)
            wrong = disagreements(beats) if beats else np.array([-np.inf])
            if not beats or np.isinf(wrong).any():
                continue
            i = len(names)
            arrays |= {f"samples_{i}": lead.samples.astype(np.float32), f"beats_{i}": beats[0], f"wrong_{i}": wrong}
            names.append(header.stem)
            rates.append(lead.rate_hz)
    np.savez(options.file, names=np.array(names), rate_hz=np.array(rates), **arrays)
    print(f"{len(names)} leads of {len(set(names))} records")


if __name__ == "__main__":
    main()
