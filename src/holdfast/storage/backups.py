"""A backup: the record as one SQLite file, wherever it lives, and the files that lie beside it."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from holdfast.config import DATABASE_FILE
from holdfast.kernel.errors import IntegrityError, OperatorError, WorldError
from holdfast.storage.database import Place, holds_record, in_short, open_database
from holdfast.storage.film_files import FilmFiles, sync_folder
from holdfast.storage.moving import Tell, becoming, end_sessions, move
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.verification import VerifyReport, verify

FILMS = "films"
SUMS = "SHA256SUMS"
"""Hashes of the other files, as ``sha256sum --check`` reads them."""
_KEEP = (
    "Use an earlier backup. If the last one was interrupted, `holdfast verify --data` with a copy of its folder tells "
    "whether the record in it holds."
)


def back_up(place: Place, folder: Path, out: Path, tell: Tell) -> VerifyReport:
    """Write a backup of the record at ``place`` and its ``folder`` into ``out``; Holdfast may go on working.

    A backup that is there is brought up to date: pictures that it holds are not copied again, and the earlier database
    is replaced only by one that was read again and holds together. A broken record is written into a new folder.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise OperatorError(f"{out} is inside the folder of the record.", "Name another disk, or another machine.")
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Keys and the last checkpoint first: a checkpoint must not be younger than the record it stands for.
        count = sum(_copied(folder, out, one) for one in _beside(folder, films=False))
        with becoming(out / DATABASE_FILE) as unfinished:
            if isinstance(place, Path):
                _pages(place, unfinished)
            else:
                move(place, unfinished, tell, snapshot=True)
            # Pictures after the record: each was on disk before the event that names it.
            count += sum(_copied(folder, out, one) for one in _beside(folder, films=True))
            report = _report(unfinished, out)
            if not report.ok and (out / DATABASE_FILE).exists():
                raise IntegrityError(
                    f"The record is broken: {report.wrong[0]} The earlier backup was left as it is.",
                    "Name another folder to keep a copy of the record as it is now.",
                )
            sums = "".join(f"{_sha256(path)}  {name}\n" for name, path in _summed(out, unfinished))
        with becoming(out / SUMS) as unfinished:
            unfinished.write_text(sums, encoding="utf-8")
    except OSError as error:
        raise WorldError(f"{out} could not be written: {error.strerror}.", "Is the disk full?") from error
    tell(f"Copied the record and {count} new or changed files to {out}.")
    return report


def restore(backup: Path, folder: Path, place: Place, tell: Tell) -> VerifyReport:
    """Put a backup where there is no record. Everybody has to sign in again.

    Raises ``OperatorError`` when there is a record already, ``IntegrityError`` when the backup is not whole; then
    there is no record afterwards.
    """
    if not (backup / DATABASE_FILE).exists():
        raise OperatorError(f"There is no backup in {backup}.", "Name the folder that `holdfast backup` wrote.")
    if holds_record(place) or (folder / DATABASE_FILE).exists():
        raise OperatorError(
            f"{in_short(place)} or {folder} holds a record already.", "Restore beside it, or move the old one away."
        )
    _demand_sums(backup)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _aside(backup, folder) as copy:
            database = open_database(copy)
            with database.writing("signing everybody out") as connection:
                end_sessions(connection)
            database.close()
            report = _report(copy, backup)
            if not report.ok:
                raise IntegrityError(f"The backup in {backup} is not whole: {report.wrong[0]}", _KEEP)
            tell("The backup holds together.")
            for one in (*_beside(backup, films=True), *_beside(backup, films=False)):
                _copied(backup, folder, one)
            move(copy, place, tell)
    except OSError as error:
        raise WorldError(f"{folder} could not be written: {error.strerror}.", "Is the disk full?") from error
    return report


@contextmanager
def _aside(backup: Path, folder: Path) -> Iterator[Path]:
    """A copy of the backup's database to work on: opening one may bring it to a newer format."""
    with TemporaryDirectory(dir=folder, prefix="checking-", suffix=".part") as aside:
        copy = Path(aside) / DATABASE_FILE
        shutil.copyfile(backup / DATABASE_FILE, copy)
        yield copy


def _report(database: Path, backup: Path) -> VerifyReport:
    store = SqlStore(database)
    try:
        return verify(store, FilmFiles(backup / FILMS))
    finally:
        store.close()


def _demand_sums(backup: Path) -> None:
    """Raises ``IntegrityError`` when a file is not the one that was written."""
    try:
        lines = (backup / SUMS).read_text(encoding="utf-8").splitlines()
        for line in lines:
            expected, _, name = line.partition("  ")
            if _sha256(backup / name) != expected:
                raise IntegrityError(f"{backup / name} is not what the backup wrote.", _KEEP)
    except (OSError, UnicodeDecodeError) as error:
        raise IntegrityError(f"The backup in {backup} cannot be read: {error}.", _KEEP) from error


def _summed(backup: Path, database: Path) -> Iterator[tuple[str, Path]]:
    """Files whose hash is written down, by name. A picture has its hash as its name."""
    yield DATABASE_FILE, database
    for part in _beside(backup, films=False):
        yield part.as_posix(), backup / part


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pages(source: Path, target: Path) -> None:
    """SQLite's own backup, in one step: of this moment, and writers do not wait for it."""
    try:
        with sqlite3.connect(source) as there, sqlite3.connect(target) as here:
            there.backup(here)
        there.close()
        here.close()
    except sqlite3.Error as error:
        raise WorldError(
            f"The record could not be copied: {error}.", "Check the disk; run `holdfast verify`."
        ) from error


def _beside(folder: Path, *, films: bool) -> Iterator[Path]:
    """Files that lie beside the record, as paths from its folder; not those that somebody is still writing."""
    for path in sorted(folder.rglob("*")):
        part = path.relative_to(folder)
        apart = part.parts[0] == SUMS or part.parts[0].startswith(DATABASE_FILE)
        unfinished = any(one.endswith(".part") for one in part.parts)
        if path.is_file() and not apart and not unfinished and (part.parts[0] == FILMS) == films:
            yield part


def _copied(source: Path, target: Path, part: Path) -> bool:
    """Copy one file when it is not there or is another; True when it was copied. On disk on return."""
    old, new = source / part, target / part
    there = new.stat() if new.exists() else None
    known = old.stat()
    if there and there.st_size == known.st_size and (part.parts[0] == FILMS or old.read_bytes() == new.read_bytes()):
        return False
    new.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = new.with_name(new.name + ".part")
    shutil.copy2(old, unfinished)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.replace(new)
    sync_folder(new.parent)
    return True
