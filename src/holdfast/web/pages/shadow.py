"""Rules that run silently: which, how often each would have spoken, how often it was right; a verdict on each word."""

from dataclasses import asdict

import msgspec
from starlette.responses import RedirectResponse, Response

from holdfast.usecases import shadow
from holdfast.usecases.shadow_scores import scores, waiting
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page

HERE = "/rules/silent"


def silent_rules(call: Call) -> Response:
    names, silent = shadow.rules(call.ctx), call.ctx.book.clinic.silent
    return page(
        call,
        "shadow.html",
        scores=scores(call.ctx, call.now_us),
        waiting=waiting(call.ctx),
        names=names,
        loud=[(key, name) for key, name in names.items() if key not in silent],
    )


def save_mode(call: Call) -> Response:
    shadow.set_mode(
        call.ctx,
        actor=call.actor,
        rule=call.field("rule"),
        mode=call.field("mode"),
        why=call.field("why"),
        command_id=call.field("command_id"),
    )
    return RedirectResponse(HERE, status_code=303)


def save_verdict(call: Call) -> Response:
    shadow.judge(
        call.ctx,
        actor=call.actor,
        case_id=call.field("case_id"),
        spoke_id=call.field("spoke_id"),
        verdict=call.field("verdict"),
        words=call.field("words"),
        command_id=call.field("command_id"),
    )
    return RedirectResponse(f"{HERE}#judge", status_code=303)


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: str
    mode: str
    why: str
    command_id: str = ""


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case_id: str
    spoke_id: str
    verdict: str
    words: str = ""
    command_id: str = ""


def api_scores(call: Call) -> Response:
    found = scores(call.ctx, call.now_us)
    return json([asdict(one) | {"share_95": one.share, "says": one.in_words()} for one in found])


def api_mode(call: Call) -> Response:
    shadow.set_mode(call.ctx, actor=call.actor, **msgspec.structs.asdict(call.json(Mode)))
    return api_scores(call)


def api_verdict(call: Call) -> Response:
    shadow.judge(call.ctx, actor=call.actor, **msgspec.structs.asdict(call.json(Verdict)))
    return api_scores(call)


PAGES = (
    Page("GET", HERE, "rules.silent", lambda: silent_rules),
    Page("POST", HERE, "rules.silent.mode", lambda: save_mode),
    Page("POST", f"{HERE}/verdicts", "rules.silent.verdict", lambda: save_verdict),
    Page("GET", "/api/rules/silent", "api.rules.silent", lambda: api_scores),
    Page("POST", "/api/rules/silent", "api.rules.silent.mode", lambda: api_mode, reads=Mode),
    Page("POST", "/api/rules/silent/verdicts", "api.rules.silent.verdict", lambda: api_verdict, reads=Verdict),
)
