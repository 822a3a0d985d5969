"""One event of every kind about what other systems ask and are told."""

from contract.examples.moments import T0_US
from holdfast.record import hook_events as he
from holdfast.record.events import AnyEvent

OTHER_SYSTEMS: tuple[AnyEvent, ...] = (
    he.ExternalIdentifierRecorded(
        at_us=T0_US, identifier_id="n1", system="https://pims.example/patients", value="4711", note="read from the card"
    ),
    he.ExternalIdentifierWithdrawn(at_us=T0_US, identifier_id="n1", reason="another dog's"),
    he.HookTold(
        at_us=T0_US,
        call_id="k1",
        client="pims",
        client_name="Practice system",
        service="second-look-euthanasia",
        hook="order-sign",
        hook_instance="6f1c0a52-8a59-4d5b-9a57-6a1a0d7f5f10",
        user="Practitioner/ecc-1",
        matched_by="microchip",
        orders=("ServiceRequest/order-1",),
        knowledge_release="1.0",
        cards=({"uuid": "b5a1c9b0-2c0e-4a57-9e2e-1d1b1f2a6c01", "summary": "No misfit", "indicator": "info"},),
    ),
    he.HookFeedbackGiven(
        at_us=T0_US,
        call_id="k1",
        card="b5a1c9b0-2c0e-4a57-9e2e-1d1b1f2a6c01",
        outcome="overridden",
        suggestions=(),
        reason_system="urn:holdfast:override-reason",
        reason_code="suffering_not_relievable",
        reason_text="The suffering cannot be relieved.",
        comment="CT done, no foreign body",
        user="Practitioner/ecc-1",
        said_at="2026-11-22T01:45:00Z",
    ),
    he.HookAsked(
        at_us=T0_US,
        order_id="o1",
        peer="lab",
        peer_name="Laboratory",
        hook="order-sign",
        hook_instance="6f1c0a52-8a59-4d5b-9a57-6a1a0d7f5f11",
    ),
    he.HookSaid(
        at_us=T0_US,
        order_id="o1",
        peer="lab",
        hook_instance="6f1c0a52-8a59-4d5b-9a57-6a1a0d7f5f11",
        outcome="answered",
        problem="",
        took_ms=120,
        cards=({"summary": "Culture pending", "indicator": "warning", "detail": "", "source": "Lab", "links": []},),
    ),
)
