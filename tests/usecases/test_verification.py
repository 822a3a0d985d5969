"""Verification finds what was changed, says where, and accuses nobody else."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.examples import EXAMPLES, SECOND_US, T0_US, Ids, change, held, note
from holdfast.kernel.errors import HoldfastError, IntegrityError
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.schema import APPEND_ONLY
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import Store
from holdfast.usecases.verification import VerifyReport, verify
from making import flushes


def fill(store: Store) -> None:
    """Two cases and the clinic; two flushed blocks; three messages still held."""
    store.submit(change(*EXAMPLES[:5], stream="case/rex")).result()
    store.submit(change(*EXAMPLES[-6:], stream="clinic")).result()
    for second in range(23):
        store.submit(change(held=(held(second),))).result()
        if second in (9, 19):
            for one in flushes(store.held(), new_id=Ids(), now_us=T0_US + (second + 1) * SECOND_US):
                store.submit(one).result()
    for i in range(4):
        store.submit(change(note(f"rex {i}"), stream="case/rex")).result()
        store.submit(change(note(f"leo {i}"), stream="case/leo", actor="a2")).result()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database file with a record that holds."""
    path = tmp_path_factory.mktemp("whole") / "record.db"
    store = SqlStore(path)
    fill(store)
    store.close()
    return path.read_bytes()


@pytest.fixture
def check(whole: bytes, tmp_path: Path) -> Callable[[Callable[[sqlite3.Connection], object]], VerifyReport]:
    """Tamper with a fresh copy of the file, behind the triggers' back, and verify it."""

    def tamper_and_verify(tamper: Callable[[sqlite3.Connection], object]) -> VerifyReport:
        path = tmp_path / "record.db"
        for old in tmp_path.glob("record.db*"):
            old.unlink()
        path.write_bytes(whole)
        connection = sqlite3.connect(path)
        for table in APPEND_ONLY:
            connection.execute(f"DROP TRIGGER {table}_refuses_update")
            connection.execute(f"DROP TRIGGER {table}_refuses_delete")
        tamper(connection)
        connection.commit()
        connection.close()
        store = SqlStore(path)
        try:
            return verify(store)
        finally:
            store.close()

    return tamper_and_verify


Check = Callable[[Callable[[sqlite3.Connection], object]], VerifyReport]


def sql(*statements: str) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: [connection.execute(statement) for statement in statements]


class TestAWholeRecord:
    def test_holds_and_is_counted(self, check: Check) -> None:
        report = check(sql())
        assert report.ok, report.problems
        assert (report.events, report.streams, report.blocks) == (21, 3, 2)
        assert report.trend_points == 3  # two of the heart rate, one cuff pressure that both blocks repeat
        assert report.in_words()[1].startswith("Every link holds. Newest anchor: ")

    def test_holds_in_memory_too(self) -> None:
        store = MemoryStore()
        fill(store)
        report = verify(store)
        assert report.ok, report.problems
        assert (report.events, report.blocks, report.trend_points) == (21, 2, 3)
        assert report.last_anchor == store.anchors()[-1].hash.hex()

    def test_an_empty_record_holds(self) -> None:
        report = verify(MemoryStore())
        assert report.ok
        assert (report.events, report.anchors, report.last_anchor) == (0, 0, "")

    def test_holds_while_somebody_writes_on(self) -> None:
        """Between any two reads of the verification another event, message or block may be committed."""
        store = MemoryStore()
        fill(store)
        seconds = iter(range(100, 10_000))

        def writing_first(name: str) -> None:
            read = getattr(store, name)

            def wrapped(*args: object, **more: object) -> object:
                second = next(seconds)
                MemoryStore.submit(store, change(note(str(second)))).result()
                MemoryStore.submit(store, change(held=(held(second),))).result()
                for one in flushes(MemoryStore.held(store), new_id=Ids(), now_us=T0_US + 10**12):
                    MemoryStore.submit(store, one).result()
                return read(*args, **more)

            setattr(store, name, wrapped)

        # The walk along the log ends when it catches up, so there nobody writes for ever.
        for name in ("read_stream", "blocks", "block", "trend"):
            writing_first(name)
        assert verify(store).problems == ()


COLUMNS = [
    ("event", "stream"),
    ("event", "version"),
    ("event", "recorded_us"),
    ("event", "actor"),
    ("event", "command_id"),
    ("event", "body"),
    ("event", "prev"),
    ("event", "hash"),
    ("anchor", "first_seq"),
    ("anchor", "last_seq"),
    ("anchor", "prev"),
    ("anchor", "hash"),
    ("anchor", "number"),
    ("block", "data"),
    ("block", "start_us"),
    ("block", "end_us"),
    ("block", "case_id"),
    ("block", "block_id"),
    ("trend", "last"),
    ("trend", "low"),
    ("trend", "high"),
    ("trend", "at_us"),
    ("trend", "key"),
    ("trend", "count"),
]


def flipped(value: object, place: int) -> object:
    """The value with one bit changed."""
    if isinstance(value, int):
        return value ^ (1 << (place % 40))
    if isinstance(value, float):
        return value + 2.0 ** (place % 8 - 4)
    if isinstance(value, str):
        text = bytearray(value.encode())
        text[place % len(text)] ^= 1 << (place % 5)  # stays ASCII
        return text.decode()
    assert isinstance(value, bytes)
    data = bytearray(value)
    data[place % len(data)] ^= 1 << (place % 8)
    return bytes(data)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(COLUMNS), st.integers(0, 10**6), st.integers(0, 10**6))
def test_any_single_change_is_found_and_located(check: Check, column: tuple[str, str], row: int, place: int) -> None:
    table, name = column
    where: list[str] = []

    def tamper(connection: sqlite3.Connection) -> None:
        found = connection.execute(f"SELECT * FROM {table}")
        names = [description[0] for description in found.description]
        rows = [dict(zip(names, values, strict=True)) for values in found]
        victim = rows[row % len(rows)]
        keys = names if table == "trend" else names[:1]
        after = flipped(victim[name], place)
        try:
            connection.execute(
                f"UPDATE {table} SET {name} = ? WHERE {' AND '.join(f'{key} = ?' for key in keys)}",
                (after, *(victim[key] for key in keys)),
            )
        except sqlite3.IntegrityError:
            connection.rollback()  # the database itself would not have it; take the row's time instead
            return
        where.extend(_signs(table, victim, name, after))

    report = check(tamper)
    if not where:
        assert report.ok
        return
    assert not report.ok
    assert any(sign in report.problems[0] for sign in where), (where, report.problems)


def _signs(table: str, victim: dict[str, object], name: str, after: object) -> list[str]:
    """How the first problem may point at this row."""
    if table == "event":
        stream, version = (after if name == "stream" else victim["stream"]), victim["version"]
        if name == "version":
            version = after
        return [f"{stream} event {version} ("]
    if table == "anchor":
        # Another number moves the anchor; then the gap it left is named.
        return ["Anchor "] if name == "number" else [f"Anchor {victim['number']} over"]
    if table == "block":
        return [f"Monitor block {victim['block_id']}"]
    return ["trend rows of case rex"]


class TestWhatBelongsToNoCase:
    def test_a_block_and_trend_rows_under_a_case_that_was_never_admitted_are_found(self, check: Check) -> None:
        block = "SELECT 'b' || block_id, 'ghost', start_us, end_us, data FROM block LIMIT 1"
        row = "SELECT 'ghost', at_us, key, unit, origin, last, low, high, count FROM trend LIMIT 1"
        report = check(sql(f"INSERT INTO block {block}", f"INSERT INTO trend {row}"))
        assert len(report.problems) == 2
        assert "of case ghost is stored, but no event of the case names it" in report.problems[0]
        assert "1 trend rows of case ghost agree with no intact monitor block" in report.problems[1]
        assert (report.blocks, report.trend_points) == (3, 4)

    def test_trend_rows_alone_are_found_too(self, check: Check) -> None:
        row = "SELECT 'ghost', at_us, key, unit, origin, last, low, high, count FROM trend"
        report = check(sql(f"INSERT INTO trend {row}"))
        assert report.problems[0].startswith("3 trend rows of case ghost agree with no intact monitor block")


class TestWhatWasTakenOutOrMoved:
    @pytest.mark.parametrize("seq", [2, 8, 14, 20, 21])
    def test_a_deleted_event_is_missed(self, check: Check, seq: int) -> None:
        report = check(sql(f"DELETE FROM event WHERE seq = {seq}"))
        assert not report.ok
        if seq < 21:
            assert f"it is number {seq + 1} of the log and follows on number {seq - 1}" in " ".join(report.problems)
        else:
            assert report.problems[0].endswith("0 events are there for it.")

    def test_the_end_of_the_log_with_its_anchor_is_only_missed_by_who_wrote_the_anchor_down(self, check: Check) -> None:
        before = check(sql())
        after = check(
            sql(
                "DELETE FROM event WHERE seq = 21", "DELETE FROM anchor WHERE number = (SELECT max(number) FROM anchor)"
            )
        )
        assert after.ok
        assert after.last_anchor != before.last_anchor

    @pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 8), (14, 15), (20, 21)])
    def test_two_events_that_changed_places_are_found(self, check: Check, one: int, other: int) -> None:
        report = check(
            sql(
                f"UPDATE event SET seq = -1 WHERE seq = {one}",
                f"UPDATE event SET seq = {one} WHERE seq = {other}",
                f"UPDATE event SET seq = {other} WHERE seq = -1",
            )
        )
        assert not report.ok

    def test_a_forged_event_with_a_right_hash_has_no_anchor(self, check: Check) -> None:
        def forge(connection: sqlite3.Connection) -> None:
            store = MemoryStore()
            store.submit(change(note("never said"), stream="case/forged")).result()
            row = msgspec.structs.astuple(msgspec.structs.replace(store.read_log()[0], seq=22))
            connection.execute("INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?)", row)

        assert check(forge).problems == ("Events 22 to 22 of the log are covered by no anchor.",)

    def test_a_missing_block_is_named_with_the_event_that_binds_it(self, check: Check) -> None:
        report = check(sql("DELETE FROM block WHERE rowid = 1"))
        assert "bound to case/rex event 6 (monitor_block_stored.1), recorded 2026-03-01T12:00:10" in report.problems[0]
        assert report.problems[0].endswith("is missing.")

    def test_a_block_that_nobody_recorded_is_named(self, check: Check) -> None:
        report = check(sql("INSERT INTO block SELECT 'forged', case_id, start_us, end_us, data FROM block LIMIT 1"))
        assert report.problems == ("Monitor block forged of case rex is stored, but no event of the case names it.",)

    def test_a_block_whose_checksum_was_forged_too_does_not_match_the_chain(self, check: Check) -> None:
        report = check(sql("UPDATE block SET data = (SELECT data FROM block WHERE rowid = 2) WHERE rowid = 1"))
        assert "its bytes do not match the hash in the chain" in report.problems[0]

    def test_missing_and_invented_trend_rows_are_counted(self, check: Check) -> None:
        assert (
            "1 trend rows of case rex are missing"
            in check(sql("DELETE FROM trend WHERE key = 'nibp_mean'")).problems[0]
        )
        invented = "INSERT INTO trend SELECT case_id, at_us + 1, key, unit, origin, last, low, high, count FROM trend"
        assert "3 trend rows of case rex agree with no intact" in check(sql(invented)).problems[0]


class TestWords:
    def test_the_first_broken_link_is_named_and_the_rest_is_listed_or_counted(self, check: Check) -> None:
        report = check(sql("UPDATE event SET actor = 'somebody' WHERE stream = 'case/rex' AND version = 7"))
        words = report.in_words()
        assert words[1] == (
            "First broken link: case/rex event 7 (monitor_block_stored.1), recorded 2026-03-01T12:00:20+00:00: "
            "its bytes do not match its hash."
        )
        assert len(words) == 2

    def test_a_long_list_is_cut_and_counted(self) -> None:
        store = MemoryStore()
        for i in range(40):
            store.submit(change(note(str(i)))).result()
        log = store.read_log()
        forged = [msgspec.structs.replace(one, actor="x") for one in log]
        store.read_log = lambda after_seq=0, limit=1000: forged[after_seq : after_seq + limit]  # type: ignore[method-assign, misc]
        report = verify(store)
        assert (len(report.problems), report.unlisted) == (21, 19)
        assert report.in_words()[-1] == "And 19 more."

    def test_a_body_of_a_kind_that_this_release_does_not_know_is_said_as_such(self, check: Check) -> None:
        report = check(
            lambda c: c.execute("UPDATE event SET body = ? WHERE seq = 3", (b'{"at_us":1,"kind":"sang.1"}',))
        )
        assert "case/rex event 3 (sang.1)" in report.problems[0]
        assert "this release cannot read its body" in report.problems[0]

    def test_an_impossible_time_is_still_put_into_words(self, check: Check) -> None:
        report = check(sql(f"UPDATE event SET recorded_us = {2**62} WHERE seq = 3"))
        assert f"recorded at an impossible time ({2**62} µs)" in report.problems[0]


class TestADamagedFile:
    def test_text_that_is_no_text_is_found_like_any_other_change(self, check: Check) -> None:
        report = check(sql("UPDATE event SET actor = CAST(x'ff41' AS TEXT) WHERE seq = 4"))
        assert report.problems[0].startswith("case/rex event 4 (")

    def test_something_else_than_a_number_is_refused_in_words(self, check: Check) -> None:
        with pytest.raises(IntegrityError, match="Event 4 of the log has something else than a number"):
            check(sql("UPDATE event SET recorded_us = 'yesterday' WHERE seq = 4"))

    def test_a_file_that_is_no_database_is_refused_in_words(self, tmp_path: Path) -> None:
        path = tmp_path / "record.db"
        path.write_bytes(b"Dear diary, " * 1_000)
        with pytest.raises(IntegrityError, match="not a Holdfast database"):
            SqlStore(path)

    @pytest.mark.parametrize("seed", range(24))
    def test_overwritten_pages_give_problems_or_a_refusal_but_never_a_traceback(
        self, whole: bytes, tmp_path: Path, seed: int
    ) -> None:
        path = tmp_path / "record.db"
        broken = bytearray(whole)
        page = seed * (len(whole) // 4096) // 24
        broken[page * 4096 : page * 4096 + 4096] = bytes((i * 37 + seed) % 256 for i in range(4096))
        path.write_bytes(bytes(broken))
        try:
            store = SqlStore(path)
        except HoldfastError:
            return  # refused in words; anything else fails the test
        try:
            verify(store).in_words()
        except HoldfastError:
            return
        finally:
            store.close()


class TestIndices:
    """A damaged index changes no row, and still a look-up by it may miss one."""

    @pytest.mark.parametrize("index", ["sqlite_autoindex_event_1", "event_of_stream_without_blocks"])
    def test_one_that_does_not_say_what_its_rows_say_is_named_and_no_link_accused(
        self, whole: bytes, tmp_path: Path, index: str
    ) -> None:
        store = SqlStore(_with_damaged_index(whole, tmp_path, index))
        try:
            report = verify(store)
            assert not report.ok
            assert report.problems == ()
            assert any(index in one for one in report.damaged_copies)
            assert "Every link holds." in report.in_words()[1]
            assert any(index in line for line in report.in_words())
            store.renew_copies()
            assert verify(store).ok
        finally:
            store.close()


def _with_damaged_index(whole: bytes, folder: Path, index: str) -> Path:
    """A file in which one byte of a key of this index is another; every row is as it was."""
    path = folder / "record.db"
    path.write_bytes(whole)
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,)).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    start = (page - 1) * size
    at = whole.rindex(b"rex", start, start + size)
    path.write_bytes(whole[:at] + b"R" + whole[at + 1 :])
    return path
