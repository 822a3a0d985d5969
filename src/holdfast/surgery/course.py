"""The steps of an operation, as a table: sign in, time out, sign out. No step is locked: each can be taken from every
phase before it, and what is left open or passed over asks for one stated reason.
"""

from enum import StrEnum

from holdfast.knowledge.surgery_lists import CheckList, SurgeryLists
from holdfast.record.surgery_state import Surgery


class Phase(StrEnum):
    PLANNED = "planned"
    SIGNED_IN = "signed in"
    OPERATING = "operating"
    SIGNED_OUT = "signed out"


class Step(StrEnum):
    SIGN_IN = "sign_in"
    TIME_OUT = "time_out"
    SIGN_OUT = "sign_out"


TRANSITIONS: dict[tuple[Phase, Step], Phase] = {
    (Phase.PLANNED, Step.SIGN_IN): Phase.SIGNED_IN,
    (Phase.PLANNED, Step.TIME_OUT): Phase.OPERATING,
    (Phase.PLANNED, Step.SIGN_OUT): Phase.SIGNED_OUT,
    (Phase.SIGNED_IN, Step.TIME_OUT): Phase.OPERATING,
    (Phase.SIGNED_IN, Step.SIGN_OUT): Phase.SIGNED_OUT,
    (Phase.OPERATING, Step.SIGN_OUT): Phase.SIGNED_OUT,
}
"""(phase, step) -> phase after it; what is not listed changes nothing."""

_ORDER = tuple(Step)
_AFTER = {Phase.PLANNED: 0, Phase.SIGNED_IN: 1, Phase.OPERATING: 2, Phase.SIGNED_OUT: 3}


def phase_of(surgery: Surgery) -> Phase:
    """Where the operation stands."""
    phase = Phase.PLANNED
    for stepped, _ in surgery.steps:
        phase = TRANSITIONS.get((phase, Step(stepped.step)), phase)
    return phase


def passed_over(surgery: Surgery, step: Step) -> tuple[Step, ...]:
    """Steps that were not taken and come before this one."""
    return _ORDER[_AFTER[phase_of(surgery)] : _ORDER.index(step)]


def left_open(surgery: Surgery, one: CheckList) -> tuple[str, ...]:
    """Keys of the lines of a list that nobody has answered."""
    return tuple(
        item.key for item in one.items if item.key not in surgery.answers or surgery.answers[item.key].answer == "open"
    )


def reason_needed(surgery: Surgery, step: Step, lists: SurgeryLists) -> str:
    """What the reason is for, in words; empty: none is needed."""
    parts = [f"{lists.list_of(one).label.lower()} is passed over" for one in passed_over(surgery, step)]
    count = len(left_open(surgery, lists.list_of(step)))
    if count:
        parts.append(f"{count} line{'s are' if count > 1 else ' is'} open")
    return " and ".join(parts)
