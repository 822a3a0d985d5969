"""The ``Films`` port as files: ``films/ab/ab12....``, named by content, readable by any DICOM tool."""

import hashlib
import itertools
import os
import threading
from pathlib import Path

from holdfast.kernel.errors import IntegrityError, NotFoundError, WorldError

_UNFINISHED = ".part"


class FilmFiles:
    """See ``usecases.ports.Films``. Any thread may call any method."""

    def __init__(self, folder: Path) -> None:
        """Use this folder, made when missing."""
        self._folder = folder
        self._numbers = itertools.count()
        self._shelves: set[str] = set()
        self._making = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorldError(f"Cannot use {folder}: {error.strerror}.", "Choose a writable folder.") from error

    def sweep(self) -> None:
        """Remove what a crash left half written: nobody was promised it; and make the shelves, so that no picture waits
        for its own. Only for the process that takes pictures in, before it does: another one's unfinished files look
        the same."""
        for left in self._folder.glob(f"*{_UNFINISHED}"):
            left.unlink(missing_ok=True)
        shelves = {f"{number:02x}" for number in range(256)}
        for shelf in shelves - {there.name for there in self._folder.iterdir()}:
            (self._folder / shelf).mkdir(exist_ok=True)
        _sync_folder(self._folder)
        self._shelves |= shelves

    def keep(self, data: bytes) -> str:
        image_id = hashlib.sha256(data).hexdigest()
        shelf = self._folder / image_id[:2]
        path = shelf / image_id
        try:
            if path.exists() and path.stat().st_size == len(data):
                return image_id  # it has its name only after it was on disk
            self._make_shelf(shelf)
            unfinished = self._folder / f"{os.getpid()}-{next(self._numbers)}{_UNFINISHED}"
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            _sync_folder(shelf)
        except OSError as error:
            raise WorldError(f"The picture could not be written: {error.strerror}.", "Is the disk full?") from error
        return image_id

    def read(self, image_id: str) -> bytes:
        if len(image_id) != 64 or not set(image_id) <= set("0123456789abcdef"):
            raise NotFoundError("There is no such picture.", "Open it from the list of studies.")
        try:
            data = (self._folder / image_id[:2] / image_id).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("The file of this picture is not there.", "Restore it from a copy.") from None
        except OSError as error:
            raise WorldError(f"The picture cannot be read: {error.strerror}.", "Check the disk.") from error
        if hashlib.sha256(data).hexdigest() != image_id:
            raise IntegrityError("The file of this picture has changed.", "Restore it from a copy.")
        return data

    def _make_shelf(self, shelf: Path) -> None:
        with self._making:
            if shelf.name not in self._shelves:
                shelf.mkdir(exist_ok=True)
                _sync_folder(self._folder)
                self._shelves.add(shelf.name)


class MemoryFilms:
    """The port in memory, for tests and dry runs."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def keep(self, data: bytes) -> str:
        image_id = hashlib.sha256(data).hexdigest()
        self._kept[image_id] = data
        return image_id

    def read(self, image_id: str) -> bytes:
        if image_id not in self._kept:
            raise NotFoundError("There is no such picture.", "Open it from the list of studies.")
        return self._kept[image_id]


def _sync_folder(folder: Path) -> None:
    """A name in a folder outlives a power loss only when the folder itself was synced."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
