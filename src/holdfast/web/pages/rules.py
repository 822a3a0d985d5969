"""The rules behind the alarms: what each says, on what it rests, and what was measured of it."""

from functools import cache
from importlib import resources

import yaml
from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.alarm_rules import PRIORITIES
from holdfast.monitoring.scorecards import Scorecard, scorecards
from holdfast.record.alarm_events import EscalationStep
from holdfast.usecases.alarms import animals, ladder, set_escalation
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page


@cache
def cards() -> dict[str, Scorecard]:
    """The packaged scorecards by rule."""
    text = resources.files("holdfast.monitoring").joinpath("scorecards.yaml").read_text(encoding="utf-8")
    return scorecards(yaml.safe_load(text))


def rules(call: Call) -> Response:
    alarms = call.ctx.knowledge.alarms
    return page(
        call,
        "rules.html",
        cards=cards(),
        kinds_of={key: [kind for kind in alarms.kinds.values() if kind.rule == key] for key in cards()},
        other_kinds=[kind for kind in alarms.kinds.values() if kind.rule not in cards()],
        limits=list(alarms.limits.values()),
        ladder=ladder(call.ctx),
        own_ladder=bool(call.ctx.book.clinic.escalation),
        priorities=PRIORITIES,
        pause_minutes=alarms.pause_minutes,
        animals=animals,
        sources=call.ctx.knowledge.sources,
    )


def save_ladder(call: Call) -> Response:
    """Who is called when nobody acknowledges. A row without a name is left out; no row at all: as Holdfast comes."""
    rows = zip(*(call.lists.get(name, ()) for name in ("priority", "after_s", "whom")), strict=False)
    steps = tuple(
        EscalationStep(priority=priority, after_s=_seconds(after_s), whom=whom.strip())
        for priority, after_s, whom in rows
        if whom.strip()
    )
    set_escalation(call.ctx, actor=call.actor, steps=steps, why=call.field("why"))
    return RedirectResponse("/rules#handling", status_code=303)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise OperatorError(f"{text!r} is no number of seconds.", "Write how long nobody may have come.") from None


PAGES = (
    Page("GET", "/rules", "rules", lambda: rules),
    Page("POST", "/rules/ladder", "rules.ladder", lambda: save_ladder),
)
