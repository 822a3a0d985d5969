"""Which dogs the demo plays."""

import pytest

from holdfast.cli.demo import chosen
from holdfast.kernel.errors import OperatorError


def test_named_dogs_are_played_once_each_and_otherwise_the_ward_without_the_drill() -> None:
    assert chosen(["arrest", "rex", "arrest"]) == ("arrest", "rex")
    assert chosen([]) == ("rex", "leo", "bella", "max", "nala")


def test_an_unknown_name_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(OperatorError) as refused:
        chosen(["rexx"])
    assert "rexx" in str(refused.value)
    assert "arrest" in str(refused.value.remedy)
