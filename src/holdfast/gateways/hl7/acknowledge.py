"""Answers: acknowledgements, and "no patient given" to monitors that ask.

What is answered depends on the sender's mode. Original mode (MSH-15 and MSH-16 empty): one application
acknowledgement (AA, AE, AR). Enhanced mode: MSH-16 asks for an application acknowledgement, MSH-15 for
an accept acknowledgement (CA, CE, CR); NE means never, ER only on error, SU only on success. Where both
are asked for, one application acknowledgement is sent: it is given after the commit and says more.
"""

from enum import Enum

from holdfast.gateways.hl7.dtm import format_dtm
from holdfast.gateways.hl7.er7 import STANDARD, escape
from holdfast.gateways.hl7.header import Header
from holdfast.gateways.hl7.reading import Reading

_TEXT_MAX = 200  # some senders show MSA-3 on one line of their screen
_WITHOUT_ANSWER = ("ACK", "ADR", "ORF", "RSP", "MCF")


class Verdict(Enum):
    """What became of the message."""

    ACCEPTED = "A"
    """Committed: the sender may forget it."""
    ERROR = "E"
    """Not usable as it is; sending it again will not help."""
    REJECTED = "R"
    """Not taken now (no room, not ready): the sender should keep it."""


def acknowledge(reading: Reading, verdict: Verdict, text: str = "", *, now_us: int) -> bytes | None:
    """ACK bytes without framing, or ``None`` when the sender wants none (or sent an answer itself)."""
    header = reading.header
    if header is None:
        return _lines(_msh(None, "ACK", now_us), _msa(f"A{verdict.value}", "", text))
    if header.kind.startswith(_WITHOUT_ANSWER):
        return None
    level = _level(header, verdict)
    if not level:
        return None
    trigger = header.kind.partition("^")[2]
    kind = f"ACK^{trigger}^ACK" if trigger else "ACK"
    return _lines(_msh(header, kind, now_us), _msa(level + verdict.value, header.control_id, text))


def no_patient(reading: Reading, *, now_us: int) -> bytes | None:
    """Answer to a patient query: understood, and no patient is given (see ``queries``)."""
    header, query = reading.header, reading.query
    if header is None or query is None:
        return None
    echo = [query.definition] if query.definition else []
    if query.kind.startswith("QBP"):
        response = f"RSP^K{query.kind[-2:]}^RSP_K{query.kind[-2:]}"
        tag = escape(query.query_id)
        return _lines(_msh(header, response, now_us), _msa("AA", header.control_id, ""), f"QAK|{tag}|NF", *echo)
    if query.kind == "QRY^A19":
        # This dialect takes AA with nobody in it for "not found".
        return _lines(_msh(header, "ADR^A19", now_us), _msa("AA", header.control_id, ""), *echo)
    response = "ORF^R04" if query.kind == "QRY^R02" else "ACK"
    reason = "No patient given: Holdfast binds devices to beds itself."
    return _lines(_msh(header, response, now_us), _msa("AE", header.control_id, reason), *echo)


def _level(header: Header, verdict: Verdict) -> str:
    """A for an application acknowledgement, C for an accept acknowledgement, empty for none."""
    if not header.accept_ack and not header.application_ack:
        return "A"
    if _wanted(header.application_ack, verdict):
        return "A"
    return "C" if _wanted(header.accept_ack, verdict) else ""


def _wanted(condition: str, verdict: Verdict) -> bool:
    if condition == "SU":
        return verdict is Verdict.ACCEPTED
    if condition == "ER":
        return verdict is not Verdict.ACCEPTED
    return condition not in ("", "NE")


def _msh(header: Header | None, kind: str, now_us: int) -> str:
    """MSH of an answer: sender and receiver change places."""
    fields = [
        "MSH",
        STANDARD.encoding_characters,
        "HOLDFAST",
        "",
        _plain(header.sender) if header else "",
        _plain(header.facility) if header else "",
        format_dtm(now_us),
        "",
        kind,
        f"{now_us}",
        (header.processing_id if header else "") or "P",
        (header.version if header else "") or "2.6",
    ]
    charset = ["", "", "", "", "", "UNICODE UTF-8"]
    return "|".join(fields + charset)


def _plain(field: str) -> str:
    """A field of the sender's, repeated only as far as our separators let it."""
    return field.replace("|", "").replace("\r", "")


def _msa(code: str, control_id: str, text: str) -> str:
    said = f"|{escape(text[:_TEXT_MAX])}" if text else ""
    return f"MSA|{code}|{escape(control_id)}{said}"


def _lines(*segments: str) -> bytes:
    return ("\r".join(segments) + "\r").encode("utf-8")
