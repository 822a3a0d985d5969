"""What MSH, PV1 and OBX-18 say: kind of message, who sent it, when, and how it wants to be answered."""

import re
from dataclasses import dataclass

from holdfast.gateways.hl7.dtm import Moment, parse_dtm
from holdfast.gateways.hl7.er7 import Er7Message, Segment
from holdfast.record.monitor import Origin

REPLAY = "HOLDFAST_REPLAY"
OURS = "HOLDFAST"
UNIDENTIFIED = "unidentified"

_KIND = re.compile(r"[A-Z]{3}")
_EVENT = re.compile(r"[A-Z]\d\d")
_SERIAL = re.compile(r"(?=(?:\D*\d){4})[A-Za-z0-9:.\-]{6,}")
_EUI64 = re.compile(r"[0-9A-Za-z:\-]{12,}")
_GATEWAY = re.compile(r"GATEWAY|CENTRAL|SERVER|CMS\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """MSH, with its fields found even when the sender left some out."""

    kind: str
    """Type and trigger, e.g. ``ORU^R01``; empty when the message does not say."""
    control_id: str
    processing_id: str
    version: str
    sent: Moment | None
    accept_ack: str
    """MSH-15: AL, NE, ER, SU or empty."""
    application_ack: str
    """MSH-16."""
    sender: str
    """MSH-3 as written."""
    facility: str
    charset: str

    @property
    def origin(self) -> Origin:
        """T (training) and D (debugging) are simulated; our own replays name themselves."""
        if self.processing_id in ("T", "D"):
            return Origin.SIMULATED
        return Origin.REPLAYED if self.sender.startswith(REPLAY) else Origin.LIVE


def read_header(message: Er7Message, default_offset_min: int) -> Header:
    """Read MSH. The message type is looked for where it should be and around it."""
    msh = message.msh
    at = _type_position(msh)
    shift = at - 9 if at else 0
    parts = msh.components(at) if at else []
    kind = "^".join(part.upper() for part in parts[:2] if part)
    return Header(
        kind=kind,
        control_id=msh.text(10 + shift),
        processing_id=msh.text(11 + shift).upper(),
        version=msh.text(12 + shift),
        sent=parse_dtm(msh.text(7 + shift), default_offset_min),
        accept_ack=msh.text(15 + shift).upper(),
        application_ack=msh.text(16 + shift).upper(),
        sender=msh.field(3),
        facility=msh.field(4),
        charset=msh.field(18 + shift),
    )


def _type_position(msh: Segment) -> int:
    for number in (9, 8, 7, 6, 10, 5, 11):
        parts = [part.upper() for part in msh.components(number)]
        if not _KIND.fullmatch(parts[0]):
            continue
        if (len(parts) > 1 and _EVENT.fullmatch(parts[1])) or (number == 9 and parts[0] in ("ACK", "ORU")):
            return number
    return 0


def device_key(message: Er7Message) -> str:
    """Stable key of the sender; never from PID, which on monitors is empty or typed wrong.

    In this order: the device named in OBX-18, the EUI-64 in MSH-3, a serial number in MSH-4, the names of
    application and facility. A gateway that speaks for many devices gets its bed label added.
    """
    msh = message.msh
    if msh.text(3).startswith(OURS) and msh.text(3, 2):
        return msh.text(3, 2)
    own = next((key for key in map(_device_in_obx, message.segments) if key), "")
    if own:
        return own
    bed = _bed_label(message)
    application, universal = msh.text(3), msh.text(3, 2)
    if universal and _EUI64.fullmatch(universal):
        return f"{universal}#{bed}" if bed and _GATEWAY.search(application) else universal
    facility = msh.text(4)
    if _SERIAL.fullmatch(facility):
        return facility
    names = "/".join(part for part in (application or universal, facility) if part)
    named = names or UNIDENTIFIED
    return f"{named}#{bed}" if bed else named


def _device_in_obx(segment: Segment) -> str:
    """OBX-18 when it is the identity of one device: an EUI-64 or something with digits like a serial number."""
    if segment.name != "OBX":
        return ""
    entity, _, universal, kind = [*segment.components(18), "", "", "", ""][:4]
    if universal and kind.upper() == "EUI-64":
        return universal
    return entity if any(character.isdigit() for character in entity) else ""


def _bed_label(message: Er7Message) -> str:
    """Point of care, room and bed of PV1-3; of subcomponents the first two (the rest are addresses and ports,
    and 0 stands for none)."""
    pv1 = message.first("PV1")
    if pv1 is None:
        return ""
    parts = []
    for component in pv1.components(3)[:3]:
        pieces = [piece for piece in component.split(message.separators.subcomponent) if piece not in ("", "0")]
        parts.extend(pieces[:2])
    return ".".join(parts)
