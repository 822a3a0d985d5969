"""What is due, overdue, given and skipped, from the times of an order and what is on record. Only arithmetic.

Times lie on a grid from the first one on: a dose that was given late does not move the next. An order that runs all the
time has one time, its start.
"""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.treatment_times import load
from holdfast.record.treatment_events import TreatmentDone
from holdfast.record.treatment_state import PlannedTreatment
from holdfast.treatments.table import ENDS, State, state_of

TIMES_MOST = 500
"""Times that one order is looked at for; the newest count."""


class Due(StrEnum):
    LATER = "later"
    NOW = "now"
    OVERDUE = "overdue"
    RUNNING = "running"
    """Given all the time, and it was started."""
    DONE = "done"
    """Every time of it was answered."""
    ENDED = "ended"
    """Stopped or declined."""


@dataclass(frozen=True)
class Standing:
    """How an order stands at one moment."""

    due: Due
    due_us: int | None
    """The time that is due, or the next one; None when there is none."""
    missed: tuple[int, ...]
    """Earlier times that nobody answered, oldest first."""
    last: TreatmentDone | None
    """What was given last."""


def standing(plan: PlannedTreatment, now_us: int) -> Standing:
    """Where the order stands. It never leaves out a time: each is answered, due, missed or still to come."""
    last = max(plan.done.values(), key=lambda one: (one.due_us, one.at_us), default=None)
    if state_of(plan) in ENDS:
        return Standing(Due.ENDED, None, (), last)
    if plan.ordered.continuous and last is not None:
        return Standing(Due.RUNNING, None, (), last)
    open_times = [one for one in times(plan, now_us) if one not in plan.done and one not in plan.skipped]
    here = [one for one in open_times if one <= now_us + early_us(plan)]
    if here:
        due_us = here[-1]
        late = now_us > due_us + late_us(plan)
        return Standing(Due.OVERDUE if late else Due.NOW, due_us, tuple(here[:-1]), last)
    if open_times:
        return Standing(Due.LATER, open_times[0], (), last)
    return Standing(Due.DONE, None, (), last)


def times(plan: PlannedTreatment, now_us: int) -> list[int]:
    """The times of the order up to the next one after ``now_us``, at most ``TIMES_MOST`` of the newest."""
    order = plan.ordered
    if order.every_min is None or order.continuous:
        return [order.first_us]
    every_us = order.every_min * US_PER_MIN
    # Whoever gives the last one early still finds the next.
    horizon_us = max(now_us, max(plan.done, default=now_us), max(plan.skipped, default=now_us)) + every_us
    last = max(0, (horizon_us - order.first_us) // every_us)
    if order.until_us is not None:
        last = min(last, max(0, (order.until_us - order.first_us) // every_us))
    return [order.first_us + number * every_us for number in range(max(0, last + 1 - TIMES_MOST), last + 1)]


def early_us(plan: PlannedTreatment) -> int:
    """How long before its time a treatment is due, and counts as given at it."""
    return _share(plan, "early")


def late_us(plan: PlannedTreatment) -> int:
    """How long after its time a treatment is overdue."""
    return _share(plan, "late")


def _share(plan: PlannedTreatment, side: str) -> int:
    value, every_min = load().value, plan.ordered.every_min
    most_min = value(f"{side}_most")
    minutes = most_min if every_min is None else min(most_min, value(f"{side}_share") * every_min)
    return int(minutes * US_PER_MIN)


def waits(plan: PlannedTreatment) -> bool:
    """Whether a vet has to approve it before it is given."""
    return state_of(plan) is State.WAITING
