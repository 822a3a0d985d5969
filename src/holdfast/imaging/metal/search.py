"""A film searched for metal: marks with place, size, brightness, shape, how sure, and what each might be instead.

No mark never means no metal: what was searched for, and how badly it can see on this film, is part of the answer.
"""

from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from holdfast.imaging.film import Film
from holdfast.imaging.metal.around import look_around
from holdfast.imaging.metal.compact import Candidate, candidates
from holdfast.imaging.metal.curvature import curvature
from holdfast.imaging.metal.deciding import COLLIMATOR, METAL, OUTSIDE, Bars, Decided, decided
from holdfast.imaging.metal.forest import Weights, chances, probabilities, read_weights
from holdfast.imaging.metal.lines import line_candidates
from holdfast.imaging.metal.preparing import Ready, prepared
from holdfast.imaging.metal.straight import straight_candidates
from holdfast.record.imaging_events import MetalMark, Plane

DETECTOR = "holdfast-metal 2"
BARS = Bars()
SEARCHED = (
    "Metal and what is as dense: compact pieces from 1.5 mm, needles and wires from 11 mm. Smaller ones are mostly "
    "missed. No mark does not mean that there is no metal."
)
INSTEAD = {
    METAL: "metal that nothing here explains",
    "marker_or_text": "a marker or letters written into the picture",
    "microchip": "a microchip",
    "ecg_clip_or_lead": "an ECG clip or lead",
    "implant": "an implant, plate, screw or pin",
    COLLIMATOR: "the edge of the collimator",
    "dense_bone": "dense bone, or bone seen end on",
    OUTSIDE: "something beside the animal: a marker, the table, the cassette",
}
_TOLD_FROM = 0.04
"""Probability from which another explanation is told."""
_CLIPPED_TOLD, _CONTRAST_TOLD = 0.02, 0.35
_MARKS_MAX = 40
_SIDE_MIN = 64
"""Pixels; a smaller picture is a thumbnail."""


@dataclass(frozen=True)
class Search:
    """What came of it."""

    marks: tuple[MetalMark, ...]
    searched: str
    limits: tuple[str, ...]


def shipped_weights() -> Weights:
    """The trees that search."""
    return _shipped("weights.json")[0]


def shipped_folds() -> tuple[Weights, ...]:
    """Trees fitted without some films each: to measure the films of the development set with, never to search with."""
    return _shipped("weights_folds.json")


def _shipped(name: str) -> tuple[Weights, ...]:
    return read_weights(files("holdfast.imaging.metal").joinpath(name).read_bytes())


def search(film: Film, weights: Weights, bars: Bars = BARS) -> Search:
    """Look for metal on a film."""
    if min(film.rows, film.columns) < _SIDE_MIN:
        return Search((), "", (f"Not searched: {film.columns} x {film.rows} pixels are too few.", *film.problems))
    ready = prepared(film)
    curved = curvature(ready)
    compact, lines, straight = candidates(ready), line_candidates(ready, curved), straight_candidates(ready, curved)
    look_around(compact, lines, ready.mm)
    found = decided(
        (compact, *chances(weights.compact, weights.compact_names, [one.values for one in compact])),
        (lines, *chances(weights.lines, weights.lines_names, [one.values for one in lines])),
        (straight, probabilities(weights.straight, [one.values for one in straight])[:, 1]),
        ready.mm,
        bars,
    )
    sources = {"compact": compact, "line": lines, "straight": straight}
    found = sorted(found, key=lambda one: (one.kind != METAL, -one.confidence))
    marks = tuple(
        _mark(f"m{number}", film, ready, one, sources[one.source][one.index])
        for number, one in enumerate(found[:_MARKS_MAX], start=1)
    )
    return Search(marks, SEARCHED, _limits(film, ready, len(found)))


def _mark(mark_id: str, film: Film, ready: Ready, one: Decided, candidate: Candidate) -> MetalMark:
    top, left, bottom, right = (edge * ready.factor for edge in candidate.box)
    values = candidate.values
    line = one.source != "compact"
    long_mm, short_mm = (values["length_mm"], None) if line else (values["long_mm"], values["short_mm"])
    known = film.scale.plane is not Plane.UNKNOWN
    others = [
        INSTEAD[kind] for kind, chance in one.names if kind != one.kind and kind != METAL and chance >= _TOLD_FROM
    ]
    if one.kind != METAL and dict(one.names).get(METAL, 0.0) >= _TOLD_FROM:
        others.insert(0, INSTEAD[METAL])
    if not others:
        # However sure the trees are, the next likeliest thing is said: nothing here is certain.
        others = [INSTEAD[kind] for kind, _ in sorted(one.names, key=lambda n: -n[1]) if kind != one.kind][:1]
    return MetalMark(
        mark_id=mark_id,
        row=round((top + bottom) / 2, 1),
        column=round((left + right) / 2, 1),
        height_px=round(bottom - top, 1),
        width_px=round(right - left, 1),
        outline=_outline(candidate, ready.factor),
        long_mm=round(long_mm, 1) if known else None,
        short_mm=round(short_mm, 1) if known and short_mm is not None else None,
        brightness=round(values["line_contrast_raw"] if line else max(values["raw_contrast"], 0.0), 3),
        shape=_shape(values, line=line),
        kind=one.kind,
        confidence=round(min(one.confidence, 0.999), 3),
        instead=tuple(others),
    )


def _shape(values: dict[str, float], *, line: bool) -> str:
    if line:
        return "bent_line" if values["bow"] > 0.06 else "line"
    if values["aspect"] < 1.35 and values["box_filled"] > 0.6:
        return "round"
    if values["box_filled"] > 0.6 and values["aspect"] >= 1.35:
        return "sheet" if values["area_mm2"] > 150 else "elongated"
    return "irregular"


def _outline(candidate: Candidate, factor: float) -> tuple[tuple[float, float], ...]:
    """Its silhouette in pixels of the film: down the left side of its rows and up the right, at most 24 corners."""
    mask = candidate.mask
    rows = np.unique(np.linspace(0, mask.shape[0] - 1, min(12, mask.shape[0])).round().astype(int))
    left, right = [], []
    for row in rows:
        columns = np.nonzero(mask[row])[0]
        if columns.size:
            left.append((row, columns[0]))
            right.append((row, columns[-1] + 1))
    scale = candidate.step * factor
    return tuple(
        (
            round(candidate.top * factor + (float(r) + 0.5) * scale, 1),
            round(candidate.left * factor + float(c) * scale, 1),
        )
        for r, c in (*left, *reversed(right))
    )


def _limits(film: Film, ready: Ready, found: int) -> tuple[str, ...]:
    said = list(film.problems)
    if film.scale.plane is Plane.UNKNOWN:
        said.append(f"No size in mm: {film.scale.why}.")
        if film.spacing_hint_mm is None:
            said.append("How large a pixel is was guessed from the picture's size to choose what is looked for.")
    elif film.scale.plane is Plane.DETECTOR:
        said.append("Sizes are in the plane of the detector: a thing in the animal is smaller, by its height above it.")
    if ready.clipped > _CLIPPED_TOLD:
        said.append(
            f"{ready.clipped:.0%} of the animal is as white as the film can show: metal there cannot be seen at all."
        )
    if ready.contrast < _CONTRAST_TOLD:
        said.append("The film uses little of its range: faint metal may be missed.")
    if ready.mm > 0.35:
        said.append(
            f"A pixel is about {ready.mm:.1f} mm: pieces below {4 * ready.mm:.1f} mm and needles may be missed."
        )
    if found > _MARKS_MAX:
        said.append(f"More than {_MARKS_MAX} marks: only the surest are shown.")
    return tuple(said)
