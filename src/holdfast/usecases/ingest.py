"""What a device sent, on its way into a case or into the quarantine.

The rule of this module: when it says accepted, the bytes are on disk. A message finds its patient
only through the binding device -> bed -> case that a person made here; the name typed on the
monitor is never used.
"""

import hashlib
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import msgspec

from holdfast.kernel.limits import (
    CLOCK_AHEAD_TOLERANCE_S,
    CLOCK_SET_SAID_S,
    QUARANTINE_BYTES_MAX,
    QUARANTINE_RESERVE_BYTES,
    QUARANTINED_PER_HOUR_MAX,
)
from holdfast.kernel.time import US_PER_H, US_PER_S, age_words
from holdfast.record.case_state import CaseState
from holdfast.record.monitor import MonitorMessage, Origin
from holdfast.usecases.context import Context
from holdfast.usecases.device_clock import TOLERANCE_US, sent_by_its_clock, wave_end_us
from holdfast.usecases.ports import Change, NewHeld, NewQuarantined, Receipt

UNIDENTIFIED = "unidentified"
"""Device key of a message that names no device."""

NO_MEASUREMENT = "It holds no measurement: nothing to chart or keep. Identity is bound here, not taken from a monitor."

_AHEAD_US = int(CLOCK_AHEAD_TOLERANCE_S * US_PER_S)


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
    """A message that is being written: answer it only after ``receipt`` resolved (None: nothing is written)."""

    answer: Answer
    text: str
    receipt: Future[Receipt] | None
    held: NewHeld | None
    note: str = ""
    """What is odd about the device's clock, for the bed page; empty when nothing is."""


@dataclass
class _Clock:
    """What is remembered of a device's clock."""

    sent_us: int
    """What it showed last."""
    shifts_us: dict[str, int] = field(default_factory=dict)
    """By how much times are moved back, while the clock (empty key) or that of a wave runs ahead."""
    set_back: tuple[int, int] | None = None
    """By how much it was last set back, and when that was seen."""


class Intake:
    """Routes messages. Keeps in memory what the devices' clocks do, and how often each was quarantined this hour."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._clocks: dict[str, _Clock] = {}
        self._bound_hosts: set[str] = set()
        """Addresses from which bound devices have spoken: a message that cannot be read names no device."""
        self._hour = 0
        self._quarantined: dict[tuple[str, str], int] = {}

    def receive(self, incoming: Incoming) -> Submitted:
        """Route one message and queue it for writing."""
        ctx, message = self._ctx, incoming.message
        if message is None:
            if incoming.problem:
                return self._quarantine(incoming, "", incoming.problem, Answer.ERROR)
            return Submitted(Answer.ACCEPTED, NO_MEASUREMENT, None, None)
        if not (message.numerics or message.waves or message.refused or message.alerts):
            return Submitted(Answer.ACCEPTED, NO_MEASUREMENT, None, None)
        message = _named_by_address(message, incoming.peer)
        if message.device not in ctx.book.clinic.bed_of_device:
            ctx.book.catch_up()  # another process may have bound it a moment ago
        bed = ctx.book.clinic.bed_of_device.get(message.device, "")
        if bed:
            self._bound_hosts.add(_host(incoming.peer))
        case = ctx.book.case_on_bed(bed)
        if reason := _why_not_charted(message, bed, case):
            return self._quarantine(incoming, message.device, reason, Answer.ACCEPTED)
        assert case is not None
        note = self._note_clock(message, incoming.received_us)
        held = NewHeld(
            case_id=case.case_id,
            bed=bed,
            received_us=incoming.received_us,
            message=self._with_believable_times(message, incoming.received_us),
        )
        change = Change(
            command_id=_message_key("hl7", incoming, message.device),
            actor=f"device:{message.device}",
            recorded_us=incoming.received_us,
            held=(held,),
        )
        return Submitted(Answer.ACCEPTED, "", ctx.store.submit(change), held, note)

    def _note_clock(self, message: MonitorMessage, received_us: int) -> str:
        """What a person should know about the clock of the device."""
        sent_us = sent_by_its_clock(message, received_us)
        clock = self._clocks.setdefault(message.device, _Clock(sent_us))
        if clock.sent_us - sent_us > TOLERANCE_US:
            clock.set_back = clock.sent_us - sent_us, received_us
        clock.sent_us = sent_us
        ahead_us = sent_us - received_us
        if ahead_us > _AHEAD_US:
            return f"Its clock is {age_words(ahead_us)} ahead: the time of receipt is used. Set the monitor's clock."
        if -ahead_us > _AHEAD_US:
            return f"It sends data stamped {age_words(-ahead_us)} ago: a backlog, or its clock is behind."
        if clock.set_back and 0 <= received_us - clock.set_back[1] <= CLOCK_SET_SAID_S * US_PER_S:
            return f"Its time went back by {age_words(clock.set_back[0])}: its clock was set, or it repeats old data."
        return ""

    def _with_believable_times(self, message: MonitorMessage, received_us: int) -> MonitorMessage:
        """A device clock that runs ahead could keep an old value looking fresh.

        Then every time of the message is moved back by how far the clock is ahead. The clock is that of the message
        (MSH-7); a single row that is still ahead of our time after that is set to the time of receipt.
        """
        device = message.device
        shift_us = self._shift(device, "", sent_by_its_clock(message, received_us) - received_us)

        def believable(at_us: int) -> int:
            at_us -= shift_us
            return received_us if at_us > received_us + _AHEAD_US else at_us

        waves = []
        for wave in message.waves:
            own_us = self._shift(device, wave.key, wave_end_us(wave) - shift_us - received_us)
            waves.append(msgspec.structs.replace(wave, start_us=wave.start_us - shift_us - own_us))
        return msgspec.structs.replace(
            message,
            sent_us=received_us if message.sent_us == received_us else believable(message.sent_us),
            numerics=tuple(msgspec.structs.replace(v, at_us=believable(v.at_us)) for v in message.numerics),
            alerts=tuple(msgspec.structs.replace(a, at_us=believable(a.at_us)) for a in message.alerts),
            waves=tuple(waves),
        )

    def _shift(self, device: str, key: str, ahead_us: int) -> int:
        """By how much times are moved back. The amount is kept while it stays true, so that the samples of one message
        still join those of the one before."""
        shifts_us = self._clocks[device].shifts_us
        if ahead_us <= _AHEAD_US:
            shifts_us.pop(key, None)
            return 0
        kept_us = shifts_us.get(key, ahead_us)
        shifts_us[key] = ahead_us if abs(kept_us - ahead_us) > TOLERANCE_US else kept_us
        return shifts_us[key]

    def _quarantine(self, incoming: Incoming, device: str, reason: str, answer: Answer) -> Submitted:
        """Keep the bytes, unless the like was kept often enough this hour or there is no room for strangers."""
        ctx, host = self._ctx, _host(incoming.peer)
        bound = device in ctx.book.clinic.bed_of_device or (not device and host in self._bound_hosts)
        room = QUARANTINE_BYTES_MAX if bound else QUARANTINE_BYTES_MAX - QUARANTINE_RESERVE_BYTES
        if ctx.store.quarantine_bytes() + len(incoming.raw) > room:
            text = "The quarantine is full: this message was not kept and not accepted. Bind or switch off its device."
            return Submitted(Answer.REJECTED, text, None, None)
        unreadable_of_a_patient = bound and not device
        if not unreadable_of_a_patient and (earlier := self._count(device or host, reason, incoming.received_us)):
            text = f"Not kept: {earlier} like it arrived within this hour. {reason}"
            return Submitted(Answer.REJECTED, text, None, None)
        kept = NewQuarantined(
            received_us=incoming.received_us, peer=incoming.peer, device=device, reason=reason, raw=incoming.raw
        )
        change = Change(
            # Not the key under which it would be charted: once its device is bound it may be sent again, and counts.
            command_id=_message_key("quarantine", incoming, device or host),
            actor=f"device:{device or 'unknown'}",
            recorded_us=incoming.received_us,
            quarantined=(kept,),
        )
        return Submitted(answer, f"Kept in quarantine. {reason}", ctx.store.submit(change), None)

    def _count(self, sender: str, reason: str, received_us: int) -> int:
        """Count one more; how many there were before it when they were enough, else 0."""
        hour = received_us // US_PER_H
        if hour != self._hour:
            self._hour = hour
            self._quarantined.clear()
        earlier = self._quarantined.get((sender, reason), 0)
        self._quarantined[sender, reason] = earlier + 1
        return earlier if earlier >= QUARANTINED_PER_HOUR_MAX else 0


def _why_not_charted(message: MonitorMessage, bed: str, case: CaseState | None) -> str:
    """Why this message belongs to no case, as a sentence; empty when it does."""
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


def _host(peer: str) -> str:
    return peer.rpartition(":")[0]


def _named_by_address(message: MonitorMessage, peer: str) -> MonitorMessage:
    """Some monitors never say who they are; then the address they send from is all there is to bind."""
    if message.device != UNIDENTIFIED:
        return message
    return msgspec.structs.replace(message, device=f"{UNIDENTIFIED}@{_host(peer)}")


def _message_key(destination: str, incoming: Incoming, device: str) -> str:
    """A message that is sent again (its acknowledgement was lost) has the same key and is charted once.

    A message that carries no time of its own may be the same to the byte every second: it is new each time.
    """
    digest = hashlib.sha256(incoming.raw).hexdigest()[:24]
    if incoming.message is not None and incoming.message.sent_us == incoming.received_us:
        digest = f"{digest}:{incoming.received_us}"
    return f"{destination}:{device}:{incoming.control_id}:{digest}"
