"""The desk that calls: once a second it looks at every open case, records whom it calls, and has messages sent.

Everything that it does is on record first. What is in memory (messages on their way, tries) is found again from the
record after a restart: a message that no channel has taken is sent again while its call stands.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from threading import Lock

from holdfast.calling.course import STANDING, phase_of
from holdfast.calling.desk import about_alarms, callees, next_step
from holdfast.kernel.errors import HoldfastError
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge import calling_times
from holdfast.record import call_events as ce
from holdfast.record import events as ev
from holdfast.record.call_state import CallEntry
from holdfast.record.case_state import CaseState
from holdfast.usecases.call_ports import Addresses, ChannelError, Channels, Message, Signer
from holdfast.usecases.calling import link_token
from holdfast.usecases.context import Context, record
from holdfast.usecases.ports import OWN_ACTOR, Change, NewEvent

log = logging.getLogger("holdfast")

SENDING_MAX = 64
"""Messages on their way at one time; the next waits for the next second."""

Key = tuple[str, int, str]
"""Call, place on the list, channel."""


@dataclass
class _Way:
    """A message on its way."""

    first_us: int
    tries: int = 0
    next_us: int = 0
    under_way: bool = False


class CallDesk:
    """``follow`` is to be called about once a second, from one thread. Sending happens on ``senders``."""

    def __init__(
        self, ctx: Context, addresses: Addresses, channels: Channels, signer: Signer, address: str, senders: Executor
    ) -> None:
        """``address``: where people reach our pages from outside, for links; without a trailing slash."""
        self.addresses = addresses
        self.channels = channels
        self.signer = signer
        self.address = address
        self._ctx = ctx
        self._senders = senders
        self._times = calling_times.load()
        self._ways: dict[Key, _Way] = {}
        self._lock = Lock()

    def follow(self, now_us: int) -> None:
        """Open, go on with and end calls; send what has to be sent."""
        for case_id in [case.case_id for case in self._ctx.book.cases() if case.calls.entries or not case.closed]:
            try:
                self._act(case_id, now_us, self._about_alarms)
                self._act(case_id, now_us, _next_steps)
                self._send_due(self._ctx.book.case(case_id), now_us)
            except Exception:  # one case must not keep another from being called about
                log.exception("calling about case %s failed and is tried again", case_id)

    def _about_alarms(self, case: CaseState, now_us: int) -> list[ce.ANY_CALL_EVENT]:
        if case.closed:
            return [
                ce.CallWithdrawn(at_us=now_us, call_id=one.call_id, why=f"the case was closed: {case.closed}")
                for one in case.calls.entries.values()
                if one.cause == "alarm" and phase_of(one) in STANDING
            ]
        clinic = self._ctx.book.clinic
        return about_alarms(
            case.calls,
            case.alarms,
            lambda priority: callees(clinic.calling, case.calls.order, priority, self._times),
            self._times,
            {account: person.name for account, person in clinic.people.items()},
            self._ctx.ids.new_id,
            now_us,
        )

    def _act(self, case_id: str, now_us: int, decide: Callable[[CaseState, int], list[ce.ANY_CALL_EVENT]]) -> None:
        """Record what is decided, before anything follows from it. When somebody acts in the same instant nothing is
        written, and the next second looks again: who answers goes before who is called."""
        seq = self._ctx.book.seq
        events = decide(self._ctx.book.case(case_id), now_us)
        if not events:
            return
        change = Change(
            command_id=self._ctx.ids.new_id(),
            actor=OWN_ACTOR,
            recorded_us=self._ctx.clock.now_us(),
            events=tuple(NewEvent(stream=ev.case_stream(case_id), event=event) for event in events),
            unless_acted_since=seq,
        )
        try:
            self._ctx.store.submit(change).result()
        except HoldfastError as error:
            log.warning("a call waits for the next second: %s", error)
        self._ctx.book.catch_up()

    # Sending

    def _send_due(self, case: CaseState, now_us: int) -> None:
        for entry in case.calls.entries.values():
            standing = phase_of(entry) in STANDING
            for key in [key for key in self._ways if key[0] == entry.call_id]:
                if not standing and not self._ways[key].under_way:
                    del self._ways[key]
            if standing:
                self._send_call(case, entry, now_us)

    def _send_call(self, case: CaseState, entry: CallEntry, now_us: int) -> None:
        known = self.channels.kinds()
        for made in {one.place: one for one in entry.made}.values():
            person = entry.people[made.place - 1]
            for channel in person.channels:
                state, _, said_us = entry.delivery.get(f"{made.place} {channel}", ("", "", 0))
                # Each time the list comes to a person again the message goes out again.
                done = state in ("sent", "delivered", "given_up") and said_us >= made.at_us
                if done or channel not in known:
                    continue
                self._send(case, entry, made.place, made.at_us, channel, now_us)

    def _send(self, case: CaseState, entry: CallEntry, place: int, called_us: int, channel: str, now_us: int) -> None:
        key = (entry.call_id, place, channel)
        way = self._ways.get(key)
        if way is None or way.first_us < called_us:
            way = self._ways[key] = _Way(first_us=max(called_us, now_us), next_us=now_us)
        busy = sum(one.under_way for one in self._ways.values()) >= SENDING_MAX
        if way.under_way or now_us < way.next_us or busy:
            return
        to = self.addresses.of(entry.people[place - 1].contact_id).get(channel, "")
        if not to:
            self._tell(case.case_id, key, "given_up", "no address is kept for this channel")
            return
        message = Message(
            channel=channel,
            to=to,
            title=title(case, entry),
            text=body(case, entry, self._ctx.book.clinic.calling.phone),
            link=f"{self.address}/c#{link_token(self.signer, case.case_id, entry.call_id, place)}",
            urgent=entry.priority == "high",
        )
        way.under_way, way.tries = True, way.tries + 1
        self._senders.submit(self._try, case.case_id, key, way, message)

    def _try(self, case_id: str, key: Key, way: _Way, message: Message) -> None:
        """On a thread of its own: one try, and what came of it on record."""
        try:
            state, note = self.channels.send(message), ""
        except ChannelError as error:
            state, note = "failed", error.problem
        except Exception as error:  # whatever a channel's library does, the call goes on
            state, note = "failed", f"the channel failed ({type(error).__name__})"
        now_us = self._ctx.clock.now_us()
        if state == "failed" and now_us - way.first_us >= self._times.retry_for_s * US_PER_S:
            state, note = "given_up", f"{note}, after {way.tries} tries"
        try:
            # One line for the first failure, not for each.
            if state != "failed" or way.tries == 1:
                self._tell(case_id, key, state, note)
        except HoldfastError as error:
            log.warning("what became of a message could not be recorded: %s", error)
        finally:
            with self._lock:
                way.next_us = now_us + int(self._times.retry_s(way.tries) * US_PER_S)
                way.under_way = False

    def _tell(self, case_id: str, key: Key, state: str, note: str) -> None:
        call_id, place, channel = key
        event = ce.CallDelivery(
            at_us=self._ctx.clock.now_us(), call_id=call_id, place=place, channel=channel, state=state, note=note
        )
        record(self._ctx, actor=OWN_ACTOR, stream=ev.case_stream(case_id), events=[event])


def _next_steps(case: CaseState, now_us: int) -> list[ce.ANY_CALL_EVENT]:
    return [step for one in case.calls.entries.values() if (step := next_step(one, now_us)) is not None]


def title(case: CaseState, entry: CallEntry) -> str:
    """What stands first in a message: short enough for a locked screen."""
    drill = "EXERCISE: " if case.training else ""
    where = f" ({case.bed})" if case.bed else ""
    return f"{drill}{case.name}{where}: {entry.texts[-1]}"[:120]


def body(case: CaseState, entry: CallEntry, phone: str) -> str:
    """The message itself: what is wrong, and how to say that one comes."""
    lines = [entry.text[:400]]
    if case.training:
        lines.append("This is an exercise: no animal is in danger.")
    lines.append("Open the link and press 'I am coming'. Without an answer the next person is called.")
    if phone:
        lines.append(f"Clinic: {phone}")
    return "\n".join(lines)


def standing_calls(cases: Sequence[CaseState]) -> list[tuple[CaseState, CallEntry]]:
    """Every call that still needs somebody, the loudest first."""
    found = [(case, one) for case in cases for one in case.calls.entries.values() if phase_of(one) in STANDING]
    return sorted(found, key=lambda pair: (pair[1].priority != "high", pair[1].opened_us))
