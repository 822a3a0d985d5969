"""Small makers that many tests share: a clock that stands, ids that count, a context in memory."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from holdfast.kernel.time import US_PER_S, from_iso
from holdfast.knowledge.loader import load
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.monitor_blocks import build_flush, due_cases
from holdfast.usecases.ports import Change, Held

NOON_US = from_iso("2026-03-01T12:00:00+00:00")


@dataclass
class StandingClock:
    """Time moves only when a test says so."""

    at_us: int = NOON_US

    def now_us(self) -> int:
        return self.at_us

    def advance(self, seconds: float) -> int:
        self.at_us += int(seconds * US_PER_S)
        return self.at_us


class CountingIds:
    def __init__(self) -> None:
        self._count = 0

    def new_id(self) -> str:
        self._count += 1
        return f"id{self._count}"

    def new_secret(self) -> str:
        self._count += 1
        return f"secret-{self._count:040d}"


def make_context(clock: StandingClock | None = None) -> Context:
    """A context on an empty in-memory record, with the real knowledge."""
    store = MemoryStore()
    return Context(
        store=store,
        book=CaseBook(store),
        clock=clock or StandingClock(),
        ids=CountingIds(),
        knowledge=load(),
    )


def flushes(held: list[Held], *, new_id: Callable[[], str], now_us: int) -> list[Change]:
    """The flush of every case whose time has come."""
    due = due_cases(held, now_us)
    return [build_flush(case_id, waiting, new_id=new_id, now_us=now_us) for case_id, waiting in due.items()]


def numeric(key: str, value: float, *, at_us: int = NOON_US, unit: str = "/min") -> Numeric:
    return Numeric(key=key, code="0", name=key.upper(), value=value, unit=unit, at_us=at_us)


def wave(key: str, samples: np.ndarray, *, start_us: int = NOON_US, rate_hz: float = 250.0, unit: str = "mV") -> Wave:
    data = np.asarray(samples, dtype="<f4").tobytes()
    return Wave(key=key, code="0", name=key.upper(), unit=unit, rate_hz=rate_hz, start_us=start_us, samples=data)


def monitor_message(
    *numerics: Numeric,
    device: str = "MON-1",
    control_id: str = "1",
    sent_us: int = NOON_US,
    origin: Origin = Origin.LIVE,
    waves: tuple[Wave, ...] = (),
) -> MonitorMessage:
    return MonitorMessage(
        device=device, control_id=control_id, sent_us=sent_us, origin=origin, numerics=numerics, waves=waves
    )
