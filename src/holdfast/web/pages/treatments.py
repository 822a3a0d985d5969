"""The treatment board: what is due, overdue, running and done, for the whole ward and for one dog."""

from collections.abc import Iterable

from starlette.responses import Response

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.doses import Dose
from holdfast.treatments.infusion import HOURS, MASS, OTHER_AMOUNTS, rate_ml_h
from holdfast.usecases.cases import TREATMENTS
from holdfast.usecases.treatment_board import board, dog_plan
from holdfast.web.api import json
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page

OFFERED = ("emergency", "analgesia", "cpr", "reversal")
"""Uses of the checked doses that can be ordered; energies of a shock cannot."""

LATE_REASONS = ("emergency elsewhere", "dog not in the ward", "no access to the vein", "dog did not take it")
"""One touch each when a time was missed; anything else is written."""


def treatments(call: Call) -> Response:
    return page(call, "treatments.html", board=board(call.ctx, call.now_us), late_reasons=LATE_REASONS, one=None)


def case_plan(call: Call) -> Response:
    state = call.ctx.book.case(call.part("case_id"))
    offered = [d for d in call.ctx.knowledge.care.doses.values() if d.use in OFFERED and "dog" in d.species]
    return page(
        call,
        "treatments.html",
        board=None,
        one=dog_plan(call.ctx, state, call.now_us),
        case=state,
        late_reasons=LATE_REASONS,
        doses=_by_use(offered),
        categories=TREATMENTS,
        rates=[f"{amount}/{kg}{time}" for amount in (*MASS, *OTHER_AMOUNTS) for kg in ("kg/", "") for time in HOURS],
        strengths=(*MASS, *OTHER_AMOUNTS[:2]),
        sources=call.ctx.knowledge.sources,
    )


def _by_use(doses: Iterable[Dose]) -> dict[str, list[Dose]]:
    found: dict[str, list[Dose]] = {}
    for use in OFFERED:
        found[use] = [dose for dose in doses if dose.use == use]
    return found


def treatments_api(call: Call) -> Response:
    """Every dog with its orders, the most urgent first."""
    return json(board(call.ctx, call.now_us))


def case_plan_api(call: Call) -> Response:
    return json(dog_plan(call.ctx, call.ctx.book.case(call.part("case_id")), call.now_us))


def infusion_api(call: Call) -> Response:
    """``?dose=5&unit=ug/kg/min&weight_kg=32&per_ml=0.4&per_ml_unit=mg``: the pump rate. Arithmetic only."""
    numbers = [_number(call, name) for name in ("dose", "weight_kg", "per_ml")]
    dose, weight_kg, per_ml = numbers
    if dose is None:
        raise OperatorError("The dose is missing.", "Enter a number.")
    rate = rate_ml_h(dose, call.query("unit"), weight_kg, per_ml, call.query("per_ml_unit"))
    return json({"rate_ml_h": rate, "text": f"{rate:.3g} mL/h"})


def _number(call: Call, name: str) -> float | None:
    raw = call.query(name)
    if not raw:
        return None
    try:
        return float(raw)
    except ValueError:
        raise OperatorError(f"What stands in '{name}' is not a number.", "Correct it.") from None


PAGES = (
    Page("GET", "/treatments", "treatments", lambda: treatments),
    Page("GET", "/cases/{case_id}/treatments", "case.plan", lambda: case_plan),
    Page("GET", "/api/treatments", "api.treatments", lambda: treatments_api),
    Page("GET", "/api/cases/{case_id}/treatments", "api.case.plan", lambda: case_plan_api),
    Page("GET", "/api/infusion-rate", "api.infusion", lambda: infusion_api),
)
