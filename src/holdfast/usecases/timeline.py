"""The timeline of a case: who did or saw what, when, in one list."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from holdfast.custody.words import sentence
from holdfast.kernel.time import US_PER_MIN
from holdfast.record import alarm_events as al
from holdfast.record import cpr_events as cpr
from holdfast.record import custody_events as cu
from holdfast.record import events as ev
from holdfast.record import evidence_events as evi
from holdfast.record import film_events as fi
from holdfast.record import imaging_events as im
from holdfast.record import retention_events as rt
from holdfast.record import shadow_events as sh
from holdfast.record.exam_events import ExamNoted
from holdfast.record.score_events import ScoreItemAnswered
from holdfast.resuscitation.utstein import FACTS
from holdfast.usecases import exam_words
from holdfast.usecases.alarm_views import label
from holdfast.usecases.context import Context
from holdfast.usecases.course_views import course_view
from holdfast.usecases.end_of_life_words import end_of_life_words
from holdfast.usecases.hook_words import hook_words
from holdfast.usecases.inquiry_words import inquiry_line
from holdfast.usecases.resuscitations import CPR_WISHES
from holdfast.usecases.timeline_care import care_words
from holdfast.usecases.treatment_words import treatment_words

_IN_THE_ALARM_LOG = (
    al.AlarmRaised,
    al.AlarmCleared,
    al.AlarmAcknowledged,
    al.AlarmEscalated,
    al.AlarmSecondOpinion,
)
_TOLD_NOBODY = (sh.ShadowSpoke, sh.ShadowEnded, sh.ShadowJudged)
"""What silent rules would have said: it lies on the page of the rules, so that nobody acts on it."""


@dataclass(frozen=True)
class Line:
    """One line of the timeline."""

    seq: int
    at_us: int
    recorded_us: int
    actor: str
    """Account id, device key or ``holdfast``; the edge turns it into a name."""
    kind: str
    category: str
    """admin, finding, touch, treatment, diagnosis, test, note, monitor, order, second_look, decision, resuscitation,
    imaging, consult, custody, inquiry, call, recovery, home, surgery or other_systems."""
    text: str
    detail: str = ""
    treatment_id: str = ""
    """Of what was given; empty for every other line."""
    end_us: int | None = None
    """Of what lasts: when it was over."""


def timeline(ctx: Context, case_id: str, until_us: int | None = None) -> list[Line]:
    """All lines in the order of when things happened; with ``until_us`` only what was recorded by then.

    Monitor blocks are left out: one line every ten seconds tells nobody anything. So are alarms that came and went:
    the states behind them are here already, and ``alarm_log`` has them whole.
    """
    recorded = ctx.store.read_stream(ev.case_stream(case_id), recorded_until_us=until_us, without_blocks=True)
    findings = {e.finding_id: e for item in recorded if isinstance(e := item.event, ev.FindingRecorded)}
    answers = exam_words.together(recorded)
    told = (
        item
        for item in recorded
        if not isinstance(item.event, _IN_THE_ALARM_LOG + _TOLD_NOBODY)
        and not exam_words.follows_from_answers(item.event)
        and not (isinstance(item.event, ExamNoted) and item.event.note_id not in answers)
    )
    return sorted((_line(ctx, item, findings, answers) for item in told), key=lambda line: (line.at_us, line.seq))


def _line(ctx: Context, item: ev.Recorded, findings: dict[str, ev.FindingRecorded], answers: dict[str, str]) -> Line:
    event = item.event
    if examined := exam_words.told(event, answers):
        category, text, detail = examined
    elif isinstance(event, ev.FindingRetracted):
        taken = findings.get(event.finding_id)
        text = f"Taken back: {_finding_name(ctx, taken.key) if taken else 'a finding'}"
        category, detail = "finding", event.reason
    else:
        category, text, detail = _words(ctx, event)
    given = event.treatment_id if isinstance(event, ev.TreatmentGiven) else ""
    return Line(item.seq, event.at_us, item.recorded_us, item.actor, ev.kind_of(event), category, text, detail, given)


def with_responses(ctx: Context, case_id: str, lines: Iterable[Line], now_us: int) -> list[Line]:
    """The lines with what was seen, up to now, after the treatments of the last hours that may be expected to do
    something. Worked out at the moment of asking and not on record: not for a timeline as of an earlier moment."""
    seen = {
        one.treatment_id: "; ".join(f"{effect.label.lower()} {effect.verdict}" for effect in one.expected)
        for one in course_view(ctx, case_id, now_us).treatments
    }
    return [_with_response(line, seen.get(line.treatment_id, "")) for line in lines]


def _with_response(line: Line, seen: str) -> Line:
    return replace(line, detail="; ".join(part for part in (line.detail, seen and f"after it: {seen}") if part))


def _words(ctx: Context, event: ev.AnyEvent) -> tuple[str, str, str]:
    """(category, text, detail) of an event."""
    match event:
        case ev.PatientAdmitted():
            weight = f"{event.weight_kg:g} kg" if event.weight_kg is not None else "not weighed"
            kind = ", ".join(part for part in (event.breed or event.species, weight) if part)
            return "admin", f"Admitted: {event.name} ({kind})", event.complaint
        case ev.PatientCorrected():
            return "admin", f"Corrected {event.field}: {event.value}", event.reason
        case ev.WeightMeasured():
            return "admin", f"Weight {event.weight_kg:g} kg", ""
        case ev.BedAssigned():
            return "admin", f"Moved to {event.bed}" if event.bed else "Taken off the bed", ""
        case ev.CaseClosed():
            return "admin", f"Case closed: {event.outcome}", ""
        case ev.FindingRecorded():
            return "finding", _finding_words(ctx, event), event.note
        case ev.TouchRecorded():
            return "touch", touch_words(ctx, event.side, event.region, event.strength, event.response), event.note
        case ev.TreatmentGiven():
            amount = f", {event.amount}" if event.amount else ""
            return "treatment", f"Given: {event.what}{amount} ({event.category})", event.note
        case ev.WorkingDiagnosisSet():
            support = ", ".join(_finding_name(ctx, key) for key in event.supported_by)
            return "diagnosis", f"Working diagnosis: {event.text}", f"supported by {support}" if support else ""
        case ev.TestOrdered():
            test = ctx.knowledge.tests.get(event.test)
            return "test", f"Test ordered: {test.name if test else event.test}", event.note
        case ScoreItemAnswered():
            return "finding", _score_words(ctx, event), ""
        case ev.NoteWritten():
            return "note", event.text, ""
        case ev.MonitorConditionBegan():
            return "monitor", event.text, ""
        case ev.MonitorConditionEnded():
            return "monitor", f"Ended: {event.condition.replace('_', ' ')}", ""
        case cu.CustodyFact():
            return (
                "custody",
                sentence(event, {r.key: r.name for r in ctx.knowledge.regions.values()}),
                event.explanation,
            )
        case cu.CustodyOpinion():
            return "custody", sentence(event), ""
        case evi.ReportMade():
            return "admin", f"Report made ({event.about}) for {event.recipient or 'nobody named'}", event.purpose
        case evi.CaseExported():
            left_out = f"; {len(event.withheld)} kinds of parts withheld" if event.withheld else ""
            return "admin", f"Exported for {event.recipient}", f"{event.purpose}{left_out}"
        case rt.LegalHoldSet():
            return "admin", f"Legal hold: {event.reference}", event.why
        case rt.LegalHoldLifted():
            return "admin", "Legal hold lifted", event.why
        case rt.PicturesRemoved():
            return "admin", f"Bytes of {len(event.image_ids)} pictures removed; their hashes stay", event.why
        case _:
            told = _alarm_words(ctx, event) or _cpr_words(ctx, event) or _imaging_words(event)
            told = told or care_words(event) or end_of_life_words(event) or treatment_words(event)
            return told or hook_words(event) or inquiry_line(ctx, event) or _end_of_life_words(ctx, event)


def _alarm_words(ctx: Context, event: ev.AnyEvent) -> tuple[str, str, str] | None:
    """What people did about alarms; what was raised and cleared is in the log of alarms."""
    match event:
        case al.AlarmsPaused():
            return "monitor", "Alarm sound paused", f"for {(event.until_us - event.at_us) // US_PER_MIN} min"
        case al.AlarmsResumed():
            return "monitor", "Alarm sound on again", ""
        case al.AlarmSwitchedOff():
            return "monitor", f"Alarm off: {label(ctx.knowledge.alarms, event.alarm)}", event.reason
        case al.AlarmSwitchedOn():
            return "monitor", f"Alarm on: {label(ctx.knowledge.alarms, event.alarm)}", ""
        case al.AlarmLimitSet():
            rule = ctx.knowledge.alarms.limits.get(event.key)
            sides = [f"{side:g}" if side is not None else "none" for side in (event.low, event.high)]
            name = rule.label if rule else event.key
            return "monitor", f"Limits of {name}: {sides[0]} to {sides[1]} {event.unit}", event.why
    return None


def _imaging_words(event: ev.AnyEvent) -> tuple[str, str, str] | None:
    match event:
        case im.ImagingOrdered():
            return "test", f"Pictures asked for: {event.modality}, {event.what}", event.note
        case im.StudyAttached():
            return "imaging", "Pictures laid to this case", event.why
        case im.StudyDetached():
            return "imaging", "Pictures taken from this case", event.why
        case im.MetalMarkJudged():
            said = {"confirmed": "Mark on a film confirmed", "rejected": "Mark on a film rejected"}
            return "imaging", said.get(event.verdict.value, "Word on a mark of a film taken back"), event.what
        case fi.FilmMarked():
            return "imaging", f"Marked on a film: {event.text}", ""
        case fi.FilmMarkTakenBack():
            return "imaging", "A mark on a film was taken back", event.why
        case fi.LandmarksPlaced():
            return "imaging", f"Landmarks placed on a film ({event.lying.replace('_', ' ')})", ""
        case fi.MetalPlaceRead():
            return "imaging", "Distances of the metal read", "; ".join(map(_zone_words, event.zones))
    return None


def _zone_words(zone: fi.ZoneDistance) -> str:
    if zone.mm is None or zone.high_mm is None:
        return f"{zone.zone} at least {zone.low_mm:.0f} mm"
    return f"{zone.zone} {zone.mm:.0f} mm ({zone.low_mm:.0f} to {zone.high_mm:.0f})"


def _score_words(ctx: Context, event: ScoreItemAnswered) -> str:
    rule = ctx.knowledge.care.scores.get(event.score)
    item = next((one for one in rule.items if one.key == event.item), None) if rule else None
    if rule is None or item is None:
        return f"{event.score}, {event.item}: {event.points:g}"
    text = next((f" ({level.text})" for level in item.levels if level.score == event.points), "")
    return f"{rule.name}, {item.name}: {event.points:g}{text}"


def _cpr_words(ctx: Context, event: ev.AnyEvent) -> tuple[str, str, str] | None:
    match event:
        case cpr.CprWishRecorded():
            words = f"CPR wish: {event.wish.value}, {CPR_WISHES[event.wish]}"
            return "resuscitation", words, ", ".join(part for part in (event.said_by, event.how) if part)
        case cpr.CprStarted():
            weight = f"doses for {event.weight_kg:g} kg" if event.weight_kg is not None else "weight not known"
            return "resuscitation", "Resuscitation began", weight
        case cpr.CprStepLogged():
            dose = ctx.knowledge.care.doses.get(event.what)
            amount = f"{event.amount:g} {event.unit} {event.route}".strip() if event.amount is not None else event.route
            parts = (event.step.value.replace("_", " "), dose.drug if dose else event.what, amount)
            return "resuscitation", f"CPR: {', '.join(part for part in parts if part)}", event.note
        case cpr.CprStepWithdrawn():
            return "resuscitation", "CPR: a touch was taken back", event.reason
        case cpr.CprFactRecorded():
            return "resuscitation", f"CPR: {FACTS.get(event.key, event.key)}: {event.value}", ""
    return None


def _end_of_life_words(ctx: Context, event: ev.AnyEvent) -> tuple[str, str, str]:
    match event:
        case ev.EndOfLifeOrdered():
            consent = f"consent: {event.consent_by} ({event.consent_how.replace('_', ' ')})"
            witness = f", witness: {event.witness}" if event.witness else ""
            return "order", "End of life ordered", f"{event.indication}; {consent}{witness}"
        case ev.ComfortAnswered():
            text = f"Analgesia: {event.analgesia.replace('_', ' ')}; sedation: {event.sedation.replace('_', ' ')}"
            return "order", text, event.note
        case ev.SecondLookShown():
            verdict = event.page.get("verdict", {}).get("text", "")
            return "second_look", "Second look shown", str(verdict)
        case ev.EndOfLifeDecided():
            known = ctx.knowledge.reasons.get(event.reason)
            parts = [known.text if known else event.reason, event.words]
            chosen = {"proceed": "Decided to proceed", "hold": "Held", "call_colleague": "Called a colleague"}
            return "decision", chosen[event.decision.value], "; ".join(part for part in parts if part)
    return "admin", ev.kind_of(event), ""


def _finding_name(ctx: Context, key: str) -> str:
    known = ctx.knowledge.findings.get(key)
    return known.name if known else key


def _finding_words(ctx: Context, event: ev.FindingRecorded) -> str:
    value = f": {event.value:g} {event.unit}".rstrip() if event.value is not None else ""
    absent = "no " if event.presence is ev.Presence.ABSENT else ""
    return f"{absent}{_finding_name(ctx, event.key)}{value}"


def touch_words(ctx: Context, side: str, region: str, strength: ev.Strength, response: ev.TouchResponse) -> str:
    """A touch as a sentence: ``Left ribs 6-9, firm: flinches``."""
    where = touch_place(ctx, side, region)
    did = "no response" if response is ev.TouchResponse.NONE else response.value
    return f"Touch {where}, {strength.value}: {did}"


def touch_place(ctx: Context, side: str, region: str) -> str:
    """Where a touch was, in words."""
    place = ctx.knowledge.regions.get(region)
    where = place.name if place else region
    return where if side == "midline" else f"{side} {where}"
