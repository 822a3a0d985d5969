"""What the packaged release promises a vet: every number says why, and nothing needs a test that is not there."""

import pytest

from holdfast.knowledge.checker import check
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Disease, Grade

SYSTEMS = frozenset({"gastrointestinal", "foreign_body", "neurological", "respiratory", "cardiovascular", "trauma"})
DISEASES = [disease for disease in load().diseases.values() if disease.system in SYSTEMS]


@pytest.mark.parametrize("disease", DISEASES, ids=lambda disease: disease.key)
def test_how_common_and_how_treatable_says_why(disease: Disease) -> None:
    for estimate in (disease.prior, disease.benefit):
        assert estimate is None or estimate.note, f"{disease.key}: {estimate} without a note"


@pytest.mark.parametrize("disease", [one for one in DISEASES if one.treatable], ids=lambda disease: disease.key)
def test_a_treatable_cause_says_what_argues_against_it(disease: Disease) -> None:
    assert disease.exclusions


def test_sixty_tests_cover_every_finding_that_needs_one() -> None:
    knowledge = load()
    assert len(knowledge.tests) >= 60
    assert not [line for line in check(knowledge).warnings if "no test reveals it" in line]


def test_every_source_is_used() -> None:
    assert not [line for line in check(load()).warnings if "cited nowhere" in line]


def test_each_published_share_has_a_number_of_dogs_behind_it() -> None:
    for disease in load().diseases.values():
        for frequency in disease.findings:
            assert frequency.grade is not Grade.PUBLISHED or frequency.total, f"{disease.key}: {frequency.finding}"
