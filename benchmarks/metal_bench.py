"""Films with metal and distractors drawn in, searched, and each candidate laid to what was drawn: for fitting the
detector and for measuring it. Films are those of a labelled set (``docs/reference/metal.md``); none is part of this."""

import argparse
import csv
import hashlib
import math
import pickle
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import made_metal as mm_
from holdfast.gateways.dicom.pixels import read_film
from holdfast.imaging.film import Film
from holdfast.imaging.metal.around import look_around
from holdfast.imaging.metal.compact import Candidate, candidates
from holdfast.imaging.metal.curvature import curvature
from holdfast.imaging.metal.lines import line_candidates
from holdfast.imaging.metal.preparing import Ready, prepared
from holdfast.imaging.metal.straight import straight_candidates
from holdfast.imaging.scale import no_scale

CLASS_OF = {
    **dict.fromkeys(mm_.METAL, "metal"),
    "microchip": "microchip",
    "clip": "clip",
    "plate": "implant",
    "screw": "implant",
    "pin": "implant",
    "lead_letter": "marker",
    "burned_text": "marker",
}
REAL_CLASS = {
    "airgun_pellet": "metal",
    "microchip": "microchip",
    "ecg_clip": "clip",
    "clip_external": "clip",
    "clamp_external": "clip",
    "pacemaker_or_icd": "implant",
    "metal_rods_external": "implant",
    "orthopaedic_nail": "implant",
    "orthopaedic_plate": "implant",
    "prosthesis": "implant",
    "prosthesis_or_plate": "implant",
    "screw": "implant",
    "spinal_hardware": "implant",
}
WHITE = 0.87
"""Of the film's range: nothing is drawn where it is as white as this; there the search says that it sees badly."""
STRONG = 0.25
"""On the labelled films without metal everything that stands out more was looked at: letters, text, corner dots."""
WRITTEN = {"vet/radiographqc_example_1.png": [(380.0, 1940.0, 790.0, 2010.0)]}
"""A fine scale along the side of one film, too faint for ``STRONG``."""


@dataclass
class Labelled:
    """One film of the set."""

    name: str
    film: Film
    has_metal: str
    complete: bool
    boxes: list[tuple[str, tuple[float, float, float, float]]]
    vet: bool


def labelled(folder: Path) -> list[Labelled]:
    rows = defaultdict(list)
    with (folder / "labels.csv").open() as file:
        for row in csv.DictReader(file):
            rows[row["file"]].append(row)
    films = []
    for name, of in rows.items():
        boxes = [
            (REAL_CLASS.get(r["kind"], "implant"), (float(r["y0"]), float(r["x0"]), float(r["y1"]), float(r["x1"])))
            for r in of
            if r["kind"]
        ]
        first = of[0]
        films.append(
            Labelled(
                name,
                read_film((folder / name).read_bytes()),
                first["has_metal"],
                first["all_metal_boxed"] == "yes",
                boxes,
                first["species"] != "human",
            )
        )
    return films


def all_candidates(ready: Ready) -> tuple[list[Candidate], list[Candidate], list[Candidate]]:
    curved = curvature(ready)
    compact, lines = candidates(ready), line_candidates(ready, curved)
    look_around(compact, lines, ready.mm)
    return compact, lines, straight_candidates(ready, curved)


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Shared area over the smaller of two boxes."""
    height = min(a[2], b[2]) - max(a[0], b[0])
    width = min(a[3], b[3]) - max(a[1], b[1])
    if height <= 0 or width <= 0:
        return 0.0
    return height * width / max(min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])), 1e-6)


def as_film(pixels: mm_.Grid, spacing_mm: float) -> Film:
    return Film(
        np.asarray(np.round(pixels * 255), dtype=np.uint16),
        8,
        None,
        no_scale("drawn into"),
        spacing_mm,
        simulated=True,
        problems=(),
    )


KINDS = (
    "ball",
    "pellet",
    "bullet",
    "fragment",
    "needle",
    "hook",
    "coin",
    "microchip",
    "clip",
    "plate",
    "screw",
    "pin",
    "lead_letter",
)
ODDS = np.array([0.17, 0.07, 0.04, 0.2, 0.24, 0.04, 0.03, 0.09, 0.06, 0.03, 0.05, 0.02, 0.05])


def variant(
    one: Labelled, rng: np.random.Generator, *, count: int, apart_mm: float = 40.0, kinds: tuple[str, ...] = ()
) -> tuple[Film, list[mm_.Placed]]:
    """The film with ``count`` things drawn in, and what they are."""
    ready = prepared(one.film)
    mm = ready.mm / ready.factor
    pixels = mm_.worn(one.film.as_float(), rng) if rng.random() < 0.7 else one.film.as_float().copy()
    how = mm_.beam(rng)
    placed: list[mm_.Placed] = []
    if not kinds and rng.random() < 0.5:
        placed += mm_.burn_text(pixels, rng, mm)
    for _ in range(count * 3):
        if len(placed) >= count:
            break
        kind = str(rng.choice(kinds)) if kinds else str(rng.choice(KINDS, p=ODDS / ODDS.sum()))
        size = None
        if kind in ("ball", "fragment"):
            size = float(np.exp(rng.uniform(np.log(max(1.0, 2.0 * mm)), np.log(9.0))))
        deep, material, size = mm_.thickness(kind, rng, mm, size)
        row, column = int(rng.uniform(0.02, 0.98) * one.film.rows), int(rng.uniform(0.02, 0.98) * one.film.columns)
        body = ready.body_mm[
            min(int(row / ready.factor) // 4, ready.body_mm.shape[0] - 1),
            min(int(column / ready.factor) // 4, ready.body_mm.shape[1] - 1),
        ]
        outside_too = kind in ("lead_letter", "clip", "pin")
        if body < (-25.0 if outside_too else 2.0) or pixels[row, column] > WHITE:
            continue
        half = max(deep.shape) / 2
        near = [
            p
            for p in placed
            if max(abs(p.row - row), abs(p.column - column)) * mm < apart_mm + (half + p.half) * mm * 0.6
        ]
        real = [b for _, b in one.boxes if b[0] - 60 < row < b[2] + 60 and b[1] - 60 < column < b[3] + 60]
        if near or real:
            continue
        background, contrast, box = mm_.draw(pixels, deep, material, (row, column), mm, how)
        if contrast < 0.04:
            continue
        turn = mm_.direction(deep) if kind == "needle" else math.nan
        placed.append(mm_.Placed(kind, size, row, column, half, background, contrast, box, turn))
    return as_film(pixels, mm * rng.uniform(0.85, 1.2)), placed


def matched(box: tuple[float, ...], thing: tuple[float, ...], slack: float) -> str:
    """full: the candidate is this thing; part: it shares something with it; else empty."""
    grown = (thing[0] - slack, thing[1] - slack, thing[2] + slack, thing[3] + slack)
    share = overlap(box, grown)
    if share <= 0:
        return ""
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    inside = grown[0] <= middle[0] <= grown[2] and grown[1] <= middle[1] <= grown[3]
    side, other = max(box[2] - box[0], box[3] - box[1]), max(thing[2] - thing[0], thing[3] - thing[1])
    return "full" if inside and 0.35 * other - slack <= side <= 1.8 * other + 2 * slack else "part"


def hit(box: tuple[float, ...], _: dict[str, float], placed: list[mm_.Placed], boxes: list[Any], mm: float) -> str:
    """class:full or class:part of what a candidate lies on; empty where it lies on nothing known."""
    found = ""
    for thing in placed:
        match = matched(box, thing.box, max(2.0, 0.6 / mm))
        if match and (not found or match == "full"):
            found = f"{CLASS_OF[thing.kind]}:{match}"
    for name, real in boxes:
        if match := matched(box, real, 4):
            found = f"{name}:{match}"
    return found


def straight_hit(
    box: tuple[float, ...], values: dict[str, float], placed: list[mm_.Placed], boxes: list[Any], mm: float
) -> str:
    """The same of a straight line, by where its axis runs: a rib that crosses a needle's box is a rib."""
    middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    whole = np.array([box[2] - box[0], (box[3] - box[1]) * (1.0 if values["falls"] else -1.0)])
    length = max(float(np.hypot(*whole)), 1e-6)
    near = False
    for thing in placed:
        if thing.kind != "needle":
            continue
        way = np.array([math.sin(thing.turn), math.cos(thing.turn)])
        away = middle - np.array([thing.row, thing.column])
        off = abs(float(away @ np.array([way[1], -way[0]]))) * mm
        alike = abs(float(whole @ way)) / length
        along, half, reach = float(away @ way), thing.size_mm / mm / 2, length * alike / 2
        shared = min(along + reach, half) - max(along - reach, -half)
        if alike > 0.99 and off < 1.2 + 0.3 * mm + 0.7 * mm and shared > max(0.5 * length, 0.35 * 2 * half):
            return "metal:full"
        near |= (shared > 0 and off < 4.0) or bool(matched(box, thing.box, 2.0))
    for thing in placed:
        if thing.kind != "needle" and _holds(thing.box, middle, 1.0 / mm):
            return f"{CLASS_OF[thing.kind]}:part"
    for name, real in boxes:
        if _holds(real, middle, 4.0):
            return f"{name}:part"
    return "metal:part" if near else ""


def _holds(box: tuple[float, ...], at: NDArray[np.float64], slack: float) -> bool:
    return bool(box[0] - slack <= at[0] <= box[2] + slack and box[1] - slack <= at[1] <= box[3] + slack)


def bench(folder: Path, vet_variants: int, other_variants: int, seed: int) -> list[dict[str, Any]]:
    """Every film as it is and with things drawn in, searched: one entry for each, with its candidates."""
    entries = []
    for number, one in enumerate(sorted(labelled(folder), key=lambda film: not film.vet)):
        if one.has_metal == "uncertain":
            continue
        entry = _entry(folder, one, prepared(one.film), -1, [], [])
        letters = [c[1] for c in entry["cands"] if c[0] == "c" and not c[3] and c[2]["stable"] > STRONG]
        letters += WRITTEN.get(one.name, [])
        entries.append(entry | {"letters": letters})
        for v in range((vet_variants if one.vet else other_variants) if one.complete else 0):
            rng = np.random.default_rng([seed, number, v])
            film, placed = variant(one, rng, count=14 if one.vet else 6, apart_mm=28.0)
            entries.append(_entry(folder, one, prepared(film), v, placed, letters))
        print(one.name, flush=True)
    return entries


def _entry(
    folder: Path, one: Labelled, ready: Ready, number: int, placed: list[mm_.Placed], letters: list[Any]
) -> dict[str, Any]:
    found = []
    mm = ready.mm / ready.factor
    for kind, group in zip("cls", all_candidates(ready), strict=True):
        for candidate in group:
            box = tuple(edge * ready.factor for edge in candidate.box)
            told = straight_hit if kind == "s" else hit
            found.append((kind, box, candidate.values, told(box, candidate.values, placed, one.boxes, mm)))
    return {
        "film": one.name,
        "sha256": hashlib.sha256((folder / one.name).read_bytes()).hexdigest(),
        "vet": one.vet,
        "has": one.has_metal,
        "complete": one.complete,
        "variant": number,
        "placed": placed,
        "boxes": one.boxes,
        "cands": found,
        "letters": letters,
        "mm": mm,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with labels.csv and its films")
    parser.add_argument("candidates", type=Path, help="file to write")
    parser.add_argument("--variants", type=int, nargs=2, default=(6, 1), help="of each film of an animal, of a person")
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args()
    options.candidates.write_bytes(pickle.dumps(bench(options.folder, *options.variants, options.seed)))
