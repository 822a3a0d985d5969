"""Alarms that the monitor itself raised (IHE PCD-04), and Philips' alert rows."""

import re

from holdfast.gateways.hl7.rows import Role, Row
from holdfast.record.monitor import Alert

_PRIORITIES = {"PH": "high", "PM": "medium", "PL": "low", "PN": "none", "HIGH": "high", "MEDIUM": "medium",
               "LOW": "low", "NONE": "none"}  # fmt: skip
_KINDS = {"SP": "physiological", "ST": "technical", "SA": "advisory", "PHYSIOLOGICAL": "physiological",
          "TECHNICAL": "technical", "ADVISORY": "advisory"}  # fmt: skip
_PHASES = {
    "START": "start",
    "CONTINUE": "continue",
    "UPDATE": "continue",
    "ESCALATE": "continue",
    "DEESCALATE": "continue",
    "DE-ESCALATE": "continue",
    "RESET": "continue",
    "END": "end",
    "STOP": "end",
    "TPOINT": "present",
    "PRESENT": "present",
}
_HEARTBEAT = "MDC_EVT_ACTIVE"
_PHILIPS = {"RED": ("high", "physiological"), "YELLOW": ("medium", "physiological"), "INOP": ("low", "technical")}


def is_alert(row: Row) -> bool:
    """An event row that says something (not the channel's heartbeat)."""
    return row.role is Role.EVENT and row.name != _HEARTBEAT


def read_alert(event: Row, attributes: list[Row], at_us: int) -> Alert:
    """The alarm that an event row and its attribute rows describe."""
    said = {_short(row.name): row.plain_value.upper() for row in attributes}
    text = next((row.plain_value for row in attributes if _short(row.name) == "ALERT_TEXT"), "")
    priority = _PRIORITIES.get(said.get("PRIORITY", ""), "") or _first(_PRIORITIES, event.flags)
    kind = _KINDS.get(said.get("TYPE", ""), "") or _first(_KINDS, event.flags)
    for word, (philips_priority, philips_kind) in _PHILIPS.items():
        if not event.name.startswith("MDC") and word in event.name.upper():
            priority, kind = priority or philips_priority, kind or philips_kind
    phase = _PHASES.get(said.get("PHASE", ""), "")
    if not phase and said.get("STATE"):
        phase = "present" if said["STATE"] == "ACTIVE" else "end"
    return Alert(text=_text(event, text), priority=priority, kind=kind, phase=phase, at_us=at_us)


def attributes_of(event: Row, rows: list[Row]) -> list[Row]:
    """Attribute rows of the same OBR that hang on the same sub-id."""
    return [
        row for row in rows if row.role is Role.ATTRIBUTE and row.group == event.group and row.parent == event.parent
    ]


def _short(name: str) -> str:
    """Senders differ in the middle of these names (EVT/EVENT, ALARM/ALERT); the ends agree."""
    for ending in ("ALERT_TEXT", "PRIORITY", "INACTIVATION_STATE", "PHASE", "STATE", "TYPE"):
        if name.endswith(ending):
            return ending
    return name


def _first(table: dict[str, str], flags: frozenset[str]) -> str:
    return next((table[flag] for flag in sorted(flags) if flag in table), "")


def _text(event: Row, alert_text: str) -> str:
    """What happened, in words, with the MDC name behind it so that it can be looked up."""
    parts = [part for part in event.value_parts if part and part != "MDC" and not part.isdecimal()]
    generic = event.name in ("MDC_EVT_ALARM", "") or not event.name.startswith("MDC")
    said = [] if generic else [event.name]
    said += [part for part in parts if part not in said]
    if alert_text:
        said.insert(0, alert_text)
    return ", ".join(_in_words(part) for part in said) or _in_words(event.name)


def _in_words(part: str) -> str:
    if not part.startswith(("MDC_", "MDCX_")):
        return part
    words = re.sub(r"^MDCX?_(EVT_)?", "", part).replace("_", " ").lower()
    return f"{words} ({part})"
