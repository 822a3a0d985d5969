"""A constant rate infusion: pump rate from dose, weight and strength. Units are checked, nothing is assumed.

Only arithmetic: whether a dose is right stands in the checked table (``knowledge.doses``), not here.
"""

import math
from dataclasses import dataclass

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.dosing import check_weight

MASS = {"ug": 1.0, "mg": 1_000.0, "g": 1_000_000.0}
"""Micrograms in a unit of mass. Units (U), milliequivalents (mEq) and mL are never turned into mass."""

OTHER_AMOUNTS = ("U", "mEq", "mL")
HOURS = {"min": 1 / 60, "h": 1.0, "day": 24.0}

RATE_MAX_ML_H = 2_000.0
"""No pump at a dog's bed runs faster (our estimate): beyond it a number is mistyped."""


@dataclass(frozen=True)
class DoseUnit:
    """``ug/kg/min`` taken apart."""

    amount: str
    per_kg: bool
    time: str


def parse(unit: str) -> DoseUnit:
    """A dose unit such as ``ug/kg/min``, ``mL/kg/h`` or ``mL/h``; raises ``OperatorError``."""
    parts = unit.strip().split("/")
    per_kg = len(parts) == 3 and parts[1] == "kg"
    if len(parts) not in (2, 3) or (len(parts) == 3 and not per_kg):
        raise OperatorError(f"{unit!r} is not the unit of an infusion.", "Write it like ug/kg/min or mL/h.")
    amount, time = parts[0], parts[-1]
    if (amount not in MASS and amount not in OTHER_AMOUNTS) or time not in HOURS:
        raise OperatorError(
            f"{unit!r} is not a unit that is worked with here.",
            f"Amounts: {', '.join((*MASS, *OTHER_AMOUNTS))}; times: {', '.join(HOURS)}.",
        )
    return DoseUnit(amount, per_kg, time)


def rate_ml_h(dose: float, unit: str, weight_kg: float | None, per_ml: float | None, per_ml_unit: str) -> float:
    """mL/h for a dose; ``per_ml`` of ``per_ml_unit`` are in one mL. A dose in mL needs no strength.

    Raises ``OperatorError`` for what cannot be worked out, and for a rate that no pump runs at.
    """
    asked = parse(unit)
    _positive(dose, "The dose")
    per_hour = dose * _kg(asked, weight_kg) / HOURS[asked.time]
    rate = per_hour / _per_ml(asked.amount, per_ml, per_ml_unit)
    if not math.isfinite(rate) or rate > RATE_MAX_ML_H:
        raise OperatorError(f"{rate:g} mL/h is more than a pump runs.", "Check dose, weight, strength and their units.")
    return rate


def _kg(asked: DoseUnit, weight_kg: float | None) -> float:
    if not asked.per_kg:
        return 1.0
    if weight_kg is None:
        raise OperatorError("The weight is not known.", "Weigh the dog, or estimate and say so.")
    check_weight(weight_kg)
    return weight_kg


def _per_ml(amount: str, per_ml: float | None, written: str) -> float:
    """How much of ``amount`` is in one mL."""
    if amount == "mL":
        return 1.0
    if per_ml is None:
        raise OperatorError("The strength is missing.", "Read it from the bag: how much is in one mL.")
    _positive(per_ml, "The strength")
    if written == amount:
        return per_ml
    if written in MASS and amount in MASS:
        return per_ml * MASS[written] / MASS[amount]
    raise OperatorError(
        f"A strength in {written or 'no unit'} per mL does not fit a dose in {amount}.", "Read the bag again."
    )


def _positive(value: float, what: str) -> None:
    if not math.isfinite(value) or value <= 0:
        raise OperatorError(f"{what} is {value:g}.", "Enter a number above zero.")
