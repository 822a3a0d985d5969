"""The comparison in plain words: what speaks for and against each incident, and what to say first."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.investigation import aspects
from holdfast.investigation.compare import UNRECORDED, Comparison, WorkShare
from holdfast.investigation.places import nearness
from holdfast.investigation.question import US_PER_DAY, Happened, Question, Work, place
from holdfast.kernel.time import to_datetime
from holdfast.knowledge.grades import Grade
from holdfast.knowledge.injuries import METALS, Injuries, rows
from holdfast.record import inquiry_events as iq
from holdfast.record.service_events import Answer, Imaged, Mechanism, Seen

OBJECTS = {
    iq.ObjectFound.PROJECTILE: "a projectile",
    iq.ObjectFound.METAL_SPLINTER: "a metal splinter",
    iq.ObjectFound.METAL_POINT: "a needle, nail or wire",
    iq.ObjectFound.METAL: "metal, not yet named",
    iq.ObjectFound.WOOD: "wood",
    iq.ObjectFound.TOOTH: "a tooth",
    iq.ObjectFound.STONE_GLASS: "stone or glass",
    iq.ObjectFound.NONE: "a wound with nothing in it",
    iq.ObjectFound.NOT_RECORDED: "something that nobody has named",
}
MATERIALS = {
    iq.Material.SOFT_METAL: "lead, copper or brass",
    iq.Material.IRON: "iron or steel",
    iq.Material.OTHER_METAL: "another metal",
    iq.Material.NOT_RECORDED: "metal not recorded",
}
DEPTHS = {
    iq.Depth.SKIN: "in the skin",
    iq.Depth.MUSCLE: "in muscle",
    iq.Depth.BONE: "in bone",
    iq.Depth.CAVITY: "deep in the body wall or a body cavity",
    iq.Depth.NOT_RECORDED: "depth not recorded",
}
EVENTS = {
    Mechanism.GUNSHOT: "shots at a dog",
    Mechanism.EXPLOSION: "explosions",
    Mechanism.BLOW: "blows",
    Mechanism.FALL: "falls",
    Mechanism.VEHICLE: "vehicle accidents",
    Mechanism.STAB: "stabs",
    Mechanism.IMPALEMENT: "impalements",
    Mechanism.BITE: "bites",
    Mechanism.OTHER: "other incidents",
}
EVENT = {
    Mechanism.GUNSHOT: "shot",
    Mechanism.EXPLOSION: "explosion",
    Mechanism.BLOW: "blow",
    Mechanism.FALL: "fall",
    Mechanism.VEHICLE: "vehicle accident",
    Mechanism.STAB: "stab",
    Mechanism.IMPALEMENT: "impalement",
    Mechanism.BITE: "bite",
    Mechanism.OTHER: "incident",
}
SEEN = {
    Seen.NOTHING: "no wound found",
    Seen.PAIN: "pain or lameness",
    Seen.BRUISE: "a bruise or swelling, skin whole",
    Seen.OPEN_WOUND: "an open wound",
    Seen.BLEEDING: "heavy bleeding or collapse",
}
_CHECKED = {iq.Basis.LABORATORY: "laboratory", iq.Basis.EYE: "by eye", iq.Basis.IMAGE: "from an image"}
_SELDOM = 0.001
"""Below one in a thousand we say that such an event does not explain the thing; ours."""
_TELLS = 3.0
"""Evidence that shifts the odds by less than this factor is called neither for nor against; ours."""
_NOT_APART = 0.5


@dataclass(frozen=True)
class Ground:
    """One line of what speaks for or against a candidate."""

    about: str
    """what, depth, where, when, seen or films."""
    verdict: str
    """for, against, neutral or unknown."""
    text: str


def percent(p: float) -> str:
    """A probability as a person reads it; never 0 or 100 %."""
    if p < 0.01:
        return "under 1 %"
    return "over 99 %" if p > 0.99 else f"{round(100 * p)} %"


def spanned(low: float, high: float) -> str:
    """A range of probabilities in words."""
    ends = percent(low), percent(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0].removesuffix(' %')} to {ends[1]}"


def day(at_us: int) -> str:
    """A day as in ``8 Nov 2026``, UTC."""
    moment = to_datetime(at_us)
    return f"{moment.day} {moment:%b %Y}"


def days(number: float) -> str:
    """A number of days in the unit that a person would use."""
    if number < 1.5:
        return "1 day" if number >= 0.5 else "less than a day"
    if number < 21:
        return f"{round(number)} days"
    if number < 92:
        return f"{round(number / 7)} weeks"
    return f"{round(number / 30.4)} months" if number < 730 else f"{number / 365.25:.1f} years"


def grounds(data: Injuries, asked: Question, one: Happened) -> tuple[Ground, ...]:
    """What speaks for and against an incident."""
    made = [_what(data, asked, one), _depth(data, asked, one), _where(asked, one), _when(asked, one), _seen(data, one)]
    return tuple(ground for ground in [*made, *_films(asked, one)] if ground is not None)


def _what(data: Injuries, asked: Question, one: Happened) -> Ground:
    lesion, kind = asked.lesion, one.incident.mechanism
    if lesion.found == iq.ObjectFound.NOT_RECORDED:
        return Ground("what", "unknown", "Nobody has written down what lay there.")
    basis = iq.Basis.LABORATORY if lesion.found_basis == iq.Basis.NOT_RECORDED else lesion.found_basis
    p = (
        float(aspects.leaving(data, kind)[lesion.found][0])
        if lesion.found != iq.ObjectFound.METAL
        else float(aspects.said(data, kind, lesion.found, basis)[0])
    )
    text = f"Of {EVENTS[kind]}, {_one_in(p)} {'leave' if p > 0.5 else 'leaves'} {OBJECTS[lesion.found]}"
    if lesion.found in METALS and lesion.material != iq.Material.NOT_RECORDED:
        share = getattr(data.metal(kind), lesion.material.value)
        text += f"; of the metal they leave, {percent(share)} is {MATERIALS[lesion.material]}"
    verdict = "against" if p < _SELDOM else "for" if p > 0.1 else "neutral"
    return Ground("what", verdict, f"{text} (our estimate).")


def _one_in(p: float) -> str:
    return (
        f"about {round(100 * p)} in 100" if p >= 0.01 else f"about 1 in {float(f'{1 / p:.1g}'):,.0f}".replace(",", " ")
    )


def _depth(data: Injuries, asked: Question, one: Happened) -> Ground | None:
    lesion = asked.lesion
    if lesion.depth == iq.Depth.NOT_RECORDED or lesion.found == iq.ObjectFound.NOT_RECORDED:
        return None
    share = getattr(data.depth(one.incident.mechanism), lesion.depth.value)
    verdict = "against" if share < 0.1 else "for" if share > 0.5 else "neutral"
    what = EVENTS[one.incident.mechanism]
    return Ground(
        "depth", verdict, f"What {what} leave lies {DEPTHS[lesion.depth]} in {percent(share)} (our estimate)."
    )


def _where(asked: Question, one: Happened) -> Ground:
    if not asked.lesion.region:
        return Ground("where", "unknown", "The place of the finding is not on record.")
    if not one.incident.region:
        return Ground("where", "unknown", "Nobody wrote down where it struck.")
    lies = nearness(place(one.incident.side, one.incident.region), place(asked.lesion.side, asked.lesion.region))
    text = {
        "same": "It struck the very place.",
        "neighbour": "It struck the part beside it.",
        "other_side": "It struck the same part on the other side.",
        "elsewhere": "It struck another part of the body.",
    }[lies]
    return Ground("where", {"same": "for", "neighbour": "neutral"}.get(lies, "against"), text)


def _when(asked: Question, one: Happened) -> Ground:
    old = asked.age_days(one.at_us)
    if old < 0:
        return Ground("when", "against", "It happened after the finding.")
    age = asked.lesion.age
    if age is None:
        return Ground(
            "when", "unknown", f"It was {days(old)} before the finding; nobody has judged the age of the wound."
        )
    said = f"the tissue says {days(age.low_days)} to {days(age.high_days)}"
    if old < age.low_days:
        return Ground("when", "against", f"It was {days(old)} before the finding; {said}: older than that.")
    if old > age.high_days:
        return Ground("when", "against", f"It was {days(old)} before the finding; {said}: younger than that.")
    return Ground("when", "for", f"It was {days(old)} before the finding; {said}.")


def _seen(data: Injuries, one: Happened) -> Ground:
    seen, kind = one.incident.seen, one.incident.mechanism
    if seen == Seen.NOT_RECORDED:
        return Ground("seen", "unknown", "Nobody wrote down what was seen on the dog afterwards.")
    ratio = float(aspects.seen_ratios(data, kind)[seen][0])
    words = f"Seen afterwards: {SEEN[seen]}"
    if ratio >= _TELLS:
        return Ground("seen", "for", f"{words}, {ratio:.0f} times as usual when it drove something in as when not.")
    if ratio <= 1 / _TELLS:
        return Ground("seen", "against", f"{words}, {1 / ratio:.0f} times as usual when it drove nothing in.")
    return Ground("seen", "neutral", f"{words}: tells little.")


def _films(asked: Question, one: Happened) -> list[Ground]:
    lies = place(asked.lesion.side, asked.lesion.region)
    made = [
        Ground("films", "against", f"Images of {day(film.at_us)} show the place without it, after this.")
        for film in asked.films
        if asked.lesion.region and lies in film.places and film.metal_seen == Answer.NO and film.at_us >= one.at_us
    ]
    if not made and one.incident.imaged == Imaged.NOT_IMAGED:
        made.append(Ground("films", "unknown", "No images were taken then: nothing shows what lay there."))
    return made


def conclusions(data: Injuries, asked: Question, found: Comparison) -> tuple[str, ...]:
    """What to say first, in order; complete sentences."""
    said = [_leader(asked, found), *_not_explained(data, asked), *_too_young_or_old(asked), *_span(asked, found)]
    estimates = [row for _, row in rows(data) if row.grade is Grade.ESTIMATE]
    every = list(rows(data))
    number = f"all {len(every)}" if len(estimates) == len(every) else f"{len(estimates)} of the {len(every)}"
    said.append(f"This ranks, it proves nothing: {number} rows of numbers behind it are estimates of ours.")
    return tuple(said)


def title(one: Happened) -> str:
    """An incident as the name of a row."""
    kind = EVENT[one.incident.mechanism]
    return f"{kind[0].upper()}{kind[1:]} of {day(one.at_us)}: {one.incident.what}"


def named(one: Happened) -> str:
    """An incident within a sentence."""
    return f'the {EVENT[one.incident.mechanism]} of {day(one.at_us)} ("{one.incident.what}")'


def _not_explained(data: Injuries, asked: Question) -> list[str]:
    lesion = asked.lesion
    if lesion.found in (iq.ObjectFound.NOT_RECORDED, iq.ObjectFound.NONE):
        return []
    made = []
    for one in asked.incidents:
        ground = _what(data, asked, one)
        near = _where(asked, one).verdict != "against" and asked.age_days(one.at_us) >= 0
        if ground.verdict == "against" and near:
            name = named(one)
            made.append(f"T{name[1:]} does not explain {OBJECTS[lesion.found]}. {ground.text}")
    return made


def _too_young_or_old(asked: Question) -> list[str]:
    age = asked.lesion.age
    if age is None:
        return []
    basis = {"histology": "under the microscope", "eye": "by eye", "image": "from images"}.get(age.basis.value, "")
    judged = ", ".join(part for part in (age.by or "no name", basis) if part)
    told = f"{days(age.low_days)} to {days(age.high_days)} ({judged}: {age.reason})"
    near = [one for one in asked.incidents if _where(asked, one).verdict != "against"]
    younger = [one for one in near if 0 <= asked.age_days(one.at_us) < age.low_days]
    older = [one for one in near if asked.age_days(one.at_us) > age.high_days]
    made = []
    if younger:
        made.append(f"The tissue says older than {' and '.join(named(one) for one in younger)}: {told}.")
    if older:
        made.append(f"The tissue says younger than {' and '.join(named(one) for one in older)}: {told}.")
    return made


def _leader(asked: Question, found: Comparison) -> str:
    first, *rest = found.candidates
    name = _name(asked, first.key)
    told = f"{percent(first.probability)}, range {spanned(first.low, first.high)}"
    if rest and rest[0].high >= first.low and first.low < _NOT_APART:
        second = f"{percent(rest[0].probability)}, range {spanned(rest[0].low, rest[0].high)}"
        other = _name(asked, rest[0].key)
        return f"The record does not tell the candidates apart: {name} leads with {told}; {other} has {second}."
    return f"{name[0].upper()}{name[1:]} is likeliest: {told}."


def _name(asked: Question, key: str) -> str:
    if key == UNRECORDED:
        return "an event that is not on record"
    return named(next(one for one in asked.incidents if one.entry_id == key))


def in_span(asked: Question, works: Sequence[WorkShare]) -> tuple[int, int, list[WorkShare]] | None:
    """First and last moment of the stated age, and the work in it, the greatest share first; None without an age."""
    age = asked.lesion.age
    if age is None:
        return None
    inside = [one for one in works if age.low_days <= asked.age_days(one.work.at_us) <= age.high_days]
    first, last = (asked.found_us - int(end * US_PER_DAY) for end in (age.high_days, age.low_days))
    return first, last, inside


def _span(asked: Question, found: Comparison) -> list[str]:
    span = in_span(asked, found.works)
    if span is None:
        return ["Nobody has judged how old the wound is, so no span of time can be named. That would tell most."]
    first, last, inside = span
    between = f"The span of time is {day(first)} to {day(last)}"
    if not inside:
        return [f"{between}. No deployment or training is on record in it."]
    listed = "; ".join(
        f"{day(one.work.at_us)}, {one.work.place or 'no place'}: {work_words(one.work)}" for one in inside
    )
    made = [f"{between}. On record in it: {listed}."]
    top = inside[0]
    if top.share > _NOT_APART and top.work.gunfire == Answer.YES:
        made.append(
            f"If it was an event that nobody recorded, {percent(top.share)} of that lies with {day(top.work.at_us)}, "
            f"{top.work.place}: shots were fired near the dog. Ask who was there, and for body cameras."
        )
    return made


def work_words(one: Work) -> str:
    """A piece of work in a few words, with what speaks of shots."""
    shots = {Answer.YES: "shots fired near the dog", Answer.NO: "no shots", Answer.NOT_RECORDED: "shots: not recorded"}
    return f"{one.task or 'work'} ({shots[one.gunfire]})"


def finding_words(asked: Question, region_name: str) -> str:
    """What was found, with whose word it rests on."""
    lesion = asked.lesion
    metal = lesion.material != iq.Material.NOT_RECORDED
    parts = [OBJECTS[lesion.found], MATERIALS[lesion.material] if metal else "", DEPTHS[lesion.depth]]
    name = f"{region_name[:1].lower()}{region_name[1:]}"
    where = f"{lesion.side} {name}" if lesion.side in ("left", "right") else name
    told = ", ".join(part for part in (*parts, where or "place not recorded") if part)
    basis = _CHECKED.get(lesion.found_basis, "")
    return f"{told[0].upper()}{told[1:]}; named by {lesion.by or 'nobody'}{', ' + basis if basis else ''}."
