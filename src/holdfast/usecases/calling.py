"""What people do about calling: who can be called, in which order, calling by hand, and answering."""

import hmac
from collections.abc import Mapping, Sequence

from holdfast.calling.course import STANDING, phase_of
from holdfast.calling.desk import callees
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge import calling_times
from holdfast.knowledge.calling_times import PLACES
from holdfast.record import call_events as ce
from holdfast.record import events as ev
from holdfast.record.call_state import CallEntry, Contact
from holdfast.usecases.call_ports import Addresses, Channels, Signer
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt

NAME_MAX = 60
CONTACTS_MAX = 60
"""People that one clinic can call; more is a telephone book."""
PHONE_MAX = 30


def set_contact(
    ctx: Context,
    addresses: Addresses,
    channels: Channels,
    *,
    actor: str,
    name: str,
    place: str,
    by_channel: Mapping[str, str],
    account: str = "",
    contact_id: str = "",
    command_id: str = "",
) -> Receipt:
    """Add or change somebody who can be called. Addresses go beside the record; their kinds are on it."""
    name = clean_text(name, "The name")
    if not name or len(name) > NAME_MAX:
        raise OperatorError("A contact needs a name.", f"Write one of at most {NAME_MAX} characters.")
    if place not in PLACES:
        raise OperatorError(f"{place!r} is no place to be called at.", f"Choose one of {', '.join(PLACES)}.")
    given = {channel: to.strip() for channel, to in by_channel.items() if to.strip()}
    for channel, to in given.items():
        channels.check(channel, to)
    known = ctx.book.clinic.calling.contacts
    if contact_id and contact_id not in known:
        raise NotFoundError("There is no such contact.", "Reload the page.")
    if account and account not in ctx.book.clinic.people:
        raise NotFoundError("There is no such account.", "Reload the page.")
    if not contact_id and len(known) >= CONTACTS_MAX:
        raise OperatorError(f"There are {CONTACTS_MAX} contacts already.", "Remove one first.")
    contact_id = contact_id or ctx.ids.new_id()
    event = ce.ContactSet(
        at_us=ctx.clock.now_us(),
        contact_id=contact_id,
        name=name,
        place=place,
        channels=tuple(sorted(given)),
        account=account,
    )
    receipt = record(ctx, actor=actor, stream=ev.CLINIC_STREAM, events=[event], command_id=command_id)
    made = receipt.recorded[0].event
    assert isinstance(made, ce.ContactSet)
    addresses.put(made.contact_id, given)
    return receipt


def remove_contact(ctx: Context, addresses: Addresses, *, actor: str, contact_id: str, command_id: str = "") -> Receipt:
    """Call this person no more and forget the addresses."""

    def build() -> Sequence[ev.AnyEvent]:
        if contact_id not in ctx.book.clinic.calling.contacts:
            raise NotFoundError("There is no such contact.", "Reload the page.")
        return [ce.ContactRemoved(at_us=ctx.clock.now_us(), contact_id=contact_id)]

    receipt = record_checked(ctx, actor=actor, stream=ev.CLINIC_STREAM, build=build, command_id=command_id)
    addresses.put(contact_id, {})
    return receipt


def set_list(ctx: Context, *, actor: str, contacts: tuple[str, ...], why: str = "", command_id: str = "") -> Receipt:
    """Whom the clinic calls, in this order; empty: nobody, and no alarm calls anybody."""
    _check_list(ctx, contacts)
    event = ce.CallListSet(at_us=ctx.clock.now_us(), contacts=contacts, why=clean_text(why, "The reason"))
    return record(ctx, actor=actor, stream=ev.CLINIC_STREAM, events=[event], command_id=command_id)


def set_case_list(
    ctx: Context, *, actor: str, case_id: str, contacts: tuple[str, ...] = (), why: str = "", command_id: str = ""
) -> Receipt:
    """Whom this case calls instead; empty: as the clinic."""
    ctx.book.case(case_id)
    _check_list(ctx, contacts)
    event = ce.CaseCallListSet(at_us=ctx.clock.now_us(), contacts=contacts, why=clean_text(why, "The reason"))
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def _check_list(ctx: Context, contacts: tuple[str, ...]) -> None:
    known = ctx.book.clinic.calling.contacts
    if any(one not in known for one in contacts):
        raise NotFoundError("The list names somebody who is no contact.", "Reload the page.")
    if len(set(contacts)) < len(contacts):
        raise OperatorError("Somebody stands on the list twice.", "Name each person once.")


def set_phone(ctx: Context, *, actor: str, phone: str, command_id: str = "") -> Receipt:
    """The number that a handler's page offers."""
    phone = phone.strip()
    if phone and not _is_phone(phone):
        raise OperatorError(f"{phone[:40]!r} is no telephone number.", "Write digits, spaces and a leading + only.")
    event = ce.ClinicPhoneSet(at_us=ctx.clock.now_us(), phone=phone)
    return record(ctx, actor=actor, stream=ev.CLINIC_STREAM, events=[event], command_id=command_id)


def _is_phone(text: str) -> bool:
    return len(text) <= PHONE_MAX and any(c.isdigit() for c in text) and all(c.isdigit() or c in "+ ()-/" for c in text)


def call_by_hand(ctx: Context, *, actor: str, case_id: str, text: str = "", command_id: str = "") -> Receipt:
    """A person calls the list about this case, now, with high priority."""
    text = clean_text(text, "The words") or "Help is needed"
    return open_call(ctx, actor=actor, case_id=case_id, cause="person", text=text, command_id=command_id)


def open_call(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    cause: str,
    text: str,
    cause_id: str = "",
    priority: str = "high",
    command_id: str = "",
) -> Receipt:
    """Open a call of a person or about what home observed. Raises ``OperatorError`` where there is nobody to call."""
    times = calling_times.load()

    def build() -> Sequence[ev.AnyEvent]:
        case = ctx.book.case(case_id)
        people = callees(ctx.book.clinic.calling, case.calls.order, priority, times)
        if not people:
            raise OperatorError("There is no call list: nobody can be called from here.", "Make one at Calls.")
        return [
            ce.CallOpened(
                at_us=ctx.clock.now_us(),
                call_id=ctx.ids.new_id(),
                cause=cause,
                cause_id=cause_id,
                about="",
                text=text,
                priority=priority,
                people=people,
                again_s=times.again_s(priority),
            )
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def answer(
    ctx: Context, *, actor: str, case_id: str, call_id: str, who: str = "", how: str = "page", command_id: str = ""
) -> Receipt:
    """Say that somebody comes. The first answer holds; who is second is told who was first."""

    def build() -> Sequence[ev.AnyEvent]:
        entry = find(ctx, case_id, call_id)
        if entry.answered_us is not None:
            raise OperatorError(f"{entry.answered_by} has answered already.", "Nothing was changed.")
        if phase_of(entry) not in STANDING:
            raise OperatorError(f"Nobody needs to come any more: {entry.withdrawn_why}.", "Nothing was changed.")
        name = who or ctx.book.clinic.name_of(actor)
        return [ce.CallAnswered(at_us=ctx.clock.now_us(), call_id=call_id, who=name, how=how)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def withdraw(ctx: Context, *, actor: str, case_id: str, call_id: str, why: str = "", command_id: str = "") -> Receipt:
    """End a call with a reason: nobody needs to come."""
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Ending a call needs a reason.", "Say in a few words why nobody needs to come.")

    def build() -> Sequence[ev.AnyEvent]:
        if phase_of(find(ctx, case_id, call_id)) not in STANDING:
            raise OperatorError("That call is over already.", "Nothing was changed.")
        return [ce.CallWithdrawn(at_us=ctx.clock.now_us(), call_id=call_id, why=why)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def find(ctx: Context, case_id: str, call_id: str) -> CallEntry:
    """Raises ``NotFoundError``."""
    entry = ctx.book.case(case_id).calls.entries.get(call_id)
    if entry is None:
        raise NotFoundError("There is no such call.", "The page of calls lists them all.")
    return entry


# Links. A link names case, call and place on the list, and is signed: nothing of it has to be kept.


def link_token(signer: Signer, case_id: str, call_id: str, place: int) -> str:
    """What stands behind the ``#`` of a message's link."""
    named = f"{case_id}.{call_id}.{place}"
    return f"{named}.{signer.sign(f'call:{named}')}"


def linked(ctx: Context, signer: Signer, token: str) -> tuple[str, CallEntry, int]:
    """(case, call, place) that a link is for; raises ``NotFoundError`` for one that we did not sign."""
    named, _, signature = token.rpartition(".")
    parts = named.split(".")
    good = hmac.compare_digest(signer.sign(f"call:{named}").encode(), signature.encode())
    if not good or len(parts) != 3 or not parts[2].isdigit():
        raise NotFoundError("This link opens nothing.", "Call the clinic by telephone.")
    entry = find(ctx, parts[0], parts[1])
    if not 1 <= int(parts[2]) <= len(entry.people):
        raise NotFoundError("This link opens nothing.", "Call the clinic by telephone.")
    return parts[0], entry, int(parts[2])


def see_link(ctx: Context, *, case_id: str, entry: CallEntry, place: int) -> None:
    """The person opened the link: said once."""
    if place not in entry.seen and phase_of(entry) in STANDING:
        event = ce.CallSeen(at_us=ctx.clock.now_us(), call_id=entry.call_id, place=place)
        command = f"seen.{entry.call_id}.{place}"
        actor = f"contact:{entry.people[place - 1].contact_id}"
        record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command)


def answer_link(ctx: Context, *, case_id: str, entry: CallEntry, place: int) -> Receipt:
    """The person whose link it is comes. One answer for each call: the link is used up with it."""
    person = entry.people[place - 1]
    return answer(
        ctx,
        actor=f"contact:{person.contact_id}",
        case_id=case_id,
        call_id=entry.call_id,
        who=person.name,
        how="link",
        command_id=f"answer.{entry.call_id}.{place}",
    )


def contact_list(ctx: Context, contacts: Sequence[str]) -> list[Contact]:
    """The contacts of a list, in its order."""
    known = ctx.book.clinic.calling.contacts
    return [known[one] for one in contacts if one in known]
