"""What every store must do. A store is one that passes this suite."""

import threading

import msgspec
import pytest

from contract.examples import EXAMPLES, SECOND_US, T0_US, block, change, held, note, point, put
from holdfast.kernel.chain import GENESIS
from holdfast.kernel.errors import ConflictError, HoldfastError, WorldError
from holdfast.kernel.limits import COMMAND_WITHOUT_EVENT_KEPT_S
from holdfast.record.chain import anchor_hash, event_hash
from holdfast.record.events import BedAdded, MonitorBlockStored, WeightMeasured, kind_of
from holdfast.usecases.ports import (
    OWN_ACTOR,
    NewEvent,
    NewQuarantined,
    Store,
)


class TestEvents:
    def test_an_empty_store_has_nothing(self, store: Store) -> None:
        assert store.head_seq() == 0
        assert store.read_log() == []
        assert store.read_stream("case/rex") == []
        assert store.anchors() == []

    def test_every_kind_of_event_comes_back_as_it_went_in(self, store: Store) -> None:
        receipt = put(store, change(*EXAMPLES))
        assert not receipt.duplicate
        assert [one.event for one in store.read_stream("case/rex")] == list(EXAMPLES)
        assert list(receipt.recorded) == store.read_log()

    def test_sequence_and_versions_run_from_one_without_gaps(self, store: Store) -> None:
        for stream in ("case/rex", "clinic", "case/rex", "case/leo", "case/rex"):
            put(store, change(note(), stream=stream))
        log = store.read_log()
        assert [one.seq for one in log] == [1, 2, 3, 4, 5]
        assert [(one.stream, one.version) for one in log] == [
            ("case/rex", 1),
            ("clinic", 1),
            ("case/rex", 2),
            ("case/leo", 1),
            ("case/rex", 3),
        ]
        assert store.head_seq() == 5

    def test_each_stream_is_a_chain(self, store: Store) -> None:
        for text in ("one", "two", "three"):
            put(store, change(note(text), note(text + " again")))
            put(store, change(note(text), stream="case/leo"))
        for stream in ("case/rex", "case/leo"):
            prev = GENESIS
            for one in store.read_stream(stream):
                assert one.prev == prev
                assert one.hash == event_hash(one)
                prev = one.hash

    def test_one_change_may_touch_several_streams_and_follow_on_itself(self, store: Store) -> None:
        events = (
            NewEvent(stream="case/rex", event=note("a")),
            NewEvent(stream="clinic", event=BedAdded(at_us=T0_US, bed="ICU 2")),
            NewEvent(stream="case/rex", event=note("b")),
        )
        put(store, msgspec.structs.replace(change(), events=events))
        assert [one.version for one in store.read_stream("case/rex")] == [1, 2]
        assert [kind_of(one.event) for one in store.read_stream("clinic")] == ["bed_added.1"]

    def test_a_stream_is_read_on_from_a_version(self, store: Store) -> None:
        put(store, change(*(note(str(i)) for i in range(5))))
        assert [one.version for one in store.read_stream("case/rex", after_version=3)] == [4, 5]

    def test_the_log_is_read_on_in_pages(self, store: Store) -> None:
        put(store, change(*(note(str(i)) for i in range(7))))
        assert [one.seq for one in store.read_log(after_seq=2, limit=3)] == [3, 4, 5]

    def test_both_are_read_without_the_events_of_monitor_blocks(self, store: Store) -> None:
        stored = next(one for one in EXAMPLES if isinstance(one, MonitorBlockStored))
        mention = note('it says {"kind":"monitor_block_stored.1"} here')
        for i in range(3):
            put(store, change(stored, mention, stored, recorded_us=T0_US + i))
            put(store, change(stored, stream="case/leo"))
        assert [one.seq for one in store.read_log(without_blocks=True)] == [2, 6, 10]
        assert [one.seq for one in store.read_log(after_seq=2, limit=1, without_blocks=True)] == [6]
        read = store.read_stream("case/rex", after_version=2, recorded_until_us=T0_US + 1, without_blocks=True)
        assert [one.version for one in read] == [5]
        assert len(store.read_log()) == 12

    def test_as_of_gives_what_was_recorded_by_then(self, store: Store) -> None:
        for i in range(4):
            put(store, change(note(str(i)), recorded_us=T0_US + i * SECOND_US))
        known = store.read_stream("case/rex", recorded_until_us=T0_US + 2 * SECOND_US)
        assert [one.version for one in known] == [1, 2, 3]

    def test_when_the_clock_is_set_back_the_record_does_not_run_backwards(self, store: Store) -> None:
        put(store, change(note("before"), recorded_us=T0_US))
        put(store, change(note("after", at_us=T0_US - 60), recorded_us=T0_US - 3_600 * SECOND_US))
        put(store, change(note("elsewhere"), stream="case/leo", recorded_us=T0_US - 60))
        first, second = store.read_stream("case/rex")
        assert second.recorded_us == first.recorded_us == T0_US
        assert second.event.at_us == T0_US - 60
        assert second.hash == event_hash(second)
        assert store.read_stream("case/leo")[0].recorded_us == T0_US - 60


class TestAnchors:
    def test_anchors_cover_every_event_once_and_in_order(self, store: Store) -> None:
        futures = [store.submit(change(note(str(i)), stream=f"case/{i % 3}")) for i in range(50)]
        for future in futures:
            future.result(timeout=30)
        log, prev, covered = store.read_log(), GENESIS, 0
        for number, anchor in enumerate(store.anchors(), start=1):
            assert (anchor.number, anchor.prev, anchor.first_seq) == (number, prev, covered + 1)
            members = log[anchor.first_seq - 1 : anchor.last_seq]
            assert anchor.hash == anchor_hash(prev, number, anchor.first_seq, anchor.last_seq, members)
            prev, covered = anchor.hash, anchor.last_seq
        assert covered == 50

    def test_a_commit_without_events_makes_no_anchor(self, store: Store) -> None:
        put(store, change(held=(held(),)))
        assert store.anchors() == []

    def test_anchors_are_read_on_in_pages(self, store: Store) -> None:
        for i in range(4):
            put(store, change(note(str(i))))
        assert [one.number for one in store.anchors(after_number=1, limit=2)] == [2, 3]

    def test_the_anchor_over_an_event_is_found(self, store: Store) -> None:
        assert store.anchor_over(1) is None
        for i in range(3):
            put(store, change(note(str(i)), note(f"{i} again")))
        anchors = store.anchors()
        for seq in range(1, 7):
            assert store.anchor_over(seq) == next(one for one in anchors if one.first_seq <= seq <= one.last_seq)
        assert store.anchor_over(7) is None


class TestCommands:
    def test_a_repeated_command_writes_nothing_and_gives_the_earlier_events(self, store: Store) -> None:
        first = put(store, change(note("a"), note("b"), command_id="once"))
        put(store, change(note("between")))
        again = put(store, change(note("a"), note("b"), command_id="once", held=(held(),)))
        assert again.duplicate
        assert again.recorded == first.recorded
        assert again.held_ids == ()
        assert store.head_seq() == 3
        assert store.held() == []

    def test_what_a_command_recorded_is_found_by_its_id(self, store: Store) -> None:
        first = put(store, change(note("a"), note("b"), command_id="once"))
        put(store, change(note("other")))
        put(store, change(held=(held(),), command_id="no events"))
        assert store.recorded_by("once") == list(first.recorded)
        assert store.recorded_by("no events") == []
        assert store.recorded_by("never sent") == []

    def test_a_command_that_was_refused_may_be_tried_again(self, store: Store) -> None:
        with pytest.raises(HoldfastError):
            put(store, change(note(), command_id="later", release_held=(99,)))
        assert not put(store, change(note(), command_id="later")).duplicate

    def test_a_repeated_monitor_message_is_held_once(self, store: Store) -> None:
        assert put(store, change(held=(held(),), command_id="m1")).held_ids != ()
        assert put(store, change(held=(held(),), command_id="m1")).duplicate
        assert len(store.held()) == 1

    def test_commands_without_events_are_forgotten_others_never(self, store: Store) -> None:
        late_us = T0_US + (COMMAND_WITHOUT_EVENT_KEPT_S + 1) * SECOND_US
        put(store, change(held=(held(),), command_id="message"))
        put(store, change(note(), command_id="clinical"))
        put(store, change(note(), recorded_us=late_us))
        assert put(store, change(note(), command_id="clinical", recorded_us=late_us)).duplicate
        assert not put(store, change(held=(held(),), command_id="message", recorded_us=late_us)).duplicate


class TestAtomicity:
    def test_a_refused_change_leaves_no_trace(self, store: Store) -> None:
        put(store, change(note("first"), blocks=(block("b1", 0),)))
        refused = change(
            note("second"),
            held=(held(),),
            blocks=(block("b2", 10, point()), block("b1", 0)),
            quarantined=(NewQuarantined(received_us=T0_US, peer="p", device="", reason="r", raw=b"x"),),
        )
        with pytest.raises(HoldfastError):
            put(store, refused)
        assert store.head_seq() == 1
        assert len(store.anchors()) == 1
        assert store.held() == []
        assert store.block("b2") is None
        assert store.trend("rex", from_us=0, to_us=2 * T0_US) == []
        assert store.quarantine() == []

    def test_a_refused_change_does_not_take_its_neighbours_down(self, store: Store) -> None:
        good = [change(note(str(i))) for i in range(40)]
        futures = []
        for i, one in enumerate(good):
            futures.append(store.submit(one))
            if i % 4 == 0:
                futures.append(store.submit(change(note("bad"), release_held=(10_000 + i,))))
        outcomes = [future.exception(timeout=30) for future in futures]
        assert sum(outcome is None for outcome in outcomes) == 40
        assert all(isinstance(outcome, HoldfastError) for outcome in outcomes if outcome is not None)
        assert [one.event for one in store.read_stream("case/rex")] == [one.events[0].event for one in good]

    def test_an_event_that_could_not_be_read_back_is_refused(self, store: Store) -> None:
        wrong = WeightMeasured(at_us=T0_US, weight_kg="heavy")  # type: ignore[arg-type]
        with pytest.raises(HoldfastError, match=r"weight_measured\.1"):
            put(store, change(wrong))
        assert store.head_seq() == 0

    def test_futures_resolve_in_the_order_of_submitting(self, store: Store) -> None:
        order: list[int] = []
        futures = []
        for i in range(30):
            future = store.submit(change(note(str(i))))
            future.add_done_callback(lambda _, i=i: order.append(i))  # type: ignore[misc]
            futures.append(future)
        seqs = [future.result(timeout=30).recorded[0].seq for future in futures]
        assert seqs == list(range(1, 31))
        assert order == list(range(30))

    def test_many_threads_may_write_one_stream(self, store: Store) -> None:
        def write(name: int) -> None:
            for i in range(20):
                put(store, change(note(f"{name}.{i}")))

        threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        events = store.read_stream("case/rex")
        assert [one.version for one in events] == list(range(1, 161))
        for name in range(8):
            mine = [one.event.text for one in events if one.event.text.startswith(f"{name}.")]  # type: ignore[union-attr]
            assert mine == [f"{name}.{i}" for i in range(20)]


class TestChecked:
    """A change that holds only while nobody has acted since its writer looked."""

    def test_it_is_written_when_nobody_acted(self, store: Store) -> None:
        seq = put(store, change(note())).recorded[-1].seq
        assert put(store, change(note(), unless_acted_since=seq)).recorded[0].seq == 2

    def test_it_is_refused_when_somebody_acted_anywhere(self, store: Store) -> None:
        put(store, change(note(), stream="clinic", actor="somebody"))
        refused = change(note(), held=(held(),), unless_acted_since=0)
        with pytest.raises(ConflictError):
            put(store, refused)
        assert (store.head_seq(), store.held()) == (1, [])
        assert not put(store, msgspec.structs.replace(refused, unless_acted_since=1)).duplicate

    def test_the_writers_own_earlier_act_counts_as_well(self, store: Store) -> None:
        put(store, change(note(), actor="a1"))
        with pytest.raises(ConflictError):
            put(store, change(note(), actor="a1", unless_acted_since=0))

    def test_what_holdfast_itself_recorded_does_not_count(self, store: Store) -> None:
        put(store, change(note(), actor=OWN_ACTOR))
        put(store, change(held=(held(),), actor="device:MON-1"))
        assert put(store, change(note(), unless_acted_since=0)).recorded[0].seq == 2

    def test_a_repeated_command_is_answered_and_not_refused(self, store: Store) -> None:
        once = change(note(), command_id="once", unless_acted_since=0)
        put(store, once)
        assert put(store, once).duplicate

    def test_of_many_that_looked_at_once_one_is_written(self, store: Store) -> None:
        """Most of them share one commit: what stands earlier in the same batch counts."""
        own = [store.submit(change(note(), actor=OWN_ACTOR)) for _ in range(5)]
        checked = [store.submit(change(note(str(i)), unless_acted_since=0)) for i in range(60)]
        bad = store.submit(change(note("bad"), release_held=(99,)))
        late = [store.submit(change(note(str(i)), unless_acted_since=5)) for i in range(60)]
        outcomes = [future.exception(timeout=30) for future in checked + late]
        assert [type(one) for one in outcomes] == [type(None)] + 119 * [ConflictError]
        assert all(future.exception(timeout=30) is None for future in own)
        assert bad.exception(timeout=30) is not None
        assert store.head_seq() == 6


def test_what_was_submitted_before_close_is_written(store: Store) -> None:
    futures = [store.submit(change(note(str(i)))) for i in range(100)]
    store.close()
    assert [future.result(timeout=30).recorded[0].seq for future in futures] == list(range(1, 101))
    with pytest.raises(WorldError, match="closed"):
        store.submit(change(note()))
    store.close()
