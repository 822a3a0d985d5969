"""Rules that run silently. Who may order an irreversible act may also say which rules speak."""

from holdfast.web.access.roles import DECIDING, READING, Roles

ALLOWED: dict[str, Roles] = {
    "rules.silent": READING,
    "rules.silent.mode": DECIDING,
    "rules.silent.verdict": DECIDING,
    "api.rules.silent": READING,
    "api.rules.silent.mode": DECIDING,
    "api.rules.silent.verdict": DECIDING,
}
