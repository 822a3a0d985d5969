"""The slow rules over every case in the ward, fed from the record.

What is in memory is derived: after a restart the last twelve hours are read again, and what holds then is told once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.knowledge import courses as known
from holdfast.monitoring import watch
from holdfast.monitoring.cells import CELL_US, HISTORY_CELLS, Value
from holdfast.monitoring.deterioration import Worsening, WorseningEnded
from holdfast.monitoring.given import Given, given
from holdfast.monitoring.rally import Fault, Improvement, ImprovementEnded
from holdfast.monitoring.watch import Told, WatchState
from holdfast.record.case_state import CaseState, ConditionEntry
from holdfast.usecases.context import Context
from holdfast.usecases.evidence import is_evidence

LATE_US = US_PER_MIN
"""A stretch is judged so long after its end: its last block is in the record by then."""

CLOCK_OFF_US = 2 * US_PER_MIN
"""Beyond this the newest value is not late: the device has another time of day than we."""

_WIDE_US = 2 * 24 * 3600 * US_PER_S
"""How far ahead of ours a device's time of day is looked for."""

_OF_WAVE = {
    "ecg": frozenset({"hr", "hr_ecg"}),
    "pleth": frozenset({"spo2", "pulse", "pulse_pleth"}),
    "art": frozenset({"art_sys", "art_mean", "art_dia", "art_sys_wave", "art_mean_wave", "art_dia_wave", "pulse_art"}),
    "resp": frozenset({"rr", "rr_resp"}),
    "co2": frozenset({"etco2", "rr_co2"}),
}
"""Numbers that a fault of a wave makes doubtful; the ECG has several leads."""

_FAULTS = frozenset({"lead_off", "no_signal_change", "artefact", "no_pulse_signal", "no_data"})


@dataclass(frozen=True)
class CourseTold:
    """What the slow rules say of one case, on our clock."""

    case_id: str
    bed: str
    told: Told


@dataclass
class _Watched:
    state: WatchState
    read_us: int
    """The record was read up to here, on the device's clock."""
    looked_us: int
    newest_us: int | None = None
    ahead_us: int = 0
    """How far the device's time of day is ahead of ours, when it is not the same."""


class CourseWatch:
    """Call ``look`` about once a second; it works on a case once in five minutes."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._courses = known.load()
        self._cases: dict[str, _Watched] = {}

    def look(self, now_us: int) -> list[CourseTold]:
        """What began or ended since the last look, in all cases that lie on a bed."""
        occupied = [case for case in self._ctx.book.open_cases() if case.bed]
        for gone in self._cases.keys() - {case.case_id for case in occupied}:
            del self._cases[gone]
        return [
            CourseTold(case.case_id, case.bed, _on_our_clock(told, self._cases[case.case_id].ahead_us))
            for case in occupied
            for told in self._look_at(case, now_us)
        ]

    def _look_at(self, case: CaseState, now_us: int) -> tuple[Told, ...]:
        one = self._cases.get(case.case_id)
        first = one is None
        if one is None:
            one = _Watched(watch.initial(), now_us - HISTORY_CELLS * CELL_US, now_us)
            self._cases[case.case_id] = one
        elif abs(now_us - one.looked_us) < CELL_US:
            return ()
        points = self._points(case, one.read_us, now_us + _WIDE_US)
        one.looked_us = now_us
        newest_us = max((values[-1][0] for values in points.values()), default=None)
        if newest_us is not None and (one.newest_us is None or newest_us > one.newest_us):
            off_us = newest_us - now_us
            one.ahead_us = off_us if abs(off_us) > CLOCK_OFF_US else 0
            one.newest_us = newest_us
        upto_us = now_us + one.ahead_us - LATE_US
        moved = [_moved(entry, one.ahead_us) for entry in given(self._courses, case.treatments)]
        found = faults(case.conditions, now_us, one.ahead_us)
        one.state, told = watch.step(one.state, self._courses, points, upto_us, moved, found)
        one.read_us = one.state.cells.next_us or one.read_us
        return _standing(told) if first else told

    def _points(self, case: CaseState, from_us: int, to_us: int) -> dict[str, list[Value]]:
        keys = tuple(source for sign in self._courses.signs for source in sign.sources)
        points: dict[str, list[Value]] = {}
        for point in self._ctx.store.trend(case.case_id, from_us=from_us, to_us=to_us, keys=keys):
            if is_evidence(case, point.origin):
                points.setdefault(point.key, []).append((point.at_us, point.last))
        return {key: sorted(values) for key, values in points.items()}


def faults(conditions: Iterable[ConditionEntry], now_us: int, ahead_us: int = 0) -> list[Fault]:
    """When which numbers were not to be believed, from the technical conditions on record."""
    found = []
    for one in conditions:
        if one.condition in _FAULTS:
            sources = frozenset().union(*(keys for wave, keys in _OF_WAVE.items() if one.signal.startswith(wave)))
            ended_us = now_us if one.ended_us is None else one.ended_us
            found.append(Fault(one.began_us + ahead_us, ended_us + ahead_us, sources))
    return found


def _standing(told: Iterable[Told]) -> tuple[Told, ...]:
    """Of what happened while nobody watched, only what still holds."""
    holds: dict[str, Told] = {}
    for one in told:
        if isinstance(one, Worsening | Improvement):
            holds[one.kind] = one
        else:
            holds.pop(one.kind, None)
    return tuple(holds.values())


def _moved(one: Given, ahead_us: int) -> Given:
    return Given(one.at_us + ahead_us, one.what, one.expected)


def _on_our_clock(told: Told, ahead_us: int) -> Told:
    at_us = told.at_us - ahead_us
    match told:
        case Worsening():
            return Worsening(told.text, at_us, told.priority, told.since_us - ahead_us, told.moved)
        case Improvement():
            return Improvement(told.text, at_us, told.since_us - ahead_us, told.moved, told.after)
        case WorseningEnded():
            return WorseningEnded(at_us, told.reason)
        case ImprovementEnded():
            return ImprovementEnded(at_us, told.reason)
