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


def wire(metal_shown: float = 0.95) -> Knowledge:
    """A wire that the signs alone make very likely, with quicker tests that tell other causes apart."""
    signs = {"pain": 0.9, "lump": 0.8, "swallowed": 0.8}
    others = [disease(f"other{i}", 0.02, {"pain": 0.3, f"sign{i}": 0.6}) for i in range(4)]
    return knowledge(
        [
            *(finding(key, 0.02) for key in signs),
            *(finding(f"sign{i}", 0.02, stage="workup") for i in range(4)),
            finding("metal", 0.005, stage="workup"),
        ],
        [disease("wire", 0.05, {**signs, "metal": metal_shown}), *others],
        (a_test("films", 30, "metal"), *(a_test(f"look{i}", 1, f"sign{i}") for i in range(4))),
    )


def suggested(known: Knowledge, *present: str) -> list[NextTest]:
    return list(assess(known, evidence(" ".join(present))).next_tests)


def test_what_would_show_the_leading_cause_itself_is_among_the_first_three() -> None:
    tests = suggested(wire(), "pain", "lump", "swallowed")
    assert [t.key for t in tests[:3]].count("films") == 1
    assert [t.shows for t in tests if t.key == "films"] == ["wire"]
    assert sorted(t.key for t in tests) == ["films", "look0", "look1", "look2", "look3"]


def test_what_only_hints_at_it_is_not_moved_up() -> None:
    assert not any(t.shows for t in suggested(wire(metal_shown=0.4), "pain", "lump", "swallowed"))


def test_nothing_is_moved_up_for_a_cause_that_is_unlikely() -> None:
    assert not any(t.shows for t in suggested(wire(), "sign0", "sign1"))


def test_a_cause_that_was_seen_needs_no_test_that_shows_it() -> None:
    assert not any(t.shows for t in suggested(wire(), "pain", "lump", "swallowed", "metal"))
