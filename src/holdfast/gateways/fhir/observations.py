"""Observations that people made: findings, presses on the body chart, the examination, scores, what home saw.

What the monitor measured is in ``measurements``: it is not a stream of events.
"""

from typing import Any

from holdfast.gateways.fhir.basics import (
    CATEGORY,
    LOINC,
    Resource,
    coding,
    concept,
    filled,
    note,
    ours,
    quantity,
    reference,
    terms,
    when,
)
from holdfast.gateways.fhir.building import Building, Mappers
from holdfast.gateways.fhir.measures import loinc_of
from holdfast.record import end_of_life_events as eol
from holdfast.record import events as ev
from holdfast.record import exam_events as ex
from holdfast.record import home_events as ho
from holdfast.record import inquiry_events as iq
from holdfast.record.events import Recorded
from holdfast.record.monitor import Origin
from holdfast.record.score_events import ScoreItemAnswered

_VITAL = frozenset({"hr", "rr", "temp", "spo2", "nibp_sys", "nibp_dia", "nibp_mean", "pulse", "weight"})
INTERPRETATION = terms("v3-ObservationInterpretation")


def observation(
    b: Building,
    item: Recorded,
    at_us: int,
    code: Resource,
    category: str,
    content: Resource,
    *,
    suffix: str = "",
) -> Resource:
    """An Observation of this case by whoever recorded it. ``content`` holds the value and what else there is."""
    return filled(
        {
            "resourceType": "Observation",
            "id": b.new_id(item, suffix),
            "status": "final",
            "category": [concept(coding(CATEGORY, category))],
            "code": code,
            **b.subject(),
            "effectiveDateTime": when(at_us),
            "issued": when(item.recorded_us),
            "performer": [b.person(item.actor)],
            **content,
        }
    )


def part(name: str, **value: Any) -> Resource:
    """One component of an Observation, named by our own code."""
    return {"code": concept(coding(ours("component"), name)), **value}


def _finding(b: Building, item: Recorded, event: ev.FindingRecorded) -> None:
    present = event.presence is ev.Presence.PRESENT
    code = b.finding(event.key)
    if loinc := loinc_of(event.key):
        code = concept(
            coding(LOINC, loinc), *code.get("coding", []), coding(ours("measure"), event.key), text=event.key
        )
    value: Resource = {"valueBoolean": present}
    if event.value is not None:
        value = {"valueQuantity": quantity(event.value, event.unit)}
        if not present:
            value["component"] = [part("presence", valueBoolean=False)]
    content = value | {"bodySite": b.site(*_place(event.region)), "note": note(event.note)}
    category = "vital-signs" if event.key in _VITAL else "laboratory" if event.value is not None else "exam"
    b.put(
        item,
        event.at_us,
        observation(b, item, event.at_us, code, category, content),
        entity=("finding", event.finding_id),
    )


def _place(text: str) -> tuple[str, str]:
    """Side and region of ``left:thorax_mid``, or of a region alone."""
    side, _, region = text.rpartition(":")
    return side, region


def _retracted(b: Building, item: Recorded, event: ev.FindingRetracted) -> None:
    b.withdraw(item, "finding", event.finding_id, event.reason)


def _touch(b: Building, item: Recorded, event: ev.TouchRecorded) -> None:
    content = {
        "valueCodeableConcept": concept(
            coding(ours("touch-response"), event.response.value), text=event.response.value
        ),
        "bodySite": b.site(event.side, event.region),
        "component": [
            part("strength", valueCodeableConcept=concept(coding(ours("touch-strength"), event.strength.value)))
        ],
        "note": note(event.note),
    }
    code = concept(coding(ours("observation"), "touch", "Response to a touch"))
    b.put(item, event.at_us, observation(b, item, event.at_us, code, "exam", content), entity=("touch", event.touch_id))


def _touch_withdrawn(b: Building, item: Recorded, event: ex.TouchWithdrawn) -> None:
    b.withdraw(item, "touch", event.touch_id, event.reason)


def _examined(b: Building, item: Recorded, event: ex.ExamNoted) -> None:
    flag = coding(INTERPRETATION, "N" if event.normal else "A", "Normal" if event.normal else "Abnormal")
    members = [made for key in event.findings if (made := b.of("finding", key))]
    content = {
        "valueCodeableConcept": concept(coding(ours("exam-option"), f"{event.item}:{event.option}"), text=event.words),
        "interpretation": [concept(flag)],
        "bodySite": concept(text=event.place),
        "hasMember": [reference("Observation", made.id) for made in members],
    }
    code = concept(coding(ours("exam-item"), event.item), text=event.item.replace("_", " "))
    b.put(item, event.at_us, observation(b, item, event.at_us, code, "exam", content), entity=("exam", event.note_id))
    b.named["exam-entry", f"{event.entry_id} {event.note_id}"] = ("Observation", b.new_id(item))


def _exam_withdrawn(b: Building, item: Recorded, event: ex.ExamWithdrawn) -> None:
    for what, identity in list(b.named):
        if what == "exam-entry" and identity.startswith(f"{event.entry_id} "):
            b.withdraw(item, what, identity, event.reason)


def _scored(b: Building, item: Recorded, event: ScoreItemAnswered) -> None:
    rule = b.around.knowledge.care.scores.get(event.score)
    line = next((one for one in rule.items if one.key == event.item), None) if rule else None
    words = f"{rule.name}: {line.name}" if rule and line else f"{event.score}: {event.item}"
    level = next((one.text for one in line.levels if one.score == event.points), "") if line else ""
    code = concept(coding(ours("score"), f"{event.score}.{event.item}"), text=words)
    content = {"valueQuantity": quantity(event.points, "points"), "note": note(level)}
    b.put(item, event.at_us, observation(b, item, event.at_us, code, "survey", content))


def _quality(b: Building, item: Recorded, event: eol.QualityOfLifeRecorded) -> None:
    code = concept(coding(ours("observation"), "quality-of-life", "Quality of life"), text=event.tool)
    content = {"valueQuantity": quantity(event.total, "points"), "note": note(event.note)}
    b.put(item, event.at_us, observation(b, item, event.at_us, code, "survey", content))


def _death_checked(b: Building, item: Recorded, event: eol.DeathChecked) -> None:
    parts = [part(key, valueBoolean=False) for key in event.absent] + [
        part(key, valueBoolean=True) for key in event.present
    ]
    code = concept(coding(ours("observation"), "signs-of-life", "Signs of life"))
    content: Resource = {"component": parts, "note": note(event.note)}
    if not parts:
        content["dataAbsentReason"] = concept(coding(terms("data-absent-reason"), "unknown"))
    b.put(item, event.at_us, observation(b, item, event.at_us, code, "exam", content))


def _condition_began(b: Building, item: Recorded, event: ev.MonitorConditionBegan) -> None:
    code = concept(coding(ours("monitor-condition"), event.condition), text=event.text or event.condition)
    content: Resource = {"valueBoolean": True, "effectivePeriod": {"start": when(event.at_us)}}
    if event.origin is not Origin.LIVE:
        content["note"] = note(f"Not measured on the animal now: {event.origin.value}.")
    made = observation(b, item, event.at_us, code, "procedure", content)
    del made["effectiveDateTime"]
    b.put(item, event.at_us, made, entity=("condition", f"{event.condition}/{event.signal}"))


def _condition_ended(b: Building, item: Recorded, event: ev.MonitorConditionEnded) -> None:
    b.change(
        item,
        "condition",
        f"{event.condition}/{event.signal}",
        lambda one: {"effectivePeriod": {**one["effectivePeriod"], "end": when(event.at_us)}},
    )


def _sign_seen(b: Building, item: Recorded, event: ho.RecoveryMarked) -> None:
    code = concept(coding(ours("first-sign"), event.sign), text=event.sign.replace("_", " "))
    content = {"valueBoolean": True, "note": note(event.note)}
    b.put(item, event.at_us, observation(b, item, event.at_us, code, "exam", content), entity=("mark", event.mark_id))


def _sign_withdrawn(b: Building, item: Recorded, event: ho.RecoveryMarkWithdrawn) -> None:
    b.withdraw(item, "mark", event.mark_id, event.reason)


def _home(b: Building, item: Recorded, event: ho.HomeObserved) -> None:
    said = {name: str(getattr(event, name)) for name in ("effort", "gums", "appetite", "gait", "wound", "advice")}
    parts = [part(name, valueString=value) for name, value in said.items() if value]
    if event.breaths_per_min is not None:
        parts.append(part("breaths-at-rest", valueQuantity=quantity(event.breaths_per_min, "/min")))
    code = concept(coding(ours("observation"), "home", "Seen at home"))
    content = {"component": parts, "note": note(event.note)}
    b.put(item, event.at_us, observation(b, item, event.at_us, code, "survey", content))


def _lesion(b: Building, item: Recorded, event: iq.LesionDescribed) -> None:
    words = ", ".join((event.found.value, event.depth.value, event.material.value)).replace("_", " ")
    parts = [
        part(name, valueCodeableConcept=concept(coding(ours(f"lesion-{name}"), value)))
        for name, value in (
            ("found", event.found.value),
            ("found-basis", event.found_basis.value),
            ("depth", event.depth.value),
            ("material", event.material.value),
        )
    ]
    if age := event.age:
        low, high = quantity(age.low_days, "d"), quantity(age.high_days, "d")
        parts.append(part("age-of-wound", valueRange={"low": low, "high": high}))
    content = {
        "valueString": words,
        "bodySite": b.site(event.side, event.region),
        "component": parts,
        "note": note(event.note, event.reason and f"Corrected: {event.reason}"),
    }
    earlier = b.of("lesion", event.lesion_id)
    made = observation(
        b, item, event.at_us, concept(coding(ours("observation"), "lesion", "What was found")), "exam", content
    )
    if earlier:
        made |= {"id": earlier.id, "status": "corrected"}
    b.put(item, event.at_us, made, entity=("lesion", event.lesion_id))


MAPPERS: Mappers = {
    ev.FindingRecorded: _finding,
    ev.FindingRetracted: _retracted,
    ev.TouchRecorded: _touch,
    ev.MonitorConditionBegan: _condition_began,
    ev.MonitorConditionEnded: _condition_ended,
    ex.TouchWithdrawn: _touch_withdrawn,
    ex.ExamNoted: _examined,
    ex.ExamWithdrawn: _exam_withdrawn,
    ScoreItemAnswered: _scored,
    eol.QualityOfLifeRecorded: _quality,
    eol.DeathChecked: _death_checked,
    ho.RecoveryMarked: _sign_seen,
    ho.RecoveryMarkWithdrawn: _sign_withdrawn,
    ho.HomeObserved: _home,
    iq.LesionDescribed: _lesion,
}
