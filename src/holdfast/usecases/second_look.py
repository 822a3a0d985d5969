"""The second look: does everything we know about this animal fit the diagnosis we are about to act on?

``look`` makes the page from the record as it stands; ``show`` puts what the page said on the
record; ``decide`` records what a person chose. None of them can stop anybody.
"""

from typing import Any

from holdfast.hold.order import Act, after, check_reason
from holdfast.kernel.errors import IntegrityError, NotFoundError, OperatorError, WorldError
from holdfast.kernel.limits import CLOCK_AHEAD_TOLERANCE_S
from holdfast.kernel.time import US_PER_S, age_words
from holdfast.monitoring.expected_course import AS_EXPECTED, CANNOT_SAY
from holdfast.monitoring.last_minutes import Point, Watched, condition_lines, data_line, describe
from holdfast.monitoring.rally import LOOK_AGAIN
from holdfast.monitoring.shown import SHOWN
from holdfast.reasoning.assessment import assess
from holdfast.reasoning.derive import TreatmentEffect
from holdfast.reasoning.page import to_page
from holdfast.record import events as ev
from holdfast.record.case_entries import OrderEntry
from holdfast.record.case_state import CaseState
from holdfast.record.consult_state import OpinionEntry
from holdfast.record.end_of_life_events import EndOfLifeConsentRecorded
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.course_views import CourseView, course_view
from holdfast.usecases.evidence import TouchSeen, gather, has_replayed
from holdfast.usecases.exam_words import STANCES
from holdfast.usecases.live import summary
from holdfast.usecases.timeline import touch_words
from holdfast.usecases.trends import trend_series

MONITOR_MINUTES = 10
CONSENT_HOW = ("in_person", "telephone", "email", "none")
LOOK_STANDS_S = 30
"""How long a page that was shown is shown again as it was, while nothing is entered (our estimate): a reload and a
page opened twice are one look. The monitor's values in it are then at most this much older than it says anyway."""
COMFORT = ("given", "being_given", "not_needed", "declined")

INVASIVENESS = ("nothing is done to the dog", "a touch or a small needle", "a catheter or sedation", "anaesthesia")

REPLAYED = (
    "A recording was played onto this case. What it holds stands among the last minutes, but it was not measured on "
    "this dog now: it is not evidence, and nothing on this page is concluded from it."
)
"""Said where a recording was played onto a patient's case."""

Page = dict[str, Any]


def look(ctx: Context, case_id: str, now_us: int) -> Page:
    """The page as plain JSON values; nothing is recorded."""
    case = ctx.book.case(case_id)
    course = course_view(ctx, case_id, now_us)
    evidence, touches = gather(ctx, case, now_us, treatment_effects(course))
    working = case.working
    # A release may have dropped a disease that an earlier one knew: then its fit cannot be judged.
    known = working.disease if working and working.disease in ctx.knowledge.diseases else None
    reasoned = to_page(assess(ctx.knowledge, evidence, known), ctx.knowledge)
    monitor = _monitor(ctx, case, now_us)
    tests = [{**t, "invasiveness_text": INVASIVENESS[t["invasiveness"]]} for t in reasoned["next_tests"]]
    return {
        **reasoned,
        "next_tests": tests,
        "at_us": now_us,
        "simulated": case.training,
        "case": {
            "case_id": case.case_id,
            "name": case.name,
            "summary": summary(case),
            "bed": case.bed,
            "version": case.version,
        },
        "working": {
            "disease": known or "",
            "text": working.text if working else "",
            "since_us": working.at_us if working else None,
            "supported_by": [_finding_name(ctx, key) for key in working.supported_by] if working else [],
        },
        "verdict": _verdict(case, reasoned),
        "expected_absent": reasoned["fit"]["expected_absent"] if reasoned["fit"] else [],
        "monitor": monitor,
        "standing": [
            {
                "kind": one.kind,
                "text": one.text,
                "began_us": one.began_us,
                "look_again": one.text.startswith(LOOK_AGAIN),
            }
            for one in course.standing
        ],
        "caveats": [*([monitor["replayed"]] if monitor["replayed"] else []), *reasoned["caveats"]],
        "touches": [_touch(ctx, seen) for seen in reversed(touches)],
        "opinions": [_opinion(one) for one in reversed(case.consults.opinions)],
    }


def treatment_effects(course: CourseView) -> list[TreatmentEffect]:
    """Whether each recent treatment did what may be expected of it, where that could be judged."""
    effects = []
    for given in course.treatments:
        judged = [one for one in given.expected if one.verdict != CANNOT_SAY]
        helped = any(one.verdict == AS_EXPECTED for one in judged) if judged else None
        text = "; ".join(f"after {given.what}: {one.label} {one.verdict} ({one.text})" for one in judged)
        effects.append(TreatmentEffect(given.category, given.at_us, helped, text, given.treatment_id))
    return effects


def _verdict(case: CaseState, reasoned: Page) -> Page:
    """What is said, and its level: fits, leaves_open (no misfit, and signs left over), does_not_fit or cannot_say."""
    fitted = reasoned["fit"]
    if fitted is not None:
        return {"level": fitted["level"], "text": fitted["words"], "calibration": fitted["calibration"]}
    if case.working is None:
        text = "No working diagnosis is on record: there is nothing yet that the picture could fit."
    else:
        text = (
            f"{case.working.text!r} is not in the knowledge, so its fit cannot be judged. "
            "What is not excluded and the next test still hold."
        )
    return {"level": "cannot_say", "text": text, "calibration": ""}


def _monitor(ctx: Context, case: CaseState, now_us: int) -> Page:
    from_us = now_us - MONITOR_MINUTES * 60 * US_PER_S
    # A device clock may run a little ahead of ours; its newest values still belong to the last minutes.
    to_us = now_us + int(CLOCK_AHEAD_TOLERANCE_S * US_PER_S)
    series = trend_series(ctx, case.case_id, from_us=from_us, to_us=to_us)
    watched = [Watched(s.key, s.label, s.unit, s.notable_change) for s in SHOWN if s.key in series]
    points = {what.key: _points(series[what.key]) for what in watched}
    newest_us = max((p.at_us for found in points.values() for p in found), default=None)
    missing = data_line(newest_us, now_us=now_us)
    lines = [
        *condition_lines(case.conditions, from_us=from_us, to_us=to_us),
        *([missing] if missing else []),
        *describe(points, watched, from_us=from_us, to_us=to_us),
    ]
    return {
        "from_us": from_us,
        "to_us": now_us,
        "lines": [{"text": line.text, "at_us": line.at_us, "notable": line.notable} for line in lines],
        "series": {what.key: series[what.key] for what in watched},
        "replayed": REPLAYED if has_replayed(ctx, case, now_us) else "",
    }


def _points(series: dict[str, Any]) -> list[Point]:
    columns = (series["at_us"], series["last"], series["low"], series["high"])
    return [Point(*row) for row in zip(*columns, strict=True)]


def _touch(ctx: Context, seen: TouchSeen) -> Page:
    entry = seen.entry
    return {
        "at_us": entry.at_us,
        "side": entry.side,
        "region": entry.region,
        "text": touch_words(ctx, entry.side, entry.region, entry.strength, entry.response),
        "response_text": seen.effect.text,
        "significant": seen.effect.significant,
    }


def _opinion(entry: OpinionEntry) -> Page:
    """What a colleague thinks, under their own name; no figure of ours is moved by it."""
    return {
        "at_us": entry.at_us,
        "name": entry.name,
        "stance": entry.stance.value,
        "stance_text": STANCES[entry.stance],
        "about": entry.about,
        "words": entry.words,
        "by_link": bool(entry.consult_id),
    }


def _finding_name(ctx: Context, key: str) -> str:
    known = ctx.knowledge.findings.get(key)
    return known.name if known else key


def order(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    indication: str,
    consent_by: str,
    consent_how: str,
    relation: str = "",
    witness: str = "",
    command_id: str = "",
) -> str:
    """Place an end-of-life order and return its id. The second look follows; it does not have to be waited for."""
    if consent_how not in CONSENT_HOW:
        raise OperatorError("How consent was given is missing.", "In person, by telephone, by e-mail or none yet.")
    if consent_how == "telephone" and not witness.strip():
        raise OperatorError(
            "Consent by telephone needs a second person who heard it.", "Write the name of the witness."
        )
    event = ev.EndOfLifeOrdered(
        at_us=ctx.clock.now_us(),
        order_id=ctx.ids.new_id(),
        indication=clean_text(indication, "The indication"),
        consent_by=clean_text(consent_by, "Who consents"),
        consent_how=consent_how,
        witness=clean_text(witness, "The witness"),
    )
    placing: list[ev.AnyEvent] = [event]
    if relation:
        placing.append(
            EndOfLifeConsentRecorded(
                at_us=event.at_us,
                order_id=event.order_id,
                by=event.consent_by,
                relation=clean_text(relation, "The relation"),
                how=consent_how,
                confirmed_by=event.witness if consent_how == "telephone" else "",
                witness=event.witness,
            )
        )

    def build() -> list[ev.AnyEvent]:
        _check_may_order(ctx, ctx.book.case(case_id), event.at_us)
        return placing

    receipt = record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)
    placed = receipt.recorded[0].event
    assert isinstance(placed, ev.EndOfLifeOrdered)
    return placed.order_id


def _check_may_order(ctx: Context, case: CaseState, now_us: int) -> None:
    if case.closed:
        raise OperatorError(f"The case of {case.name} is closed.", "Open the right case.")
    if waiting := case.open_order:
        # Two orders have two indications, consents and witnesses: one must not silently stand in for the other.
        who, since = ctx.book.clinic.name_of(waiting.actor), age_words(now_us - waiting.at_us)
        raise OperatorError(
            f"An order for {case.name} waits for a decision already: {who} placed it ({since} ago).",
            "Open its second look and decide on it first; then a new order can be placed.",
        )


def show(ctx: Context, *, actor: str, case_id: str, order_id: str = "") -> tuple[str, Page]:
    """Make the page and put what it says on the record, whole, before anybody sees it.

    When it cannot be written (the disk is full) the page is shown all the same, with an empty look id
    and the problem under ``not_recorded``: nobody decides better for not having looked.
    """
    if order_id:
        after(_order(ctx, case_id, order_id), Act.SHOW)
    ctx.book.catch_up()  # the monitor's blocks are followed once a second: an act is looked at with the last one too
    now_us = ctx.clock.now_us()
    if standing := _standing_look(ctx, actor, case_id, order_id, now_us):
        return standing
    page = look(ctx, case_id, now_us)
    event = ev.SecondLookShown(
        at_us=now_us,
        order_id=order_id,
        look_id=ctx.ids.new_id(),
        knowledge_release=ctx.knowledge.release,
        page=page,
    )
    try:
        record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event])
    except (WorldError, IntegrityError) as error:
        return "", {**page, "not_recorded": error.problem}
    return event.look_id, page


def _standing_look(ctx: Context, actor: str, case_id: str, order_id: str, now_us: int) -> tuple[str, Page] | None:
    """The look that this person was shown a moment ago, if it would still say the same.

    The rule: it is the very last thing on the case (the state does not count monitor blocks, and a
    condition that begins or ends is an entry), it is for the same order, and no older than
    ``LOOK_STANDS_S``. Whoever else looks gets a look of their own: the record says who saw what.
    """
    case = ctx.book.case(case_id)
    look_id, entry = next(reversed(case.looks.items()), ("", None))
    if (
        entry is None
        or (entry.version, entry.actor, entry.order_id) != (case.version, actor, order_id)
        or not 0 <= now_us - entry.at_us <= LOOK_STANDS_S * US_PER_S
    ):
        return None
    recorded = ctx.store.read_stream(ev.case_stream(case_id), after_version=entry.version - 1, without_blocks=True)
    shown = recorded[0].event
    assert isinstance(shown, ev.SecondLookShown)
    return look_id, shown.page


def answer_comfort(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    analgesia: str,
    sedation: str,
    note: str = "",
    command_id: str = "",
) -> None:
    """Record what was answered to the offer of analgesia and sedation."""
    _order(ctx, case_id, order_id)
    if analgesia not in COMFORT or sedation not in COMFORT:
        raise OperatorError("The answer about comfort is incomplete.", "Choose one answer for each.")
    event = ev.ComfortAnswered(
        at_us=ctx.clock.now_us(),
        order_id=order_id,
        analgesia=analgesia,
        sedation=sedation,
        note=clean_text(note, "The note"),
    )
    record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def decide(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    order_id: str,
    look_id: str,
    decision: ev.Decision,
    reason: str = "",
    words: str = "",
    command_id: str = "",
) -> None:
    """Record proceed (one stated reason), hold, or call a colleague."""
    check_reason(ctx.knowledge.reasons, decision, reason)
    event = ev.EndOfLifeDecided(
        at_us=ctx.clock.now_us(),
        order_id=order_id,
        look_id=look_id,
        decision=decision,
        reason=reason,
        words=clean_text(words, "The words"),
    )

    def build() -> list[ev.AnyEvent]:
        after(_order(ctx, case_id, order_id), Act(decision.value))
        return [event]

    record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def _order(ctx: Context, case_id: str, order_id: str) -> OrderEntry:
    found = next((o for o in ctx.book.case(case_id).orders if o.order_id == order_id), None)
    if found is None:
        raise NotFoundError("There is no such end-of-life order on this case.", "Reload the case.")
    return found
