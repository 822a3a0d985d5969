"""The scorecard: what counts, what is never used, and what a broken file does to the rest."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdfast.cli import scorecard_diagnosis
from holdfast.knowledge.model import Knowledge
from holdfast.record.events import Presence
from reasoning.small_worlds import derivation, disease, finding, knowledge


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Knowledge:
    findings = [
        finding("vomiting"),
        finding("weak"),
        finding("comatose"),
        finding("metal_in_chest", 0.001, stage="workup"),
        finding("fever", derived=(derivation("temp", ">", 39.5, "degC", 39.0),)),
        finding("anemia", stage="workup", derived=(derivation("pcv_pct", "<", 35, "%", 37),)),
    ]
    small = knowledge(
        findings,
        [
            disease("addison", 0.02, {"vomiting": 0.8, "weak": 0.8}),
            disease("projectile", 0.001, {"weak": 0.3, "metal_in_chest": 0.95}),
            disease("bleeding", 0.02, {"weak": 0.6, "anemia": 0.9}),
            disease("infection", 0.02, {"fever": 0.9}),
        ],
    )
    small.disease_aliases["hypoadrenocorticism"] = ("addison",)
    small.disease_aliases["this_and_that"] = ("addison", "infection")
    small.aliases["mentation_comatose"] = "comatose"
    monkeypatch.setattr(scorecard_diagnosis, "load", lambda: small)
    return small


def case(name: str, findings: list[dict[str, Any]], truth: str | None, tier: str = "A") -> dict[str, Any]:
    return {"id": name, "scoring_tier": tier, "truth_label": truth, "findings": findings}


def said(name: str, value: object = True, stage: str = "presenting", unit: str | None = None) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "stage": stage}


def write(folder: Path, *cases: dict[str, Any]) -> Path:
    for one in cases:
        (folder / f"{one['id']}.yaml").write_text(yaml.safe_dump(one), encoding="utf-8")
    return folder


def test_shares_count_tiers_a_and_b_only(world: Knowledge, tmp_path: Path) -> None:
    signs = [said("vomiting"), said("weak")]
    write(
        tmp_path,
        case("hit", signs, "hypoadrenocorticism"),
        case("miss", signs, "projectile", "B"),
        case("not_scored", signs, "projectile", "X"),
        case("no_truth", signs, None),
        case("unknown_to_us", signs, "gremlins"),
    )
    card = scorecard_diagnosis.run(tmp_path)
    assert card["cases"] == 3
    assert card["top1"] == pytest.approx(1 / 3, abs=0.001)
    assert card["tiers"]["A"] == {"cases": 2, "top1": 0.5, "top3": 0.5, "top5": 0.5, "top10": 0.5}
    assert card["tiers"]["B"]["top1"] == 0.0
    assert card["tiers"]["B"]["top5"] == 1.0
    assert card["ranks"]["hit"] == 1
    assert card["ranks"]["not_scored"] == 4
    assert card["ranks"]["no_truth"] is None
    assert card["ranks"]["unknown_to_us"] is None


def test_what_decided_the_case_is_never_used(world: Knowledge, tmp_path: Path) -> None:
    findings = [said("vomiting"), said("weak"), said("metal_in_chest", stage="deciding")]
    write(tmp_path, case("c", findings, "projectile"))
    blind = scorecard_diagnosis.run(tmp_path, "workup")["ranks"]["c"]
    assert blind == scorecard_diagnosis.run(tmp_path)["ranks"]["c"] == 4


def test_workup_findings_are_used_only_at_that_stage(world: Knowledge, tmp_path: Path) -> None:
    write(tmp_path, case("c", [said("weak"), said("pcv", 18, "workup", "%")], "bleeding"))
    assert scorecard_diagnosis.run(tmp_path, "presenting")["ranks"]["c"] == 2
    assert scorecard_diagnosis.run(tmp_path, "workup")["ranks"]["c"] == 1


def test_any_disease_of_a_combined_label_counts(world: Knowledge, tmp_path: Path) -> None:
    write(tmp_path, case("c", [said("temperature", 105, unit="F")], "this_and_that"))
    assert scorecard_diagnosis.run(tmp_path)["ranks"]["c"] == 1


def test_a_broken_file_is_named_and_the_rest_goes_on(world: Knowledge, tmp_path: Path) -> None:
    write(tmp_path, case("good", [said("weak")], "bleeding"))
    (tmp_path / "list.yaml").write_text("- 1\n", encoding="utf-8")
    (tmp_path / "torn.yaml").write_text("id: [", encoding="utf-8")
    (tmp_path / "bytes.yaml").write_bytes(b"id: \xff\xfe")
    write(tmp_path, {"id": "names", "findings": [{"value": True}]})
    card = scorecard_diagnosis.run(tmp_path)
    assert card["cases"] == 1
    assert [problem.split(":")[0] for problem in card["problems"]] == [
        "bytes.yaml",
        "list.yaml",
        "names.yaml",
        "torn.yaml",
    ]


def test_an_empty_folder_claims_no_share(world: Knowledge, tmp_path: Path) -> None:
    assert scorecard_diagnosis.run(tmp_path)["top1"] is None


def test_names_that_mean_nothing_to_us_are_counted(world: Knowledge, tmp_path: Path) -> None:
    write(tmp_path, case("a", [said("purring")], "bleeding"), case("b", [said("purring"), said("weak")], "bleeding"))
    assert scorecard_diagnosis.run(tmp_path)["unmapped"] == {"purring": 2}


def test_an_unknown_stage_is_refused(world: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="deciding"):
        scorecard_diagnosis.run(tmp_path, "deciding")


@pytest.mark.parametrize(
    ("entry", "key", "presence"),
    [
        (said("vomiting", False), "vomiting", Presence.ABSENT),
        (said("vomiting", "mild"), "vomiting", Presence.PRESENT),
        (said("vomiting", "none"), "vomiting", Presence.ABSENT),
        (said("mentation", "comatose"), "comatose", Presence.PRESENT),
        (said("temperature", 40.2, unit="C"), "fever", Presence.PRESENT),
        (said("temperature", 98.6, unit="F"), "fever", Presence.ABSENT),
        (said("pcv", "<20", unit="%"), "anemia", Presence.PRESENT),
    ],
)
def test_values_as_the_case_files_write_them(
    world: Knowledge, entry: dict[str, Any], key: str, presence: Presence
) -> None:
    read = scorecard_diagnosis.read_case(yaml.safe_dump(case("c", [entry], "x")), world, ("presenting",))
    assert read.evidence.findings[key].presence is presence


@pytest.mark.parametrize(
    ("age", "years"), [("8 y", 8.0), ("9 months", 0.75), ("19 weeks", 19 / 52), ("3-3.5 y", 3.0), ("young", None)]
)
def test_ages(world: Knowledge, age: str, years: float | None) -> None:
    text = yaml.safe_dump({**case("c", [], "x"), "age": age, "sex": "female spayed", "breed": "Boxer"})
    dog = scorecard_diagnosis.read_case(text, world, ("presenting",)).evidence.signalment
    assert dog.age_years == (pytest.approx(years) if years is not None else None)
    assert (dog.sex, dog.breed) == ("female_neutered", "Boxer")


def test_published_cases_all_read() -> None:
    data = os.environ.get("HOLDFAST_DATA")
    if not data:
        pytest.skip("HOLDFAST_DATA does not name the folder with published cases")
    card = scorecard_diagnosis.run(Path(data) / "published" / "cases")
    assert card["problems"] == []
    assert card["cases"] > 30
