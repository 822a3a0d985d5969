"""One event of every kind about treatments."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import events as ev
from holdfast.record import treatment_events as tr
from holdfast.record.events import AnyEvent

TREATMENTS: tuple[AnyEvent, ...] = (
    ev.TreatmentGiven(at_us=T0_US, treatment_id="g1", category="fluid", what="crystalloid", amount="300 mL", note=""),
    tr.TreatmentOrdered(
        at_us=T0_US,
        order_id="t1",
        order_kind=tr.OrderKind.INFUSION,
        category="vasopressor",
        what="Noradrenaline",
        amount="1.2 mL/h",
        route="IV",
        first_us=T0_US + SECOND_US,
        every_min=None,
        until_us=T0_US + 3600 * SECOND_US,
        continuous=True,
        dose_key="norepinephrine_infusion",
        dose=0.5,
        dose_unit="ug/kg/min",
        weight_kg=33.9,
        weight_at_us=T0_US - SECOND_US,
        per_ml=0.04,
        per_ml_unit="mg",
        rate_ml_h=1.2,
        outside_reason="still low",
        weight_reason="cannot be moved",
        waits=True,
        on_word_of="Dr. Osei",
        note="through the long line",
    ),
    tr.TreatmentOrderApproved(at_us=T0_US, order_id="t1", what="Noradrenaline"),
    tr.TreatmentOrderSpoken(at_us=T0_US, order_id="t1", what="Noradrenaline", by="Dr. Osei"),
    tr.TreatmentOrderStopped(at_us=T0_US, order_id="t1", what="Noradrenaline", reason="pressure holds"),
    tr.TreatmentDone(
        at_us=T0_US,
        order_id="t1",
        what="Noradrenaline",
        due_us=T0_US,
        treatment_id="g1",
        amount="1.2 mL/h",
        reason="line was blocked",
        note="new pump",
    ),
    tr.TreatmentSkipped(at_us=T0_US, order_id="t1", what="Noradrenaline", due_us=(T0_US,), reason="in surgery"),
    tr.TreatmentDeclined(
        at_us=T0_US, order_id="t1", what="Noradrenaline", declined_by="City Police", explained="pressure may fall"
    ),
)
