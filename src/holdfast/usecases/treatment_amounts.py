"""What an order comes to for this animal: which weight, which dose, how much, how fast."""

from dataclasses import dataclass

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import age_words
from holdfast.knowledge.doses import Dose
from holdfast.knowledge.dosing import check_weight, outside
from holdfast.record import treatment_events as tr
from holdfast.record.case_state import CaseState
from holdfast.treatments.infusion import MASS, rate_ml_h
from holdfast.usecases.context import Context, clean_text
from holdfast.usecases.resuscitations import weight_used

NOT_COMPUTED = "no checked dose: not computed"
"""Said of everything that stands as it was written."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for. With ``dose_key`` the amount is worked out; without it, it is taken as written."""

    order_kind: tr.OrderKind
    what: str = ""
    category: str = ""
    amount: str = ""
    route: str = ""
    dose_key: str = ""
    dose: float | None = None
    dose_unit: str = ""
    """Of an infusion without a checked dose."""
    per_ml: float | None = None
    per_ml_unit: str = ""
    outside_reason: str = ""
    weight_kg: float | None = None
    """Weighed for this order; None: the weight on record."""
    weight_reason: str = ""
    """Why the old weight is used."""


@dataclass(frozen=True)
class WeightTaken:
    """The weight that is worked with."""

    kg: float | None
    at_us: int | None
    new: bool
    reason: str
    old: str = ""
    """How old it is, when it is too old and no reason was given."""


@dataclass(frozen=True)
class Amounts:
    """What it comes to."""

    text: str
    dose: float | None
    dose_unit: str
    rate_ml_h: float | None
    outside: bool
    used_weight: bool


def weight_taken(ctx: Context, case: CaseState, wanted: Wanted, now_us: int) -> WeightTaken:
    """The weight for this order. One older than a day asks again: a new one, or a reason why not.

    Raises ``OperatorError`` when a dose by weight is asked for and there is none to work with.
    """
    if wanted.weight_kg is not None:
        check_weight(wanted.weight_kg)
        return WeightTaken(wanted.weight_kg, now_us, True, "")
    known = weight_used(ctx, case, now_us)
    reason = clean_text(wanted.weight_reason, "The reason")
    if _by_weight(ctx, wanted):
        if known.kg is None:
            raise OperatorError(f"{case.name} was not weighed.", "Enter the weight with the order.")
        if known.ask and not reason:
            ago = "at an unknown time" if known.age_us is None else f"{age_words(known.age_us)} ago"
            raise OperatorError(
                f"The weight of {known.kg:g} kg was taken {ago}.", "Weigh again, or say why it is used all the same."
            )
    return WeightTaken(known.kg, case.weight_at_us, False, reason if known.ask else "")


def _by_weight(ctx: Context, wanted: Wanted) -> bool:
    if wanted.dose_key:
        return "/kg" in ctx.knowledge.care.dose(wanted.dose_key).range.unit
    return wanted.dose is not None and "/kg" in wanted.dose_unit


def worked_out(wanted: Wanted, dose: Dose | None, weight_kg: float | None, species: str) -> Amounts:
    """The amount or the rate; raises ``OperatorError`` for what cannot be worked out or needs a reason."""
    written = clean_text(wanted.amount, "The amount")
    if dose is None:
        if wanted.order_kind is tr.OrderKind.INFUSION and wanted.dose is not None:
            rate = rate_ml_h(wanted.dose, wanted.dose_unit, weight_kg, wanted.per_ml, wanted.per_ml_unit)
            return Amounts(f"{rate:.3g} mL/h", wanted.dose, wanted.dose_unit, rate, False, "/kg" in wanted.dose_unit)
        return Amounts(written, None, "", None, False, False)
    value = wanted.dose if wanted.dose is not None else dose.range.low
    off = outside(dose, value) or species not in dose.species
    if off and not wanted.outside_reason.strip():
        low, high = dose.accepted
        raise OperatorError(
            f"{value:g} {dose.range.unit} of {dose.drug} lies outside {low:g} to {high:g}, or is not for a {species}.",
            "Check it; if it is meant, say why.",
        )
    if dose.infusion:
        rate = rate_ml_h(value, dose.range.unit, weight_kg, wanted.per_ml, wanted.per_ml_unit)
        return Amounts(f"{rate:.3g} mL/h", value, dose.range.unit, rate, off, True)
    text = _bolus(dose, value, weight_kg, wanted)
    return Amounts(text, value, dose.range.unit, None, off, "/kg" in dose.range.unit)


def _bolus(dose: Dose, value: float, weight_kg: float | None, wanted: Wanted) -> str:
    assert weight_kg is not None
    unit = dose.range.unit.split("/")[0]
    total = value * weight_kg
    text = f"{total:.3g} {unit}"
    if wanted.per_ml and unit != "mL":
        factor = _factor(wanted.per_ml_unit, unit)
        text += f" ({total / (wanted.per_ml * factor):.3g} mL of {wanted.per_ml:g} {wanted.per_ml_unit}/mL)"
    return f"{text} over {dose.give_over}" if dose.give_over and dose.give_over[0].isdigit() else text


def _factor(written: str, wanted: str) -> float:
    """What one of ``written`` is in ``wanted``."""
    if written == wanted:
        return 1.0
    if written in MASS and wanted in MASS:
        return MASS[written] / MASS[wanted]
    raise OperatorError(
        f"A strength in {written or 'no unit'} per mL does not fit a dose in {wanted}.", "Read the vial again."
    )
