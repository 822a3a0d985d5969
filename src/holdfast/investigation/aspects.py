"""How probable each part of the evidence is under each hypothesis: what it is, how deep, where, when, what was seen.

Every part is told for all the answers that it could have: one where it is on record, several where it is not. Missing
evidence then widens the range of an answer and never narrows it (conservative updating: de Cooman and Zaffalon 2004).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from holdfast.investigation.draws import DRAWS, Floats, factor, share, shares
from holdfast.investigation.places import PART, nearness
from holdfast.investigation.question import US_PER_DAY, Film, Happened, Question, place
from holdfast.knowledge.injuries import FOUND, METALS, Injuries, Row
from holdfast.record import inquiry_events as iq
from holdfast.record.service_events import Answer, Mechanism, Seen

_NEARNESS = ("same", "neighbour", "other_side", "elsewhere")
_METALS = ("soft_metal", "iron", "other_metal")
_DEPTHS = ("skin", "muscle", "bone", "cavity")
_SEEN = ("nothing", "pain", "bruise", "open_wound", "bleeding")
_ALIKE = (METALS, ("wood", "tooth", "stone_glass"), ("none",))
_AGE_BASES = tuple(iq.AgeBasis)
_OBJECT_BASES = tuple(iq.Basis)


@dataclass(frozen=True)
class Hypothesis:
    """One event that could have done it. Without an incident: events of one kind that nobody recorded."""

    mechanism: Mechanism | None
    """None: the incident was something else than what was told, and nobody knows what."""
    happened: Happened | None = None


@dataclass(frozen=True)
class Aspect:
    """One part of the evidence: (answers, rows, draws), and (rows, draws) as it is weighed.

    Hypotheses for which it says the same share a row: ``row_of`` has the row of each hypothesis.
    """

    row_of: NDArray[np.int64]
    low: Floats
    high: Floats
    point: Floats


def _rows(keys: Sequence[Hashable]) -> tuple[list[int], NDArray[np.int64]]:
    """For each different key the first place where it stands, and the row of each place."""
    first: dict[Hashable, int] = {}
    row_of = [list(first).index(key) for number, key in enumerate(keys) if first.setdefault(key, number) >= 0]
    return list(first.values()), np.array(row_of, dtype=np.int64)


def parted(row: Row, fields: tuple[str, ...], name: str) -> dict[str, Floats]:
    """Draws of the shares of a row."""
    return shares(name, {field: getattr(row, field) for field in fields}, getattr(row, "within", 2.0))


def leaving(data: Injuries, mechanism: str) -> dict[str, Floats]:
    """Draws of what an event of this kind leaves in a dog, nothing included; they add up to 1."""
    drawn = {
        found: share(f"leaves {mechanism} {found}", row.p, row.within)
        for found in FOUND
        if found != "none" and (row := data.leaving(mechanism, found))
    }
    total = sum(drawn.values(), np.zeros_like(drawn["wood"]))
    drawn["none"] = np.maximum(1 - total, 0.02)
    return {found: one / (total + drawn["none"]) for found, one in drawn.items()}


def said(data: Injuries, mechanism: str, found: str, basis: str) -> Floats:
    """How probable it is that such an event leaves what is then called ``found`` on this basis."""
    leaves = leaving(data, mechanism)
    if found == iq.ObjectFound.METAL:
        return sum((leaves[one] for one in METALS), np.zeros_like(leaves["wood"]))
    alike = next(group for group in _ALIKE if found in group)
    if len(alike) == 1:
        return leaves[found]
    wrong = data.misnaming(basis)
    missed = share(f"misnamed {basis}", wrong.p, wrong.within)
    others = sum((leaves[one] for one in alike if one != found), np.zeros_like(missed))
    return (1 - missed) * leaves[found] + missed * others / (len(alike) - 1)


def what_it_is(data: Injuries, asked: Question, hypotheses: Sequence[Hypothesis]) -> Aspect:
    """What it is, on whose word, of what metal, and how deep it lay."""
    lesion = asked.lesion
    things: tuple[iq.ObjectFound, ...] = (lesion.found,)
    if lesion.found == iq.ObjectFound.METAL:
        things = tuple(iq.ObjectFound(one) for one in METALS)
    elif lesion.found == iq.ObjectFound.NOT_RECORDED:
        things = tuple(iq.ObjectFound(one) for one in FOUND)
    bases = _OBJECT_BASES if lesion.found_basis == iq.Basis.NOT_RECORDED else (lesion.found_basis,)
    metals = _METALS if lesion.material == iq.Material.NOT_RECORDED else (lesion.material.value,)
    depths = _DEPTHS if lesion.depth == iq.Depth.NOT_RECORDED else (lesion.depth.value,)
    firsts, row_of = _rows([one.mechanism for one in hypotheses])
    kinds = [hypotheses[number].mechanism for number in firsts]
    usual = usual_at_work(data)

    def told(found: str, basis: str, metal: str, depth: str) -> Floats:
        each = {kind: _told(data, kind, found, basis, metal, depth) for kind in Mechanism}
        unknown = sum((usual[kind] * p for kind, p in each.items()), np.zeros(1 + DRAWS))
        return np.stack([each[kind] if kind else unknown for kind in kinds])

    answers = [told(*one) for one in product(things, bases, metals, depths)]
    stated = "" if len(metals) > 1 else metals[0]
    point = told(lesion.found, lesion.found_basis, stated, "" if len(depths) > 1 else depths[0])
    made = np.stack(answers if len(answers) == 1 else [*answers, point])
    return Aspect(row_of, made, made, point)


def usual_at_work(data: Injuries) -> dict[Mechanism, float]:
    """What befalls a dog at work, by kind: what an incident was when it was something else than what was told."""
    rates = {row.mechanism: row.per_work for row in data.unrecorded}
    total = sum(rates.values())
    return {kind: rates.get(kind.value, 0.0) / total for kind in Mechanism}


def _told(data: Injuries, kind: Mechanism, found: str, basis: str, metal: str, depth: str) -> Floats:
    """How probable it is that such an event leaves this; an empty metal or depth is any."""
    p = np.ones(1 + DRAWS) if found == iq.ObjectFound.NOT_RECORDED else said(data, kind, found, basis)
    if metal and (found in METALS or found == iq.ObjectFound.METAL):
        p = p * parted(data.metal(kind), _METALS, f"metals {kind}")[metal]
    return p * parted(data.depth(kind), _DEPTHS, f"depths {kind}")[depth] if depth else p


def where(data: Injuries, asked: Question, hypotheses: Sequence[Hypothesis], chart: Sequence[str]) -> Aspect:
    """The place of the finding. An incident whose place nobody wrote down could have struck anywhere."""
    lesion = asked.lesion
    anywhere = shares("parts", data.parts.share, data.parts.within)
    of_part = {part: sum(PART[one.partition(":")[2]] == part for one in chart) for part in anywhere}

    keys = [
        (one.mechanism, one.happened and (one.happened.incident.side, one.happened.incident.region))
        for one in hypotheses
    ]
    firsts, row_of = _rows(keys)

    def told(lies: str) -> tuple[Floats, Floats, Floats]:
        part = PART[lies.partition(":")[2]]
        unknown = anywhere[part] / of_part[part]
        rows = [_one_place(data, hypotheses[number], lies, unknown) for number in firsts]
        return tuple(np.stack(side) for side in zip(*rows, strict=True))  # type: ignore[return-value]

    if lesion.region:
        low, high, point = told(place(lesion.side, lesion.region))
        return Aspect(row_of, low[None], high[None], point)
    answers = [told(one) for one in chart]
    even = np.ones_like(answers[0][0])
    lows, highs = ([*(one[side] for one in answers), even] for side in (0, 1))
    return Aspect(row_of, np.stack(lows), np.stack(highs), even)


def _one_place(data: Injuries, one: Hypothesis, lies: str, unknown: Floats) -> tuple[Floats, Floats, Floats]:
    """(low, high, point) of finding it there under one hypothesis."""
    if one.happened is None:
        return unknown, unknown, unknown
    row = data.nearness(one.mechanism) if one.mechanism else data.places.travels
    kind = "travels" if row is data.places.travels else "stays"
    near = {level: share(f"places {kind} {level}", getattr(row, level), row.within) for level in _NEARNESS}
    incident = one.happened.incident
    if incident.region:
        p = near[nearness(place(incident.side, incident.region), lies)]
        return p, p, p
    every = np.stack([*near.values(), unknown])
    return every.min(axis=0), every.max(axis=0), unknown


def seen_after(data: Injuries, hypotheses: Sequence[Hypothesis]) -> Aspect:
    """What was seen on the dog after an incident: how much likelier if it did this than if it did not."""
    keys = [(one.mechanism, one.happened.incident.seen if one.happened else None) for one in hypotheses]
    firsts, row_of = _rows(keys)
    rows = [_one_seen(data, *keys[number]) for number in firsts]
    low, high, point = (np.stack(side) for side in zip(*rows, strict=True))
    return Aspect(row_of, low[None], high[None], point)


def _one_seen(data: Injuries, mechanism: Mechanism | None, noted: Seen | None) -> tuple[Floats, Floats, Floats]:
    """(low, high, point). Of what was not what was told, nobody can say how it would have looked."""
    even = np.ones(1 + DRAWS)
    if mechanism is None or noted is None:
        return even, even, even
    ratios = seen_ratios(data, mechanism)
    if noted == Seen.NOT_RECORDED:
        every = np.stack([*ratios.values(), even])
        return every.min(axis=0), every.max(axis=0), even
    return ratios[noted], ratios[noted], ratios[noted]


def seen_ratios(data: Injuries, mechanism: str) -> dict[str, Floats]:
    """For each thing that can be seen: its probability if this did it over that if it did not."""
    did = parted(data.seen(mechanism, True), _SEEN, f"seen did {mechanism}")
    not_did = parted(data.seen(mechanism, False), _SEEN, f"seen not {mechanism}")
    return {key: did[key] / not_did[key] for key in _SEEN}


def at_age(data: Injuries, age: iq.WoundAge, basis: str, days: Floats) -> Floats:
    """(len(days), draws): 1 inside the stated range, falling outside with the factor of time, never below the share of
    statements that miss. After the finding (below 0 days): 0."""
    row = data.ageing(basis)
    floor = share(f"ages outside {basis}", row.outside, row.outside_within)
    slope = factor(f"ages slope {basis}", row.slope, row.slope_within)
    old = np.maximum(days, 1e-3)
    steps = np.maximum(0.0, np.maximum(np.log(max(age.low_days, 1e-3) / old), np.log(old / age.high_days)))
    told: Floats = floor + (1 - floor) * np.exp(-steps[:, None] / slope)
    told[days < 0] = 0.0
    return told


def lowest_age(data: Injuries) -> Floats:
    """The least that any statement of an age leaves to any moment."""
    rows = [share(f"ages outside {one}", (row := data.ageing(one)).outside, row.outside_within) for one in _AGE_BASES]
    least: Floats = np.stack(rows).min(axis=0)
    return least


def age_answers(asked: Question) -> tuple[str, ...]:
    """Bases that the stated age may rest on; empty when no age is stated."""
    age = asked.lesion.age
    if age is None:
        return ()
    return tuple(_AGE_BASES) if age.basis == iq.AgeBasis.NOT_RECORDED else (age.basis,)


def film_effect(data: Injuries, asked: Question, film: Film, at_us: Floats, chart: Sequence[str]) -> tuple[Floats, ...]:
    """(low, high, point), each (moments, draws): what a film leaves to an event at each moment."""
    found = asked.lesion.found
    kinds = ["metal"] if found in (*METALS, iq.ObjectFound.METAL) else ["other"]
    kinds = ["other", "metal"] if found == iq.ObjectFound.NOT_RECORDED else kinds
    rows = [(kind, getattr(data.film_misses, kind)) for kind in kinds]
    misses = [share(f"film misses {kind}", row.p, row.within) for kind, row in rows]
    too_much = share("film shows too much", data.film_shows_too_much.p, data.film_shows_too_much.within)
    before = at_us[:, None] <= film.at_us
    even = np.ones((len(at_us), 1 + DRAWS))
    clear, shows = [np.where(before, missed, even) for missed in misses], np.where(before, even, too_much)
    lies = place(asked.lesion.side, asked.lesion.region)
    covers = [lies in film.places] if asked.lesion.region else [any(one in film.places for one in chart), False]
    told = {Answer.NO: clear, Answer.YES: [shows], Answer.NOT_RECORDED: [*clear, shows, even]}[film.metal_seen]
    answers = [one if covered else even for covered in covers for one in told]
    stacked = np.stack(answers)
    point = even if film.metal_seen == Answer.NOT_RECORDED or False in covers else answers[0]
    return stacked.min(axis=0), stacked.max(axis=0), point


def spread_days(asked: Question) -> tuple[Floats, Floats]:
    """Ages (days) that stand for all the time before the finding, and how many days each stands for."""
    total = max((asked.found_us - asked.since_us) / US_PER_DAY, 1.0)
    edges = np.concatenate(([0.0], np.geomspace(0.25, total, 160)))
    return (edges[1:] + edges[:-1]) / 2, np.diff(edges)
