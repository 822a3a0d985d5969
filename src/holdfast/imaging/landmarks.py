"""What a person places on a view, and what each placed point says of the dog."""

from dataclasses import dataclass
from types import MappingProxyType

from holdfast.imaging import assumed
from holdfast.imaging.projection import Lying

OBJECT = "object"
SPINE, STERNUM = ("spine_head", "spine_tail"), "sternum"
SKIN_LATERAL, SKIN_FRONTAL = ("skin_back", "skin_belly"), ("skin_left", "skin_right")
HEART = ("heart_base", "heart_apex")
HEART_BORDERS = ("heart_border_1", "heart_border_2")
DIAPHRAGM = ("diaphragm_top", "diaphragm_1", "diaphragm_2")


@dataclass(frozen=True)
class Tube:
    """A danger zone that is a tube: two points of its middle, and the radius at the weight of the table."""

    key: str
    name: str
    radius_mm: tuple[float, float]
    endless: bool

    @property
    def ends(self) -> tuple[str, str]:
        return f"{self.key}_head", f"{self.key}_tail"


TUBES = (
    Tube("aorta", "aorta", assumed.AORTA_RADIUS_MM, True),
    Tube("cava", "caudal vena cava", assumed.CAVA_RADIUS_MM, False),
    Tube("trachea", "trachea", assumed.TRACHEA_RADIUS_MM, False),
    Tube("oesophagus", "oesophagus", assumed.OESOPHAGUS_RADIUS_MM, True),
)

WORDS = MappingProxyType(
    {
        OBJECT: "Metal, its middle",
        "spine_head": "Spine, head end: floor of the canal",
        "spine_tail": "Spine, tail end: floor of the canal",
        STERNUM: "Sternum",
        "skin_back": "Skin of the back, beside the metal",
        "skin_belly": "Skin of the belly, beside the metal",
        "skin_left": "Skin of the LEFT side",
        "skin_right": "Skin of the RIGHT side",
        "heart_base": "Heart, middle of the base",
        "heart_apex": "Heart, tip",
        "heart_border_1": "Heart, one border at its middle",
        "heart_border_2": "Heart, the other border",
        "diaphragm_top": "Diaphragm, its foremost point",
        "diaphragm_1": "Diaphragm, outline on one side",
        "diaphragm_2": "Diaphragm, outline on the other side",
        **{end: f"{tube.name.capitalize()}, {where} end" for tube in TUBES for end, where in zip(
            tube.ends, ("head", "tail"), strict=True)},
    }
)  # fmt: skip
"""Every point by its key, as the page asks for it."""


def needed(lying: Lying) -> tuple[str, ...]:
    """Without these a view places nothing."""
    skin = SKIN_LATERAL if lying.lateral else SKIN_FRONTAL
    return (OBJECT, *SPINE, *((STERNUM,) if lying.lateral else ()), *skin)


def useful(lying: Lying) -> tuple[str, ...]:
    """What a view may hold besides, in the order in which the page asks for it."""
    tubes = tuple(end for tube in TUBES for end in tube.ends)
    return (*(() if lying.lateral else (STERNUM,)), *HEART, *HEART_BORDERS, *tubes, *DIAPHRAGM)
