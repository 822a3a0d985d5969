"""Whether treatments helped, as evidence: a diagnosis implies how the animal should answer to oxygen or fluids.

What was expected of a treatment and what the signals did is judged by ``monitoring``; here it becomes the findings
that the knowledge says follow from it ("no response to oxygen"). What a person recorded goes before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.record.events import Presence


@dataclass(frozen=True)
class Answered:
    """How the animal answered to one treatment."""

    category: str
    helped: bool | None
    """None: it could not be judged, and nothing is concluded."""
    at_us: int
    text: str
    """What was expected and what was seen."""
    treatment_id: str


def with_answers(knowledge: Knowledge, evidence: Evidence, answers: Iterable[Answered]) -> Evidence:
    """The evidence with the findings that follow from the newest judged answer of each kind of treatment."""
    newest: dict[str, Answered] = {}
    for one in sorted(answers, key=lambda one: (one.at_us, one.treatment_id)):
        if one.helped is not None:
            newest[one.category] = one
    findings = {}
    for finding in knowledge.findings.values():
        answered = newest.get(finding.response.category) if finding.response else None
        if finding.response is None or answered is None:
            continue
        same = answered.helped is finding.response.helped
        presence = Presence.PRESENT if same else Presence.ABSENT
        findings[finding.key] = Observed(presence, answered.at_us, answered.text, (answered.treatment_id,))
    return replace(evidence, findings=dict(sorted({**findings, **evidence.findings}.items())))
