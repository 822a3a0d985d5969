"""Silence is judged by what arrived; an analysis that is late is said as that, and holds up no screen."""

import threading
from collections.abc import Iterator

import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record.events import MonitorConditionBegan, MonitorConditionEnded
from holdfast.signals import bedside
from holdfast.usecases import cases
from holdfast.usecases.ports import NewHeld
from making import monitor_message, numeric
from usecases.alarm_ward import AlarmWard


def message(ward: AlarmWard) -> NewHeld:
    """What the monitor sends at this moment."""
    now_us = ward.clock.at_us
    said = monitor_message(numeric("hr", 90.0, at_us=now_us), sent_us=now_us)
    return NewHeld(case_id=ward.case_id, bed=ward.bed, received_us=now_us, message=said)


def arrive(ward: AlarmWard, seconds: int) -> list[NewHeld]:
    """A message is committed each second and none is analysed."""
    waiting = []
    for _ in range(seconds):
        ward.clock.advance(1)
        waiting.append(message(ward))
        ward.ward.arrived(waiting[-1])
        ward.tick()
    return waiting


def test_a_monitor_whose_data_arrive_is_not_called_silent_however_late_the_analysis_is() -> None:
    ward = AlarmWard()
    ward.seconds(10, hr=90)
    shown_from_us = ward.clock.at_us
    arrive(ward, 61)
    view = ward.ward.view(ward.bed, ward.clock.at_us)
    assert (view.silent, view.last_message_us) == (False, ward.clock.at_us)
    assert (view.behind_s, view.shown_from_us) == (60, shown_from_us)
    assert ward.states() == {"analysis_behind": "active"}
    alarm = ward.alarm("analysis_behind")
    assert (alarm.priority, alarm.technical) == ("medium", True)
    assert alarm.text == "Analysis is 60 s behind: numbers shown are not of now"


def test_its_end_is_on_the_record_when_the_analysis_has_caught_up() -> None:
    ward = AlarmWard()
    ward.seconds(10, hr=90)
    waiting = arrive(ward, 20)
    for held in waiting:
        ward.ward.hear(held)
    ward.seconds(5, hr=90)
    assert ward.states() == {}
    view = ward.ward.view(ward.bed, ward.clock.at_us)
    assert (view.behind_s, view.shown_from_us, view.silent) == (0, None, False)
    kinds = MonitorConditionBegan, MonitorConditionEnded
    told = [(type(one), one.condition) for one in ward.events(*kinds)]
    assert told == [(kind, "analysis_behind") for kind in kinds]


def test_numbers_of_before_do_not_stand_as_those_of_now() -> None:
    ward = AlarmWard()
    ward.seconds(10, hr=90, temp=38.0)
    arrive(ward, 7)
    states = {one.key: (one.state, one.reason) for one in ward.ward.view(ward.bed, ward.clock.at_us).values}
    assert states["temp"] == ("stale", "not of now")
    assert states["hr"][0] == "stale"


def test_a_few_seconds_are_nothing_to_be_told() -> None:
    ward = AlarmWard()
    ward.seconds(10, hr=90)
    arrive(ward, 5)
    assert (ward.states(), ward.ward.view(ward.bed, ward.clock.at_us).behind_s) == ({}, 0)


def test_a_bed_of_which_nothing_was_analysed_yet_says_so_too() -> None:
    ward = AlarmWard()
    arrive(ward, 10)
    view = ward.ward.view(ward.bed, ward.clock.at_us)
    assert (view.behind_s, view.shown_from_us, view.silent) == (9, None, False)
    assert ward.states() == {"analysis_behind": "active"}


def test_a_monitor_that_stops_is_silent_also_while_the_analysis_is_late() -> None:
    ward = AlarmWard()
    ward.seconds(10, hr=90)
    arrive(ward, 10)
    ward.seconds(10)
    assert ward.states() == {"analysis_behind": "active", "no_data": "active"}


def test_what_will_not_be_analysed_is_not_waited_for() -> None:
    ward = AlarmWard()
    ward.seconds(10, hr=90)
    for held in arrive(ward, 10):
        ward.ward.not_followed(held)
    ward.tick()
    view = ward.ward.view(ward.bed, ward.clock.at_us)
    assert (view.behind_s, view.silent) == (0, False)


def test_a_clock_that_is_set_back_makes_no_analysis_late() -> None:
    ward = AlarmWard()
    ward.seconds(10, hr=90)
    arrive(ward, 2)
    ward.clock.at_us -= 3_600 * US_PER_S
    ward.tick()
    ward.clock.advance(3)
    ward.tick()
    assert ward.ward.view(ward.bed, ward.clock.at_us).behind_s == 0
    ward.clock.advance(3)
    ward.tick()
    assert ward.ward.view(ward.bed, ward.clock.at_us).behind_s == 7


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """An analysis that does not return until it is let go: (it began, let it go)."""
    began, go_on, step = threading.Event(), threading.Event(), bedside.step

    def slow(*arguments: object) -> object:
        began.set()
        assert go_on.wait(60)
        return step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(bedside, "step", slow)
    yield began, go_on
    go_on.set()


def test_screens_and_the_round_of_each_second_do_not_wait_for_the_analysis(
    held_up: tuple[threading.Event, threading.Event],
) -> None:
    began, go_on = held_up
    ward = AlarmWard()
    ward.clock.advance(1)
    analysis = threading.Thread(target=ward.ward.hear, args=(message(ward),), daemon=True)
    analysis.start()
    assert began.wait(60)
    arrive(ward, 8)  # would never return if a lock were held
    (card,) = ward.ward.board(ward.clock.at_us)
    assert (card.silent, card.behind_s) == (False, 8)
    assert ward.states() == {"analysis_behind": "active"}
    go_on.set()
    analysis.join(60)
    assert not analysis.is_alive()
    assert ward.ward.view(ward.bed, ward.clock.at_us).values[0].text == "90"


def test_a_dog_that_left_the_bed_during_the_analysis_leaves_nothing_on_it(
    held_up: tuple[threading.Event, threading.Event],
) -> None:
    began, go_on = held_up
    ward = AlarmWard()
    ward.clock.advance(1)
    analysis = threading.Thread(target=ward.ward.hear, args=(message(ward),), daemon=True)
    analysis.start()
    assert began.wait(60)
    cases.assign_bed(ward.ctx, actor="vet", case_id=ward.case_id, bed="")
    ward.tick()
    go_on.set()
    analysis.join(60)
    view = ward.ward.view(ward.bed, ward.clock.at_us)
    assert (view.case_id, view.values, view.last_message_us) == ("", (), None)
