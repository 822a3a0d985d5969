"""How boldly a probability is claimed: never bolder than inference, never in another order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.reasoning.assessment import assess
from holdfast.reasoning.claims import FROM, claimed
from holdfast.reasoning.engine import infer
from reasoning.small_worlds import disease, estimate, evidence, finding, knowledge

_probability = st.floats(0.0, 1.0)
_slope = st.floats(0.05, 1.0)


@given(_probability, _probability, _slope)
def test_no_order_changes(a: float, b: float, slope: float) -> None:
    if a <= b:
        assert claimed(a, slope) <= claimed(b, slope) + 1e-12


@given(_probability, _slope)
def test_no_claim_is_bolder_than_inference_and_none_falls_below_where_it_begins(p: float, slope: float) -> None:
    said = claimed(p, slope)
    assert said <= p + 1e-9
    assert said >= min(p, FROM) - 1e-9


@given(_probability)
def test_a_slope_of_one_changes_nothing(p: float) -> None:
    assert claimed(p, 1.0) == pytest.approx(p, abs=1e-9)


def test_three_quarters_become_two_thirds_at_the_slope_of_the_release() -> None:
    assert claimed(np.array([0.05, 0.1, 0.75]), 0.85) == pytest.approx([0.05, 0.1, 0.647], abs=0.001)


def test_the_slope_moves_claims_and_no_rank_fit_or_test() -> None:
    bold = knowledge(
        [finding(key, 0.05) for key in ("cough", "fever", "murmur")],
        [
            disease("heart", 0.05, {"cough": 0.8, "murmur": 0.8}),
            disease("lung", 0.04, {"cough": 0.8, "fever": 0.7}),
        ],
    )
    careful = replace(bold, tuning=replace(bold.tuning, claim_slope=estimate(0.5)))
    seen = evidence("cough murmur")
    before, after = assess(bold, seen, "lung"), assess(careful, seen, "lung")
    assert after.candidates[0].p < before.candidates[0].p
    assert [c.key for c in after.candidates] == [c.key for c in before.candidates]
    assert before.fit is not None
    assert after.fit is not None
    assert (after.fit.p, after.fit.score) == (before.fit.p, before.fit.score)
    assert after.sets[0][1] <= after.candidates[0].p
    assert infer(careful, seen).weights == pytest.approx(infer(bold, seen).weights)
