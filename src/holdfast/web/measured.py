"""Measured values that a person can enter by hand, with the unit in which the knowledge reads them.

The unit is not asked for: a glucose typed in the other unit would be read as a crisis, or hide one.
"""

from dataclasses import dataclass

from holdfast.knowledge.model import Knowledge

FIRST = (
    "glucose_mg_dl",
    "lactate_mmol_l",
    "pcv_pct",
    "total_protein_g_dl",
    "potassium_mmol_l",
    "sodium_mmol_l",
    "calcium_ionized_mmol_l",
    "creatinine_mg_dl",
    "temp",
    "hr",
    "rr",
    "nibp_sys",
    "nibp_mean",
)
"""What is measured at the bedside within minutes stands first; the rest follow by name."""

_NOT_BY_HAND = {"hr_ecg", "pulse", "art_sys", "art_mean", "shock_index", "na_k_ratio"}
"""Come from the monitor or are worked out from others."""

_NAMES = {
    "hr": "Heart rate",
    "rr": "Respiratory rate",
    "temp": "Temperature",
    "nibp_sys": "Systolic pressure, cuff",
    "nibp_mean": "Mean pressure, cuff",
    "crt_s": "Capillary refill time",
    "usg": "Urine specific gravity",
    "delta_glucose_mg_dl": "Glucose, blood minus effusion",
    "etco2": "End-tidal CO2",
    "pao2_mmhg": "PaO2",
    "pco2_mmhg": "PCO2",
    "spo2": "SpO2",
    "ph": "pH",
}
_CAPITALS = {"alp", "alt", "ast", "ggt", "bun", "pcv", "pt", "aptt", "wbc"}


@dataclass(frozen=True)
class Measured:
    key: str
    name: str
    unit: str


def measured(knowledge: Knowledge) -> list[Measured]:
    """Every value that a finding follows from and that a person can enter."""
    units = {d.observation: d.unit for f in knowledge.findings.values() for d in f.derived}
    found = [Measured(key, _name(key, unit), unit) for key, unit in units.items() if key not in _NOT_BY_HAND]
    rank = {key: place for place, key in enumerate(FIRST)}
    return sorted(found, key=lambda m: (rank.get(m.key, len(rank)), m.name.casefold()))


def unit_of(knowledge: Knowledge, key: str) -> str:
    """The unit in which the knowledge reads a value; empty when it reads none under this key."""
    return next((m.unit for m in measured(knowledge) if m.key == key), "")


def _name(key: str, unit: str) -> str:
    if key in _NAMES:
        return _NAMES[key]
    suffix = unit.lower().replace("%", "pct").replace("/", "_")
    words = key.removesuffix(f"_{suffix}").split("_")
    first = words[0].upper() if words[0] in _CAPITALS else words[0].capitalize()
    return " ".join((first, *words[1:]))
