"""Pieces of many beds as lines of text files: what a house writes and an engine reads, and what the engine writes.

A segment is a file of lines ``BED<tab>NUMBER<tab>PIECE``: the bed percent-encoded, the piece as MessagePack in base64.
It appears under its name whole or not at all, so a reader of the folder never meets half of one.
Results are lines of JSON, one for each piece of each bed (:class:`~holdfast.engines.following.Said`).
"""

import base64
import binascii
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from holdfast.engines.following import Piece, Said
from holdfast.kernel import typed
from holdfast.kernel.errors import SenderError, WorldError

SUFFIX = ".pieces"


def to_line(piece: Piece) -> str:
    """One line, without its end."""
    data = base64.b64encode(msgspec.msgpack.encode(piece)).decode("ascii")
    return f"{quote(piece.bed, safe='/')}\t{piece.number}\t{data}"


def bed_of(line: str) -> str:
    """Whose piece it is, read without unpacking it."""
    return unquote(line.partition("\t")[0])


def from_line(line: str) -> Piece:
    """Raises ``SenderError`` for anything that :func:`to_line` did not write."""
    try:
        _, _, data = line.split("\t")
        piece = typed.from_msgpack(base64.b64decode(data, validate=True), Piece)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise SenderError(f"A line of a segment is no piece of a bed: {error}.", "Write the segment again.") from error
    if piece.bed != bed_of(line):
        raise SenderError("A line of a segment names another bed than its piece.", "Write the segment again.")
    return piece


def write_segment(folder: Path, name: str, pieces: Iterable[Piece]) -> Path:
    """Write them as ``NAME.pieces``, on disk when this returns; the same name again replaces the file."""
    path, unfinished = folder / f"{name}{SUFFIX}", folder / f".{name}{SUFFIX}"
    try:
        with unfinished.open("w", encoding="ascii", newline="\n") as file:
            file.writelines(f"{to_line(piece)}\n" for piece in pieces)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise WorldError(f"Cannot write {path}: {error.strerror}.", "Choose a writable folder.") from error
    return path


def read_segments(folder: Path) -> Iterator[Piece]:
    """All pieces of a folder, file after file in the order of their names."""
    for path in sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith(".")):
        with path.open(encoding="ascii") as lines:
            for line in lines:
                yield from_line(line.rstrip("\n"))


def said_line(said: Said) -> str:
    """One line of JSON, without its end; the same for the same ``said``, to the last bit."""
    return msgspec.json.encode(said).decode()


def read_results(folder: Path) -> Iterator[str]:
    """Lines of results that are committed. A file that is being written has a name that begins with a dot."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_"))):
        with path.open(encoding="utf-8") as lines:
            yield from (line.rstrip("\n") for line in lines)
