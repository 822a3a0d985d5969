"""From candidates and what the trees say of each to marks: one for each thing, named, or called metal unexplained."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

METAL = "metal_unexplained"
KIND_OF = {
    "metal": METAL,
    "marker": "marker_or_text",
    "microchip": "microchip",
    "clip": "ecg_clip_or_lead",
    "implant": "implant",
}
COLLIMATOR = "collimator_edge"
OUTSIDE = "outside_animal"

_METAL_ITSELF = 0.65
"""Of what is no anatomy, the part that must speak for metal unexplained before a known thing is ruled out."""
_LINE_MM = 10.0
"""Shorter lines are not marked: most are edges of bone, and needles as short are mostly missed by people as well."""
_LONG_MM = 24.0
"""No letter has a stroke, no microchip a length beyond this."""
_CANNOT_BE_LONG = {"line": ("marker",), "compact": ("microchip",)}

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Bars:
    """How sure the trees must be before something is marked."""

    compact: float = 0.7
    """Probability that a region is no anatomy, to mark it as metal unexplained."""
    line: float = 0.3
    """The same of a thin line."""
    named: float = 0.76
    """The same, to mark either under the name of something known."""


@dataclass(frozen=True)
class Decided:
    """One mark: which candidate it is, and as what."""

    source: str
    """compact or line."""
    index: int
    kind: str
    confidence: float
    """That it is as dense as metal: 1 - probability of anatomy."""
    names: tuple[tuple[str, float], ...]
    """Kinds with their probabilities, the likeliest first; anatomy as dense_bone."""
    box: Box


class Seen(Protocol):
    """A candidate, wherever it comes from."""

    @property
    def values(self) -> dict[str, float]: ...

    @property
    def box(self) -> Box: ...


def decided(
    compact: tuple[Sequence[Seen], NDArray[np.float64], Sequence[str]],
    lines: tuple[Sequence[Seen], NDArray[np.float64], Sequence[str]],
    mm: float,
    bars: Bars,
) -> list[Decided]:
    """Candidates, what the trees say of each, and the names of that, of regions and of lines. ``mm`` is the size of a
    pixel in which their boxes are given."""
    found: list[Decided] = []
    for source, (seen, chances, names), bar in (("compact", compact, bars.compact), ("line", lines, bars.line)):
        for k, candidate in enumerate(seen):
            if mark := _of_one(source, k, candidate.values, candidate.box, chances[k], names, bar, bars.named):
                found.append(mark)
    found.sort(key=lambda one: -_rank(one))
    kept: list[Decided] = []
    for one in found:
        if not any(_same_thing(one, other, mm) for other in kept):
            kept.append(one)
    return kept


def _of_one(
    source: str,
    k: int,
    row: dict[str, float],
    box: Box,
    chances: NDArray[np.float64],
    names: Sequence[str],
    bar: float,
    named: float,
) -> Decided | None:
    by_name = dict(zip(names, (float(one) for one in chances), strict=True))
    anatomy = by_name.pop("anatomy")
    for name in _CANNOT_BE_LONG.get(source, ()):
        if row["long_mm" if source == "compact" else "length_mm"] > _LONG_MM:
            by_name["metal"] += by_name.pop(name, 0.0)
    if by_name["metal"] < _METAL_ITSELF * (1.0 - anatomy):
        by_name["metal"] *= 0.5  # one of the others, unless none of them is likely at all
    name = max(by_name, key=lambda one: by_name[one])
    if 1.0 - anatomy < (bar if name == "metal" else named):
        return None
    kind = KIND_OF[name]
    if source == "line" and row["length_mm"] < _LINE_MM:
        return None
    if _is_edge(row, "long_mm" if source == "compact" else "length_mm"):
        kind = COLLIMATOR
    elif source == "compact" and name != "microchip" and _is_ruled(row):
        kind = KIND_OF["marker"]
    elif name == "metal" and _is_outside(row):
        kind = OUTSIDE
    ranked = sorted(
        (*((KIND_OF[n], p) for n, p in by_name.items()), ("dense_bone", anatomy)), key=lambda item: -item[1]
    )
    return Decided(source, k, kind, 1.0 - anatomy, tuple(ranked), box)


def _is_edge(row: dict[str, float], length: str) -> bool:
    """A long straight bar along the border of the picture."""
    straight = row["upright"] > 0.995 or row["upright"] < 0.1
    return row["border_mm"] <= 1.0 and row[length] > 20.0 and straight and row["moment_aspect"] > 6.0


def _is_ruled(row: dict[str, float]) -> bool:
    """A stroke exactly along the rows or columns, with the edges of something written and not of something pictured."""
    along = row["upright"] > 0.999 or row["upright"] < 0.02
    return along and row["aspect"] > 5.0 and row["edge_px"] > 0.5


def _is_outside(row: dict[str, float]) -> bool:
    """Well away from the animal, with air all around."""
    return row.get("air_around", row.get("air", 0.0)) > 0.9 and row["body_mm"] < -4.0


def _rank(one: Decided) -> float:
    """Compact marks before lines of the same thing, sure ones before others."""
    return one.confidence + (0.3 if one.source == "compact" else 0.0)


def _same_thing(one: Decided, other: Decided, mm: float) -> bool:
    a, b = one.box, other.box
    height, width = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = height * width if height > 0 and width > 0 else 0.0
    least = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    if shared > 0.4 * least:
        return True
    if one.kind == other.kind and one.kind in ("marker_or_text", "ecg_clip_or_lead", "implant"):
        gap = 6.0 / mm if one.kind != "marker_or_text" else 3.0 / mm
        return height > -gap and width > -gap
    return False
