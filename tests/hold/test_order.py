"""The end-of-life order: a table without a lock in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.hold.order import TRANSITIONS, Act, OrderState, after, check_reason, state_of
from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.model import Reason
from holdfast.record.case_entries import OrderEntry
from holdfast.record.events import Decision, EndOfLifeDecided

REASONS = {
    "suffering": Reason("suffering", "Suffering that cannot be relieved", "proceed"),
    "later": Reason("later", "Wait for a result", "hold"),
}


def order(*decisions: Decision, looked: bool = True) -> OrderEntry:
    decided = tuple(
        (EndOfLifeDecided(at_us=1, order_id="o", look_id="l", decision=d, reason="", words=""), "vet")
        for d in decisions
    )
    return OrderEntry(
        "o", "organ failure", "handler", "in_person", "", 0, "vet", None, ("l",) if looked else (), decided
    )


@given(st.sampled_from([OrderState.ORDERED, OrderState.LOOKED, OrderState.CALLING]))
def test_from_every_state_before_the_decision_a_person_can_go_on_and_can_hold(state: OrderState) -> None:
    assert TRANSITIONS[state, Act.PROCEED] is OrderState.PROCEEDING
    assert TRANSITIONS[state, Act.HOLD] is OrderState.HELD


@given(st.lists(st.sampled_from([Decision.CALL_COLLEAGUE]), max_size=5))
def test_calling_a_colleague_any_number_of_times_leaves_both_ways_open(calls: list[Decision]) -> None:
    called = order(*calls)
    assert after(called, Act.PROCEED) is OrderState.PROCEEDING
    assert after(called, Act.HOLD) is OrderState.HELD


def test_the_way_on_needs_no_look_first() -> None:
    assert state_of(order(looked=False)) is OrderState.ORDERED
    assert after(order(looked=False), Act.PROCEED) is OrderState.PROCEEDING


@pytest.mark.parametrize(("decision", "word"), [(Decision.HOLD, "held"), (Decision.PROCEED, "released to go on")])
def test_a_decided_order_is_not_decided_again(decision: Decision, word: str) -> None:
    with pytest.raises(OperatorError, match=word):
        after(order(decision), Act.HOLD)


@given(st.lists(st.sampled_from(Decision), max_size=6))
def test_every_order_on_record_has_a_state(decisions: list[Decision]) -> None:
    """Before decisions were checked at the write, two people could decide at once: such records stay readable."""
    ends = [one for one in decisions if one is not Decision.CALL_COLLEAGUE]
    state = state_of(order(*decisions))
    if ends:
        assert state is (OrderState.HELD if ends[0] is Decision.HOLD else OrderState.PROCEEDING)
    else:
        assert state is (OrderState.CALLING if decisions else OrderState.LOOKED)


def test_proceeding_takes_one_reason_of_the_list() -> None:
    check_reason(REASONS, Decision.PROCEED, "suffering")
    for wrong in ("", "later", "no such reason"):
        with pytest.raises(OperatorError, match="One stated reason"):
            check_reason(REASONS, Decision.PROCEED, wrong)


def test_holding_and_calling_take_no_reason() -> None:
    check_reason(REASONS, Decision.HOLD, "")
    check_reason(REASONS, Decision.CALL_COLLEAGUE, "")
    with pytest.raises(OperatorError):
        check_reason(REASONS, Decision.HOLD, "suffering")
