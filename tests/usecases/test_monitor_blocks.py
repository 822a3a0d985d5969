"""Held messages become blocks, and what the monitor said can be read back without a seam."""

import hashlib

import pytest

from contract.examples import SECOND_US, T0_US, Ids, change, message
from contract.examples import held as new_held
from holdfast.kernel.limits import MONITOR_BLOCK_S
from holdfast.record.blocks import decode_block
from holdfast.record.events import MonitorBlockStored
from holdfast.record.monitor import Origin
from holdfast.storage.memory_store import MemoryStore
from holdfast.usecases import monitor_blocks
from holdfast.usecases.ports import Change, Receipt
from making import NOON_US, flushes, monitor_message, numeric

MINUTE_US = 60 * SECOND_US


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def put(store: MemoryStore, one: Change) -> Receipt:
    return store.submit(one).result()


def hear(store: MemoryStore, seconds: range, **more: object) -> None:
    for second in seconds:
        put(store, change(held=(new_held(second, **more),)))  # type: ignore[arg-type]


def flush(store: MemoryStore, now_s: int) -> list[Receipt]:
    now_us = T0_US + now_s * SECOND_US
    return [put(store, one) for one in flushes(store.held(), new_id=Ids(), now_us=now_us)]


def stored(receipt: Receipt) -> list[MonitorBlockStored]:
    return [one.event for one in receipt.recorded if isinstance(one.event, MonitorBlockStored)]


class TestFlush:
    def test_nothing_is_due_before_ten_seconds(self, store: MemoryStore) -> None:
        hear(store, range(5))
        assert flush(store, MONITOR_BLOCK_S - 1) == []
        assert len(flush(store, MONITOR_BLOCK_S)) == 1
        assert store.held() == []
        assert flush(store, 100) == []

    def test_the_event_binds_the_block_and_says_what_is_in_it(self, store: MemoryStore) -> None:
        hear(store, range(10))
        (event,) = stored(flush(store, 10)[0])
        block = store.block(event.block_id)
        assert block is not None
        assert event.sha256 == hashlib.sha256(block.data).hexdigest()
        assert (event.bed, event.device, event.origin) == ("ICU 2", "MON-1", Origin.LIVE)
        assert (event.start_us, event.end_us) == (T0_US, T0_US + 10 * SECOND_US)
        assert (block.start_us, block.end_us) == (event.start_us, event.end_us)
        assert (event.numerics, event.waves, event.refused) == (20, ("ecg_ii",), 10)
        assert decode_block(block.data).messages == tuple(message(second) for second in range(10))

    def test_each_case_has_its_own_flush(self, store: MemoryStore) -> None:
        hear(store, range(10))
        hear(store, range(10), case_id="leo", bed="ICU 3")
        assert {receipt.recorded[0].stream for receipt in flush(store, 10)} == {"case/rex", "case/leo"}

    def test_beds_devices_and_origins_are_never_mixed(self, store: MemoryStore) -> None:
        for second in range(4):
            hear(store, range(second, second + 1))
            hear(store, range(second, second + 1), bed="theatre")
            hear(store, range(second, second + 1), device="MON-2")
            hear(store, range(second, second + 1), origin=Origin.SIMULATED)
        (receipt,) = flush(store, 10)
        found = {(one.bed, one.device, one.origin): one.numerics for one in stored(receipt)}
        assert found == {
            ("ICU 2", "MON-1", Origin.LIVE): 8,
            ("theatre", "MON-1", Origin.LIVE): 8,
            ("ICU 2", "MON-2", Origin.LIVE): 8,
            ("ICU 2", "MON-1", Origin.SIMULATED): 8,
        }
        for one in stored(receipt):
            block = store.block(one.block_id)
            assert block is not None
            assert {heard.origin for heard in decode_block(block.data).messages} == {one.origin}

    def test_a_backlog_is_cut_into_blocks_of_ten_seconds(self, store: MemoryStore) -> None:
        hear(store, range(35))
        (receipt,) = flush(store, 60)
        assert [one.numerics // 2 for one in stored(receipt)] == [10, 10, 10, 5]
        assert store.held() == []

    def test_a_flush_that_is_tried_again_is_applied_once(self, store: MemoryStore) -> None:
        hear(store, range(10))
        held = store.held()
        for _ in range(2):
            receipt = put(store, monitor_blocks.build_flush("rex", held, new_id=Ids(), now_us=T0_US))
        assert receipt.duplicate
        assert len(store.blocks("rex", from_us=0, to_us=2 * T0_US)) == 1

    def test_a_repeated_old_cuff_pressure_does_not_stretch_the_block(self, store: MemoryStore) -> None:
        hear(store, range(3_600, 3_610))
        (event,) = stored(flush(store, 3_610)[0])
        assert (event.start_us, event.end_us) == (T0_US + 3_600 * SECOND_US, T0_US + 3_610 * SECOND_US)


class TestSummary:
    def test_one_point_for_each_numeric(self) -> None:
        rate, cuff = monitor_blocks.summarise(message(second) for second in (2, 0, 9, 4))
        assert (rate.key, rate.at_us, rate.last) == ("hr", T0_US + 9 * SECOND_US, 129.0)
        assert (rate.low, rate.high, rate.count, rate.unit) == (120.0, 129.0, 4, "/min")
        assert (cuff.key, cuff.at_us, cuff.count) == ("nibp_mean", T0_US, 1)
        assert cuff.last == cuff.low == cuff.high == 61.0

    def test_origins_and_units_are_not_averaged_into_each_other(self) -> None:
        points = monitor_blocks.summarise([message(0), message(1, origin=Origin.SIMULATED)])
        assert [(one.key, one.origin) for one in points] == [
            ("hr", Origin.LIVE),
            ("hr", Origin.SIMULATED),
            ("nibp_mean", Origin.LIVE),
            ("nibp_mean", Origin.SIMULATED),
        ]


class TestReading:
    def test_the_seam_between_blocks_and_held_messages_cannot_be_seen(self, store: MemoryStore) -> None:
        hear(store, range(10))
        flush(store, 10)
        hear(store, range(10, 15))
        heard = monitor_blocks.read_messages(store, "rex", T0_US, T0_US + MINUTE_US)
        assert [one.message for one in heard] == [message(second) for second in range(15)]

    def test_a_message_that_is_read_twice_while_it_is_flushed_counts_once(self, store: MemoryStore) -> None:
        hear(store, range(3))
        before = store.held()
        flush(store, 10)
        # The reader asked for held messages just before the flush, and for blocks just after it.
        store.held = lambda case_id=None: before  # type: ignore[method-assign]
        heard = monitor_blocks.read_messages(store, "rex", T0_US, T0_US + MINUTE_US)
        assert [one.message for one in heard] == [message(second) for second in range(3)]

    def test_messages_are_given_in_the_order_received_with_their_refusals(self, store: MemoryStore) -> None:
        hear(store, range(12))
        flush(store, 12)
        heard = monitor_blocks.read_messages(store, "rex", T0_US + 3 * SECOND_US, T0_US + 5 * SECOND_US)
        assert [one.message for one in heard] == [message(3), message(4)]
        assert monitor_blocks.read_messages(store, "leo", 0, 2 * T0_US) == []


class TestTrendTail:
    def test_blocks_then_what_is_still_held(self, store: MemoryStore) -> None:
        hear(store, range(10))
        flush(store, 10)
        hear(store, range(10, 13))
        points = monitor_blocks.trend_with_tail(store, "rex", T0_US, T0_US + MINUTE_US)
        assert [(one.key, (one.at_us - T0_US) // SECOND_US, one.count) for one in points] == [
            ("nibp_mean", 0, 1),
            ("hr", 9, 10),
            ("hr", 10, 1),
            ("hr", 11, 1),
            ("hr", 12, 1),
        ]

    def test_range_and_keys_hold_for_the_tail_too(self, store: MemoryStore) -> None:
        hear(store, range(5))
        points = monitor_blocks.trend_with_tail(
            store, "rex", T0_US + SECOND_US, T0_US + 3 * SECOND_US, keys=["hr", "spo2"]
        )
        assert [point.last for point in points] == [121.0, 122.0]


def test_an_hour_that_comes_in_one_go_keeps_its_course() -> None:
    """A monitor that catches up after a network fault: sixty minutes, received within a second."""
    heard = [
        monitor_message(numeric("hr", 100 + minute, at_us=NOON_US + minute * MINUTE_US), control_id=str(minute))
        for minute in range(60)
    ]
    points = monitor_blocks.summarise(heard)
    assert [point.last for point in points] == [100.0 + minute for minute in range(60)]


def test_ten_seconds_of_a_live_monitor_are_one_point() -> None:
    heard = [
        monitor_message(numeric("hr", 100 + second, at_us=NOON_US + second * SECOND_US), control_id=str(second))
        for second in range(10)
    ]
    (point,) = monitor_blocks.summarise(heard)
    assert (point.last, point.low, point.high, point.count) == (109, 100, 109, 10)
