"""What can be done with ordered treatments, by form or as JSON."""

from collections.abc import Mapping

import msgspec

from holdfast.record.treatment_events import OrderKind
from holdfast.usecases import treatment_orders
from holdfast.usecases.treatment_amounts import Wanted
from holdfast.web.acts import Act, Outcome, passed_on, recorded
from holdfast.web.entries import Entry
from holdfast.web.gate import Call

_PAGE = "/cases/{}/treatments"
APPROVES = "case.plan.approve"
"""Who may open this route needs nobody's approval for an order."""


class TreatmentOrderEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    order_kind: OrderKind = OrderKind.DRUG
    what: str = ""
    category: str = ""
    amount: str = ""
    route: str = ""
    dose_key: str = ""
    dose: float | None = None
    dose_unit: str = ""
    per_ml: float | None = None
    per_ml_unit: str = ""
    outside_reason: str = ""
    weight_kg: float | None = None
    weight_reason: str = ""
    first_us: int | None = None
    in_min: float | None = None
    """Minutes from now; instead of ``first_us``."""
    every_h: float | None = None
    for_h: float | None = None
    continuous: bool = False
    on_word_of: str = ""
    note: str = ""


class OrderNamedEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    order_id: str = ""


class GiveEntry(OrderNamedEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    due_us: int
    amount: str = ""
    reason: str = ""
    on_word_of: str = ""
    note: str = ""


class SkipEntry(OrderNamedEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    due: tuple[str, ...] = ()
    """Times in microseconds UTC; a form sends them as text."""
    reason: str = ""


class StopOrderEntry(OrderNamedEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


class DeclineEntry(OrderNamedEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    what: str = ""
    declined_by: str = ""
    explained: str = ""


_OF_AMOUNT = tuple(field.name for field in msgspec.structs.fields(TreatmentOrderEntry))


def _order(call: Call, case_id: str, entry: TreatmentOrderEntry, command_id: str) -> Outcome:
    given = msgspec.structs.asdict(entry)
    wanted = Wanted(**{name: given[name] for name in Wanted.__dataclass_fields__ if name in _OF_AMOUNT})
    first_us = entry.first_us
    if first_us is None and entry.in_min is not None:
        first_us = call.now_us + int(entry.in_min * 60_000_000)
    receipt = treatment_orders.order_treatment(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        wanted=wanted,
        may_approve=call.may(APPROVES),
        first_us=first_us,
        every_h=entry.every_h,
        for_h=entry.for_h,
        continuous=entry.continuous,
        on_word_of=entry.on_word_of,
        note=entry.note,
        command_id=command_id,
    )
    return recorded(receipt, _PAGE.format(case_id))


def _skip(call: Call, case_id: str, entry: SkipEntry, command_id: str) -> Outcome:
    times = [int(one) for one in entry.due if one.lstrip("-").isdecimal()]
    receipt = treatment_orders.skip(
        call.ctx,
        actor=call.actor,
        case_id=case_id,
        order_id=entry.order_id,
        due_us=times,
        reason=entry.reason,
        command_id=command_id,
    )
    return recorded(receipt, _PAGE.format(case_id))


TREATMENT_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("plan.order", TreatmentOrderEntry, _order, "treatment-orders"),
        Act("plan.approve", OrderNamedEntry, passed_on(treatment_orders.approve, _PAGE), "treatment-orders/approve"),
        Act("plan.give", GiveEntry, passed_on(treatment_orders.give, _PAGE), "treatment-orders/give"),
        Act("plan.skip", SkipEntry, _skip, "treatment-orders/skip"),
        Act("plan.stop", StopOrderEntry, passed_on(treatment_orders.stop, _PAGE), "treatment-orders/stop"),
        Act("plan.decline", DeclineEntry, passed_on(treatment_orders.decline, _PAGE), "treatment-orders/decline"),
    )
}
