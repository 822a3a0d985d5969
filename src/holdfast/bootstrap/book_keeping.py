"""The case book opened from its last snapshot, and snapshots written in time.

A snapshot that is missing, damaged, of another release or of another record costs a start the time of folding the whole
record, and nothing else.
"""

import hashlib
import logging
import sys
import threading
from functools import cache
from pathlib import Path

import msgspec

from holdfast.kernel.errors import IntegrityError
from holdfast.storage.snapshot_file import read_snapshot, write_snapshot
from holdfast.usecases.book_snapshot import StaleError, snapshot
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.ports import Store

log = logging.getLogger("holdfast")

FILE = "case-book.snapshot"
EVENTS_BETWEEN = 2_000
"""Other than blocks of monitors. Folding so many takes less than a tenth of a second: what a start after a crash folds
again."""
_NOT_USED = "The snapshot of the case book is not used, the whole record is folded: %s."


def open_book(store: Store, folder: Path) -> CaseBook:
    """The book as it stands now."""
    try:
        data = read_snapshot(folder / FILE, _made_by())
        if data is not None:
            return CaseBook(store, data)
    except IntegrityError as error:
        log.warning(_NOT_USED, error.problem)
    except StaleError as error:
        log.warning(_NOT_USED, error)
    return CaseBook(store)


def snapshot_agrees(store: Store, folder: Path) -> bool:
    """Whether a book opened from its snapshot is the one that all events make; true where no snapshot is used. As slow
    as folding the whole record."""
    opened, folded = open_book(store, folder), CaseBook(store)
    while opened.seq != folded.seq:  # a server writes on meanwhile; these steps are short
        opened.catch_up()
        folded.catch_up()
    return snapshot(store, opened.state_to_save()) == snapshot(store, folded.state_to_save())


class BookKeeper:
    """Writes a snapshot when enough has come since the last one, in a thread of its own, and at the end."""

    def __init__(self, store: Store, book: CaseBook, folder: Path) -> None:
        self._store, self._book, self._folder = store, book, folder
        self._writing: threading.Thread | None = None

    def follow(self) -> None:
        """To be called every second; returns at once."""
        if self._book.unsaved < EVENTS_BETWEEN or (self._writing and self._writing.is_alive()):
            return
        self._writing = threading.Thread(target=self.write, name="case-book", daemon=True)
        self._writing.start()

    def close(self) -> None:
        """Write what is not in the last snapshot."""
        if self._writing:
            self._writing.join()
        if self._book.unsaved:
            self.write()

    def write(self) -> None:
        """A snapshot of the book now. One that cannot be written is said in the log; the next is tried in its time."""
        try:
            state = self._book.state_to_save()
            data = snapshot(self._store, state)
            if data is not None:
                write_snapshot(self._folder / FILE, _made_by(), data)
        except Exception:  # a cache that cannot be written must cost nobody anything
            log.exception("the snapshot of the case book could not be written")


@cache
def _made_by() -> bytes:
    """Changes with every line that decides what a state is: a snapshot of any other program is not read."""
    here = Path(__file__).parent.parent
    sources = [
        *sorted((here / "record").rglob("*.py")),
        *sorted((here / "kernel").rglob("*.py")),
        here / "usecases" / "casebook.py",
        here / "usecases" / "book_snapshot.py",
    ]
    digest = hashlib.sha256(f"{sys.version} {msgspec.__version__}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.digest()
