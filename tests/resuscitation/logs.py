"""Logs that the tests of resuscitation share."""

from holdfast.record.cpr_events import ANY_CPR_EVENT, CprStarted, CprStep, CprStepLogged
from holdfast.record.cpr_log import CprLog, apply

S_US = 1_000_000
T0_US = 1_772_366_400_000_000
START = CprStarted(at_us=T0_US, cpr_id="c1", weight_kg=34.0, weight_at_us=T0_US - 3600 * S_US, location="ICU 2")


def step(kind: CprStep, at_s: float, what: str = "", amount: float | None = None, unit: str = "") -> CprStepLogged:
    """One touch, so many seconds after the start; its id follows from what it is."""
    at_us = T0_US + round(at_s * S_US)
    entry_id = f"{kind.value}-{at_us}-{what}"
    return CprStepLogged(at_us=at_us, cpr_id="c1", entry_id=entry_id, step=kind, what=what, amount=amount, unit=unit)


def log_of(*events: ANY_CPR_EVENT) -> CprLog:
    logs: dict[str, CprLog] = {}
    for event in (START, *events):
        logs = apply(logs, event, "vet")
    return logs["c1"]
