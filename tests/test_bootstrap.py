"""The wiring: one duty that fails leaves the others to be done, and one big message holds up nobody."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.examples import SECOND_US, T0_US, change, held
from holdfast.bootstrap import duties, monitors
from holdfast.bootstrap.house import House, open_house
from holdfast.bootstrap.monitors import handle_hl7
from holdfast.config import Config
from holdfast.gateways.hl7.reading import Reading
from holdfast.kernel.errors import IntegrityError
from holdfast.usecases.flushing import Flusher
from making import CountingIds, StandingClock


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = open_house(Config(data_dir=tmp_path), clock=StandingClock(T0_US + 60 * SECOND_US), ids=CountingIds())
    yield house
    house.close()


def test_a_duty_that_fails_leaves_the_others_to_be_done(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise IntegrityError("Event 7 cannot be read.")

    monkeypatch.setattr(house.ctx.book, "catch_up", fails)
    monkeypatch.setattr(house.ward, "tick", fails)
    house.ctx.store.submit(change(held=(held(0),))).result()
    duties.tick(house, Flusher(house.ctx, duties.report))
    assert house.ctx.store.held() == []
    assert [record.getMessage() for record in caplog.records] == [
        "following the log failed and is tried again: Event 7 cannot be read.",
        "noticing silent monitors failed and is tried again: Event 7 cannot be read.",
    ]


def test_the_loop_goes_on_while_a_message_is_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    loop_went_on = threading.Event()

    def slow(raw: bytes, **_: object) -> Reading:
        assert loop_went_on.wait(10), "the event loop stood still while the message was read"
        return Reading("", "", problem="Slow.")

    monkeypatch.setattr(monitors, "read_message", slow)

    async def run() -> bytes | None:
        reading = asyncio.create_task(handle_hl7(house, b"MSH|", "10.0.0.1:1"))
        await asyncio.sleep(0.01)
        loop_went_on.set()
        return await reading

    assert b"MSA|AE" in (asyncio.run(run()) or b"")
