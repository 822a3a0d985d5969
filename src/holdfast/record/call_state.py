"""The calls of a case, folded from their events.

An entry keeps what happened in the order it happened; where a call stands follows from the table in
``calling.course``. Only what a second event could contradict is decided here: the first answer holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from holdfast.kernel.frozen import replace
from holdfast.record import call_events as ce


@dataclass(frozen=True)
class Contact:
    """Somebody who can be called."""

    contact_id: str
    name: str
    place: str
    channels: tuple[str, ...]
    account: str = ""


@dataclass(frozen=True)
class CallBook:
    """Who can be called in this clinic, and in which order."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True)
class Made:
    """One person was called."""

    place: int
    at_us: int
    until_us: int


@dataclass(frozen=True)
class CallEntry:
    """One call, with everything that became of it."""

    call_id: str
    cause: str
    causes: tuple[str, ...]
    """Ids of the alarms (or the observation) that it is about, the first first."""
    abouts: tuple[str, ...]
    texts: tuple[str, ...]
    priority: str
    people: tuple[ce.Callee, ...]
    again_s: float
    opened_us: int
    opened_by: str
    steps: tuple[tuple[str, int], ...] = ()
    """(called, answered, list ended, withdrawn) with when, in the order they were recorded."""
    made: tuple[Made, ...] = ()
    again_us: int | None = None
    """When the list begins again, while it has ended."""
    delivery: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """``"<place> <channel>"`` -> (state, note, when)."""
    seen: dict[int, int] = field(default_factory=dict)
    """place -> when the link was opened first."""
    answered_by: str = ""
    answered_how: str = ""
    answered_us: int | None = None
    withdrawn_why: str = ""
    acknowledged: tuple[tuple[str, int], ...] = ()
    """Who acknowledged an alarm that it is about, at the bed, and when."""

    @property
    def text(self) -> str:
        return "; ".join(self.texts)


@dataclass(frozen=True)
class Calls:
    """The calls of a case, oldest first, and whom it calls when it has a list of its own."""

    entries: dict[str, CallEntry] = field(default_factory=dict)
    order: tuple[str, ...] = ()


def apply(state: Calls, event: ce.ANY_CALL_EVENT, actor: str) -> Calls:
    """The calls after one more event. What names no call changes nothing."""
    match event:
        case ce.CaseCallListSet():
            return replace(state, order=event.contacts)
        case ce.CallOpened():
            entry = CallEntry(
                call_id=event.call_id,
                cause=event.cause,
                causes=(event.cause_id,),
                abouts=(event.about,),
                texts=(event.text,),
                priority=event.priority,
                people=event.people,
                again_s=event.again_s,
                opened_us=event.at_us,
                opened_by=actor,
            )
            return replace(state, entries={**state.entries, event.call_id: entry})
    return _changed(state, event.call_id, lambda entry: _after(entry, event))


def acknowledged(state: Calls, alarm_id: str, alarm: str, actor: str, at_us: int) -> Calls:
    """The calls after somebody acknowledged an alarm at the bed. A latched one is then gone from the alarms: who came
    has to be kept here."""
    for entry in state.entries.values():
        ended = entry.answered_us is not None or entry.withdrawn_why
        if not ended and (alarm_id in entry.causes or alarm in entry.abouts):
            told = replace(entry, acknowledged=(*entry.acknowledged, (actor, at_us)))
            state = replace(state, entries={**state.entries, entry.call_id: told})
    return state


def _after(entry: CallEntry, event: ce.ANY_CALL_EVENT) -> CallEntry:
    match event:
        case ce.CallJoined():
            return replace(
                entry,
                causes=(*entry.causes, event.cause_id),
                abouts=(*entry.abouts, event.about),
                texts=(*entry.texts, event.text),
            )
        case ce.CallMade():
            made = (*entry.made, Made(event.place, event.at_us, event.until_us))
            return replace(_stepped(entry, "called", event.at_us), made=made, again_us=None)
        case ce.CallDelivery():
            told = (event.state, event.note, event.at_us)
            return replace(entry, delivery={**entry.delivery, f"{event.place} {event.channel}": told})
        case ce.CallSeen():
            return replace(entry, seen={event.place: event.at_us, **entry.seen})
        case ce.CallAnswered():
            if entry.answered_us is not None or entry.withdrawn_why:
                return entry
            return replace(
                _stepped(entry, "answered", event.at_us),
                answered_by=event.who,
                answered_how=event.how,
                answered_us=event.at_us,
            )
        case ce.CallListEnded():
            return replace(_stepped(entry, "list ended", event.at_us), again_us=event.again_us)
        case ce.CallWithdrawn():
            if entry.answered_us is not None:
                return entry
            return replace(_stepped(entry, "withdrawn", event.at_us), withdrawn_why=event.why)
    return entry


def _stepped(entry: CallEntry, step: str, at_us: int) -> CallEntry:
    return replace(entry, steps=(*entry.steps, (step, at_us)))


def _changed(state: Calls, call_id: str, change: Callable[[CallEntry], CallEntry]) -> Calls:
    entry = state.entries.get(call_id)
    return state if entry is None else replace(state, entries={**state.entries, call_id: change(entry)})


def apply_clinic(book: CallBook, event: ce.ANY_CALL_CLINIC_EVENT) -> CallBook:
    """Who can be called after one more event of the clinic."""
    match event:
        case ce.ContactSet():
            contact = Contact(event.contact_id, event.name, event.place, event.channels, event.account)
            return replace(book, contacts={**book.contacts, event.contact_id: contact})
        case ce.ContactRemoved():
            rest: Mapping[str, Contact] = {k: v for k, v in book.contacts.items() if k != event.contact_id}
            order = tuple(one for one in book.order if one != event.contact_id)
            return replace(book, contacts=dict(rest), order=order)
        case ce.CallListSet():
            return replace(book, order=event.contacts)
        case ce.ClinicPhoneSet():
            return replace(book, phone=event.phone)
