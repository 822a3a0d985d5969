"""A record in another home is the same record: moved there, moved back, backed up, restored."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres_server
from contract.examples import EXAMPLES, T0_US, Ids, change, held, note
from holdfast.cli.main import main
from holdfast.kernel.errors import IntegrityError, OperatorError
from holdfast.record.imaging_events import ImageReceived
from holdfast.storage.database import Place, holds_record, open_database
from holdfast.storage.moving import move
from holdfast.storage.schema import metadata
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_addresses import SqlAddresses
from holdfast.storage.sql_machines import SqlMachines
from holdfast.storage.sql_sign_in import SqlOutsideIdentities, SqlSecondFactors
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.machines import Machine
from holdfast.usecases.monitor_blocks import build_flush
from holdfast.usecases.ports import Account, Anchor, NewQuarantined, Session
from holdfast.usecases.verification import verify

AWKWARD = 'NUL \x00, SUB \x1a, \x1a0, half \ufffd, "Ä", 犬, 🐕, % :x \\'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a record with something in every table."""
    made = tmp_path / "home"
    made.mkdir()
    filled(made / "holdfast.db", made)
    return made


def filled(place: Place, keys: Path) -> None:
    # No picture file belongs to these; a backup would rightly miss it.
    events = [one for one in EXAMPLES if not isinstance(one, ImageReceived)]
    events = [one for one in events if type(one).__name__ != "MonitorBlockStored"]
    store = SqlStore(place)
    store.submit(change(*events)).result()
    for i in range(30):
        store.submit(change(note(f"{i} {AWKWARD}"), stream=f"case/{i % 3}", held=(held(i),))).result()
    store.submit(build_flush("rex", store.held("rex")[:20], new_id=Ids("f"), now_us=T0_US)).result()
    bad = NewQuarantined(received_us=T0_US, peer=AWKWARD, device="m", reason="r", raw=bytes(range(256)) * 1_000)
    store.submit(change(quarantined=(bad,))).result()
    store.close()
    accounts = SqlAccounts(place)
    accounts.put(Account(account_id="a1", login="osei", name="Dr. Öséi", role="clinician", password_hash="x"))
    accounts.open_session(Session(token_sha256="t", account_id="a1", csrf_token="c", created_us=1, last_seen_us=2))
    accounts.put_setup_token("s")
    accounts.put_first_password("a1", 3)
    accounts.close()
    factors = SqlSecondFactors(place, keys)
    factors.offer("a1", b"secret")
    assert factors.enrol("a1", 4, ("hash",))
    factors.close()
    outside = SqlOutsideIdentities(place)
    assert outside.link("https://id.example", "osei", "a1")
    outside.close()
    machines = SqlMachines(place)
    machines.put(Machine(machine_id="m1", name="Practice system", scopes=("system/*.rs",), token_sha256="h"))
    machines.close()
    addresses = SqlAddresses(place)
    addresses.put("c1", {"sms": "+1 555 0100"})
    addresses.close()


def contents(place: Place) -> dict[str, list[tuple[object, ...]]]:
    database = open_database(place)
    with database.snapshot("comparing") as connection:
        tables = metadata.sorted_tables
        found = {
            table.name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
            for table in tables
        }
    database.close()
    return found


def anchors(place: Place) -> list[Anchor]:
    store = SqlStore(place)
    try:
        return store.anchors()
    finally:
        store.close()


def quiet(_line: str) -> None:
    pass


@pytest.fixture
def address(postgres: postgres_server.Server) -> str:
    return postgres.address()


class TestMigrate:
    def test_there_and_back_every_row_is_the_same(
        self, folder: Path, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = contents(folder / "holdfast.db")
        assert all(before.values()), "every table has a row"
        assert main(["migrate", "--data", str(folder), "--to", address]) == 0
        assert contents(address) == before
        assert "Every link holds" in capsys.readouterr().out
        assert main(["verify", "--data", str(folder), "--database", address]) == 0
        (tmp_path / "back").mkdir()
        assert main(["migrate", "--database", address, "--data", str(folder), "--to", str(tmp_path / "back")]) == 0
        assert contents(tmp_path / "back" / "holdfast.db") == before
        assert [one.name for one in (tmp_path / "back").iterdir()] == ["holdfast.db"]

    def test_the_chain_goes_on_in_the_new_home_as_it_would_have_in_the_old(self, folder: Path, address: str) -> None:
        move(folder / "holdfast.db", address, quiet)
        for place in (folder / "holdfast.db", address):
            store = SqlStore(place)
            store.submit(change(note("after"), held=(held(99),), command_id="after")).result()
            assert verify(store).ok
            store.close()
        assert contents(folder / "holdfast.db") == contents(address)

    def test_a_home_that_is_in_use_is_left_alone(self, folder: Path, address: str, tmp_path: Path) -> None:
        SqlStore(address).submit(change(note("mine"))).result()
        filled(tmp_path / "other.db", tmp_path)
        for target in (address, tmp_path / "other.db"):
            before = contents(target)
            with pytest.raises(OperatorError, match="holds a record already"):
                move(folder / "holdfast.db", target, quiet)
            assert contents(target) == before

    def test_a_broken_record_is_not_moved(self, folder: Path, address: str) -> None:
        database = open_database(folder / "holdfast.db")
        with database.writing("tampering") as connection:
            connection.exec_driver_sql("DROP TRIGGER event_refuses_update")
            connection.exec_driver_sql("UPDATE event SET actor = 'somebody' WHERE seq = 3")
        database.close()
        with pytest.raises(IntegrityError, match="old home is broken"):
            move(folder / "holdfast.db", address, quiet)
        assert not holds_record(address)

    def test_a_copy_that_differs_is_not_kept(
        self, folder: Path, address: str, postgres: postgres_server.Server
    ) -> None:
        """A trigger that nobody expects changes what is written."""
        schema = address.rpartition("%3D")[2]
        SqlStore(address).close()
        postgres.sql(
            f"SET search_path = {schema}; CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.name := 'X'; RETURN NEW; END $$;"
            "CREATE TRIGGER spoil BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
        with pytest.raises(IntegrityError, match="copy of account is not what was copied"):
            move(folder / "holdfast.db", address, quiet)
        assert contents(address)["event"] == []

    def test_a_kill_in_the_middle_leaves_nothing_and_it_starts_clean(self, folder: Path, address: str) -> None:
        child = subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(folder / "holdfast.db"), address], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline().startswith("Copied")
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert not holds_record(address)
        assert move(folder / "holdfast.db", address, quiet).report.ok


_KILLED = """
import sys, time
from pathlib import Path
from holdfast.storage.moving import move
def tell(line):
    if line.startswith("Copied"):
        print(line, flush=True)
        time.sleep(600)
move(Path(sys.argv[1]), sys.argv[2], tell)
"""


class TestBackup:
    @pytest.fixture(params=["sqlite", "postgresql"])
    def place(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
        """A folder, and what a command is told about its record."""
        home = tmp_path / "home"
        home.mkdir()
        address = request.getfixturevalue("postgres").address() if request.param == "postgresql" else "file"
        filled(home / "holdfast.db" if address == "file" else address, home)
        (home / "signing-key.json").write_bytes(b"{}")
        (home / "films" / "ab").mkdir(parents=True)
        (home / "films" / "ab" / ("ab" * 32)).write_bytes(b"film")
        return home, ["--data", str(home), "--database", address]

    def test_restored_elsewhere_the_record_stands_as_it_was_and_everybody_signs_in_again(
        self, place: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home, told = place
        where: Place = home / "holdfast.db" if told[3] == "file" else told[3]
        before = contents(where)
        store = SqlStore(where)  # As a server that goes on working would hold it open.
        assert main(["backup", *told, "--out", str(tmp_path / "backup")]) == 0
        store.submit(change(note("after the backup"))).result()
        store.close()
        new = tmp_path / "new"
        assert main(["restore", str(tmp_path / "backup"), "--data", str(new), "--database", "file"]) == 0
        assert "Every link holds" in capsys.readouterr().out
        restored = contents(new / "holdfast.db")
        assert (restored.pop("session"), restored.pop("setup_token")) == ([], [])
        assert restored == {name: rows for name, rows in before.items() if name not in ("session", "setup_token")}
        assert (new / "films" / "ab" / ("ab" * 32)).read_bytes() == b"film"
        assert (new / "signing-key.json").read_bytes() == b"{}"

    def test_it_can_be_renewed(self, place: tuple[Path, list[str]], tmp_path: Path) -> None:
        home, told = place
        where: Place = home / "holdfast.db" if told[3] == "file" else told[3]
        for text in ("first", "second"):
            store = SqlStore(where)
            store.submit(change(note(text))).result()
            store.close()
            assert main(["backup", *told, "--out", str(tmp_path / "backup")]) == 0
        assert contents(tmp_path / "backup" / "holdfast.db") == contents(where)

    def test_a_damaged_backup_is_not_restored(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "backup"
        assert main(["backup", "--data", str(folder), "--out", str(out)]) == 0
        with (out / "holdfast.db").open("r+b") as file:
            file.seek((out / "holdfast.db").stat().st_size // 2)
            file.write(b"\xff")
        assert main(["restore", str(out), "--data", str(tmp_path / "new")]) == 3
        assert not (tmp_path / "new" / "holdfast.db").exists()

    def test_it_goes_neither_over_a_record_nor_into_one(self, folder: Path, tmp_path: Path) -> None:
        assert main(["backup", "--data", str(folder), "--out", str(folder / "backup")]) == 1
        assert main(["backup", "--data", str(folder), "--out", str(tmp_path / "backup")]) == 0
        before = contents(folder / "holdfast.db")
        assert main(["restore", str(tmp_path / "backup"), "--data", str(folder)]) == 1
        assert contents(folder / "holdfast.db") == before
