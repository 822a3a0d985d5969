"""A house on a real socket behind a cable that a story can cut, and a browser signed in to it.

The cable has three states: open, cut (nothing connects, what was connected breaks), and mute (what is sent arrives, the
answer is lost on its way back), which is the one that doubles entries.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from holdfast.kernel.time import US_PER_S
from making import StandingClock
from stories.browsing import sign_in
from stories.conftest import PATIENCE_MS
from web.web_house import PASSWORD, House, make_house

_PIECE = 65536


@dataclass
class FlowingClock(StandingClock):
    """Goes like any clock, and can be put forward."""

    began_s: float = field(default_factory=time.monotonic)

    def now_us(self) -> int:
        return self.at_us + int((time.monotonic() - self.began_s) * US_PER_S)


@dataclass
class Cable:
    """Carries bytes between two ports as long as it is open."""

    server_port: int
    state: str = "open"
    port: int = 0
    lost: int = 0
    """Answers that did not come back."""
    _ends: set[socket.socket] = field(default_factory=set)
    _door: socket.socket = field(default_factory=socket.socket)

    def __post_init__(self) -> None:
        self._door.bind(("127.0.0.1", 0))
        self._door.listen(64)
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._admit, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def turn(self, state: str) -> None:
        self.state = state
        if state == "cut":
            for end in list(self._ends):
                self._drop(end)

    def close(self) -> None:
        self.turn("cut")
        self._door.close()

    def _admit(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self.state == "cut":
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.server_port))
                self._ends |= {near, far}
                for source, sink, back in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._carry, args=(source, sink, back), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                if back and self.state == "mute":
                    self.lost += 1
                    break
                sink.sendall(piece)
        self._drop(source)
        self._drop(sink)

    def _drop(self, end: socket.socket) -> None:
        self._ends.discard(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextlib.contextmanager
def served(tmp_path: Path, clock: StandingClock) -> Iterator[tuple[House, Cable]]:
    """A house with a dog on a bed, listening; it ends with the block."""
    house = make_house(tmp_path, clock)
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(house.app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    cable = Cable(door.getsockname()[1])
    try:
        yield house, cable
    finally:
        cable.close()
        server.should_exit = True
        thread.join()
        house.ctx.store.close()


@contextlib.contextmanager
def browser_of(
    chromium: Browser, cable: Cable, login: str = "clinician", from_us: int | None = None, **options: object
) -> Iterator[BrowserContext]:
    """A browser that has signed in; with ``from_us`` its clock can be put forward, and begins there."""
    context = chromium.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    if from_us is not None:
        context.clock.install(time=from_us / US_PER_S)
    sign_in(context.new_page(), cable.address, login, PASSWORD)
    yield context
    context.close()


def copied(page: Page, path: str) -> None:
    """Wait until this browser has a copy of the page."""
    while not page.evaluate("async (path) => Boolean(await caches.match(path))", path):
        page.wait_for_timeout(50)
