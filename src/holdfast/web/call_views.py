"""Calls as a page and the API show them: who is being called, how far the message came, how long until the next."""

import msgspec

from holdfast.calling.course import STANDING, is_loud, phase_of
from holdfast.kernel.time import US_PER_S
from holdfast.record.call_state import CallEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.call_desk import standing_calls
from holdfast.web.gate import Call


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """One person on the list of a call."""

    place: int
    name: str
    where: str
    wait_s: float
    state: str
    """waiting, called, sent, delivered, seen, answered, unanswered or not reached."""
    words: str
    called_us: int | None


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    """One call at one moment."""

    call_id: str
    case_id: str
    name: str
    bed: str
    training: bool
    text: str
    priority: str
    cause: str
    phase: str
    loud: bool
    """Nobody on the list has answered."""
    opened_us: int
    current: str
    """Who is being called now."""
    current_account: str
    left_s: int | None
    """Until the next is called, or until the list begins again."""
    people: tuple[PersonView, ...]
    answered_by: str
    answered_how: str
    answered_us: int | None
    withdrawn_why: str


WHERE = {"clinic": "in the clinic", "on_call": "on call", "handler": "handler"}
HOW = {"link": "by the link in the message", "page": "on a page", "bedside": "at the bed"}


def call_view(case: CaseState, entry: CallEntry, now_us: int) -> CallView:
    """The call as it stands."""
    phase = phase_of(entry)
    last = entry.made[-1] if entry.made else None
    calling = phase.value == "calling" and last is not None
    person = entry.people[last.place - 1] if calling and last else None
    until_us = last.until_us if calling and last else entry.again_us
    standing = phase in STANDING
    return CallView(
        call_id=entry.call_id,
        case_id=case.case_id,
        name=case.name,
        bed=case.bed,
        training=case.training,
        text=entry.text,
        priority=entry.priority,
        cause=entry.cause,
        phase=phase.value,
        loud=is_loud(entry),
        opened_us=entry.opened_us,
        current=person.name if person else "",
        current_account=person.account if person else "",
        left_s=max(0, -(-(until_us - now_us) // US_PER_S)) if standing and until_us is not None else None,
        people=tuple(_person(entry, place, calling) for place in range(1, len(entry.people) + 1)),
        answered_by=entry.answered_by,
        answered_how=HOW.get(entry.answered_how, entry.answered_how),
        answered_us=entry.answered_us,
        withdrawn_why=entry.withdrawn_why,
    )


def _person(entry: CallEntry, place: int, calling: bool) -> PersonView:
    person = entry.people[place - 1]
    made = [one for one in entry.made if one.place == place]
    told = {
        channel: entry.delivery[f"{place} {channel}"]
        for channel in person.channels
        if f"{place} {channel}" in entry.delivery
    }
    state, words = "waiting", "not called yet"
    if made:
        state, words = _far(entry, place, told)
        passed = not calling or entry.made[-1].place != place
        if entry.answered_by == person.name:
            state, words = "answered", f"answered {HOW.get(entry.answered_how, '')}"
        elif passed and state in ("called", "sent", "delivered", "seen"):
            words = f"{words}; no answer"
    return PersonView(
        place=place,
        name=person.name,
        where=WHERE.get(person.place, person.place),
        wait_s=person.wait_s,
        state=state,
        words=words,
        called_us=made[-1].at_us if made else None,
    )


def _far(entry: CallEntry, place: int, told: dict[str, tuple[str, str, int]]) -> tuple[str, str]:
    """How far the call came to this person, the furthest word first."""
    states = {state for state, _, _ in told.values()}
    if place in entry.seen:
        return "seen", "link opened"
    for state, words in (("delivered", "delivered"), ("sent", "sent")):
        if state in states:
            channels = ", ".join(channel for channel, one in told.items() if one[0] == state)
            return state, f"{words} ({channels})"
    if told:
        notes = "; ".join(note for _, note, _ in told.values() if note)
        again = " Tried again." if "failed" in states else " Given up."
        return "not reached", f"not reached: {notes}.{again}"
    return "called", "called on the pages" if not entry.people[place - 1].channels else "being sent"


def standing_views(call: Call) -> list[CallView]:
    """Every call that needs somebody, for the bar of every page."""
    return [call_view(case, entry, call.now_us) for case, entry in standing_calls(call.ctx.book.cases())]
