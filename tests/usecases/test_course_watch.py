"""The slow rules over the ward, and the course of a case as a screen shows it, from the record alone."""

import contextlib
from typing import Any

import msgspec
import pytest

from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.time import US_PER_MIN, US_PER_S
from holdfast.monitoring.deterioration import Worsening, WorseningEnded
from holdfast.monitoring.rally import Improvement
from holdfast.record.case_entries import ConditionEntry
from holdfast.record.monitor import Origin
from holdfast.signals.conditions import Began, Ended
from holdfast.usecases import beds, cases
from holdfast.usecases.context import Context
from holdfast.usecases.course_views import course_view
from holdfast.usecases.course_watch import CourseTold, CourseWatch, faults
from holdfast.usecases.live import Ward as LiveWard
from holdfast.usecases.ports import Change, NewBlock, NewHeld, TrendPoint
from making import NOON_US, StandingClock, make_context, monitor_message, numeric
from monitoring.made_courses import CALM, T0_US, Level, made, ramp

FALL: dict[str, Level] = {**CALM, "hr": ramp(90, 170, 240, 300), "art_mean": ramp(92, 50, 240, 300)}
RISE: dict[str, Level] = {**CALM, "hr": ramp(170, 100, 240, 262), "art_mean": ramp(50, 85, 240, 262)}
START_US = NOON_US - 300 * US_PER_MIN


class Ward:
    """One dog whose trend rows are written as if blocks had brought them."""

    def __init__(self, *, training: bool = False) -> None:
        self.clock = StandingClock(START_US)
        self.ctx: Context = make_context(self.clock)
        beds.add_bed(self.ctx, actor="vet", bed="ICU 1")
        admission = cases.Admission(name="Rex", bed="ICU 1", training=training, weight_kg=30)
        self.case_id = cases.admit(self.ctx, actor="vet", admission=admission)
        self.watch = CourseWatch(self.ctx)

    def write(
        self, levels: dict[str, Level], minutes: float, *, ahead_min: float = 0, origin: Origin = Origin.LIVE
    ) -> None:
        shift_us = START_US - T0_US + int(ahead_min * US_PER_MIN)
        rows = tuple(
            TrendPoint(
                key=key, unit="1", at_us=at_us + shift_us, last=value, low=value, high=value, count=1, origin=origin
            )
            for key, values in made(levels, minutes).items()
            for at_us, value in values
        )
        block = NewBlock(
            block_id=f"b{minutes}", case_id=self.case_id, start_us=START_US, end_us=NOON_US, data=b"", trend=rows
        )
        change = Change(command_id=block.block_id, actor="d", recorded_us=NOON_US, blocks=(block,))
        self.ctx.store.submit(change).result()

    def look_at(self, minute: float) -> list[CourseTold]:
        self.clock.at_us = START_US + int(minute * US_PER_MIN)
        return self.watch.look(self.clock.at_us)

    def give(self, minute: float, category: str, what: str) -> None:
        self.clock.at_us = START_US + int(minute * US_PER_MIN)
        cases.give_treatment(
            self.ctx, actor="vet", case_id=self.case_id, category=category, what=what, amount="", at_us=self.clock.at_us
        )


def test_a_case_that_gets_worse_is_told_once() -> None:
    ward = Ward()
    ward.write(FALL, 300)
    (told,) = ward.look_at(301)
    assert told.case_id == ward.case_id
    assert isinstance(told.told, Worsening)
    assert START_US + 220 * US_PER_MIN < told.told.since_us < START_US + 290 * US_PER_MIN
    assert ward.look_at(301) == []


@pytest.mark.parametrize("ahead_min", [0, 10, -10, 180, -90])
def test_a_monitor_with_another_time_of_day_is_followed_and_its_times_put_on_ours(ahead_min: float) -> None:
    ward = Ward()
    ward.write(FALL, 295, ahead_min=ahead_min)
    told = ward.look_at(296)
    ward.write(FALL, 301, ahead_min=ahead_min)
    told += ward.look_at(302)
    began = [one.told for one in told if isinstance(one.told, Worsening)]
    assert began
    assert all(abs(one.at_us - ward.clock.at_us) < 60 * US_PER_MIN for one in began)
    assert not [one for one in told if isinstance(one.told, WorseningEnded) and one.told.reason == "read anew"]


def test_after_a_restart_only_what_still_holds_is_told() -> None:
    ward = Ward()
    ward.write(FALL, 300)
    ward.look_at(301)
    ward.watch = CourseWatch(ward.ctx)
    (told,) = ward.look_at(306)
    assert isinstance(told.told, Worsening)
    ward.watch = CourseWatch(ward.ctx)
    assert ward.look_at(400) == []  # the monitor has been silent for more than an hour


def test_the_end_is_told_when_the_monitor_falls_silent() -> None:
    ward = Ward()
    ward.write(FALL, 300)
    ward.look_at(301)
    said = [one.told for minute in range(306, 400, 6) for one in ward.look_at(minute)]
    assert isinstance(said[-1], WorseningEnded)
    assert "no longer known" in said[-1].reason


def test_a_recording_played_onto_a_patient_is_not_watched() -> None:
    ward = Ward()
    ward.write(FALL, 300, origin=Origin.REPLAYED)
    assert ward.look_at(301) == []


def test_an_improvement_is_told_with_the_treatment_on_record() -> None:
    ward = Ward()
    ward.write(RISE, 330)
    ward.give(238, "fluid", "Hartmann's")
    (told,) = ward.look_at(331)
    assert isinstance(told.told, Improvement)
    assert told.told.after == "Hartmann's"


def test_a_deterioration_goes_to_the_alarms_and_an_improvement_into_the_record_alone() -> None:
    called: list[Began | Ended] = []
    for levels in (FALL, RISE):
        ward = Ward()
        ward.write(levels, 330)
        now_us = START_US + 331 * US_PER_MIN
        ward.watch.follow(now_us, lambda case_id, change, at_us: called.append(change))
        ward.ctx.book.catch_up()
        on_record = [one.condition for one in ward.ctx.book.case(ward.case_id).conditions]
        assert on_record == ([] if levels is FALL else ["sustained_improvement"])
    assert [(one.condition, one.priority) for one in called if isinstance(one, Began)] == [("deterioration", "high")]
    assert [one.kind for one in course_view(ward.ctx, ward.case_id, now_us).standing] == ["sustained_improvement"]


def test_what_a_monitor_sends_late_is_judged_when_it_comes() -> None:
    ward = Ward()
    ward.write(FALL, 236)
    assert ward.look_at(237) == []
    assert ward.look_at(300) == []  # the monitor was offline, then it sends the hour
    ward.write(FALL, 306)
    told = [one.told for minute in (307, 313) for one in ward.look_at(minute)]
    assert [type(one) for one in told] == [Worsening]


def test_a_deterioration_is_an_alarm_of_its_bed() -> None:
    ward = Ward()
    live = LiveWard(ward.ctx)
    ward.write(FALL, 300)
    now_us = ward.clock.at_us = START_US + 301 * US_PER_MIN
    message = monitor_message(numeric("hr", 150, at_us=now_us), sent_us=now_us)
    live.hear(NewHeld(case_id=ward.case_id, bed="ICU 1", received_us=now_us, message=message))
    ward.watch.follow(now_us, live.tell)
    ward.ctx.book.catch_up()
    alarms = live.view("ICU 1", now_us).alarms.alarms
    assert [one.text[:13] for one in alarms if one.kind == "deterioration"] == ["Getting worse"]
    assert [one.condition for one in ward.ctx.book.case(ward.case_id).conditions] == ["deterioration"]


def test_what_holds_ends_when_the_animal_leaves_its_bed() -> None:
    ward = Ward()
    ward.write(FALL, 300)
    ward.look_at(301)
    cases.close_case(ward.ctx, actor="vet", case_id=ward.case_id, outcome="home")
    (told,) = ward.look_at(302)
    assert isinstance(told.told, WorseningEnded)


def test_a_case_that_cannot_be_read_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward()
    ward.write(FALL, 300)
    beds.add_bed(ward.ctx, actor="vet", bed="ICU 2")
    cases.admit(ward.ctx, actor="vet", admission=cases.Admission(name="Leo", bed="ICU 2", weight_kg=30))
    read, told = ward.ctx.store.trend, []

    def trend(case_id: str, **more: Any) -> list[TrendPoint]:
        if case_id != ward.case_id:
            raise IntegrityError("A trend row cannot be read.")
        return read(case_id, **more)

    monkeypatch.setattr(ward.ctx.store, "trend", trend)
    for second in range(3):
        with contextlib.suppress(IntegrityError):
            told += ward.look_at(301 + second / 60)
    assert [one.case_id for one in told] == [ward.case_id]


def test_a_lead_that_was_off_speaks_of_its_own_numbers_only() -> None:
    entry = ConditionEntry("lead_off", "ECG lead off", "ecg_ii", Origin.LIVE, NOON_US, NOON_US + 60 * US_PER_S)
    lasting = ConditionEntry("no_data", "Monitor is silent", "", Origin.LIVE, NOON_US)
    other = ConditionEntry("asystole", "No beat", "", Origin.LIVE, NOON_US)
    off, silent = faults([entry, lasting, other], NOON_US + 120 * US_PER_S)
    assert off.sources == {"hr", "hr_ecg", "rr_ecg"}
    assert (off.from_us, off.to_us) == (NOON_US, NOON_US + 60 * US_PER_S)
    assert (silent.sources, silent.to_us) == (frozenset(), NOON_US + 120 * US_PER_S)


def test_the_course_tells_changes_and_what_followed_a_treatment_beside_what_may_be_expected() -> None:
    ward = Ward()
    ward.write(RISE, 340)
    ward.give(239, "vasopressor", "norepinephrine")
    ward.clock.at_us = START_US + 340 * US_PER_MIN
    view = course_view(ward.ctx, ward.case_id, ward.clock.at_us)
    assert {one.key for one in view.changes} >= {"hr", "art_mean"}
    (treatment,) = view.treatments
    pressure = next(one for one in treatment.signs if one.sign == "map")
    assert pressure.source == "art_mean"
    assert pressure.windows[-1].verdict == "changed"
    (expected,) = treatment.expected
    assert expected.verdict == "as expected"
    assert expected.grade == "published"
    assert msgspec.json.decode(msgspec.json.encode(view))["treatments"][0]["what"] == "norepinephrine"


def test_a_course_without_values_is_empty_and_says_so_for_each_treatment() -> None:
    ward = Ward()
    ward.give(100, "vasopressor", "norepinephrine")
    view = course_view(ward.ctx, ward.case_id, ward.clock.at_us)
    assert (view.standing, view.changes) == ((), ())
    assert [one.text for one in view.treatments[0].expected] == ["not measured"]
