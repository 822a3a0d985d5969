"""What was ordered for an animal and what became of it, folded from the events."""

from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record.treatment_events import (
    ANY_TREATMENT_EVENT,
    TreatmentDeclined,
    TreatmentDone,
    TreatmentOrdered,
    TreatmentSkipped,
)


@dataclass(frozen=True)
class PlannedTreatment:
    """One order."""

    ordered: TreatmentOrdered
    by: str
    entries: tuple[tuple[ANY_TREATMENT_EVENT, str], ...] = ()
    """What followed, in the order of the record, with who did it."""
    done: dict[int, TreatmentDone] = field(default_factory=dict)
    """By the time it was due."""
    skipped: dict[int, TreatmentSkipped] = field(default_factory=dict)


@dataclass(frozen=True)
class TreatmentPlan:
    """Everything ordered for one animal."""

    orders: dict[str, PlannedTreatment] = field(default_factory=dict)
    """By their id, oldest first."""
    declined: tuple[tuple[TreatmentDeclined, str], ...] = ()


def apply(plan: TreatmentPlan, event: ANY_TREATMENT_EVENT, actor: str) -> TreatmentPlan:
    """The plan after one more event."""
    if isinstance(event, TreatmentOrdered):
        return replace(plan, orders={**plan.orders, event.order_id: PlannedTreatment(event, actor)})
    if isinstance(event, TreatmentDeclined):
        plan = replace(plan, declined=(*plan.declined, (event, actor)))
    known = plan.orders.get(event.order_id)
    if known is None:
        return plan
    after = replace(known, entries=(*known.entries, (event, actor)))
    if isinstance(event, TreatmentDone):
        after = replace(after, done={**known.done, event.due_us: event})
    if isinstance(event, TreatmentSkipped):
        after = replace(after, skipped={**known.skipped, **dict.fromkeys(event.due_us, event)})
    return replace(plan, orders={**plan.orders, event.order_id: after})
