"""A browser that has only the kit says the same as the server."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.knowledge.loader import load
from holdfast.record.cpr_events import CprStep
from holdfast.resuscitation.course import course
from holdfast.resuscitation.drugs import Due, drug_rows
from holdfast.resuscitation.kit import kit
from resuscitation.logs import S_US, T0_US, log_of, step

CARE = load().care
KIT: dict[str, Any] = json.loads(json.dumps(kit(CARE, "dog", 34.0)))
DRUGS = {drug["key"]: drug for drug in KIT["drugs"]}


@given(st.lists(st.sampled_from(CprStep), max_size=12))
@settings(max_examples=60)
def test_the_phase_follows_from_the_kit_alone(steps: list[CprStep]) -> None:
    table = {(phase, happening): to for phase, happening, to in KIT["transitions"]}
    phase = KIT["first"]
    for happening in steps:
        phase = table.get((phase, happening.value), phase)
    log = log_of(*(step(one, 10 * number) for number, one in enumerate(steps, start=1)))
    stands = course(log, T0_US + 1_000 * S_US)
    assert stands is not None
    assert stands.phase.value == phase


@given(st.integers(0, 600))
@settings(max_examples=40)
def test_when_a_vasopressor_is_due_follows_from_the_kit_alone(seconds: int) -> None:
    log = log_of(step(CprStep.DRUG, 0, "epinephrine_cpr"))
    row = next(r for r in drug_rows(log, CARE, "dog", 34.0, T0_US + seconds * S_US) if r.dose.key == "epinephrine_cpr")
    drug = DRUGS["epinephrine_cpr"]
    since_us = seconds * S_US
    told = Due.LATER if since_us < drug["due_us"] else Due.NOW if since_us <= drug["overdue_us"] else Due.OVERDUE
    assert row.due is told


def test_amounts_and_energies_are_in_it_for_the_animal() -> None:
    assert DRUGS["epinephrine_cpr"]["amount"]["low_ml"] == pytest.approx(0.34)
    assert DRUGS["atropine_cpr"]["times"] == 1
    shock = next(one for one in KIT["shocks"] if one["key"] == "defibrillation_biphasic_external")
    assert (shock["first_j"], shock["next_j"]) == pytest.approx((68, 136))


def test_without_a_weight_it_holds_doses_and_no_amounts() -> None:
    told = kit(CARE, "dog", None)
    assert all(drug["amount"] is None for drug in told["drugs"])
    assert all(shock["first_j"] is None and shock["next_j"] is None for shock in told["shocks"])


def test_what_disagrees_goes_with_the_dose() -> None:
    assert any("0.04" in one["says"] for one in DRUGS["atropine_cpr"]["disagrees"])
