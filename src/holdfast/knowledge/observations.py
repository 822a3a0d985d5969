"""Laboratory and bedside values under the names and units people write, as observation keys in one unit.

``creatinine`` in umol/L and ``Crea`` in mg/dL are the same observation; :class:`Derivation` thresholds
are in the unit of the key. Conversion factors follow from molar masses; nothing here judges a value.
"""

from dataclasses import dataclass

from holdfast.knowledge.vocabulary import fold


@dataclass(frozen=True)
class Observation:
    """A value in the canonical unit of its key."""

    key: str
    value: float
    unit: str


_Scale = tuple[float, float]
"""Factor and offset: canonical = written * factor + offset."""

_SAME: _Scale = (1.0, 0.0)
_FAHRENHEIT: _Scale = (5 / 9, -160 / 9)
_NAMES: dict[str, str] = {
    "hr": "hr",
    "heart_rate": "hr",
    "rr": "rr",
    "respiratory_rate": "rr",
    "temperature": "temp",
    "temp": "temp",
    "spo2": "spo2",
    "etco2": "etco2",
    "crt": "crt_s",
    "sbp": "nibp_sys",
    "systolic_pressure": "nibp_sys",
    "bp": "nibp_sys",
    "pcv": "pcv_pct",
    "hct": "pcv_pct",
    "hematocrit": "pcv_pct",
    "hb": "hemoglobin_g_dl",
    "hgb": "hemoglobin_g_dl",
    "hemoglobin": "hemoglobin_g_dl",
    "wbc": "wbc_k_ul",
    "platelets": "platelets_k_ul",
    "plt": "platelets_k_ul",
    "tp": "total_protein_g_dl",
    "ts": "total_protein_g_dl",
    "total_protein": "total_protein_g_dl",
    "albumin": "albumin_g_dl",
    "glucose": "glucose_mg_dl",
    "lactate": "lactate_mmol_l",
    "creatinine": "creatinine_mg_dl",
    "bun": "bun_mg_dl",
    "urea": "bun_mg_dl",
    "alt": "alt_u_l",
    "ast": "ast_u_l",
    "alp": "alp_u_l",
    "ggt": "ggt_u_l",
    "bilirubin": "bilirubin_mg_dl",
    "cholesterol": "cholesterol_mg_dl",
    "ammonia": "ammonia_umol_l",
    "sodium": "sodium_mmol_l",
    "potassium": "potassium_mmol_l",
    "chloride": "chloride_mmol_l",
    "calcium": "calcium_total_mg_dl",
    "ionized_calcium": "calcium_ionized_mmol_l",
    "ica": "calcium_ionized_mmol_l",
    "phosphate": "phosphate_mg_dl",
    "phosphorus": "phosphate_mg_dl",
    "bicarbonate": "bicarbonate_mmol_l",
    "hco3": "bicarbonate_mmol_l",
    "ph": "ph",
    "pco2": "pco2_mmhg",
    "pao2": "pao2_mmhg",
    "pt": "pt_s",
    "ptt": "aptt_s",
    "aptt": "aptt_s",
    "usg": "usg",
    "cortisol": "cortisol_ug_dl",
    "blood_lead": "blood_lead_umol_l",
    "urine_output": "urine_output_ml_kg_h",
}
_UNITS: dict[str, tuple[str, dict[str, _Scale]]] = {
    "hr": ("/min", {"bpm": _SAME}),
    "rr": ("/min", {"bpm": _SAME}),
    "temp": ("degC", {"c": _SAME, "°c": _SAME, "f": _FAHRENHEIT, "°f": _FAHRENHEIT, "degf": _FAHRENHEIT}),
    "spo2": ("%", {}),
    "etco2": ("mmHg", {"kpa": (7.50062, 0.0)}),
    "crt_s": ("s", {}),
    "nibp_sys": ("mmHg", {}),
    "pcv_pct": ("%", {"l/l": (100.0, 0.0)}),
    "hemoglobin_g_dl": ("g/dL", {"g/l": (0.1, 0.0)}),
    "wbc_k_ul": ("k/uL", {"10^9/l": _SAME, "10e9/l": _SAME, "/ul": (0.001, 0.0)}),
    "platelets_k_ul": ("k/uL", {"10^9/l": _SAME, "10e9/l": _SAME, "/ul": (0.001, 0.0)}),
    "total_protein_g_dl": ("g/dL", {"g/l": (0.1, 0.0)}),
    "albumin_g_dl": ("g/dL", {"g/l": (0.1, 0.0)}),
    "glucose_mg_dl": ("mg/dL", {"mmol/l": (18.0156, 0.0)}),
    "lactate_mmol_l": ("mmol/L", {"mg/dl": (1 / 9.008, 0.0)}),
    "creatinine_mg_dl": ("mg/dL", {"umol/l": (1 / 88.42, 0.0)}),
    "bun_mg_dl": ("mg/dL", {"mmol/l": (2.801, 0.0)}),
    "alt_u_l": ("U/L", {"iu/l": _SAME}),
    "ast_u_l": ("U/L", {"iu/l": _SAME}),
    "alp_u_l": ("U/L", {"iu/l": _SAME}),
    "ggt_u_l": ("U/L", {"iu/l": _SAME}),
    "bilirubin_mg_dl": ("mg/dL", {"umol/l": (1 / 17.10, 0.0)}),
    "cholesterol_mg_dl": ("mg/dL", {"mmol/l": (38.67, 0.0)}),
    "ammonia_umol_l": ("umol/L", {"ug/dl": (0.5872, 0.0)}),
    "sodium_mmol_l": ("mmol/L", {"meq/l": _SAME}),
    "potassium_mmol_l": ("mmol/L", {"meq/l": _SAME}),
    "chloride_mmol_l": ("mmol/L", {"meq/l": _SAME}),
    "calcium_total_mg_dl": ("mg/dL", {"mmol/l": (4.008, 0.0)}),
    "calcium_ionized_mmol_l": ("mmol/L", {"mg/dl": (1 / 4.008, 0.0)}),
    "phosphate_mg_dl": ("mg/dL", {"mmol/l": (3.097, 0.0)}),
    "bicarbonate_mmol_l": ("mmol/L", {"meq/l": _SAME}),
    "ph": ("1", {}),
    "pco2_mmhg": ("mmHg", {"kpa": (7.50062, 0.0)}),
    "pao2_mmhg": ("mmHg", {"kpa": (7.50062, 0.0)}),
    "pt_s": ("s", {}),
    "aptt_s": ("s", {}),
    "usg": ("1", {}),
    "cortisol_ug_dl": ("ug/dL", {"nmol/l": (1 / 27.59, 0.0)}),
    "blood_lead_umol_l": ("umol/L", {"ug/dl": (1 / 20.72, 0.0)}),
    "urine_output_ml_kg_h": ("mL/kg/h", {}),
}
_UNITLESS = frozenset({"ph", "usg"})
_KEY_OF = {fold(key): key for key in _UNITS} | {fold(name): key for name, key in _NAMES.items()}


def read_observation(name: str, value: float, unit: str) -> Observation | None:
    """The observation that ``name`` means, in its canonical unit; None for an unknown name or unit.

    A missing unit is accepted only for pH and specific gravity: a creatinine of 138 without a unit
    is either ruinous or normal, and nobody should guess which.
    """
    key = _KEY_OF.get(fold(name))
    if key is None:
        return None
    canonical, others = _UNITS[key]
    written = unit.strip().lower().replace("\u00b5", "u").replace("\u03bc", "u")
    if written == canonical.lower() or (not written and key in _UNITLESS):
        return Observation(key, value, canonical)
    if written not in others:
        return None
    factor, offset = others[written]
    return Observation(key, value * factor + offset, canonical)
