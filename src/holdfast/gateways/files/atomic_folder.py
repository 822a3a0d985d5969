"""A folder that is there whole or not at all: written beside its place, on disk, then given its name."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from holdfast.kernel.errors import HoldfastError, OperatorError, WorldError

UNFINISHED = ".unfinished"


class AtomicFolder:
    """Made by :func:`atomic_folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.hashes: list[tuple[str, str]] = []
        """Path and SHA-256 (hex) of every file, in the order they were written."""

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with place.open("xb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        self.hashes.append((path, digest.hexdigest()))


@contextlib.contextmanager
def atomic_folder(target: Path) -> Iterator[AtomicFolder]:
    """The folder stands under ``target`` when the block ends well; when it fails nothing is left. Raises
    ``OperatorError`` when something is there already, ``WorldError`` when it cannot be written."""
    unfinished = target.with_name(target.name + UNFINISHED)
    for there in (target, unfinished):
        if there.exists():
            raise OperatorError(
                f"{there} is there already.", "Choose another name, or remove what an earlier try left behind."
            )
    try:
        unfinished.mkdir(parents=True, mode=0o700)
        yield AtomicFolder(unfinished)
        unfinished.rename(target)
        parent = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise WorldError(f"{target} cannot be written: {error.strerror}.", "Choose another place.") from error
    except (HoldfastError, KeyboardInterrupt):
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
