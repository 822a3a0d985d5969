"""Cases: the list, admission, the case itself, its timeline and its second look."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from holdfast.knowledge.model import Finding, Knowledge
from holdfast.record.case_entries import FindingEntry
from holdfast.record.case_state import CaseState
from holdfast.record.consult_events import CONSULT_ACTOR
from holdfast.record.events import Strength, TouchResponse
from holdfast.record.hook_events import HOOK_ACTOR
from holdfast.usecases import second_look
from holdfast.usecases.cases import SEXES, TREATMENTS
from holdfast.usecases.ports import OWN_ACTOR
from holdfast.usecases.score_views import due_now
from holdfast.usecases.studies import MODALITIES, open_orders, studies_of
from holdfast.usecases.timeline import timeline, touch_words
from holdfast.web.bodychart import charts
from holdfast.web.gate import Call
from holdfast.web.hook_views import outside_says
from holdfast.web.measured import measured
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.tiles import TILES

RECENT_LINES = 12


def cases(call: Call) -> Response:
    return page(call, "cases.html", cases=call.ctx.book.cases())


def new_case(call: Call) -> Response:
    free = [bed for bed in call.ctx.book.clinic.beds if call.ctx.book.case_on_bed(bed) is None]
    return page(call, "case_new.html", beds=free, sexes=SEXES)


def case(call: Call) -> Response:
    """The case as it stands now, with everything that can be added to it."""
    ctx = call.ctx
    state = ctx.book.case(call.part("case_id"))
    knowledge = ctx.knowledge
    quick = [finding for finding in knowledge.findings.values() if finding.quick]
    return page(
        call,
        "case.html",
        case=state,
        bed=call.services.ward.view(state.bed, call.now_us) if state.bed else None,
        tiles=TILES,
        names=call.names(),
        touch_words=lambda t: touch_words(ctx, t.side, t.region, t.strength, t.response),
        chart=charts(knowledge.regions.values(), state.standing_touches),
        strengths=list(Strength),
        responses=list(TouchResponse),
        chips=chip_groups(quick, state),
        entries=entry_views(knowledge, state),
        findings=sorted(knowledge.findings.values(), key=lambda f: f.name.casefold()),
        diseases=sorted(knowledge.diseases.values(), key=lambda d: d.name.casefold()),
        tests=sorted(knowledge.tests.values(), key=lambda t: t.name.casefold()),
        treatments=TREATMENTS,
        measured=measured(knowledge),
        overtaken=_overtaken(call, state),
        recent=timeline(ctx, state.case_id)[-RECENT_LINES:][::-1],
        who=actor_names(call),
        facts=facts(state),
        scores_due=[one for one in due_now(ctx, state, call.now_us) if one.overdue],
        free_beds=[bed for bed in ctx.book.clinic.beds if ctx.book.case_on_bed(bed) is None],
        finding_names=finding_names(knowledge),
        studies=studies_of(ctx, state.case_id),
        imaging_orders=[one.order for one in open_orders(ctx) if one.case_id == state.case_id],
        modalities=MODALITIES,
        test_names={t.key: t.name for t in knowledge.tests.values()},
        reason_texts={r.key: r.text for r in knowledge.reasons.values()},
    )


def second_look_page(call: Call) -> Response:
    """What fits, what does not, what is not excluded, and what to do next.

    Somebody who can decide gets a look that is recorded as shown to them; others only read.
    """
    ctx = call.ctx
    state = ctx.book.case(call.part("case_id"))
    order = state.open_order
    look_id = ""
    if call.may("case.decision") and not state.closed:
        look_id, content = second_look.show(
            ctx, actor=call.actor, case_id=state.case_id, order_id=order.order_id if order else ""
        )
        state = ctx.book.case(state.case_id)
        order = state.open_order
    else:
        content = second_look.look(ctx, state.case_id, call.now_us)
    return page(
        call,
        "second_look.html",
        case=state,
        order=order,
        look=content,
        look_id=look_id,
        names=call.names(),
        reasons=list(ctx.knowledge.reasons.values()),
        reason_texts={r.key: r.text for r in ctx.knowledge.reasons.values()},
        sparks=sparks(content["monitor"]["series"]),
        ordered={test.test for test in state.tests},
        sources=ctx.knowledge.sources,
        outside=outside_says(call, state, order),
    )


def sparks(series: dict[str, Any]) -> list[tuple[str, Any]]:
    """One series for each place of the screen, where there is more than one point to draw."""
    drawable = {key: one for key, one in series.items() if len(one["at_us"]) > 1}
    firsts = (next((key for key in tile.keys if key in drawable), "") for tile in TILES)
    return [(key, drawable[key]) for key in firsts if key]


def facts(state: CaseState) -> int:
    """Counts what people entered; changes exactly when somebody added something."""
    parts = (state.findings, state.touches, state.treatments, state.diagnoses, state.tests, state.notes)
    retracted = sum(bool(entry.retracted) for entry in state.findings)
    decided = sum(1 + bool(o.comfort) + len(o.decisions) + len(o.log.entries) for o in state.orders)
    planned = sum(1 + len(plan.entries) for plan in state.plan.orders.values())
    retracted += sum(bool(touch.withdrawn) for touch in state.touches) + state.exam.entries + state.consults.entries
    written = sum(len(part) for part in parts) + len(state.corrections)
    return written + planned + retracted + decided + bool(state.cpr_wish) + bool(state.closed)


def actor_names(call: Call) -> Any:
    """A function from an actor of the record to what a person reads."""
    names = call.ctx.book.clinic.elsewhere | call.names() | guests(call.ctx.book.cases())

    def who(actor: str) -> str:
        if actor == OWN_ACTOR:
            return "Holdfast"
        if actor.startswith(HOOK_ACTOR):
            return f"somebody in {actor.removeprefix(HOOK_ACTOR)}"
        if actor.startswith("device:"):
            return f"monitor {actor.removeprefix('device:')}"
        return names.get(actor, actor)

    return who


def guests(cases: Iterable[CaseState]) -> dict[str, str]:
    """Names of those who came by a link, by the actor they act as."""
    invited = (one for state in cases for one in state.consults.invitations)
    return {f"{CONSULT_ACTOR}{one.consult_id}": f"{one.name} (consult)" for one in invited}


@dataclass(frozen=True)
class Chip:
    """A quick finding and how it stands on the case."""

    finding: Finding
    standing: FindingEntry | None


def chip_groups(quick: Iterable[Finding], state: CaseState) -> dict[str, list[Chip]]:
    """Quick findings by body system, each with its latest entry without a place."""
    standing = {entry.key: entry for entry in state.standing_findings if not entry.region}
    groups: dict[str, list[Chip]] = {}
    for finding in quick:
        groups.setdefault(finding.system, []).append(Chip(finding, standing.get(finding.key)))
    return groups


def finding_names(knowledge: Knowledge) -> dict[str, str]:
    """What a person reads for the key of a finding or of a measured value."""
    values = {value.key: value.name for value in measured(knowledge)}
    return values | {finding.key: finding.name for finding in knowledge.findings.values()}


def entry_views(knowledge: Knowledge, state: CaseState) -> list[dict[str, Any]]:
    """Standing findings, newest first, with the names a person reads."""
    names = finding_names(knowledge)
    return [
        {"entry": entry, "name": names.get(entry.key, entry.key), "known": entry.key in names}
        for entry in reversed(state.standing_findings)
    ]


def _overtaken(call: Call, state: CaseState) -> dict[str, Any] | None:
    """The diagnosis that somebody set while this person was writing theirs, and theirs."""
    raw = call.query("overtook")
    if not raw.isdecimal() or not 0 < int(raw) < len(state.diagnoses):
        return None
    return {"theirs": state.diagnoses[int(raw) - 1], "yours": state.diagnoses[int(raw)]}


PAGES = (
    Page("GET", "/cases", "cases", lambda: cases),
    Page("GET", "/cases/new", "case.new", lambda: new_case),
    Page("GET", "/cases/{case_id}", "case", lambda: case),
    Page("GET", "/cases/{case_id}/second-look", "second_look", lambda: second_look_page),
)
