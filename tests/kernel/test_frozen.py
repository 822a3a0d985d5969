"""A changed copy is the one that dataclasses makes."""

import dataclasses

import pytest

from holdfast.kernel.frozen import replace
from holdfast.record import alarm_state, case_state, clinic_state, imaging_state


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: tuple[int, ...] = ()


def test_it_is_the_copy_that_dataclasses_makes_and_leaves_the_first_alone() -> None:
    first = Point(1, (2,))
    made = replace(first, x=5)
    assert made == dataclasses.replace(first, x=5) == Point(5, (2,))
    assert first == Point(1, (2,))
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.x = 3


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="Point has no z"):
        replace(Point(1), z=2)


@pytest.mark.parametrize("module", [case_state, alarm_state, clinic_state, imaging_state])
def test_the_states_it_copies_keep_everything_in_their_fields(module) -> None:
    kinds = [kind for kind in vars(module).values() if dataclasses.is_dataclass(kind) and isinstance(kind, type)]
    assert kinds
    for kind in kinds:
        assert not hasattr(kind, "__post_init__")
        assert not hasattr(kind, "__slots__")
