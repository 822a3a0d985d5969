"""One event of every kind about a resuscitation."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import cpr_events as cpr
from holdfast.record.events import AnyEvent

RESUSCITATION: tuple[AnyEvent, ...] = (
    cpr.CprStarted(at_us=T0_US, cpr_id="c1", weight_kg=33.9, weight_at_us=T0_US - SECOND_US, location="ICU 2"),
    cpr.CprStepLogged(
        at_us=T0_US,
        cpr_id="c1",
        entry_id="e1",
        step=cpr.CprStep.DRUG,
        what="epinephrine_cpr",
        amount=0.34,
        unit="mg",
        route="IV",
        note="flushed",
    ),
    cpr.CprStepWithdrawn(at_us=T0_US, cpr_id="c1", entry_id="e1", reason="wrong button"),
    cpr.CprFactRecorded(at_us=T0_US, cpr_id="c1", key="witnessed", value="yes"),
    cpr.CprWishRecorded(at_us=T0_US, wish=cpr.CprWish.YELLOW, said_by="the owner", how="by telephone"),
)
