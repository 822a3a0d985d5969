"""What is done once a second, whoever is looking."""

import asyncio
import logging
from collections.abc import Callable

from holdfast.bootstrap.house import House
from holdfast.kernel.errors import HoldfastError
from holdfast.usecases.flushing import Flusher

log = logging.getLogger("holdfast")

TICK_S = 1.0


async def keep_house(house: House) -> None:
    """Once a second: follow the log, notice silence, turn held messages into blocks, watch the courses."""
    loop = asyncio.get_running_loop()
    flusher = Flusher(house.ctx, report)
    while True:
        started = loop.time()
        await asyncio.to_thread(tick, house, flusher)
        await asyncio.sleep(max(0.05, TICK_S - (loop.time() - started)))


def tick(house: House, flusher: Flusher) -> None:
    """Each duty on its own: none may keep the others from being done."""
    now_us = house.ctx.clock.now_us()
    duties: dict[str, Callable[[], None]] = {
        "following the log": house.ctx.book.catch_up,
        "noticing silent monitors": lambda: house.ward.tick(now_us),
        "turning held messages into blocks": lambda: flusher.flush_due(now_us),
        "watching the bed while a tray is ready": lambda: house.trays.follow(now_us),
        "watching what changes over hours": lambda: house.courses.follow(now_us, house.ward.tell),
        "calling people": lambda: house.desk.follow(now_us),
        "saving the case book": house.keeper.follow,
        "sending checkpoints to witnesses": lambda: house.witnessing.follow(now_us),
    }
    for name, duty in duties.items():
        try:
            duty()
            house.health.well(name)
        except Exception as error:
            house.health.failed(name, f"{name.capitalize()} does not work; it is tried again every second.")
            house.figures.duty_failed(name)
            report(f"{name} failed and is tried again: {error}", error)


def report(sentence: str, error: Exception | None) -> None:
    """Into the log; with a traceback where the error is a surprise."""
    log.error("%s", sentence, exc_info=None if isinstance(error, HoldfastError) else error)
