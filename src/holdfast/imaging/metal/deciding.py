"""From candidates and what the trees say of each to marks: one for each thing, named, or called metal unexplained."""

import math
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

_FIRST = {"compact": 0.3, "line": 0.0, "straight": 0.15}
"""What a mark is ahead of others of the same thing."""
_BESIDE_MM = 3.0
"""Farther from a straight line, a thing is another."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Bars:
    """How sure the trees must be before something is marked."""

    compact: float = 0.7
    """Probability that a region is no anatomy, to mark it as metal unexplained."""
    line: float = 0.3
    """The same of a thin line."""
    straight: float = 0.5
    """Probability that a straight line is a needle, to mark it."""
    named: float = 0.76
    """The same, to mark either under the name of something known."""


@dataclass(frozen=True)
class Decided:
    """One mark: which candidate it is, and as what."""

    source: str
    """compact, line or straight."""
    index: int
    kind: str
    confidence: float
    """That it is as dense as metal: 1 - probability of anatomy. Of a straight line, that it is a needle."""
    names: tuple[tuple[str, float], ...]
    """Kinds with their probabilities, the likeliest first; anatomy as dense_bone."""
    box: Box
    falls: bool = False
    """Of a straight line: which diagonal of its box it is, the falling or the rising one."""


class Seen(Protocol):
    """A candidate, wherever it comes from."""

    @property
    def values(self) -> dict[str, float]: ...

    @property
    def box(self) -> Box: ...


def decided(
    compact: tuple[Sequence[Seen], NDArray[np.float64], Sequence[str]],
    lines: tuple[Sequence[Seen], NDArray[np.float64], Sequence[str]],
    straight: tuple[Sequence[Seen], NDArray[np.float64]],
    mm: float,
    bars: Bars,
) -> list[Decided]:
    """Candidates, what the trees say of each, and the names of that, of regions and of lines; straight lines with the
    probability that each is a needle. ``mm`` is the size of a pixel in which their boxes are given."""
    found: list[Decided] = []
    for source, (seen, chances, names), bar in (("compact", compact, bars.compact), ("line", lines, bars.line)):
        for k, candidate in enumerate(seen):
            if mark := _of_one(source, k, candidate.values, candidate.box, chances[k], names, bar, bars.named):
                found.append(mark)
    for k, (candidate, chance) in enumerate(zip(*straight, strict=True)):
        if chance >= bars.straight and candidate.values["length_mm"] >= _LINE_MM:
            found.append(_needle(k, candidate, float(chance)))
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


def _needle(k: int, candidate: Seen, chance: float) -> Decided:
    row = candidate.values
    kind = COLLIMATOR if _is_edge(row, "length_mm") else OUTSIDE if _is_outside(row) else METAL
    ranked = sorted(((METAL, chance), ("dense_bone", 1.0 - chance)), key=lambda item: -item[1])
    return Decided("straight", k, kind, chance, tuple(ranked), candidate.box, falls=row["falls"] > 0)


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
    return one.confidence + _FIRST[one.source]


def _touches(line: Decided, box: Box, mm: float) -> bool:
    """The box's middle lies on the line, or the line's middle in the box: a pellet beside a needle that runs across the
    picture lies in the needle's box, and is another thing."""
    top, left, bottom, right = line.box
    if box[0] <= (top + bottom) / 2 <= box[2] and box[1] <= (left + right) / 2 <= box[3]:
        return True
    down, along = bottom - top, (right - left) * (1.0 if line.falls else -1.0)
    row, column = (box[0] + box[2]) / 2 - (top + bottom) / 2, (box[1] + box[3]) / 2 - (left + right) / 2
    return abs(row * along - column * down) * mm < _BESIDE_MM * math.hypot(down, along)


def _same_thing(one: Decided, other: Decided, mm: float) -> bool:
    if (one.source == "straight") != (other.source == "straight"):
        line, thing = (one, other) if one.source == "straight" else (other, one)
        if not _touches(line, thing.box, mm):
            return False
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
