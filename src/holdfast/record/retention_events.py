"""Events of keeping and removing: a legal hold, and bytes that were removed while their hash stays on record."""

from holdfast.record.event_base import CaseEvent


class LegalHoldSet(CaseEvent, frozen=True, kw_only=True, tag="legal_hold_set.1"):
    """Nothing of this case is removed until the hold is lifted."""

    hold_id: str
    reference: str
    """Court, insurer or file that asks for it."""
    why: str


class LegalHoldLifted(CaseEvent, frozen=True, kw_only=True, tag="legal_hold_lifted.1"):
    """A hold is over; others may stand."""

    hold_id: str
    why: str


class PicturesRemoved(CaseEvent, frozen=True, kw_only=True, tag="pictures_removed.1"):
    """The bytes of these pictures are removed. That they came, and their hashes, stay: the proof holds."""

    image_ids: tuple[str, ...]
    older_than_days: int
    """The rule: the case was closed for longer."""
    why: str


ANY_RETENTION_EVENT = LegalHoldSet | LegalHoldLifted | PicturesRemoved
