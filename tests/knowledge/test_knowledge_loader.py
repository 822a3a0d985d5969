"""A release loads whole or is refused with the file and the entry that must be corrected."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge.loader import KnowledgeError, load, load_from
from holdfast.knowledge.model import Grade, Knowledge
from knowledge.small_alarms import small_alarms

Release = dict[str, Any]


def small_release() -> Release:
    """The smallest release with every kind of entry in it."""
    guess = {"grade": "estimate", "note": "ours"}
    return {
        "sources.yaml": [{"id": "paper_2020", "title": "A paper", "url": "https://x", "text_seen": "abstract"}],
        "findings/blood.yaml": [
            {
                "key": "anemia",
                "name": "Low red cell count",
                "system": "blood",
                "stage": "workup",
                "leak": {"value": 0.2, **guess},
                "synonyms": ["pcv_low"],
                "derived": [
                    {
                        "observation": "pcv_pct",
                        "op": "<",
                        "threshold": {"value": 37, "grade": "secondary", "source": "paper_2020"},
                        "unit": "%",
                        "absent_beyond": 40,
                    }
                ],
            },
            {
                "key": "cbc_normal",
                "name": "Blood count normal",
                "system": "blood",
                "stage": "workup",
                "leak": {"value": 0.1, **guess},
                "implies_absent": ["anemia"],
            },
        ],
        "diseases/bleed.yaml": {
            "key": "bleed",
            "name": "Bleeding",
            "system": "blood",
            "descriptive": False,
            "prior": {"value": 0.1, **guess},
            "treatable": True,
            "benefit": {"value": 0.8, **guess},
            "urgency": "minutes",
            "treatment_summary": "Stop it.",
            "findings": [{"finding": "anemia", "n": 30, "total": 40, "grade": "published", "source": "paper_2020"}],
            "complications": [{"disease": "shock_state", "p": 0.5, "grade": "estimate"}],
            "modifiers": [{"when": "breed:german shepherd", "odds_ratio": 2, "grade": "estimate"}],
            "exclusions": [{"test": "pcv", "says": "a normal value", "grade": "estimate"}],
        },
        "diseases/shock_state.yaml": {
            "key": "shock_state",
            "name": "Shock",
            "system": "general",
            "descriptive": True,
            "prior": {"value": 0.2, **guess},
            "treatable": False,
            "benefit": {"value": 0, **guess},
            "urgency": "minutes",
            "treatment_summary": "",
            "findings": [{"finding": "pcv low", "p": 0.3, "grade": "estimate"}],
        },
        "tests.yaml": [
            {
                "key": "pcv",
                "name": "Packed cell volume",
                "minutes": {"value": 5, **guess},
                "cost_band": 1,
                "invasiveness": 1,
                "risk_unstable": "",
                "reveals": ["anemia"],
            }
        ],
        "measures.yaml": [
            {
                "key": "pcv_pct",
                "name": "Packed cell volume",
                "unit": "%",
                "log": False,
                "mean": {"value": 45, **guess},
                "spread": {"value": 8, **guess},
                "covers": ["anemia"],
            }
        ],
        "scales.yaml": [],
        "regions.yaml": [{"key": "chest", "name": "Chest", "sides": ["left", "right"], "focal_finding": "anemia"}],
        "reasons.yaml": [{"key": "cost", "text": "Cost.", "decision": "proceed"}],
        "tuning.yaml": {
            "version": "9",
            "temperature": {"value": 2, **guess},
            "silence": {"value": 0.2, **guess},
            "unlisted_share": {"value": 0.1, **guess},
        },
        "finding_aliases.yaml": {"hct is low": "anemia"},
        "disease_aliases.yaml": {"exsanguination": ["bleed", "shock_state"]},
        "doses.yaml": [],
        "scores.yaml": [],
        "resuscitation.yaml": [],
        **small_alarms(),
    }


def write(release: Release, folder: Path) -> Path:
    for name, content in release.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return folder


def loaded(release: Release, folder: Path) -> Knowledge:
    return load_from(write(release, folder))


def test_small_release_loads_with_numbers_and_pedigrees(tmp_path: Path) -> None:
    knowledge = loaded(small_release(), tmp_path)
    (frequency,) = knowledge.diseases["bleed"].findings
    assert (frequency.p, frequency.total) == (0.75, 40)
    assert (frequency.grade, frequency.source) == (Grade.PUBLISHED, "paper_2020")
    assert knowledge.findings["anemia"].derived[0].absent_beyond == 40
    assert knowledge.disease_aliases["exsanguination"] == ("bleed", "shock_state")
    assert knowledge.disease_aliases["Bleeding"] == ("bleed",)


def test_a_synonym_in_a_disease_becomes_the_key(tmp_path: Path) -> None:
    knowledge = loaded(small_release(), tmp_path)
    assert [each.finding for each in knowledge.diseases["shock_state"].findings] == ["anemia"]


@pytest.mark.parametrize(("n", "low", "high"), [(0, 0.0, 0.02), (40, 0.98, 1.0)])
def test_none_or_all_of_n_is_never_zero_or_one(tmp_path: Path, n: int, low: float, high: float) -> None:
    release = small_release()
    release["diseases/bleed.yaml"]["findings"][0]["n"] = n
    (frequency,) = loaded(release, tmp_path).diseases["bleed"].findings
    assert low < frequency.p < high


def test_release_name_changes_with_any_byte_and_only_then(tmp_path: Path) -> None:
    first = loaded(small_release(), tmp_path / "a").release
    again = loaded(small_release(), tmp_path / "b").release
    changed = small_release()
    changed["diseases/bleed.yaml"]["treatment_summary"] = "Stop it now."
    other = loaded(changed, tmp_path / "c").release
    assert first == again
    assert first != other
    assert first.startswith("9+")
    assert len(first) == len("9+") + 12


def _set(path: str, *keys: Any) -> Callable[[Release], None]:
    *steps, last, value = keys

    def change(release: Release) -> None:
        at = release[path]
        for step in steps:
            at = at[step]
        at[last] = value

    return change


def _drop(path: str, *keys: Any) -> Callable[[Release], None]:
    def change(release: Release) -> None:
        at = release[path]
        for step in keys[:-1]:
            at = at[step]
        del at[keys[-1]]

    return change


BLOOD, BLEED = "findings/blood.yaml", "diseases/bleed.yaml"


@pytest.mark.parametrize(
    ("change", "file", "entry", "said"),
    [
        (_set(BLOOD, 0, "colour", "red"), BLOOD, "anemia", "colour"),
        (_drop(BLOOD, 0, "leak"), BLOOD, "anemia", "leak"),
        (_set(BLOOD, 0, "stage", "autopsy"), BLOOD, "anemia", "autopsy"),
        (_set(BLOOD, 0, "leak", "value", 0), BLOOD, "anemia", "leak"),
        (_set(BLOOD, 0, "leak", "value", 1.2), BLOOD, "anemia", "leak"),
        (_set(BLOOD, 0, "leak", "grade", "published"), BLOOD, "anemia", "needs a source"),
        (_set(BLOOD, 0, "leak", "source", "nobody"), BLOOD, "anemia", "nobody"),
        (_set(BLOOD, 0, "derived", 0, "absent_beyond", 30), BLOOD, "anemia", "absent_beyond"),
        (_set(BLOOD, 1, "implies_absent", ["unicorn"]), BLOOD, "cbc_normal", "unicorn"),
        (_set(BLOOD, 1, "implies_absent", ["cbc_normal"]), BLOOD, "cbc_normal", "cbc_normal"),
        (_set(BLOOD, 1, "synonyms", ["PCV-low"]), BLOOD, "cbc_normal", "already means anemia"),
        (_set(BLOOD, 1, "key", "anemia"), BLOOD, "anemia", "already in"),
        (_set(BLOOD, 1, "key", "CBC normal"), BLOOD, "CBC normal", "lower-case"),
        (_set(BLEED, "findings", 0, "finding", "unicorn"), BLEED, "bleed", "unicorn"),
        (_drop(BLEED, "findings", 0, "source"), BLEED, "bleed", "needs a source"),
        (_drop(BLEED, "findings", 0, "total"), BLEED, "bleed", "total"),
        (_set(BLEED, "findings", 0, "n", 41), BLEED, "bleed", "total"),
        (_set(BLEED, "findings", 0, "p", 0.5), BLEED, "bleed", "0.750"),
        (_set(BLEED, "findings", 0, {"finding": "anemia", "p": 1.0, "grade": "estimate"}), BLEED, "bleed", "between"),
        (_set(BLEED, "complications", 0, "disease", "plague"), BLEED, "bleed", "plague"),
        (_set(BLEED, "complications", 0, "disease", "bleed"), BLEED, "bleed", "not another"),
        (_set(BLEED, "complications", 0, "p", 1), BLEED, "bleed", "outside"),
        (
            _set("diseases/shock_state.yaml", "complications", [{"disease": "bleed", "p": 0.2, "grade": "estimate"}]),
            BLEED,
            "bleed",
            "complications go in a circle: bleed > shock_state > bleed",
        ),
        (_set(BLEED, "modifiers", 0, "when", "full moon"), BLEED, "bleed", "full moon"),
        (_set(BLEED, "modifiers", 0, "odds_ratio", 0), BLEED, "bleed", "odds ratio"),
        (_set(BLEED, "exclusions", 0, "test", "augury"), BLEED, "bleed", "augury"),
        (_set(BLEED, "benefit", "value", 1.1), BLEED, "bleed", "benefit"),
        (_set(BLEED, "key", "blood_loss"), BLEED, "blood_loss", "named after"),
        (_set("tests.yaml", 0, "reveals", ["unicorn"]), "tests.yaml", "pcv", "unicorn"),
        (_set("tests.yaml", 0, "never_with", ["unicorn"]), "tests.yaml", "pcv", "unicorn"),
        (_set("tests.yaml", 0, "cost_band", 9), "tests.yaml", "pcv", "cost_band"),
        (_set("tests.yaml", 0, "minutes", "value", 0), "tests.yaml", "pcv", "minutes"),
        (_set("regions.yaml", 0, "focal_finding", "unicorn"), "regions.yaml", "chest", "unicorn"),
        (_set("regions.yaml", 0, "sides", []), "regions.yaml", "chest", "side"),
        (_set("reasons.yaml", 0, "decision", "wait"), "reasons.yaml", "cost", "wait"),
        (_set("tuning.yaml", "temperature", "value", 0.5), "tuning.yaml", "tuning", "temperature"),
        (
            _set("tuning.yaml", "claim_slope", {"value": 1.2, "grade": "estimate"}),
            "tuning.yaml",
            "tuning",
            "claim slope",
        ),
        (_set("finding_aliases.yaml", "pale", "unicorn"), "finding_aliases.yaml", "pale", "unicorn"),
        (_set("finding_aliases.yaml", "Cbc Normal", "anemia"), "finding_aliases.yaml", "anemia", "already means"),
        (_set("disease_aliases.yaml", "anything", ["plague"]), "disease_aliases.yaml", "anything", "plague"),
    ],
)
def test_each_fault_is_refused_naming_file_and_entry(
    tmp_path: Path, change: Callable[[Release], None], file: str, entry: str, said: str
) -> None:
    release = small_release()
    change(release)
    with pytest.raises(KnowledgeError) as refusal:
        loaded(release, tmp_path)
    assert any(problem.startswith(f"{file}, {entry}:") and said in problem for problem in refusal.value.problems), (
        refusal.value.problems
    )


def test_a_finding_listed_twice_by_its_synonym_is_refused(tmp_path: Path) -> None:
    release = small_release()
    release[BLEED]["findings"].append({"finding": "pcv_low", "p": 0.4, "grade": "estimate"})
    with pytest.raises(KnowledgeError, match="listed twice"):
        loaded(release, tmp_path)


def test_a_key_written_twice_in_one_mapping_is_refused(tmp_path: Path) -> None:
    release = small_release()
    release["finding_aliases.yaml"] = "pale: anemia\npale: cbc_normal\n"
    with pytest.raises(KnowledgeError, match=r"finding_aliases\.yaml.*twice"):
        loaded(release, tmp_path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    release = small_release()
    release["reasons.yaml"][0]["decision"] = "wait"
    release[BLEED]["findings"][0]["finding"] = "unicorn"
    del release["regions.yaml"]
    with pytest.raises(KnowledgeError) as refusal:
        loaded(release, tmp_path)
    told = "\n".join(refusal.value.problems)
    assert "reasons.yaml, cost" in told
    assert "unicorn" in told
    assert "regions.yaml: the file is missing" in told


@pytest.mark.parametrize("content", ["- [unclosed", "\t- x", "a: &x [*y]"])
def test_unreadable_yaml_names_the_file(tmp_path: Path, content: str) -> None:
    release = small_release()
    release["reasons.yaml"] = content
    with pytest.raises(KnowledgeError, match=r"reasons\.yaml"):
        loaded(release, tmp_path)


def test_a_stray_file_is_refused(tmp_path: Path) -> None:
    release = small_release()
    release["findings/blood.yml"] = "[]"
    with pytest.raises(KnowledgeError, match=r"findings/blood\.yml"):
        loaded(release, tmp_path)


def test_an_empty_folder_is_refused_with_every_missing_file(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"tuning\.yaml: the file is missing"):
        load_from(tmp_path)


def test_the_error_is_one_that_the_edges_catch() -> None:
    assert issubclass(KnowledgeError, HoldfastError)


def test_packaged_release_loads_once() -> None:
    assert load() is load()


VALUE = {"measure": "pcv_pct", "mean": 25, "grade": "published", "source": "paper_2020", "total": 40}
ACCURACY = {"finding": "anemia", "sensitivity": 0.9, "specificity": 0.95, "grade": "estimate"}


def test_values_scales_and_accuracy_are_read(tmp_path: Path) -> None:
    release = small_release()
    release[BLEED]["values"] = [VALUE]
    release["tests.yaml"][0]["accuracy"] = [ACCURACY]
    release["scales.yaml"] = [{"key": "cells", "name": "Cells", "levels": ["cbc_normal", "anemia"]}]
    knowledge = loaded(release, tmp_path)
    assert knowledge.diseases["bleed"].values[0].total == 40
    assert knowledge.tests["pcv"].accuracy[0].specificity == 0.95
    assert knowledge.scales["cells"].levels == ("cbc_normal", "anemia")
    assert knowledge.measures["pcv_pct"].covers == ("anemia",)


@pytest.mark.parametrize(
    ("path", "entry", "said"),
    [
        (BLEED, {**VALUE, "measure": "sodium"}, "names no measure"),
        (BLEED, {key: VALUE[key] for key in VALUE if key != "total"}, "needs the number of dogs"),
        (BLEED, {**VALUE, "source": "nowhere"}, "not in sources.yaml"),
        (BLEED, {**VALUE, "spread": 0}, "spread above 0"),
        ("tests.yaml", {**ACCURACY, "finding": "cbc_normal"}, "does not reveal"),
        ("tests.yaml", {**ACCURACY, "sensitivity": 1.0}, "between 0 and 1"),
        ("tests.yaml", {**ACCURACY, "sensitivity": 0.02}, "no better than a coin"),
        ("scales.yaml", {"key": "cells", "name": "Cells", "levels": ["anemia"]}, "two levels"),
        ("scales.yaml", {"key": "cells", "name": "Cells", "levels": ["anemia", "nothing"]}, "not a finding"),
    ],
)
def test_a_fault_in_what_has_degrees_is_refused(tmp_path: Path, path: str, entry: dict[str, Any], said: str) -> None:
    release = small_release()
    if path == BLEED:
        release[BLEED]["values"] = [entry]
    elif path == "tests.yaml":
        release[path][0]["accuracy"] = [entry]
    else:
        release[path] = [entry]
    with pytest.raises(KnowledgeError, match=said):
        loaded(release, tmp_path)


def test_the_digest_of_the_facts_leaves_the_tuning_out(tmp_path: Path) -> None:
    first, retuned, changed = small_release(), small_release(), small_release()
    retuned["tuning.yaml"]["temperature"]["value"] = 1.9
    changed[BLEED]["prior"]["value"] = 0.11
    digests = [
        loaded(release, tmp_path / name).facts for release, name in ((first, "a"), (retuned, "b"), (changed, "c"))
    ]
    assert digests[0] == digests[1] != digests[2]
