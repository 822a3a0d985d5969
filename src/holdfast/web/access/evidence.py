"""Items of evidence, what leaves the house, and who may read on an authority's request."""

from holdfast.web.access.roles import CLINICAL, DECIDING, GRANTED, Roles

_STEPS = (
    "create",
    "seal",
    "open",
    "store",
    "take",
    "offer",
    "accept",
    "refuse",
    "request",
    "result",
    "break",
    "correct",
    "dispose",
    "opinion",
    "withdraw",
)

ALLOWED: dict[str, Roles] = {
    "items": GRANTED,
    "item": GRANTED,
    "item.label": GRANTED,
    "item.label.pdf": GRANTED,
    "item.label.svg": GRANTED,
    "item.picture": GRANTED,
    "items.photograph": CLINICAL,
    "api.items": GRANTED,
    "api.item": GRANTED,
    "papers": GRANTED,
    "report.pdf": GRANTED,
    "report.signature": GRANTED,
    "export.zip": GRANTED,
    "api.papers": GRANTED,
    "case.reports": DECIDING,
    "api.case.reports": DECIDING,
    "case.exports": DECIDING,
    "api.case.exports": DECIDING,
    **{f"case.items.{step}": CLINICAL for step in _STEPS},
    **{f"api.case.items.{step}": CLINICAL for step in _STEPS},
}
