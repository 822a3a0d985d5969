"""Other systems. What they call is open without a session: the token of each call decides (``gateways.cds_hooks``)."""

from holdfast.web.access.roles import CLINICAL, PUBLIC, READING, Roles

ALLOWED: dict[str, Roles] = {
    "hooks.discovery": PUBLIC,
    "hooks.call": PUBLIC,
    "hooks.feedback": PUBLIC,
    "hooks.keys": PUBLIC,
    "case.hooks": READING,
    "case.hooks.said": READING,
    "api.case.hooks": READING,
    "case.hooks.identifier": CLINICAL,
    "case.hooks.withdraw": CLINICAL,
    "api.case.hooks.identifier": CLINICAL,
    "api.case.hooks.withdraw": CLINICAL,
}
