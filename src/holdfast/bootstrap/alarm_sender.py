"""Alarms to another system (IHE PCD-04 over MLLP), where the clinic named one. Each is sent until it is acknowledged.

What stands for too long is not sent late: an alarm means something now. When the receiver was away, what stands at that
moment is said again with the phase ``continue``; so is everything after a start.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from holdfast.bootstrap.house import House
from holdfast.gateways.hl7.alarm_message import AlarmSaid, encode_alarm
from holdfast.gateways.hl7.client import MllpSender
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.kernel.time import US_PER_S
from holdfast.record.alarm_events import AlarmAcknowledged, AlarmCleared, AlarmRaised
from holdfast.record.alarm_state import AlarmEntry, AlarmStatus
from holdfast.record.case_state import CaseState
from holdfast.record.events import Recorded, case_stream
from holdfast.usecases.context import Context

QUEUE_MAX = 500
"""More waiting than this is no call for help any more; what stands is said again afterwards."""
LATE_US = 60 * US_PER_S
"""An alarm that waited for so long is told by what stands then (estimate, ours)."""
AGAIN_S = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Pauses before the receiver is tried again; the last one from then on."""

log = logging.getLogger("holdfast")


@dataclass(frozen=True)
class Address:
    host: str
    port: int


def read_address(text: str) -> Address:
    """``HOST:PORT``; raises ``OperatorError``."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise OperatorError(f"{text!r} is not an address for alarms.", "Write it as HOST:PORT, e.g. 10.0.0.7:6600.")
    return Address(host, int(port))


class AlarmSender:
    """Follows the record and sends. ``hear`` may be called from any thread; all else belongs to one event loop."""

    def __init__(
        self, ctx: Context, to: Address, *, again_s: tuple[float, ...] = AGAIN_S, timeout_s: float = 10.0
    ) -> None:
        self._ctx = ctx
        self._to = to
        self._again_s = again_s
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[AlarmSaid] = deque()
        self._more = asyncio.Event()
        self._known: dict[str, AlarmSaid] = {}
        """Alarms that were told, or are about to be, until their end."""
        self._missed = True
        """Something was not sent: what stands is to be said again. True at a start."""
        self.acknowledged = 0
        self.refused = 0
        ctx.book.on_event(self.hear)

    def hear(self, item: Recorded) -> None:
        """An event of the record; what is about an alarm is queued."""
        if isinstance(item.event, AlarmRaised | AlarmCleared | AlarmAcknowledged):
            with contextlib.suppress(RuntimeError):  # the house is being closed, and the loop is already
                self._loop.call_soon_threadsafe(self._take, item)

    def _take(self, item: Recorded) -> None:
        event = item.event
        if isinstance(event, AlarmRaised):
            case = self._ctx.book.case(item.stream.removeprefix(case_stream("")))
            said = replace(_said(case, event, event.at_us), key=event.signal, value=event.value, unit=event.unit)
        elif isinstance(event, AlarmCleared | AlarmAcknowledged) and (known := self._known.get(event.alarm_id)):
            over = isinstance(event, AlarmCleared)
            acknowledged = known.acknowledged or not over
            said = replace(known, phase="end" if over else "continue", acknowledged=acknowledged, at_us=event.at_us)
        else:
            return  # never told: nothing there can be ended
        if said.phase == "end":
            del self._known[said.alarm_id]
        else:
            self._known[said.alarm_id] = said
        self._waiting.append(said)
        if len(self._waiting) > QUEUE_MAX:
            self._waiting.remove(next((one for one in self._waiting if one.phase != "end"), self._waiting[0]))
            self._missed = True
        self._more.set()

    async def run(self) -> None:
        """Send until cancelled. A receiver that is away costs nothing but the log line that says so."""
        failures = 0
        while True:
            try:
                async with MllpSender(self._to.host, self._to.port, timeout_s=self._timeout_s) as line:
                    while True:
                        await self._send_next(line)
                        failures = 0
            except WorldError as error:
                if not failures:
                    log.error("alarms cannot be sent to %s:%s: %s", self._to.host, self._to.port, error)
            await asyncio.sleep(self._again_s[min(failures, len(self._again_s) - 1)])
            failures += 1

    async def _send_next(self, line: MllpSender) -> None:
        if self._missed:
            for said in self._standing():
                self._known.setdefault(said.alarm_id, said)
                await self._send(line, said)
            self._missed = False
        while not self._waiting:
            self._more.clear()
            await self._more.wait()
        said = self._waiting.popleft()
        if said.phase != "end" and self._ctx.clock.now_us() - said.at_us > LATE_US:
            self._missed = True
            return
        try:
            await self._send(line, said)
        except WorldError:
            self._waiting.appendleft(said)
            raise

    async def _send(self, line: MllpSender, said: AlarmSaid) -> None:
        answer = await line.send(encode_alarm(said, self._ctx.ids.new_id(), self._ctx.clock.now_us()))
        if not answer.code:
            raise WorldError(f"The receiver gave no answer: {answer.text}", "It is tried again.")
        late = self._ctx.clock.now_us() - said.at_us > LATE_US
        if answer.code.endswith("R") and not late:  # not now: it may take it in a moment
            raise WorldError(f"The receiver does not take alarms now: {answer.text}", "It is tried again.")
        if answer.accepted:
            self.acknowledged += 1
        else:  # sent again it would be refused again, or has held up the others for long enough
            self.refused += 1
            log.error("the receiver refused an alarm (%s): %s", answer.code, answer.text)

    def _standing(self) -> list[AlarmSaid]:
        """What sounds or would, and is not waiting to be said for the first time."""
        waiting = {said.alarm_id for said in self._waiting}
        return [
            replace(
                _said(case, entry, entry.raised_us),
                phase="continue",
                acknowledged=entry.status is AlarmStatus.ACKNOWLEDGED,
            )
            for case in self._ctx.book.open_cases()
            for entry in case.alarms.alarms
            if entry.status is not AlarmStatus.LATCHED and entry.alarm_id not in waiting
        ]


def _said(case: CaseState, alarm: AlarmRaised | AlarmEntry, at_us: int) -> AlarmSaid:
    """An alarm as it begins."""
    return AlarmSaid(
        alarm_id=alarm.alarm_id,
        case_id=case.case_id,
        name=case.name,
        bed=case.bed,
        text=alarm.text or alarm.alarm,
        priority=alarm.priority,
        technical=alarm.technical,
        phase="start",
        acknowledged=False,
        at_us=at_us,
        training=case.training,
    )


@contextlib.asynccontextmanager
async def sending_alarms(house: House) -> AsyncIterator[None]:
    """Alarms go out while the block lasts, where an address is configured."""
    if not house.config.alarms_to:
        yield
        return
    sender = AlarmSender(house.ctx, read_address(house.config.alarms_to))
    task = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
