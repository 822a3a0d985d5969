"""One event of every kind about a consult."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import consult_events as co
from holdfast.record.events import AnyEvent

CONSULT: tuple[AnyEvent, ...] = (
    co.ConsultInvited(
        at_us=T0_US,
        consult_id="c1",
        name="Dr. Ito, surgery",
        contact="ito@example.org",
        question="Does this fit organ failure?",
        token_sha256="2" * 64,
        until_us=T0_US + 86_400 * SECOND_US,
    ),
    co.ConsultOpened(at_us=T0_US, consult_id="c1", address="203.0.113.7", browser="Firefox/140"),
    co.ConsultRevoked(at_us=T0_US, consult_id="c1", reason="answered"),
    co.OpinionGiven(
        at_us=T0_US,
        opinion_id="o1",
        consult_id="c1",
        name="Dr. Ito, surgery",
        about="organ failure",
        stance=co.Stance.DOUBTS,
        words="One place hurts. Picture the chest first.",
    ),
)
