"""The course on a page: what is said, what cannot be said, and that it brings itself."""

import pytest

from holdfast.kernel.time import US_PER_MIN
from holdfast.record import events as ev
from holdfast.record.monitor import Origin
from holdfast.usecases import cases
from holdfast.usecases.ports import Change, NewBlock, NewEvent, TrendPoint
from monitoring.made_courses import CALM, T0_US, made, ramp

RISE = {**CALM, "hr": ramp(170, 100, 240, 262), "art_mean": ramp(50, 85, 240, 262)}


def write(house, levels, minutes: int) -> None:
    """Trend rows as if blocks had brought them, up to now."""
    shift_us = house.clock.at_us - minutes * US_PER_MIN - T0_US
    rows = tuple(
        TrendPoint(key=key, unit="1", at_us=at_us + shift_us, last=x, low=x, high=x, count=1, origin=Origin.SIMULATED)
        for key, values in made(levels, minutes).items()
        for at_us, x in values
    )
    block = NewBlock(
        block_id="b", case_id=house.case_id, start_us=rows[0].at_us, end_us=house.clock.at_us, data=b"", trend=rows
    )
    house.ctx.store.submit(Change(command_id="b", actor="d", recorded_us=house.clock.at_us, blocks=(block,))).result()


def give(house, minutes_ago: int) -> None:
    cases.give_treatment(
        house.ctx, actor="holdfast", case_id=house.case_id, category="vasopressor", what="norepinephrine", amount="",
        at_us=house.clock.at_us - minutes_ago * US_PER_MIN,
    )  # fmt: skip


def test_a_treatment_is_told_with_effect_range_and_grade_of_what_may_be_expected(house) -> None:
    write(house, RISE, 340)
    give(house, 101)
    page = house.client("clinician").get(f"/cases/{house.case_id}/course").text
    assert "Mean arterial pressure" in page
    assert "as expected, " in page
    assert "range +" in page
    assert "published" in page
    assert "Heart rate fell from" in page
    told = house.client("clinician").get(f"/api/cases/{house.case_id}/course").json()
    assert [one["what"] for one in told["treatments"]] == ["norepinephrine"]
    line = house.client("clinician").get(f"/cases/{house.case_id}/timeline").text
    assert "after it: mean arterial pressure as expected" in line


def test_what_cannot_be_said_is_said_with_its_reason(house) -> None:
    give(house, 40)
    page = house.client("clinician").get(f"/cases/{house.case_id}/course").text
    assert ": cannot say: not measured" in page


@pytest.mark.parametrize(
    ("kind", "text"),
    [("sustained_improvement", "Look again: better. This promises nothing"), ("deterioration", "Getting worse")],
)
def test_a_state_that_holds_stands_first(house, kind, text) -> None:
    event = ev.MonitorConditionBegan(at_us=house.clock.at_us, condition=kind, text=text)
    new = NewEvent(stream=ev.case_stream(house.case_id), event=event)
    change = Change(command_id="c", actor="holdfast", recorded_us=house.clock.at_us, events=(new,))
    house.ctx.store.submit(change).result()
    page = house.client("clinician").get(f"/cases/{house.case_id}/course").text
    assert page.index(text) < page.index("After what was given")


def test_bed_and_case_bring_it_and_an_empty_bed_does_not(house) -> None:
    for path in (f"/cases/{house.case_id}", "/beds/Bed 1"):
        assert f'data-course="{house.case_id}"' in house.client("clinician").get(path).text
    assert (
        'data-course="" data-testid="course" aria-label="Course" hidden'
        in house.client("clinician").get("/beds/Bed 2").text
    )
