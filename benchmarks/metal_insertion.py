"""What the search for metal finds of what was drawn into films it has not seen.

``python benchmarks/metal_bench.py FOLDER CANDIDATES.pickle`` makes the films and searches them;
``python benchmarks/metal_insertion.py CANDIDATES.pickle --json --plots docs/images`` decides with the trees of the fold
that left each film out. A thing is found when a mark that is no letter and no edge lies on it; a false mark is one of
metal unexplained on a film without metal as it came. The metal is drawn, its contrast tied to two real pellets: the
only licensed film with a true metallic foreign body cannot give a sensitivity.
"""

import argparse
import json
import math
import pickle
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import metal_bench as mb
import plots
from holdfast.imaging.metal.deciding import COLLIMATOR, KIND_OF, METAL, Bars, Decided, decided
from holdfast.imaging.metal.forest import chances, probabilities
from holdfast.imaging.metal.search import BARS, shipped_folds
from made_metal import METAL as DRAWN_METAL
from made_metal import Placed

NO_METAL = frozenset({"marker_or_text", COLLIMATOR})
LEAD = frozenset({"ball", "fragment", "pellet", "bullet"})
GROUPS = {
    "lead 3 mm and larger": lambda one: one.kind in LEAD and one.size_mm >= 3,
    "lead 1.5 to 3 mm": lambda one: one.kind in LEAD and 1.5 <= one.size_mm < 3,
    "lead below 1.5 mm": lambda one: one.kind in LEAD and one.size_mm < 1.5,
    "needle 25 mm and longer": lambda one: one.kind == "needle" and one.size_mm >= 25,
    "needle 11 to 24 mm": lambda one: one.kind == "needle" and 11 <= one.size_mm < 25,
    "needle below 11 mm": lambda one: one.kind == "needle" and one.size_mm < 11,
    "hook": lambda one: one.kind == "hook",
    "coin or battery": lambda one: one.kind == "coin",
}
DISTRACTORS = ("burned_text", "lead_letter", "microchip", "clip", "plate", "screw", "pin")


@dataclass
class Seen:
    """A candidate as it was stored."""

    values: dict[str, float]
    box: tuple[float, float, float, float]


def judged(entries: list[dict[str, Any]]) -> None:
    """Add what the trees of the fold say of each candidate."""
    folds = {sha: fold for fold in shipped_folds() for sha in fold.left_out}
    for entry in entries:
        fold = folds[entry["sha256"]]
        for kind, dense, names in (("c", fold.compact, fold.compact_names), ("l", fold.lines, fold.lines_names)):
            seen = [Seen(values, box) for what, box, values, *_ in entry["cands"] if what == kind]
            entry[kind] = (seen, *chances(dense, names, [one.values for one in seen]))
        seen = [Seen(values, box) for what, box, values, *_ in entry["cands"] if what == "s"]
        entry["s"] = (seen, probabilities(fold.straight, [one.values for one in seen])[:, 1])


def marks_of(entry: dict[str, Any], bars: Bars) -> list[Decided]:
    return decided(entry["c"], entry["l"], entry["s"], entry["mm"], bars)


def on(mark: Decided, box: tuple[float, ...]) -> bool:
    return mb.overlap(mark.box, (box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2)) > 0.3


def measured(entries: list[dict[str, Any]], bars: Bars) -> dict[str, Any]:
    found: dict[str, list[bool]] = defaultdict(list)
    named: dict[str, list[bool]] = defaultdict(list)
    real: dict[str, list[bool]] = defaultdict(list)
    real_named: dict[str, list[bool]] = defaultdict(list)
    without = unexplained = films = 0
    by_size: list[tuple[Placed, bool]] = []
    for entry in entries:
        marks = marks_of(entry, bars)
        if entry["variant"] < 0:
            if entry["has"] == "no":
                count = sum(mark.kind == METAL for mark in marks)
                without, unexplained, films = without + 1, unexplained + count, films + bool(count)
            for name, box in entry["boxes"]:
                here = [mark.kind for mark in marks if on(mark, box) and mark.kind not in NO_METAL]
                real[name].append(bool(here))
                real_named[name].append(KIND_OF[name] in here)
        for thing in entry["placed"]:
            here = [mark.kind for mark in marks if on(mark, thing.box)]
            hit = any(kind not in NO_METAL for kind in here)
            if thing.kind in DRAWN_METAL:
                by_size.append((thing, hit))
                for name, belongs in GROUPS.items():
                    if belongs(thing):
                        found[name].append(hit)
                        if entry["vet"]:
                            found[f"{name}, animals only"].append(hit)
            elif here:
                named[thing.kind].append(KIND_OF[mb.CLASS_OF[thing.kind]] in here)
    return {
        "bars": {"compact": bars.compact, "line": bars.line, "straight": bars.straight, "named": bars.named},
        "films_without_metal": without,
        "unexplained_marks_per_film": round(unexplained / without, 3),
        "films_with_unexplained_mark": films,
        "found": {name: rate(hits) for name, hits in sorted(found.items())},
        "named_of_those_marked": {name: rate(hits) for name, hits in sorted(named.items())},
        "all_distractors_named": rate([hit for hits in named.values() for hit in hits]),
        "real_found": {name: rate(hits) for name, hits in sorted(real.items())},
        "real_named": {name: rate(hits) for name, hits in sorted(real_named.items())},
        "curves": curves(by_size),
    }


def rate(hits: list[bool]) -> dict[str, Any]:
    """Count, share and its 95 % interval (Wilson)."""
    n, k = len(hits), sum(hits)
    z, p = 1.96, k / n if n else 0.0
    middle = (p + z * z / (2 * n)) / (1 + z * z / n) if n else 0.0
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n) if n else 0.5
    interval = [round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)]
    return {"found": k, "of": n, "share": round(p, 3), "interval_95": interval}


def curves(by_size: list[tuple[Placed, bool]]) -> dict[str, list[tuple[float, float]]]:
    """Share found against size and contrast; bins of at least eight."""
    lead = [(one.size_mm, hit) for one, hit in by_size if one.kind in LEAD]
    needles = [(one.size_mm, hit) for one, hit in by_size if one.kind == "needle"]
    contrast = [(one.contrast, hit) for one, hit in by_size if one.kind in LEAD and one.size_mm >= 1.5]
    thin = [(one.contrast, hit) for one, hit in by_size if one.kind == "needle" and one.size_mm >= 11]
    return {
        "lead_by_mm": binned(lead, (1, 1.5, 2, 2.5, 3, 4, 5, 7, 9)),
        "needle_by_mm": binned(needles, (8, 11, 15, 20, 25, 35, 60)),
        "lead_by_contrast": binned(contrast, (0.04, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7)),
        "needle_by_contrast": binned(thin, (0.04, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7)),
    }


def binned(pairs: list[tuple[float, bool]], edges: tuple[float, ...]) -> list[tuple[float, float]]:
    points = []
    for low, high in pairwise(edges):
        inside = [(x, hit) for x, hit in pairs if low <= x < high]
        if len(inside) >= 8:
            points.append(
                (round(float(np.mean([x for x, _ in inside])), 2), round(float(np.mean([h for _, h in inside])), 3))
            )
    return points


def draw(folder: Path, scores: dict[str, Any]) -> None:
    shown = scores["curves"]
    plots.write_line_plot(
        folder / "metal-size.svg",
        "Drawn metal found, by size",
        "size / 10 mm (lead: diameter), / 60 mm (needle: length)",
        "share found",
        {
            "lead": [(x / 10, y) for x, y in shown["lead_by_mm"]],
            "needle": [(x / 60, y) for x, y in shown["needle_by_mm"]],
        },
    )
    plots.write_line_plot(
        folder / "metal-contrast.svg",
        "Drawn metal found, by contrast",
        "brighter than its surroundings by, part of the film's range",
        "share found",
        {"lead from 1.5 mm": shown["lead_by_contrast"], "needle from 11 mm": shown["needle_by_contrast"]},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("candidates", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plots", type=Path, help="folder for the curves as SVG")
    parser.add_argument("--sweep", action="store_true", help="other bars as well")
    options = parser.parse_args()
    entries = pickle.loads(options.candidates.read_bytes())  # made by us a moment ago
    judged(entries)
    scores = measured(entries, BARS)
    if options.sweep:
        tried = [
            measured(entries, Bars(bar, bar, bar, max(bar, 0.6))) for bar in (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
        ]
        scores["sweep"] = [
            {key: one[key] for key in ("bars", "unexplained_marks_per_film", "films_with_unexplained_mark")}
            | {name: one["found"][name]["share"] for name in one["found"]}
            for one in tried
        ]
    if options.plots:
        draw(options.plots, scores)
    print(json.dumps(scores, indent=None if options.json else 2))
