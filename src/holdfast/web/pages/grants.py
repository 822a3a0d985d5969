"""Who outside the care of an animal may read its case: grants, their reads, and an investigator's own list."""

import msgspec
from starlette.responses import RedirectResponse, Response

from holdfast.kernel.errors import OperatorError
from holdfast.usecases import custody, grants
from holdfast.usecases.accounts import Role
from holdfast.web.api import json
from holdfast.web.clinic_time import moment
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page


def overview(call: Call) -> Response:
    """For administrators: all grants, and the newest reads."""
    cases = call.ctx.book.cases()
    return page(
        call,
        "grants.html",
        grants=list(reversed(list(call.ctx.book.clinic.grants.values()))),
        reads=grants.reads(call.ctx, limit=200),
        people=[a for a in call.services.accounts.all() if a.role == Role.INVESTIGATOR and not a.closed],
        cases=cases,
        items=[(case, one) for case in cases for one in custody.items_of(call.ctx, case.case_id).values()],
        names={case.case_id: case.name for case in cases},
        who=actor_names(call),
    )


def give(call: Call) -> Response:
    case_id, _, item_id = call.field("what").partition("/")
    until_us = moment(call.field("until"))
    if until_us is None:
        raise OperatorError("The grant has no end.", "Enter until when it lasts.")
    grants.give(
        call.ctx,
        actor=call.actor,
        account=call.field("account"),
        authority=call.field("authority"),
        reference=call.field("reference"),
        case_id=case_id,
        item_id=item_id,
        from_us=_from(call),
        until_us=until_us,
        command_id=call.field("command_id"),
    )
    return RedirectResponse("/grants", status_code=303)


def _from(call: Call) -> int:
    """A minute as entered means its beginning here: nobody waits for its end."""
    entered = moment(call.field("from"))
    return call.now_us if entered is None else min(entered, max(call.now_us, entered - 59_999_999))


def end(call: Call) -> Response:
    grants.end(
        call.ctx,
        actor=call.actor,
        grant_id=call.part("grant_id"),
        reason=call.field("reason"),
        command_id=call.field("command_id"),
    )
    return RedirectResponse("/grants", status_code=303)


def own(call: Call) -> Response:
    """What the one who is signed in may read."""
    mine = grants.of_account(call.ctx, call.actor)
    names = {grant.given.case_id: call.ctx.book.case(grant.given.case_id).name for grant in mine}
    return page(call, "granted.html", grants=mine, names=names)


def api_grants(call: Call) -> Response:
    now_us = call.now_us
    return json(
        {
            "grants": [
                {**msgspec.to_builtins(grant.given), "ended_us": grant.ended_us, "stands": grant.stands(now_us)}
                for grant in call.ctx.book.clinic.grants.values()
            ],
            "reads": grants.reads(call.ctx),
        }
    )


PAGES = (
    Page("GET", "/grants", "grants", lambda: overview),
    Page("POST", "/grants", "grants.give", lambda: give),
    Page("POST", "/grants/{grant_id}/end", "grants.end", lambda: end),
    Page("GET", "/granted", "granted", lambda: own),
    Page("GET", "/api/grants", "api.grants", lambda: api_grants),
)
