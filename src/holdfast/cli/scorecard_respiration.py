"""How right the breathing rate read from the ECG alone is, on WFDB records with breathing segments in their header.

The header comment ``breathing_segments: [{'deb': start, 'fin': end, 'value': per_min}, ...]`` is that of the dog
recordings. A segment is compared with the rate that stood at its end, streamed in chunks of one second.
"""

import ast
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.gateways.files import wfdb_record
from holdfast.gateways.files.wfdb_record import RecordedWave, WfdbRecord
from holdfast.kernel.errors import OperatorError, SenderError
from holdfast.kernel.time import US_PER_S
from holdfast.signals import ecg_beats, ecg_respiration, quality
from holdfast.signals.breath_modulation import WINDOW_S
from holdfast.signals.chunk import Chunk

SEGMENT_S = (30.0, 50.0)
"""Segments of another length are not compared: our rate is that of the last 40 s."""

CLOSE_PER_MIN = 2.0
"""A rate this near to the segment's is counted as right."""


@dataclass(frozen=True)
class _Outcome:
    dog: str
    errors: tuple[float, ...]
    """Of the segments for which a rate stood."""
    good_errors: tuple[float, ...]
    """Of those whose rate was called good."""
    segments: int
    given_s: int
    asked_s: int
    """Seconds after the first window."""
    cpu_s: float


def run(directory: Path) -> dict[str, Any]:
    """Score all records with breathing segments and an ECG; OperatorError when there are none.

    Dogs with an even and an odd number are also told apart: thresholds were chosen on the even ones.
    """
    outcomes: dict[str, _Outcome] = {}
    for header in wfdb_record.find(directory) if directory.is_dir() else []:
        record = wfdb_record.read(header)
        lead = next((wave for wave in record.waves if wave.key.startswith("ecg")), None)
        segments = _segments(record)
        if segments and lead is not None:
            outcomes[header.relative_to(directory).with_suffix("").as_posix()] = _score(record, lead, segments)
    if not outcomes:
        problem = f"There are no WFDB records with breathing segments below {directory}."
        raise OperatorError(problem, "Name a folder with .hea files that have a breathing_segments comment.")
    every = list(outcomes.values())
    return {
        **_figures(every),
        "odd_dogs": _figures(one for one in every if one.dog.isdigit() and int(one.dog) % 2),
        "even_dogs": _figures(one for one in every if one.dog.isdigit() and not int(one.dog) % 2),
        "cpu_ms_per_s": 1e3 * sum(one.cpu_s for one in every) / max(1, sum(one.asked_s + WINDOW_S for one in every)),
        "per_record": {name: _figures([one]) for name, one in outcomes.items()},
    }


def _comment(record: WfdbRecord, wanted: str) -> str:
    found = (line.partition(":") for line in record.comments)
    return next((text.strip() for name, _, text in found if name.strip() == wanted), "")


def _segments(record: WfdbRecord) -> list[tuple[float, float]]:
    """End (s) and rate of each segment of the right length."""
    text = _comment(record, "breathing_segments")
    if not text.startswith("["):
        return []
    try:
        # The authors write nan where they had no rate.
        parts = ast.literal_eval(text.replace("nan", "None"))
        return [
            (float(part["fin"]), float(part["value"]))
            for part in parts
            if part["value"] is not None and SEGMENT_S[0] <= part["fin"] - part["deb"] <= SEGMENT_S[1]
        ]
    except (ValueError, SyntaxError, TypeError, KeyError) as error:
        problem = f"The breathing_segments of {record.name} are not a list of deb, fin and value."
        raise SenderError(problem, "Correct the header.") from error


def _score(record: WfdbRecord, lead: RecordedWave, segments: Sequence[tuple[float, float]]) -> _Outcome:
    beats, worth, breath = ecg_beats.initial(), quality.initial(), ecg_respiration.initial()
    said: dict[int, tuple[float, str] | None] = {}
    cpu_s = 0.0
    size = max(1, round(lead.rate_hz))
    waiting: list[tuple[int, bool]] = []
    for i in range(0, len(lead.samples), size):
        chunk = Chunk(round(i * US_PER_S / lead.rate_hz), lead.rate_hz, lead.samples[i : i + size])
        beats, found = ecg_beats.step(beats, chunk)
        worth, seconds = quality.step(worth, chunk)
        began = time.process_time()
        breath = ecg_respiration.feed(breath, chunk, [beat.at_us for beat in found])
        # A second is judged one later: its last beats are certain only then.
        waiting += [(second.start_us + US_PER_S, second.quality not in quality.FIT) for second in seconds]
        while len(waiting) > 1:
            end_us, unfit = waiting.pop(0)
            breath, rate = ecg_respiration.step(breath, end_us, unfit)
            said[end_us // US_PER_S] = None if rate.per_min is None else (rate.per_min, rate.quality)
        cpu_s += time.process_time() - began
    compared = [(said.get(round(end_s)), value) for end_s, value in segments]
    asked = [one for second, one in said.items() if second >= WINDOW_S]
    return _Outcome(
        dog=_comment(record, "dog"),
        errors=tuple(abs(rate[0] - value) for rate, value in compared if rate is not None),
        good_errors=tuple(abs(rate[0] - value) for rate, value in compared if rate is not None and rate[1] == "good"),
        segments=len(segments),
        given_s=sum(one is not None for one in asked),
        asked_s=len(asked),
        cpu_s=cpu_s,
    )


def _figures(outcomes: Iterable[_Outcome]) -> dict[str, Any]:
    some = list(outcomes)
    errors = np.array([error for one in some for error in one.errors])
    good = np.array([error for one in some for error in one.good_errors])
    segments, asked_s = sum(one.segments for one in some), sum(one.asked_s for one in some)
    return {
        "records": len(some),
        "dogs": len({one.dog for one in some}),
        "segments": segments,
        "median_error_per_min": float(np.median(errors)) if len(errors) else None,
        "mean_error_per_min": float(np.mean(errors)) if len(errors) else None,
        "within_2_per_min": float(np.mean(errors <= CLOSE_PER_MIN)) if len(errors) else None,
        "segments_given_share": len(errors) / segments if segments else None,
        "good_median_error_per_min": float(np.median(good)) if len(good) else None,
        "good_within_2_per_min": float(np.mean(good <= CLOSE_PER_MIN)) if len(good) else None,
        "segments_good_share": len(good) / segments if segments else None,
        "time_given_share": sum(one.given_s for one in some) / asked_s if asked_s else None,
    }
