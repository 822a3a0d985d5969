"""For administrators: who was turned away at the door, who read which case, and how the door is set."""

from dataclasses import asdict, dataclass

import msgspec
from starlette.responses import Response

from holdfast.usecases import second_factor
from holdfast.usecases.peers import refusals
from holdfast.usecases.read_log import case_reads
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.pages.cases import actor_names
from holdfast.web.render import page
from holdfast.web.route import Page


@dataclass(frozen=True)
class Setting:
    """One line of how the door is set."""

    what: str
    holds: bool
    words: str


def overview(call: Call) -> Response:
    cases = {case.case_id: case.name for case in call.ctx.book.cases()}
    return page(
        call,
        "security.html",
        settings=settings(call),
        refused=refusals(call.ctx),
        reads=case_reads(call.ctx),
        names=cases,
        who=actor_names(call),
    )


def api_overview(call: Call) -> Response:
    return json(
        {
            "settings": [asdict(one) for one in settings(call)],
            "refused": [msgspec.to_builtins(one) for one in refusals(call.ctx)],
            "case_reads": [{"account": one.actor, **msgspec.to_builtins(one.event)} for one in case_reads(call.ctx)],
        }
    )


def settings(call: Call) -> list[Setting]:
    """What an administrator should know without reading the command line of the service."""
    door, factors = call.services.door, call.services.sign_in.factors
    standing = [one for one in call.services.accounts.all() if not one.closed]
    coded = sum(second_factor.in_use(factors, one.account_id) for one in standing)
    required = ", ".join(sorted(call.services.sign_in.required))
    return [
        Setting(
            "Pages over TLS",
            call.services.secure_cookies,
            "yes" if call.services.secure_cookies else "no: passwords cross the network as they are typed",
        ),
        Setting("Monitors (HL7)", True, door.hl7 or "only this machine may send"),
        Setting("Imaging units (DICOM)", True, door.dicom or "only this machine may send"),
        Setting("Second factor", coded == len(standing), f"{coded} of {len(standing)} accounts have one"),
        Setting("Second factor asked of", bool(required), required or "no role"),
    ]


PAGES = (
    Page("GET", "/security", "security", lambda: overview),
    Page("GET", "/api/security", "api.security", lambda: api_overview),
)
