"""One event of every kind about the way home."""

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import home_events as ho
from holdfast.record.events import AnyEvent

HOME: tuple[AnyEvent, ...] = (
    ho.RecoveryMarked(at_us=T0_US, mark_id="m1", sign="ear", note="left"),
    ho.RecoveryMarkWithdrawn(at_us=T0_US, mark_id="m1", reason="wrong dog"),
    ho.HandlerLinkMade(
        at_us=T0_US, link_id="h1", token_sha256="cd" * 32, who="Sgt. Müller", expires_us=T0_US + 86_400 * SECOND_US
    ),
    ho.HandlerLinkRevoked(at_us=T0_US, link_id="h1", why="telephone lost"),
    ho.HandlerLinkOpened(at_us=T0_US, link_id="h1"),
    ho.HandlerTold(at_us=T0_US, text="He slept.", draft="He is resting."),
    ho.HandlerPhotoShown(at_us=T0_US, image_id="ab" * 32),
    ho.HomeMedicineOrdered(at_us=T0_US, order_id="r1", medicine="as on the box", how="once a day", until="Friday"),
    ho.HomeMedicineStopped(at_us=T0_US, order_id="r1", reason="vomits"),
    ho.DischargeWritten(
        at_us=T0_US,
        letter_id="d1",
        diagnosis="metal fragment between two ribs, removed",
        done=("Operation: thoracotomy",),
        medicines=("as on the box: once a day, until Friday",),
        look_for=("Breathing faster than 30 a minute while asleep: count again, then call us.",),
        words="Keep him quiet.",
        recheck="in ten days",
    ),
    ho.HomeObserved(
        at_us=T0_US,
        observation_id="b1",
        link_id="h1",
        breaths_per_min=24.0,
        effort="easy",
        gums="pink",
        appetite="all",
        gait="normal",
        wound="dry",
        note="",
        image_id="",
        advice="go_on",
        rules=(),
    ),
)
