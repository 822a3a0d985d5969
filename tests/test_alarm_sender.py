"""Alarms leave the house over a real socket, and each is acknowledged, refused or told again."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from holdfast.bootstrap.alarm_sender import LATE_US, Address, AlarmSender, read_address
from holdfast.gateways.hl7.acknowledge import Verdict, acknowledge
from holdfast.gateways.hl7.reading import read_message
from holdfast.gateways.hl7.server import MllpServer, serve
from holdfast.kernel.errors import OperatorError
from holdfast.record import alarm_events as al
from holdfast.record.events import case_stream
from holdfast.usecases import cases
from holdfast.usecases.context import Context, record
from making import make_context


class Receiver:
    """A nurse call that writes down what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.offered = 0
        self.away = False
        """It hears nothing and answers nothing; the line stands."""
        self.verdict = Verdict.ACCEPTED
        self.server: MllpServer | None = None

    async def handle(self, raw: bytes, _peer: str) -> bytes | None:
        if self.away:
            return None
        reading = read_message(raw, received_us=0)
        self.offered += 1
        (alert,) = reading.message.alerts
        said = (alert.text, alert.phase)
        if self.verdict is Verdict.ACCEPTED and said not in self.told:  # again, where its answer was lost
            self.told.append(said)
        return acknowledge(reading, self.verdict, now_us=1)

    async def _problem(self, raw: bytes, _peer: str, reason: str) -> None:
        raise AssertionError((raw, reason))

    async def open(self, port: int = 0) -> int:
        self.server = await serve("127.0.0.1", port, self.handle, on_problem=self._problem)
        return self.server.port

    async def close(self) -> None:
        if self.server:
            await self.server.close()
        self.server = None


class Ward:
    def __init__(self) -> None:
        self.ctx: Context = make_context()
        self.case_id = cases.admit(self.ctx, actor="ada", admission=cases.Admission(name="Rex"))

    def say(self, event: al.ANY_ALARM_EVENT) -> None:
        record(self.ctx, actor="holdfast", stream=case_stream(self.case_id), events=[event])

    def raised(self, text: str, alarm_id: str = "a1") -> None:
        self.say(
            al.AlarmRaised(
                at_us=self.ctx.clock.now_us(),
                alarm_id=alarm_id,
                alarm=f"alarm_{alarm_id}",
                signal="hr",
                text=text,
                priority="high",
                technical=False,
                audible_when_over=True,
                since_us=0,
            )
        )

    def over(self, alarm_id: str = "a1") -> None:
        self.say(al.AlarmCleared(at_us=self.ctx.clock.now_us(), alarm_id=alarm_id, why="over", latches=False))


def play(
    scenario: Callable[[Ward, Receiver, AlarmSender], Awaitable[None]], before: Callable[[Ward], None] = id
) -> None:
    async def whole() -> None:
        ward, receiver = Ward(), Receiver()
        before(ward)
        port = await receiver.open()
        sender = AlarmSender(ward.ctx, Address("127.0.0.1", port), again_s=(0.01,), timeout_s=1.0)
        task = asyncio.create_task(sender.run())
        try:
            async with asyncio.timeout(20):
                await scenario(ward, receiver, sender)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await receiver.close()

    asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_an_alarm_is_told_from_its_start_to_its_end() -> None:
    async def scenario(ward: Ward, receiver: Receiver, sender: AlarmSender) -> None:
        ward.raised("Asystole")
        ward.say(al.AlarmAcknowledged(at_us=ward.ctx.clock.now_us(), alarm_id="a1"))
        ward.over()
        await until(lambda: sender.acknowledged == 3)
        assert receiver.told == [("Asystole", "start"), ("Asystole", "continue"), ("Asystole", "end")]

    play(scenario)


def test_what_stands_at_the_start_is_told_and_so_is_its_end() -> None:
    async def scenario(ward: Ward, receiver: Receiver, sender: AlarmSender) -> None:
        await until(lambda: sender.acknowledged == 1)
        ward.over()
        await until(lambda: sender.acknowledged == 2)
        assert receiver.told == [("Asystole", "continue"), ("Asystole", "end")]

    play(scenario, before=lambda ward: ward.raised("Asystole"))


def test_a_receiver_that_was_away_is_told_all_that_matters_now() -> None:
    async def scenario(ward: Ward, receiver: Receiver, sender: AlarmSender) -> None:
        ward.raised("First", "a1")
        await until(lambda: sender.acknowledged == 1)
        receiver.away = True
        ward.over("a1")
        ward.raised("Second", "a2")
        await asyncio.sleep(0.3)
        receiver.away = False
        await until(lambda: ("Second", "start") in receiver.told)
        assert receiver.told == [("First", "start"), ("First", "end"), ("Second", "start")]

    play(scenario)


def test_a_receiver_that_comes_later_is_told() -> None:
    async def whole() -> None:
        ward, receiver = Ward(), Receiver()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        sender = AlarmSender(ward.ctx, Address("127.0.0.1", port), again_s=(0.01,))
        task = asyncio.create_task(sender.run())
        try:
            async with asyncio.timeout(20):
                ward.raised("Asystole")
                await asyncio.sleep(0.05)
                await receiver.open(port)
                await until(lambda: sender.acknowledged == 1)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await receiver.close()
        assert receiver.told == [("Asystole", "start")]

    asyncio.run(whole())


def test_an_old_start_is_not_told_late_but_what_stands_is() -> None:
    async def scenario(ward: Ward, receiver: Receiver, sender: AlarmSender) -> None:
        receiver.away = True
        ward.raised("Gone", "a1")
        ward.over("a1")
        ward.raised("Stands", "a2")
        ward.ctx.clock.advance(LATE_US / 1_000_000 + 1)
        receiver.away = False
        await until(lambda: ("Stands", "continue") in receiver.told)
        assert ("Gone", "start") not in receiver.told
        assert ("Stands", "start") not in receiver.told

    play(scenario)


def test_one_that_is_refused_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(ward: Ward, receiver: Receiver, sender: AlarmSender) -> None:
        receiver.verdict = Verdict.ERROR
        ward.raised("First", "a1")
        await until(lambda: sender.refused == 1)
        receiver.verdict = Verdict.ACCEPTED
        ward.raised("Second", "a2")
        await until(lambda: sender.acknowledged == 1)
        assert receiver.told == [("Second", "start")]

    play(scenario)
    assert "refused" in caplog.text


def test_one_that_is_not_taken_now_is_offered_again() -> None:
    async def scenario(ward: Ward, receiver: Receiver, sender: AlarmSender) -> None:
        receiver.verdict = Verdict.REJECTED
        ward.raised("First", "a1")
        await until(lambda: receiver.offered >= 3)
        receiver.verdict = Verdict.ACCEPTED
        await until(lambda: ("First", "start") in receiver.told)
        assert sender.refused == 0

    play(scenario)


@pytest.mark.parametrize("text", ["", "host", "host:", ":1", "host:0", "host:70000", "host:x"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(OperatorError):
        read_address(text)
