"""Scorecard of the search for metal: labelled films, or the public VetXRay set by its tag ``foreign_body``.

An object (a labelled box) is found when a mark that says metal or a device of metal lies on it. False marks are such
marks on films labelled as without metal; letters, text and edges named as what they are do not count as false, and are
counted apart. A film that the shipped trees were fitted with is searched with trees that have not seen it.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.gateways.dicom.pixels import read_film
from holdfast.imaging.metal.deciding import METAL
from holdfast.imaging.metal.forest import Weights
from holdfast.imaging.metal.search import DETECTOR, search, shipped_folds, shipped_weights
from holdfast.kernel.errors import HoldfastError, OperatorError
from holdfast.record.imaging_events import MetalMark

OF_METAL = frozenset({METAL, "microchip", "implant", "ecg_clip_or_lead"})
"""Kinds of mark that say: this is metal."""
_RIGHT_KIND = {
    "microchip": "microchip",
    "ecg_clip": "ecg_clip_or_lead",
    "clip_external": "ecg_clip_or_lead",
    "clamp_external": "ecg_clip_or_lead",
    "ecg_lead": "ecg_clip_or_lead",
    "pacemaker_or_icd": "implant",
    "metal_rods_external": "implant",
    "orthopaedic_nail": "implant",
    "orthopaedic_plate": "implant",
    "prosthesis": "implant",
    "prosthesis_or_plate": "implant",
    "screw": "implant",
    "spinal_hardware": "implant",
}
"""What a labelled kind should be called; any other label is a foreign body, or nothing we name."""
_SLACK = 0.01
"""Of the film's longer side: a mark may lie that far beside its box."""
_ONE_FILM = "Only one licensed film of the development set holds a true metallic foreign body: it proves no rate."

Box = tuple[float, float, float, float]
"""Top, left, bottom, right in pixels of the film."""


@dataclass
class LabelledFilm:
    """The rows of one film."""

    file: str
    source: str
    has_metal: str
    objects: list[tuple[str, Box, bool]]
    """(kind, box, whether it is a foreign body)."""


def run(labels: Path, images: Path) -> dict[str, Any]:
    """Search every film of a labels file; raises ``OperatorError`` when it cannot be read."""
    finder = _Finder()
    films = _labelled(labels)
    tally = _Tally()
    for film in films:
        path = images / film.file
        if not path.is_file():
            path = images / Path(film.file).name
        try:
            marks, size = finder.marks(path)
        except (OSError, HoldfastError) as error:
            tally.problems.append(f"{film.file}: {error}")
            continue
        tally.take(film, marks, size)
    return tally.scores() | {
        "detector": DETECTOR,
        "films_searched_by_trees_that_had_not_seen_them": finder.held_out,
        "note": _ONE_FILM,
    }


def run_vetxray(directory: Path, tag: str = "foreign_body") -> dict[str, Any]:
    """Films of the VetXRay set (Zenodo 10.5281/zenodo.19051776): whether those tagged are marked, and how many others.

    Its tags name no kind of material and no place: what is counted is films, not objects.
    """
    tagged = _vetxray_tags(directory)
    finder = _Finder()
    counts: dict[str, int] = defaultdict(int)
    problems = []
    for path in sorted(one for one in directory.rglob("*") if one.suffix.lower() in (".dcm", ".dicom")):
        has = tag in tagged.get(path.stem, tagged.get(path.name, frozenset()))
        try:
            marks, _ = finder.marks(path)
        except (OSError, HoldfastError) as error:
            problems.append(f"{path.name}: {error}")
            continue
        kind = "tagged" if has else "others"
        counts[kind] += 1
        counts[f"{kind}_marked"] += any(mark.kind == METAL for mark in marks)
    if not counts:
        raise OperatorError(f"There is no DICOM file in {directory}.", "Unpack the set there.")
    return {
        "images": counts["tagged"] + counts["others"],
        "tag": tag,
        "films_tagged": counts["tagged"],
        "films_tagged_marked": counts["tagged_marked"],
        "films_without_tag": counts["others"],
        "films_without_tag_marked": counts["others_marked"],
        "sensitivity": _part(counts["tagged_marked"], counts["tagged"]),
        "problems": problems,
        "detector": DETECTOR,
        "note": "A film counts as tagged when the set's own table names it; foreign bodies there need not be metal.",
    }


class _Finder:
    """Searches files with the shipped trees, or those of the fold that left the film out."""

    def __init__(self) -> None:
        self._weights = shipped_weights()
        self._folds = {sha: fold for fold in shipped_folds() for sha in fold.left_out}
        self.held_out = 0

    def marks(self, path: Path) -> tuple[tuple[MetalMark, ...], tuple[int, int]]:
        data = path.read_bytes()
        weights: Weights = self._weights
        if fold := self._folds.get(hashlib.sha256(data).hexdigest()):
            weights = fold
            self.held_out += 1
        film = read_film(data)
        return search(film, weights).marks, (film.rows, film.columns)


class _Tally:
    """What was found so far."""

    def __init__(self) -> None:
        self.images = self.without = self.false = self.unexplained = self.named_else = 0
        self.problems: list[str] = []
        self.kinds: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.sources: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.offsets: list[float] = []

    def take(self, film: LabelledFilm, marks: Sequence[MetalMark], size: tuple[int, int]) -> None:
        self.images += 1
        source = self.sources[film.source]
        source["images"] += 1
        metal = [mark for mark in marks if mark.kind in OF_METAL]
        if film.has_metal == "no":
            self.without += 1
            self.false += len(metal)
            source["images_without_metal"] += 1
            source["false_marks"] += len(metal)
            self.unexplained += any(mark.kind == METAL for mark in metal)
        self.named_else += len(marks) - len(metal)
        slack = _SLACK * max(size)
        for kind, box, foreign in film.objects:
            on = [mark for mark in metal if _lies_on(mark, box, slack)]
            right = METAL if foreign else _RIGHT_KIND.get(kind, METAL)
            row = self.kinds[kind]
            row["objects"] += 1
            row["found"] += bool(on)
            row["named_right"] += any(mark.kind == right for mark in on)
            source["objects"] += 1
            source["found"] += bool(on)
            if on:
                middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
                side = max(box[2] - box[0], box[3] - box[1], 1.0)
                self.offsets.append(min(max(abs(m.row - middle[0]), abs(m.column - middle[1])) / side for m in on))

    def scores(self) -> dict[str, Any]:
        objects = sum(row["objects"] for row in self.kinds.values())
        found = sum(row["found"] for row in self.kinds.values())
        self.offsets.sort()
        return {
            "images": self.images,
            "objects": objects,
            "sensitivity": _part(found, objects),
            "false_marks_per_image": _part(self.false, self.without),
            "films_with_unexplained_mark": self.unexplained,
            "by_kind": {
                kind: dict(row) | {"sensitivity": _part(row["found"], row["objects"])}
                for kind, row in sorted(self.kinds.items())
            },
            "objects_found": found,
            "images_without_metal": self.without,
            "false_marks": self.false,
            "marks_named_as_no_metal": self.named_else,
            "localisation_median_of_side": round(self.offsets[len(self.offsets) // 2], 3) if self.offsets else None,
            "by_source": {name: dict(row) for name, row in sorted(self.sources.items())},
            "problems": self.problems,
        }


def _lies_on(mark: MetalMark, box: Box, slack: float) -> bool:
    """Its middle is on the box, or they share most of the smaller one."""
    if box[0] - slack <= mark.row <= box[2] + slack and box[1] - slack <= mark.column <= box[3] + slack:
        return True
    half_h, half_w = mark.height_px / 2, mark.width_px / 2
    height = min(box[2], mark.row + half_h) - max(box[0], mark.row - half_h)
    width = min(box[3], mark.column + half_w) - max(box[1], mark.column - half_w)
    least = min((box[2] - box[0]) * (box[3] - box[1]), max(mark.height_px * mark.width_px, 1.0))
    return height > 0 and width > 0 and height * width > 0.5 * least


def _labelled(labels: Path) -> list[LabelledFilm]:
    films: dict[str, LabelledFilm] = {}
    line = 1
    try:
        with labels.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                line += 1
                film = films.setdefault(
                    row["file"], LabelledFilm(row["file"], row.get("set") or "all", row["has_metal"], [])
                )
                if row.get("kind") and row.get("x0"):
                    box = tuple(float(row[key]) for key in ("y0", "x0", "y1", "x1"))
                    assert len(box) == 4
                    film.objects.append((row["kind"], box, row.get("has_metal_foreign_body") == "yes"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OperatorError(f"Cannot read {labels}: {error}.", "Give a CSV file.") from None
    except KeyError as error:
        raise OperatorError(
            f"{labels} has no column {error}.", "See docs/reference/metal.md for its columns."
        ) from None
    except ValueError as error:
        raise OperatorError(f"{labels}, line {line}: {error}.", "Boxes are x0,y0,x1,y1 in pixels.") from None
    return list(films.values())


def _vetxray_tags(directory: Path) -> dict[str, frozenset[str]]:
    """Tags by file name without its end, from whatever tables lie with the set: a row's first cell that names a file,
    and every word of its other cells."""
    tags: dict[str, frozenset[str]] = {}
    for path in sorted(directory.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            for row in csv.reader(file):
                words = frozenset(
                    word.strip() for cell in row for word in cell.replace(";", ",").replace("|", ",").split(",")
                )
                for cell in row[:3]:
                    if cell.strip():
                        tags[Path(cell.strip()).stem] = tags.get(Path(cell.strip()).stem, frozenset()) | words
    return tags


def _part(some: int, of: int) -> float | None:
    return round(some / of, 4) if of else None
