"""What only a store on a server can do or suffer."""

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

import postgres_server
from contract.examples import T0_US, change, held, note
from holdfast.cli.main import main
from holdfast.kernel.errors import ConflictError, HoldfastError, OperatorError, WorldError
from holdfast.storage.database import open_database
from holdfast.storage.schema import APPEND_ONLY
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import Change, NewBlock, NewQuarantined
from holdfast.usecases.verification import verify


@pytest.fixture
def address(postgres: postgres_server.Server) -> str:
    return postgres.address()


@pytest.fixture
def store(address: str) -> Iterator[SqlStore]:
    made = SqlStore(address)
    yield made
    made.close()


def schema_of(address: str) -> str:
    return address.rpartition("%3D")[2]


class TestAppendOnly:
    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_the_server_itself_refuses_to_change_or_remove(
        self, store: SqlStore, address: str, postgres: postgres_server.Server, table: str
    ) -> None:
        block = NewBlock(block_id="b1", case_id="rex", start_us=T0_US, end_us=T0_US + 1, data=b"x", trend=())
        bad = NewQuarantined(received_us=T0_US, peer="p", device="", reason="r", raw=b"x")
        store.submit(change(note(), blocks=(block,), quarantined=(bad,))).result()
        column = {"event": "actor", "anchor": "last_seq", "block": "case_id", "quarantine": "reason"}[table]
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(RuntimeError, match="append-only"):
                postgres.sql(f"SET search_path = {schema_of(address)}; {statement}")
        assert store.head_seq() == 1


class TestIndices:
    def test_they_are_compared_by_the_servers_own_means_or_it_is_said_that_they_were_not(
        self, store: SqlStore, address: str, postgres: postgres_server.Server
    ) -> None:
        store.submit(change(note(), stream="case/rex")).result()
        without = verify(store)
        assert without.ok
        assert "CREATE EXTENSION amcheck" in without.in_words()[-1]
        postgres.sql(f"CREATE EXTENSION amcheck SCHEMA {schema_of(address)}")
        try:
            assert verify(store).wrong == ()
            hidden = "ALTER TABLE event DISABLE TRIGGER ALL; UPDATE pg_index SET indisready = false, indisvalid = false"
            postgres.sql(
                f"SET search_path = {schema_of(address)}; {hidden} WHERE indexrelid = 'event_without_blocks'::regclass;"
                "UPDATE event SET stream = 'x'; UPDATE event SET stream = 'case/rex';"  # this index hears nothing of it
                "UPDATE pg_index SET indisready = true, indisvalid = true"
                " WHERE indexrelid = 'event_without_blocks'::regclass"
            )
            (damaged,) = verify(store).damaged_copies
            assert "event_without_blocks" in damaged
            store.renew_copies()
            assert verify(store).ok
        finally:
            postgres.sql("DROP EXTENSION amcheck")


class TestSeveralWriters:
    def test_numbers_have_no_holes_and_a_follower_misses_nothing(self, store: SqlStore, address: str) -> None:
        """Four programs write, two follow by number while transactions are open."""
        stores = [store, *(SqlStore(address) for _ in range(3))]
        done = threading.Event()
        followed: list[list[int]] = [[], []]

        def write(where: SqlStore, name: int) -> None:
            for i in range(25):
                refused = change(note("refused"), release_held=(99,)) if i % 5 == 0 else None
                if refused:
                    assert where.submit(refused).exception(timeout=60) is not None
                where.submit(change(note(f"{name}.{i}"), stream=f"case/{i % 2}")).result(timeout=60)

        def follow(seen: list[int]) -> None:
            other = SqlStore(address)
            last_round = False
            while not last_round:
                last_round = done.is_set()
                while page := other.read_log(after_seq=seen[-1] if seen else 0, limit=7):
                    seen += [one.seq for one in page]
            other.close()

        writers = [threading.Thread(target=write, args=(one, i)) for i, one in enumerate(stores)]
        followers = [threading.Thread(target=follow, args=(seen,)) for seen in followed]
        for thread in followers + writers:
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in followers:
            thread.join()
        assert followed == [list(range(1, 101))] * 2
        assert verify(store).ok
        for one in stores[1:]:
            one.close()

    def test_a_number_is_not_given_while_another_writer_has_not_committed(self, store: SqlStore, address: str) -> None:
        database = open_database(address)
        with database.writing("holding the lock"):
            waiting = store.submit(change(note()))
            time.sleep(0.05)
            assert not waiting.done()
            assert store.head_seq() == 0
        assert waiting.result(timeout=60).recorded[0].seq == 1
        database.close()

    def test_a_checked_change_sees_what_the_other_program_wrote(self, store: SqlStore, address: str) -> None:
        other = SqlStore(address)
        other.submit(change(note())).result(timeout=60)
        with pytest.raises(ConflictError):
            store.submit(change(note(), unless_acted_since=0)).result(timeout=60)
        other.close()

    def test_a_lock_that_is_never_given_back_is_said_and_survived(self, address: str) -> None:
        holder = open_database(address)
        store = SqlStore(address + "%20-clock_timeout%3D50")
        with (
            holder.writing("holding the lock"),
            pytest.raises(WorldError, match="Another program has kept the database locked"),
        ):
            store.submit(change(note("first"))).result(timeout=60)
        assert store.submit(change(note("second"))).result(timeout=60).recorded[0].seq == 1
        store.close()
        holder.close()


class TestServerDies:
    def test_nothing_acknowledged_is_lost_and_the_store_goes_on_by_itself(self) -> None:
        """The server is killed in the middle of commits, three times; what had no answer may be sent again."""
        with postgres_server.running() as server:
            store = SqlStore(server.address())
            acknowledged: list[str] = []
            unanswered: list[Change] = []
            for round_number in range(3):
                stop = threading.Event()
                writers = [
                    threading.Thread(target=_write, args=(store, f"{round_number}.{i}", acknowledged, unanswered, stop))
                    for i in range(4)
                ]
                for thread in writers:
                    thread.start()
                enough = len(acknowledged) + 40
                while len(acknowledged) < enough:
                    time.sleep(0.005)
                server.kill()
                stop.set()
                for thread in writers:
                    thread.join()
                server.start()
                assert {one.event.text for one in store.read_log(limit=10**6)} >= set(acknowledged)  # type: ignore[union-attr]
                assert verify(store).ok
            assert unanswered
            for one in unanswered:
                store.submit(one).result(timeout=60)
            texts = [one.event.text for one in store.read_log(limit=10**6)]  # type: ignore[union-attr]
            assert len(texts) == len(set(texts)) == len(set(acknowledged)) + len(unanswered)
            assert len(store.held()) == len(texts)
            assert verify(store).ok
            store.close()


def _write(
    store: SqlStore, name: str, acknowledged: list[str], unanswered: list[Change], stop: threading.Event
) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        text = f"{name}.{number}"
        one = change(note(text), stream=f"case/{name}", held=(held(number),), command_id=text)
        try:
            store.submit(one).result(timeout=60)
        except WorldError:
            unanswered.append(one)
            return
        acknowledged.append(text)


class TestOpening:
    def test_an_address_that_is_none_is_said_without_repeating_it(self) -> None:
        for wrong in ("postgresql://u:secret@h", "mysql://u:secret@h/d", "postgresql://u:secret@h:x/d"):
            with pytest.raises(OperatorError, match="no address of a PostgreSQL database") as caught:
                SqlStore(wrong)
            assert "secret" not in str(caught.value)

    def test_a_server_that_is_not_there_a_database_that_is_not_there(
        self, postgres: postgres_server.Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(WorldError, match="server does not answer") as caught:
            SqlStore("postgresql://holdfast:secret@/x?host=/nowhere")
        assert "secret" not in str(caught.value)
        with pytest.raises(WorldError, match="no such database"):
            SqlStore(f"postgresql://holdfast:secret@/absent?host={postgres.folder}")
        with pytest.raises(WorldError, match="does not let Holdfast in"):
            SqlStore(f"postgresql://stranger@/postgres?host={postgres.folder}")
        assert main(["verify", "--database", f"postgresql://holdfast:secret@/absent?host={postgres.folder}"]) == 1
        assert "secret" not in capsys.readouterr().err

    def test_a_database_without_a_record_is_not_made_one_by_looking(
        self, address: str, postgres: postgres_server.Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["verify", "--database", address]) == 1
        assert "There is no record in postgresql://holdfast@/postgres" in capsys.readouterr().err
        tables = f"SELECT count(*) FROM information_schema.tables WHERE table_schema = '{schema_of(address)}'"
        assert postgres.sql(tables) == "0"

    def test_a_server_that_answers_before_the_disk_does_is_told_not_to(
        self, address: str, postgres: postgres_server.Server
    ) -> None:
        shown: list[str] = []
        database = open_database(address + "%20-csynchronous_commit%3Doff")
        with database.writing("looking") as connection:
            shown.append(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one())
        database.close()
        assert shown == ["on"]

    def test_a_server_that_may_lose_what_it_acknowledged_is_refused(self, postgres: postgres_server.Server) -> None:
        postgres.sql("ALTER SYSTEM SET fsync = off")
        postgres.sql("SELECT pg_reload_conf()")
        try:
            with pytest.raises(WorldError, match="fsync=off"):
                SqlStore(postgres.address())
        finally:
            postgres.sql("ALTER SYSTEM RESET fsync")
            postgres.sql("SELECT pg_reload_conf()")

    def test_a_database_of_a_later_release_is_left_alone(self, address: str, postgres: postgres_server.Server) -> None:
        SqlStore(address).close()
        postgres.sql(f"UPDATE {schema_of(address)}.schema_version SET version = 99")
        with pytest.raises(WorldError, match="has format 99"):
            SqlStore(address)


class TestValues:
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


def test_what_is_read_without_blocks_has_an_index_of_its_own(store: SqlStore, address: str) -> None:
    """Start time and the case page must not grow with the hours a dog lies at its monitor."""
    store.submit(change(note())).result()
    asked: list[tuple[str, dict[str, object]]] = []

    def note_it(_c: object, _cursor: object, statement: str, given: dict[str, object], *_more: object) -> None:
        asked.append((statement, given))

    event.listen(Engine, "before_cursor_execute", note_it)
    store.read_log(without_blocks=True)
    store.read_stream("case/rex", recorded_until_us=T0_US, without_blocks=True)
    store.submit(change(note(), unless_acted_since=1)).result()
    event.remove(Engine, "before_cursor_execute", note_it)
    database = open_database(address)
    with database.snapshot("asking for plans") as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plans = [
            "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", given))
            for statement, given in asked
            if "position" in statement
        ]
    database.close()
    assert len(plans) == 3
    assert all("without_blocks" in plan for plan in plans), plans
