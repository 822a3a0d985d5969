"""What only a store on disk can do or suffer."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from contract.examples import T0_US, change, held, note
from holdfast.kernel.errors import ConflictError, HoldfastError, IntegrityError, WorldError
from holdfast.kernel.limits import COMMIT_BATCH_MAX
from holdfast.storage.schema import APPEND_ONLY
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import Change, NewBlock, NewQuarantined
from holdfast.usecases.verification import verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    made = SqlStore(path)
    yield made
    made.close()


@pytest.fixture
def connections() -> Iterator[list[sqlite3.Connection]]:
    """Every driver connection that is opened, in order; the first one writes."""
    opened: list[sqlite3.Connection] = []

    def note_it(connection: sqlite3.Connection, _record: object) -> None:
        opened.append(connection)

    event.listen(Engine, "connect", note_it)
    yield opened
    event.remove(Engine, "connect", note_it)


def one_row_in_each(store: SqlStore) -> None:
    block = NewBlock(block_id="b1", case_id="rex", start_us=T0_US, end_us=T0_US + 1, data=b"x", trend=())
    bad = NewQuarantined(received_us=T0_US, peer="p", device="", reason="r", raw=b"x")
    store.submit(change(note(), blocks=(block,), quarantined=(bad,))).result()


class TestAppendOnly:
    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_the_database_itself_refuses_to_change_or_remove(self, store: SqlStore, path: Path, table: str) -> None:
        one_row_in_each(store)
        connection = sqlite3.connect(path)
        column = connection.execute(f"SELECT * FROM {table}").description[-1][0]
        for statement in (f"UPDATE {table} SET {column} = x'00'", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
        connection.close()


class TestDurability:
    def test_every_connection_commits_to_the_disk(self, connections: list[sqlite3.Connection], path: Path) -> None:
        store = SqlStore(path)
        store.submit(change(note())).result()
        store.read_log()
        pragmas = [
            tuple(
                one.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
            )
            for one in connections
        ]
        full = 2
        assert set(pragmas) == {("wal", full, 1)}
        assert len(connections) >= 2
        store.close()

    def test_a_record_survives_closing_and_opening(self, path: Path) -> None:
        first = SqlStore(path)
        first.submit(change(note("before"), held=(held(),))).result()
        first.close()
        second = SqlStore(path)
        second.submit(change(note("after"), command_id="c")).result()
        assert [one.version for one in second.read_stream("case/rex")] == [1, 2]
        assert len(second.held()) == 1
        assert verify(second).ok
        second.close()


class TestQuietNight:
    def test_what_is_read_without_blocks_does_not_pass_over_the_blocks(self, store: SqlStore, path: Path) -> None:
        """Start time and the case page must not grow with the hours a dog lies at its monitor."""
        asked: list[tuple[str, tuple[object, ...]]] = []

        def note_it(_c: object, _cursor: object, statement: str, given: tuple[object, ...], *_more: object) -> None:
            asked.append((statement, given))

        event.listen(Engine, "before_cursor_execute", note_it)
        store.read_log(without_blocks=True)
        store.read_stream("case/rex", recorded_until_us=T0_US, without_blocks=True)
        store.submit(change(note(), unless_acted_since=0)).result()
        event.remove(Engine, "before_cursor_execute", note_it)
        connection = sqlite3.connect(path)
        plans = [
            " ".join(row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", given))
            for statement, given in asked
            if "instr" in statement
        ]
        connection.close()
        assert len(plans) == 3
        assert all("without_blocks" in plan and "SCAN" not in plan for plan in plans)


class TestGroupCommit:
    def test_what_waits_together_is_committed_together(self, store: SqlStore, path: Path) -> None:
        """While somebody else holds the database, changes pile up; then they share few commits."""
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        futures = [store.submit(change(note(str(i)))) for i in range(2 * COMMIT_BATCH_MAX)]
        blocker.execute("ROLLBACK")
        blocker.close()
        for future in futures:
            future.result(timeout=60)
        sizes = [one.last_seq - one.first_seq + 1 for one in store.anchors()]
        assert sum(sizes) == 2 * COMMIT_BATCH_MAX
        assert max(sizes) > 1
        assert max(sizes) <= COMMIT_BATCH_MAX
        assert verify(store).ok

    def test_a_change_that_was_given_up_before_its_turn_is_not_written(self, store: SqlStore, path: Path) -> None:
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        futures = [store.submit(change(note(str(i)))) for i in range(COMMIT_BATCH_MAX + 2)]
        given_up = futures[-1].cancel()
        blocker.execute("ROLLBACK")
        blocker.close()
        for future in futures[:-1]:
            future.result(timeout=60)
        store.close()
        reopened = SqlStore(path)
        assert given_up
        assert reopened.head_seq() == COMMIT_BATCH_MAX + 1
        reopened.close()


class TestSeveralPrograms:
    def test_two_stores_on_one_file_keep_one_chain(self, store: SqlStore, path: Path) -> None:
        other = SqlStore(path)

        def write(where: SqlStore) -> None:
            for i in range(25):
                where.submit(change(note(str(i)))).result(timeout=60)

        threads = [threading.Thread(target=write, args=(where,)) for where in (store, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.version for one in other.read_stream("case/rex")] == list(range(1, 51))
        assert verify(store).ok
        other.close()

    def test_a_checked_change_sees_what_the_other_program_wrote(self, store: SqlStore, path: Path) -> None:
        other = SqlStore(path)
        other.submit(change(note())).result(timeout=60)
        with pytest.raises(ConflictError):
            store.submit(change(note(), unless_acted_since=0)).result(timeout=60)
        other.close()

    def test_readers_do_not_wait_for_a_writer(self, store: SqlStore, path: Path) -> None:
        store.submit(change(note("committed"))).result()
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        blocker.execute("INSERT INTO anchor VALUES (99, 2, 2, x'00', x'00')")
        assert store.head_seq() == 1
        assert [one.number for one in store.anchors()] == [1]
        blocker.execute("ROLLBACK")
        blocker.close()

    def test_a_lock_that_is_never_given_back_is_said_and_survived(
        self, connections: list[sqlite3.Connection], path: Path
    ) -> None:
        store = SqlStore(path)
        connections[0].execute("PRAGMA busy_timeout=50")
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorldError, match="Another program has kept the database locked"):
            store.submit(change(note("first"))).result(timeout=60)
        blocker.execute("ROLLBACK")
        blocker.close()
        assert store.submit(change(note("second"))).result(timeout=60).recorded[0].seq == 1
        store.close()


class TestFullDisk:
    def test_it_is_said_nothing_acknowledged_is_lost_and_writing_goes_on_afterwards(
        self, connections: list[sqlite3.Connection], path: Path
    ) -> None:
        store = SqlStore(path)
        writer = connections[0]
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        writer.execute(f"PRAGMA max_page_count={pages + 40}")
        acknowledged, refused = [], []
        for i in range(40):
            one = change(note(f"{i} " + "x" * 3_000), held=(held(i),))
            try:
                acknowledged.append(store.submit(one).result(timeout=60))
            except HoldfastError as error:
                refused.append((one, error))
        assert acknowledged
        assert refused
        for _, refusal in refused:
            assert isinstance(refusal, WorldError)
            assert "The disk is full" in refusal.problem
            assert "Free some space" in refusal.remedy
        assert [one.seq for one in store.read_log()] == [receipt.recorded[0].seq for receipt in acknowledged]
        assert verify(store).ok

        writer.execute("PRAGMA max_page_count=1000000")
        for one, _ in refused:
            assert not store.submit(one).result(timeout=60).duplicate
        assert store.head_seq() == 40
        assert len(store.held()) == 40
        assert verify(store).ok
        store.close()


class TestOpening:
    def test_a_folder_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(WorldError, match="cannot be opened") as caught:
            SqlStore(tmp_path / "nowhere" / "record.db")
        assert "data directory exists" in caught.value.remedy

    def test_a_database_of_a_later_release_is_left_alone(self, path: Path) -> None:
        SqlStore(path).close()
        connection = sqlite3.connect(path)
        connection.execute("UPDATE schema_version SET version = 99")
        connection.commit()
        connection.close()
        with pytest.raises(WorldError, match="has format 99"):
            SqlStore(path)

    def test_a_held_message_that_cannot_be_read_is_named(self, store: SqlStore, path: Path) -> None:
        store.submit(change(held=(held(),))).result()
        connection = sqlite3.connect(path)
        connection.execute("UPDATE held SET message = x'ff00'")
        connection.commit()
        connection.close()
        with pytest.raises(IntegrityError, match="Held monitor message 1 of case rex"):
            store.held()

    @pytest.mark.parametrize(
        "wrong",
        [change(note(), actor="\udc80"), change(note(), held=(held(2**60),)), change(note(), recorded_us=2**70)],
        ids=["half a character", "time of a message", "time of recording"],
    )
    def test_values_that_no_database_takes_fail_alone(self, store: SqlStore, wrong: Change) -> None:
        futures = [store.submit(one) for one in (change(note("a")), wrong, change(note("b")))]
        assert isinstance(futures[1].exception(timeout=60), HoldfastError)
        assert [futures[i].result(timeout=60).recorded[0].seq for i in (0, 2)] == [1, 2]
        assert verify(store).ok
