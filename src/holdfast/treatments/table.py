"""The states of an ordered treatment, as a table.

A technician's order waits for a vet. It can be given all the same on a vet's spoken word, which is on record with the
name; the signature follows. From everywhere it can be stopped.
"""

from enum import StrEnum

from holdfast.kernel.errors import OperatorError
from holdfast.record import treatment_events as tr
from holdfast.record.treatment_state import PlannedTreatment


class State(StrEnum):
    WAITING = "waiting"
    """Written by somebody who may not approve it."""
    SPOKEN = "spoken"
    """A vet allowed it by word of mouth; the signature is still to come."""
    ACTIVE = "active"
    STOPPED = "stopped"
    DECLINED = "declined"


class Act(StrEnum):
    APPROVE = "approve"
    SPEAK = "speak"
    GIVE = "give"
    SKIP = "skip"
    STOP = "stop"
    DECLINE = "decline"


_GOING = (State.WAITING, State.SPOKEN, State.ACTIVE)

TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.WAITING, Act.APPROVE): State.ACTIVE,
    (State.WAITING, Act.SPEAK): State.SPOKEN,
    (State.SPOKEN, Act.APPROVE): State.ACTIVE,
    (State.SPOKEN, Act.GIVE): State.SPOKEN,
    (State.ACTIVE, Act.GIVE): State.ACTIVE,
    **{(state, Act.SKIP): state for state in _GOING},
    **{(state, Act.STOP): State.STOPPED for state in _GOING},
    **{(state, Act.DECLINE): State.DECLINED for state in _GOING},
}
"""STOPPED and DECLINED are ends: to begin again is a new order, worked out anew."""

ENDS = frozenset({State.STOPPED, State.DECLINED})

_REFUSED = {
    State.WAITING: ("This order waits for a vet.", "Let a vet approve it, or name the vet who said so."),
    State.SPOKEN: ("This order was allowed already.", "It waits for the vet's approval only."),
    State.ACTIVE: ("This order stands already.", "Give it, or stop it."),
    State.STOPPED: ("This order was stopped.", "Write a new one."),
    State.DECLINED: ("This treatment was declined.", "Write a new order if that has changed."),
}


def state_of(plan: PlannedTreatment) -> State:
    """The state of an order on record; what the table has no place for changes nothing."""
    state = State.WAITING if plan.ordered.waits else State.ACTIVE
    if plan.ordered.waits and plan.ordered.on_word_of:
        state = State.SPOKEN
    for event, _ in plan.entries:
        act = act_of(event)
        state = TRANSITIONS.get((state, act), state) if act else state
    return state


def act_of(event: tr.ANY_TREATMENT_EVENT) -> Act | None:
    """The act that an entry stands for."""
    match event:
        case tr.TreatmentOrderApproved():
            return Act.APPROVE
        case tr.TreatmentOrderSpoken():
            return Act.SPEAK
        case tr.TreatmentDone():
            return Act.GIVE
        case tr.TreatmentSkipped():
            return Act.SKIP
        case tr.TreatmentOrderStopped():
            return Act.STOP
        case tr.TreatmentDeclined():
            return Act.DECLINE
    return None


def after(plan: PlannedTreatment, act: Act) -> State:
    """The state after an act; raises ``OperatorError`` when the order is not in the state for it."""
    state = state_of(plan)
    following = TRANSITIONS.get((state, act))
    if following is None:
        raise OperatorError(*_REFUSED[state])
    return following
