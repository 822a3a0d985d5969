"""What a vet types finds the finding, whatever the spelling."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.knowledge.loader import load
from holdfast.knowledge.vocabulary import find_diseases, find_key, fold

KEYS = sorted(load().findings)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Diarrhoea", "diarrhea"),
        ("haemoabdomen", "hemoperitoneum"),
        ("Anaemia", "anemia"),
        ("dyspnoea", "dyspnea"),
        ("MM pale", "gums_pale"),
        ("pale gums", "gums_pale"),
        ("  weak   pulse ", "pulse_weak"),
        ("Seizures", "seizure"),
        ("free fluid", "free_abdominal_fluid"),
        ("creatinine high", "azotemia"),
        ("mentation comatose", "mentation_stupor_coma"),
        ("mentation bright", "mentation_normal"),
        ("hyperaesthesia", "hyperesthesia"),
        ("Leucocytosis", "leukocytosis"),
        ("pulmonary oedema", "pulmonary_edema"),
    ],
)
def test_common_spellings(typed: str, key: str) -> None:
    assert find_key(load(), typed) == key


@pytest.mark.parametrize("typed", ["", "mentation", "unicorn", "hr", "collapse of the argument"])
def test_words_that_name_no_finding(typed: str) -> None:
    assert find_key(load(), typed) is None


@given(st.sampled_from(KEYS), st.sampled_from(["_", " ", "-", "  "]), st.booleans())
def test_every_key_is_found_in_any_case_and_spacing(key: str, gap: str, shouted: bool) -> None:
    spaced = key.replace("_", gap)
    assert find_key(load(), spaced.upper() if shouted else spaced.title()) == key


def test_every_name_and_synonym_leads_to_its_own_finding() -> None:
    for finding in load().findings.values():
        for text in (finding.name, *finding.synonyms):
            assert find_key(load(), text) == finding.key


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    found = find_key(load(), text)
    assert found is None or found in load().findings


def test_fold_keeps_short_words_and_singulars() -> None:
    assert fold("plus gas") == "plus_gas"
    assert fold("stress, uterus; sepsis") == "stress_uterus_sepsis"
    assert fold("tremors") == fold("tremor")


def test_disease_names_lead_to_their_keys() -> None:
    knowledge = load()
    for disease in knowledge.diseases.values():
        assert disease.key in find_diseases(knowledge, disease.name.upper())
    assert find_diseases(knowledge, "no such thing") == ()


def test_a_name_with_several_meanings_gives_all_of_them() -> None:
    knowledge = replace(load(), disease_aliases={"organ_failure": ("aki", "acute_liver_failure")})
    assert find_diseases(knowledge, "Organ failure") == ("aki", "acute_liver_failure")
