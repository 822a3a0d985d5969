"""The machine's clock is set while a dog is watched: nothing is lost, nothing looks fresh that is not, and who is
signed in is asked again at most."""

import pytest

from faults.conftest import Ward, was_kept
from holdfast.bootstrap import duties
from holdfast.kernel.time import US_PER_H, US_PER_S
from holdfast.record.blocks import decode_block
from holdfast.usecases.flushing import Flusher

DAY_S = 24 * 3600


@pytest.mark.parametrize("jump_s", [-3600, -400 * DAY_S, 3600, 400 * DAY_S])
def test_a_clock_that_jumps_loses_nothing_and_the_record_verifies(ward: Ward, jump_s: int) -> None:
    flusher = Flusher(ward.house.ctx, duties.report)

    def minute() -> None:
        for _ in range(4):
            assert was_kept(ward.hears(ward.says()))
            ward.clock.advance(15)
            duties.tick(ward.house, flusher)

    assert ward.note("before").status_code == 201
    minute()
    ward.clock.advance(jump_s)
    minute()
    note = ward.note("after")
    assert note.status_code == (201 if jump_s < DAY_S else 401), note.text
    ward.clock.advance(-jump_s)
    minute()
    ward.sign_in()
    assert ward.note("set right again").status_code == 201
    blocks = ward.house.ctx.store.blocks(ward.cases[0], from_us=-(2**62), to_us=2**62)
    assert len(ward.kept()) + sum(_messages(block.data) for block in blocks) == 12
    report = ward.verified()
    assert report.ok, report.problems


def test_an_old_value_does_not_look_fresh_when_the_clock_is_set_back(ward: Ward) -> None:
    assert was_kept(ward.hears(ward.says(value=121.0)))
    ward.house.analysis.submit("t", lambda: None).result(10)
    duties.tick(ward.house, Flusher(ward.house.ctx, duties.report))
    assert _shown(ward) == "121"
    ward.clock.advance(-3600)
    duties.tick(ward.house, Flusher(ward.house.ctx, duties.report))
    ward.clock.advance(600)
    duties.tick(ward.house, Flusher(ward.house.ctx, duties.report))
    assert _shown(ward) != "121", "a value of ten minutes ago stands as if it were new"


def test_a_silent_monitor_is_noticed_although_the_clock_was_set_back(ward: Ward) -> None:
    flusher = Flusher(ward.house.ctx, duties.report)
    assert was_kept(ward.hears(ward.says()))
    ward.house.analysis.submit("t", lambda: None).result(10)
    duties.tick(ward.house, flusher)
    ward.clock.at_us -= US_PER_H
    for _ in range(10):
        ward.clock.at_us += 15 * US_PER_S
        duties.tick(ward.house, flusher)
    view = ward.house.ward.view("Bed 1", ward.clock.at_us)
    said = " ".join(condition.text.lower() for condition in view.conditions)
    assert "no data" in said or "silent" in said


def _shown(ward: Ward) -> str:
    view = ward.house.ward.view("Bed 1", ward.clock.at_us)
    return next((value.text for value in view.values if value.key == "hr"), "")


def _messages(data: bytes) -> int:
    return len(decode_block(data).messages)
