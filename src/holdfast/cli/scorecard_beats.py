"""How often the beat detector is right on annotated WFDB records, streamed in chunks of one second."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import RecordedWave, WfdbRecord
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_beats, quality
from holdfast.signals.chunk import Chunk
from holdfast.signals.scoring import Score, add, match

EDGE_S = 1.0
"""Left out at either end of a record and around stretches marked bad: a beat there may be half in."""


@dataclass(frozen=True)
class _Outcome:
    score: Score
    scored_s: float
    refused_s: float
    cpu_s: float
    duration_s: float


def run(directory: Path, tolerance_ms: float = 75.0) -> dict[str, Any]:
    """Score all records with reference beats; the first ECG lead of each. OperatorError when there are none.

    Beats match one to one, nearest first, within ``tolerance_ms``; ``bad_ecg_s`` stretches of the header are left out.
    ``refused_share`` is the share of the scored time that signal quality calls unfit; beats there are scored too.
    """
    outcomes: dict[str, _Outcome] = {}
    for header in wfdb_record.find(directory) if directory.is_dir() else []:
        record = wfdb_record.read(header)
        lead = next((wave for wave in record.waves if wave.key.startswith("ecg")), None)
        if record.beats_s is not None and lead is not None:
            name = header.relative_to(directory).with_suffix("").as_posix()
            outcomes[name] = _score(record, lead, tolerance_ms)
    if not outcomes:
        problem = f"There are no WFDB records with beat annotations below {directory}."
        raise OperatorError(problem, "Name a folder with .hea, .dat and .atr files.")
    return _summary(outcomes)


def _score(record: WfdbRecord, lead: RecordedWave, tolerance_ms: float) -> _Outcome:
    chunks = _chunks(lead)
    began = time.process_time()
    state, found = ecg_beats.initial(), []
    for chunk in chunks:
        state, beats = ecg_beats.step(state, chunk)
        found += [beat.at_us for beat in beats]
    cpu_s = time.process_time() - began
    worth, refused = quality.initial(), 0
    scored = 0
    for chunk in chunks:
        worth, seconds = quality.step(worth, chunk)
        for second in seconds:
            if _counts(record, second.start_us) and _counts(record, second.start_us + US_PER_S):
                scored += 1
                refused += second.quality not in quality.FIT
    reference = [round(at * US_PER_S) for at in record.beats_s or ()]
    score = match(
        [at for at in found if _counts(record, at)],
        [at for at in reference if _counts(record, at)],
        round(tolerance_ms * 1000),
    )
    return _Outcome(score, scored, refused, cpu_s, record.duration_s)


def _chunks(lead: RecordedWave) -> list[Chunk]:
    size = max(1, round(lead.rate_hz))
    return [
        Chunk(round(i * US_PER_S / lead.rate_hz), lead.rate_hz, lead.samples[i : i + size])
        for i in range(0, len(lead.samples), size)
    ]


def _counts(record: WfdbRecord, at_us: int) -> bool:
    at_s = at_us / US_PER_S
    if not EDGE_S < at_s < record.duration_s - EDGE_S:
        return False
    return not any(start - EDGE_S < at_s < end + EDGE_S for start, end in record.bad_ecg_s)


def _summary(outcomes: dict[str, _Outcome]) -> dict[str, Any]:
    cpu_s = sum(one.cpu_s for one in outcomes.values())
    duration_s = sum(one.duration_s for one in outcomes.values())
    scored_s = sum(one.scored_s for one in outcomes.values())
    refused_s = sum(one.refused_s for one in outcomes.values())
    return {
        "records": len(outcomes),
        "hours": duration_s / 3600,
        **_figures(add([one.score for one in outcomes.values()])),
        "refused_share": refused_s / scored_s if scored_s else None,
        "x_realtime": duration_s / cpu_s if cpu_s else None,
        "per_record": {
            name: {
                **_figures(one.score),
                "beats": one.score.true_positives + one.score.false_negatives,
                "false_positives": one.score.false_positives,
                "false_negatives": one.score.false_negatives,
                "refused_share": one.refused_s / one.scored_s if one.scored_s else None,
            }
            for name, one in outcomes.items()
        },
    }


def _figures(score: Score) -> dict[str, float | None]:
    return {
        "sensitivity": score.sensitivity,
        "ppv": score.ppv,
        "f1": score.f1,
        "median_error_ms": score.median_error_ms,
    }
