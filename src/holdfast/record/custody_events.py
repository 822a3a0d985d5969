"""Events of custody: what came out of the animal, in what it lies, in whose hands, and what was found out about it.

Facts and opinions are different types: what somebody did, saw or measured is a ``CustodyFact``; what somebody
concludes from it is a ``CustodyOpinion`` and never changes where or how the item is. Every person is named as on
paper (``by``); who typed it is on the envelope.
"""

import msgspec

from holdfast.record.event_base import CaseEvent


class CustodyFact(CaseEvent, frozen=True, kw_only=True):
    """Something that was done with an item, or seen or measured on it."""

    item_id: str
    by: str
    """Name of the person who did it."""
    explanation: str = ""
    """What happened, when the step leaves a break in the chain."""


class CustodyOpinion(CaseEvent, frozen=True, kw_only=True):
    """What a person concludes about an item."""

    item_id: str
    by: str


class Photograph(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A picture, bound by its hash; the bytes lie outside the chain."""

    sha256: str
    shows: str
    scale: str
    """The scale that lies in the picture, e.g. ``ruler, mm``; empty when there is none."""


class ItemCreated(CustodyFact, frozen=True, kw_only=True, tag="custody_item_created.1"):
    """An item began to exist: it was removed from the animal, or found with it."""

    number: int
    """Of the case, from 1: what people say and write on the bag."""
    description: str
    """What is seen, e.g. ``metallic object, grey, deformed``; what it is, is an opinion."""
    side: str
    """left, right or midline; empty when it was not in the body."""
    region: str
    """Region of the body chart."""
    site: str
    """Exact place in words, with depth."""
    orientation: str
    """Which end pointed out, as found."""
    method: str
    """How it was taken out and held, e.g. ``plastic forceps, not washed``."""
    witness: str
    size_mm: tuple[float, ...]
    """As measured, longest first; empty when not measured."""
    weight_g: float | None
    photographs: tuple[Photograph, ...]
    time_source: str
    """Where the time comes from, e.g. ``clock of this computer``, ``clock of the operating room``."""


class ItemSealed(CustodyFact, frozen=True, kw_only=True, tag="custody_item_sealed.1"):
    """The item was put into a bag and the bag was sealed: the first time, or again after an opening."""

    bag: str
    seal: str
    """Number on the seal."""
    container: str
    """What holds the item inside the bag, e.g. ``rigid, dry``."""
    witness: str = ""


class SealOpened(CustodyFact, frozen=True, kw_only=True, tag="custody_seal_opened.1"):
    """A seal was opened, for a reason; in what state it was found."""

    seal: str
    """Number that was read on it."""
    intact: bool
    reason: str
    witness: str = ""


class ItemStored(CustodyFact, frozen=True, kw_only=True, tag="custody_item_stored.1"):
    """The item was put into a store."""

    place: str
    conditions: str
    """e.g. ``locked, dry, room temperature``."""


class ItemTaken(CustodyFact, frozen=True, kw_only=True, tag="custody_item_taken.1"):
    """The item was taken out of its store."""

    purpose: str


class Confirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a person confirmed their side of a hand-over."""

    how: str
    """``account`` (signed in by themselves), ``signature`` (on paper, see ``sha256``) or ``spoken``."""
    sha256: str = ""
    """Of the picture of the signed receipt."""


class HandOverOffered(CustodyFact, frozen=True, kw_only=True, tag="custody_hand_over_offered.1"):
    """One person gives the item to another (``by`` is the giver); it waits for the other's confirmation."""

    transfer_id: str
    to: str
    organisation: str
    """Of the receiver; empty for our own."""
    purpose: str
    seal: str
    """Number that the giver reads on it; empty for none."""
    confirmed: Confirmation


class HandOverAccepted(CustodyFact, frozen=True, kw_only=True, tag="custody_hand_over_accepted.1"):
    """The receiver (``by``) has the item."""

    transfer_id: str
    seal: str
    intact: bool
    identification: str
    """How the receiver was identified, e.g. ``badge 4711``."""
    confirmed: Confirmation


class HandOverRefused(CustodyFact, frozen=True, kw_only=True, tag="custody_hand_over_refused.1"):
    """The hand-over did not happen; the giver still has the item."""

    transfer_id: str
    reason: str


class LaboratoryRequested(CustodyFact, frozen=True, kw_only=True, tag="custody_laboratory_requested.1"):
    """A laboratory was asked something about the item."""

    request_id: str
    laboratory: str
    question: str


class LaboratoryMeasured(CustodyFact, frozen=True, kw_only=True, tag="custody_laboratory_measured.1"):
    """What a laboratory measured or saw. What it concludes is an ``OpinionStated``."""

    request_id: str
    method: str
    result: str
    report_sha256: str = ""


class BreakNoted(CustodyFact, frozen=True, kw_only=True, tag="custody_break_noted.1"):
    """Somebody found that something is wrong: the item is not where it should be, the bag is torn ..."""

    what: str


class EntryCorrected(CustodyFact, frozen=True, kw_only=True, tag="custody_entry_corrected.1"):
    """An earlier entry about this item was wrong; it stays readable, and so does what it says of the chain."""

    version: int
    """Version of the wrong entry in the stream of the case."""
    field: str
    value: str
    reason: str


class ItemDisposed(CustodyFact, frozen=True, kw_only=True, tag="custody_item_disposed.1"):
    """The item exists no more, or was given back for good."""

    how: str
    authority: str
    """Who allowed it."""
    witness: str


class OpinionStated(CustodyOpinion, frozen=True, kw_only=True, tag="custody_opinion_stated.1"):
    """What somebody who may judge it says the item is, or how old a wound is."""

    opinion_id: str
    profession: str
    organisation: str
    text: str
    basis: str
    """What it rests on: the result, the picture, the experience."""
    request_id: str = ""


class OpinionWithdrawn(CustodyOpinion, frozen=True, kw_only=True, tag="custody_opinion_withdrawn.1"):
    """The one who stated it does not hold it any more; both stay readable."""

    opinion_id: str
    reason: str


ANY_CUSTODY_FACT = (
    ItemCreated
    | ItemSealed
    | SealOpened
    | ItemStored
    | ItemTaken
    | HandOverOffered
    | HandOverAccepted
    | HandOverRefused
    | LaboratoryRequested
    | LaboratoryMeasured
    | BreakNoted
    | EntryCorrected
    | ItemDisposed
)
ANY_CUSTODY_OPINION = OpinionStated | OpinionWithdrawn
ANY_CUSTODY_EVENT = ANY_CUSTODY_FACT | ANY_CUSTODY_OPINION
