"""Doses: each with a source that was read, and arithmetic that nobody has to do in an emergency."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge.doses import Dose
from holdfast.knowledge.dosing import amount, outside, rate, rate_ml_h
from holdfast.knowledge.grades import Grade
from holdfast.knowledge.loader import KnowledgeError, load
from knowledge.test_knowledge_loader import loaded, small_release

KNOWLEDGE = load()
CARE = KNOWLEDGE.care
EVERY = tuple(CARE.doses.values())
BOLUSES = tuple(dose for dose in EVERY if not dose.infusion)
INFUSIONS = tuple(dose for dose in EVERY if dose.infusion)


@pytest.mark.parametrize("dose", EVERY, ids=lambda d: d.key)
def test_every_dose_has_a_source_that_was_read_and_a_grade(dose: Dose) -> None:
    assert dose.range.grade in (Grade.PUBLISHED, Grade.SECONDARY)
    for source in dose.citations():
        assert KNOWLEDGE.sources[source].text_seen != "none"


def test_a_dose_that_was_not_checked_is_not_there() -> None:
    with pytest.raises(NotFoundError, match="No dose 'tranexamic_acid'"):
        CARE.dose("tranexamic_acid")


def test_the_drugs_of_an_arrest_for_a_dog_of_34_kg() -> None:
    """Against the volumes that the source itself prints: 0.01, 0.04 and 0.1 mL/kg."""
    weight = 34.0
    epinephrine = amount(CARE.dose("epinephrine_cpr"), weight, 1, "mg")
    vasopressin = amount(CARE.dose("vasopressin_cpr"), weight, 20, "U")
    lidocaine = amount(CARE.dose("lidocaine_cpr"), weight, 20, "mg")
    assert (epinephrine.low, epinephrine.low_ml) == pytest.approx((0.34, 0.34))
    assert (vasopressin.low, vasopressin.low_ml) == pytest.approx((27.2, 1.36))
    assert (lidocaine.low, lidocaine.low_ml) == pytest.approx((68.0, 3.4))


def test_the_cats_drug_is_not_offered_for_dogs() -> None:
    assert CARE.dose("amiodarone_cpr").species == ("cat",)


def test_atropine_shows_what_other_sources_print_and_is_given_once() -> None:
    atropine = CARE.dose("atropine_cpr")
    assert atropine.repeat is not None
    assert atropine.repeat.times == 1
    assert len(atropine.disagrees) >= 2
    assert not outside(atropine, 0.04)
    assert not outside(atropine, 0.054)
    assert outside(atropine, 0.1)


def test_a_superseded_dose_is_shown_and_does_not_widen_what_is_accepted() -> None:
    epinephrine = CARE.dose("epinephrine_cpr")
    assert any(other.superseded for other in epinephrine.disagrees)
    assert outside(epinephrine, 0.1)


def test_a_pump_rate_worked_by_hand() -> None:
    """50 ug/kg/min for 20 kg from 10 mg/mL: 60 mg/h, 6 mL/h."""
    assert rate(CARE.dose("esmolol_cri"), 20, 10, "mg").low_ml_h == pytest.approx(6)
    assert rate_ml_h(5, "ug/kg/h", 30, 50, "ug") == pytest.approx(3)
    assert rate_ml_h(0.2, "mg/kg/h", 10, 1, "mg") == pytest.approx(2)


@given(st.sampled_from(BOLUSES), st.floats(0.5, 100), st.floats(0.01, 100))
def test_amounts_grow_with_weight_and_shrink_with_strength(dose: Dose, weight: float, per_ml: float) -> None:
    unit = dose.range.unit.split("/")[0]
    one = amount(dose, weight, per_ml, unit)
    assert 0 < one.low <= one.high
    assert amount(dose, weight / 2, per_ml, unit).low == pytest.approx(one.low / 2)
    if one.low_ml is not None and unit != "mL":
        stronger = amount(dose, weight, per_ml * 2, unit)
        assert stronger.low_ml == pytest.approx(one.low_ml / 2)


@given(st.sampled_from(INFUSIONS), st.floats(0.5, 100), st.floats(0.01, 100))
def test_the_same_strength_in_another_unit_gives_the_same_rate(dose: Dose, weight: float, per_ml: float) -> None:
    in_mg, in_ug = rate(dose, weight, per_ml, "mg"), rate(dose, weight, per_ml * 1000, "ug")
    assert in_mg.low_ml_h == pytest.approx(in_ug.low_ml_h)
    assert in_mg.low_ml_h <= in_mg.high_ml_h


@pytest.mark.parametrize(
    ("ask", "match"),
    [
        (lambda: amount(CARE.dose("epinephrine_cpr"), 340, 1, "mg"), "not the weight of a dog"),
        (lambda: amount(CARE.dose("epinephrine_cpr"), float("nan"), 1, "mg"), "not the weight of a dog"),
        (lambda: amount(CARE.dose("epinephrine_cpr"), 34, 0, "mg"), "more than nothing"),
        (lambda: amount(CARE.dose("vasopressin_cpr"), 34, 20, "mg"), "does not fit"),
        (lambda: amount(CARE.dose("esmolol_cri"), 34, 10, "mg"), "is an infusion"),
        (lambda: rate(CARE.dose("epinephrine_cpr"), 34, 1, "mg"), "is not an infusion"),
    ],
)
def test_what_cannot_be_worked_out_is_refused(ask: Callable[[], object], match: str) -> None:
    with pytest.raises(OperatorError, match=match):
        ask()


def small_dose() -> dict[str, Any]:
    return {
        "key": "drug",
        "drug": "Drug",
        "use": "cpr",
        "indication": "Arrest.",
        "species": ["dog"],
        "routes": ["IV"],
        "range": {"low": 1, "high": 2, "unit": "mg/kg", "grade": "secondary", "source": "paper_2020"},
        "checked": "2026-11-22",
    }


def test_a_whole_dose_loads(tmp_path: Path) -> None:
    release = small_release()
    release["doses.yaml"] = [small_dose()]
    assert loaded(release, tmp_path).care.dose("drug").range.high == 2


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda d, s: d["range"].pop("source"), "source"),
        (lambda d, s: d["range"].pop("grade"), "grade"),
        (lambda d, s: d["range"].update(source="nobody"), "not in sources.yaml as one that was read"),
        (lambda d, s: d["range"].update(grade="estimate"), "nobody estimates a dose"),
        (lambda d, s: s.update(text_seen="none"), "not in sources.yaml as one that was read"),
        (lambda d, s: d.update(agrees=["nobody"]), "not in sources.yaml as one that was read"),
        (lambda d, s: d.pop("checked"), "checked"),
        (lambda d, s: d["range"].update(low=3), "from low to high"),
        (lambda d, s: d["range"].update(unit="drops"), "no unit of a dose"),
    ],
)
def test_a_dose_without_its_pedigree_is_refused(
    spoil: Callable[[dict[str, Any], dict[str, Any]], object], match: str, tmp_path: Path
) -> None:
    release, dose = small_release(), small_dose()
    spoil(dose, release["sources.yaml"][0])
    release["doses.yaml"] = [dose]
    with pytest.raises(KnowledgeError, match=match):
        loaded(release, tmp_path)
