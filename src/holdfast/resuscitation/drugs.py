"""Drugs and shocks during a resuscitation: how much for this animal, given how often, due when."""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.care import Care
from holdfast.knowledge.doses import Dose
from holdfast.knowledge.dosing import Amount, amount
from holdfast.record.cpr_events import CprStep
from holdfast.record.cpr_log import CprLog
from holdfast.resuscitation.course import seen

SHOCKABLE = frozenset({"vf", "pvt"})
VASOPRESSORS = ("epinephrine_cpr", "vasopressin_cpr")
"""Each stands for the other: one of them is due, counted from the last of either."""


class Due(StrEnum):
    """Whether it is time."""

    NOT_NAMED = "not_named"
    """No source read names a time: it is there to be given, nothing prompts for it."""
    LATER = "later"
    NOW = "now"
    OVERDUE = "overdue"
    DONE = "done"
    """Given as often as the source gives it."""


@dataclass(frozen=True)
class DrugRow:
    """One drug on the page of a resuscitation."""

    dose: Dose
    amount: Amount | None
    """For the first strength that the source names; None while the weight is not known, or for an infusion."""
    given: int
    last_us: int | None
    due: Due
    due_us: int | None
    """When it is, or was, due."""


@dataclass(frozen=True)
class Energy:
    """The next shock of one kind of defibrillator."""

    dose: Dose
    joules: float | None
    """None while the weight is not known."""
    number: int
    """Which shock it would be, from 1."""


def drug_rows(log: CprLog, care: Care, species: str, weight_kg: float | None, now_us: int) -> tuple[DrugRow, ...]:
    """Every checked drug of an arrest for this species, in the order of the knowledge."""
    doses = [d for d in care.doses.values() if d.use in ("cpr", "reversal") and species in d.species]
    return tuple(_row(log, dose, weight_kg, now_us) for dose in doses)


def energies(log: CprLog, care: Care, species: str, weight_kg: float | None, now_us: int) -> tuple[Energy, ...]:
    """The next shock: the lower end of the range for the first, its upper end for those after it."""
    shocks = sum(entry.step is CprStep.SHOCK for entry in seen(log, now_us))
    doses = [d for d in care.doses.values() if d.use == "defibrillation" and species in d.species]
    return tuple(Energy(dose, joules(dose, weight_kg, shocks), shocks + 1) for dose in doses)


def rhythm(log: CprLog, now_us: int) -> str:
    """The rhythm that was seen last; empty when none was."""
    return next((e.what for e in reversed(seen(log, now_us)) if e.step is CprStep.RHYTHM), "")


def shock_due(log: CprLog, now_us: int) -> bool:
    """Whether the rhythm seen last is one to shock, and no shock has followed it."""
    for entry in reversed(seen(log, now_us)):
        if entry.step is CprStep.SHOCK:
            return False
        if entry.step is CprStep.RHYTHM:
            return entry.what in SHOCKABLE
    return False


def joules(dose: Dose, weight_kg: float | None, shocks: int) -> float | None:
    """Energy of the next shock after so many: the lower end first, then the upper; None without a weight."""
    if weight_kg is None:
        return None
    energy = amount(dose, weight_kg)
    return energy.high if shocks else energy.low


def _row(log: CprLog, dose: Dose, weight_kg: float | None, now_us: int) -> DrugRow:
    counted = VASOPRESSORS if dose.key in VASOPRESSORS else (dose.key,)
    given = [e for e in seen(log, now_us) if e.step is CprStep.DRUG and e.what == dose.key]
    clock = [e.at_us for e in seen(log, now_us) if e.step is CprStep.DRUG and e.what in counted]
    due, due_us = _due(dose, len(given), max(clock, default=None), rhythm(log, now_us), log.began_us, now_us)
    return DrugRow(
        dose=dose,
        amount=_amount(dose, weight_kg),
        given=len(given),
        last_us=given[-1].at_us if given else None,
        due=due,
        due_us=due_us,
    )


def _amount(dose: Dose, weight_kg: float | None) -> Amount | None:
    if weight_kg is None or dose.infusion:
        return None
    if not dose.concentrations:
        return amount(dose, weight_kg)
    strength = dose.concentrations[0]
    return amount(dose, weight_kg, strength.amount_per_ml, strength.unit)


def _due(
    dose: Dose, given: int, last_us: int | None, rhythm_seen: str, began_us: int | None, now_us: int
) -> tuple[Due, int | None]:
    repeat = dose.repeat
    if repeat is not None and repeat.times is not None and given >= repeat.times:
        return Due.DONE, None
    if dose.key not in VASOPRESSORS:
        return Due.NOT_NAMED, None
    if last_us is None:
        # Early where no shock can help, also when no ECG can tell; a rhythm to shock is shocked first.
        return (Due.LATER, None) if rhythm_seen in SHOCKABLE else (Due.NOW, began_us)
    if repeat is None or repeat.from_s is None or repeat.to_s is None:
        return Due.NOT_NAMED, None
    due_us = last_us + int(repeat.from_s * US_PER_S)
    if now_us < due_us:
        return Due.LATER, due_us
    return (Due.NOW if now_us <= last_us + int(repeat.to_s * US_PER_S) else Due.OVERDUE), due_us
