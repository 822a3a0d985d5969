"""Events of ordered treatments: what is to be given or done, when, who let it stand, and what became of each time.

What was given is on record as ``TreatmentGiven`` beside these, so that the response to it can be judged.
"""

from enum import StrEnum

from holdfast.record.event_base import CaseEvent


class OrderKind(StrEnum):
    """What kind of thing was ordered."""

    DRUG = "drug"
    FLUID = "fluid"
    INFUSION = "infusion"
    """A constant rate infusion."""
    CHECK = "check"
    FEED = "feed"
    OTHER = "other"


class TreatmentOrdered(CaseEvent, frozen=True, kw_only=True, tag="treatment_ordered.1"):
    """Something is to be given or done, once, again and again, or all the time."""

    order_id: str
    order_kind: OrderKind
    category: str
    """Of ``TreatmentGiven``; empty for a check or a feed."""
    what: str
    amount: str
    """What to give each time, in words and numbers."""
    route: str
    first_us: int
    every_min: int | None
    """None: once, or from the first time on."""
    until_us: int | None
    continuous: bool
    dose_key: str = ""
    """Of the checked dose it was worked out from; empty: no checked dose, written as it is."""
    dose: float | None = None
    dose_unit: str = ""
    weight_kg: float | None = None
    weight_at_us: int | None = None
    """When that weight was measured."""
    per_ml: float | None = None
    per_ml_unit: str = ""
    rate_ml_h: float | None = None
    outside_reason: str = ""
    """Why the dose lies outside what the checked sources print."""
    weight_reason: str = ""
    """Why an old weight was used."""
    waits: bool = False
    """Whoever wrote it may not approve it."""
    on_word_of: str = ""
    """The vet who ordered it by word of mouth."""
    note: str = ""


class TreatmentOrderApproved(CaseEvent, frozen=True, kw_only=True, tag="treatment_order_approved.1"):
    """A vet let the order stand."""

    order_id: str
    what: str


class TreatmentOrderSpoken(CaseEvent, frozen=True, kw_only=True, tag="treatment_order_spoken.1"):
    """A vet allowed it by word of mouth, in an emergency; the signature follows."""

    order_id: str
    what: str
    by: str


class TreatmentOrderStopped(CaseEvent, frozen=True, kw_only=True, tag="treatment_order_stopped.1"):
    """It is not given any more, or an order that waited was turned down."""

    order_id: str
    what: str
    reason: str


class TreatmentDone(CaseEvent, frozen=True, kw_only=True, tag="treatment_done.1"):
    """One time of an order was given or done."""

    order_id: str
    what: str
    due_us: int
    """Which time of it."""
    treatment_id: str
    """Of the ``TreatmentGiven`` recorded with it; empty for a check or a feed."""
    amount: str = ""
    reason: str = ""
    """Why it was late or before its time."""
    note: str = ""


class TreatmentSkipped(CaseEvent, frozen=True, kw_only=True, tag="treatment_skipped.1"):
    """Times of an order that were not given."""

    order_id: str
    what: str
    due_us: tuple[int, ...]
    reason: str


class TreatmentDeclined(CaseEvent, frozen=True, kw_only=True, tag="treatment_declined.1"):
    """Somebody who may say so did not want it."""

    order_id: str
    """Empty when it was never ordered."""
    what: str
    declined_by: str
    explained: str
    """What they were told about doing without."""


ANY_TREATMENT_EVENT = (
    TreatmentOrdered
    | TreatmentOrderApproved
    | TreatmentOrderSpoken
    | TreatmentOrderStopped
    | TreatmentDone
    | TreatmentSkipped
    | TreatmentDeclined
)
