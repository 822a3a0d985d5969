"""Holdfast's beat detector and the libraries that others use, on the same records in one run.

Run: ``python benchmarks/beats_vs_peers.py DIR [--dogs odd|even|all] [--records N] [--preset dog|human]
[--weights FOLDER] [--json]`` in an environment that holds Holdfast and ``benchmarks/requirements-peers.txt``. DIR holds
WFDB records with beat marks.

Every detector sees the first ECG lead as it is in the file (mV; for the peers, which do not take missing samples, these
are filled in a straight line). Peers get the whole record at once, which is how they work; ours gets chunks of one
second, and never sees what comes later. Beats pair one to one, nearest first; a second at either end of a record and
around stretches that its authors call unusable is left out. The first ten seconds of the first record are run once
beforehand and not timed, so that imports and compilation are not counted. CPU time is that of the whole process, on
one thread.

``--weights`` names the folder where ``fit_beat_judge.py --write`` left the networks of its cross-validation: each
record is then judged by the network that has not seen its dog (or, without dogs, the record). The shipped weights have
seen all of the development recordings.

A peer that cannot be imported is listed as not installed; one that raises on a record has found no beats in it, and
the crash is counted. ``median_offset_ms`` is where a detector puts its mark beside the reference mark (some mark the
onset of the QRS); jitter is what is left of the error without that offset.
"""

import argparse
import contextlib
import importlib.metadata
import json
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np
from numpy.typing import NDArray

from holdfast import __version__
from holdfast.cli.scorecard_beats import TOLERANCE_MS, Scored, chunks_of, scored_part
from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import RecordedWave, WfdbRecord
from holdfast.kernel import typed
from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_beats, quality
from holdfast.signals.qrs_front import Preset
from holdfast.signals.qrs_weights import Layers, Weights, decode, layers
from holdfast.signals.scoring import Score, add, match

Floats = NDArray[np.float64]
Detect = Callable[[Floats, float], "NDArray[np.int64]"]
"""Trace (mV) and rate (Hz) in, sample numbers of the beats out."""

WARM_UP_S = 10.0


@dataclass
class Run:
    """One detector over all records."""

    version: str
    scores: dict[str, Score] = field(default_factory=dict)
    errors_ms: list[Floats] = field(default_factory=list)
    crashes: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0


@dataclass
class Fit:
    """Ours once more, where our own signal quality accepts the second."""

    scores: list[Score] = field(default_factory=list)
    scored_s: float = 0.0
    refused_s: float = 0.0


# The peers, each as its own documentation calls it ------------------------------------------------------------------


def _openecg() -> Detect:
    from openecg import detect_qrs

    return lambda trace, rate_hz: detect_qrs(trace, round(rate_hz))


def _rodrigues() -> Detect:
    import neurokit2 as nk

    def detect(trace: Floats, rate_hz: float) -> NDArray[np.int64]:
        cleaned = nk.ecg_clean(trace, sampling_rate=rate_hz)  # there is no cleaning of this method's own
        _, found = nk.ecg_peaks(cleaned, sampling_rate=rate_hz, method="rodrigues2021")
        return np.asarray(found["ECG_R_Peaks"])

    return detect


def _hamilton() -> Detect:
    from biosppy.signals import ecg, tools

    def detect(trace: Floats, rate_hz: float) -> NDArray[np.int64]:
        # The steps of biosppy.signals.ecg.ecg, without its templates and heart rate.
        band = [0.67, 45]
        filtered, _, _ = tools.filter_signal(
            signal=trace, ftype="FIR", band="bandpass", order=int(1.5 * rate_hz), frequency=band, sampling_rate=rate_hz
        )
        (peaks,) = ecg.hamilton_segmenter(signal=filtered, sampling_rate=rate_hz)
        (peaks,) = ecg.correct_rpeaks(signal=filtered, rpeaks=peaks, sampling_rate=rate_hz, tol=0.05)
        return np.asarray(peaks)

    return detect


def _xqrs() -> Detect:
    from wfdb import processing

    return lambda trace, rate_hz: processing.xqrs_detect(trace, rate_hz, verbose=False)


def _gqrs() -> Detect:
    from wfdb import processing

    # gqrs counts in steps of a converter and asks for some 200 of them per mV.
    return lambda trace, rate_hz: np.asarray(processing.gqrs_detect(trace, rate_hz, adc_gain=200.0, adc_zero=0))


def _sleepecg() -> Detect:
    import sleepecg

    return lambda trace, rate_hz: sleepecg.detect_heartbeats(trace, rate_hz)


PEERS: dict[str, tuple[str, Callable[[], Detect]]] = {
    "openecg detect_qrs": ("openecg", _openecg),
    "neurokit2 rodrigues2021": ("neurokit2", _rodrigues),
    "biosppy hamilton": ("biosppy", _hamilton),
    "wfdb gqrs": ("wfdb", _gqrs),
    "wfdb xqrs": ("wfdb", _xqrs),
    "sleepecg": ("sleepecg", _sleepecg),
}
"""Name in the table -> distribution, and what makes the detector."""


def _peer(make: Detect, lead: RecordedWave) -> tuple[list[int], float]:
    """Instants (us) and CPU seconds."""
    seen = np.isfinite(lead.samples)
    places = np.arange(len(lead.samples))
    trace = lead.samples if seen.all() else np.interp(places, places[seen], lead.samples[seen])
    began = time.process_time()
    found = make(trace, lead.rate_hz)
    cpu_s = time.process_time() - began
    return [round(int(at) * US_PER_S / lead.rate_hz) for at in found], cpu_s


def unseen(folder: Path, record: WfdbRecord, preset: Preset) -> Layers:
    """The network of the cross-validation that was fitted without this dog or record."""
    lines = (line.partition(":") for line in record.comments)
    group = next((value.strip() for name, _, value in lines if name.strip() == "dog"), record.name)
    for file in sorted(folder.glob(f"{preset}_without_*.json")):
        if group in file.stem.split("_")[2:]:
            return decode(typed.from_json(file.read_bytes(), Weights))
    raise SystemExit(f"No network in {folder} was fitted without {group}.")


def _ours(lead: RecordedWave, preset: Preset, weights: Layers) -> tuple[list[int], float]:
    with mock.patch.object(ecg_beats, "layers", return_value=weights):
        return _streamed(lead, preset)


def _streamed(lead: RecordedWave, preset: Preset) -> tuple[list[int], float]:
    chunks = chunks_of(lead)
    began = time.process_time()
    state, found = ecg_beats.initial(preset), []
    for chunk in chunks:
        state, beats = ecg_beats.step(state, chunk)
        found += [beat.at_us for beat in beats]
    return found, time.process_time() - began


def refused(lead: RecordedWave) -> list[tuple[float, float]]:
    """Seconds (start, end) that signal quality calls unfit."""
    state, out = quality.initial(), []
    for chunk in chunks_of(lead):
        state, seconds = quality.step(state, chunk)
        unfit = (second.start_us / US_PER_S for second in seconds if second.quality not in quality.FIT)
        out += [(start_s, start_s + 1.0) for start_s in unfit]
    return out


def _fit(
    into: Fit, found: list[int], lead: RecordedWave, part: Scored, reference: list[int], tolerance_us: int
) -> None:
    """Score what lies in accepted seconds; of a pair of which one lies in a refused second the other is wrong."""
    unfit = [second for second in refused(lead) if part.counts(round((second[0] + 0.5) * US_PER_S))]
    accepted = replace(part, flutter_s=(*part.flutter_s, *unfit))
    scored = [at for at in found if accepted.counts(at)], [at for at in reference if accepted.counts(at)]
    into.scores.append(match(*scored, tolerance_us))
    into.scored_s += part.duration_s - part.excluded_s
    into.refused_s += len(unfit)


# Records ------------------------------------------------------------------------------------------------------------


def chosen(directory: Path, dogs: str, per_dog: int | None) -> list[Path]:
    """Headers of the records to run: those of odd or even dogs, and at most so many per dog, spread over its list.

    The number of a dog is the ``dog`` comment of its header. A record without one is run with ``--dogs all`` only.
    """
    by_dog: dict[str, list[Path]] = {}
    for header in wfdb_record.find(directory):
        lines = (line.lstrip("# ").partition(":") for line in header.read_text(encoding="latin-1").splitlines())
        dog = next((value.strip() for name, _, value in lines if name.strip() == "dog"), "")
        if dogs == "all" or (dog.isdigit() and int(dog) % 2 == (dogs == "odd")):
            by_dog.setdefault(dog or header.stem, []).append(header)
    picked: list[Path] = []
    for headers in by_dog.values():
        count = min(len(headers), per_dog or len(headers))
        picked += [headers[i * len(headers) // count] for i in range(count)]
    return sorted(picked)


def run(headers: list[Path], preset: Preset, tolerance_ms: float, folder: Path | None = None) -> dict[str, Any]:
    """All detectors over these records. SystemExit when none of them has beat marks."""
    runs: dict[str, Run] = {"holdfast": Run(__version__)}
    weights = layers(preset)
    detectors: dict[str, Callable[[RecordedWave], tuple[list[int], float]]] = {
        "holdfast": lambda lead: _ours(lead, preset, weights)
    }
    missing: dict[str, str] = {}
    for name, (distribution, make) in PEERS.items():
        try:
            detect = make()
            runs[name] = Run(importlib.metadata.version(distribution))
        except (ImportError, importlib.metadata.PackageNotFoundError) as error:
            missing[name] = f"not installed ({error})"
        else:
            detectors[name] = lambda lead, detect=detect: _peer(detect, lead)  # type: ignore[misc]
    duration_s, records, beats, warm, fit = 0.0, 0, 0, False, Fit()
    for header in headers:
        record = wfdb_record.read(header)
        lead = next((wave for wave in record.waves if wave.key.startswith("ecg")), None)
        if record.beats_s is None or lead is None:
            continue
        weights = unseen(folder, record, preset) if folder else weights
        if not warm:
            _warm_up(detectors, lead)
            warm = True
        part = scored_part(header, record, lead.rate_hz)
        reference = [at for at in (round(s * US_PER_S) for s in record.beats_s) if part.counts(at)]
        records, beats, duration_s = records + 1, beats + len(reference), duration_s + record.duration_s
        for name, detector in detectors.items():
            found = _one(runs[name], detector, record, lead, part, reference, round(tolerance_ms * 1000))
            if name == "holdfast":
                _fit(fit, found, lead, part, reference, round(tolerance_ms * 1000))
    if not records:
        raise SystemExit("There are no records with beat marks among these: name a folder of WFDB records.")
    return {
        "records": records,
        "hours": duration_s / 3600,
        "beats": beats,
        "tolerance_ms": tolerance_ms,
        "preset": preset,
        "python": sys.version.split()[0],
        "detectors": {name: _figures(one, duration_s) for name, one in runs.items()},
        "refused_left_out": _fit_figures(fit),
        "not_installed": missing,
    }


def _warm_up(detectors: dict[str, Callable[[RecordedWave], tuple[list[int], float]]], lead: RecordedWave) -> None:
    count = round(WARM_UP_S * lead.rate_hz)
    short = RecordedWave(lead.key, lead.label, lead.unit, lead.rate_hz, lead.samples[:count], lead.resolution, None)
    for detector in detectors.values():
        with contextlib.suppress(Exception):  # what it cannot do with ten seconds does not count
            detector(short)


def _one(
    one: Run,
    detector: Callable[[RecordedWave], tuple[list[int], float]],
    record: WfdbRecord,
    lead: RecordedWave,
    part: Scored,
    reference: list[int],
    tolerance_us: int,
) -> list[int]:
    began = time.process_time()
    try:
        found, cpu_s = detector(lead)
    except Exception as error:  # any crash of a peer is a result, not the end of the run
        one.crashes[type(error).__name__] += 1
        found, cpu_s = [], time.process_time() - began
    one.cpu_s += cpu_s
    found = [at for at in found if part.counts(at)]
    one.scores[record.name] = match(found, reference, tolerance_us)
    one.errors_ms.append(_signed_errors_ms(found, reference, tolerance_us))
    return found


def _signed_errors_ms(found: list[int], reference: list[int], tolerance_us: int) -> Floats:
    """For each reference beat the nearest found one less it, where one lies within the tolerance."""
    if not found or not reference:
        return np.empty(0)
    marks, truth = np.sort(np.asarray(found)), np.asarray(reference)
    after = np.searchsorted(marks, truth).clip(1, max(1, len(marks) - 1))
    near = np.stack((marks[after - 1], marks[np.minimum(after, len(marks) - 1)])) - truth
    nearest = np.where(np.abs(near[0]) <= np.abs(near[1]), near[0], near[1])
    return np.asarray(nearest[np.abs(nearest) <= tolerance_us] / 1000)


def _figures(one: Run, duration_s: float) -> dict[str, Any]:
    total = add(list(one.scores.values()))
    each = [score.f1 for score in one.scores.values() if score.f1 is not None]
    errors_ms = np.concatenate(one.errors_ms) if one.errors_ms else np.empty(0)
    offset_ms = float(np.median(errors_ms)) if len(errors_ms) else 0.0
    jitter_ms = np.percentile(np.abs(errors_ms - offset_ms), (50, 95)).tolist() if len(errors_ms) else (None, None)
    return {
        "version": one.version,
        "f1": total.f1,
        "p10_f1": float(np.percentile(each, 10)) if each else None,
        "sensitivity": total.sensitivity,
        "ppv": total.ppv,
        "median_offset_ms": offset_ms,
        "median_jitter_ms": jitter_ms[0],
        "p95_jitter_ms": jitter_ms[1],
        "x_realtime": duration_s / one.cpu_s if one.cpu_s else None,
        "crashes": dict(one.crashes),
        "per_record_f1": {name: score.f1 for name, score in one.scores.items()},
    }


def _fit_figures(fit: Fit) -> dict[str, Any]:
    each = [score.f1 for score in fit.scores if score.f1 is not None]
    return {
        "f1": add(fit.scores).f1,
        "p10_f1": float(np.percentile(each, 10)) if each else None,
        "refused_share": fit.refused_s / fit.scored_s if fit.scored_s else None,
    }


def _print_table(result: dict[str, Any]) -> None:
    print(
        f"{result['records']} records, {result['hours']:.2f} h, {result['beats']} beats, "
        f"+-{result['tolerance_ms']:g} ms, preset {result['preset']}"
    )
    columns = " ".join(f"{column:>6}" for column in ("F1", "p10", "Se", "PPV", "off ms", "jitter", "p95"))
    print(f"{'detector':34} {columns} {'x':>8} crashes")
    for name, row in result["detectors"].items():
        cells = [row[key] for key in ("f1", "p10_f1", "sensitivity", "ppv")]
        shares = " ".join("     -" if cell is None else f"{cell:6.4f}" for cell in cells)
        times = [row[key] for key in ("median_offset_ms", "median_jitter_ms", "p95_jitter_ms")]
        ms = " ".join("     -" if at is None else f"{at:6.1f}" for at in times)
        speed = "-" if row["x_realtime"] is None else f"{row['x_realtime']:.0f}"
        print(f"{name + ' ' + row['version']:34} {shares} {ms} {speed:>8} {row['crashes'] or ''}")
    print("holdfast where its own signal quality accepts the second:", result["refused_left_out"])
    for name, why in result["not_installed"].items():
        print(f"{name:34} {why}")


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--dogs", choices=["odd", "even", "all"], default="all")
    parser.add_argument("--records", type=int, metavar="N", help="at most N records per dog")
    parser.add_argument("--preset", choices=list(Preset), type=Preset, default=Preset.DOG)
    parser.add_argument("--weights", type=Path, metavar="FOLDER", help="networks of the cross-validation")
    parser.add_argument("--tolerance-ms", type=float, help="default: 75 for the dog preset, 150 for the human one")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    headers = chosen(options.directory, options.dogs, options.records)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers warn about short intervals and empty slices on every record
        result = run(headers, options.preset, options.tolerance_ms or TOLERANCE_MS[options.preset], options.weights)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        _print_table(result)


if __name__ == "__main__":
    main()
