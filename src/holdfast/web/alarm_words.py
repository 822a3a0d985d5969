"""What a line of an alarm says, as the server draws it first (static/alarm_items.js says the same)."""

from urllib.parse import quote

from holdfast.knowledge.alarm_rules import AlarmRules
from holdfast.usecases.alarm_log import LogLine
from holdfast.usecases.alarm_views import AlarmView, OffView, label
from holdfast.web.alarm_strip import StripAlarm
from holdfast.web.clinic_time import clock

_SHAPES = {"high": "!!!", "medium": "!!", "low": "!"}

_ENDED = {
    "not_known": "Not known any more whether it lasts",
    "not_watched": "Not watched any more",
}

_CLEARED = {
    "not_known": "not known any more",
    "not_watched": "not watched any more",
    "switched_off": "switched off",
    "raised_anew": "raised anew",
}


def shape(alarm: AlarmView) -> str:
    """The marks inside the shape."""
    return _SHAPES[alarm.priority]


def priority(alarm: AlarmView) -> str:
    """For who hears the page."""
    return f"{alarm.priority} priority{', technical' if alarm.technical else ''}:"


def where(row: StripAlarm) -> str:
    """Whose alarm it is."""
    return f"{'SIMULATED ' if row.training else ''}{row.name} · {row.bed or 'on no bed'}"


def place(row: StripAlarm) -> str:
    """The page of the bed; of an animal on no bed, that of its alarms."""
    return f"/beds/{quote(row.bed, safe='')}" if row.bed else f"/cases/{row.case_id}/alarms"


def state(alarm: AlarmView) -> str:
    """Since when, and who knows."""
    times = f", {alarm.times} times" if alarm.times > 1 else ""
    called = f"; {alarm.called} called {clock(alarm.called_us)}" if alarm.called and alarm.called_us else ""
    if alarm.state == "latched" and alarm.ended_us is not None:
        ended = _ENDED.get(alarm.ended_why, "It is over")
        return f"{ended}, nobody has seen it; {clock(alarm.began_us)} to {clock(alarm.ended_us)}{times}{called}"
    if alarm.state == "acknowledged" and alarm.acknowledged_us is not None:
        known = f"Acknowledged by {alarm.acknowledged_by} {clock(alarm.acknowledged_us)}"
        return f"{known}; since {clock(alarm.began_us)}"
    return f"{'Equipment; since' if alarm.technical else 'Since'} {clock(alarm.began_us)}{times}{called}"


def ended(line: LogLine, rules: AlarmRules) -> str:
    """Why an alarm of the log does not stand any more; empty: it does."""
    why, _, of = line.why_cleared.partition(":")
    if why == "part_of":
        return f"part of: {label(rules, of)}"
    if why == "said_over":
        return f"over, said {line.said_by}"
    return _CLEARED.get(why, why)


def off(view: OffView) -> str:
    """What is not watched, and who wanted that."""
    until = f"until {clock(view.until_us)}" if view.until_us else "until switched on"
    return f"Off: {view.label}, {until}, by {view.by}: {view.reason}"
