"""Pictures as files: named by content, whole or not there."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.kernel.errors import IntegrityError, NotFoundError, WorldError
from holdfast.storage.film_files import FilmFiles, MemoryFilms
from holdfast.usecases.ports import Films


@pytest.fixture(params=["files", "memory"])
def films(request: pytest.FixtureRequest, tmp_path: Path) -> Films:
    return FilmFiles(tmp_path / "films") if request.param == "files" else MemoryFilms()


def test_what_was_kept_is_read_back_under_its_hash(films: Films) -> None:
    image_id = films.keep(b"film")
    assert image_id == hashlib.sha256(b"film").hexdigest() == films.keep(b"film")
    assert films.read(image_id) == b"film"


@pytest.mark.parametrize("image_id", ["", "0" * 64, "../../etc/passwd", "Z" * 64])
def test_what_is_not_there_is_not_found(films: Films, image_id: str) -> None:
    with pytest.raises(NotFoundError):
        films.read(image_id)


def test_a_changed_file_is_told(tmp_path: Path) -> None:
    films = FilmFiles(tmp_path)
    image_id = films.keep(b"film")
    (tmp_path / image_id[:2] / image_id).write_bytes(b"flim")
    with pytest.raises(IntegrityError):
        films.read(image_id)


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    films = FilmFiles(tmp_path)
    image_id = hashlib.sha256(b"film").hexdigest()
    (tmp_path / image_id[:2]).write_bytes(b"a file where a folder belongs")
    with pytest.raises(WorldError, match="could not be written"):
        films.keep(b"film")


_CHILD = """
import os, sys
from pathlib import Path
from holdfast.storage.film_files import FilmFiles
films = FilmFiles(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    print(films.keep(number.to_bytes(4, "big") * 50_000), flush=True)
"""


def test_every_picture_that_was_answered_survives_a_kill(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    answered = [child.stdout.readline().strip() for _ in range(20)]
    child.kill()
    answered += [line.strip() for line in child.stdout if len(line) == 65]
    child.wait()
    films = FilmFiles(tmp_path)
    films.sweep()
    assert all(films.read(image_id) for image_id in answered)
    assert not list(tmp_path.glob("*.part"))
