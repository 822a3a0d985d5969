"""The case book opened from its snapshot is the book folded from the record, or is folded from the record."""

import logging
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from contract.examples import EXAMPLES
from holdfast.bootstrap.book_keeping import FILE, BookKeeper, _made_by, open_book, snapshot_agrees
from holdfast.record import events as ev
from holdfast.record.case_state import CaseState
from holdfast.record.imaging_events import IMAGING_STREAM
from holdfast.record.service_events import SERVICE_PREFIX
from holdfast.storage.memory_store import MemoryStore
from holdfast.storage.snapshot_file import write_snapshot
from holdfast.usecases.book_snapshot import snapshot
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.ports import Change, NewEvent

BEFORE = ev.PatientAdmitted(
    at_us=1,
    name="Rex",
    species="dog",
    breed="Malinois",
    sex="male",
    weight_kg=30.0,
    age_months=60,
    microchip="",
    owner="",
    handler="",
    working_dog=True,
    complaint="collapsed",
    training=False,
)


def _write(store: MemoryStore, name: str, stream: str, *events: ev.AnyEvent) -> None:
    new = tuple(NewEvent(stream=stream, event=event) for event in events)
    store.submit(Change(command_id=name, actor="vet", recorded_us=1, events=new)).result()


def _admit(store: MemoryStore, case_id: str) -> None:
    _write(store, f"admit {case_id}", ev.case_stream(case_id), BEFORE)


def _note(store: MemoryStore, case_id: str, text: str) -> None:
    _write(store, f"note {text}", ev.case_stream(case_id), ev.NoteWritten(at_us=2, text=text))


def _everything(book: CaseBook) -> tuple[object, ...]:
    with book.studies() as studies:
        return book.seq, book.cases(), book.clinic, studies, book.service_dogs()


def _saved(store: MemoryStore, folder: Path) -> None:
    BookKeeper(store, CaseBook(store), folder).close()
    assert (folder / FILE).exists()


def test_a_snapshot_and_what_came_later_make_the_book_that_all_events_make(tmp_path: Path) -> None:
    """Every kind of event, on a case, the clinic, imaging and a dog's history; the snapshot in the middle."""
    store = MemoryStore()
    _admit(store, "rex")
    streams = (ev.case_stream("rex"), ev.CLINIC_STREAM, IMAGING_STREAM, f"{SERVICE_PREFIX}rex")
    for number, event in enumerate(EXAMPLES):
        for stream in streams:
            _write(store, f"{number} {stream}", stream, event)
        if number == len(EXAMPLES) // 2:
            _saved(store, tmp_path)
    opened = open_book(store, tmp_path)
    assert 0 < opened.unsaved < len(EXAMPLES) * len(streams)  # it folded the rest, and only that
    assert _everything(opened) == _everything(CaseBook(store))


def test_all_that_was_folded_is_in_a_snapshot(tmp_path: Path) -> None:
    store = MemoryStore()
    _admit(store, "rex")
    for number, event in enumerate(EXAMPLES):
        _write(store, str(number), ev.case_stream("rex"), event)
    _saved(store, tmp_path)
    opened, folded = open_book(store, tmp_path).case("rex"), CaseBook(store).case("rex")
    for field in CaseState.__dataclass_fields__:
        assert getattr(opened, field) == getattr(folded, field), field


@pytest.mark.parametrize("place", [0, 40, 70, -1])
def test_a_damaged_snapshot_is_said_and_not_believed(
    tmp_path: Path, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    _admit(store, "rex")
    _note(store, "rex", "He lifts his head.")
    _saved(store, tmp_path)
    data = bytearray((tmp_path / FILE).read_bytes())
    data[place] ^= 1
    (tmp_path / FILE).write_bytes(data)
    with caplog.at_level(logging.WARNING, logger="holdfast"):
        assert _everything(open_book(store, tmp_path)) == _everything(CaseBook(store))
    assert place == 0 or "whole record is folded" in caplog.text


@pytest.mark.parametrize("size", [0, 10, 64, 100])
def test_a_snapshot_that_was_cut_off_is_not_believed(tmp_path: Path, size: int) -> None:
    store = MemoryStore()
    _admit(store, "rex")
    _saved(store, tmp_path)
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:size])
    assert _everything(open_book(store, tmp_path)) == _everything(CaseBook(store))


def test_a_snapshot_of_another_record_is_said_and_not_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The record was put back and written on: as long as before, or longer, or shorter."""
    store = MemoryStore()
    _admit(store, "rex")
    _note(store, "rex", "one")
    _note(store, "rex", "two")
    _saved(store, tmp_path)
    for later in ([], ["three"], ["three", "two"], ["three", "two", "four"]):
        other = MemoryStore()
        _admit(other, "rex")
        for text in later:
            _note(other, "rex", text)
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="holdfast"):
            assert _everything(open_book(other, tmp_path)) == _everything(CaseBook(other))
        assert "does not hold the events" in caplog.text


def test_a_snapshot_of_another_release_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    _admit(store, "rex")
    with monkeypatch.context() as patched:
        patched.setattr("holdfast.bootstrap.book_keeping._made_by", lambda: b"an older release")
        _saved(store, tmp_path)
    restored = []
    monkeypatch.setattr("holdfast.usecases.casebook.restored", lambda *_: restored.append(1))
    assert open_book(store, tmp_path).case("rex").name == "Rex"
    assert not restored


def test_a_snapshot_that_cannot_be_written_leaves_the_one_before_and_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    _admit(store, "rex")
    _saved(store, tmp_path)
    before = (tmp_path / FILE).read_bytes()
    _note(store, "rex", "one")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    BookKeeper(store, CaseBook(store), tmp_path).close()
    assert "could not be written" in caplog.text
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).read_bytes() == before


def test_only_its_owner_may_read_a_snapshot(tmp_path: Path) -> None:
    store = MemoryStore()
    _admit(store, "rex")
    _saved(store, tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_snapshot_is_written_once_enough_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdfast.bootstrap.book_keeping.EVENTS_BETWEEN", 3)
    store = MemoryStore()
    book = CaseBook(store)
    keeper = BookKeeper(store, book, tmp_path)
    _admit(store, "rex")
    _note(store, "rex", "one")
    book.catch_up()
    keeper.follow()
    assert not (tmp_path / FILE).exists()
    _note(store, "rex", "two")
    book.catch_up()
    keeper.follow()
    keeper.close()
    assert _everything(CaseBook(store, (tmp_path / FILE).read_bytes()[64:])) == _everything(CaseBook(store))


def test_a_snapshot_that_was_forged_is_told_by_folding_everything(tmp_path: Path) -> None:
    """Its sum can be made right by whoever can write the folder: only the events tell."""
    store, other = MemoryStore(), MemoryStore()
    for one, name in ((store, "Rex"), (other, "Max")):
        _write(one, "admit", ev.case_stream("a"), msgspec.structs.replace(BEFORE, name=name))
    _saved(store, tmp_path)
    assert snapshot_agrees(store, tmp_path)
    true, false = (CaseBook(one).state_to_save() for one in (store, other))
    forged = snapshot(store, replace(true, cases=false.cases))
    assert forged is not None
    write_snapshot(tmp_path / FILE, _made_by(), forged)
    assert open_book(store, tmp_path).case("a").name == "Max"
    assert not snapshot_agrees(store, tmp_path)
