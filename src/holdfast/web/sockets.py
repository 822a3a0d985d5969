"""Live screens: one state a second to every browser, waves as they come.

A browser that reads slowly loses the oldest waves of each strip and never a state: a state replaces
the one before it, waves wait in short bounded queues, one for each strip. The state that comes every second is also the
heartbeat by which a page knows that it is alive.
"""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from holdfast.kernel.limits import SOCKET_QUEUE_MAX, SOCKET_STRIPS_MAX
from holdfast.record.alarm_events import ANY_ALARM_EVENT
from holdfast.record.events import Recorded
from holdfast.usecases.live_views import BeatsFrame, BedView, Frame
from holdfast.web.access import may_open
from holdfast.web.alarm_strip import ranked, strip
from holdfast.web.gate import identify, same_origin
from holdfast.web.services import WebServices

log = logging.getLogger(__name__)

STATE_EVERY_S = 1.0
RECHECK_EVERY_S = 15.0
"""A screen whose session ended must go dark soon. An open screen also keeps its session alive: the
board on the wall must not sign itself out in the night."""

BOARD = ""
"""Stands for all beds where a bed's name is asked for; no bed has an empty name."""

ALARMS = "\n"
"""Stands for the alarms of all beds; no bed's name holds a control character."""

FOLLOW_EVERY_S = 0.1
"""How often the record is asked for what was committed: an alarm must not wait for the next second."""

_HURRY_AFTER_S = 0.05
"""What was committed at the same time as an alarm is shown with it."""

_POLICY_VIOLATION = 1008


class Outbox:
    """What waits for one browser. Used from the event loop only."""

    def __init__(self) -> None:
        self._state: bytes | None = None
        self._strips: dict[str, deque[tuple[int, bytes]]] = {}
        """Messages of each strip that has any, numbered in the order they came."""
        self._put = 0
        self._something = asyncio.Event()

    def put_state(self, message: bytes) -> None:
        """Replaces a state that was not sent yet: only the newest is true."""
        self._state = message
        self._something.set()

    def put_wave(self, strip: str, message: bytes) -> None:
        """The oldest message of the strip falls out when it has too many waiting."""
        self._put += 1
        self._strips.setdefault(strip, deque(maxlen=SOCKET_QUEUE_MAX)).append((self._put, message))
        if len(self._strips) > SOCKET_STRIPS_MAX:
            del self._strips[self._oldest_strip()]
        self._something.set()

    def _oldest_strip(self) -> str:
        return min(self._strips, key=lambda strip: self._strips[strip][0][0])

    async def next(self) -> bytes:
        """The state first, then waves in the order they came."""
        while True:
            if self._state is not None:
                message, self._state = self._state, None
                return message
            if self._strips:
                strip = self._oldest_strip()
                _, message = self._strips[strip].popleft()
                if not self._strips[strip]:
                    del self._strips[strip]
                return message
            self._something.clear()
            await self._something.wait()


class Hub:
    """All open screens, and the one loop that feeds them."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._screens: dict[str, set[Outbox]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: frozenset[str] = frozenset()
        self._watched_lock = threading.Lock()
        self._hurry = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Feed screens while the application runs."""
        self._loop = asyncio.get_running_loop()
        self._services.ward.add_listener(self._on_frame)
        self._services.ctx.book.on_event(self._on_event)
        tasks = [asyncio.create_task(self._tick()), asyncio.create_task(self._follow_record())]
        try:
            yield
        finally:
            self._services.ward.remove_listener(self._on_frame)
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def attach(self, bed: str) -> Outbox:
        outbox = Outbox()
        self._screens.setdefault(bed, set()).add(outbox)
        self._rewatch()
        return outbox

    def detach(self, bed: str, outbox: Outbox) -> None:
        self._screens.get(bed, set()).discard(outbox)
        if not self._screens.get(bed):
            self._screens.pop(bed, None)
        self._rewatch()

    @property
    def followers(self) -> int:
        """Screens that are open now."""
        return sum(len(outboxes) for outboxes in list(self._screens.values()))

    async def state_of(self, bed: str) -> bytes:
        """The message that shows a bed, or the board, as it is now."""
        now_us = self._services.ctx.clock.now_us()
        if bed in (BOARD, ALARMS):
            views = await run_in_threadpool(self._services.ward.board, now_us)
            if bed == ALARMS:
                views += await run_in_threadpool(self._services.ward.without_bed, now_us)
                return _tagged("alarms", msgspec.json.encode(strip(views, now_us)))
            return msgspec.json.encode({"type": "board", "server_us": now_us, "beds": ranked(views)})
        return state_message(await run_in_threadpool(self._services.ward.view, bed, now_us))

    def _rewatch(self) -> None:
        with self._watched_lock:
            self._watched = frozenset(self._screens)

    def _on_frame(self, frame: Frame) -> None:
        """Called from any thread; encodes only what somebody watches."""
        loop = self._loop
        with self._watched_lock:
            watched = frame.bed in self._watched
        if watched and loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # the loop closed between the question and the call
                loop.call_soon_threadsafe(self._spread, frame.bed, strip_of(frame), frame_message(frame))

    def _on_event(self, item: Recorded) -> None:
        """Called from any thread when something was committed: what happened to an alarm is shown at once."""
        loop = self._loop
        if isinstance(item.event, ANY_ALARM_EVENT) and loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # as in _on_frame
                loop.call_soon_threadsafe(self._hurry.set)

    def _spread(self, bed: str, strip: str, message: bytes) -> None:
        for outbox in self._screens.get(bed, ()):
            outbox.put_wave(strip, message)

    async def _follow_record(self) -> None:
        while True:
            await asyncio.sleep(FOLLOW_EVERY_S)
            if self._screens:
                try:
                    await run_in_threadpool(self._services.ctx.book.catch_up)
                except Exception:
                    log.exception("the record could not be read")

    async def _tick(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), STATE_EVERY_S)
                await asyncio.sleep(_HURRY_AFTER_S)
            self._hurry.clear()
            for bed in list(self._screens):
                try:
                    message = await self.state_of(bed)
                except Exception:
                    # Screens then hear nothing and say STALE by themselves, which is the truth.
                    log.exception("no state for %s", bed.strip() or "all beds")
                    continue
                for outbox in self._screens.get(bed, ()):
                    outbox.put_state(message)


def state_message(view: BedView) -> bytes:
    return _tagged("state", msgspec.json.encode(view))


def frame_message(frame: Frame) -> bytes:
    return _tagged("beats" if isinstance(frame, BeatsFrame) else "wave", msgspec.json.encode(frame))


def strip_of(frame: Frame) -> str:
    """What a screen draws in one strip waits in one queue."""
    return f"beats {frame.signal}" if isinstance(frame, BeatsFrame) else f"wave {frame.key}"


def _tagged(kind: str, body: bytes) -> bytes:
    return b'{"type":"' + kind.encode() + b'",' + body[1:]


class LiveScreen:
    """A WebSocket endpoint: ``screen`` (:data:`BOARD`, :data:`ALARMS`), or the bed in its path."""

    def __init__(self, route: str, hub: Hub, services: WebServices, screen: str = BOARD) -> None:
        self._route = route
        self._screen = screen
        self._hub = hub
        self._services = services

    async def __call__(self, socket: WebSocket) -> None:
        bed = str(socket.path_params.get("bed", self._screen))
        known = bed in (BOARD, ALARMS) or bed in self._services.ctx.book.clinic.beds
        # Browsers always send Origin with a WebSocket; one without it is a tool and still needs the cookie.
        if not known or not same_origin(socket) or not await self._welcome(socket):
            await socket.close(_POLICY_VIOLATION)
            return
        await socket.accept()
        outbox = self._hub.attach(bed)
        tasks = [
            asyncio.create_task(self._send(socket, bed, outbox)),
            asyncio.create_task(self._recheck(socket)),
            asyncio.create_task(_listen(socket)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.detach(bed, outbox)
            for task in tasks:
                task.cancel()
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(_POLICY_VIOLATION)

    async def _welcome(self, socket: WebSocket) -> bool:
        account, _ = await run_in_threadpool(identify, socket, self._services)
        return account is not None and may_open(self._route, account.role)

    async def _send(self, socket: WebSocket, bed: str, outbox: Outbox) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            outbox.put_state(await self._hub.state_of(bed))
            while True:
                await socket.send_text((await outbox.next()).decode())

    async def _recheck(self, socket: WebSocket) -> None:
        while True:
            await asyncio.sleep(RECHECK_EVERY_S)
            if not await self._welcome(socket):
                return


async def _listen(socket: WebSocket) -> None:
    """A screen says nothing; this only notices that it left."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()
