"""What every store does with what monitors sent: messages, blocks, trends, quarantine."""

import msgspec
import pytest

from contract.examples import SECOND_US, T0_US, block, change, held, message, note, point, put
from holdfast.kernel.errors import HoldfastError
from holdfast.usecases.ports import (
    NewQuarantined,
    Store,
)


class TestMonitorData:
    def test_held_messages_come_back_whole_in_order_of_arrival(self, store: Store) -> None:
        first = put(store, change(held=(held(5), held(3))))
        put(store, change(held=(held(4, case_id="leo"),)))
        assert [one.message for one in store.held()] == [message(5), message(3), message(4)]
        mine = store.held("rex")
        assert tuple(one.held_id for one in mine) == first.held_ids
        assert (mine[0].bed, mine[0].received_us) == ("ICU 2", T0_US + 5 * SECOND_US)

    def test_a_flush_moves_held_messages_into_a_block_in_one_step(self, store: Store) -> None:
        ids = put(store, change(held=(held(0), held(1), held(2)))).held_ids
        put(store, change(note("stored"), blocks=(block("b1", 0, point()),), release_held=ids[:2]))
        assert [one.held_id for one in store.held()] == [ids[2]]
        found = store.block("b1")
        assert found is not None
        assert (found.case_id, found.data) == ("rex", b"b1")

    def test_a_held_message_is_released_once(self, store: Store) -> None:
        ids = put(store, change(held=(held(0), held(1)))).held_ids
        put(store, change(note(), blocks=(block("b1", 0),), release_held=ids[:1]))
        with pytest.raises(HoldfastError, match="already in a block"):
            put(store, change(note(), blocks=(block("b2", 0),), release_held=ids))
        assert [one.held_id for one in store.held()] == [ids[1]]
        assert store.block("b2") is None

    def test_a_released_number_never_names_another_message(self, store: Store) -> None:
        ids = put(store, change(held=(held(0),))).held_ids
        put(store, change(release_held=ids))
        assert put(store, change(held=(held(1),))).held_ids[0] > ids[0]

    def test_blocks_that_overlap_a_range_come_in_order_of_start(self, store: Store) -> None:
        made = (block("c", 20), block("a", 0), block("b", 10), block("long", 5, seconds=60))
        put(store, change(blocks=(*made, block("other", 10, case_id="leo"))))
        found = store.blocks("rex", from_us=T0_US + 10 * SECOND_US, to_us=T0_US + 20 * SECOND_US)
        assert [one.block_id for one in found] == ["long", "b"]

    def test_trend_points_are_found_by_time_and_key(self, store: Store) -> None:
        points = (point("spo2", T0_US + 2), point("hr", T0_US + 1), point("hr", T0_US + 3), point("hr", T0_US + 9))
        put(store, change(blocks=(block("a", 0, *points), block("b", 0, point(at_us=T0_US + 1), case_id="leo"))))
        found = store.trend("rex", from_us=T0_US + 1, to_us=T0_US + 9)
        assert [(one.key, one.at_us - T0_US) for one in found] == [("hr", 1), ("spo2", 2), ("hr", 3)]
        assert found[1] == points[0]
        only = store.trend("rex", from_us=T0_US, to_us=T0_US + 99, keys=["spo2", "resp"])
        assert [one.key for one in only] == ["spo2"]

    def test_the_store_puts_trend_points_together_by_stretch(self, store: Store) -> None:
        made = [point(key, T0_US + i, last=float(i % 7)) for i in range(0, 100, 3) for key in ("hr", "spo2")]
        twice = point("hr", T0_US + 99, last=50.0)
        put(store, change(blocks=(block("a", 0, *made, twice), block("b", 0, point(at_us=T0_US + 5), case_id="leo"))))
        found = store.trend("rex", from_us=T0_US + 1, to_us=T0_US + 100, keys=["hr"], stretch_us=20)
        assert [one.at_us - T0_US for one in found] == [18, 39, 60, 78, 99]
        assert found[-1].last == 50.0
        for one in found:
            start_us = T0_US + 1 + (one.at_us - T0_US - 1) // 20 * 20
            within = [p for p in (*made, twice) if p.key == "hr" and start_us <= p.at_us < start_us + 20]
            assert one.low == min(p.low for p in within)
            assert one.high == max(p.high for p in within)
            assert one.count == sum(p.count for p in within)
            assert one.unit == made[0].unit

    def test_the_cases_that_monitor_data_are_stored_under(self, store: Store) -> None:
        put(store, change(note(), held=(held(0, case_id="only_held"),)))
        put(store, change(blocks=(block("a", 0, point()), block("b", 10), block("c", 0, case_id="leo"))))
        assert store.monitored_cases() == ["leo", "rex"]

    def test_the_same_spot_value_heard_in_every_block_is_one_point(self, store: Store) -> None:
        cuff = point("nibp_mean", count=1)
        for i in range(3):
            put(store, change(blocks=(block(f"b{i}", 10 * i, cuff, point(at_us=T0_US + i)),)))
        found = store.trend("rex", from_us=0, to_us=2 * T0_US)
        assert [one.key for one in found] == ["hr", "nibp_mean", "hr", "hr"]


class TestQuarantine:
    def test_raw_bytes_are_kept_whole_and_listed_newest_first(self, store: Store) -> None:
        for i in range(5):
            raw = bytes(range(256)) * (i + 1)
            bad = NewQuarantined(received_us=T0_US + i, peer="10.0.0.7:4431", device="MON-9", reason="Why.", raw=raw)
            put(store, change(quarantined=(bad,)))
        newest = store.quarantine(limit=2)
        assert [one.received_us - T0_US for one in newest] == [4, 3]
        older = store.quarantine(before_id=newest[-1].quarantine_id)
        assert [one.received_us - T0_US for one in older] == [2, 1, 0]
        assert (newest[0].peer, newest[0].device, newest[0].reason, newest[0].size_bytes) == (
            "10.0.0.7:4431",
            "MON-9",
            "Why.",
            1280,
        )
        assert store.quarantine_raw(newest[0].quarantine_id) == bytes(range(256)) * 5
        assert store.quarantine_raw(99) is None

    def test_its_size_is_known(self, store: Store) -> None:
        assert store.quarantine_bytes() == 0
        for size in (10, 0, 32):
            bad = NewQuarantined(received_us=T0_US, peer="p", device="", reason="r", raw=b"x" * size)
            put(store, change(quarantined=(bad,)))
        assert store.quarantine_bytes() == 42
        put(store, change(quarantined=(msgspec.structs.replace(bad, raw=b"yz"),)))
        assert store.quarantine_bytes() == 44
