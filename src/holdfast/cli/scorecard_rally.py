"""How the rule for an improvement that nobody brought about does on made dogs, and how often it speaks on recordings.

The made dogs have a known truth (``simulation.rallying_dogs``). Recordings are exports of monitors as CSV; nobody said
of them whether an animal rallied, so what is said of them is told, not judged. No published course of a dog that
rallied was found to test it on.
"""

import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from holdfast.gateways.files import csv_export
from holdfast.kernel.errors import SenderError
from holdfast.kernel.time import US_PER_H, US_PER_MIN
from holdfast.knowledge import courses as known
from holdfast.monitoring import watch
from holdfast.monitoring.given import given
from holdfast.monitoring.rally import Improvement
from holdfast.simulation.rallying_dogs import KINDS, MINUTES, Course, Kind, at_us, points, roughened

DOGS = 40
FIRST_SEED = 500
"""Seeds below it were looked at while the dogs were made."""
_PIECE_MIN = 5
PROMISES = ("will ", "recover", "surviv", "prognos", "cured", "saved", "hope")
"""Words that would promise something."""
DATA = "made dogs (ours): not one figure here rests on a real dog that rallied"


def run(directory: Path | None = None, dogs: int = DOGS, first_seed: int = FIRST_SEED) -> dict[str, Any]:
    """Judge ``dogs`` of each kind, and tell what is said of every CSV export below ``directory``."""
    began = time.process_time()
    kinds = {
        f"{kind.key}{', rough' if rough else ''}": _kind(kind, dogs, first_seed, rough)
        for rough in (False, True)
        for kind in KINDS
    }
    silent = [one for one in kinds.values() if one["ought"] == "nothing"]
    drugs = [one for one in kinds.values() if one["ought"] == "after_treatment"]
    scores: dict[str, Any] = {
        "data": DATA,
        "dogs_of_each_kind": dogs,
        "found": kinds["rally"]["look_again"],
        "found_on_rough_records": kinds["rally, rough"]["look_again"],
        "false_look_again": sum(one["look_again"] for one in silent),
        "of_dogs_without_reason": dogs * len(silent),
        "drug_called_a_riddle": sum(one["look_again"] for one in drugs),
        "of_dogs_given_a_drug": dogs * len(drugs),
        "promises": sum(one["promises"] for one in kinds.values()),
        "kinds": kinds,
        "cpu_s": round(time.process_time() - began, 1),
    }
    if directory is not None:
        scores["recordings"] = _recordings(directory)
    return scores


def _kind(kind: Kind, dogs: int, first_seed: int, rough: bool) -> dict[str, Any]:
    said: Counter[str] = Counter()
    delays, promises = [], 0
    for seed in range(first_seed, first_seed + dogs):
        rng = np.random.default_rng([seed, *kind.key.encode()])
        course = roughened(kind.make(rng), rng) if rough else kind.make(rng)
        told = improvements(course)
        promises += sum(word in one.text.lower() for one in told for word in PROMISES)
        # The first word of it counts: what a person reads then is what they act on.
        said["nothing" if not told else "after_treatment" if told[0].after else "look_again"] += 1
        if told:
            delays.append((told[0].at_us - at_us(course.began_min)) / US_PER_MIN)
    return {
        "words": f"{kind.words}{', rough record' if rough else ''}",
        "ought": kind.ought,
        "right": said[kind.ought],
        "look_again": said["look_again"],
        "after_treatment": said["after_treatment"],
        "nothing": said["nothing"],
        "median_delay_min": round(median(delays)) if delays else None,
        "promises": promises,
    }


def improvements(course: Course) -> list[Improvement]:
    """What the rule says of a course, fed in pieces of five minutes."""
    courses = known.load()
    treatments = given(courses, course.treatments)
    every = points(course)
    state, told = watch.initial(), []
    for start in range(0, MINUTES, _PIECE_MIN):
        from_us, to_us = at_us(start), at_us(start + _PIECE_MIN)
        piece = {key: [one for one in values if from_us <= one[0] < to_us] for key, values in every.items()}
        state, said = watch.step(state, courses, piece, to_us, treatments, course.faults)
        told += [one for one in said if isinstance(one, Improvement)]
    return told


def _recordings(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    hours = 0.0
    for path in sorted(directory.rglob("*.csv")):
        try:
            export = csv_export.read(path)
        except SenderError as error:
            found[path.name] = f"not read: {error.problem}"
            continue
        values: dict[str, list[tuple[int, float]]] = {}
        for numeric in export.numerics:
            values.setdefault(numeric.key, []).append((numeric.at_us, numeric.value))
        end_us = export.start_us + int(export.duration_s * 1e6)
        _, said = watch.step(watch.initial(), known.load(), values, end_us)
        hours += (end_us - export.start_us) / US_PER_H
        found[path.name] = [one.text for one in said if isinstance(one, Improvement)]
    return {"hours": round(hours, 1), "said": found, "judged": False}
