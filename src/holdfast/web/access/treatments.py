"""Ordered treatments. A technician orders too; the order waits until a vet approves it."""

from holdfast.web.access.roles import CLINICAL, DECIDING, READING, Roles

_STEPS: dict[str, Roles] = {
    "order": CLINICAL,
    "approve": DECIDING,
    "give": CLINICAL,
    "skip": CLINICAL,
    "stop": CLINICAL,
    "decline": CLINICAL,
}

ALLOWED: dict[str, Roles] = {
    "treatments": READING,
    "case.plan": READING,
    "api.treatments": READING,
    "api.case.plan": READING,
    "api.infusion": READING,
    **{f"case.plan.{step}": roles for step, roles in _STEPS.items()},
    **{f"api.case.plan.{step}": roles for step, roles in _STEPS.items()},
}
