"""From a dose, a weight and a strength to what is drawn up and what the pump is set to. Only arithmetic."""

from dataclasses import dataclass

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.doses import Dose

WEIGHT_MIN_KG, WEIGHT_MAX_KG = 0.2, 120.0
"""Beyond it a weight is a typing error (ours), as at admission."""

_UG = {"ug": 1.0, "mg": 1_000.0, "g": 1_000_000.0}
"""Micrograms in a unit of mass."""


@dataclass(frozen=True)
class Amount:
    """So much of it, for this animal."""

    low: float
    high: float
    unit: str
    """mg, U, mEq, g, mL or J."""
    low_ml: float | None = None
    high_ml: float | None = None
    """None while the strength is not known."""


@dataclass(frozen=True)
class Rate:
    """A pump rate for this animal."""

    low_ml_h: float
    high_ml_h: float


def check_weight(weight_kg: float) -> None:
    """Raise ``OperatorError`` for a weight that no dog has."""
    if not WEIGHT_MIN_KG <= weight_kg <= WEIGHT_MAX_KG:
        raise OperatorError(f"{weight_kg:g} kg is not the weight of a dog.", "Check the weight and its unit.")


def amount(dose: Dose, weight_kg: float, per_ml: float | None = None, per_ml_unit: str = "") -> Amount:
    """What to give at once; ``per_ml`` is the strength of the vial, in ``per_ml_unit`` per mL.

    Raises ``OperatorError`` for an infusion, an impossible weight, and a strength that cannot be used.
    """
    check_weight(weight_kg)
    if dose.infusion:
        raise OperatorError(f"{dose.drug} is an infusion here.", "Ask for its rate.")
    unit = dose.range.unit.split("/")[0]
    low, high = dose.range.low * weight_kg, dose.range.high * weight_kg
    if unit == "mL":
        return Amount(low, high, unit, low, high)
    if per_ml is None or unit == "J":
        return Amount(low, high, unit)
    strength = _strength(per_ml, per_ml_unit, unit)
    return Amount(low, high, unit, low / strength, high / strength)


def rate(dose: Dose, weight_kg: float, per_ml: float, per_ml_unit: str) -> Rate:
    """The pump rate, in mL/h, of an infusion made up to ``per_ml`` (in ``per_ml_unit`` per mL).

    Raises ``OperatorError`` as ``amount`` does.
    """
    if not dose.infusion:
        raise OperatorError(f"{dose.drug} is not an infusion here.", "Ask for its amount.")
    low, high = (rate_ml_h(value, dose.range.unit, weight_kg, per_ml, per_ml_unit) for value in _ends(dose))
    return Rate(low, high)


def rate_ml_h(value: float, unit: str, weight_kg: float, per_ml: float, per_ml_unit: str) -> float:
    """mL/h for one chosen infusion dose (``value`` in ``unit``, one of ``INFUSION_UNITS``)."""
    check_weight(weight_kg)
    mass, _, time = unit.split("/")
    per_hour = value * weight_kg * (60.0 if time == "min" else 1.0)
    return per_hour / _strength(per_ml, per_ml_unit, mass)


def outside(dose: Dose, value: float) -> bool:
    """Whether ``value`` (in the unit of the dose) lies outside what current sources print: then a reason is asked."""
    low, high = dose.accepted
    return not low * (1 - 1e-9) <= value <= high * (1 + 1e-9)


def _ends(dose: Dose) -> tuple[float, float]:
    return dose.range.low, dose.range.high


def _strength(per_ml: float, written: str, wanted: str) -> float:
    """``per_ml`` in ``wanted`` per mL."""
    if per_ml <= 0:
        raise OperatorError("A strength is more than nothing.", "Read it from the vial again.")
    if written == wanted:
        return per_ml
    if written in _UG and wanted in _UG:
        return per_ml * _UG[written] / _UG[wanted]
    raise OperatorError(
        f"A strength in {written or 'no unit'} per mL does not fit a dose in {wanted}.", "Read the vial."
    )
