"""Resuscitation."""

from holdfast.web.access.roles import CLINICAL, READING, Roles

ALLOWED: dict[str, Roles] = {
    "cpr.which": CLINICAL,
    "cpr": CLINICAL,
    "cpr.record": READING,
    "case.cpr.start": CLINICAL,
    "case.cpr.touches": CLINICAL,
    "case.cpr.withdraw": CLINICAL,
    "case.cpr.facts": CLINICAL,
    "case.cpr.wish": CLINICAL,
    "api.case.cpr.wish": CLINICAL,
    "api.cpr": READING,
    "api.cpr.record": READING,
    "api.case.cpr.start": CLINICAL,
    "api.case.cpr.touches": CLINICAL,
    "api.case.cpr.withdraw": CLINICAL,
    "api.case.cpr.facts": CLINICAL,
}
