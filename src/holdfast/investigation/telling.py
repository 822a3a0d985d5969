"""What would tell the candidates apart: the same question asked again with an answer that is not there yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from holdfast.investigation.compare import Comparison, compare
from holdfast.investigation.question import Question, Work
from holdfast.investigation.words import day
from holdfast.knowledge.injuries import METALS, Injuries
from holdfast.record import inquiry_events as iq
from holdfast.record.service_events import Answer

_HISTOLOGY_SPREAD = 2.0
"""A pathologist's range about one moment, from half its age to twice its age; ours."""


@dataclass(frozen=True)
class Outcome:
    """If it said this, the leader would be this one."""

    says: str
    leader: str
    """Id of an incident, or ``compare.UNRECORDED``."""
    probability: float


@dataclass(frozen=True)
class Step:
    """Something that somebody could do or be asked."""

    key: str
    text: str
    outcomes: tuple[Outcome, ...]


def steps(data: Injuries, asked: Question, chart: Sequence[str], found: Comparison) -> tuple[Step, ...]:
    """What is worth doing, the most telling first: how much the leader's probability could move."""
    made = [*_laboratory(data, asked, chart), *_histology(data, asked, chart), *_witnesses(data, asked, chart, found)]
    made.append(Step("films", _films_text(asked), ()))
    return tuple(sorted(made, key=lambda one: -_moves(one, found)))


def _moves(step: Step, found: Comparison) -> float:
    now = found.candidates[0]
    return max((abs(o.probability - now.probability) + (o.leader != now.key) for o in step.outcomes), default=-1.0)


def _ask(data: Injuries, asked: Question, chart: Sequence[str], says: str) -> Outcome:
    first = compare(data, asked, chart).candidates[0]
    return Outcome(says, first.key, first.probability)


def _with(asked: Question, **changes: object) -> Question:
    return replace(asked, lesion=msgspec.structs.replace(asked.lesion, **changes))


def _laboratory(data: Injuries, asked: Question, chart: Sequence[str]) -> list[Step]:
    lesion = asked.lesion
    metal = lesion.found in (*METALS, iq.ObjectFound.METAL)
    settled = lesion.found_basis == iq.Basis.LABORATORY and lesion.material != iq.Material.NOT_RECORDED
    if settled or not metal:
        return []
    could = (
        ("a projectile of soft metal", iq.ObjectFound.PROJECTILE, iq.Material.SOFT_METAL),
        ("a splinter of iron or steel", iq.ObjectFound.METAL_SPLINTER, iq.Material.IRON),
    )
    outcomes = tuple(
        _ask(data, _with(asked, found=thing, material=metal, found_basis=iq.Basis.LABORATORY), chart, says)
        for says, thing, metal in could
    )
    return [Step("laboratory", "A firearms laboratory names the object and its metal.", outcomes)]


def _histology(data: Injuries, asked: Question, chart: Sequence[str]) -> list[Step]:
    age = asked.lesion.age
    if (age is not None and age.basis == iq.AgeBasis.HISTOLOGY) or not asked.incidents:
        return []
    ages = {round(asked.age_days(one.at_us), 1) for one in asked.incidents if asked.age_days(one.at_us) > 0}
    middle = (age.low_days * age.high_days) ** 0.5 if age is not None else 90.0

    def judged(old: float) -> Question:
        seen = iq.WoundAge(
            low_days=old / _HISTOLOGY_SPREAD,
            high_days=old * _HISTOLOGY_SPREAD,
            basis=iq.AgeBasis.HISTOLOGY,
            reason="",
            by="",
        )
        return _with(asked, age=seen)

    nearest = sorted(ages)[:1]
    outcomes = tuple(_ask(data, judged(old), chart, f"about {round(old)} days old") for old in [*nearest, middle])
    return [Step("histology", "A pathologist judges the age of the track or capsule under the microscope.", outcomes)]


def _witnesses(data: Injuries, asked: Question, chart: Sequence[str], found: Comparison) -> list[Step]:
    """Work in which nobody wrote down whether shots were fired."""
    open_works = [one.work for one in found.works if one.work.gunfire == Answer.NOT_RECORDED][:2]
    made = []
    for work in open_works:
        outcomes = tuple(
            _ask(data, _shots(asked, work, answer), chart, answer.value) for answer in (Answer.YES, Answer.NO)
        )
        text = (
            f"Were shots fired on {day(work.at_us)} at {work.place or work.task or 'work'}? Ask those who were there."
        )
        made.append(Step(f"shots:{work.entry_id}", text, outcomes))
    return made


def _shots(asked: Question, work: Work, answer: Answer) -> Question:
    return replace(asked, works=tuple(replace(one, gunfire=answer) if one == work else one for one in asked.works))


def _films_text(asked: Question) -> str:
    known = ", ".join(day(film.at_us) for film in asked.films if film.metal_seen == Answer.NO)
    known = f" On record as clear: {known}." if known else ""
    return f"Any earlier image of the place, from any clinic: without it, nothing before that day did it.{known}"
