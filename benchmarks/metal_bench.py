"""Films with metal and distractors drawn in, searched, and each candidate laid to what was drawn: for fitting the
detector and for measuring it. Films are those of a labelled set (``docs/reference/metal.md``); none is part of this."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import made_metal as mm_
from holdfast.gateways.dicom.pixels import read_film
from holdfast.imaging.film import Film
from holdfast.imaging.metal.around import look_around
from holdfast.imaging.metal.compact import Candidate, candidates
from holdfast.imaging.metal.lines import line_candidates
from holdfast.imaging.metal.preparing import Ready, prepared

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
STRONG = 0.25
"""On the labelled films without metal everything that stands out more was looked at: letters, text, corner dots."""


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


def all_candidates(ready: Ready) -> tuple[list[Candidate], list[Candidate]]:
    compact, lines = candidates(ready), line_candidates(ready)
    look_around(compact, lines, ready.mm)
    return compact, lines


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Shared area over the smaller of two boxes."""
    height = min(a[2], b[2]) - max(a[0], b[0])
    width = min(a[3], b[3]) - max(a[1], b[1])
    if height <= 0 or width <= 0:
        return 0.0
    return height * width / max(min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])), 1e-6)


def as_film(like: Film, pixels: mm_.Grid) -> Film:
    return Film(
        np.asarray(np.round(pixels * 255), dtype=np.uint16),
        8,
        None,
        like.scale,
        like.spacing_hint_mm,
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
ODDS = np.array([0.17, 0.07, 0.04, 0.2, 0.17, 0.04, 0.03, 0.09, 0.06, 0.03, 0.05, 0.02, 0.05])


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
        if body < (-25.0 if outside_too else 2.0) or pixels[row, column] > 0.93:
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
        placed.append(mm_.Placed(kind, size, row, column, half, background, contrast, box))
    return as_film(one.film, pixels), placed


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
