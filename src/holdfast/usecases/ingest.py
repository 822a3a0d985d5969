"""What a device sent, on its way into a case or into the quarantine.

The rule of this module: when it says accepted, the bytes are on disk. A message finds its patient
only through the binding device -> bed -> case that a person made here; the name typed on the
monitor is never used.
"""

import hashlib
from concurrent.futures import Future
from enum import StrEnum
from typing import NamedTuple

import msgspec

from holdfast.kernel.limits import CLOCK_AHEAD_TOLERANCE_S, CLOCK_BACK_TOLERANCE_S, QUARANTINE_BYTES_MAX
from holdfast.kernel.time import US_PER_S, age_words
from holdfast.record.case_state import CaseState
from holdfast.record.monitor import MonitorMessage, Origin
from holdfast.usecases.context import Context
from holdfast.usecases.ports import Change, NewHeld, NewQuarantined, Receipt

UNIDENTIFIED = "unidentified"
"""Device key of a message that names no device."""


class Answer(StrEnum):
    """How the sender is to be answered once the change is on disk (HL7 table 0008)."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


class Incoming(NamedTuple):
    """One message as it came off a wire or out of a file."""

    raw: bytes
    peer: str
    received_us: int
    message: MonitorMessage | None
    problem: str
    """Why it could not be read, or empty."""
    control_id: str = ""


class Submitted(NamedTuple):
    """A message that is being written: answer it only after ``receipt`` resolved."""

    answer: Answer
    text: str
    receipt: Future[Receipt] | None
    held: NewHeld | None


class Intake:
    """Routes messages. Keeps one thing in memory: how far each device's clock runs ahead."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._ahead_us: dict[str, int] = {}

    def receive(self, incoming: Incoming) -> Submitted:
        """Route one message and queue it for writing."""
        ctx, message = self._ctx, incoming.message
        if message is None:
            return _quarantine(ctx, incoming, "", incoming.problem, Answer.ERROR)
        message = _named_by_address(message, incoming.peer)
        if message.device not in ctx.book.clinic.bed_of_device:
            ctx.book.catch_up()  # another process may have bound it a moment ago
        bed = ctx.book.clinic.bed_of_device.get(message.device, "")
        case = ctx.book.case_on_bed(bed)
        if reason := _why_not_charted(message, bed, case):
            return _quarantine(ctx, incoming, message.device, reason, Answer.ACCEPTED)
        assert case is not None
        held = NewHeld(
            case_id=case.case_id,
            bed=bed,
            received_us=incoming.received_us,
            message=self._with_believable_times(message, incoming.received_us),
        )
        change = Change(
            command_id=_message_key(incoming, message.device),
            actor=f"device:{message.device}",
            recorded_us=incoming.received_us,
            held=(held,),
        )
        return Submitted(Answer.ACCEPTED, "", ctx.store.submit(change), held)

    def _with_believable_times(self, message: MonitorMessage, received_us: int) -> MonitorMessage:
        """A device clock that runs ahead could keep an old value looking fresh.

        Then every time of the message is moved back by how far it is ahead. The amount is kept while
        it stays true, so that the samples of one message still join those of the one before.
        """
        latest_us = max((message.sent_us, *(value.at_us for value in message.numerics)))
        ahead_us = latest_us - received_us
        if ahead_us <= CLOCK_AHEAD_TOLERANCE_S * US_PER_S:
            self._ahead_us.pop(message.device, None)
            return message
        kept_us = self._ahead_us.get(message.device, ahead_us)
        if abs(kept_us - ahead_us) > CLOCK_BACK_TOLERANCE_S * US_PER_S:
            kept_us = ahead_us
        self._ahead_us[message.device] = kept_us
        return msgspec.structs.replace(
            message,
            sent_us=message.sent_us - kept_us,
            numerics=tuple(msgspec.structs.replace(v, at_us=v.at_us - kept_us) for v in message.numerics),
            waves=tuple(msgspec.structs.replace(w, start_us=w.start_us - kept_us) for w in message.waves),
        )


def _why_not_charted(message: MonitorMessage, bed: str, case: CaseState | None) -> str:
    """Why this message belongs to no case, as a sentence; empty when it does."""
    if not (message.numerics or message.waves or message.refused or message.alerts):
        return "It holds no measurement: nothing to chart. Identity is bound here, not taken from a monitor."
    if not bed:
        return f"Device {message.device!r} is bound to no bed: bind it on the Beds page."
    if case is None:
        return f"No case lies on {bed}: admit or move a patient there."
    simulated = message.origin is Origin.SIMULATED
    if simulated and not case.training:
        return f"Training data (MSH-11 T or D) are never charted on a patient: {case.name} is not a training case."
    if case.training and message.origin is Origin.LIVE:
        return f"{case.name} is a training case: a real monitor's data are not charted on it. Move it off {bed}."
    return ""


def clock_note(message: MonitorMessage, received_us: int) -> str:
    """What is odd about the device's clock, for the bed page; empty when nothing is."""
    ahead_us = message.sent_us - received_us
    if ahead_us > CLOCK_AHEAD_TOLERANCE_S * US_PER_S:
        return f"Its clock is {age_words(ahead_us)} ahead: the time of receipt is used. Set the monitor's clock."
    if -ahead_us > CLOCK_AHEAD_TOLERANCE_S * US_PER_S:
        return f"It sends data stamped {age_words(-ahead_us)} ago: a backlog, or its clock is behind."
    return ""


def _named_by_address(message: MonitorMessage, peer: str) -> MonitorMessage:
    """Some monitors never say who they are; then the address they send from is all there is to bind."""
    if message.device != UNIDENTIFIED:
        return message
    return msgspec.structs.replace(message, device=f"{UNIDENTIFIED}@{peer.rpartition(':')[0]}")


def _message_key(incoming: Incoming, device: str) -> str:
    """A message that is sent again (its acknowledgement was lost) has the same key and is charted once.

    A message that carries no time of its own may be the same to the byte every second: it is new each time.
    """
    digest = hashlib.sha256(incoming.raw).hexdigest()[:24]
    if incoming.message is not None and incoming.message.sent_us == incoming.received_us:
        digest = f"{digest}:{incoming.received_us}"
    return f"hl7:{device}:{incoming.control_id}:{digest}"


def _quarantine(ctx: Context, incoming: Incoming, device: str, reason: str, answer: Answer) -> Submitted:
    if ctx.store.quarantine_bytes() + len(incoming.raw) > QUARANTINE_BYTES_MAX:
        text = "The quarantine is full: this message was not kept and not accepted. Bind or switch off its device."
        return Submitted(Answer.REJECTED, text, None, None)
    kept = NewQuarantined(
        received_us=incoming.received_us, peer=incoming.peer, device=device, reason=reason, raw=incoming.raw
    )
    change = Change(
        command_id=_message_key(incoming, device or incoming.peer.rpartition(":")[0]),
        actor=f"device:{device or 'unknown'}",
        recorded_us=incoming.received_us,
        quarantined=(kept,),
    )
    return Submitted(answer, f"Kept in quarantine. {reason}", ctx.store.submit(change), None)
