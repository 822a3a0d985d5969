"""One event of every kind about the clinic."""

from contract.examples.moments import T0_US
from holdfast.record import events as ev
from holdfast.record.events import AnyEvent

CLINIC: tuple[AnyEvent, ...] = (
    ev.BedAdded(at_us=T0_US, bed="ICU 2"),
    ev.DeviceBound(at_us=T0_US, device="MON-1", bed="ICU 2"),
    ev.DeviceUnbound(at_us=T0_US, device="MON-1"),
    ev.AccountCreated(at_us=T0_US, account="a1", name="Dr. Osei", role="clinician"),
    ev.AccountRoleChanged(at_us=T0_US, account="a1", role="administrator"),
    ev.AccountClosed(at_us=T0_US, account="a1"),
)
