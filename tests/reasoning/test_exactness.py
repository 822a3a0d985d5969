"""The search against exact inference on worlds too large to enumerate, and what must hold of any answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.reasoning.engine import answer, ask, infer
from holdfast.reasoning.world import compile_world
from reasoning.coverage_oracle import marginals
from reasoning.small_worlds import disease, evidence, finding, knowledge, random_evidence, random_world

NETWORKS = 30
"""The benchmark does the same on 500 networks of 80 diseases."""


def test_agrees_with_the_exact_table_on_random_networks() -> None:
    errors = []
    for seed in range(NETWORKS):
        world = random_world(seed, diseases=20, findings=14, complications=False)
        question = ask(compile_world(world), world, random_evidence(world, seed + 1))
        errors.append(float(np.abs(answer(question).marginals - marginals(question)).max()))
    assert np.median(errors) <= 0.002
    assert max(errors) <= 0.02


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_every_probability_lies_between_0_and_1(seed: int) -> None:
    world = random_world(seed)
    posterior = infer(world, random_evidence(world, seed))
    assert (posterior.marginals >= 0).all()
    assert (posterior.marginals <= 1).all()
    assert posterior.weights.sum() == pytest.approx(1.0)


@given(st.integers(0, 10_000), st.floats(0.01, 0.5), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_finding_that_a_disease_shows_no_oftener_than_the_background_changes_nothing(
    seed: int, leak: float, present: bool
) -> None:
    world = random_world(seed, diseases=4, findings=5)
    first = world.diseases["d0"]
    extra = disease("d0", first.prior.value, {**{f.finding: f.p for f in first.findings}, "beside": leak})
    wider = knowledge(
        [*world.findings.values(), finding("beside", leak)],
        [extra.__class__(**{**first.__dict__, "findings": extra.findings}), *list(world.diseases.values())[1:]],
    )
    seen = random_evidence(world, seed)
    said = evidence("beside" if present else "", "" if present else "beside")
    both = seen.__class__({**seen.findings, **said.findings})
    assert infer(wider, both).marginals == pytest.approx(infer(wider, seen).marginals, abs=1e-9)
