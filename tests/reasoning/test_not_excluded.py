"""The ledger of treatable causes: what a negative result would leave of each."""

import pytest

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import assess
from holdfast.reasoning.page import to_page
from reasoning.small_worlds import a_test, disease, evidence, finding, knowledge


@pytest.fixture(scope="module")
def world() -> Knowledge:
    return knowledge(
        [finding("weak", 0.1), finding("metal", 0.01, stage="workup"), finding("fluid", 0.05, stage="workup")],
        [
            disease("projectile", 0.02, {"weak": 0.6, "metal": 0.9, "fluid": 0.4}),
            disease("bleeding", 0.02, {"weak": 0.7, "fluid": 0.8}),
            disease("fainting", 0.05, {"weak": 0.7}),
        ],
        (
            a_test("ct", 40, "metal", "fluid", invasiveness=2),
            a_test("radiograph", 10, "metal"),
            a_test("ultrasound", 5, "fluid"),
        ),
    )


def test_the_easiest_negative_that_lowers_a_cause_most_is_named(world: Knowledge) -> None:
    ledger = {n.key: n for n in assess(world, evidence("weak")).not_excluded}
    projectile, bleeding = ledger["projectile"], ledger["bleeding"]
    assert projectile.negative is not None
    assert (projectile.negative.test, projectile.negative.finding) == ("radiograph", "metal")
    assert bleeding.negative is not None
    assert (bleeding.negative.test, bleeding.negative.finding) == ("ultrasound", "fluid")
    assert 0 < projectile.negative.p < projectile.p
    assert ledger["fainting"].negative is None


def test_it_says_what_really_follows_from_that_negative(world: Knowledge) -> None:
    named = next(n for n in assess(world, evidence("weak")).not_excluded if n.key == "projectile").negative
    assert named is not None
    after = assess(world, evidence("weak", "metal"))
    p_after = next(c.p for c in after.candidates if c.key == "projectile")
    assert named.p == pytest.approx(p_after, rel=0.05)


def test_the_page_says_what_is_left(world: Knowledge) -> None:
    row = next(r for r in to_page(assess(world, evidence("weak")), world)["not_excluded"] if r["key"] == "projectile")
    assert row["negative"]["words"].startswith("Radiograph without metal would leave")
