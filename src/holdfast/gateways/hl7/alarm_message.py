"""An alarm of ours as an IHE PCD-04 message (ORU^R40): for a nurse call or an alarm manager.

The event is ``MDC_EVT_ALARM`` with our words: we know no number of the nomenclature for each of our alarms, and a wrong
number would be believed. The measured value stands beside it under its own code.
"""

from dataclasses import dataclass

from holdfast.gateways.hl7.codes import codes
from holdfast.gateways.hl7.dtm import format_dtm
from holdfast.gateways.hl7.er7 import STANDARD, escape
from holdfast.gateways.hl7.header import OURS

_PROFILE = "IHE_PCD_ACM_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.4.1^ISO"
_EVENT = "196616^MDC_EVT_ALARM^MDC"
_PRIORITIES = {"high": "PH", "medium": "PM", "low": "PL"}


@dataclass(frozen=True)
class AlarmSaid:
    """One thing that happened to an alarm."""

    alarm_id: str
    case_id: str
    name: str
    """Of the animal."""
    bed: str
    text: str
    priority: str
    """high, medium or low."""
    technical: bool
    phase: str
    """start, continue or end."""
    acknowledged: bool
    at_us: int
    training: bool
    key: str = ""
    """Of the numeric that it is about, with ``value``; empty when it is about none."""
    value: float | None = None
    unit: str = ""


def encode_alarm(said: AlarmSaid, control_id: str, sent_us: int) -> bytes:
    """ER7 bytes without framing. Training cases are marked T in MSH-11: nobody runs for a drill unknowingly."""
    sent, at = format_dtm(sent_us), format_dtm(said.at_us)
    flags = f"A~{_PRIORITIES.get(said.priority, 'PN')}~{'ST' if said.technical else 'SP'}"
    number = f"{escape(said.alarm_id)}^{OURS}"
    state = "inactive" if said.phase == "end" else "active"
    attributes = (
        (68481, "MDC_ATTR_EVENT_PHASE", said.phase),
        (68482, "MDC_ATTR_ALARM_STATE", state),
        (68167, "MDC_ATTR_ALARM_INACTIVATION_STATE", "audio-paused" if said.acknowledged else "enabled"),
        (68484, "MDC_ATTR_ALARM_PRIORITY", _PRIORITIES.get(said.priority, "PN")),
        (68485, "MDC_ATTR_ALERT_TYPE", "ST" if said.technical else "SP"),
    )
    lines = [
        f"MSH|{STANDARD.encoding_characters}|{OURS}||||{sent}||ORU^R40^ORU_R40|{escape(control_id)}|"
        f"{'T' if said.training else 'P'}|2.6|||AL|NE||UNICODE UTF-8|||{_PROFILE}",
        f"PID|||{escape(said.case_id)}^^^{OURS}^PI||{escape(said.name)}",
        f"PV1||I|^^{escape(said.bed)}",
        f"OBR|1|{number}|{number}|{_EVENT}|||{at}",
        f"OBX|1|ST|{_EVENT}|1.0.0.0.1|{escape(said.text)}|||{flags}|||R|||{at}",
    ]
    for place, (code, name, value) in enumerate(attributes, start=2):
        lines.append(f"OBX|{place}|ST|{code}^{name}^MDC|1.0.0.0.{place}|{value}||||||R")
    if (measured := _value(said)) is not None:
        lines.append(f"OBX|{len(attributes) + 2}|NM|{measured}|||||R|||{at}")
    return ("\r".join(lines) + "\r").encode("utf-8")


def _value(said: AlarmSaid) -> str | None:
    """The measured value under its own code; None where there is none, or we know no code for it."""
    term = codes().measures.by_key.get(said.key)
    if term is None or said.value is None:
        return None
    unit = codes().units.get(said.unit)
    written = f"{unit.numbers[0]}^{unit.names[0]}^MDC" if unit and unit.numbers else escape(said.unit)
    return f"{term.code(term.main_name)}^{term.main_name}^MDC|1.0.1.1|{said.value!r}|{written}"
