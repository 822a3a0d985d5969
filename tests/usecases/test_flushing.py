"""What one case cannot do keeps no other case waiting, and no message blocks its own case for ever."""

from concurrent.futures import Future
from typing import Any

import msgspec
import pytest

from contract.examples import SECOND_US, T0_US, change, held, message, wave
from holdfast.kernel.errors import WorldError
from holdfast.kernel.limits import FLUSH_RETRY_S
from holdfast.record.blocks import decode_block
from holdfast.record.monitor import MonitorMessage, Numeric, Wave
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.flushing import Flusher
from holdfast.usecases.ports import Change, Receipt, Store
from holdfast.usecases.verification import verify
from making import CountingIds, StandingClock

SAMPLES = b"\0\0\0\0" * 4


class FailingFor:
    """A store on which one case cannot be written."""

    def __init__(self, case_id: str, *, at_once: bool = False) -> None:
        self.store = MemoryStore()
        self.case_id = case_id
        self.at_once = at_once
        self.failures = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def submit(self, one: Change) -> Future[Receipt]:
        if any(block.case_id == self.case_id for block in one.blocks):
            self.failures += 1
            error = WorldError("The disk is full.", "Free some space.")
            if self.at_once:
                raise error
            failed: Future[Receipt] = Future()
            failed.set_exception(error)
            return failed
        return self.store.submit(one)


def flusher(store: Any, told: list[str]) -> Flusher:
    ctx = Context(store=store, book=CaseBook(store), clock=StandingClock(), ids=CountingIds(), knowledge=None)  # type: ignore[arg-type]
    return Flusher(ctx, lambda sentence, error: told.append(sentence))


def hear(store: Any, seconds: range, **more: Any) -> None:
    for second in seconds:
        store.submit(change(held=(held(second, **more),))).result()


def waiting(store: Any) -> dict[str, int]:
    rows = [one.case_id for one in store.held()]
    return {case_id: rows.count(case_id) for case_id in sorted(set(rows))}


@pytest.mark.parametrize("at_once", [False, True])
def test_a_case_that_cannot_be_written_keeps_no_other_waiting_and_is_tried_again(at_once: bool) -> None:
    store, told = FailingFor("rex", at_once=at_once), []
    one = flusher(store, told)
    hear(store, range(12))
    hear(store, range(12), case_id="leo", bed="ICU 3")
    now_us = T0_US + 12 * SECOND_US
    for second in range(FLUSH_RETRY_S):
        one.flush_due(now_us + second * SECOND_US)
    assert waiting(store) == {"rex": 12}
    assert store.failures == 1
    assert len(told) == 1
    assert "case rex" in told[0]
    assert "The disk is full." in told[0]
    one.flush_due(now_us + FLUSH_RETRY_S * SECOND_US)
    assert store.failures == 2
    store.case_id = ""
    one.flush_due(now_us - 3_600 * SECOND_US)  # the machine's clock was set back: not due
    one.flush_due(now_us + 2 * FLUSH_RETRY_S * SECOND_US)
    assert waiting(store) == {}


IMPOSSIBLE: list[dict[str, Any]] = [
    {"waves": (wave(5), Wave(key="x", code="", name="X", unit="1", rate_hz=1e-16, start_us=T0_US, samples=SAMPLES))},
    {"waves": (Wave(key="x", code="", name="X", unit="1", rate_hz=1e-310, start_us=T0_US, samples=SAMPLES),)},
    {"waves": (Wave(key="x", code="", name="X", unit="1", rate_hz=0.0, start_us=T0_US, samples=SAMPLES),)},
    {"waves": (Wave(key="x", code="", name="X", unit="1", rate_hz=1.0, start_us=T0_US, samples=b"\0\0\0"),)},
    {"waves": (Wave(key="x", code="", name="X", unit="1", rate_hz=1.0, start_us=2**63 - 1, samples=SAMPLES),)},
    {"numerics": (Numeric(key="hr", code="", name="HR", value=1.0, unit="1", at_us=2**63 - 1),)},
    {"sent_us": -(2**63)},
]


@pytest.mark.parametrize("number", range(len(IMPOSSIBLE)))
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_message_that_no_block_can_hold_is_moved_aside(kind: str, number: int, tmp_path: Any) -> None:
    store: Store = MemoryStore() if kind == "memory" else SqlStore(tmp_path / "record.db")
    told: list[str] = []
    bad = msgspec.structs.replace(message(5), **IMPOSSIBLE[number])
    hear(store, range(5))
    store.submit(change(held=(msgspec.structs.replace(held(5), message=bad),))).result()
    hear(store, range(6, 10))
    flusher(store, told).flush_due(T0_US + 11 * SECOND_US)
    assert store.held() == []
    (aside,) = store.quarantine()
    assert aside.reason.startswith("No monitor block can hold it: ")
    assert aside.device == "MON-1"
    assert aside.peer == "held for case rex"
    raw = store.quarantine_raw(aside.quarantine_id)
    assert raw is not None
    assert msgspec.msgpack.decode(raw, type=MonitorMessage) == bad
    assert [sentence.split(". ")[0] for sentence in told] == ["A message of case rex was moved to the quarantine"]
    kept = [
        one for block in store.blocks("rex", from_us=0, to_us=2 * T0_US) for one in decode_block(block.data).messages
    ]
    assert sorted(kept, key=lambda one: one.sent_us) == [message(second) for second in range(10) if second != 5]
    assert verify(store).ok
    store.close()


def test_a_case_with_nothing_but_such_a_message_is_free_again() -> None:
    store, told = MemoryStore(), []
    bad = msgspec.structs.replace(message(0), sent_us=2**62, numerics=(), waves=())
    store.submit(change(held=(msgspec.structs.replace(held(0), message=bad),))).result()
    flusher(store, told).flush_due(T0_US + 11 * SECOND_US)
    assert (store.held(), len(store.quarantine()), store.read_log()) == ([], 1, [])
    assert store.quarantine_bytes() == len(msgspec.msgpack.encode(bad))
