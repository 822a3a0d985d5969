"""Scorecard of diagnostic reasoning on published cases: how high the true diagnosis stands, per tier.

Only findings that were known at the asked-for stage are used; what decided the case is never shown to the engine.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.knowledge.vocabulary import find_diseases, find_key, fold
from holdfast.reasoning.assessment import rank_causes
from holdfast.reasoning.derive import Inputs, Measurement, RecordedFinding, derive
from holdfast.reasoning.evidence import Evidence, Signalment
from holdfast.record.events import Presence

STAGES = {"presenting": ("presenting",), "workup": ("presenting", "workup")}
TOPS = (1, 3, 5, 10)
SCORED_TIERS = ("A", "B")

_SAME = {"meq/l": 1.0, "mmol/l": 1.0}
_RATE = {"bpm": 1.0, "/min": 1.0, "": 1.0}
_COUNT = {"k/ul": 1.0, "10^9/l": 1.0, "x10^9/l": 1.0, "10^3/ul": 1.0, "/ul": 0.001}
_PROTEIN = {"g/dl": 1.0, "g/l": 0.1}
_ENZYME = {"u/l": 1.0, "iu/l": 1.0}
_MMHG = {"mmhg": 1.0, "": 1.0}

_NUMBERS: dict[str, tuple[str, dict[str, float]]] = {
    "pcv": ("pcv_pct", {"%": 1.0, "l/l": 100.0, "": 1.0}),
    "hct": ("pcv_pct", {"%": 1.0, "l/l": 100.0, "": 1.0}),
    "hgb": ("hemoglobin_g_dl", _PROTEIN),
    "hemoglobin": ("hemoglobin_g_dl", _PROTEIN),
    "creatinine": ("creatinine_mg_dl", {"mg/dl": 1.0, "umol/l": 1 / 88.4}),
    "bun": ("bun_mg_dl", {"mg/dl": 1.0, "mmol/l": 2.801}),
    "urea": ("bun_mg_dl", {"mg/dl": 1 / 2.14, "mmol/l": 2.801}),
    "glucose": ("glucose_mg_dl", {"mg/dl": 1.0, "mmol/l": 18.016}),
    "sodium": ("sodium_mmol_l", _SAME),
    "potassium": ("potassium_mmol_l", _SAME),
    "chloride": ("chloride_mmol_l", _SAME),
    "bicarbonate": ("bicarbonate_mmol_l", _SAME),
    "hco3": ("bicarbonate_mmol_l", _SAME),
    "lactate": ("lactate_mmol_l", {"mmol/l": 1.0, "mg/dl": 1 / 9.008}),
    "sbp": ("nibp_sys", _MMHG),
    "map": ("nibp_mean", _MMHG),
    "hr": ("hr", _RATE),
    "heart_rate": ("hr", _RATE),
    "pulse_rate": ("pulse", _RATE),
    "rr": ("rr", _RATE),
    "respiratory_rate": ("rr", _RATE),
    "crt": ("crt_s", {"s": 1.0, "": 1.0}),
    "spo2": ("spo2", {"%": 1.0, "": 1.0}),
    "etco2": ("etco2", _MMHG),
    "pao2": ("pao2_mmhg", _MMHG),
    "pco2": ("pco2_mmhg", _MMHG),
    "paco2": ("pco2_mmhg", _MMHG),
    "ph": ("ph", {"": 1.0, "1": 1.0}),
    "usg": ("usg", {"": 1.0, "1": 1.0}),
    "platelet": ("platelets_k_ul", _COUNT),
    "wbc": ("wbc_k_ul", _COUNT),
    "tp": ("total_protein_g_dl", _PROTEIN),
    "ts": ("total_protein_g_dl", _PROTEIN),
    "total_protein": ("total_protein_g_dl", _PROTEIN),
    "albumin": ("albumin_g_dl", _PROTEIN),
    "alt": ("alt_u_l", _ENZYME),
    "alp": ("alp_u_l", _ENZYME),
    "ast": ("ast_u_l", _ENZYME),
    "ggt": ("ggt_u_l", _ENZYME),
    "bilirubin": ("bilirubin_mg_dl", {"mg/dl": 1.0, "umol/l": 1 / 17.1}),
    "cholesterol": ("cholesterol_mg_dl", {"mg/dl": 1.0, "mmol/l": 38.67}),
    "calcium": ("calcium_total_mg_dl", {"mg/dl": 1.0, "mmol/l": 4.008}),
    "ionized_calcium": ("calcium_ionized_mmol_l", {"mmol/l": 1.0}),
    "ica": ("calcium_ionized_mmol_l", {"mmol/l": 1.0}),
    "phosphate": ("phosphate_mg_dl", {"mg/dl": 1.0, "mmol/l": 3.097}),
    "phosphorus": ("phosphate_mg_dl", {"mg/dl": 1.0, "mmol/l": 3.097}),
    "ammonia": ("ammonia_umol_l", {"umol/l": 1.0}),
    "pt": ("pt_s", {"s": 1.0}),
    "aptt": ("aptt_s", {"s": 1.0}),
    "cortisol": ("cortisol_ug_dl", {"ug/dl": 1.0, "nmol/l": 1 / 27.59}),
    "blood_lead": ("blood_lead_umol_l", {"umol/l": 1.0, "ug/dl": 0.04826}),
}
"""Name of a number in the case files -> observation of the knowledge, and factor per unit it may come in."""

_NEGATIVE = {"no", "none", "normal", "negative", "absent", "bright", "alert", "bar"}
"""Words as a value that mean: looked for and not there."""


class CaseError(ValueError):
    """A case file that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True)
class Case:
    """One published case, reduced to what is scored."""

    id: str
    tier: str
    truth: str | None
    evidence: Evidence
    unmapped: tuple[str, ...]


def run(directory: str | Path, stage: str = "presenting") -> dict[str, Any]:
    """Score every ``*.yaml`` case in ``directory``; raises ``ValueError`` for an unknown stage.

    A malformed file is named under ``problems`` and the others are scored.
    """
    if stage not in STAGES:
        raise ValueError(f"stage is presenting or workup, not {stage!r}")
    knowledge = load()
    ranks: dict[str, int | None] = {}
    tiers: dict[str, list[int | None]] = {tier: [] for tier in SCORED_TIERS}
    unmapped: Counter[str] = Counter()
    problems = []
    for path in sorted(Path(directory).glob("*.yaml")):
        try:
            case = read_case(path.read_text(encoding="utf-8"), knowledge, STAGES[stage])
        except (ValueError, yaml.YAMLError) as error:
            problems.append(f"{path.name}: {' '.join(str(error).split())}")
            continue
        unmapped.update(case.unmapped)
        ranks[case.id] = _rank(knowledge, case)
        if case.truth is not None and case.tier in tiers:
            tiers[case.tier].append(ranks[case.id])
    return {
        **_shares([rank for tier in tiers.values() for rank in tier]),
        "tiers": {tier: _shares(of_tier) for tier, of_tier in tiers.items()},
        "ranks": ranks,
        "unmapped": dict(sorted(unmapped.items(), key=lambda item: (-item[1], item[0]))),
        "problems": problems,
        "stage": stage,
        "knowledge_release": knowledge.release,
    }


def _shares(ranks: list[int | None]) -> dict[str, float | int | None]:
    """Share of cases whose true diagnosis stands at k or higher; None when there is no case."""
    count = len(ranks)
    tops = {f"top{k}": round(sum(r is not None and r <= k for r in ranks) / count, 3) if count else None for k in TOPS}
    return {"cases": count, **tops}


def _rank(knowledge: Knowledge, case: Case) -> int | None:
    """Best place (from 1) of any disease the truth label can mean; None when it means none of ours."""
    if case.truth is None:
        return None
    wanted = set(find_diseases(knowledge, case.truth))
    ranked = [key for key, _ in rank_causes(knowledge, case.evidence)]
    return next((place for place, key in enumerate(ranked, start=1) if key in wanted), None)


def read_case(text: str, knowledge: Knowledge, stages: tuple[str, ...]) -> Case:
    """One case from its YAML; raises ``CaseError`` or ``yaml.YAMLError`` for a malformed one."""
    raw = yaml.safe_load(text)
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise CaseError("a case is a mapping with an id")
    entries = raw.get("findings") or []
    if not isinstance(entries, list) or not all(
        isinstance(e, dict) and isinstance(e.get("name"), str) for e in entries
    ):
        raise CaseError("findings is a list of mappings, each with a name")
    truth = raw.get("truth_label")
    if truth is not None and not isinstance(truth, str):
        raise CaseError("truth_label is text or null")
    used = [entry for entry in entries if entry.get("stage") in stages]
    recorded, measured, unmapped = _read_findings(used, knowledge)
    evidence = derive(knowledge, Inputs(recorded, measured, signalment=_signalment(raw)))
    return Case(raw["id"], str(raw.get("scoring_tier")), truth, evidence, unmapped)


def _read_findings(
    entries: Iterable[dict[str, Any]], knowledge: Knowledge
) -> tuple[list[RecordedFinding], list[Measurement], tuple[str, ...]]:
    recorded: list[RecordedFinding] = []
    measured: list[Measurement] = []
    unmapped: list[str] = []
    for place, entry in enumerate(entries):
        name, value, source = entry["name"], entry.get("value"), f"case:{place}"
        number = _measurement(name, value, entry.get("unit"), source)
        finding = None if number else _finding(name, value, source, knowledge)
        if number is not None:
            measured.append(number)
        elif finding is not None:
            recorded.append(finding)
        elif value is not None:
            unmapped.append(name if isinstance(value, bool | int | float) else f"{name} {value}")
    return recorded, measured, tuple(unmapped)


def _finding(name: str, value: Any, source: str, knowledge: Knowledge) -> RecordedFinding | None:
    """A finding by name; words as a value may name a finer one (``mentation: comatose``)."""
    if not isinstance(value, bool | int | float | str):
        return None
    words = value if isinstance(value, str) else ""
    absent = value is False or words.strip().lower() in _NEGATIVE
    names = [name] if not words else [f"{name} {words}", *(f"{name} {w}" for w in words.split()), name]
    key = next((key for candidate in names if (key := find_key(knowledge, candidate))), None)
    if key is None:
        return None
    presence = Presence.ABSENT if absent else Presence.PRESENT
    return RecordedFinding(key, presence, 0, source)


def _measurement(name: str, value: Any, unit: Any, source: str) -> Measurement | None:
    """A number the thresholds of the knowledge can read; None when it is no number or its unit is not known."""
    number = _number(value)
    if number is None:
        return None
    folded, unit = fold(name), str(unit or "").strip().lower().replace("µ", "u")
    if folded in ("temperature", "temp"):
        fahrenheit = unit.removeprefix("deg") == "f" or (not unit and number > 60)
        return Measurement("temp", round((number - 32) / 1.8, 2) if fahrenheit else number, "degC", None, source)
    observation, factors = _NUMBERS.get(folded, ("", {}))
    if unit not in factors:
        return None
    return Measurement(observation, number * factors[unit], "", None, source)


def _number(value: Any) -> float | None:
    """12, 12.5, "12" or "<2" (just below 2) or ">2" (just above)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    match = re.fullmatch(r"\s*([<>]?)\s*([0-9]+(?:\.[0-9]+)?)\s*", value) if isinstance(value, str) else None
    if match is None:
        return None
    return float(match[2]) * {"": 1.0, "<": 0.999, ">": 1.001}[match[1]]


_SEXES = (
    ("female", ("spayed", "neutered", "ovariohysterectomised"), "female_neutered"),
    ("female", (), "female"),
    ("male", ("castrated", "neutered"), "male_neutered"),
    ("male", (), "male"),
)
_YEARS = {"y": 1.0, "m": 1 / 12, "w": 1 / 52, "d": 1 / 365}


def _signalment(raw: dict[str, Any]) -> Signalment:
    sex_text = str(raw.get("sex") or "").lower()
    words = sex_text.replace("-", " ").split()
    sex = next((s for base, also, s in _SEXES if base in words and (not also or set(also) & set(words))), "")
    match = re.match(r"\s*([0-9.]+)(?:\s*-\s*[0-9.]+)?\s*([ymwd])", str(raw.get("age") or "").lower())
    age_years = float(match[1]) * _YEARS[match[2]] if match else None
    weight, working = raw.get("weight_kg"), raw.get("working_dog")
    return Signalment(
        breed=str(raw.get("breed") or ""),
        age_years=age_years,
        sex=sex,
        weight_kg=float(weight) if isinstance(weight, int | float) else None,
        working_dog=working if isinstance(working, bool) else None,
    )


def main(argv: list[str] | None = None) -> int:
    """``python -m holdfast.cli.scorecard_diagnosis DIRECTORY [--stage workup]``: prints one JSON object."""
    parser = argparse.ArgumentParser(description="Score diagnostic reasoning on published cases.")
    parser.add_argument("directory", help="folder of case files (*.yaml)")
    parser.add_argument("--stage", choices=sorted(STAGES), default="presenting")
    chosen = parser.parse_args(argv)
    print(json.dumps(run(chosen.directory, chosen.stage), indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
