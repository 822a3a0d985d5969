"""Resources as the specification and others write them: each is taken for what it says, or refused in words."""

import json
import os
from pathlib import Path

import pytest

from holdfast.gateways.fhir.creation import Asked, Observed
from holdfast.gateways.fhir.foreign import read_resource
from holdfast.knowledge.loader import load
from holdfast.usecases.cases import Admission
from holdfast.usecases.exchange import ExchangeError
from making import NOON_US

FOLDER = Path(os.environ.get("HOLDFAST_DATA", "/nowhere")) / "interop" / "fhir"
SAMPLES = sorted(one for one in FOLDER.glob("*.json") if one.name != "MANIFEST.json")
TAKEN = {
    "patient-example-animal",
    "condition-example-f203-sepsis",
    "observation-example-bloodpressure",
    "observation-example-body-temperature",
    "observation-example-heart-rate",
    "observation-example-respiratory-rate",
    "observation-example-satO2",
}
pytestmark = pytest.mark.skipif(not SAMPLES, reason="the FHIR examples are not here (HOLDFAST_DATA)")


@pytest.fixture(scope="module")
def knowledge():
    return load()


def test_all_of_them_are_here() -> None:
    assert len(SAMPLES) == 35


@pytest.mark.parametrize("path", SAMPLES, ids=lambda one: one.stem)
def test_each_is_taken_or_refused_in_words(path: Path, knowledge) -> None:
    content = json.loads(path.read_text())
    if path.stem in TAKEN:
        assert isinstance(read_resource(content, knowledge, {}, NOON_US), Admission | Observed | Asked | str)
        return
    with pytest.raises(ExchangeError) as refused:
        read_resource(content, knowledge, {}, NOON_US)
    assert refused.value.problem.endswith(".")
    assert refused.value.remedy


def read(name: str, knowledge) -> object:
    return read_resource(json.loads((FOLDER / f"{name}.json").read_text()), knowledge, {}, NOON_US)


def test_the_dog_of_the_specification(knowledge) -> None:
    dog = read("patient-example-animal", knowledge)
    assert (dog.name, dog.species, dog.breed, dog.sex) == ("Kenzi", "dog", "Golden retriever", "female_neutered")
    assert dog.owner == "Peter James Chalmers"


def test_a_pressure_is_two_numbers_and_a_temperature_is_in_our_unit(knowledge) -> None:
    pressure = read("observation-example-bloodpressure", knowledge)
    assert [(one.key, one.value, one.unit) for one in pressure.numbers] == [
        ("nibp_sys", 107.0, "mmHg"),
        ("nibp_dia", 60.0, "mmHg"),
    ]
    (temperature,) = read("observation-example-body-temperature", knowledge).numbers
    assert (temperature.key, temperature.value, temperature.unit) == ("temp", 36.5, "degC")
