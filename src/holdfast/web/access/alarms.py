"""Alarms."""

from holdfast.web.access.roles import CLINICAL, READING, Roles

ALLOWED: dict[str, Roles] = {
    "case.alarms": READING,
    "case.alarms.acknowledge": CLINICAL,
    "case.alarms.over": CLINICAL,
    "case.alarms.pause": CLINICAL,
    "case.alarms.resume": CLINICAL,
    "case.alarms.off": CLINICAL,
    "case.alarms.on": CLINICAL,
    "case.alarms.limits": CLINICAL,
    "api.case.alarms.acknowledge": CLINICAL,
    "api.case.alarms.over": CLINICAL,
    "api.case.alarms.pause": CLINICAL,
    "api.case.alarms.resume": CLINICAL,
    "api.case.alarms.off": CLINICAL,
    "api.case.alarms.on": CLINICAL,
    "api.case.alarms.limits": CLINICAL,
    "live.alarms": READING,
}
