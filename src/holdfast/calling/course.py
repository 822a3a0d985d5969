"""Where a call stands, as a table: somebody is called, the next, the end of the list, an answer.

A call is never lost: from every state before an answer the table leads on, the end of the list is loud and the list
begins again. There is never a second answer: nothing leads out of ``answered``.
"""

from enum import StrEnum

from holdfast.record.call_state import CallEntry


class Phase(StrEnum):
    OPEN = "open"
    """Nobody was called yet."""
    CALLING = "calling"
    """Somebody was called and may still answer."""
    NOBODY = "nobody"
    """The list has ended: large on every page. It begins again."""
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    """Nobody needs to come, or a more urgent call took its place."""


class Step(StrEnum):
    CALLED = "called"
    LIST_ENDED = "list ended"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


TRANSITIONS: dict[tuple[Phase, Step], Phase] = {
    (Phase.OPEN, Step.CALLED): Phase.CALLING,
    (Phase.OPEN, Step.LIST_ENDED): Phase.NOBODY,
    (Phase.OPEN, Step.ANSWERED): Phase.ANSWERED,
    (Phase.OPEN, Step.WITHDRAWN): Phase.WITHDRAWN,
    (Phase.CALLING, Step.CALLED): Phase.CALLING,
    (Phase.CALLING, Step.LIST_ENDED): Phase.NOBODY,
    (Phase.CALLING, Step.ANSWERED): Phase.ANSWERED,
    (Phase.CALLING, Step.WITHDRAWN): Phase.WITHDRAWN,
    (Phase.NOBODY, Step.CALLED): Phase.CALLING,
    (Phase.NOBODY, Step.ANSWERED): Phase.ANSWERED,
    (Phase.NOBODY, Step.WITHDRAWN): Phase.WITHDRAWN,
}
"""(phase, step) -> phase after it; what is not listed changes nothing. Answered and withdrawn are ends."""

STANDING = frozenset({Phase.OPEN, Phase.CALLING, Phase.NOBODY})
"""Somebody is still needed."""


def phase_of(entry: CallEntry) -> Phase:
    """Where this call stands."""
    phase = Phase.OPEN
    for step, _ in entry.steps:
        phase = TRANSITIONS.get((phase, Step(step)), phase)
    return phase


def is_loud(entry: CallEntry) -> bool:
    """Whether the list has ended at least once and nobody has answered since."""
    return phase_of(entry) in STANDING and any(step == Step.LIST_ENDED for step, _ in entry.steps)
