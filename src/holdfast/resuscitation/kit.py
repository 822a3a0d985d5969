"""What a browser needs to run a resuscitation without the server, as plain JSON values.

It is made from the same tables that the server runs by, so there is one protocol and not two. Every page carries it
for its animal: when the network is gone it is too late to ask.
"""

from dataclasses import asdict
from typing import Any

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.care import Care
from holdfast.knowledge.doses import Dose
from holdfast.record.cpr_events import CprStep
from holdfast.record.cpr_log import CprLog
from holdfast.resuscitation.course import TRANSITIONS, Phase
from holdfast.resuscitation.drugs import SHOCKABLE, VASOPRESSORS, drug_rows, energies, joules
from holdfast.resuscitation.protocol import protocol

_UNTOUCHED = CprLog("")


def kit(care: Care, species: str, weight_kg: float | None) -> dict[str, Any]:
    """Everything for one animal; amounts are None while the weight is not known."""
    rows = drug_rows(_UNTOUCHED, care, species, weight_kg, 0)
    return {
        "first": Phase.COMPRESSIONS.value,
        "transitions": [[phase.value, step.value, to.value] for (phase, step), to in TRANSITIONS.items()],
        "steps": [step.value for step in CprStep],
        "protocol": asdict(protocol(care)),
        "weight_kg": weight_kg,
        "compressions_per_min": [care.cpr["compressions_per_min"].value, care.cpr["compressions_per_min"].high],
        "breaths_per_min": care.cpr["breaths_per_min"].value,
        "drugs": [_drug(row.dose) | {"amount": asdict(row.amount) if row.amount else None} for row in rows],
        "shocks": [
            {
                "key": one.dose.key,
                "name": one.dose.drug,
                "per_kg": [one.dose.range.low, one.dose.range.high],
                "first_j": one.joules,
                "next_j": joules(one.dose, weight_kg, shocks=1),
            }
            for one in energies(_UNTOUCHED, care, species, weight_kg, 0)
        ],
        "shockable": sorted(SHOCKABLE),
    }


def _drug(dose: Dose) -> dict[str, Any]:
    repeat = dose.repeat
    return {
        "key": dose.key,
        "drug": dose.drug,
        "use": dose.use,
        "indication": dose.indication,
        "infusion": dose.infusion,
        "dose": [dose.range.low, dose.range.high, dose.range.unit],
        "routes": list(dose.routes),
        "give_over": dose.give_over,
        "per_ml": [dose.concentrations[0].amount_per_ml, dose.concentrations[0].unit] if dose.concentrations else None,
        "due_us": _us(repeat.from_s) if repeat else None,
        "overdue_us": _us(repeat.to_s) if repeat else None,
        "times": repeat.times if repeat else None,
        "vasopressor": dose.key in VASOPRESSORS,
        "cautions": list(dose.cautions),
        "disagrees": [{"says": one.says, "source": one.source, "older": one.superseded} for one in dose.disagrees],
        "source": dose.range.source,
        "grade": dose.range.grade.value,
    }


def _us(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * US_PER_S)
