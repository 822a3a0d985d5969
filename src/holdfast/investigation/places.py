"""How two places of the body chart lie to each other."""

from collections.abc import Mapping, Sequence

from holdfast.investigation.question import place

PART: dict[str, str] = {
    "muzzle": "head",
    "head": "head",
    "neck": "neck",
    "spine_cervical": "neck",
    "shoulder": "forelimb",
    "forelimb_upper": "forelimb",
    "forelimb_lower": "forelimb",
    "thorax_cranial": "chest",
    "thorax_mid": "chest",
    "thorax_caudal": "chest",
    "sternum": "chest",
    "abdomen_cranial": "belly",
    "abdomen_mid": "belly",
    "abdomen_caudal": "belly",
    "spine_thoracic": "back",
    "spine_lumbar": "back",
    "pelvis": "pelvis",
    "perineum": "pelvis",
    "hindlimb_upper": "hindlimb",
    "hindlimb_lower": "hindlimb",
    "tail": "tail",
    "gum_upper": "head",
    "gum_lower": "head",
    "palate": "head",
    "tongue": "head",
    "throat_inside": "neck",
    "elbow": "forelimb",
    "carpus": "forelimb",
    "forepaw": "forelimb",
    "hip": "hindlimb",
    "stifle": "hindlimb",
    "hock": "hindlimb",
    "hindpaw": "hindlimb",
}
"""Part of the body of each region."""
_ADJOINING = (
    {"head", "neck"},
    {"neck", "forelimb"},
    {"neck", "chest"},
    {"forelimb", "chest"},
    {"chest", "belly"},
    {"chest", "back"},
    {"belly", "back"},
    {"belly", "pelvis"},
    {"back", "pelvis"},
    {"pelvis", "hindlimb"},
    {"pelvis", "tail"},
    {"belly", "hindlimb"},
)


def all_places(sides: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Every place of a body chart, given the sides of its regions."""
    return tuple(place(side, region) for region, has in sides.items() for side in has)


def nearness(one: str, other: str) -> str:
    """same, neighbour, other_side or elsewhere. A midline place is on the side of both."""
    (side_a, _, region_a), (side_b, _, region_b) = one.partition(":"), other.partition(":")
    a, b = PART.get(region_a, ""), PART.get(region_b, "")
    one_side = side_a == side_b or "midline" in (side_a, side_b)
    if region_a == region_b and side_a == side_b:
        return "same"
    if a == b:
        return "neighbour" if one_side else "other_side"
    return "neighbour" if one_side and {a, b} in _ADJOINING else "elsewhere"
