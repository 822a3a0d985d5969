"""The end-of-life order after it was placed. Whoever stands at the table may stop it."""

from holdfast.web.access.roles import CLINICAL, DECIDING, READING, Roles

_STEPS: dict[str, Roles] = {
    "identity": CLINICAL,
    "consent": CLINICAL,
    "quality": CLINICAL,
    "comfort": CLINICAL,
    "tray": CLINICAL,
    "perform": DECIDING,
    "stop": CLINICAL,
    "check": CLINICAL,
    "confirm": DECIDING,
    "aftercare": CLINICAL,
    "finish": DECIDING,
}

ALLOWED: dict[str, Roles] = {
    "end_of_life": READING,
    "api.end_of_life": READING,
    **{f"case.eol.{step}": roles for step, roles in _STEPS.items()},
    **{f"api.case.eol.{step}": roles for step, roles in _STEPS.items()},
}
