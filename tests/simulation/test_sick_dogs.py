"""Dogs drawn from the knowledge: what they have follows its numbers, and the same seed draws the same dogs."""

import numpy as np
import pytest

from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import Prepared, prepare
from holdfast.simulation import sick_dogs
from reasoning.small_worlds import a_test, disease, finding, knowledge


@pytest.fixture(scope="module")
def ready() -> Prepared:
    small: Knowledge = knowledge(
        [finding("weak", 0.1), finding("pale", 0.02), finding("metal", 0.001, stage="workup")],
        [
            disease("wound", 0.02, {"metal": 0.9, "weak": 0.6}, {"bleeding": 0.5}),
            disease("bleeding", 0.02, {"pale": 0.8}),
            disease("shock", 0.02, {"weak": 0.9}, descriptive=True),
        ],
        (a_test("radiograph", 5, "metal"),),
    )
    return prepare(small)


def test_shares_follow_the_knowledge(ready: Prepared) -> None:
    rng, world = np.random.default_rng(0), ready.world
    numbers = sick_dogs.exact_numbers(world)
    dogs = [sick_dogs.draw_dog(world, ready.knowledge, numbers, rng, (0,)) for _ in range(1500)]
    metal = np.mean([dog.shows[world.finding_index["metal"]] for dog in dogs])
    bleeding = np.mean(["bleeding" in dog.true for dog in dogs])
    assert metal == pytest.approx(0.9, abs=0.03)
    assert bleeding == pytest.approx(0.5, abs=0.05)


def test_a_test_tells_the_truth_about_the_dog(ready: Prepared) -> None:
    rng, world = np.random.default_rng(1), ready.world
    dog = sick_dogs.draw_dog(world, ready.knowledge, sick_dogs.drawn_numbers(world, ready.draws, 3), rng, (0,))
    radiograph = ready.knowledge.tests["radiograph"]
    seen = sick_dogs.with_result(world, ready.knowledge, dog.evidence, radiograph, dog.shows)
    assert seen.findings["metal"].present == bool(dog.shows[world.finding_index["metal"]])


def test_only_listed_causes_are_drawn_as_causes_and_the_seed_decides(ready: Prepared) -> None:
    world = ready.world
    numbers, among = sick_dogs.exact_numbers(world), sick_dogs.listed_causes(world)
    drawn = [[sick_dogs.draw_cause(world, numbers, np.random.default_rng(s), among) for s in range(20)] for _ in "ab"]
    assert drawn[0] == drawn[1]
    assert {world.keys[d] for d in drawn[0]} <= {"wound", "bleeding"}
