"""What a suggested test is said to change."""

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import assess
from holdfast.reasoning.next_test import NextTest
from reasoning.small_worlds import a_test, disease, evidence, finding, knowledge


def rivals(shown_by_the_other: float) -> Knowledge:
    """Two treatable causes of the same pain, equally common; a scan shows the spot in half of those with one."""
    return knowledge(
        [finding("pain", 0.05), finding("spot", 0.02, stage="workup")],
        [
            disease("one", 0.05, {"pain": 0.8, "spot": 0.5}),
            disease("other", 0.05, {"pain": 0.8, "spot": shown_by_the_other}),
        ],
        (a_test("scan", 5, "spot"),),
    )


def scan(shown_by_the_other: float) -> NextTest:
    (judged,) = assess(rivals(shown_by_the_other), evidence("pain")).next_tests
    return judged


def test_a_result_that_leaves_two_causes_level_is_no_change_of_decision() -> None:
    assert scan(0.48).same_decision > 0.99


def test_a_result_that_tells_two_causes_apart_is_one() -> None:
    assert scan(0.02).same_decision < 0.9


def test_the_cause_that_the_decision_is_about_is_named() -> None:
    assert scan(0.02).worth in ("one", "other")
