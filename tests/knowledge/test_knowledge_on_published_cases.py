"""Nearly everything that published cases and series report can be charted with the packaged vocabulary."""

import csv
import os
import re
from pathlib import Path

import pytest
import yaml

from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Grade
from holdfast.knowledge.observations import read_observation
from holdfast.knowledge.vocabulary import find_diseases, find_key

NUMBER = re.compile(r"([\d.]+) ?(\S*)")
CASE_SHARE_MIN = 0.95
VOCABULARY_SHARE_MIN = 0.80
"""The rest are outcomes, breeds and study labels, which are not findings."""


@pytest.fixture(scope="module")
def published() -> Path:
    root = os.environ.get("HOLDFAST_DATA")
    if not root or not (Path(root) / "published").is_dir():
        pytest.skip("HOLDFAST_DATA does not name a folder with published cases")
    return Path(root) / "published"


def charted(name: str, value: object, unit: str) -> bool:
    """Whether a case's finding leads to a key, by its value in words or as a measured value."""
    if find_key(load(), f"{name} {value}") or find_key(load(), name):
        return True
    written = NUMBER.fullmatch(str(value))
    if written is None or isinstance(value, bool):
        return False
    return read_observation(name, float(written[1]), unit or written[2]) is not None


def test_findings_of_published_cases_can_be_charted(published: Path) -> None:
    missing, total = [], 0
    for path in sorted((published / "cases").glob("*.yaml")):
        for finding in yaml.safe_load(path.read_text())["findings"]:
            total += 1
            if not charted(finding["name"], finding["value"], finding["unit"] or ""):
                missing.append((path.stem, finding["name"], finding["value"]))
    assert total > 300
    assert 1 - len(missing) / total >= CASE_SHARE_MIN, missing


def test_the_shared_vocabulary_is_nearly_covered(published: Path) -> None:
    with (published / "findings_vocab.csv").open() as file:
        names = [row["canonical"] for row in csv.DictReader(file)]
    found = [name for name in names if find_key(load(), name)]
    assert len(found) / len(names) >= VOCABULARY_SHARE_MIN


def test_raw_and_canonical_names_mean_the_same(published: Path) -> None:
    with (published / "findings_aliases.csv").open() as file:
        for row in csv.DictReader(file):
            assert find_key(load(), row["raw"]) == find_key(load(), row["canonical"]) is not None, row


def test_every_scored_truth_is_a_disease_that_can_be_named(published: Path) -> None:
    for path in sorted((published / "cases").glob("*.yaml")):
        case = yaml.safe_load(path.read_text())
        if case["scoring_tier"] == "A":
            assert find_diseases(load(), case["truth_label"]), (path.stem, case["truth_label"])


def test_backgrounds_stay_below_what_series_of_twenty_dogs_or_more_counted() -> None:
    """A background above a published frequency would call the disease an argument against its own sign."""
    knowledge = load()
    above = [
        (disease.key, frequency.finding, frequency.p)
        for disease in knowledge.diseases.values()
        for frequency in disease.findings
        if frequency.grade is Grade.PUBLISHED
        and frequency.n != 0
        and (frequency.total or 0) >= 20
        and frequency.p < knowledge.findings[frequency.finding].leak.value
    ]
    assert above == []
