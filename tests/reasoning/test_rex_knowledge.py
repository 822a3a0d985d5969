"""The story on the knowledge that is shipped: a working dog in "organ failure" who hurts in one place of the chest."""

import pytest

from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import Assessment, assess
from holdfast.reasoning.evidence import Evidence, Observed, Signalment
from holdfast.reasoning.fit import Verdict
from holdfast.record.events import Presence

LOCAL = ("focal_pain_thoracic_wall", "pressor_response_to_palpation")
GENERAL = (
    "lethargy",
    "collapse",
    "gums_pale",
    "crt_prolonged",
    "pulse_weak",
    "hypotension",
    "tachycardia",
    "tachypnea",
    "no_response_to_oxygen",
    "multi_organ",
)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def seen(*keys: str) -> Evidence:
    findings = {key: Observed(Presence.PRESENT, 1_000) for key in keys}
    return Evidence(findings, Signalment("German shepherd", 5.0, "male", 34.0, working_dog=True))


@pytest.fixture(scope="module")
def rex(knowledge: Knowledge) -> Assessment:
    return assess(knowledge, seen(*GENERAL, *LOCAL), "multiple_organ_dysfunction")


def test_every_finding_of_the_story_is_in_the_vocabulary(knowledge: Knowledge) -> None:
    assert {*GENERAL, *LOCAL} <= set(knowledge.findings)


def test_organ_failure_leaves_the_two_local_signs_unexplained(rex: Assessment) -> None:
    assert rex.fit is not None
    assert {f.key for f in rex.fit.unexplained} == set(LOCAL)
    assert rex.fit.verdict is Verdict.DOES_NOT_FIT


def test_the_chest_radiograph_comes_first(rex: Assessment) -> None:
    assert rex.next_tests[0].key == "thoracic_radiographs"


def test_something_in_the_chest_is_not_excluded(rex: Assessment) -> None:
    assert {"metallic_projectile_thorax", "metallic_foreign_body_thorax", "foreign_body_thorax"} & {
        n.key for n in rex.not_excluded
    }


def test_without_the_local_signs_organ_failure_is_not_called_a_misfit(knowledge: Knowledge) -> None:
    plain = assess(knowledge, seen(*GENERAL), "multiple_organ_dysfunction").fit
    assert plain is not None
    assert not {f.key for f in plain.unexplained} & set(LOCAL)
    assert plain.verdict is Verdict.FITS
