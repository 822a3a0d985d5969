"""The slow rules of one animal as one analyzer: values in, states that began or ended out.

Values come by key of their numeric in time order; ``upto_us`` says up to when all of them are in. Nothing here knows
the time of day.
"""

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.kernel import typed
from holdfast.knowledge.courses import Courses
from holdfast.monitoring import cells, deterioration, rally
from holdfast.monitoring.cells import CELL_US, CellState, Value
from holdfast.monitoring.deterioration import DeteriorationState, Worsening, WorseningEnded
from holdfast.monitoring.given import Given
from holdfast.monitoring.rally import Fault, Improvement, ImprovementEnded, RallyState

Told = Worsening | WorseningEnded | Improvement | ImprovementEnded


class WatchState(msgspec.Struct, frozen=True, tag="watch.1", forbid_unknown_fields=True):
    """Twelve hours of stretches and what holds; some tens of kB."""

    cells: CellState = CellState()
    deterioration: DeteriorationState = DeteriorationState()
    rally: RallyState = RallyState()


def initial() -> WatchState:
    """Nothing seen."""
    return WatchState()


def dump(state: WatchState) -> bytes:
    """The state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def load(data: bytes) -> WatchState:
    """The state that :func:`dump` wrote; ``msgspec.ValidationError`` for anything else."""
    return typed.from_msgpack(data, WatchState)


def step(
    state: WatchState,
    courses: Courses,
    points: Mapping[str, Sequence[Value]],
    upto_us: int,
    given: Sequence[Given] = (),
    faults: Sequence[Fault] = (),
) -> tuple[WatchState, tuple[Told, ...]]:
    """Take values and judge every stretch of five minutes that is over by ``upto_us``."""
    fit = {key: [one for one in values if not _faulty(key, one[0], faults)] for key, values in points.items()}
    known, worse, better = cells.add(state.cells, fit), state.deterioration, state.rally
    told: list[Told] = []
    while known.next_us is not None and known.next_us + CELL_US <= upto_us:
        known = cells.close(known, courses.signs)
        assert known.next_us is not None
        so_far = [one for one in given if one.at_us <= known.next_us]
        worse, said = deterioration.step(worse, courses.signs, known.history, known.next_us, so_far)
        better, change = rally.step(better, courses.signs, known.history, known.next_us, so_far, faults)
        told += [*said, *([change] if change else [])]
    return WatchState(known, worse, better), tuple(told)


def _faulty(key: str, at_us: int, faults: Sequence[Fault]) -> bool:
    return any(one.from_us <= at_us < one.to_us and (not one.sources or key in one.sources) for one in faults)
