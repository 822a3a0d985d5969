"""Resuscitation: which dog, the page it is run from, and the record of it."""

from typing import Any

import msgspec
from starlette.responses import Response

from holdfast.kernel.errors import NotFoundError
from holdfast.record.case_state import CaseState
from holdfast.record.cpr_log import CprLog
from holdfast.resuscitation.utstein import FACTS, duration
from holdfast.usecases import resuscitations as use
from holdfast.usecases.cases import WEIGHT_KG_MAX, WEIGHT_KG_MIN
from holdfast.web.alarm_strip import ranked
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page
from holdfast.web.tiles import TILES, Tile

RHYTHMS = (
    ("asystole", "Asystole"),
    ("pea", "PEA"),
    ("vf", "VF"),
    ("pvt", "Pulseless VT"),
    ("bradycardia", "Bradycardia"),
    ("other", "Other"),
)
_VALUES = (Tile("etco2", "EtCO2", use.ETCO2_KEYS, "etco2"), *(tile for tile in TILES if tile.name in ("hr", "map")))
"""What is shown live: first the number that tells most about compressions."""


def which(call: Call) -> Response:
    """Every open case, those on a bed first and those with an alarm first of them."""
    beds = [view for view in ranked(call.services.ward.board(call.now_us)) if view.case_id]
    lying = {view.case_id for view in beds}
    others = [case for case in call.ctx.book.cases() if not case.closed and case.case_id not in lying]
    return page(call, "cpr_which.html", beds=beds, others=others)


def resuscitation(call: Call) -> Response:
    """The page. It carries everything that it needs to go on without the server."""
    ctx, case_id = call.ctx, call.part("case_id")
    case = ctx.book.case(case_id)
    care, sources = ctx.knowledge.care, ctx.knowledge.sources
    kit = use.offline_kit(ctx, case_id)
    doses = [care.doses[drug["key"]] for drug in kit["drugs"]]
    return page(
        call,
        "cpr.html",
        case=case,
        kit=kit,
        logs=[log_content(call, log) for log in case.resuscitations.values()],
        bed=call.services.ward.view(case.bed, call.now_us) if case.bed else None,
        tiles=_VALUES,
        doses=doses,
        shocks=[care.doses[shock["key"]] for shock in kit["shocks"]],
        figures=care.cpr,
        sources=sources,
        rhythms=RHYTHMS,
        weight_min=WEIGHT_KG_MIN,
        weight_max=WEIGHT_KG_MAX,
    )


def state(call: Call) -> Response:
    """Every log of the case, and of the one that runs what the signals suggest: what devices agree by."""
    case = call.ctx.book.case(call.part("case_id"))
    going = use.running(case, call.now_us)
    told: dict[str, Any] = {
        "server_us": call.now_us,
        "weight_kg": case.weight_kg,
        "weight_at_us": case.weight_at_us,
        "logs": [log_content(call, log) for log in case.resuscitations.values()],
        "suggestion": None,
        "after": [],
    }
    if going is not None:
        shown = use.page(call.ctx, case.case_id, going.cpr_id, call.now_us)
        if shown.suggestion is not None:
            told["suggestion"] = {"text": shown.suggestion.text, "reasons": shown.suggestion.reasons}
        told["after"] = [{"key": line.figure.key, "value": line.value, "verdict": line.verdict} for line in shown.after]
    return json(told)


def log_content(call: Call, log: CprLog) -> dict[str, Any]:
    """A log as plain values, as ``static/cpr_clock.js`` folds it."""
    who = actor_names(call)
    started = log.started
    return {
        "cpr_id": log.cpr_id,
        "started": None if started is None else {"at_us": started.at_us, "weight_kg": started.weight_kg},
        "entries": [
            {
                "entry_id": entry.entry_id,
                "at_us": entry.at_us,
                "step": entry.step.value,
                "what": entry.what,
                "amount": entry.amount,
                "unit": entry.unit,
                "route": entry.route,
                "by": who(entry.by),
            }
            for entry in log.entries
        ],
        "withdrawn": {entry_id: said for entry_id, (_, said) in log.withdrawn.items()},
    }


def record(call: Call) -> Response:
    """The record in the order of the veterinary Utstein template, for reading and for paper."""
    case, log = _log(call)
    written = use.written_report(call.ctx, case.case_id, log.cpr_id, call.now_us)
    return page(
        call,
        "cpr_record.html",
        case=case,
        log=log,
        report=written,
        who=actor_names(call),
        facts=FACTS,
        said={key: log.fact(key) for key in FACTS},
        duration=duration,
        drugs={dose.key: dose.drug for dose in call.ctx.knowledge.care.doses.values()},
        rhythm_words=dict(RHYTHMS),
        source=call.ctx.knowledge.sources["utstein_vet_2016"],
    )


def record_json(call: Call) -> Response:
    case, log = _log(call)
    written = use.written_report(call.ctx, case.case_id, log.cpr_id, call.now_us)
    return json(msgspec.to_builtins(written))


def _log(call: Call) -> tuple[CaseState, CprLog]:
    case = call.ctx.book.case(call.part("case_id"))
    log = case.resuscitations.get(call.part("cpr_id"))
    if log is None or log.began_us is None:
        raise NotFoundError(
            f"{case.name} has no such resuscitation on record.", "It may still wait in a browser that was offline."
        )
    return case, log


PAGES = (
    Page("GET", "/cpr", "cpr.which", lambda: which),
    Page("GET", "/cases/{case_id}/cpr", "cpr", lambda: resuscitation),
    Page("GET", "/cases/{case_id}/cpr/{cpr_id}", "cpr.record", lambda: record),
    Page("GET", "/api/cases/{case_id}/cpr", "api.cpr", lambda: state),
    Page("GET", "/api/cases/{case_id}/cpr/{cpr_id}", "api.cpr.record", lambda: record_json),
)
