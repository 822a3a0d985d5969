"""The tables know what every step does in every state."""

from itertools import product

import pytest

from holdfast.custody.table import WHEREABOUTS, WRAPPING, Act, Where, Wrap


def test_there_is_a_row_for_every_step_in_every_state() -> None:
    assert set(WRAPPING) == set(product(Wrap, Act))
    assert set(WHEREABOUTS) == set(product(Where, Act))


@pytest.mark.parametrize("act", list(Act))
def test_nothing_comes_back_from_its_disposal_and_every_later_step_is_a_break(act: Act) -> None:
    where, broken = WHEREABOUTS[Where.GONE, act]
    assert where is Where.GONE
    assert broken


def test_every_state_can_be_reached_and_left_without_a_break() -> None:
    whole = {state: {after for (before, _), (after, broken) in WHEREABOUTS.items() if before is state and not broken}
             for state in Where}  # fmt: skip
    assert whole[Where.HAND] == {Where.HAND, Where.STORE, Where.OFFERED, Where.GONE}
    assert whole[Where.STORE] == whole[Where.OFFERED] == {Where.HAND}
