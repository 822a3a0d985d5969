"""A disk that is full, that may not be written, or that takes its time: what a person and a monitor are told, and that
nothing acknowledged is lost."""

import errno
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from faults.conftest import Ward, was_kept
from holdfast.bootstrap import duties
from holdfast.kernel.errors import WorldError
from holdfast.storage.database import Database
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.group_writer import GroupWriter
from holdfast.usecases.flushing import Flusher
from made_films import as_file, film


@contextmanager
def no_room_beyond(size_bytes: int) -> Iterator[None]:
    """The system refuses to make any file of this process longer: what a full disk does to files that grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_is_said_to_everybody_and_loses_nothing_that_was_acknowledged(ward: Ward, tmp_path: Path) -> None:
    before = {f"N{ward.sent + 1}"}
    assert was_kept(ward.hears(ward.says()))
    journal = tmp_path / "holdfast.db-wal"
    answers: dict[str, str] = {}
    with no_room_beyond(journal.stat().st_size + 40_000):
        while all(map(was_kept, answers.values())):
            raw = ward.says(padding="X" * 3_000)
            answers[f"N{ward.sent}"] = ward.hears(raw)
            assert len(answers) < 200, "the disk never filled"
        refused, told = next((one, text) for one, text in answers.items() if not was_kept(text))
        assert told.startswith(f"MSA|AR|{refused}") or told.startswith(f"MSA|CR|{refused}")
        notes = [ward.note(f"{number} {'x' * 3_900}") for number in range(20)]
        assert {note.status_code for note in notes} <= {201, 503}
        error = notes[-1].json()["error"]
        assert "disk" in error["problem"].lower()
        assert error["remedy"]
        assert ward.client.get(f"/cases/{ward.cases[0]}").status_code == 200, "the case can still be read"
        assert ward.client.get("/").status_code == 200
        with pytest.raises(WorldError, match="disk full"):
            ward.house.films.keep(as_file(film(rows=1024, columns=1024)))
        duties.tick(ward.house, Flusher(ward.house.ctx, lambda *_: None))
    kept = {one for one, text in answers.items() if was_kept(text)} | before
    assert kept <= ward.kept()
    assert refused not in ward.kept()
    assert was_kept(ward.hears(ward.says())), "with room again it goes on by itself"
    assert ward.note("There is room again.").status_code == 201
    assert ward.house.films.keep(as_file(film(rows=64, columns=64)))
    assert ward.verified().ok


def test_a_disk_that_may_not_be_written_is_said_and_read_on(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    assert was_kept(ward.hears(ward.says()))
    database: Database = ward.house.ctx.store._database  # type: ignore[attr-defined]
    connection = database.writer.raw_connection()
    connection.execute("PRAGMA query_only=ON")  # the database itself says SQLITE_READONLY, as on such a disk
    connection.close()
    assert not was_kept(ward.hears(ward.says()))
    note = ward.note("He leans on the handler.")
    assert note.status_code == 503
    assert "may not be written" in note.json()["error"]["problem"]
    assert "write access" in note.json()["error"]["remedy"]

    def refuses(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "open", refuses)
        with pytest.raises(WorldError, match="Read-only file system"):
            ward.house.films.keep(as_file(film(rows=64, columns=64)))
    for page in ("/", f"/cases/{ward.cases[0]}", f"/cases/{ward.cases[0]}/timeline", "/api/board"):
        assert ward.client.get(page).status_code == 200, page
    assert ward.kept() == {"N1"}
    assert ward.verified().ok


def test_while_the_disk_takes_its_time_nothing_is_acknowledged_and_everything_is_read(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, asked = threading.Event(), threading.Event()
    write = GroupWriter._write

    def slow(self: GroupWriter, batch: object) -> None:
        asked.set()
        assert synced.wait(30)
        write(self, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(GroupWriter, "_write", slow)
    answers: list[str] = []
    raw = ward.says()
    monitor = threading.Thread(target=lambda: answers.append(ward.hears(raw)))
    monitor.start()
    assert asked.wait(10)
    assert ward.client.get("/").status_code == 200
    assert ward.client.get("/api/board").status_code == 200
    assert ward.client.get(f"/cases/{ward.cases[0]}").status_code == 200
    assert answers == [], "answered before it was on disk"
    assert ward.kept() == set()
    synced.set()
    monitor.join(10)
    assert was_kept(answers[0])
    assert ward.kept() == {"N1"}


def test_a_film_half_written_by_a_full_disk_is_swept_and_can_be_sent_again(tmp_path: Path) -> None:
    films, data = FilmFiles(tmp_path / "films"), as_file(film(rows=512, columns=512))
    with no_room_beyond(100_000), pytest.raises(WorldError):
        films.keep(data)
    films.sweep()
    assert [path for path in (tmp_path / "films").rglob("*") if path.is_file()] == []
    assert films.read(films.keep(data)) == data
