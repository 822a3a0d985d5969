"""What can be posted about an item of evidence. ``by``: who did it, as on paper; empty: who is signed in."""

from holdfast.web.entries import Entry


class CustodyEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    by: str = ""
    at: str = ""
    """When it happened, clinic time as the page's field writes it; empty (and no ``at_us``): now."""
    at_us: int | None = None


class FactEntry(CustodyEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    explanation: str = ""
    """What happened, when the step leaves a break."""


class RemovalEntry(CustodyEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pictures are sent before (``items/photographs``) and named here by their SHA-256."""

    description: str = ""
    place: str = ""
    """``side:region`` of the body chart; empty: not in the body, or not known."""
    site: str = ""
    orientation: str = ""
    method: str = ""
    witness: str = ""
    length_mm: float | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    weight_g: float | None = None
    photograph: tuple[str, ...] = ()
    scaled: tuple[str, ...] = ()
    """Those of them in which the scale lies."""
    scale: str = ""
    """What the scale is, e.g. ``ruler, mm``."""
    shows: str = ""
    time_source: str = "clock of this computer"


class SealEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    bag: str = ""
    seal: str = ""
    container: str = ""
    witness: str = ""


class OpeningEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seal: str = ""
    intact: bool
    reason: str = ""
    witness: str = ""


class StoreEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    place: str = ""
    conditions: str = ""


class TakingEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    purpose: str = ""


class OfferEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The giver confirms by being signed in; named otherwise in ``by``, only by word of mouth."""

    to: str = ""
    organisation: str = ""
    purpose: str = ""
    seal: str = ""


class AcceptanceEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The receiver confirms by being signed in, or with a signature (SHA-256 of its picture) under ``by``."""

    seal: str = ""
    intact: bool
    identification: str = ""
    signature: str = ""


class RefusalEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: str = ""


class LaboratoryEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    laboratory: str = ""
    question: str = ""


class ResultEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    request_id: str = ""
    method: str = ""
    result: str = ""


class BreakEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    what: str = ""


class AmendmentEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    field: str = ""
    value: str = ""
    reason: str = ""


class DisposalEntry(FactEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    how: str = ""
    authority: str = ""
    witness: str = ""


class OpinionEntry(CustodyEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    profession: str = ""
    organisation: str = ""
    text: str = ""
    basis: str = ""
    request_id: str = ""


class WithdrawalEntry(CustodyEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    opinion_id: str = ""
    reason: str = ""
