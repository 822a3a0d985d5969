"""Events of calling: who may be called, whom a case calls, and what became of every call.

No address, number or topic is ever in an event: they lie beside the record, like passwords.
"""

import msgspec

from holdfast.record.event_base import CaseEvent, ClinicEvent


class ContactSet(ClinicEvent, frozen=True, kw_only=True, tag="contact_set.1"):
    """Somebody can be called. The same ``contact_id`` again: changed."""

    contact_id: str
    name: str
    place: str
    """``clinic``, ``on_call`` (outside the house) or ``handler``: how long an answer may take."""
    channels: tuple[str, ...]
    """Kinds of channel (``ntfy``, ``email`` ...), never the address."""
    account: str = ""
    """Account of this person, when there is one: then a page that they are signed in on says so too."""


class ContactRemoved(ClinicEvent, frozen=True, kw_only=True, tag="contact_removed.1"):
    """Nobody calls this contact any more; its addresses are forgotten."""

    contact_id: str


class CallListSet(ClinicEvent, frozen=True, kw_only=True, tag="call_list_set.1"):
    """Whom the clinic calls, in this order."""

    contacts: tuple[str, ...]
    why: str


class ClinicPhoneSet(ClinicEvent, frozen=True, kw_only=True, tag="clinic_phone_set.1"):
    """The number that handlers and owners reach the clinic on: it is meant to be shown."""

    phone: str


class CaseCallListSet(CaseEvent, frozen=True, kw_only=True, tag="case_call_list_set.1"):
    """Whom this case calls, in this order. Empty: as the clinic does."""

    contacts: tuple[str, ...]
    why: str


class Callee(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person on the list of a call, as it was when the call began."""

    contact_id: str
    name: str
    place: str
    wait_s: float
    """So long for an answer, then the next is called."""
    channels: tuple[str, ...] = ()
    account: str = ""


class CallOpened(CaseEvent, frozen=True, kw_only=True, tag="call_opened.1"):
    """Something needs a person: from now on somebody is called until one answers."""

    call_id: str
    cause: str
    """``alarm``, ``home`` (an observation from home) or ``person`` (somebody pressed the button)."""
    cause_id: str
    """Of the alarm or the observation; empty when a person called."""
    about: str
    """Kind of the alarm (``asystole``, ``deterioration`` ...); empty for others."""
    text: str
    priority: str
    people: tuple[Callee, ...]
    again_s: float
    """When the list has ended and nobody answered, it is called again after so long."""


class CallJoined(CaseEvent, frozen=True, kw_only=True, tag="call_joined.1"):
    """Another alarm, no more urgent, came while somebody is being called: the same person is to see to both."""

    call_id: str
    cause_id: str
    about: str
    text: str


class CallMade(CaseEvent, frozen=True, kw_only=True, tag="call_made.1"):
    """The next on the list was called; without an answer by ``until_us`` it goes on."""

    call_id: str
    place: int
    """On the list, from 1."""
    until_us: int


class CallDelivery(CaseEvent, frozen=True, kw_only=True, tag="call_delivery.1"):
    """What became of the message to one person over one channel."""

    call_id: str
    place: int
    channel: str
    state: str
    """``sent`` (the channel took it), ``delivered`` (only where the channel says so), ``failed`` (will be tried again)
    or ``given_up``."""
    note: str = ""


class CallSeen(CaseEvent, frozen=True, kw_only=True, tag="call_seen.1"):
    """The person opened the message's link."""

    call_id: str
    place: int


class CallAnswered(CaseEvent, frozen=True, kw_only=True, tag="call_answered.1"):
    """Somebody comes."""

    call_id: str
    who: str
    how: str
    """``link`` (in the message), ``page`` (signed in) or ``bedside`` (the alarm was acknowledged)."""


class CallListEnded(CaseEvent, frozen=True, kw_only=True, tag="call_list_ended.1"):
    """Everybody was called and nobody answered: large on every page until somebody does; the list begins again."""

    call_id: str
    again_us: int


class CallWithdrawn(CaseEvent, frozen=True, kw_only=True, tag="call_withdrawn.1"):
    """Nobody needs to come any more, or a more urgent call took its place."""

    call_id: str
    why: str


ANY_CALL_EVENT = (
    CaseCallListSet
    | CallOpened
    | CallJoined
    | CallMade
    | CallDelivery
    | CallSeen
    | CallAnswered
    | CallListEnded
    | CallWithdrawn
)
ANY_CALL_CLINIC_EVENT = ContactSet | ContactRemoved | CallListSet | ClinicPhoneSet
