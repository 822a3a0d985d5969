"""The restore drill of a server, as docs/reference/storage.md tells it: base backup, archived WAL, back to a moment."""

import shutil
from pathlib import Path

import postgres_server
from contract.examples import change, held, note
from holdfast.cli.main import main
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.verification import verify


def test_a_server_is_brought_back_to_a_moment_between_two_events(tmp_path: Path) -> None:
    binaries, folder = postgres_server.binaries(), postgres_server.new_folder()
    archive = folder / "wal"
    live, restored = postgres_server.Server(binaries, folder), postgres_server.Server(binaries, folder)
    restored.data = folder / "restored"
    restored.data.mkdir(mode=0o700)
    archive.mkdir()
    try:
        for made in (restored.data, archive):
            postgres_server.give(made)
        live.make()
        live.start("archive_mode=on", f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f")
        address = live.address()
        store = SqlStore(address)
        store.submit(change(note("before the backup"))).result()
        where = ("-h", str(folder), "-U", "holdfast")
        live.run("pg_basebackup", *where, "-D", str(restored.data), "--checkpoint=fast", "--wal-method=none")
        for i in range(20):
            store.submit(change(note(f"good {i}"), held=(held(i),))).result()
        moment = live.sql("SELECT clock_timestamp()")
        for i in range(20):
            store.submit(change(note(f"late {i}"))).result()
        anchors = store.anchors()
        store.close()
        live.sql("SELECT pg_switch_wal()")
        switched = live.sql("SELECT pg_walfile_name(pg_current_wal_lsn() - 1)")
        live.until(lambda: (archive / switched).exists())
        live.stop()
        shutil.rmtree(live.data)

        (restored.data / "recovery.signal").touch()
        with (restored.data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"restore_command = 'cp {archive}/%f %p'\n"
                f"recovery_target_time = '{moment}'\n"
                "recovery_target_action = 'promote'\n"
            )
        restored.start()
        restored.until(lambda: restored.sql("SELECT pg_is_in_recovery()") == "f")
        assert main(["verify", "--data", str(tmp_path), "--database", address]) == 0
        back = SqlStore(address)
        texts = [one.event.text for one in back.read_log()]  # type: ignore[union-attr]
        assert texts == ["before the backup", *(f"good {i}" for i in range(20))]
        assert (len(back.held()), back.anchors()) == (20, anchors[:21])
        assert back.submit(change(note("and on"))).result().recorded[0].seq == 22
        assert verify(back).ok
        back.close()
    finally:
        live.stop()
        restored.stop()
        shutil.rmtree(folder, ignore_errors=True)
