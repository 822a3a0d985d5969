"""What a conclusion rests on: how many of its numbers are estimates of ours, and which of them move it most."""

from dataclasses import dataclass

from holdfast.knowledge.model import Grade, Knowledge
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.explain import Number, number_of_background, number_of_prior, numbers_of_link
from holdfast.reasoning.ranges import Parameter
from holdfast.reasoning.world import unlisted_system

MOSTLY = 0.5
"""From this share of estimates on it is said that a conclusion rests on them (estimate, ours)."""


@dataclass(frozen=True)
class Grounds:
    """How many numbers of the release stand behind one listed disease, given what is on record."""

    numbers: int
    estimates: int

    @property
    def mostly_estimates(self) -> bool:
        return self.estimates >= MOSTLY * self.numbers


def grounds(knowledge: Knowledge, evidence: Evidence, disease: str) -> Grounds:
    """How common it is, how often it shows each thing that was looked for, and how each measured value lies in it."""
    record = knowledge.diseases[disease]
    grades = [
        record.prior.grade,
        *(f.grade for f in record.findings if f.finding in evidence.findings),
        *(t.grade for t in record.values if t.measure in evidence.values),
    ]
    return Grounds(len(grades), sum(grade is Grade.ESTIMATE for grade in grades))


def number_of(knowledge: Knowledge, parameter: Parameter) -> Number | None:
    """The number behind a parameter; None for one that the release holds in another form (a measured value)."""
    if unlisted_system(parameter.disease) is not None:
        share = knowledge.tuning.unlisted_share
        return Number(
            "share of causes that are not on the list", share.value, share.grade, share.source, note=share.note
        )
    if not parameter.disease:
        return number_of_background(knowledge, parameter.finding)
    if not parameter.finding:
        return number_of_prior(knowledge, parameter.disease)
    found = numbers_of_link(knowledge, parameter.disease, parameter.finding)
    return found[0] if len(found) > 1 else None
