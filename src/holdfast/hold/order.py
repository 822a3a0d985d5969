"""The states of an end-of-life order, as a table.

What is deliberately absent: a state from which ``proceed`` is impossible, and a state that one
must wait in. A person can go on from anywhere before the decision, with one stated reason.
"""

from enum import StrEnum

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.model import Reason
from holdfast.record.case_state import OrderEntry
from holdfast.record.events import Decision


class OrderState(StrEnum):
    ORDERED = "ordered"
    """Signed, nothing looked at yet."""
    LOOKED = "looked"
    """The second look was shown."""
    CALLING = "calling"
    """A colleague was called; the order waits for either choice."""
    HELD = "held"
    PROCEEDING = "proceeding"


class Act(StrEnum):
    SHOW = "show"
    PROCEED = "proceed"
    HOLD = "hold"
    CALL_COLLEAGUE = "call_colleague"


TRANSITIONS: dict[tuple[OrderState, Act], OrderState] = {
    (OrderState.ORDERED, Act.SHOW): OrderState.LOOKED,
    (OrderState.ORDERED, Act.PROCEED): OrderState.PROCEEDING,
    (OrderState.ORDERED, Act.HOLD): OrderState.HELD,
    (OrderState.ORDERED, Act.CALL_COLLEAGUE): OrderState.CALLING,
    (OrderState.LOOKED, Act.SHOW): OrderState.LOOKED,
    (OrderState.LOOKED, Act.PROCEED): OrderState.PROCEEDING,
    (OrderState.LOOKED, Act.HOLD): OrderState.HELD,
    (OrderState.LOOKED, Act.CALL_COLLEAGUE): OrderState.CALLING,
    (OrderState.CALLING, Act.SHOW): OrderState.CALLING,
    (OrderState.CALLING, Act.PROCEED): OrderState.PROCEEDING,
    (OrderState.CALLING, Act.HOLD): OrderState.HELD,
    (OrderState.CALLING, Act.CALL_COLLEAGUE): OrderState.CALLING,
}
"""HELD and PROCEEDING are ends: to order again after a hold is a new order, with a new look."""


def state_of(order: OrderEntry) -> OrderState:
    """The state that an order on record is in; every order has one.

    A decision after an end changes nothing. None is accepted any more, but earlier releases let two
    people decide at once, and what they recorded stays on record.
    """
    state = OrderState.LOOKED if order.look_ids else OrderState.ORDERED
    for decided, _ in order.decisions:
        state = TRANSITIONS.get((state, Act(decided.decision.value)), state)
    return state


def after(order: OrderEntry, act: Act) -> OrderState:
    """The state after an act; raises ``OperatorError`` when the order was already decided."""
    state = state_of(order)
    following = TRANSITIONS.get((state, act))
    if following is None:
        done = "held" if state is OrderState.HELD else "released to go on"
        raise OperatorError(f"This order was already {done}.", "Place a new order if the situation has changed.")
    return following


def check_reason(reasons: dict[str, Reason], decision: Decision, reason: str) -> None:
    """Going on takes one stated reason of the short list; holding and calling take none."""
    if decision is not Decision.PROCEED and not reason:
        return
    known = reasons.get(reason)
    if known is None or known.decision != decision.value:
        choices = "; ".join(r.text for r in reasons.values() if r.decision == decision.value)
        raise OperatorError("One stated reason is needed.", f"Choose one: {choices}.")
