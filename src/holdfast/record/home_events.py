"""Events of recovery and home: first signs, what the handler is told, the letter, what home observes."""

from holdfast.record.event_base import CaseEvent


class RecoveryMarked(CaseEvent, frozen=True, kw_only=True, tag="recovery_marked.1"):
    """One touch: a first sign was seen (an ear, a paw, the tail ...)."""

    mark_id: str
    sign: str
    note: str = ""


class RecoveryMarkWithdrawn(CaseEvent, frozen=True, kw_only=True, tag="recovery_mark_withdrawn.1"):
    """A touch was a mistake; both entries stay readable."""

    mark_id: str
    reason: str


class HandlerLinkMade(CaseEvent, frozen=True, kw_only=True, tag="handler_link_made.1"):
    """Somebody outside may read how the animal is. The link itself is nowhere on record."""

    link_id: str
    token_sha256: str
    who: str
    expires_us: int


class HandlerLinkRevoked(CaseEvent, frozen=True, kw_only=True, tag="handler_link_revoked.1"):
    """The link opens nothing any more."""

    link_id: str
    why: str


class HandlerLinkOpened(CaseEvent, frozen=True, kw_only=True, tag="handler_link_opened.1"):
    """The page behind the link was read. Said at most once in some minutes."""

    link_id: str


class HandlerTold(CaseEvent, frozen=True, kw_only=True, tag="handler_told.1"):
    """A clinician's words to the handler, as they were approved."""

    text: str
    draft: str
    """What Holdfast had suggested; empty when nothing was."""


class HandlerPhotoShown(CaseEvent, frozen=True, kw_only=True, tag="handler_photo_shown.1"):
    """A photograph for the handler's page."""

    image_id: str


class HomeMedicineOrdered(CaseEvent, frozen=True, kw_only=True, tag="home_medicine_ordered.1"):
    """A clinician ordered a medicine for home, in their own words; Holdfast suggests no dose here."""

    order_id: str
    medicine: str
    how: str
    """Amount, how often, with or without food: as it will stand in the letter."""
    until: str


class HomeMedicineStopped(CaseEvent, frozen=True, kw_only=True, tag="home_medicine_stopped.1"):
    """An order for home holds no more."""

    order_id: str
    reason: str


class DischargeWritten(CaseEvent, frozen=True, kw_only=True, tag="discharge_written.1"):
    """The letter for home, whole, as it was approved."""

    letter_id: str
    diagnosis: str
    done: tuple[str, ...]
    medicines: tuple[str, ...]
    """Lines of the orders for home that stood; nothing else."""
    look_for: tuple[str, ...]
    """What to look for and when to come back, in the words of that day's release."""
    words: str
    recheck: str


class HomeObserved(CaseEvent, frozen=True, kw_only=True, tag="home_observed.1"):
    """What somebody saw at home, over the link, and what the rules answered."""

    observation_id: str
    link_id: str
    breaths_per_min: float | None
    """Asleep or at rest."""
    effort: str
    gums: str
    appetite: str
    gait: str
    wound: str
    note: str
    image_id: str
    advice: str
    """``now``, ``today``, ``look_again`` or ``go_on``."""
    rules: tuple[str, ...]
    """Keys of the rules that spoke."""


ANY_HOME_EVENT = (
    RecoveryMarked
    | RecoveryMarkWithdrawn
    | HandlerLinkMade
    | HandlerLinkRevoked
    | HandlerLinkOpened
    | HandlerTold
    | HandlerPhotoShown
    | HomeMedicineOrdered
    | HomeMedicineStopped
    | DischargeWritten
    | HomeObserved
)
