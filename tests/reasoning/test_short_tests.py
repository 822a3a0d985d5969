"""Which short tests are named before an irreversible act."""

from dataclasses import replace

import pytest

from holdfast.kernel.errors import NotFoundError
from holdfast.knowledge.model import Estimate, Grade, Knowledge
from holdfast.reasoning.assessment import Assessment, assess
from holdfast.reasoning.engine import infer
from holdfast.reasoning.page import to_page
from holdfast.reasoning.short_tests import BeforeGoingOn, before_going_on
from reasoning.small_worlds import a_test, disease, evidence, finding, knowledge


def world(scan_minutes: float = 5, needle_invasiveness: int = 0) -> Knowledge:
    """A hopeless cause, and two treatable ones that look like it.

    ``scan`` tells the two treatable ones apart; ``needle`` tells both from the hopeless one.
    """
    return knowledge(
        [
            finding("collapse", 0.05),
            finding("spot", 0.02, stage="workup"),
            finding("fluid", 0.02, stage="workup"),
        ],
        [
            replace(disease("end", 0.05, {"collapse": 0.8, "fluid": 0.02}), treatable=False),
            disease("one", 0.02, {"collapse": 0.8, "spot": 0.9, "fluid": 0.9}),
            disease("other", 0.02, {"collapse": 0.8, "spot": 0.02, "fluid": 0.9}),
        ],
        (a_test("scan", scan_minutes, "spot"), a_test("needle", 5, "fluid", invasiveness=needle_invasiveness)),
    )


def assessed(known: Knowledge, working: str | None = "end", present: str = "collapse", absent: str = "") -> Assessment:
    return assess(known, evidence(present, absent), working)


def before(known: Knowledge, present: str = "collapse", absent: str = "") -> BeforeGoingOn:
    found = assessed(known, "end", present, absent).before_going_on
    assert found is not None
    return found


def test_what_tells_treatable_from_hopeless_comes_before_what_tells_treatable_ones_apart() -> None:
    assert before(world()).tests[0].key == "needle"


def test_the_finding_moves_the_probability_that_something_treatable_is_at_work() -> None:
    found = before(world())
    first = found.tests[0]
    assert first.telling == "fluid"
    assert first.p_without < found.p < first.p_with


def test_what_a_result_was_said_to_do_is_what_it_does() -> None:
    first = before(world()).tests[0]
    # Said over the heaviest sets of both kinds; the whole world is small enough to be nearly all of them.
    assert before(world(), present="collapse fluid").p == pytest.approx(first.p_with, abs=0.03)
    assert before(world(), absent="fluid").p == pytest.approx(first.p_without, abs=0.03)


def test_a_long_or_invasive_test_is_not_asked_for() -> None:
    assert {test.key for test in before(world(needle_invasiveness=2)).tests} <= {"scan"}
    assert {test.key for test in before(world(scan_minutes=30)).tests} == {"needle"}


def test_a_test_that_must_not_be_done_with_this_dog_is_not_asked_for_and_the_page_says_why() -> None:
    known = world()
    barred = replace(known, tests=known.tests | {"needle": replace(known.tests["needle"], never_with=("collapse",))})
    found = assessed(barred)
    assert found.before_going_on is not None
    assert {test.key for test in (*found.before_going_on.tests, *found.next_tests)} == {"scan"}
    assert "Not asked for: needle (collapse)." in to_page(found, barred)["caveats"]
    assert not any("Not asked for" in caveat for caveat in to_page(assessed(known), known)["caveats"])


def test_what_is_on_record_is_not_asked_again() -> None:
    assert "needle" not in {test.key for test in before(world(), present="collapse fluid").tests}


def test_a_cause_that_treatment_hardly_changes_is_no_reason_to_wait() -> None:
    known = world()
    hardly = {
        key: replace(d, benefit=Estimate(0.1, Grade.ESTIMATE)) if key in ("one", "other") else d
        for key, d in known.diseases.items()
    }
    assert before(replace(known, diseases=hardly)).p < 0.2 < before(known).p


def test_without_a_working_diagnosis_there_is_nothing_to_go_on_with() -> None:
    found = assessed(world(), working=None)
    assert found.before_going_on is None
    assert to_page(found, world())["before_going_on"] is None


def test_an_unknown_working_diagnosis_is_refused() -> None:
    with pytest.raises(NotFoundError):
        before_going_on(infer(world(), evidence("collapse")), world(), "nothing")


def test_the_page_names_at_most_two_with_both_results() -> None:
    page = to_page(assessed(world()), world())["before_going_on"]
    assert 1 <= len(page["tests"]) <= 2
    assert page["tests"][0]["words"].startswith("With fluid that would be ")
    assert page["tests"][0]["minutes_grade"] == "estimate"
