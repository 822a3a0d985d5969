"""The body chart: where the regions of the knowledge lie on a standing dog, seen from each side.

Drawn for the left side, the dog facing left; the right side is its mirror image. Both sides are
always on screen: a chart that must first be turned invites presses on the wrong side. Midline
regions can be pressed on either. Units are those of the view box.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.knowledge.model import Region
from holdfast.record.case_entries import TouchEntry
from holdfast.record.events import TouchResponse

WIDTH = 700
HEIGHT = 400
MIDLINE = "midline"


@dataclass(frozen=True)
class Shape:
    """A region's outline (SVG path) and the place of its mark."""

    path: str
    x: int
    y: int


SHAPES: dict[str, Shape] = {
    "muzzle": Shape("M38,124 Q44,110 66,108 L92,98 L104,150 Q80,160 56,154 Q36,148 38,124Z", 72, 130),
    "head": Shape("M92,98 Q100,74 126,68 Q134,38 160,42 Q170,62 164,84 L174,92 L156,162 Q130,166 104,150Z", 132, 112),
    "spine_cervical": Shape("M174,92 Q218,96 262,114 L258,152 Q206,140 166,128Z", 216, 122),
    "neck": Shape("M166,128 Q206,140 258,152 L214,232 Q188,200 156,162Z", 206, 174),
    "shoulder": Shape("M258,152 L288,152 L284,246 L226,250 L214,232Z", 256, 206),
    "forelimb_upper": Shape("M226,250 L284,246 L294,278 L284,322 L246,322Z", 266, 284),
    "forelimb_lower": Shape("M246,322 L284,322 L280,376 Q280,390 266,390 L236,390 Q230,380 248,374Z", 264, 356),
    "spine_thoracic": Shape("M262,114 Q340,126 420,120 L436,156 L258,152Z", 344, 138),
    "thorax_cranial": Shape("M288,152 L338,154 L338,244 L284,246Z", 312, 198),
    "thorax_mid": Shape("M338,154 L388,155 L388,242 L338,244Z", 363, 198),
    "thorax_caudal": Shape("M388,155 L436,156 Q442,202 420,240 L388,242Z", 411, 198),
    "sternum": Shape("M284,246 L420,240 L412,266 Q360,292 294,278Z", 348, 263),
    "spine_lumbar": Shape("M420,120 Q490,112 556,112 L560,156 L436,156Z", 492, 136),
    "abdomen_cranial": Shape("M436,156 L480,156 L480,254 Q446,264 412,266 L420,240 Q442,202 436,156Z", 456, 206),
    "abdomen_mid": Shape("M480,156 L522,156 L522,242 L480,254Z", 501, 202),
    "abdomen_caudal": Shape("M522,156 L560,156 L556,184 L548,226 L522,242Z", 538, 196),
    "pelvis": Shape("M556,112 Q604,112 636,136 L624,184 L556,184 L560,156Z", 592, 150),
    "perineum": Shape("M636,136 L654,152 Q658,192 640,214 L618,210 L624,184Z", 637, 182),
    "tail": Shape("M636,136 Q668,128 688,164 Q698,196 692,240 Q682,246 676,236 Q678,184 654,152Z", 678, 176),
    "hindlimb_upper": Shape(
        "M556,184 L624,184 L618,210 L640,214 Q640,258 616,292 L574,288 Q566,256 548,226Z", 594, 238
    ),
    "hindlimb_lower": Shape(
        "M574,288 L616,292 Q630,316 622,342 L616,376 Q618,390 606,390 L572,390"
        " Q566,380 584,374 L590,338 Q576,312 574,288Z",
        602,
        338,
    ),
}

FAR_LEGS = (
    "M300,280 L338,284 L328,378 Q328,390 316,390 L296,390 Q292,380 304,374Z",
    "M524,244 L556,240 Q572,280 560,312 L552,376 Q552,390 540,390 L516,390 Q512,380 526,374 L534,320 Q528,286 524,244Z",
)
"""The legs of the far side: drawn so that it is a dog, not to be pressed."""


@dataclass(frozen=True)
class Pressable:
    """A region as drawn on one side."""

    key: str
    side: str
    name: str
    path: str
    test_id: str


@dataclass(frozen=True)
class Mark:
    """The last response at a place, and how often it was touched."""

    x: int
    y: int
    response: TouchResponse
    times: int
    words: str


@dataclass(frozen=True)
class Chart:
    """One side of the dog."""

    side: str
    mirrored: bool
    regions: tuple[Pressable, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Place:
    """A region and side, for the list beside the chart."""

    value: str
    words: str


@dataclass(frozen=True)
class BodyChart:
    charts: tuple[Chart, ...]
    places: tuple[Place, ...]
    far_legs: tuple[str, ...] = FAR_LEGS


def charts(regions: Iterable[Region], touches: Iterable[TouchEntry]) -> BodyChart:
    """Both sides with the touches so far. A region without a shape is still in the list of places."""
    known = list(regions)
    touched = list(touches)
    places = tuple(
        Place(f"{side}:{region.key}", words_of(side, region.name)) for region in known for side in region.sides
    )
    return BodyChart(tuple(_chart(side, known, touched) for side in ("left", "right")), places)


def words_of(side: str, name: str) -> str:
    """A place as a person says it: ``Left - Chest wall, ribs 6 to 9``."""
    return name if side == MIDLINE else f"{side.capitalize()} - {name}"


def _chart(side: str, regions: list[Region], touches: list[TouchEntry]) -> Chart:
    mirrored = side == "right"
    pressable = []
    marks = []
    for region in regions:
        shape = SHAPES.get(region.key)
        here = side if side in region.sides else MIDLINE
        if shape is None or here not in region.sides:
            continue
        suffix = "-right" if here == MIDLINE and mirrored else ""
        test_id = f"region-{here}-{region.key}{suffix}"
        pressable.append(Pressable(region.key, here, words_of(here, region.name), shape.path, test_id))
        on_it = [touch for touch in touches if (touch.side, touch.region) == (here, region.key)]
        if on_it:
            x = WIDTH - shape.x if mirrored else shape.x
            words = f"{words_of(here, region.name)}: {on_it[-1].response.value} (touched {len(on_it)} times)"
            marks.append(Mark(x, shape.y, on_it[-1].response, len(on_it), words))
    return Chart(side, mirrored, tuple(pressable), tuple(marks))
