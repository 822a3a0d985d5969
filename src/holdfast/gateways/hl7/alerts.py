"""Alarms that the monitor itself raised (IHE PCD-04), and Philips' alert rows."""

import re
from collections.abc import Mapping, Sequence

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


def read_alert(event: Row, attributes: Mapping[str, str], at_us: int) -> Alert:
    """The alarm that an event row and what its attributes say describe."""
    said = {name: value.upper() for name, value in attributes.items()}
    priority = _PRIORITIES.get(said.get("PRIORITY", ""), "") or _first(_PRIORITIES, event.flags)
    kind = _KINDS.get(said.get("TYPE", ""), "") or _first(_KINDS, event.flags)
    for word, (philips_priority, philips_kind) in _PHILIPS.items():
        if not event.name.startswith("MDC") and word in event.name.upper():
            priority, kind = priority or philips_priority, kind or philips_kind
    phase = _PHASES.get(said.get("PHASE", ""), "")
    if not phase and said.get("STATE"):
        phase = "present" if said["STATE"] == "ACTIVE" else "end"
    text = _text(event, attributes.get("ALERT_TEXT", ""))
    return Alert(text=text, priority=priority, kind=kind, phase=phase, at_us=at_us)


def attributes_by_parent(rows: Sequence[Row]) -> dict[tuple[int, str], dict[str, str]]:
    """What attribute rows say, by the OBR and the sub-id they hang on.

    Made once for a message: where every alarm looked through all rows, thousands of them took seconds.
    """
    said: dict[tuple[int, str], dict[str, str]] = {}
    for row in rows:
        ending = _ending(row.name) if row.role is Role.ATTRIBUTE else ""
        if not ending:
            continue
        here = said.setdefault((row.group, row.parent), {})
        if ending != "ALERT_TEXT" or ending not in here:  # of several texts the first, else what was said last
            here[ending] = row.plain_value
    return said


def _ending(name: str) -> str:
    """Senders differ in the middle of these names (EVT/EVENT, ALARM/ALERT); the ends agree. Empty for other names."""
    endings = ("ALERT_TEXT", "PRIORITY", "INACTIVATION_STATE", "PHASE", "STATE", "TYPE")
    return next((ending for ending in endings if name.endswith(ending)), "")


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
