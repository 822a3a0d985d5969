"""Published scores as of now: the total, or between which ends it lies, with every item that has its points."""

from collections.abc import Iterable

from holdfast.gateways.fhir.basics import (
    CATEGORY,
    Resource,
    coding,
    concept,
    filled,
    id_part,
    note,
    ours,
    quantity,
    reference,
    terms,
    when,
)
from holdfast.gateways.fhir.building import Made
from holdfast.knowledge.model import Knowledge
from holdfast.recovery.scores import Score

TOTAL = ".s."
"""Begins the part of an id that names a score."""


def totals(case_id: str, training: bool, knowledge: Knowledge, scores: Iterable[Score], now_us: int) -> list[Made]:
    """One Observation for each score of which anything is known. A score takes nothing that is missing for normal."""
    return [Made(_total(case_id, training, knowledge, one, now_us), 1, now_us, now_us) for one in scores if one.filled]


def _total(case_id: str, training: bool, knowledge: Knowledge, score: Score, now_us: int) -> Resource:
    rule = knowledge.care.scores[score.key]
    value: Resource = {"valueQuantity": quantity(score.total, "points")} if score.total is not None else {}
    missing = ", ".join(one.name for one in score.missing)
    if score.total is None:
        value = {"dataAbsentReason": concept(coding(terms("data-absent-reason"), "unknown"))}
    low, high = score.between
    return filled(
        {
            "resourceType": "Observation",
            "id": f"{case_id}{TOTAL}{id_part(score.key)}",
            "meta": filled(
                {
                    "versionId": "1",
                    "lastUpdated": when(now_us),
                    "tag": [coding(terms("v3-ActReason"), "HTEST", "test health data")] if training else [],
                }
            ),
            "status": "preliminary" if score.missing else "final",
            "category": [concept(coding(CATEGORY, "survey"))],
            "code": concept(coding(ours("score"), score.key), text=rule.name),
            "subject": reference("Patient", case_id),
            "encounter": reference("Encounter", case_id),
            "effectiveDateTime": when(now_us),
            "performer": [reference("Device", "holdfast", "Holdfast")],
            **value,
            "component": [
                {
                    "code": concept(coding(ours("score"), f"{score.key}.{one.item}"), text=one.name),
                    "valueQuantity": quantity(one.score, "points"),
                }
                for one in score.filled
            ],
            "note": note(
                missing and f"Missing: {missing}. The total lies between {low:g} and {high:g}.",
                *(one.text for one in score.limits),
            ),
        }
    )
