"""How often the beat detector is right on annotated WFDB records, streamed in chunks of one second."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import wfdb

from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import RecordedWave, WfdbRecord
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_beats, quality
from holdfast.signals.chunk import Chunk
from holdfast.signals.qrs_front import Preset
from holdfast.signals.scoring import Score, add, match

EDGE_S = 1.0
"""Left out at either end of a record and around stretches marked bad: a beat there may be half in."""

TOLERANCE_MS = {Preset.DOG: 75.0, Preset.HUMAN: 150.0}
"""What the figures of others use: 150 ms in people (ANSI/AAMI EC57); a dog's QRS is half as long (estimate)."""

WORST = 10
STRETCH_S = 300
"""How many of the worst records are named, and how long the worst stretch is."""


@dataclass(frozen=True)
class _Outcome:
    score: Score
    accepted: Score
    """Of the seconds that signal quality accepts."""
    scored_s: float
    refused_s: float
    excluded_s: float
    cpu_s: float
    duration_s: float
    dog: int | None
    wrong_us: tuple[int, ...]
    """Instants of missed and of false beats."""


def run(
    directory: Path, *, preset: Preset = Preset.DOG, tolerance_ms: float | None = None, dogs: str = "all"
) -> dict[str, Any]:
    """Score all records with reference beats; the first ECG lead of each. OperatorError when there are none.

    Beats match one to one, nearest first, within ``tolerance_ms`` (75 for dogs, 150 for people); ``bad_ecg_s``
    stretches of the header are left out. ``dogs``: "odd" or "even" takes only the records whose header names a dog
    (``# dog: 14``) with such a number, "all" takes every record. What comes back:

    ``records``, ``beats``, ``hours``: how much there was. ``sensitivity``, ``ppv``, ``f1``: of all beats pooled.
    ``f1_p10``: 10th percentile of the records' own F1. ``median_error_ms``, ``p95_error_ms``: distance of matched
    beats. ``refused_share``: share of the scored time that signal quality calls unfit; beats there are scored in the
    figures above. ``f1_accepted``, ``f1_accepted_p10``: the same of the other seconds alone. ``excluded_s``: seconds
    that are not scored at all, because the record's authors call them unusable or mark ventricular flutter there.
    ``x_realtime``: seconds of ECG per second of CPU. ``by_dog``: F1 of each dog. ``worst_records``: names, worst first.
    ``worst_five_minutes``: record, start and end in seconds, number of missed and false beats. ``per_record``: the
    same figures for each record.
    """
    outcomes: dict[str, _Outcome] = {}
    for header in wfdb_record.find(directory) if directory.is_dir() else []:
        record = wfdb_record.read(header)
        lead = next((wave for wave in record.waves if wave.key.startswith("ecg")), None)
        if record.beats_s is None or lead is None or not _wanted(_dog(record), dogs):
            continue
        name = header.relative_to(directory).with_suffix("").as_posix()
        outcomes[name] = _score(header, record, lead, preset, tolerance_ms or TOLERANCE_MS[preset])
    if not outcomes:
        problem = f"There are no WFDB records with beat annotations below {directory}."
        raise OperatorError(problem, "Name a folder with .hea, .dat and .atr files.")
    return _summary(outcomes)


def _dog(record: WfdbRecord) -> int | None:
    for comment in record.comments:
        key, _, value = comment.partition(":")
        if key.strip() == "dog" and value.strip().isdigit():
            return int(value)
    return None


def _wanted(dog: int | None, dogs: str) -> bool:
    return dogs == "all" or (dog is not None and dog % 2 == (dogs == "odd"))


def _score(header: Path, record: WfdbRecord, lead: RecordedWave, preset: Preset, tolerance_ms: float) -> _Outcome:
    chunks = chunks_of(lead)
    ecg_beats.step(ecg_beats.initial(preset), chunks[0])  # compiling is not counted
    began = time.process_time()
    state, found = ecg_beats.initial(preset), []
    for chunk in chunks:
        state, beats = ecg_beats.step(state, chunk)
        found += [beat.at_us for beat in beats]
    cpu_s = time.process_time() - began
    part = scored_part(header, record, lead.rate_hz)
    worth, scored, refused = quality.initial(), 0, set()
    for chunk in chunks:
        worth, seconds = quality.step(worth, chunk)
        for second in seconds:
            if part.counts(second.start_us) and part.counts(second.start_us + US_PER_S):
                scored += 1
                if second.quality not in quality.FIT:
                    refused.add(second.start_us // US_PER_S)
    detected = [at for at in found if part.counts(at)]
    reference = [at for at in (round(beat * US_PER_S) for beat in record.beats_s or ()) if part.counts(at)]
    tolerance_us = round(tolerance_ms * 1000)
    accepted = match(
        [at for at in detected if _nearest(at, reference, tolerance_us) // US_PER_S not in refused],
        [at for at in reference if at // US_PER_S not in refused],
        tolerance_us,
    )
    wrong = [at for at in detected if not _near(at, reference, tolerance_us)]
    wrong += [at for at in reference if not _near(at, detected, tolerance_us)]
    return _Outcome(
        match(detected, reference, tolerance_us), accepted, scored, len(refused), part.excluded_s, cpu_s,
        record.duration_s, _dog(record), tuple(sorted(wrong)),
    )  # fmt: skip


def _near(at: int, others: list[int], tolerance_us: int) -> bool:
    i = int(np.searchsorted(others, at))
    return any(abs(other - at) <= tolerance_us for other in others[max(0, i - 1) : i + 1])


def _nearest(at: int, others: list[int], tolerance_us: int) -> int:
    """The one it may be paired with, itself where there is none: a pair is in one second or the other, not in both."""
    i = int(np.searchsorted(others, at))
    best = min(others[max(0, i - 1) : i + 1], key=lambda other: abs(other - at), default=at)
    return best if abs(best - at) <= tolerance_us else at


def chunks_of(lead: RecordedWave) -> list[Chunk]:
    """A wave as it would come live: a second at a time."""
    size = max(1, round(lead.rate_hz))
    return [
        Chunk(round(i * US_PER_S / lead.rate_hz), lead.rate_hz, lead.samples[i : i + size])
        for i in range(0, len(lead.samples), size)
    ]


def flutter_s(header: Path, rate_hz: float) -> tuple[tuple[float, float], ...]:
    """Ventricular flutter or fibrillation as the annotation file marks it ("[" to "]"), empty where it marks none.

    There is no QRS to find there; ANSI/AAMI EC57 leaves such episodes out of the scoring of beats.
    """
    if not header.with_suffix(".atr").is_file():
        return ()
    marks: Any = wfdb.rdann(str(header.with_suffix("")), "atr")
    episodes, began = [], None
    for sample, symbol in zip(marks.sample.tolist(), marks.symbol, strict=True):
        if symbol == "[" and began is None:
            began = sample / rate_hz
        elif symbol == "]" and began is not None:
            episodes.append((began, sample / rate_hz))
            began = None
    if began is not None:
        episodes.append((began, float("inf")))
    return tuple(episodes)


@dataclass(frozen=True)
class Scored:
    """Which instants of a record are scored: not its edges, not what its authors call unusable, not flutter."""

    duration_s: float
    bad_s: tuple[tuple[float, float], ...]
    flutter_s: tuple[tuple[float, float], ...]

    def counts(self, at_us: int) -> bool:
        """Whether a beat there is scored."""
        at_s = at_us / US_PER_S
        if not EDGE_S < at_s < self.duration_s - EDGE_S:
            return False
        if any(start - EDGE_S < at_s < end + EDGE_S for start, end in self.bad_s):
            return False
        return not any(start <= at_s <= end for start, end in self.flutter_s)

    @property
    def excluded_s(self) -> float:
        """Seconds left out, not counting the edges."""
        stretches = sorted((max(0.0, a), min(self.duration_s, b)) for a, b in self.bad_s + self.flutter_s)
        total, done = 0.0, 0.0
        for start, end in stretches:
            total += max(0.0, end - max(start, done))
            done = max(done, end)
        return total


def scored_part(header: Path, record: WfdbRecord, rate_hz: float) -> Scored:
    """What of a record is scored; ``rate_hz`` is that of its waves."""
    return Scored(record.duration_s, record.bad_ecg_s, flutter_s(header, rate_hz))


def _summary(outcomes: dict[str, _Outcome]) -> dict[str, Any]:
    cpu_s = sum(one.cpu_s for one in outcomes.values())
    duration_s = sum(one.duration_s for one in outcomes.values())
    scored_s = sum(one.scored_s for one in outcomes.values())
    refused_s = sum(one.refused_s for one in outcomes.values())
    singles = {name: one.score.f1 for name, one in outcomes.items() if one.score.f1 is not None}
    fit = [one.accepted.f1 for one in outcomes.values() if one.accepted.f1 is not None]
    dogs = sorted({one.dog for one in outcomes.values() if one.dog is not None})
    return {
        "records": len(outcomes),
        "hours": duration_s / 3600,
        **_figures(add([one.score for one in outcomes.values()])),
        "f1_p10": float(np.percentile(list(singles.values()), 10)) if singles else None,
        "f1_accepted": add([one.accepted for one in outcomes.values()]).f1,
        "f1_accepted_p10": float(np.percentile(fit, 10)) if fit else None,
        "refused_share": refused_s / scored_s if scored_s else None,
        "excluded_s": sum(one.excluded_s for one in outcomes.values()),
        "x_realtime": duration_s / cpu_s if cpu_s else None,
        "by_dog": {str(dog): add([one.score for one in outcomes.values() if one.dog == dog]).f1 for dog in dogs},
        "worst_records": sorted(singles, key=lambda name: singles[name])[:WORST],
        "worst_five_minutes": _worst_stretch(outcomes),
        "per_record": {
            name: {
                **_figures(one.score),
                "f1_accepted": one.accepted.f1,
                "excluded_s": one.excluded_s,
                "refused_share": one.refused_s / one.scored_s if one.scored_s else None,
            }
            for name, one in outcomes.items()
        },
    }


def _worst_stretch(outcomes: dict[str, _Outcome]) -> dict[str, Any] | None:
    """The stretch of a record, from a wrong beat on, with the most wrong ones; None when all were right."""
    worst: dict[str, Any] | None = None
    for name, one in outcomes.items():
        for i, start in enumerate(one.wrong_us):
            wrong = int(np.searchsorted(one.wrong_us, start + STRETCH_S * US_PER_S)) - i
            if worst is None or wrong > worst["wrong"]:
                end_s = min(start / US_PER_S + STRETCH_S, one.duration_s)
                worst = {"record": name, "start_s": start / US_PER_S, "end_s": end_s, "wrong": wrong}
    return worst


def _figures(score: Score) -> dict[str, float | None]:
    return {
        "sensitivity": score.sensitivity,
        "ppv": score.ppv,
        "f1": score.f1,
        "median_error_ms": score.median_error_ms,
        "p95_error_ms": score.error_ms(95),
        "beats": score.true_positives + score.false_negatives,
        "false_positives": score.false_positives,
        "false_negatives": score.false_negatives,
    }
