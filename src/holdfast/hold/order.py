"""The states of an end-of-life order, from the signature to the last thing done for the body, as a table.

What is deliberately absent: a state that one must wait in, and one from which a person cannot go on. From everywhere
before the act it can be performed, and what is missing then is passed with one stated reason. From everywhere until the
end it can be stopped or held. What is recorded on the way (the right animal, consent, comfort) moves nothing.
"""

from enum import StrEnum

from holdfast.kernel.errors import OperatorError
from holdfast.knowledge.model import Reason
from holdfast.record import end_of_life_events as eol
from holdfast.record.case_entries import OrderEntry
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
    """Somebody decided to go on."""
    READY = "ready"
    """The tray is ready: the bed is watched."""
    STOPPED = "stopped"
    PERFORMED = "performed"
    CONFIRMED = "confirmed"
    """A person confirmed death."""
    FINISHED = "finished"


class Act(StrEnum):
    SHOW = "show"
    PROCEED = "proceed"
    HOLD = "hold"
    CALL_COLLEAGUE = "call_colleague"
    TRAY_READY = "tray_ready"
    STOP = "stop"
    PERFORM = "perform"
    CHECK = "check"
    """A check that found no sign of life."""
    SIGN_OF_LIFE = "sign_of_life"
    """A check that found one."""
    CONFIRM = "confirm"
    FINISH = "finish"


_BEFORE = (OrderState.ORDERED, OrderState.LOOKED, OrderState.CALLING)

TRANSITIONS: dict[tuple[OrderState, Act], OrderState] = {
    (OrderState.ORDERED, Act.SHOW): OrderState.LOOKED,
    (OrderState.LOOKED, Act.SHOW): OrderState.LOOKED,
    (OrderState.CALLING, Act.SHOW): OrderState.CALLING,
    **{(state, Act.PROCEED): OrderState.PROCEEDING for state in _BEFORE},
    **{(state, Act.HOLD): OrderState.HELD for state in _BEFORE},
    **{(state, Act.CALL_COLLEAGUE): OrderState.CALLING for state in _BEFORE},
    **{(state, Act.PERFORM): OrderState.PERFORMED for state in _BEFORE},
    (OrderState.PROCEEDING, Act.SHOW): OrderState.PROCEEDING,
    (OrderState.PROCEEDING, Act.TRAY_READY): OrderState.READY,
    (OrderState.PROCEEDING, Act.PERFORM): OrderState.PERFORMED,
    (OrderState.PROCEEDING, Act.STOP): OrderState.STOPPED,
    (OrderState.READY, Act.SHOW): OrderState.READY,
    (OrderState.READY, Act.TRAY_READY): OrderState.READY,
    (OrderState.READY, Act.PERFORM): OrderState.PERFORMED,
    (OrderState.READY, Act.STOP): OrderState.STOPPED,
    (OrderState.PERFORMED, Act.PERFORM): OrderState.PERFORMED,
    (OrderState.PERFORMED, Act.CHECK): OrderState.PERFORMED,
    (OrderState.PERFORMED, Act.SIGN_OF_LIFE): OrderState.PERFORMED,
    (OrderState.PERFORMED, Act.STOP): OrderState.STOPPED,
    (OrderState.PERFORMED, Act.CONFIRM): OrderState.CONFIRMED,
    (OrderState.CONFIRMED, Act.CHECK): OrderState.CONFIRMED,
    (OrderState.CONFIRMED, Act.SIGN_OF_LIFE): OrderState.PERFORMED,
    (OrderState.CONFIRMED, Act.FINISH): OrderState.FINISHED,
    (OrderState.FINISHED, Act.CHECK): OrderState.FINISHED,
    (OrderState.FINISHED, Act.SIGN_OF_LIFE): OrderState.PERFORMED,
}
"""HELD and STOPPED are ends: to order again after them is a new order, with a new look. FINISHED is the other end; a
sign of life leads back from it too, because a mistake there must be sayable."""

ENDS = frozenset({OrderState.HELD, OrderState.STOPPED, OrderState.FINISHED})

AHEAD = frozenset({Act.PROCEED, Act.TRAY_READY, Act.PERFORM, Act.CONFIRM, Act.FINISH})
"""Acts that lead towards the end of the order: each is one touch, and one more where a reason is asked for."""

_ENDED_IN_WORDS = {
    OrderState.HELD: ("This order was already held.", "Place a new order if the situation has changed."),
    OrderState.PROCEEDING: (
        "This order was already released to go on.",
        "To end it press Stop on its page; to look again open the second look.",
    ),
    OrderState.READY: ("The tray is ready for this order.", "Press Stop on its page to end it."),
    OrderState.STOPPED: ("This order was already stopped.", "Place a new order if the situation has changed."),
    OrderState.PERFORMED: ("This order was already performed.", "Record the checks on its page."),
    OrderState.CONFIRMED: ("Death was already confirmed.", "Record a check with a sign of life if that was wrong."),
    OrderState.FINISHED: ("This order is finished.", "Record a check with a sign of life if that was wrong."),
}


def state_of(order: OrderEntry) -> OrderState:
    """The state that an order on record is in; every order has one.

    An act that the table has no place for changes nothing. None is accepted any more, but earlier releases let two
    people decide at once, and what they recorded stays on record.
    """
    state = OrderState.LOOKED if order.look_ids else OrderState.ORDERED
    for act in acts_of(order):
        state = TRANSITIONS.get((state, act), state)
    return state


def acts_of(order: OrderEntry) -> list[Act]:
    """What was done with an order, in the order of time, without the looks."""
    decided = [(decision.at_us, Act(decision.decision.value)) for decision, _ in order.decisions]
    followed = [(step.at_us, act) for step, _ in order.log.entries if (act := _act(step)) is not None]
    return [act for _, act in sorted([*decided, *followed], key=lambda one: one[0])]


def _act(step: eol.ANY_END_OF_LIFE_EVENT) -> Act | None:
    """The act that an entry stands for; None for what moves nothing."""
    match step:
        case eol.TrayReady():
            return Act.TRAY_READY
        case eol.EndOfLifePerformed():
            return Act.PERFORM
        case eol.EndOfLifeStopped():
            return Act.STOP
        case eol.DeathChecked():
            return Act.SIGN_OF_LIFE if step.present else Act.CHECK
        case eol.DeathConfirmed():
            return Act.CONFIRM
        case eol.EndOfLifeFinished():
            return Act.FINISH
    return None


def after(order: OrderEntry, act: Act) -> OrderState:
    """The state after an act; raises ``OperatorError`` when the order is past it."""
    state = state_of(order)
    following = TRANSITIONS.get((state, act))
    if following is None:
        problem, remedy = _ENDED_IN_WORDS.get(
            state, ("This order is not that far.", "Record it as performed first, with a reason for what is missing.")
        )
        raise OperatorError(problem, remedy)
    return following


def check_reason(reasons: dict[str, Reason], decision: Decision, reason: str) -> None:
    """Going on takes one stated reason of the short list; holding and calling take none."""
    if decision is not Decision.PROCEED and not reason:
        return
    known = reasons.get(reason)
    if known is None or known.decision != decision.value:
        choices = "; ".join(r.text for r in reasons.values() if r.decision == decision.value)
        raise OperatorError("One stated reason is needed.", f"Choose one: {choices}.")
