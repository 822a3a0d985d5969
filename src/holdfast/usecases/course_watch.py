"""The slow rules over every case in the ward, fed from the record.

What is in memory is derived: after a restart the last twelve hours are read again, and what holds then is told once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.knowledge import courses as known
from holdfast.monitoring import watch
from holdfast.monitoring.cells import CELL_US, HISTORY_CELLS, Value
from holdfast.monitoring.deterioration import Worsening, WorseningEnded
from holdfast.monitoring.given import Given, given
from holdfast.monitoring.rally import Fault, Improvement, ImprovementEnded
from holdfast.monitoring.watch import Told, WatchState
from holdfast.record import events as ev
from holdfast.record.case_entries import ConditionEntry
from holdfast.record.case_state import CaseState
from holdfast.signals.conditions import Began, Ended
from holdfast.usecases import shadow
from holdfast.usecases.context import Context
from holdfast.usecases.evidence import is_evidence
from holdfast.usecases.ports import OWN_ACTOR, Change, NewEvent

LATE_US = US_PER_MIN
"""A stretch is judged so long after its end: its last block is in the record by then."""

CLOCK_OFF_US = 20 * US_PER_MIN
"""When values come and the newest is further from now than this, the device has another time of day than we: longer
than from one cuff to the next, shorter than a time zone."""

LOOK_BACK_US = 60 * US_PER_MIN
"""Rows of so long before what was judged are counted again: a monitor that was offline sends them late."""

_WIDE_US = 2 * 24 * 3600 * US_PER_S
"""How far ahead of ours a device's time of day is looked for."""

_HISTORY_US = HISTORY_CELLS * CELL_US

_OF_WAVE = {
    "ecg": frozenset({"hr", "hr_ecg", "rr_ecg"}),
    "pleth": frozenset({"spo2", "pulse", "pulse_pleth"}),
    "art": frozenset({"art_sys", "art_mean", "art_dia", "art_sys_wave", "art_mean_wave", "art_dia_wave", "pulse_art"}),
    "resp": frozenset({"rr", "rr_resp"}),
    "co2": frozenset({"etco2", "etco2_wave", "rr_co2"}),
}
"""Numbers that a fault of a wave makes doubtful; the ECG has several leads."""

_FAULTS = frozenset({"lead_off", "no_signal_change", "artefact", "no_pulse_signal", "no_data"})


@dataclass(frozen=True)
class CourseTold:
    """What the slow rules say of one case, on our clock."""

    case_id: str
    told: Told


@dataclass
class _Watched:
    looked_us: int
    read_us: int
    """The record was read up to here, on the device's clock."""
    state: WatchState = field(default_factory=watch.initial)
    newest_us: int | None = None
    ahead_us: int = 0
    """How far the device's time of day is ahead of ours, when it is not the same."""
    before: tuple[int, int] = (0, 0)
    """Moment up to which values were judged, and how many rows of the hour before it there were then."""
    holding: dict[str, str] = field(default_factory=dict)
    """Kind and priority of what was told and holds."""


class CourseWatch:
    """Call ``follow`` about once a second; it works on each case once in five minutes."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._courses = known.load()
        self._cases: dict[str, _Watched] = {}

    def follow(self, now_us: int, tell: Callable[[str, Began | Ended, int], None]) -> None:
        """Look, and pass on what began or ended: a deterioration to ``tell`` (case, change, now), which makes the alarm
        of it; an improvement straight into the record, because nobody must be called for it."""
        for one in self.look(now_us):
            change = as_change(one.told)
            if one.told.kind == Worsening.kind:
                tell(one.case_id, change, now_us)
            else:
                self._record(one.case_id, change)

    def look(self, now_us: int) -> list[CourseTold]:
        """What began or ended in the next case on a bed whose time has come, and in those that left theirs.

        One case at a time: half a day is read when it is the first look, and a record that cannot be read keeps no
        other case waiting.
        """
        occupied = [case for case in self._ctx.book.open_cases() if case.bed]
        left = self._cases.keys() - {case.case_id for case in occupied}
        over = [
            CourseTold(case_id, _ended(kind, now_us, "not watched any more"))
            for case_id in sorted(left)
            for kind in self._cases.pop(case_id).holding
        ]
        due = next((case for case in occupied if self._is_due(case, now_us)), None)
        if due is None:
            return over
        told = self._look_at(due, now_us)
        return over + [CourseTold(due.case_id, _on_our_clock(one, self._cases[due.case_id].ahead_us)) for one in told]

    def _is_due(self, case: CaseState, now_us: int) -> bool:
        one = self._cases.get(case.case_id)
        return one is None or abs(now_us - one.looked_us) >= CELL_US

    def _record(self, case_id: str, change: Began | Ended) -> None:
        if isinstance(change, Ended):
            shadow.ended(self._ctx, case_id, change.condition, change.at_us)
        elif change.condition in self._ctx.book.clinic.silent:
            shadow.spoke(self._ctx, case_id, change.condition, change.text, change.at_us)
            return
        event: ev.MonitorConditionBegan | ev.MonitorConditionEnded
        if isinstance(change, Began):
            event = ev.MonitorConditionBegan(at_us=change.at_us, condition=change.condition, text=change.text)
        else:
            event = ev.MonitorConditionEnded(at_us=change.at_us, condition=change.condition)
        self._ctx.store.submit(
            Change(
                command_id=self._ctx.ids.new_id(),
                actor=OWN_ACTOR,
                recorded_us=self._ctx.clock.now_us(),
                events=(NewEvent(stream=ev.case_stream(case_id), event=event),),
            )
        )

    def _look_at(self, case: CaseState, now_us: int) -> list[Told]:
        one = self._cases.get(case.case_id)
        anew = one is None
        if one is None:
            one = self._cases[case.case_id] = _Watched(now_us, now_us - _HISTORY_US)
        one.looked_us = now_us
        # From the newest value on, even when what came before it was judged: a clock behind ours shows itself there.
        from_us = (
            one.read_us - LOOK_BACK_US if one.newest_us is None else min(one.read_us - LOOK_BACK_US, one.newest_us)
        )
        points = self._points(case, from_us, now_us + _WIDE_US)
        # Cell after cell through a year that the machine's clock has jumped over would hold up everything else.
        leapt = now_us + one.ahead_us - one.read_us > 2 * _HISTORY_US
        late = leapt or _hour_before(points, one.before[0]) > one.before[1]
        newest_us = max((values[-1][0] for values in points.values()), default=None)
        if newest_us is not None and (one.newest_us is None or newest_us > one.newest_us):
            off_us = newest_us - now_us
            # What was there at the first look may be old: only a value that came since tells of a clock behind ours.
            known_off = one.newest_us is not None or off_us > 0
            if known_off and abs(off_us - one.ahead_us) > CLOCK_OFF_US:
                late, one.ahead_us = True, off_us if abs(off_us) > CLOCK_OFF_US else 0
            one.newest_us = newest_us
        if late:
            anew, one.state = True, watch.initial()
            one.read_us = now_us + one.ahead_us - _HISTORY_US
            points = self._points(case, one.read_us, now_us + _WIDE_US)
        upto_us = now_us + one.ahead_us - LATE_US
        if one.newest_us is not None and upto_us - one.newest_us <= CLOCK_OFF_US:
            # Its clock may be some minutes behind: what it has not come to yet is not a gap.
            upto_us = min(upto_us, one.newest_us)
        moved = [Given(g.at_us + one.ahead_us, g.what, g.expected) for g in given(self._courses, case.treatments)]
        found = faults(case.conditions, now_us, one.ahead_us)
        one.state, told = watch.step(one.state, self._courses, points, upto_us, moved, found)
        one.read_us = one.state.cells.next_us or one.read_us
        one.before = one.read_us, _hour_before(points, one.read_us)
        return _news(one.holding, told, upto_us, anew)

    def _points(self, case: CaseState, from_us: int, to_us: int) -> dict[str, list[Value]]:
        keys = tuple(source for sign in self._courses.signs for source in sign.sources)
        points: dict[str, list[Value]] = {}
        for point in self._ctx.store.trend(case.case_id, from_us=from_us, to_us=to_us, keys=keys):
            if is_evidence(case, point.origin):
                points.setdefault(point.key, []).append((point.at_us, point.last))
        return {key: sorted(values) for key, values in points.items()}


def _hour_before(points: Mapping[str, Sequence[Value]], until_us: int) -> int:
    return sum(until_us - LOOK_BACK_US <= at_us < until_us for values in points.values() for at_us, _ in values)


def as_change(told: Told) -> Began | Ended:
    """What was told in the words of the bedside conditions: a state of the animal that began or ended."""
    match told:
        case Worsening():
            return Began(told.kind, "", told.text, told.at_us, False, told.priority)
        case Improvement():
            return Began(told.kind, "", told.text, told.at_us, False, "low")
    return Ended(told.kind, "", told.at_us)


def faults(conditions: Iterable[ConditionEntry], now_us: int, ahead_us: int = 0) -> list[Fault]:
    """When which numbers were not to be believed, from the technical conditions on record."""
    found = []
    for one in conditions:
        if one.condition in _FAULTS:
            sources = frozenset().union(*(keys for wave, keys in _OF_WAVE.items() if one.signal.startswith(wave)))
            ended_us = now_us if one.ended_us is None else one.ended_us
            found.append(Fault(one.began_us + ahead_us, ended_us + ahead_us, sources))
    return found


def _news(holding: dict[str, str], told: Iterable[Told], upto_us: int, anew: bool) -> list[Told]:
    """What is new to somebody who knows of ``holding``, which follows. When the hours were read anew, only what holds
    at their end counts."""
    news = list(told)
    if anew:
        standing: dict[str, Told] = {}
        for one in told:
            standing.pop(one.kind, None)
            if isinstance(one, Worsening | Improvement):
                standing[one.kind] = one
        over = (kind for kind in holding if kind not in standing)
        news = [
            *(_ended(kind, upto_us, "read anew") for kind in over),
            *(one for kind, one in standing.items() if holding.get(kind) != _priority(one)),
        ]
    for one in news:
        holding.pop(one.kind, None)
        if isinstance(one, Worsening | Improvement):
            holding[one.kind] = _priority(one)
    return news


def _ended(kind: str, at_us: int, reason: str) -> WorseningEnded | ImprovementEnded:
    return WorseningEnded(at_us, reason) if kind == Worsening.kind else ImprovementEnded(at_us, reason)


def _priority(one: Told) -> str:
    return one.priority if isinstance(one, Worsening) else ""


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
