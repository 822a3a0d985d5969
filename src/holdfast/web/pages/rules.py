"""The rules behind the alarms: what each says, on what it rests, and what was measured of it."""

from functools import cache
from importlib import resources

import yaml
from starlette.responses import Response

from holdfast.monitoring.scorecards import Scorecard, scorecards
from holdfast.usecases.alarms import animals, ladder
from holdfast.web.gate import Call
from holdfast.web.render import page


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
        pause_minutes=alarms.pause_minutes,
        animals=animals,
        sources=call.ctx.knowledge.sources,
    )
