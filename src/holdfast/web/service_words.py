"""Entries of a dog's service as a person reads them."""

from collections.abc import Iterator, Mapping

from holdfast.knowledge.model import Region
from holdfast.record import service_events as se

KINDS = {
    "deployment": "Deployment",
    "training": "Training",
    "incident": "Incident",
    "exposure": "Exposure",
    "vet_check": "Vet check",
    "fitness": "Fitness for duty",
}
MECHANISMS = {
    se.Mechanism.GUNSHOT: "shot",
    se.Mechanism.EXPLOSION: "explosion",
    se.Mechanism.BLOW: "blow or kick",
    se.Mechanism.FALL: "fall",
    se.Mechanism.VEHICLE: "vehicle",
    se.Mechanism.STAB: "stab or cut",
    se.Mechanism.IMPALEMENT: "ran onto something",
    se.Mechanism.BITE: "bite",
    se.Mechanism.OTHER: "something else, or not known",
}
SEEN = {
    se.Seen.NOT_RECORDED: "not recorded",
    se.Seen.NOTHING: "looked for, no wound found",
    se.Seen.PAIN: "pain or lameness",
    se.Seen.BRUISE: "bruise or swelling, skin whole",
    se.Seen.OPEN_WOUND: "open wound",
    se.Seen.BLEEDING: "heavy bleeding or collapse",
}
IMAGED = {
    se.Imaged.NOT_RECORDED: "not recorded",
    se.Imaged.NOT_IMAGED: "no images taken",
    se.Imaged.NOTHING_FOUND: "imaged, nothing found",
    se.Imaged.FOUND: "imaged, something found",
}
ANSWERS = {se.Answer.NOT_RECORDED: "not recorded", se.Answer.YES: "yes", se.Answer.NO: "no"}


def kind_of(what: se.Happening) -> str:
    """The kind of an entry, a key of ``KINDS``."""
    return str(what.__struct_config__.tag)


def headline(what: se.Happening) -> str:
    """An entry in a few words."""
    match what:
        case se.Deployment() | se.Training():
            return what.task or KINDS[kind_of(what)].lower()
        case se.Incident():
            return what.what
        case se.Exposure():
            return what.agent + (f", {what.minutes:g} min" if what.minutes is not None else "")
        case se.VetCheck():
            return what.result
        case se.Fitness():
            return what.state


def details(what: se.Happening, regions: Mapping[str, Region]) -> Iterator[tuple[str, str, bool]]:
    """(label, words, whether it is missing) of everything else; what nobody recorded is said where it matters."""
    match what:
        case se.Deployment():
            yield _answer("Shots near the dog", what.gunfire)
            yield _answer("Explosion near the dog", what.explosion)
            yield "Gear", what.gear, False
        case se.Training():
            yield _answer("Shots near the dog", what.gunfire)
        case se.Incident():
            yield "Mechanism", MECHANISMS[what.mechanism], False
            place = place_words(f"{what.side}:{what.region}", regions) if what.region else ""
            yield "Struck", place or "place not recorded", not place
            seen = ": ".join(part for part in (SEEN[what.seen], what.seen_words) if part)
            yield "Seen afterwards", seen, what.seen == se.Seen.NOT_RECORDED
            yield "Treated", what.treated, False
            yield "Images", IMAGED[what.imaged], what.imaged in (se.Imaged.NOT_RECORDED, se.Imaged.NOT_IMAGED)
            yield "Witnesses", what.witnesses or "none named", not what.witnesses
        case se.Exposure():
            yield "Signs", what.signs, False
        case se.VetCheck():
            yield "Imaged", ", ".join(place_words(one, regions) for one in what.places_imaged), False
            if what.places_imaged:
                yield _answer("Metal seen", what.metal_seen)
        case se.Fitness():
            yield "Because", what.reason, False


def _answer(label: str, answer: se.Answer) -> tuple[str, str, bool]:
    return label, ANSWERS[answer], answer == se.Answer.NOT_RECORDED


def place_words(place: str, regions: Mapping[str, Region]) -> str:
    """``left:thorax_mid`` as a person reads it."""
    side, _, key = place.partition(":")
    region = regions.get(key)
    name = region.name if region else key
    return f"{side} {name[0].lower()}{name[1:]}" if side in ("left", "right") and name else name
