"""One event of every kind about who came in and who was turned away."""

from contract.examples.moments import T0_US
from holdfast.record import security_events as sec
from holdfast.record.events import AnyEvent

SECURITY: tuple[AnyEvent, ...] = (
    sec.SecondFactorSet(at_us=T0_US, account="a1"),
    sec.SecondFactorRemoved(at_us=T0_US, account="a1"),
    sec.PasswordReset(at_us=T0_US, account="a1"),
    sec.PeerRefused(
        at_us=T0_US, protocol="DICOM", address="192.0.2.7", title="XRAY9", reason="It is not on the list of units."
    ),
    sec.CaseOpened(at_us=T0_US, case_id="c1", route="case"),
)
