"""Events between a case and other systems (CDS Hooks): their numbers for the dog, what they asked and were told, what
people over there did with it, and what other systems said about our own end-of-life order.
"""

from typing import Any

from holdfast.record.event_base import CaseEvent

HOOK_ACTOR = "hook:"
"""Begins the actor of what a person did in another system: ``hook:<client>``."""


class ExternalIdentifierRecorded(CaseEvent, frozen=True, kw_only=True, tag="external_identifier_recorded.1"):
    """A person said: in that system this dog has this number. The number leads to the case from now on."""

    identifier_id: str
    system: str
    """Address (URI) of the numbering system."""
    value: str
    note: str = ""


class ExternalIdentifierWithdrawn(CaseEvent, frozen=True, kw_only=True, tag="external_identifier_withdrawn.1"):
    """The number leads nowhere from now on; both entries stay readable."""

    identifier_id: str
    reason: str


class HookTold(CaseEvent, frozen=True, kw_only=True, tag="hook_told.1"):
    """Another system asked about this dog and was told something."""

    call_id: str
    client: str
    """Key of the system, as configured."""
    client_name: str
    service: str
    hook: str
    hook_instance: str
    user: str
    """Who sat there, as the system named them (``Practitioner/17``); nobody of ours."""
    matched_by: str
    """case_id, microchip or identifier."""
    orders: tuple[str, ...]
    """References of the end-of-life orders that it was about."""
    knowledge_release: str
    cards: tuple[dict[str, Any], ...]
    """As sent, canonical JSON types only; empty: nothing to say."""


class HookFeedbackGiven(CaseEvent, frozen=True, kw_only=True, tag="hook_feedback_given.1"):
    """What a person over there did with a card."""

    call_id: str
    card: str
    outcome: str
    """accepted or overridden."""
    suggestions: tuple[str, ...]
    """Labels of the suggestions that were taken."""
    reason_system: str
    reason_code: str
    reason_text: str
    comment: str
    user: str
    """Who had been shown the card; feedback itself names nobody."""
    said_at: str
    """The moment as the other system wrote it."""


class HookAsked(CaseEvent, frozen=True, kw_only=True, tag="hook_asked.1"):
    """Our own end-of-life order is put before another system; nothing waits for its answer."""

    order_id: str
    peer: str
    peer_name: str
    hook: str
    hook_instance: str


class HookSaid(CaseEvent, frozen=True, kw_only=True, tag="hook_said.1"):
    """What the other system said, or that it said nothing."""

    order_id: str
    peer: str
    hook_instance: str
    outcome: str
    """answered, no_answer, refused or unreadable."""
    problem: str
    took_ms: int
    cards: tuple[dict[str, Any], ...]
    """Their words, cut to our limits: summary, indicator, detail, source, link."""


ANY_HOOK_EVENT = (
    ExternalIdentifierRecorded | ExternalIdentifierWithdrawn | HookTold | HookFeedbackGiven | HookAsked | HookSaid
)
