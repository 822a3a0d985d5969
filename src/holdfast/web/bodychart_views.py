"""The body chart of the examination: the dog from six sides, with what was pressed and what was drawn.

Each view is drawn for one half, and the other half is its mirror image. Seen from above the head points left, so the
left of the dog is below; seen from the belly it is above. The open mouth is seen from in front: the right of the dog is
on the left of the drawing, as it is for whoever looks in. Units are those of the view box.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.knowledge.model import Region
from holdfast.record.case_entries import TouchEntry
from holdfast.record.exam_state import MarkEntry
from holdfast.web.bodychart import FAR_LEGS, MIDLINE, SHAPES, Mark, Shape, words_of

_SPINE = {
    "spine_cervical": Shape("M172,117 L262,116 L262,144 L172,143Z", 216, 130),
    "spine_thoracic": Shape("M262,116 L436,118 L436,142 L262,144Z", 350, 130),
    "spine_lumbar": Shape("M436,118 L560,119 L560,141 L436,142Z", 498, 130),
}

_DORSAL: Mapping[str, Shape] = {
    "muzzle": Shape("M34,130 Q32,113 50,110 L92,103 L92,130Z", 66, 118),
    "head": Shape("M92,103 Q104,86 132,85 Q160,84 172,101 L172,130 L92,130Z", 130, 108),
    **_SPINE,
    "neck": Shape("M172,101 Q214,96 262,82 L262,116 L172,117Z", 220, 106),
    "shoulder": Shape("M262,82 Q282,68 304,68 L304,116 L262,116Z", 284, 92),
    "thorax_cranial": Shape("M304,68 Q322,63 340,62 L340,117 L304,116Z", 322, 90),
    "thorax_mid": Shape("M340,62 Q364,60 388,62 L388,117 L340,117Z", 364, 89),
    "thorax_caudal": Shape("M388,62 Q414,64 436,72 L436,118 L388,117Z", 411, 92),
    "abdomen_cranial": Shape("M436,72 Q460,80 480,84 L480,118 L436,118Z", 458, 100),
    "abdomen_mid": Shape("M480,84 Q502,87 522,86 L522,119 L480,118Z", 501, 103),
    "abdomen_caudal": Shape("M522,86 Q542,85 560,80 L560,119 L522,119Z", 541, 101),
    "pelvis": Shape("M560,80 Q592,70 620,80 Q640,92 644,118 L644,130 L560,130Z", 600, 104),
    "tail": Shape("M644,119 Q674,116 698,126 Q702,130 698,134 Q674,144 644,141Z", 672, 130),
}

_VENTRAL: Mapping[str, Shape] = {
    "muzzle": _DORSAL["muzzle"],
    "head": _DORSAL["head"],
    "neck": Shape("M172,101 Q214,96 262,82 L262,130 L172,130Z", 218, 112),
    "sternum": Shape("M262,112 L400,116 Q412,130 400,144 L262,148Z", 330, 130),
    "shoulder": Shape("M262,82 Q282,68 304,68 L304,113 L262,112Z", 286, 94),
    "forelimb_upper": Shape("M264,80 Q282,68 302,67 L288,36 L258,44Z", 278, 58),
    "forelimb_lower": Shape("M258,44 L288,36 L262,2 Q248,-4 240,8Z", 261, 20),
    "thorax_cranial": Shape("M304,68 Q322,63 340,62 L340,115 L304,113Z", 322, 90),
    "thorax_mid": Shape("M340,62 Q364,60 388,62 L388,116 L340,115Z", 364, 90),
    "thorax_caudal": Shape("M388,62 Q414,64 436,72 L436,130 L408,130 Q406,120 400,116 L388,116Z", 416, 92),
    "abdomen_cranial": Shape("M436,72 Q460,80 480,84 L480,130 L436,130Z", 458, 106),
    "abdomen_mid": Shape("M480,84 Q502,87 522,86 L522,130 L480,130Z", 501, 108),
    "abdomen_caudal": Shape("M522,86 Q542,85 560,80 L560,130 L522,130Z", 541, 106),
    "pelvis": Shape("M560,80 Q592,70 620,80 L628,118 L628,130 L560,130Z", 592, 106),
    "hindlimb_upper": Shape("M566,78 Q594,70 622,82 L648,50 L612,34Z", 611, 60),
    "hindlimb_lower": Shape("M612,34 L648,50 L676,14 Q672,0 656,2Z", 648, 24),
    "perineum": Shape("M628,112 Q650,112 652,130 Q650,148 628,148Z", 639, 130),
    "tail": Shape("M652,122 Q678,118 698,126 Q702,130 698,134 Q678,142 652,138Z", 676, 130),
}

_MOUTH: Mapping[str, Shape] = {
    "gum_upper": Shape("M180,26 Q304,26 336,148 L292,148 Q270,70 180,68Z", 272, 82),
    "palate": Shape(
        "M180,68 Q262,70 284,140 L240,146 Q226,110 180,108 Q134,110 120,146 L76,140 Q98,70 180,68Z", 180, 90
    ),
    "throat_inside": Shape("M180,108 Q226,110 240,146 Q232,176 180,178 Q128,176 120,146 Q134,110 180,108Z", 180, 142),
    "tongue": Shape("M120,150 Q126,180 180,182 Q234,180 240,150 L284,152 Q272,238 180,244 Q88,238 76,152Z", 180, 212),
    "gum_lower": Shape("M336,152 Q330,274 180,284 L180,248 Q280,242 292,152Z", 284, 226),
}

_LIMBS: Mapping[str, Shape] = {
    "shoulder": Shape("M64,12 Q100,0 134,14 Q142,52 130,90 L86,96 Q56,62 64,12Z", 98, 50),
    "forelimb_upper": Shape("M86,96 L130,90 L136,122 L124,152 L114,222 L82,222 L86,152Z", 100, 182),
    "elbow": Shape("M104,132 a18,18 0 1,0 36,0 a18,18 0 1,0 -36,0Z", 122, 132),
    "carpus": Shape("M81,222 L115,222 Q118,238 112,252 L82,252 Q77,238 81,222Z", 98, 237),
    "forelimb_lower": Shape("M82,252 L112,252 L110,282 L84,282Z", 97, 267),
    "forepaw": Shape("M84,282 L110,282 L113,306 Q113,318 100,318 L60,318 Q52,308 66,300Z", 92, 302),
    "hindlimb_upper": Shape(
        "M222,22 Q264,8 306,24 Q320,72 296,116 L286,128 L308,206 L280,226 L238,160 L222,126 Q204,72 222,22Z", 250, 96
    ),
    "hip": Shape("M262,46 a18,18 0 1,0 36,0 a18,18 0 1,0 -36,0Z", 280, 46),
    "stifle": Shape("M216,138 a18,20 0 1,0 36,0 a18,20 0 1,0 -36,0Z", 234, 138),
    "hock": Shape("M280,226 L308,206 Q320,216 314,234 L290,250 Q280,240 280,226Z", 299, 228),
    "hindlimb_lower": Shape("M290,250 L314,234 L310,286 L286,286Z", 300, 264),
    "hindpaw": Shape("M286,286 L310,286 L312,306 Q312,318 298,318 L258,318 Q250,308 264,300Z", 292, 302),
}


@dataclass(frozen=True)
class _Drawing:
    """How one view is drawn. ``width`` or ``height`` is what its other half is mirrored in."""

    name: str
    box: tuple[int, int, int, int]
    shapes: Mapping[str, Shape]
    drawn: tuple[str, ...]
    """The sides that are drawn as they stand, and those that are mirrored."""
    mirrored: tuple[str, ...]
    mirror_x: int = 0
    mirror_y: int = 0
    far: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def transform(self) -> str:
        if self.mirror_y:
            return f"translate(0 {self.mirror_y}) scale(1 -1)"
        return f"translate({self.mirror_x} 0) scale(-1 1)"

    def at(self, shape: Shape, flipped: bool) -> tuple[int, int]:
        """Where the mark of a shape lies."""
        if not flipped:
            return shape.x, shape.y
        return (shape.x, self.mirror_y - shape.y) if self.mirror_y else (self.mirror_x - shape.x, shape.y)


_EAR_SIDE = "M134,60 Q126,96 142,114 Q160,98 156,54Z"
_EARS_TOP = "M128,86 Q136,66 156,72 Q168,84 160,104 Q144,104 128,86Z"
_TEETH = (
    "M248,66 L254,104 L266,72Z",
    "M112,66 L106,104 L94,72Z",
    "M262,236 L256,206 L246,240Z",
    "M98,236 L104,206 L114,240Z",
    "M158,6 L202,6 Q208,20 180,28 Q152,20 158,6Z",
)

_BODY_BOX = (0, 24, 700, 376)
DRAWINGS: Mapping[str, _Drawing] = {
    "left": _Drawing("Left side", _BODY_BOX, SHAPES, ("left", MIDLINE), (), far=FAR_LEGS, lines=(_EAR_SIDE,)),
    "right": _Drawing(
        "Right side", _BODY_BOX, SHAPES, (), ("right", MIDLINE), mirror_x=700, far=FAR_LEGS, lines=(_EAR_SIDE,)
    ),
    "dorsal": _Drawing(
        "From above", (20, 44, 690, 172), _DORSAL, ("right", MIDLINE), ("left",), mirror_y=260, lines=(_EARS_TOP,)
    ),
    "ventral": _Drawing("From below", (20, -10, 690, 280), _VENTRAL, ("left", MIDLINE), ("right",), mirror_y=260),
    "mouth": _Drawing(
        "Mouth, from in front", (10, 0, 340, 292), _MOUTH, ("left", MIDLINE), ("right",), mirror_x=360, lines=_TEETH
    ),
    "limbs": _Drawing("Limbs", (40, 0, 640, 326), _LIMBS, ("left",), ("right",), mirror_x=720),
}
"""By the key that is on record of a drawn mark."""

GROUPS = (
    ("sides", "Sides", ("left", "right")),
    ("trunk", "Back and belly", ("dorsal", "ventral")),
    ("small", "Mouth and limbs", ("mouth", "limbs")),
)
"""What stands on the screen together: both sides always do, for a chart that must first be turned invites presses on
the wrong side."""


@dataclass(frozen=True)
class Drawn:
    """A region as drawn on one view."""

    place: str
    """``side:region``, as it is posted."""
    name: str
    path: str
    flipped: bool
    test_id: str


@dataclass(frozen=True)
class Line:
    """A person's mark on a view."""

    mark_id: str
    points: str
    dot: tuple[int, int] | None
    words: str
    number: int
    x: int
    y: int


@dataclass(frozen=True)
class View:
    key: str
    name: str
    box: tuple[int, int, int, int]
    transform: str
    regions: tuple[Drawn, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    far: tuple[tuple[str, bool], ...]
    """What is drawn so that it is a dog, not to be pressed; each with whether it is mirrored."""
    extras: tuple[tuple[str, bool], ...]


def views(regions: Iterable[Region], touches: Iterable[TouchEntry], drawn: Iterable[MarkEntry] = ()) -> dict[str, View]:
    """Every view with the presses and the drawings so far; ``drawn`` in the order of their numbers."""
    known, touched = {region.key: region for region in regions}, list(touches)
    numbered = list(enumerate(drawn, start=1))
    return {key: _view(key, drawing, known, touched, numbered) for key, drawing in DRAWINGS.items()}


def _view(
    key: str,
    drawing: _Drawing,
    known: Mapping[str, Region],
    touched: list[TouchEntry],
    numbered: list[tuple[int, MarkEntry]],
) -> View:
    drawn: list[Drawn] = []
    marks: list[Mark] = []
    for region_key, shape in drawing.shapes.items():
        region = known.get(region_key)
        if region is None:
            continue
        for side in region.sides:
            if side not in (*drawing.drawn, *drawing.mirrored):
                continue
            flipped = side not in drawing.drawn
            name = words_of(side, region.name)
            drawn.append(Drawn(f"{side}:{region_key}", name, shape.path, flipped, f"{key}-{side}-{region_key}"))
            here = [one for one in touched if (one.side, one.region) == (side, region_key)]
            if here:
                x, y = drawing.at(shape, flipped)
                words = f"{name}: {here[-1].response.value} (touched {len(here)} times)"
                marks.append(Mark(x, y, here[-1].response, len(here), words))
    halves = (False, True) if key == "dorsal" else (not drawing.drawn,)
    return View(
        key=key,
        name=drawing.name,
        box=drawing.box,
        transform=drawing.transform,
        regions=tuple(drawn),
        marks=tuple(marks),
        lines=tuple(_line(number, one) for number, one in numbered if one.view == key),
        far=tuple((path, not drawing.drawn) for path in drawing.far),
        extras=tuple((path, half) for path in drawing.lines for half in halves),
    )


def _line(number: int, one: MarkEntry) -> Line:
    points = " ".join(f"{x},{y}" for x, y in one.points)
    x, y = one.points[0]
    return Line(one.mark_id, points, (x, y) if len(one.points) == 1 else None, one.words, number, x, y)
