"""Scales, measured values and imperfect tests: what has degrees is not cut into yes and no."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.knowledge.graded import Accuracy, Measure, Scale, Typical
from holdfast.knowledge.model import Grade, Knowledge
from holdfast.reasoning.engine import infer
from holdfast.reasoning.evidence import Evidence, Observed, Value
from holdfast.reasoning.likelihood import finding_probability
from holdfast.reasoning.next_test import next_tests
from holdfast.record.events import Presence
from reasoning.small_worlds import a_test, derivation, disease, estimate, evidence, finding, knowledge

CREATININE = Measure("creatinine", "Creatinine", "mg/dL", True, estimate(1.0), estimate(1.6), ("azotemia",))


def kidneys(azotemia: float = 0.9, typical: tuple[Typical, ...] = ()) -> Knowledge:
    """Two diseases; one raises creatinine. The background rate of azotaemia is what the background value says."""
    leak = 0.1056  # P(z > ln(1.8) / ln(1.6))
    rule = derivation("creatinine", ">", 1.8, "mg/dL", 1.6)
    return knowledge(
        [finding("azotemia", leak, stage="workup", derived=(rule,)), finding("vomiting", 0.1)],
        [
            disease("kidney", 0.02, {"azotemia": azotemia, "vomiting": 0.5}, values=typical),
            disease("gut", 0.02, {"vomiting": 0.5}),
        ],
        measures=(CREATININE,),
    )


def measured(value: float, present: str = "vomiting") -> Evidence:
    return replace(evidence(present), values={"creatinine": Value(value)})


@given(st.floats(0.3, 3.0), st.floats(1.05, 4.0))
@settings(max_examples=30, deadline=None)
def test_a_higher_value_never_speaks_less_for_what_raises_it(value: float, factor: float) -> None:
    world = kidneys()
    assert infer(world, measured(value * factor)).p("kidney") >= infer(world, measured(value)).p("kidney") - 1e-9


def test_a_value_just_beyond_the_threshold_says_less_than_one_far_beyond() -> None:
    world = kidneys()
    just, far = infer(world, measured(1.9)).p("kidney"), infer(world, measured(5.0)).p("kidney")
    high = infer(world, evidence("vomiting azotemia")).p("kidney")
    assert just < high < far


@given(st.floats(0.01, 100.0))
@settings(max_examples=30, deadline=None)
def test_a_value_that_no_disease_moves_says_nothing(value: float) -> None:
    world = kidneys(azotemia=0.05)
    said = infer(world, measured(value))
    assert said.marginals == pytest.approx(infer(world, evidence("vomiting")).marginals, abs=1e-12)


def test_the_value_replaces_the_finding_it_covers() -> None:
    world = kidneys()
    both = infer(world, measured(5.0, "vomiting azotemia"))
    assert both.marginals == pytest.approx(infer(world, measured(5.0)).marginals)
    assert world.findings["azotemia"].key in {both.world.findings[f] for f in both.question.facts.observed}


def test_taking_the_finding_out_takes_its_value_out() -> None:
    posterior = infer(kidneys(), measured(5.0, "vomiting azotemia"))
    without = posterior.question.facts.without(posterior.world.finding_index["azotemia"])
    assert not without.measured.size


def test_a_printed_value_goes_before_the_one_read_off_the_frequency() -> None:
    high = (Typical("creatinine", 8.0, 1.5, Grade.PUBLISHED, 100, "study"),)
    assert infer(kidneys(typical=high), measured(2.2)).p("kidney") < infer(kidneys(), measured(2.2)).p("kidney")
    assert infer(kidneys(typical=high), measured(8.0)).p("kidney") > 0.5


def test_a_wild_value_cannot_rule_a_disease_in_or_out_by_itself() -> None:
    far, farther = infer(kidneys(), measured(30.0)).p("kidney"), infer(kidneys(), measured(3000.0)).p("kidney")
    assert far == pytest.approx(farther)


MENTATION = Scale("mentation", "Mentation", ("dull", "coma"))


def minds(silence: float = 0.0) -> Knowledge:
    return knowledge(
        [finding("dull", 0.15), finding("coma", 0.02)],
        [disease("mild", 0.03, {"dull": 0.6}), disease("deep", 0.03, {"coma": 0.5})],
        silence=silence,
        scales=(MENTATION,),
    )


def test_steps_of_a_scale_share_out_one_whole() -> None:
    world = minds()
    none, dull, coma = evidence("", "dull coma"), evidence("dull", "coma"), evidence("dull coma")
    weight = [infer(world, seen) for seen in (none, dull, coma)]
    for row in weight[0].members:
        likes = [
            float(np.exp(p.log_like[(p.members == row).all(axis=1)][0]))
            for p in weight
            if (p.members == row).all(axis=1).any()
        ]
        if len(likes) == len(weight):
            assert sum(likes) == pytest.approx(1.0, abs=1e-9)


def test_the_worst_step_says_the_same_whether_or_not_the_milder_is_written_too() -> None:
    world = minds()
    assert infer(world, evidence("coma")).marginals == pytest.approx(infer(world, evidence("dull coma")).marginals)


def test_a_disease_known_for_the_worst_step_shows_the_milder_one_at_least_as_often() -> None:
    posterior = infer(minds(), evidence("dull"))
    deep, dull = posterior.world.index["deep"], posterior.world.finding_index["dull"]
    shown = finding_probability(posterior.question.tables, np.array([[deep]]), np.array([dull]))
    assert shown[0, 0] == pytest.approx(0.5)


def test_dull_and_nothing_worse_speaks_against_what_makes_comatose() -> None:
    world = minds()
    assert infer(world, evidence("dull", "coma")).p("deep") < infer(world, evidence("dull")).p("deep")
    quiet = minds(silence=0.3)
    silent, denied, unsaid = (
        infer(quiet, evidence("dull")).p("deep"),
        infer(quiet, evidence("dull", "coma")).p("deep"),
        infer(world, evidence("dull")).p("deep"),
    )
    assert denied < silent < unsaid


def fluid(*accuracy: Accuracy) -> Knowledge:
    scan = replace(a_test("scan", 5, "fluid"), accuracy=accuracy)
    return knowledge(
        [finding("fluid", 0.02, stage="workup"), finding("pain", 0.1)],
        [disease("bleed", 0.03, {"fluid": 0.95, "pain": 0.5}), disease("other", 0.03, {"pain": 0.5})],
        tests=(scan,),
    )


POOR = Accuracy("fluid", 0.7, 0.8, Grade.ESTIMATE)


@pytest.mark.parametrize("seen", [evidence("fluid pain"), evidence("pain", "fluid")])
def test_an_imperfect_test_says_less_either_way(seen: Evidence) -> None:
    before = infer(fluid(), evidence("pain")).p("bleed")
    perfect, poor = infer(fluid(), seen).p("bleed"), infer(fluid(POOR), seen).p("bleed")
    assert abs(poor - before) < abs(perfect - before)
    assert (poor - before) * (perfect - before) > 0


def test_the_test_that_was_named_decides_how_far_its_result_is_believed() -> None:
    world = fluid(POOR)
    by_hand = {**evidence("pain").findings, "fluid": Observed(Presence.PRESENT, test="needle")}
    assert infer(world, Evidence(by_hand)).p("bleed") > infer(world, evidence("pain fluid")).p("bleed")


def test_an_imperfect_test_is_worth_less_and_says_that_it_may_be_wrong() -> None:
    perfect = next_tests(infer(fluid(), evidence("pain")), fluid())[0]
    poor = next_tests(infer(fluid(POOR), evidence("pain")), fluid(POOR))[0]
    assert poor.information_bits < perfect.information_bits
    assert poor.may_be_wrong == (POOR,)
    assert perfect.may_be_wrong == ()
