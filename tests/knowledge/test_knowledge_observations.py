"""Values are read in the unit they were written in, or not at all."""

import pytest

from holdfast.knowledge.loader import load
from holdfast.knowledge.observations import read_observation


@pytest.mark.parametrize(
    ("name", "value", "unit", "key", "expected"),
    [
        ("creatinine", 159, "umol/L", "creatinine_mg_dl", 1.80),
        ("Creatinine", 2.5, "mg/dL", "creatinine_mg_dl", 2.5),
        ("creatinine", 159, "\u00b5mol/L", "creatinine_mg_dl", 1.80),
        ("glucose", 5.55, "mmol/L", "glucose_mg_dl", 100),
        ("urea", 10, "mmol/L", "bun_mg_dl", 28.0),
        ("temperature", 105, "F", "temp", 40.56),
        ("temp", 38.5, "degC", "temp", 38.5),
        ("hct", 0.25, "L/L", "pcv_pct", 25),
        ("haemoglobin", 83, "g/L", "hemoglobin_g_dl", 8.3),
        ("platelets", 142, "10^9/L", "platelets_k_ul", 142),
        ("potassium", 6.5, "mEq/L", "potassium_mmol_l", 6.5),
        ("cortisol", 55.2, "nmol/L", "cortisol_ug_dl", 2.0),
        ("ph", 7.18, "", "ph", 7.18),
        ("lactate_mmol_l", 4.1, "mmol/L", "lactate_mmol_l", 4.1),
        ("calcium", 2.5, "mmol/L", "calcium_total_mg_dl", 10.02),
        ("platelets", 142, "k/uL", "platelets_k_ul", 142),
        ("phosphorus", 2.0, "mmol/L", "phosphate_mg_dl", 6.19),
        ("bilirubin", 17.1, "umol/L", "bilirubin_mg_dl", 1.0),
    ],
)
def test_values_in_the_units_people_write(name: str, value: float, unit: str, key: str, expected: float) -> None:
    observation = read_observation(name, value, unit)
    assert observation is not None
    assert observation.key == key
    assert observation.value == pytest.approx(expected, rel=0.002)


@pytest.mark.parametrize(
    ("name", "unit"),
    [("creatinine", ""), ("creatinine", "mmHg"), ("temperature", ""), ("sparkle", "mg/dL"), ("glucose", "%")],
)
def test_a_missing_or_foreign_unit_is_not_guessed(name: str, unit: str) -> None:
    assert read_observation(name, 138, unit) is None


def test_thresholds_are_in_the_unit_that_is_read() -> None:
    for finding in load().findings.values():
        for derived in finding.derived:
            read = read_observation(derived.observation, 1.0, derived.unit)
            assert read is None or (read.key, read.value, read.unit) == (derived.observation, 1.0, derived.unit)
