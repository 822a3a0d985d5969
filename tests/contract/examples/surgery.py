"""One event of every kind about an operation."""

from contract.examples.moments import T0_US
from holdfast.record import surgery_events as su
from holdfast.record.events import AnyEvent

SURGERY: tuple[AnyEvent, ...] = (
    su.SurgeryPlanned(
        at_us=T0_US,
        surgery_id="s1",
        procedure="thoracotomy",
        site="left, 7th space",
        surgeon="Dr. Osei",
        risk="He may die of bleeding.",
    ),
    su.AsaStatusSet(at_us=T0_US, surgery_id="s1", status=4, emergency=True),
    su.SurgeryItemAnswered(at_us=T0_US, surgery_id="s1", item="blood", answer="skipped", reason="none in the house"),
    su.SurgeryStepped(at_us=T0_US, surgery_id="s1", step="time_out", reason=""),
    su.AnaesthesiaBegan(at_us=T0_US, surgery_id="s1", anaesthetist="Dr. Lee"),
    su.AnaesthesiaNoted(at_us=T0_US, surgery_id="s1", note_id="n1", what="incision"),
    su.AnaesthesiaEnded(at_us=T0_US, surgery_id="s1"),
)
