"""Could an incident have done this? The finding as a person describes it, the comparison, and putting it on record."""

import math
from typing import Any

import msgspec

from holdfast.investigation import telling, words
from holdfast.investigation.compare import UNRECORDED, Comparison, compare
from holdfast.investigation.places import all_places
from holdfast.investigation.question import US_PER_DAY, Happened, Question, question
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.limits import INCIDENTS_COMPARED_MAX
from holdfast.knowledge import injuries
from holdfast.record import inquiry_events as iq
from holdfast.record.case_state import CaseState
from holdfast.record.events import AnyEvent, case_stream
from holdfast.record.service_events import Incident
from holdfast.record.service_state import ServiceDog
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.custody import items_of
from holdfast.usecases.ports import Receipt
from holdfast.usecases.service import check_place, linked_dog

_AGE_DAYS_MAX = 30 * 365.0
_MONTH_DAYS = 30.44
_LOOKED_BACK_DAYS = 5 * 365
"""How far back we look when neither the dog's age nor any earlier entry is on record; ours."""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What is entered of a finding; see ``record.inquiry_events.LesionDescribed``."""

    by: str
    side: str = ""
    region: str = ""
    depth: iq.Depth = iq.Depth.NOT_RECORDED
    found: iq.ObjectFound = iq.ObjectFound.NOT_RECORDED
    found_basis: iq.Basis = iq.Basis.NOT_RECORDED
    material: iq.Material = iq.Material.NOT_RECORDED
    item_id: str = ""
    age_low_days: float | None = None
    age_high_days: float | None = None
    age_basis: iq.AgeBasis = iq.AgeBasis.NOT_RECORDED
    age_reason: str = ""
    age_by: str = ""
    note: str = ""
    at_us: int | None = None
    """When it was found; None: now, or as before when a description is corrected."""


def describe(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    description: Description,
    lesion_id: str = "",
    reason: str = "",
    command_id: str = "",
) -> Receipt:
    """Write down what was found; with ``lesion_id`` describe it anew, with a reason."""
    texts = {name: clean_text(getattr(description, name), name) for name in ("by", "note", "age_reason", "age_by")}
    if not texts["by"]:
        raise OperatorError("Nobody is named who found it.", "Enter the name of the person as on paper.")
    check_place(ctx, description.side, description.region)
    age = _age(description, texts)
    reason = clean_text(reason, "The reason")
    fresh_id = ctx.ids.new_id()

    def build() -> list[AnyEvent]:
        now_us = ctx.clock.now_us()
        before = ctx.book.case(case_id).inquiry.lesions.get(lesion_id)
        if lesion_id and before is None:
            raise NotFoundError("That finding is not on this case.", "Reload the page.")
        if before is not None and not reason:
            raise OperatorError("A new description needs a reason.", "Say in a few words what changed.")
        if description.item_id and description.item_id not in items_of(ctx, case_id):
            raise OperatorError("The case has no such item of evidence.", "Choose one of the list.")
        at_us = description.at_us or (before.at_us if before else now_us)
        if at_us > now_us:
            raise OperatorError("That lies in the future.", "Enter when it was found.")
        return [
            iq.LesionDescribed(
                at_us=at_us,
                lesion_id=lesion_id or fresh_id,
                by=texts["by"],
                item_id=description.item_id,
                side=description.side,
                region=description.region,
                depth=description.depth,
                found=description.found,
                found_basis=description.found_basis,
                material=description.material,
                age=age,
                note=texts["note"],
                reason=reason,
            )
        ]

    return record_checked(ctx, actor=actor, stream=case_stream(case_id), build=build, command_id=command_id)


def _age(description: Description, texts: dict[str, str]) -> iq.WoundAge | None:
    low, high = description.age_low_days, description.age_high_days
    if low is None and high is None:
        return None
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        raise OperatorError("The age of the wound needs both ends.", "Enter the least and the most days.")
    if not 0 <= low <= high <= _AGE_DAYS_MAX or high == 0:
        raise OperatorError(f"{low:g} to {high:g} days is no range.", "Enter the least first, both in days.")
    if not texts["age_reason"] or not texts["age_by"]:
        raise OperatorError("The age of the wound stands on nobody's word.", "Enter who judged it, and from what.")
    return iq.WoundAge(
        low_days=low, high_days=high, basis=description.age_basis, reason=texts["age_reason"], by=texts["age_by"]
    )


def page_of(ctx: Context, case_id: str, lesion_id: str) -> dict[str, Any]:
    """The comparison for one finding, whole: plain values that can stand on record."""
    case, dog = ctx.book.case(case_id), linked_dog(ctx, case_id)
    lesion = case.inquiry.lesions.get(lesion_id)
    if lesion is None:
        raise NotFoundError("That finding is not on this case.", "Describe it first.")
    data = injuries.load()
    asked, left_out = _question(case, dog, lesion)
    chart = all_places({key: region.sides for key, region in ctx.knowledge.regions.items()})
    found = compare(data, asked, chart)
    region = ctx.knowledge.regions.get(lesion.region)
    span = words.in_span(asked, found.works)
    return {
        "data_release": data.release,
        "finding": words.finding_words(asked, region.name if region else ""),
        "age": _age_page(lesion),
        "says": list(words.conclusions(data, asked, found)),
        "rows": [_row(data, asked, one.key, one.probability, one.low, one.high) for one in found.candidates],
        "unrecorded": _unrecorded_page(found),
        "span": None if span is None else {"from_us": span[0], "to_us": span[1]},
        "works": [
            {
                "entry_id": one.work.entry_id,
                "at_us": one.work.at_us,
                "place": one.work.place,
                "text": words.work_words(one.work),
                "share": words.percent(one.share),
                "in_span": span is not None and one in span[2],
            }
            for one in sorted(found.works, key=lambda one: one.work.at_us)
            if span is None or one in span[2] or one.share > 0.01
        ],
        "steps": [_step(asked, one) for one in telling.steps(data, asked, chart, found)],
        "left_out": left_out,
        "has_history": dog is not None,
    }


def _question(case: CaseState, dog: ServiceDog | None, lesion: iq.LesionDescribed) -> tuple[Question, int]:
    """What is asked, and how many older incidents are left out of it."""
    entries = [entry.event for entry in (dog.standing if dog else [])]
    told = [entry for entry in entries if isinstance(entry.what, Incident)]
    too_many = {id(entry) for entry in told[INCIDENTS_COMPARED_MAX:]}
    months = case.admitted.age_months
    looked_back = months * _MONTH_DAYS if months else _LOOKED_BACK_DAYS
    start_us = (case.admitted.at_us if months else lesion.at_us) - int(looked_back * US_PER_DAY)
    kept = [entry for entry in entries if id(entry) not in too_many]
    return question(lesion, kept, min(start_us, lesion.at_us)), len(too_many)


def _age_page(lesion: iq.LesionDescribed) -> dict[str, Any] | None:
    age = lesion.age
    if age is None:
        return None
    return {
        "text": f"{words.days(age.low_days)} to {words.days(age.high_days)}",
        "by": age.by,
        "basis": age.basis.value,
        "reason": age.reason,
    }


def _row(data: injuries.Injuries, asked: Question, key: str, p: float, low: float, high: float) -> dict[str, Any]:
    happened: Happened | None = next((one for one in asked.incidents if one.entry_id == key), None)
    told = words.grounds(data, asked, happened) if happened else ()
    return {
        "key": key,
        "title": words.title(happened) if happened else "An event that is not on record",
        "mechanism": happened.incident.mechanism.value if happened else "",
        "at_us": happened.at_us if happened else None,
        "probability": p,
        "low": low,
        "high": high,
        "text": words.percent(p),
        "range": words.spanned(low, high),
        "grounds": [{"about": one.about, "verdict": one.verdict, "text": one.text} for one in told],
    }


def _unrecorded_page(found: Comparison) -> dict[str, Any]:
    kinds = [f"{words.EVENTS[kind]} {words.percent(p)}" for kind, p in found.mechanisms if p > 0.01]
    return {"kinds": kinds, "elsewhere": words.percent(found.elsewhere)}


def _step(asked: Question, one: telling.Step) -> dict[str, Any]:
    names = {happened.entry_id: words.named(happened) for happened in asked.incidents}
    names[UNRECORDED] = "an event that is not on record"
    outcomes = [f"{o.says}: {names[o.leader]} leads, {words.percent(o.probability)}" for o in one.outcomes]
    return {"key": one.key, "text": one.text, "outcomes": outcomes}


def state(ctx: Context, *, actor: str, case_id: str, lesion_id: str, command_id: str = "") -> Receipt:
    """Put the comparison on record as it stands now, with the versions that it rests on."""
    compare_id = ctx.ids.new_id()

    def build() -> list[AnyEvent]:
        case, dog = ctx.book.case(case_id), linked_dog(ctx, case_id)
        page = page_of(ctx, case_id, lesion_id)
        return [
            iq.IncidentsCompared(
                at_us=ctx.clock.now_us(),
                compare_id=compare_id,
                lesion_id=lesion_id,
                service_id=dog.service_id if dog else "",
                service_version=dog.version if dog else 0,
                case_version=case.version,
                data_release=page["data_release"],
                page=page,
            )
        ]

    return record_checked(ctx, actor=actor, stream=case_stream(case_id), build=build, command_id=command_id)


def changed_since(ctx: Context, case_id: str, statement: iq.IncidentsCompared) -> list[str]:
    """What a statement rests on that is no longer so, in sentences; empty when all of it stands."""
    case, dog = ctx.book.case(case_id), linked_dog(ctx, case_id)
    changed = []
    if (dog.service_id if dog else "") != statement.service_id:
        changed.append(
            "The case is linked to another service history now."
            if dog
            else "The link to the service history was taken away."
        )
    elif dog is not None and (late := dog.changed_since(statement.service_version)):
        changed.append(
            f"{len(late)} {'entry' if len(late) == 1 else 'entries'} of the service history came or changed since."
        )
    lesion = case.inquiry.lesions.get(statement.lesion_id)
    if lesion is not None and lesion.reason and _described_after(ctx, case_id, statement):
        changed.append("The finding was described anew since.")
    if statement.data_release != injuries.load().release:
        changed.append("The numbers behind it are of another release now.")
    return changed


def _described_after(ctx: Context, case_id: str, statement: iq.IncidentsCompared) -> bool:
    after = ctx.store.read_stream(case_stream(case_id), after_version=statement.case_version, without_blocks=True)
    return any(isinstance(e := one.event, iq.LesionDescribed) and e.lesion_id == statement.lesion_id for one in after)
