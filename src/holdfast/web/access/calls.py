"""Calls, and the links in their messages."""

from holdfast.web.access.roles import CLINICAL, MANAGING, PUBLIC, READING, Roles

ALLOWED: dict[str, Roles] = {
    "calls": READING,
    "calls.bar": READING,
    "calls.contact": MANAGING,
    "calls.remove": MANAGING,
    "calls.order": MANAGING,
    "calls.phone": MANAGING,
    "case.calls": READING,
    "case.calls.open": CLINICAL,
    "case.calls.list": CLINICAL,
    "case.calls.answer": CLINICAL,
    "case.calls.withdraw": CLINICAL,
    "api.calls": READING,
    "api.case.calls": READING,
    "api.case.calls.open": CLINICAL,
    "api.case.calls.list": CLINICAL,
    "api.case.calls.answer": CLINICAL,
    "api.case.calls.withdraw": CLINICAL,
    # Open to whoever holds the secret of a link, which ``link_door`` asks for at every request.
    "called.door": PUBLIC,
    "called.open": PUBLIC,
    "called": PUBLIC,
    "called.seen": PUBLIC,
    "called.answer": PUBLIC,
}
