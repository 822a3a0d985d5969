"""Vital signs in stretches of five minutes: what the slow rules look at.

A stretch has one value per sign, the median of what one source sent, so that an artefact of a minute is not seen. Too
few values in a stretch are a gap and not a value. Values come in time order; those that are older than a stretch that
was closed are late and change nothing.
"""

from collections.abc import Mapping, Sequence
from statistics import median

import msgspec

from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.courses import Sign
from holdfast.monitoring.shown import BY_KEY, OTHER

CELL_MIN = 5
"""Length of a stretch in minutes (estimate)."""
CELL_US = CELL_MIN * US_PER_MIN

VALUES_MIN = 5
"""A stretch with fewer values of a number that is sent all the time is a gap (estimate: a sender every ten seconds
sends thirty)."""

PART_OLD_CELLS = 3
"""A part of a ratio may be so many stretches old (estimate): a cuff is read every quarter of an hour."""

HISTORY_CELLS = 144
"""Stretches remembered: twelve hours."""

SPARSE_S = 60.0
"""A number that is believed for longer than this after it was measured is sent now and then: one value is a value."""

Value = tuple[int, float]
"""(at_us, value)."""


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """One sign in one stretch."""

    start_us: int
    value: float
    source: str


class CellState(msgspec.Struct, frozen=True, tag="cells.1", forbid_unknown_fields=True):
    """The stretches so far and the values of those not closed yet."""

    next_us: int | None = None
    """Start of the stretch to be closed next; None before anything came."""
    waiting: dict[str, tuple[Value, ...]] = {}
    history: dict[str, tuple[Cell, ...]] = {}
    """By sign, oldest first."""


def add(state: CellState, points: Mapping[str, Sequence[Value]]) -> CellState:
    """Take values by key of their numeric."""
    next_us = state.next_us
    if next_us is None:
        first_us = min((at_us for values in points.values() for at_us, _ in values), default=None)
        if first_us is None:
            return state
        next_us = first_us // CELL_US * CELL_US
    waiting = dict(state.waiting)
    for key, values in points.items():
        fresh = tuple(one for one in values if one[0] >= next_us)
        if fresh:
            waiting[key] = (*waiting.get(key, ()), *fresh)
    return CellState(next_us, waiting, state.history)


def close(state: CellState, signs: Sequence[Sign]) -> CellState:
    """Close the next stretch."""
    if state.next_us is None:
        return state
    start_us, end_us = state.next_us, state.next_us + CELL_US
    values = {key: [v for at_us, v in waiting if at_us < end_us] for key, waiting in state.waiting.items()}
    history = dict(state.history)
    for sign in signs:
        cell = _measured(sign, values, start_us) if sign.sources else _ratio(sign, history, start_us)
        if cell is not None:
            history[sign.key] = (*history.get(sign.key, ()), cell)[-HISTORY_CELLS:]
    later = {key: tuple(one for one in waiting if one[0] >= end_us) for key, waiting in state.waiting.items()}
    return CellState(end_us, {key: waiting for key, waiting in later.items() if waiting}, history)


def is_sparse(source: str) -> bool:
    """Whether the numeric is measured now and then: a cuff, a thermometer."""
    return any(BY_KEY.get(key, OTHER).stale_s > SPARSE_S for key in source.split("/"))


def between(cells: Sequence[Cell], from_us: int, to_us: int, source: str) -> list[Cell]:
    """The stretches that begin in the half-open range and come from that source."""
    return [cell for cell in cells if from_us <= cell.start_us < to_us and cell.source == source]


def _measured(sign: Sign, values: Mapping[str, Sequence[float]], start_us: int) -> Cell | None:
    for source in sign.sources:
        found = values.get(source, ())
        if len(found) >= (1 if is_sparse(source) else VALUES_MIN):
            return Cell(start_us, median(found), source)
    return None


def _ratio(sign: Sign, history: Mapping[str, Sequence[Cell]], start_us: int) -> Cell | None:
    over, under = history.get(sign.over, ()), history.get(sign.under, ())
    if not over or not under or under[-1].value <= 0:
        return None
    oldest_us = start_us - PART_OLD_CELLS * CELL_US
    newest_us = max(over[-1].start_us, under[-1].start_us)
    if newest_us < start_us or min(over[-1].start_us, under[-1].start_us) < oldest_us:
        return None
    return Cell(start_us, over[-1].value / under[-1].value, f"{over[-1].source}/{under[-1].source}")
